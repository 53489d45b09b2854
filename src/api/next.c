/* GET /v1/leads/{id}/next: what would lift the lead, what to ask it, and when it falls if nothing happens. */
#include <string.h>

#include "base/instant.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/next_summary.h"
#include "story_priv.h"

#define EVENTS_SHOWN 50

const char *const next_parameters[] = {"at", "model_version", "line", "language", NULL};

struct next_input {
	struct story_wish wish;
	int64_t at;
	const char *language; /* NULL: the model's */
};

enum status next_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const languages[] = {"zh", "en", NULL};
	struct next_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->at = c->received_at;
	enum status s = story_wish_read(c, &in->wish, e);
	if (s == ST_OK)
		s = param_time(c, "at", &in->at, e);
	if (s == ST_OK)
		s = param_word(c, "language", languages, &in->language, e);
	return s;
}

static void put_text(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, "\"%s\":", key);
	buf_json_str(b, text);
}

static void put_milli(struct buf *b, const char *key, int64_t milli, bool known)
{
	buf_printf(b, ",\"%s\":", key);
	if (known)
		buf_json_milli(b, milli);
	else
		buf_puts(b, "null");
}

static void put_stages(struct buf *b, const struct scoring_next *n)
{
	buf_puts(b, ",\"stages\":[");
	for (size_t i = 0; i < n->n_stages; i++) {
		const struct next_stage *s = &n->stages[i];
		buf_puts(b, i ? ",{" : "{");
		put_text(b, "stage", stage_name(s->stage));
		buf_putc(b, ',');
		put_text(b, "label", s->label);
		put_milli(b, "short_of", s->short_of, s->short_of >= 0);
		buf_puts(b, ",\"needs\":[");
		for (size_t j = 0; j < s->n_needs; j++) {
			if (j)
				buf_putc(b, ',');
			buf_json_str(b, s->needs[j]);
		}
		buf_puts(b, s->armed ? "],\"armed\":true" : "],\"armed\":false");
		put_milli(b, "rearm_below", s->rearm_below, s->rearm_below != INT64_MIN);
		render_member_time(b, "not_before", s->not_before);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_events(struct buf *b, const struct scoring_next *n)
{
	buf_puts(b, ",\"events\":[");
	for (size_t i = 0; i < n->n_events && i < EVENTS_SHOWN; i++) {
		const struct next_event *k = &n->events[i];
		buf_puts(b, i ? ",{" : "{");
		put_text(b, "rule", k->rule);
		buf_putc(b, ',');
		put_text(b, "label", k->label);
		buf_putc(b, ',');
		put_text(b, "type", k->type);
		put_milli(b, "points", k->gain, true);
		put_milli(b, "points_two", k->gain_two, true);
		buf_putc(b, ',');
		put_text(b, "stage", stage_name(k->stage));
		buf_putc(b, ',');
		put_text(b, "stage_two", stage_name(k->stage_two));
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_questions(struct buf *b, const struct scoring_next *n)
{
	buf_puts(b, ",\"questions\":[");
	for (size_t i = 0; i < n->n_questions; i++) {
		const struct next_question *q = &n->questions[i];
		buf_puts(b, i ? ",{" : "{");
		put_text(b, "criterion", q->criterion);
		buf_putc(b, ',');
		put_text(b, "label", q->label);
		buf_putc(b, ',');
		put_text(b, "ask", q->ask);
		put_milli(b, "weight", q->weight, true);
		buf_printf(b, ",\"core\":%s,\"tier\":\"%c\"}", q->core ? "true" : "false", q->tier);
	}
	buf_putc(b, ']');
}

/* {"at", "to"}, or null when it does not come to that. */
static bool begin_fall(struct buf *b, const char *key, int64_t at)
{
	buf_printf(b, ",\"%s\":", key);
	if (at == INSTANT_NEVER) {
		buf_puts(b, "null");
		return false;
	}
	buf_puts(b, "{\"at\":");
	render_time(b, at);
	buf_puts(b, ",\"to\":");
	return true;
}

static void put_falls(struct buf *b, const struct next_falls *f)
{
	char tier[2] = {f->tier, '\0'};
	buf_puts(b, ",\"falls\":{\"looked_until\":");
	render_time(b, f->looked_until);
	if (begin_fall(b, "score", f->total_at))
		buf_printf(b, "%d}", f->total);
	if (begin_fall(b, "grade", f->grade_at))
		buf_printf(b, "\"%s\"}", f->grade);
	if (begin_fall(b, "tier", f->tier_at))
		buf_printf(b, "\"%s\"}", tier);
	if (begin_fall(b, "stage", f->stage_at))
		buf_printf(b, "\"%s\"}", stage_name(f->stage));
	buf_putc(b, '}');
}

static void put_expiries(struct buf *b, const struct scoring_next *n)
{
	buf_puts(b, ",\"expiries\":[");
	for (size_t i = 0; i < n->n_expiries; i++) {
		const struct next_expiry *x = &n->expiries[i];
		buf_puts(b, i ? ",{" : "{");
		put_text(b, "kind", x->tag ? "tag" : "offset");
		buf_putc(b, ',');
		put_text(b, "tag", x->tag);
		put_milli(b, "points", x->points, !x->tag);
		render_member_time(b, "at", x->at);
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

static enum status render(struct api_call *c, const struct next_input *in, const struct story *story,
    const struct scoring_next *n, struct err *e)
{
	const struct model *m = story->model;
	const struct scoring_view *v = &n->now;
	const char *language = in->language ? in->language : strncmp(model_language(m), "zh", 2) == 0 ? "zh" : "en";
	struct buf summary = BUF_INIT;
	next_summary(&summary, m, n, strcmp(language, "zh") == 0);
	if (!buf_ok(&summary)) {
		buf_free(&summary);
		return out_of_memory(e);
	}
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"lead_id\":");
	buf_json_uuid(b, story->lead.id.b);
	buf_puts(b, ",\"score\":");
	render_score(b, v->shown_total, v->shown_fit, v->shown_engagement, &v->shown_offset, in->at, model_version(m));
	buf_printf(b, ",\"tier\":\"%c\",\"grade\":\"%s\",", v->tier, v->grade);
	put_text(b, "stage", stage_name(v->stage));
	buf_putc(b, ',');
	put_text(b, "exclusion", v->exclusion);
	buf_putc(b, ',');
	put_text(b, "language", language);
	buf_putc(b, ',');
	put_text(b, "summary", summary.data);
	put_stages(b, n);
	put_events(b, n);
	put_questions(b, n);
	put_falls(b, &n->falls);
	put_expiries(b, n);
	buf_free(&summary);
	return ST_OK;
}

static enum status look_ahead(struct api_call *c, const struct next_input *in, const struct story *story, struct err *e)
{
	struct scoring_lead *l = NULL;
	struct scoring_next next;
	enum status s = scoring_replay(story->model, story->events, story->n, in->at, &l, NULL, e);
	if (s == ST_OK)
		s = scoring_next(l, &next, e);
	if (s == ST_OK) {
		s = render(c, in, story, &next, e);
		scoring_next_free(&next);
	}
	scoring_lead_free(&l);
	return s;
}

enum status next_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct next_input *in = call_state(c)->input;
	struct story story;
	enum status s = story_open(a, c, db, &in->wish, &story, e);
	if (s != ST_OK)
		return s;
	s = look_ahead(c, in, &story, e);
	story_close(&story);
	return s;
}
