/* The outbox, and the deliveries made of it.
 *
 * Whoever changes what the outside is to be told of writes a row here in the transaction that makes it true. A fan-out
 * then makes one delivery for each endpoint that wants it: never by "id > last", for ids are older than their commits,
 * but by looking for rows without fanned_at. One fan-out of a workspace at a time: it holds the locks of all its
 * enabled endpoints. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/batch.h"
#include "store/db.h"

/* Rows for the caller's pipeline. Of what is of no lead lead_id is the row's own id. lead_version 0 where the lead's
 * row was not locked: it then comes in the order of ids. */
enum status store_outbox_send(
    struct db *db, const struct uuid *workspace, const struct batch_outbox *rows, size_t n, int64_t now, struct err *e);

/* The next workspace after `after` with rows that nobody was told yet. */
enum status store_outbox_workspace(
    struct db *db, const struct uuid *after, bool *ret_found, struct uuid *ret, struct err *e);

/* Text is arena-owned. */
struct outbox_endpoint {
	struct uuid id;
	const char **types;
	size_t n_types;
	int64_t last_seq;
	bool fed; /* last_seq has grown */
};
struct outbox_news {
	struct uuid id, lead_id;
	int64_t place, lead_version;
	int32_t ordinal;
	const char *topic;
};
struct delivery_new {
	struct uuid webhook_id, outbox_id, lead_id;
	int64_t seq;
	const char *type;
	bool follows; /* one of its lead before it in this list, for the same endpoint */
};

/* Begins: the endpoints, locked, by id; the oldest rows (about `limit`, in no order), which count as told. Then finish
 * or give_up. */
enum status store_outbox_begin(struct db *db, const struct uuid *workspace, size_t limit, int64_t now,
    struct arena *arena, struct outbox_endpoint **ret_endpoints, size_t *ret_n_endpoints, struct outbox_news **ret_rows,
    size_t *ret_n_rows, struct err *e);
enum status store_outbox_finish(struct db *db, const struct uuid *workspace, const struct outbox_endpoint *endpoints,
    size_t n_endpoints, const struct delivery_new *deliveries, size_t n, int64_t now, struct err *e);
void store_outbox_give_up(struct db *db);

/* What was told, in the order of ids, after one id up to another. failed_at: of that, what failed for good at this
 * endpoint and was not sent to it again since; or NULL. */
enum status store_outbox_page(struct db *db, const struct uuid *workspace, const struct uuid *failed_at,
    const struct uuid *after, const struct uuid *last, size_t limit, struct arena *arena, struct outbox_news **ret,
    size_t *ret_n, struct err *e);
/* Makes deliveries for one endpoint at the end of its queue; their seq is filled in. ST_NOT_FOUND: it is gone. */
enum status store_outbox_append(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct batch_outbox *row, struct delivery_new *deliveries, size_t n, int64_t now, struct err *e);

#endif
