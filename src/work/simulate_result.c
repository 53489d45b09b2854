/* A preview as JSON. */
#include <math.h>

#include "learn/rate.h"
#include "simulate_priv.h"

#define BINS_MAX 30

static const char *const sides[SIDES] = {"before", "after"};

double scaled(const struct simulate_outcome *o, int64_t count)
{
	return o->pass.visited > 0 ? (double)count * (double)o->pass.population / (double)o->pass.visited : 0;
}

static bool sampled(const struct simulate_outcome *o)
{
	return o->pass.share < 1;
}

static void put_number(struct buf *b, double x, int decimals)
{
	double tens = pow(10, decimals), y = round(x * tens) / tens;
	buf_printf(b, "%.*f", decimals, y == 0 ? 0 : y);
}

/* {"leads","share","low","high"}: of the whole base there is nothing to be unsure of. */
static void put_share(const struct simulate_outcome *o, struct buf *b, int64_t k)
{
	struct rate r = rate_wilson(k, o->tally->leads, RATE_Z95);
	buf_puts(b, "\"leads\":");
	put_number(b, scaled(o, k), 0);
	buf_puts(b, ",\"share\":");
	put_number(b, r.value, 5);
	buf_puts(b, ",\"low\":");
	put_number(b, sampled(o) ? r.low : r.value, 5);
	buf_puts(b, ",\"high\":");
	put_number(b, sampled(o) ? r.high : r.value, 5);
}

static void put_head(const struct simulate_outcome *o, struct buf *b)
{
	const struct tally *t = o->tally;
	buf_printf(b,
	    "{\"model_version\":%lld,\"compare_to\":%lld,\"as_of\":", (long long)model_version(o->models[AFTER]),
	    (long long)model_version(o->models[BEFORE]));
	buf_json_time(b, o->wish->as_of);
	buf_printf(b,
	    ",\"leads\":{\"total\":%lld,\"looked_at\":%lld,\"counted\":%lld,\"without_events\":%lld,\"not_for\":%lld,"
	    "\"sample\":",
	    (long long)o->pass.population, (long long)t->visited, (long long)t->leads, (long long)t->empty,
	    (long long)t->not_for);
	if (sampled(o)) {
		buf_puts(b, "{\"share\":");
		put_number(b, o->pass.share, 6);
		buf_printf(b, ",\"seed\":%llu}}", (unsigned long long)o->wish->pass.seed);
	} else {
		buf_puts(b, "null}");
	}
	buf_puts(b, ",\"method\":");
	buf_json_str(
	    b, o->wish->chinese
		   ? "两个版本都按该时刻前的全部事件重放；样本按线索编号的散列抽取，人数按比例放大，"
		     "占比附 95% Wilson 区间，每周合计附含有限总体修正的正态 95% 区间。"
		   : "Every lead was replayed under both versions from all of its events up to as_of. A sample is "
		     "drawn by a hash of the lead's id and seed; counts are scaled up to the base, shares have "
		     "95 % Wilson bounds, totals a week normal 95 % bounds with the finite population correction.");
}

static int64_t score_at(const int64_t *counts, int64_t n, double q)
{
	int64_t below = 0;
	for (int i = 0; i < SCORES; i++)
		if ((below += counts[i]) > 0 && (double)below >= q * (double)n)
			return i + SCORES_MIN;
	return 0;
}

static void put_summary(const struct simulate_outcome *o, struct buf *b, int side)
{
	const int64_t *counts = o->tally->scores[side];
	double sum = 0;
	for (int i = 0; i < SCORES; i++)
		sum += (double)counts[i] * (i + SCORES_MIN);
	buf_printf(b, ",\"%s\":{\"mean\":", sides[side]);
	put_number(b, o->tally->leads ? sum / (double)o->tally->leads : 0, 2);
	static const int percents[] = {10, 50, 90, 99};
	for (int i = 0; i < 4; i++)
		buf_printf(
		    b, ",\"p%d\":%lld", percents[i], (long long)score_at(counts, o->tally->leads, percents[i] / 100.0));
	buf_putc(b, '}');
}

static int floor_div(int a, int b)
{
	return a / b - (a % b < 0);
}

/* The narrowest round width of which few bins do. */
static int bin_width(const struct tally *t, int *ret_low, int *ret_high)
{
	static const int widths[] = {1, 2, 5, 10, 20, 50, 100, 200, 500};
	int low = SCORES_MAX, high = SCORES_MIN;
	for (int i = 0; i < SCORES; i++) {
		if (!t->scores[BEFORE][i] && !t->scores[AFTER][i])
			continue;
		low = i + SCORES_MIN < low ? i + SCORES_MIN : low;
		high = i + SCORES_MIN;
	}
	if (low > high)
		low = high = 0;
	size_t w = 0;
	while (w + 1 < sizeof widths / sizeof widths[0] &&
	       floor_div(high, widths[w]) - floor_div(low, widths[w]) >= BINS_MAX)
		w++;
	*ret_low = floor_div(low, widths[w]);
	*ret_high = floor_div(high, widths[w]);
	return widths[w];
}

static void put_scores(const struct simulate_outcome *o, struct buf *b)
{
	int low, high, width = bin_width(o->tally, &low, &high);
	buf_printf(b, ",\"scores\":{\"bin\":%d", width);
	put_summary(o, b, BEFORE);
	put_summary(o, b, AFTER);
	buf_puts(b, ",\"histogram\":[");
	for (int bin = low; bin <= high; bin++) {
		buf_printf(b, "%s{\"from\":%d,\"to\":%d", bin > low ? "," : "", bin * width, (bin + 1) * width);
		for (int k = 0; k < SIDES; k++) {
			int64_t n = 0;
			for (int s = bin * width; s < (bin + 1) * width; s++)
				if (s >= SCORES_MIN && s <= SCORES_MAX)
					n += o->tally->scores[k][s - SCORES_MIN];
			buf_printf(b, ",\"%s\":", sides[k]);
			put_number(b, scaled(o, n), 0);
		}
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

static const char *tier_name(int i)
{
	static const char *const names[TIERS] = {"A", "B", "C", "D", "X"};
	return names[i];
}

static const char *stage_word(int i)
{
	return stage_name((enum stage)i);
}

/* A matrix of `n` by `n` and its two margins: how many were and are, and who went where. */
static void put_moves(const struct simulate_outcome *o, struct buf *b, const char *name, const char *unit,
    const int64_t *matrix, int n, const char *(*word)(int))
{
	buf_printf(b, ",\"%s\":{", name);
	for (int k = 0; k < SIDES; k++) {
		buf_printf(b, "%s\"%s\":[", k ? "," : "", sides[k]);
		for (int i = 0; i < n; i++) {
			int64_t sum = 0;
			for (int j = 0; j < n; j++)
				sum += k == BEFORE ? matrix[i * n + j] : matrix[j * n + i];
			buf_printf(b, "%s{\"%s\":\"%s\",", i ? "," : "", unit, word(i));
			put_share(o, b, sum);
			buf_putc(b, '}');
		}
		buf_putc(b, ']');
	}
	buf_puts(b, ",\"moves\":[");
	bool some = false;
	for (int i = 0; i < n * n; i++) {
		if (i / n == i % n || !matrix[i])
			continue;
		buf_printf(b, "%s{\"from\":\"%s\",\"to\":\"%s\",\"leads\":", some ? "," : "", word(i / n), word(i % n));
		put_number(b, scaled(o, matrix[i]), 0);
		buf_putc(b, '}');
		some = true;
	}
	buf_puts(b, "]}");
}

static void put_movers(struct buf *b, const char *name, const struct movers *m)
{
	buf_printf(b, "\"%s\":[", name);
	for (size_t i = 0; i < m->n; i++) {
		buf_puts(b, i ? ",{\"lead_id\":" : "{\"lead_id\":");
		buf_json_uuid(b, m->list[i].lead.b);
		for (int k = 0; k < SIDES; k++) {
			const struct standing *s = &m->list[i].side[k];
			buf_printf(b, ",\"%s\":{\"score\":%d,\"tier\":\"%s\",\"stage\":\"%s\"}", sides[k], s->score,
			    tier_name(s->tier), stage_name(s->stage));
		}
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_mql(const struct simulate_outcome *o, struct buf *b)
{
	const struct tally *t = o->tally;
	int64_t n[SIDES] = {0, 0};
	for (int i = 0; i < STAGE_COUNT; i++)
		for (int j = 0; j < STAGE_COUNT; j++) {
			n[BEFORE] += stage_qualified((enum stage)i) ? t->stages[i][j] : 0;
			n[AFTER] += stage_qualified((enum stage)j) ? t->stages[i][j] : 0;
		}
	const struct {
		const char *name;
		int64_t n;
	} lines[] = {{"before", n[BEFORE]}, {"after", n[AFTER]}, {"gained", t->gained}, {"lost", t->lost}};
	buf_puts(b, ",\"mql\":{");
	for (int i = 0; i < 4; i++) {
		buf_printf(b, "%s\"%s\":{", i ? "," : "", lines[i].name);
		put_share(o, b, lines[i].n);
		buf_putc(b, '}');
	}
	buf_puts(b, "},\"movers\":{");
	put_movers(b, "gained", &t->gainers);
	buf_putc(b, ',');
	put_movers(b, "lost", &t->losers);
	buf_putc(b, '}');
}

static void put_week_side(const struct simulate_outcome *o, struct buf *b, int side, int *ret_over)
{
	struct spread weeks = {0};
	struct total t = spread_total(&o->tally->entries_of_lead[side], (int64_t)(scaled(o, o->tally->leads) + .5));
	int over = 0;
	for (int i = 0; i < WEEKS; i++) {
		double n = scaled(o, o->tally->entries[side][i]);
		spread_add(&weeks, n);
		over += o->wish->capacity >= 0 && n > o->wish->capacity;
	}
	buf_printf(b, "\"%s\":{\"mean\":", sides[side]);
	put_number(b, weeks.mean, 2);
	buf_puts(b, ",\"sd\":");
	put_number(b, spread_sd(&weeks), 2);
	buf_puts(b, ",\"low\":");
	put_number(b, sampled(o) ? fmax(0, t.low / WEEKS) : weeks.mean, 2);
	buf_puts(b, ",\"high\":");
	put_number(b, sampled(o) ? t.high / WEEKS : weeks.mean, 2);
	if (o->wish->capacity >= 0) {
		buf_printf(b, ",\"weeks_over_capacity\":%d", over);
		if (o->wish->capacity > 0) {
			buf_puts(b, ",\"load\":");
			put_number(b, weeks.mean / o->wish->capacity, 3);
		}
	}
	buf_putc(b, '}');
	*ret_over = over;
}

static void put_weekly(const struct simulate_outcome *o, struct buf *b)
{
	int over;
	buf_puts(b, ",\"weekly\":{");
	put_week_side(o, b, BEFORE, &over);
	buf_putc(b, ',');
	put_week_side(o, b, AFTER, &over);
	buf_puts(b, ",\"capacity_per_week\":");
	if (o->wish->capacity >= 0)
		put_number(b, o->wish->capacity, 2);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"weeks\":[");
	for (int i = WEEKS - 1; i >= 0; i--) {
		buf_puts(b, i < WEEKS - 1 ? ",{\"from\":" : "{\"from\":");
		buf_json_time(b, o->wish->as_of - (i + 1) * MS_WEEK);
		buf_puts(b, ",\"to\":");
		buf_json_time(b, o->wish->as_of - i * MS_WEEK);
		for (int k = 0; k < SIDES; k++) {
			buf_printf(b, ",\"%s\":{\"mql\":", sides[k]);
			put_number(b, scaled(o, o->tally->entries[k][i]), 0);
			buf_puts(b, ",\"sal\":");
			put_number(b, scaled(o, o->tally->sals[k][i]), 0);
			buf_putc(b, '}');
		}
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

static void put_rules(const struct simulate_outcome *o, struct buf *b)
{
	const struct model *m = o->models[AFTER];
	buf_puts(b, ",\"rules\":[");
	for (size_t i = 0; i < model_rule_count(m); i++) {
		struct model_rule r = model_rule_at(m, i);
		buf_puts(b, i ? ",{\"id\":" : "{\"id\":");
		buf_json_str(b, r.id);
		buf_puts(b, ",\"label\":");
		buf_json_str(b, r.label);
		buf_printf(b, ",\"kind\":\"%s\",\"points\":", r.fit ? "fit" : "engagement");
		buf_json_milli(b, r.points);
		buf_putc(b, ',');
		put_share(o, b, o->tally->fired[i]);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

void simulate_render(const struct simulate_outcome *o, struct buf *out)
{
	const struct tally *t = o->tally;
	put_head(o, out);
	put_scores(o, out);
	put_moves(o, out, "tiers", "tier", &t->tiers[0][0], TIERS, tier_name);
	put_moves(o, out, "stages", "stage", &t->stages[0][0], STAGE_COUNT, stage_word);
	put_mql(o, out);
	put_weekly(o, out);
	put_rules(o, out);
	simulate_warn(o, out);
	buf_printf(out, ",\"took_ms\":%lld}", (long long)o->took_ms);
}
