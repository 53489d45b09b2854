/* What the two halves of the property driver share: one history under one model, and the invariants checked on it within C. */
#ifndef PROPERTY_DRIVER_H
#define PROPERTY_DRIVER_H

#include <jansson.h>
#include <stdint.h>

#include "base/instant.h"
#include "scoring/explain.h"
#include "scoring/lead.h"
#include "scoring/model.h"

struct driver_case {
	struct model *model;           /* borrowed */
	struct scoring_event *events;  /* in order of arrival, with duplicates */
	size_t n;
	int64_t at;                    /* the instant asked for */
	uint64_t seed;                 /* of the random steps below */
	size_t steps;                  /* of driver_check_decay; 0: none */
	bool next_looks_same;          /* at next_change_at the lead looks as it does now: right only where the look ahead reached its bound */
	json_t *broken;                /* owned: one sentence for each invariant that did not hold */
};

void driver_die(const char *what, const struct err *e) __attribute__((noreturn)); /* says what and exits 2 */
void driver_broken(struct driver_case *c, const char *what);
uint64_t driver_random(uint64_t *state);

/* points_now add up to the total, and the explanation shows the same lead as the replay. */
void driver_check_explanation(struct driver_case *c, struct scoring_lead *replayed, const struct explanation *x);
/* The events arrive one by one, with saving, loading and looking in between: the final state bytes are those of the replay. */
void driver_check_steps(struct driver_case *c, struct scoring_lead *replayed);
/* Events shuffled and repeated at random give the same state bytes, profile and look. */
void driver_check_order(struct driver_case *c, struct scoring_lead *replayed);
/* From the newest event to the instant asked for in one step and in `steps` random ones: the same state bytes, look, next_change_at and effects. */
void driver_check_decay(struct driver_case *c);
/* Up to one millisecond before next_change_at the lead looks as it does now; says in next_looks_same whether it still does at that instant. */
void driver_check_next(struct driver_case *c, struct scoring_lead *replayed);

/* What the checks are made of. */
void driver_save(const struct scoring_lead *lead, struct buf *out);   /* the state bytes, into a cleared buffer */
void driver_store_and_load(struct driver_case *c, struct scoring_lead **lead); /* as if stored and read again */
struct scoring_lead *driver_replay(struct driver_case *c, const struct scoring_event *events, size_t n, int64_t at); /* owned */
bool driver_same_state(const struct scoring_lead *a, const struct scoring_lead *b);

#endif
