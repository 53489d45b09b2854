/* Leads whose stored score, tier or stage is out of date because time has passed: what the decay refresh looks for.
 *
 * Reading only, no locks: two instances may find the same leads, and refreshing twice is harmless. */
#ifndef STORE_DUE_H
#define STORE_DUE_H

#include "store/db.h"

struct due_workspace {
	struct uuid id;
	int64_t oldest; /* the earliest next_change_at that has passed */
};
/* At most `max` workspaces, the longest overdue first. */
enum status store_due_workspaces(
    struct db *db, int64_t now, struct due_workspace *ret, size_t max, size_t *ret_n, struct err *e);

/* A place in the order of (next_change_at, id). */
struct due_lead {
	struct uuid id;
	int64_t at;
};
/* At most `max` leads due at `now` behind `after` (NULL: from the first), in that order. */
enum status store_due_leads(struct db *db, const struct uuid *workspace, int64_t now, const struct due_lead *after,
    struct due_lead *ret, size_t max, size_t *ret_n, struct err *e);

#endif
