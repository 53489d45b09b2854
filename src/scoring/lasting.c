/* Awards that end, by their instants. Sums are differences of running sums, so that a look costs by the logarithm. */
#include "lasting_priv.h"

#include <stdlib.h>
#include <string.h>

#include "model_priv.h"

/* Room for one more behind the last: at most twice what is kept, so that making room seldom moves anything. */
static bool room(struct lasting *a)
{
	if (a->start + a->n < a->cap)
		return true;
	if (a->start >= a->n && a->start) {
		memmove(a->awards, a->awards + a->start, a->n * sizeof(*a->awards));
		a->start = 0;
		return true;
	}
	uint32_t cap = a->cap ? a->cap * 2 : 8;
	struct lasting_award *grown = realloc(a->awards, cap * sizeof(*grown));
	if (!grown)
		return false;
	a->awards = grown;
	a->cap = cap;
	return true;
}

/* Behind the last. */
static void append(struct lasting *a, int64_t at, uint32_t weight)
{
	struct lasting_award *to = a->awards + a->start + a->n;
	uint64_t sum = a->n ? to[-1].sum : 0;
	uint32_t weights = a->n ? to[-1].weights : 0;
	*to = (struct lasting_award){at, sum + weight * (uint64_t)at, weights + weight, weight};
	a->n++;
}

bool lasting_add(struct lasting *a, int64_t at, int64_t life, uint32_t weight)
{
	uint32_t live = lasting_live(a, at, life);
	live = live < LASTING_MAX ? live : LASTING_MAX - 1;
	a->start += a->n - live;
	a->n = live;
	if (!room(a))
		return false;
	append(a, at, weight);
	return true;
}

uint32_t lasting_live(const struct lasting *a, int64_t at, int64_t life)
{
	if (a->n == 0)
		return 0;
	const struct lasting_award *awards = a->awards + a->start;
	if (awards[0].at > at - life)
		return a->n;
	uint32_t ended = 0, live = a->n; /* awards[ended] has ended, awards[live] has not */
	while (live - ended > 1) {
		uint32_t middle = ended + (live - ended) / 2;
		*(awards[middle].at > at - life ? &live : &ended) = middle;
	}
	return a->n - live;
}

int64_t lasting_at(const struct lasting *a, uint32_t i)
{
	return a->awards[a->start + a->n - 1 - i].at;
}

uint32_t lasting_weight(const struct lasting *a, uint32_t i)
{
	return a->awards[a->start + a->n - 1 - i].weight;
}

void lasting_keep(struct lasting *a, uint32_t keep)
{
	struct lasting_award *from = a->awards + a->start;
	uint32_t n = a->n;
	a->start = a->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		int64_t at = from[i].at;
		uint32_t weight = from[i].weight * keep / LASTING_WHOLE;
		if (weight)
			append(a, at, weight);
	}
}

int64_t lasting_points(const struct engagement_rule *r, uint64_t weights, uint64_t rest)
{
	uint64_t size = (uint64_t)(r->points < 0 ? -r->points : r->points), worth;
	if (!r->linear) {
		worth = (size * weights + LASTING_WHOLE / 2) / LASTING_WHOLE;
	} else if (rest % LASTING_WHOLE == 0) {
		/* points * rest / life; the product may not fit, so whole lives first. */
		uint64_t life = (uint64_t)r->life, whole = rest / LASTING_WHOLE;
		worth = size * (whole / life) + (2 * size * (whole % life) + life) / (2 * life);
	} else {
		unsigned __int128 life = (unsigned __int128)r->life * LASTING_WHOLE;
		worth = (uint64_t)((2 * (unsigned __int128)size * rest + life) / (2 * life));
	}
	return r->points < 0 ? -(int64_t)worth : (int64_t)worth;
}

int64_t lasting_worth(const struct lasting *a, const struct engagement_rule *r, int64_t at)
{
	uint32_t n = lasting_live(a, at, r->life);
	if (n == 0)
		return 0;
	const struct lasting_award *end = a->awards + a->start + a->n, *first = end - n;
	uint64_t instants = end[-1].sum - first->sum + first->weight * (uint64_t)first->at;
	uint64_t weights = (uint32_t)(end[-1].weights - first->weights + first->weight);
	return lasting_points(r, weights, instants + weights * ((uint64_t)r->life - (uint64_t)at));
}

bool lasting_copy(struct lasting *to, const struct lasting *from)
{
	*to = (struct lasting){0};
	if (from->n == 0)
		return true;
	to->awards = malloc(from->n * sizeof(*to->awards));
	if (!to->awards)
		return false;
	memcpy(to->awards, from->awards + from->start, from->n * sizeof(*to->awards));
	to->n = to->cap = from->n;
	return true;
}

void lasting_free(struct lasting *a)
{
	free(a->awards);
	*a = (struct lasting){0};
}
