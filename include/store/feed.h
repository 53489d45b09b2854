/* The change feed of a workspace: every transition once, in an order that never changes and has no late arrivals.
 *
 * Transitions have their places, and so has what is told of handoffs, in one numbering: the feed of transitions skips
 * the places of the others.
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

/* A lead as it is now, beside what happened to it then. */
struct feed_lead {
	bool exists; /* else it was erased meanwhile */
	struct uuid id;
	const char *name, *tier, *grade, *stage, *owner; /* name, owner: NULL: none */
	int32_t score;
};

/* A transition, or what was told of a handoff. */
struct feed_item {
	int64_t position, at;
	struct uuid lead_id;
	struct feed_lead lead;
	const char *topic;                /* handoff.created, ...; NULL: it is a transition */
	const char *payload;              /* of a handoff: JSON text */
	struct transition_row transition; /* else */
};

/* Row `i` of a statement that selects a transition's columns in the order of feed_page.sql. */
struct transition_row store_transition_row(const struct db_result *r, size_t i);

/* Up to `limit` rows after position `after`, of `kind` ("stage", "tier"; NULL: both). ret_last: resume from here; it is
 * `after` when nothing is new. ret_more: rows beyond these are there already. */
enum status store_feed_read(struct db *db, const struct uuid *workspace, int64_t after, const char *kind, size_t limit,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e);

/* The same of everything in it. Items, in `arena`, borrow their texts until the connection's next statement. */
enum status store_feed_items(struct db *db, const struct uuid *workspace, int64_t after, size_t limit,
    struct arena *arena, struct feed_item **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e);

/* The last place given out, after as many have been given as one pass gives: where one begins who wants only what comes
 * from now on. */
enum status store_feed_end(struct db *db, const struct uuid *workspace, int64_t *ret_last, struct err *e);

/* Which of n feeds have something beyond seen[i]; those that do are true in `ret`. Of one that does not exist: false.
 */
enum status store_feed_news(
    struct db *db, const struct uuid *workspaces, const int64_t *seen, size_t n, bool *ret, struct err *e);

#endif
