/* What a preview should make somebody stop and think about, in words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "learn/rate.h"
#include "simulate_priv.h"

#define MOST 0.9  /* a rule that fires for more than this tells leads apart no more */
#define BROAD 0.5 /* an ideal customer that more than this are */
#define ENOUGH 50 /* fewer leads say nothing about a rule or a tier */
#define LOSS 0.5  /* of today's MQLs */

struct warner {
	const struct simulate_outcome *o;
	struct buf *out;
	bool some;
};

static void warn(struct warner *w, const char *code, const char *rule, const char *detail)
{
	buf_puts(w->out, w->some ? ",{\"code\":" : "{\"code\":");
	buf_json_str(w->out, code);
	if (rule) {
		buf_puts(w->out, ",\"rule\":");
		buf_json_str(w->out, rule);
	}
	buf_puts(w->out, ",\"detail\":");
	buf_json_str(w->out, detail);
	buf_putc(w->out, '}');
	w->some = true;
}

static void warn_of_rule(struct warner *w, size_t i)
{
	const struct tally *t = w->o->tally;
	struct model_rule r = model_rule_at(w->o->models[AFTER], i);
	struct rate share = rate_wilson(t->fired[i], t->leads, RATE_Z95);
	bool zh = w->o->wish->chinese, part = w->o->pass.share < 1;
	char text[1200], bound[120] = "";
	if (t->fired[i] == 0) {
		if (part)
			snprintf(bound, sizeof bound,
			    zh ? "（按此样本，全库中触发的至多占 %.2f%%）"
			       : "; by this sample it does for %.2f %% of the base at most",
			    share.high * 100);
		snprintf(text, sizeof text,
		    zh ? "规则“%s”对看过的 %lld 条线索一次也没有触发%s。"
		       : "The rule \"%s\" fired for none of the %lld leads looked at%s.",
		    r.label, (long long)t->leads, bound);
		warn(w, "rule_never_fires", r.id, text);
	} else if (share.value > MOST) {
		snprintf(text, sizeof text,
		    zh ? "规则“%s”对 %.1f%% 的线索触发，几乎不能区分线索。"
		       : "The rule \"%s\" fires for %.1f %% of leads, so it hardly tells them apart.",
		    r.label, share.value * 100);
		warn(w, "rule_fires_for_most", r.id, text);
	}
}

static int64_t in_tier(const struct tally *t, int tier)
{
	int64_t n = 0;
	for (int i = 0; i < TIERS; i++)
		n += t->tiers[i][tier];
	return n;
}

static void warn_of_tiers(struct warner *w)
{
	const struct tally *t = w->o->tally;
	bool zh = w->o->wish->chinese;
	char text[400];
	double a = (double)in_tier(t, 0) / (double)t->leads;
	if (a > BROAD) {
		snprintf(text, sizeof text,
		    zh ? "理想客户画像太宽：%.1f%% 的线索都是 A 档。"
		       : "The ideal customer profile is so broad that %.1f %% of leads are tier A.",
		    a * 100);
		warn(w, "icp_too_broad", NULL, text);
	} else if (in_tier(t, 0) + in_tier(t, 1) + in_tier(t, 2) == 0) {
		snprintf(text, sizeof text,
		    zh ? "看过的 %lld 条线索没有一条达到 C 档：画像太窄，或者资料里没有它要看的内容。"
		       : "None of the %lld leads looked at reaches tier C: the profile is too narrow, or leads do not "
			 "say what "
			 "it asks for.",
		    (long long)t->leads);
		warn(w, "icp_too_narrow", NULL, text);
	}
}

static void warn_of_volume(struct warner *w)
{
	const struct tally *t = w->o->tally;
	bool zh = w->o->wish->chinese;
	char text[400];
	double capacity = w->o->wish->capacity, week = 0;
	int64_t before = 0, after = 0;
	for (int i = 0; i < WEEKS; i++)
		week += scaled(w->o, t->entries[AFTER][i]) / WEEKS;
	for (int i = 0; i < STAGE_COUNT; i++)
		for (int j = 0; j < STAGE_COUNT; j++) {
			before += stage_qualified((enum stage)i) ? t->stages[i][j] : 0;
			after += stage_qualified((enum stage)j) ? t->stages[i][j] : 0;
		}
	if (capacity >= 0 && week > capacity) {
		snprintf(text, sizeof text,
		    zh ? "预计每周 %.1f 条 MQL，超过销售每周能接的 %.1f 条。"
		       : "%.1f MQLs a week are to be expected, more than the %.1f that sales can take.",
		    week, capacity);
		warn(w, "over_capacity", NULL, text);
	}
	if (after == 0) {
		snprintf(text, sizeof text, "%s",
		    zh ? "按这个模型没有一条线索是 MQL。" : "Not one lead is an MQL under this model.");
		warn(w, "no_mql", NULL, text);
	} else if (before > 0 && (double)t->lost > LOSS * (double)before) {
		snprintf(text, sizeof text,
		    zh ? "现有 MQL 中有 %.1f%% 会失去资格。" : "%.1f %% of today's MQLs would no longer be.",
		    100 * (double)t->lost / (double)before);
		warn(w, "mql_mostly_lost", NULL, text);
	}
}

void simulate_warn(const struct simulate_outcome *o, struct buf *out)
{
	struct warner w = {.o = o, .out = out};
	buf_puts(out, ",\"warnings\":[");
	if (o->tally->leads >= ENOUGH) {
		for (size_t i = 0; i < model_rule_count(o->models[AFTER]); i++)
			warn_of_rule(&w, i);
		warn_of_tiers(&w);
	} else {
		warn(&w, "few_leads", NULL,
		    o->wish->chinese ? "线索太少，看不出规则和档位是否合适。"
				     : "There are too few leads to say anything about rules and tiers.");
	}
	if (o->tally->leads)
		warn_of_volume(&w);
	buf_putc(out, ']');
}
