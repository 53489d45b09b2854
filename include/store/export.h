/* Reading out a whole workspace, page by page, from one snapshot.
 *
 * store_export_begin opens a read-only transaction; all that is read until db_rollback is of one instant, however long
 * it takes. Pages are walks along a primary key; the events of a page of leads come through a cursor, so that a lead
 * with a million of them costs no more memory than one with ten. Rows are borrowed from the connection until its next
 * statement, what is in arrays is the arena's. */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "store/feed.h"
#include "store/lead.h"
#include "store/merge.h"

enum status store_export_begin(struct db *db, struct err *e);

struct export_lead {
	struct lead_row lead;
	struct lead_identity_row *identities;
	size_t n_identities;
};
/* Up to `limit` leads behind `after` in order of id; none that has been merged into another: it is in the identities of
 * that one. */
enum status store_export_leads(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t limit,
    struct arena *arena, struct export_lead **ret, size_t *ret_n, struct err *e);

struct export_event {
	struct uuid lead_id, key;
	int64_t at, received_at, voided_at; /* voided_at INSTANT_NEVER: it counts */
	const char *type;
	const char *event_id;                                    /* NULL: the key is the id */
	const char *properties, *patch, *source, *email, *phone; /* NULL: none */
	const char *void_reason, *flag, *cleaned;                /* NULL: none */
	const struct lead_identity_row *identities;              /* of its lead, the next few that were not told yet */
	size_t n_identities;
};
#define EXPORT_IDENTITIES_MAX 8 /* with one event */

/* Visits each event of up to `limit` leads behind `after`, merged ones too, lead by lead in order of time. *ret_leads:
 * how many leads; *ret_last: the last one's id. What `visit` returns other than ST_OK ends it. */
enum status store_export_events(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t limit,
    struct arena *arena, enum status (*visit)(void *ctx, const struct export_event *ev, struct err *e), void *ctx,
    size_t *ret_leads, struct uuid *ret_last, struct err *e);

/* Visits the merges that stand, in order of time. The arena is reset between them. */
enum status store_export_merges(struct db *db, const struct uuid *workspace, struct arena *arena,
    enum status (*visit)(void *ctx, const struct merge_row *m, struct err *e), void *ctx, struct err *e);

/* Up to `limit` transitions behind `after` in order of id, which is that in which they were made; held ones are not
 * told yet. */
enum status store_export_transitions(struct db *db, const struct uuid *workspace, const struct uuid *after,
    size_t limit, struct arena *arena, struct transition_row **ret, size_t *ret_n, struct err *e);

#endif
