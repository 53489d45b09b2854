/* Webhooks out: the endpoints as rows, for those who manage them. Who delivers: webhook_lease.h. */
#ifndef STORE_WEBHOOK_H
#define STORE_WEBHOOK_H

#include "store/db.h"

#define WEBHOOKS_MAX 200

/* Text is arena-owned. */
struct webhook_row {
	struct uuid id;
	const char *kind, *url, *description;
	const char *const *types;
	size_t n_types;
	const char *secrets, *settings;      /* JSON text */
	const char *state, *disabled_reason; /* enabled, disabled; NULL: none */
	int64_t disabled_at, created_at, updated_at, failing_since;
	int64_t revision;
	int32_t failures;
};

/* `optional`: types that are written to the outbox only where some endpoint wants them. Fills in id, revision and
 * times. ST_CONFLICT "webhooks_too_many". */
enum status store_webhook_create(struct db *db, const struct uuid *workspace, int64_t now, const char *const *optional,
    size_t n_optional, struct webhook_row *w, struct err *e);
/* ST_NOT_FOUND "webhook_not_found". */
enum status store_webhook_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct webhook_row *ret, struct err *e);
enum status store_webhook_list(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct webhook_row **ret, size_t *ret_n, struct err *e);
/* Writes it whole, when it is still of that revision, and counts it up. ST_CONFLICT "version_mismatch". */
enum status store_webhook_change(struct db *db, const struct uuid *workspace, int64_t now, const char *const *optional,
    size_t n_optional, struct webhook_row *w, struct err *e);
/* if_revision -1: whatever it is. */
enum status store_webhook_delete(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t if_revision, int64_t now, const char *const *optional, size_t n_optional, struct err *e);

#endif
