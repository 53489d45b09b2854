/* Awards that end: decay `linear` and `expires_after`; docs/scoring.md 4. The instants of a rule's newest awards, since
 * each ends by itself and the sum cannot be kept as one figure. */
#ifndef SCORING_LASTING_PRIV_H
#define SCORING_LASTING_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LASTING_MAX 256 /* one more displaces the oldest */

struct lasting_award {
	int64_t at;
	uint64_t sum; /* of the instants up to this one, modulo 2^64: a difference of two gives those between */
};

/* Oldest first. Zeroed: none. Those that ended may still be in it. */
struct lasting {
	struct lasting_award *awards; /* owned */
	uint32_t start, n, cap;
};

struct engagement_rule;

/* Keeps an award not before the newest; drops what has ended by then. False: out of memory. */
bool lasting_add(struct lasting *a, int64_t at, int64_t life);
/* How many of them, the newest, are still worth something. */
uint32_t lasting_live(const struct lasting *a, int64_t at, int64_t life);
int64_t lasting_at(const struct lasting *a, uint32_t i); /* the instant of the i-th, the newest first */
/* Before the rule's own bounds. */
int64_t lasting_worth(const struct lasting *a, const struct engagement_rule *r, int64_t at);
bool lasting_copy(struct lasting *to, const struct lasting *from); /* false: out of memory, and `to` is empty */
void lasting_free(struct lasting *a);

/* What n awards are worth that last for `rest` milliseconds in all; of a linear rule rounded half away from zero. */
int64_t lasting_points(const struct engagement_rule *r, uint32_t n, uint64_t rest);

#endif
