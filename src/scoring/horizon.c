/* When a decaying value first leaves the range in which nothing changes: branch and bound, exact to the millisecond.
 *
 * Over an interval each rule's worth lies between its ends (figures.c), so sums and clamps of the ends bound every
 * value inside. An interval whose bounds stay within the spans holds no exit; one that does not is halved, the earlier
 * half first; one of a single instant is exact. */
#include "lead_priv.h"

#include "base/instant.h"
#include "decay_priv.h"

#define SEARCH_STEPS_MAX 20000

struct search {
	struct scoring_lead *l;
	const struct span *span;
	size_t steps;
};

static bool stays(struct search *s, int64_t from, int64_t to)
{
	struct range r;
	lead_range(s->l, from, to, &r);
	return range_within(&r, s->span);
}

static int64_t first_exit(struct search *s, int64_t from, int64_t to)
{
	if (s->steps++ >= SEARCH_STEPS_MAX)
		return from; /* proven so far; the caller settles here and goes on */
	if (stays(s, from, to))
		return INSTANT_NEVER;
	if (from == to)
		return from;
	int64_t middle = from + (to - from) / 2;
	int64_t found = first_exit(s, from, middle);
	return found != INSTANT_NEVER ? found : first_exit(s, middle + 1, to);
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
	struct range r;
	if (to <= from || (lead_reach(l, from, to, &r) && range_within(&r, span)) || stays(&s, from + 1, to))
		return INSTANT_NEVER;
	int64_t extinct = lead_extinct(l);
	if (to > extinct)
		to = extinct; /* nothing moves after it */
	/* Near instants are likelier: widen step by step, so that the search is short when the exit is near. */
	int64_t step = MS_HOUR;
	while (from < to) {
		int64_t end = to - from > step ? from + step : to;
		int64_t found = first_exit(&s, from + 1, end);
		if (found != INSTANT_NEVER)
			return found;
		from = end;
		step *= 8;
	}
	return INSTANT_NEVER;
}
