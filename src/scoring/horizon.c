/* When a decaying value first leaves the range in which nothing changes: branch and bound, exact to the millisecond.
 *
 * Over an interval each rule's worth lies between its ends, so sums and clamps of the ends bound every value inside. An
 * interval whose bounds stay within the spans holds no exit; one that does not is cut, the earlier part first; an
 * instant is exact. Where an interval is narrow few rules move at all, so only those are looked at. */
#include "lead_priv.h"

#include "base/instant.h"
#include "decay_priv.h"

#define SEARCH_STEPS_MAX 20000
#define LEVELS_MAX 96
#define GUESSES_MAX 16 /* then it goes on without */

/* An end of the interval looked at, and those around it. Rules before `active` in the list may move within it. */
struct level {
	int64_t high;
	size_t active;
	bool out; /* the values at `high` are known to lie outside */
};

struct search {
	struct scoring_lead *l;
	const struct span *span;
	size_t steps, picks, guesses;
	int64_t low;       /* proven up to here */
	struct range then; /* the values there */
	struct level level[LEVELS_MAX];
	size_t depth;
};

static bool moves(const struct engagement_rule *r)
{
	return r->half_life != HALF_LIFE_NONE || r->life;
}

static size_t group_of(const struct model *m, const struct engagement_rule *r)
{
	return r->group == GROUP_NONE ? m->n_groups : r->group;
}

/* A sum that shrinks toward zero, so what lies between two instants lies between their values. Only negative half-life
 * sums are floored at each period, which may set them back by less than 2^-30 milli, so by one after rounding. */
static struct span between(const struct engagement_rule *r, int64_t a, int64_t b, bool floored)
{
	if (r->points >= 0)
		return (struct span){b, a};
	int64_t slack = floored && (a || b) ? 1 : 0;
	return (struct span){(a < b ? a : b) - slack, (a > b ? a : b) + slack};
}

static bool floored(const struct scoring_lead *l, const struct engagement_rule *r)
{
	uint16_t h = r->half_life;
	return h != HALF_LIFE_NONE && l->factors[h].period != l->factors_high[h].period;
}

static struct range sums(const struct scoring_lead *l)
{
	const struct model *m = l->model;
	struct span sum = {l->group_low[m->n_groups], l->group_high[m->n_groups]};
	for (size_t i = 0; i < m->n_groups; i++) {
		sum.low += clamp(l->group_low[i], m->groups[i].bounds);
		sum.high += clamp(l->group_high[i], m->groups[i].bounds);
	}
	return range_of_engagement(l, sum);
}

/* What does not move, and the rules that do with their worth at `from`. */
static void begin(struct search *s, int64_t from)
{
	struct scoring_lead *l = s->l;
	const struct model *m = l->model;
	struct level *first = &s->level[0];
	bool known = l->figures_known && l->figures_at == from;
	lead_factors(m, from, l->factors);
	l->factors_known = true;
	l->factors_at = from;
	s->low = from;
	s->depth = 1;
	*first = (struct level){0};
	for (size_t i = 0; i <= m->n_groups; i++)
		l->fixed[i] = l->group_low[i] = 0;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		int64_t v = r->idle;
		if (l->rules[i].sum) {
			l->worth_low[i] = known ? l->worth_now[i] : rule_worth(l, i, l->factors, from);
			v = clamp(l->worth_low[i], r->bounds);
		}
		l->group_low[group_of(m, r)] += v;
		if (l->rules[i].sum && moves(r))
			l->active[first->active++] = (uint16_t)i;
		else
			l->fixed[group_of(m, r)] += v;
	}
	for (size_t i = 0; i <= m->n_groups; i++)
		l->group_high[i] = l->group_low[i];
	s->then = sums(l);
}

/* Bounds over (low, high], and the values at high. */
static void look(struct search *s, const struct level *at, struct range *ret_over, struct range *ret_then)
{
	struct scoring_lead *l = s->l;
	const struct model *m = l->model;
	lead_factors(m, at->high, l->factors_high);
	for (size_t i = 0; i <= m->n_groups; i++)
		l->group_low[i] = l->group_high[i] = l->fixed[i];
	for (size_t i = 0; i < at->active; i++) {
		size_t rule = l->active[i];
		const struct engagement_rule *r = &m->rules[rule];
		l->worth_high[rule] = rule_worth(l, rule, l->factors_high, at->high);
		struct span v = between(r, l->worth_low[rule], l->worth_high[rule], floored(l, r));
		l->group_low[group_of(m, r)] += clamp(v.low, r->bounds);
		l->group_high[group_of(m, r)] += clamp(v.high, r->bounds);
	}
	*ret_over = sums(l);
	for (size_t i = 0; i <= m->n_groups; i++)
		l->group_low[i] = l->fixed[i];
	for (size_t i = 0; i < at->active; i++) {
		const struct engagement_rule *r = &m->rules[l->active[i]];
		l->group_low[group_of(m, r)] += clamp(l->worth_high[l->active[i]], r->bounds);
	}
	for (size_t i = 0; i <= m->n_groups; i++)
		l->group_high[i] = l->group_low[i];
	*ret_then = sums(l);
}

/* Within the interval nothing leaves: it begins at its end now. */
static void prove(struct search *s, const struct level *done, const struct range *then)
{
	struct scoring_lead *l = s->l;
	for (size_t i = 0; i < done->active; i++)
		l->worth_low[l->active[i]] = l->worth_high[l->active[i]];
	for (size_t i = 0; i < l->model->n_half_lives; i++)
		l->factors[i] = l->factors_high[i];
	l->factors_at = done->high;
	s->low = done->high;
	s->then = *then;
	s->depth--;
	size_t around = s->depth ? s->level[s->depth - 1].active : done->active;
	for (size_t i = done->active; i < around; i++) {
		const struct engagement_rule *r = &l->model->rules[l->active[i]];
		l->fixed[group_of(l->model, r)] -= clamp(l->worth_low[l->active[i]], r->bounds);
	}
}

/* How many of the rules still move within (low, high]: those that do not go behind the others. */
static size_t narrow(struct search *s, const struct level *at)
{
	struct scoring_lead *l = s->l;
	size_t n = at->active;
	for (size_t i = 0; i < n;) {
		uint16_t rule = l->active[i];
		const struct engagement_rule *r = &l->model->rules[rule];
		if (l->worth_low[rule] != l->worth_high[rule] || (r->points < 0 && floored(l, r))) {
			i++;
			continue;
		}
		l->active[i] = l->active[--n];
		l->active[n] = rule;
		l->fixed[group_of(l->model, r)] += clamp(l->worth_low[rule], r->bounds);
	}
	return n;
}

/* Where a value that goes from `now` beyond a bound by `fall` in all may pass it, if it went straight. */
static void pass_at(int64_t width, int64_t gap, int64_t fall, int64_t *offset, int64_t *per_milli)
{
	if (gap <= 0 || fall < gap)
		return;
	int64_t at = (int64_t)((__int128)width * gap / fall);
	if (at < *offset) {
		*offset = at;
		*per_milli = width / fall;
	}
}

/* Where a value is thought to fall out of its span, if that is told for the rules at hand. */
static int64_t guess(struct search *s, size_t active)
{
	int64_t fall = INT64_MAX;
	for (int q = 0; q < QUANTITY_COUNT; q++) {
		int64_t now = q == QUANTITY_SCORE ? s->then.total.low : s->then.engagement.low;
		if (s->span[q].low != INT64_MIN && now - s->span[q].low + 1 < fall)
			fall = now - s->span[q].low + 1;
	}
	if (fall == INT64_MAX || s->guesses >= GUESSES_MAX)
		return INSTANT_NEVER;
	s->guesses++;
	return lead_foresee(s->l, s->l->active, active, s->low, fall);
}

/* Where to cut the interval: where it is guessed, near where a straight line would leave, or in the middle. */
static int64_t cut(struct search *s, size_t active, int64_t high, const struct range *over)
{
	int64_t guessed = guess(s, active);
	if (guessed > s->low && guessed < high)
		return guessed;
	int64_t width = high - s->low, offset = INT64_MAX, per_milli = 0;
	for (int q = 0; over && q < QUANTITY_COUNT && s->picks % 3 != 2; q++) {
		struct span now = q == QUANTITY_SCORE ? s->then.total : s->then.engagement;
		struct span bounds = q == QUANTITY_SCORE ? over->total : over->engagement;
		if (bounds.low < s->span[q].low)
			pass_at(width, now.low - s->span[q].low + 1, now.low - bounds.low, &offset, &per_milli);
		if (bounds.high > s->span[q].high)
			pass_at(width, s->span[q].high - now.high + 1, bounds.high - now.high, &offset, &per_milli);
	}
	/* Two milli before it by turns, so that both ends come near. */
	if (offset != INT64_MAX && s->picks % 3 == 1)
		offset -= 2 * per_milli;
	s->picks++;
	if (offset <= 0 || offset >= width)
		offset = width / 2;
	return s->low + offset;
}

/* The first exit within (low, high]. */
static int64_t first_exit(struct search *s, int64_t high)
{
	s->level[0].high = high;
	s->level[0].out = false;
	s->depth = 1;
	while (s->depth) {
		struct level *at = &s->level[s->depth - 1];
		struct range over, then;
		size_t active = at->active;
		bool looked = !at->out || at->high == s->low + 1;
		if (s->steps++ >= SEARCH_STEPS_MAX)
			return s->low + 1; /* proven so far; the caller settles there and goes on */
		if (looked) {
			look(s, at, &over, &then);
			at->out = !range_within(&then, s->span);
			if (range_within(&over, s->span) || (at->high == s->low + 1 && !at->out)) {
				prove(s, at, &then);
				continue;
			}
			if (at->high == s->low + 1)
				return at->high;
			active = narrow(s, at);
		}
		int64_t middle = cut(s, active, at->high, looked ? &over : NULL);
		if (s->depth < LEVELS_MAX)
			at = &s->level[s->depth++];
		*at = (struct level){.high = middle, .active = active};
	}
	return INSTANT_NEVER;
}

int64_t lead_extinct(const struct scoring_lead *l)
{
	const struct model *m = l->model;
	int64_t extinct = INT64_MIN;
	for (size_t i = 0; i < m->n_rules; i++) {
		uint16_t h = m->rules[i].half_life;
		__int128 sum = l->rules[i].sum;
		if (m->rules[i].life && sum) {
			int64_t end = lasting_at(&l->lasting[m->rules[i].lasting], 0) + m->rules[i].life;
			extinct = end > extinct ? end : extinct;
		}
		if (h == HALF_LIFE_NONE || sum == 0)
			continue;
		/* |A| < 2^29 is worth less than half a milli whatever the factor; a floor may add one to it. */
		unsigned __int128 size = sum < 0 ? -(unsigned __int128)sum : (unsigned __int128)sum;
		uint64_t high = (uint64_t)(size >> 28);
		int64_t n = high ? 64 - __builtin_clzll(high) : 0;
		int64_t end = (l->rules[i].half_life_period + n) * m->half_lives[h];
		if (end > extinct)
			extinct = end;
	}
	return extinct;
}

int64_t lead_first_exit(struct scoring_lead *l, int64_t from, int64_t to, const struct span span[QUANTITY_COUNT])
{
	struct search s = {.l = l, .span = span};
	struct range over, then;
	if (to <= from)
		return INSTANT_NEVER;
	begin(&s, from);
	s.level[0].high = to;
	look(&s, &s.level[0], &over, &then);
	if (range_within(&over, span))
		return INSTANT_NEVER;
	int64_t extinct = lead_extinct(l);
	if (to > extinct)
		to = extinct; /* nothing moves after it */
	/* Near instants are likelier: widen step by step, so that the search is short when the exit is near and cannot
	 * be guessed. */
	int64_t step = guess(&s, s.level[0].active) < to ? to - from : MS_HOUR;
	while (from < to) {
		int64_t end = to - from > step ? from + step : to;
		int64_t found = first_exit(&s, end);
		if (found != INSTANT_NEVER)
			return found;
		from = end;
		step *= 8;
	}
	return INSTANT_NEVER;
}
