#include "scoring/next_summary.h"

#include <string.h>

#include "base/instant.h"

#define OPTIONS_MAX 2

struct words {
	struct buf *b;
	const struct model *m;
	const struct scoring_next *n;
	bool chinese;
};

static void say(struct words *w, const char *english, const char *chinese)
{
	buf_puts(w->b, w->chinese ? chinese : english);
}

static bool has_chinese(const char *s, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if ((unsigned char)s[i] >= 0xE3 && (unsigned char)s[i] <= 0xE9)
			return true;
	return false;
}

/* The part of "甲 / A" that is in the language; the whole when there is none, or more than two. */
static void put_in_language(struct words *w, const char *text)
{
	const char *slash = strstr(text, " / ");
	size_t n = strlen(text), first = slash ? (size_t)(slash - text) : n;
	if (slash && !strstr(slash + 3, " / ") && has_chinese(text, first) != has_chinese(slash + 3, n - first - 3)) {
		if (has_chinese(text, first) == w->chinese)
			n = first;
		else
			text = slash + 3, n -= first + 3;
	}
	buf_put(w->b, text, n);
}

static void quote(struct words *w, const char *text)
{
	say(w, "“", "「");
	put_in_language(w, text);
	say(w, "”", "」");
}

static void put_stage(struct words *w, enum stage s)
{
	static const char *const english[STAGE_COUNT] = {
	    "lead", "MQL", "SAL", "SQL", "opportunity", "customer", "recycled", "disqualified", "lost"};
	static const char *const chinese[STAGE_COUNT] = {
	    "线索", "MQL", "SAL", "SQL", "商机", "客户", "回收", "已淘汰", "已丢单"};
	say(w, english[s], chinese[s]);
}

/* Whole points, half away from zero. */
static int64_t rounded(int64_t milli)
{
	return milli < 0 ? -((500 - milli) / 1000) : (milli + 500) / 1000;
}

static void put_day(struct words *w, int64_t at)
{
	char text[INSTANT_TEXT_MAX];
	instant_format(model_local_time(w->m, at), text);
	buf_put(w->b, text, 10);
}

/* One way to the stage: an event, or two of it. */
static void put_option(struct words *w, const struct next_event *e, bool twice, enum stage wanted)
{
	enum stage to = twice ? e->stage_two : e->stage;
	say(w, twice ? "two " : "one ", twice ? "7 天内两次" : "一次");
	quote(w, e->label);
	if (w->chinese)
		buf_printf(w->b, "（%+lld", (long long)rounded(twice ? e->gain_two : e->gain));
	else
		buf_printf(w->b, twice ? " within 7 days (%+lld" : " (%+lld",
		    (long long)rounded(twice ? e->gain_two : e->gain));
	if (to != wanted && to != w->n->now.stage) {
		say(w, ", ", "，成为 ");
		put_stage(w, to);
	}
	say(w, ")", "）");
}

static bool reaches(enum stage from, enum stage to, enum stage wanted)
{
	return to != from && (to == wanted || to == STAGE_SAL);
}

/* The best single event and the best that is needed twice; of one kind two, when there is none of the other. */
static void put_options(struct words *w, enum stage wanted)
{
	enum stage from = w->n->now.stage;
	size_t told = 0, singles = 0, doubles = 0;
	for (size_t i = 0; i < w->n->n_events; i++) {
		const struct next_event *e = &w->n->events[i];
		bool single = reaches(from, e->stage, wanted);
		singles += single;
		doubles += !single && reaches(from, e->stage_two, wanted);
	}
	size_t of_singles = doubles ? 1 : OPTIONS_MAX, of_doubles = singles ? 1 : OPTIONS_MAX;
	for (int twice = 0; twice < 2; twice++) {
		size_t left = twice ? of_doubles : of_singles;
		for (size_t i = 0; i < w->n->n_events && left; i++) {
			const struct next_event *e = &w->n->events[i];
			bool single = reaches(from, e->stage, wanted);
			if (twice ? single || !reaches(from, e->stage_two, wanted) : !single)
				continue;
			say(w, told ? ", or " : ": ", told ? "，或" : "：");
			put_option(w, e, twice, wanted);
			told++;
			left--;
		}
	}
	if (!told && w->n->n_events && w->n->events[0].gain > 0) {
		say(w, "; the most comes from ", "；加分最多的是");
		put_option(w, &w->n->events[0], false, from);
	}
}

static const char *label_of(const struct words *w, const char *type)
{
	for (size_t i = 0; i < w->n->n_events; i++)
		if (strcmp(w->n->events[i].type, type) == 0)
			return w->n->events[i].label;
	return type;
}

static void put_needs(struct words *w, const struct next_stage *s)
{
	say(w, "Points alone do not make it an ", "仅靠加分不会成为 ");
	put_stage(w, s->stage);
	for (size_t i = 0; i < s->n_needs && i < 3; i++) {
		say(w, i ? " or " : ": it takes ", i ? "或" : "，还需要");
		quote(w, label_of(w, s->needs[i]));
	}
}

static void put_next_stage(struct words *w)
{
	const struct next_stage *s = w->n->stages;
	if (w->n->now.exclusion) {
		say(w, "Excluded: ", "已排除：");
		put_in_language(w, w->n->now.exclusion);
	} else if (w->n->n_stages == 0) {
		say(w, "No stage above ", "在");
		put_stage(w, w->n->now.stage);
		say(w, " is given by points", "之上，没有由分数给出的阶段");
	} else if (!s->armed && s->rearm_below == INT64_MIN) {
		put_stage(w, s->stage);
		say(w, " was reached before and is not given twice", " 曾经达到，不会再次给出");
	} else if (!s->armed) {
		put_stage(w, s->stage);
		say(w, " was reached before: the score has to fall below ", " 曾经达到：分数需先降到 ");
		buf_printf(w->b, "%lld", (long long)rounded(s->rearm_below));
		say(w, " before it is given again", " 以下才会再次给出");
	} else if (s->not_before != INSTANT_NEVER) {
		put_stage(w, s->stage);
		say(w, " cannot come before ", " 最早要到 ");
		put_day(w, s->not_before);
	} else if (s->short_of < 0) {
		put_needs(w, s);
	} else {
		long long points = (s->short_of + 999) / 1000;
		if (w->chinese)
			buf_puts(w->b, "距 ");
		else
			buf_printf(w->b, points == 1 ? "%lld point short of " : "%lld points short of ", points);
		put_stage(w, s->stage);
		if (w->chinese)
			buf_printf(w->b, " 还差 %lld 分", points);
		put_options(w, s->stage);
	}
	say(w, ".", "。");
}

static void put_question(struct words *w)
{
	const struct next_question *q = w->n->questions;
	if (w->n->n_questions == 0 || q->tier >= w->n->now.tier)
		return;
	say(w, " Ask: ", "先问：");
	quote(w, q->ask);
	if (w->chinese)
		buf_printf(w->b, "，答“是”即为 %c 档。", q->tier);
	else
		buf_printf(w->b, " A yes makes it tier %c.", q->tier);
}

static void put_falls(struct words *w)
{
	const struct next_falls *f = &w->n->falls;
	if (f->total_at == INSTANT_NEVER && f->stage_at == INSTANT_NEVER)
		return;
	say(w, " If nothing happens, ", "若无动作，");
	if (f->total_at != INSTANT_NEVER) {
		say(w, "the score falls to ", "");
		if (w->chinese)
			put_day(w, f->total_at), buf_puts(w->b, " 降至 ");
		buf_printf(w->b, w->chinese ? "%d 分" : "%d on ", f->total);
		if (!w->chinese)
			put_day(w, f->total_at);
	}
	if (f->stage_at != INSTANT_NEVER) {
		if (f->total_at != INSTANT_NEVER)
			say(w, ", and ", "，");
		if (w->chinese)
			put_day(w, f->stage_at), buf_puts(w->b, " 由 ");
		put_stage(w, w->n->now.stage);
		say(w, " falls back to ", " 退回");
		put_stage(w, f->stage);
		if (!w->chinese)
			buf_puts(w->b, " on "), put_day(w, f->stage_at);
	}
	say(w, ".", "。");
}

void next_summary(struct buf *out, const struct model *m, const struct scoring_next *n, bool chinese)
{
	struct words w = {out, m, n, chinese};
	put_next_stage(&w);
	put_question(&w);
	put_falls(&w);
}
