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
	bool next_looks_same;          /* at next_change_at the lead looks as it does now: right only where the look ahead reached its bound */
	json_t *broken;                /* owned: one sentence for each invariant that did not hold */
};

void driver_die(const char *what, const struct err *e) __attribute__((noreturn)); /* says what and exits 2 */
uint64_t driver_random(uint64_t *state);

/* points_now add up to the total, and the explanation shows the same lead as the replay. */
void driver_check_explanation(struct driver_case *c, struct scoring_lead *replayed, const struct explanation *x);
/* The events arrive one by one, with saving, loading and looking in between: the final state bytes are those of the replay. */
void driver_check_steps(struct driver_case *c, struct scoring_lead *replayed);
/* One millisecond before next_change_at the lead looks as it does now; says in next_looks_same whether it still does at that instant. */
void driver_check_next(struct driver_case *c, struct scoring_lead *replayed);

#endif
