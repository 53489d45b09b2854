/* A look back as JSON: both versions side by side. */
#include <math.h>
#include <stdlib.h>

#include "backtest_priv.h"
#include "learn/rate.h"

#define FEW 20

static const char *const names[VERSIONS] = {"compare", "draft"};

static void put_number(struct buf *b, const char *name, double x, int decimals)
{
	double tens = pow(10, decimals), y = round(x * tens) / tens;
	buf_printf(b, "\"%s\":%.*f", name, decimals, y == 0 ? 0 : y);
}

static void put_rate(struct buf *b, const char *name, int64_t k, int64_t n)
{
	struct rate r = rate_wilson(k, n, RATE_Z95);
	if (n == 0) {
		buf_printf(b, "\"%s\":null", name);
		return;
	}
	buf_printf(b, "\"%s\":{", name);
	put_number(b, "value", r.value, 5);
	buf_putc(b, ',');
	put_number(b, "low", r.low, 5);
	buf_putc(b, ',');
	put_number(b, "high", r.high, 5);
	buf_putc(b, '}');
}

static void put_auc(struct buf *b, const char *name, const struct ranking_auc *a, const struct ranking *r)
{
	if (!r->positives || !r->negatives) {
		buf_printf(b, "\"%s\":null", name);
		return;
	}
	buf_printf(b, "\"%s\":{", name);
	put_number(b, "value", a->value, 5);
	buf_putc(b, ',');
	put_number(b, "low", a->low, 5);
	buf_putc(b, ',');
	put_number(b, "high", a->high, 5);
	if (a == &r->difference) {
		buf_putc(b, ',');
		put_number(b, "p", r->p, 5);
	}
	buf_putc(b, '}');
}

static void put_tenths(struct buf *b, const struct lift_tenth *t)
{
	buf_puts(b, ",\"deciles\":[");
	for (int i = 0; i < RANKING_TENTHS; i++) {
		buf_printf(b, "%s{\"decile\":%d,", i ? "," : "", i + 1);
		put_number(b, "cases", t[i].cases, 1);
		buf_putc(b, ',');
		put_number(b, "positives", t[i].positives, 2);
		buf_putc(b, ',');
		put_number(b, "rate", t[i].rate, 5);
		buf_putc(b, ',');
		put_number(b, "lift", t[i].lift, 3);
		buf_putc(b, ',');
		put_number(b, "recall", t[i].recall, 5);
		buf_puts(b, ",\"score_low\":");
		buf_json_milli(b, t[i].low);
		buf_puts(b, ",\"score_high\":");
		buf_json_milli(b, t[i].high);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_version(
    const struct backtest_outcome *o, struct buf *b, int k, const struct ranking *r, const struct lift_tenth *tenths)
{
	int64_t n[2][2] = {{0}}; /* [positive][qualified] */
	for (size_t i = 0; i < o->sum->n; i++)
		n[o->sum->cases[i].positive][o->sum->cases[i].qualified[k]]++;
	buf_printf(b,
	    ",\"%s\":{\"model_version\":%lld,\"true_positives\":%lld,\"false_positives\":%lld,\"false_negatives\":%lld,"
	    "\"true_negatives\":%lld,",
	    names[k], (long long)model_version(o->models[k]), (long long)n[1][1], (long long)n[0][1],
	    (long long)n[1][0], (long long)n[0][0]);
	put_rate(b, "precision", n[1][1], n[1][1] + n[0][1]);
	buf_putc(b, ',');
	put_rate(b, "recall", n[1][1], n[1][1] + n[1][0]);
	buf_putc(b, ',');
	int64_t twice = 2 * n[1][1], all = twice + n[0][1] + n[1][0];
	if (all)
		put_number(b, "f1", (double)twice / (double)all, 5);
	else
		buf_puts(b, "\"f1\":null");
	buf_putc(b, ',');
	put_auc(b, "auc", &r->auc[k], r);
	put_tenths(b, tenths);
	buf_putc(b, '}');
}

static const char *known_name(enum known_by k)
{
	return k == KNOWN_RECEIVED ? "received" : "occurred";
}

static void put_head(const struct backtest_outcome *o, struct buf *b, const struct ranking *r)
{
	const struct backtest_facts *f = o->facts;
	const struct backtest_wish *w = f->wish;
	const struct backtest_sum *s = o->sum;
	char horizon[64];
	duration_format(w->horizon, horizon, sizeof horizon);
	buf_printf(b,
	    "{\"model_version\":%lld,\"compare_to\":%lld,\"from\":", (long long)model_version(o->models[PREVIEWED]),
	    (long long)model_version(o->models[COMPARED]));
	buf_json_time(b, w->from);
	buf_puts(b, ",\"to\":");
	buf_json_time(b, w->to);
	buf_printf(b,
	    ",\"horizon\":\"%s\",\"known_by\":{\"used\":\"%s\",\"chosen\":\"%s\",\"events\":%lld,\"late\":%lld}",
	    horizon, known_name(f->known_by), w->known_by == KNOWN_AUTO ? "by the data" : "by the request",
	    (long long)f->events, (long long)f->late);
	buf_printf(b, ",\"leads\":{\"total\":%lld,\"looked_at\":%lld,\"sample\":", (long long)o->pass.population,
	    (long long)o->pass.visited);
	if (o->pass.share < 1) {
		buf_putc(b, '{');
		put_number(b, "share", o->pass.share, 6);
		buf_printf(b, ",\"seed\":%llu}}", (unsigned long long)w->pass.seed);
	} else {
		buf_puts(b, "null}");
	}
	buf_printf(b,
	    ",\"cases\":{\"positives\":%lld,\"negatives\":%lld,\"negatives_lost\":%lld,\"negatives_never\":%lld},"
	    "\"left_out\":{\"ended_outside\":%lld,\"not_known_yet\":%lld,\"no_instant\":%lld,\"not_for\":%lld}",
	    (long long)r->positives, (long long)r->negatives, (long long)s->lost, (long long)s->never,
	    (long long)s->outside, (long long)s->too_new, (long long)s->no_instant, (long long)s->not_for);
}

static void put_method(const struct backtest_outcome *o, struct buf *b)
{
	bool received = o->facts->known_by == KNOWN_RECEIVED;
	buf_puts(b, ",\"method\":");
	if (o->facts->wish->chinese)
		buf_json_str(b,
		    received
			? "正例是窗口内成交的线索，取成交前 horizon "
			  "的时刻；反例是窗口内丢单的线索（同法取时刻）和从未成交"
			  "或丢单的线索，后者从它当时已存在的正例时刻中随机取一个。只用当时已经发生并且已经收到的事件。"
			  "预测为真：当时阶段为 MQL 或更后。占比附 95% Wilson 区间；AUC 附 DeLong 95% "
			  "区间，同分算一半；"
			  "十分位中同分线索均摊。"
			: "正例是窗口内成交的线索，取成交前 horizon "
			  "的时刻；反例是窗口内丢单的线索（同法取时刻）和从未成交"
			  "或丢单的线索，后者从它当时已存在的正例时刻中随机取一个。只用当时已经发生的事件，不论何时收到"
			  "。"
			  "预测为真：当时阶段为 MQL 或更后。占比附 95% Wilson 区间；AUC 附 DeLong 95% "
			  "区间，同分算一半；"
			  "十分位中同分线索均摊。");
	else
		buf_json_str(
		    b, received
			   ? "Positives won in the window and are seen one horizon before. Negatives were lost in the "
			     "window, seen likewise, or never won or lost: those are seen at the instant of a positive "
			     "drawn at random among those at which they were known (risk-set sampling). Only events "
			     "that had "
			     "occurred and been received by then count. Predicted: at MQL or beyond at that instant. "
			     "Shares "
			     "have 95 % Wilson bounds, AUC counts ties half and has DeLong's 95 % bounds; in deciles "
			     "leads of "
			     "one score are spread evenly."
			   : "Positives won in the window and are seen one horizon before. Negatives were lost in the "
			     "window, seen likewise, or never won or lost: those are seen at the instant of a positive "
			     "drawn at random among those at which they were known (risk-set sampling). Only events "
			     "that had "
			     "occurred by then count, whenever they were received. Predicted: at MQL or beyond at that "
			     "instant. Shares have 95 % Wilson bounds, AUC counts ties half and has DeLong's 95 % "
			     "bounds; in "
			     "deciles leads of one score are spread evenly.");
}

static void put_warning(struct buf *b, bool *some, const char *code, const char *detail)
{
	buf_printf(b, "%s{\"code\":\"%s\",\"detail\":", *some ? "," : "", code);
	buf_json_str(b, detail);
	buf_putc(b, '}');
	*some = true;
}

static void put_warnings(const struct backtest_outcome *o, struct buf *b, const struct ranking *r)
{
	bool zh = o->facts->wish->chinese, some = false;
	buf_puts(b, ",\"warnings\":[");
	if (r->positives < FEW || r->negatives < FEW)
		put_warning(b, &some, "few_outcomes",
		    zh ? "正例或反例不足 20 个，数字很不确定。"
		       : "There are fewer than 20 positives or negatives: the figures are very uncertain.");
	if (o->facts->wish->known_by == KNOWN_AUTO && o->facts->known_by == KNOWN_OCCURRED)
		put_warning(b, &some, "received_times_implausible",
		    zh ? "窗口内过半事件在发生一天之后才收到，像是一次导入；因此按发生时间取用事件，补记的事件可能泄露"
			 "结果。"
		       : "More than half of the window's events were received over a day after they occurred, as by an "
			 "import. Events were taken by when they occurred, so what was entered afterwards may give "
			 "results away.");
	if (r->interval && r->p > .05)
		put_warning(b, &some, "no_clear_difference",
		    zh ? "两个版本的 AUC 没有显著差别（p > 0.05）。"
		       : "The AUCs of the two versions do not differ clearly (p > 0.05).");
	buf_putc(b, ']');
}

enum status backtest_render(const struct backtest_outcome *o, struct buf *out, struct err *e)
{
	struct ranking r;
	struct lift_tenth tenths[VERSIONS][RANKING_TENTHS];
	struct ranking_case *cases = calloc(o->sum->n + 1, sizeof *cases);
	if (!cases)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < o->sum->n; i++) {
		const struct backtest_case *c = &o->sum->cases[i];
		cases[i] = (struct ranking_case){{c->score[COMPARED], c->score[PREVIEWED]}, c->positive};
	}
	enum status s = ranking_of(cases, o->sum->n, &r, e);
	for (int k = 0; s == ST_OK && k < VERSIONS; k++)
		s = ranking_lift(cases, o->sum->n, k, tenths[k], e);
	free(cases);
	if (s != ST_OK)
		return s;
	/* Said of the draft: how much better it is. */
	r.difference =
	    (struct ranking_auc){-r.difference.value, r.difference.se, -r.difference.high, -r.difference.low};
	put_head(o, out, &r);
	put_method(o, out);
	for (int k = VERSIONS - 1; k >= 0; k--)
		put_version(o, out, k, &r, tenths[k]);
	buf_putc(out, ',');
	put_auc(out, "auc_difference", &r.difference, &r);
	put_warnings(o, out, &r);
	buf_printf(out, ",\"took_ms\":%lld}", (long long)o->took_ms);
	return ST_OK;
}
