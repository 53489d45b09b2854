/* How leads' ways ended: customers and lost ones, for looking back at what a model would have said.
 *
 * By the events `won` and `lost`, and by a person's move to the stages customer and lost. Voided events do not count.
 */
#ifndef STORE_OUTCOME_H
#define STORE_OUTCOME_H

#include "store/db.h"

struct outcome {
	struct uuid lead_id;
	int64_t won_at, lost_at; /* the first of each; INSTANT_NEVER: it was not */
};

/* In order of lead; the leads that neither won nor lost are not there. malloc'ed: the caller frees it. */
enum status store_outcomes(
    struct db *db, const struct uuid *workspace, struct outcome **ret, size_t *ret_n, struct err *e);
/* Of the events that occurred in [from, to]: how many, and how many were received more than a day after. */
enum status store_event_lag(struct db *db, const struct uuid *workspace, int64_t from, int64_t to, int64_t *ret_events,
    int64_t *ret_late, struct err *e);

#endif
