/* What a lead's sums are worth within bounds that are cheap to carry from event to event.
 *
 * Exact figures are a sum over all rules. Most questions only ask on which side of a threshold a value lies, and for
 * those bounds will do: since the figures were last found exactly, each rule's worth has moved toward zero, and by no
 * more than its first slope allows; what an award or the end of one does to its rule is found exactly, of that rule
 * alone. Who finds the bounds too wide asks for exact figures, which draws them together again (figures.c). So bounds
 * decide how much work is done and never what comes out. */
#ifndef SCORING_OUTLOOK_PRIV_H
#define SCORING_OUTLOOK_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logic_priv.h"

struct scoring_lead;

/* The bounds of the values over an interval of time: never narrower than the truth, exact when it is an instant. */
struct range {
	struct span total, engagement;
};

/* A group's rules, each within its own bounds; the last sum is of those without a group. */
struct outlook_sum {
	int64_t low, high; /* it lies between these at the outlook's instant */
	int64_t step;      /* what ends until the instant last reached for takes or gives */
	uint64_t down, up; /* the most that it loses and gains a millisecond, in 2^-FADE_BITS milli */
};

struct outlook {
	bool known;
	int64_t at;
	int64_t end;              /* the first instant at which an award may end at once; INSTANT_NEVER */
	struct outlook_sum *sums; /* one more than there are groups */
};

#define FADE_BITS 44
/* How fast a rule of this decay goes toward zero at most, for each milli that it is worth: in 2^-FADE_BITS a
 * millisecond. */
uint64_t fade_half_life(int64_t half_life);
uint64_t fade_linear(int64_t life);

/* Exact at an instant: cleared, then each rule that is worth something or has bounds of its own taken, then settled. */
void outlook_clear(struct scoring_lead *l, int64_t at);
void outlook_take(struct scoring_lead *l, size_t rule, int64_t worth, int64_t clamped);
void outlook_settle(struct scoring_lead *l);

/* Bounds over [its instant, to]; false: it is not known, or `to` lies before. */
bool outlook_reach(struct scoring_lead *l, int64_t to, struct range *ret);
/* Goes to the instant that was just reached for. */
void outlook_move(struct scoring_lead *l, int64_t to);
/* Goes to `at`, if it is not there; false: as above. */
bool outlook_come(struct scoring_lead *l, int64_t at);
struct range outlook_range(struct scoring_lead *l); /* bounds at its instant */
/* The rule was worth `before` and is worth `after` since an award at the outlook's instant. */
void outlook_award(struct scoring_lead *l, size_t rule, int64_t before, int64_t after);

#endif
