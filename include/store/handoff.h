/* Handoffs as readers see them. */
#ifndef STORE_HANDOFF_H
#define STORE_HANDOFF_H

#include "store/db.h"

/* Text is borrowed from the connection until its next statement. */
struct handoff_row {
	struct uuid id, lead_id, transition_id;
	const char *state, *stage;
	int64_t version, created_at, updated_at;
	const char *context; /* JSON text */
};

struct handoff_filter {
	const char *state; /* NULL: any */
	bool has_lead;
	struct uuid lead_id;
	bool has_after;
	struct uuid after; /* the last id of the page before */
	size_t limit;
};

/* ST_NOT_FOUND "handoff_not_found". */
enum status store_handoff_read(
    struct db *db, const struct uuid *workspace, const struct uuid *id, struct handoff_row *ret, struct err *e);
/* Newest first. */
enum status store_handoff_list(struct db *db, const struct uuid *workspace, const struct handoff_filter *f,
    struct arena *arena, struct handoff_row **ret, size_t *ret_n, bool *ret_more, struct err *e);

#endif
