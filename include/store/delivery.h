/* What endpoints were sent and are to be sent, for people who look. Who delivers: webhook_lease.h. */
#ifndef STORE_DELIVERY_H
#define STORE_DELIVERY_H

#include "store/db.h"

/* Text is arena-owned. */
struct delivery_row {
	int64_t seq;
	struct uuid outbox_id, lead_id; /* the same: it is about no lead */
	const char *type, *state;       /* pending, delivered, failed */
	int32_t attempts, last_status, latency_ms;
	int64_t next_at, created_at, first_at, last_at; /* INSTANT_NEVER: none */
	const char *last_error, *reply; /* NULL: none; reply is JSON text, of store_delivery_read only */
	bool has_latency;
};

struct delivery_filter {
	const char *state, *type; /* NULL: any */
	bool has_lead;
	struct uuid lead_id;
	int64_t before; /* seq of the last of the page before; INT64_MAX: from the newest */
	size_t limit;
};
/* Newest first. */
enum status store_delivery_list(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct delivery_filter *f, struct arena *arena, struct delivery_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e);
/* ST_NOT_FOUND "delivery_not_found". */
enum status store_delivery_read(struct db *db, const struct uuid *workspace, const struct uuid *webhook, int64_t seq,
    struct arena *arena, struct delivery_row *ret, struct err *e);

/* A step of the retention in one workspace: what is older than `before`, and what is left of deleted endpoints. */
enum status store_delivery_expire(
    struct db *db, const struct uuid *workspace, int64_t before, size_t max, bool *ret_more, struct err *e);
/* Workspaces with something kept, from an id on. */
enum status store_delivery_workspaces(
    struct db *db, const struct uuid *after, struct uuid *ret, size_t max, size_t *ret_n, struct err *e);

#endif
