/* The change feed of a workspace: every transition once, in an order that never changes and has no late arrivals.
 *
 * Positions are given to committed rows only, by readers, under the lock of the workspace's row in `feeds`: a number
 * given later is always higher, whatever order transactions committed in, so that a cursor cannot pass a row it has not
 * seen. Rows of one pass are numbered by (at, lead, version, ordinal), so a lead's own transitions keep their order. */
#ifndef STORE_FEED_H
#define STORE_FEED_H

#include "store/db.h"

/* Text is borrowed from the connection until its next statement. */
struct transition_row {
	struct uuid id, lead_id;
	int64_t position, at, model_version;
	int32_t score, fit, engagement;
	const char *kind, *from, *to, *cause, *reason;
	const char *event_id; /* NULL: none, or the key is the id */
	const char *line;     /* of a model beside the primary one; NULL: the lead's own */
	bool has_event_key;
	struct uuid event_key;
};

/* Row `i` of a statement that selects a transition's columns in the order of feed_page.sql. */
struct transition_row store_transition_row(const struct db_result *r, size_t i);

/* Up to `limit` rows after position `after`, of `kind` ("stage", "tier"; NULL: both). ret_last: resume from here; it is
 * `after` when nothing is new. ret_more: rows beyond these are there already. */
enum status store_feed_read(struct db *db, const struct uuid *workspace, int64_t after, const char *kind, size_t limit,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e);

#endif
