/* Awards that end: decay `linear` and `expires_after`; docs/scoring.md 4. The instants of a rule's newest awards, since
 * each ends by itself and the sum cannot be kept as one figure. */
#ifndef SCORING_LASTING_PRIV_H
#define SCORING_LASTING_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LASTING_MAX 256 /* one more displaces the oldest */

#define LASTING_WHOLE 1000 /* the weight of an award of which no partial reset has taken anything */

struct lasting_award {
	int64_t at;
	uint64_t sum; /* of weight times instant up to this one, modulo 2^64: a difference of two gives those between */
	uint32_t weights; /* their sum likewise */
	uint32_t weight;
};

/* Oldest first. Zeroed: none. Those that ended may still be in it. */
struct lasting {
	struct lasting_award *awards; /* owned */
	uint32_t start, n, cap;
};

struct engagement_rule;

/* Keeps an award not before the newest; drops what has ended by then. False: out of memory. */
bool lasting_add(struct lasting *a, int64_t at, int64_t life, uint32_t weight);
/* How many of them, the newest, are still worth something. */
uint32_t lasting_live(const struct lasting *a, int64_t at, int64_t life);
int64_t lasting_at(const struct lasting *a, uint32_t i);      /* the instant of the i-th, the newest first */
uint32_t lasting_weight(const struct lasting *a, uint32_t i); /* of the i-th: 1 to LASTING_WHOLE */
/* Leaves each award so many thousandths of its weight; those of which nothing is left, the oldest, are dropped. */
void lasting_keep(struct lasting *a, uint32_t keep);
/* Before the rule's own bounds. */
int64_t lasting_worth(const struct lasting *a, const struct engagement_rule *r, int64_t at);
bool lasting_copy(struct lasting *to, const struct lasting *from); /* false: out of memory, and `to` is empty */
void lasting_free(struct lasting *a);

/* What awards are worth by the sums of their weights and of weight times milliseconds left, rounded half away from
 * zero. */
int64_t lasting_points(const struct engagement_rule *r, uint64_t weights, uint64_t rest);

#endif
