/* Sales people. What their document says: ingest/user.h. */
#ifndef STORE_USER_H
#define STORE_USER_H

#include "store/db.h"

#define USERS_MAX 2000 /* of a workspace */

/* Text is arena-owned. */
struct user_row {
	struct uuid id;
	int64_t revision, created_at, updated_at;
	const char *document; /* JSON text: every member but id, version and the instants */
	/* For writing only; taken from the document. */
	const char *name, *email, *role; /* email NULL: none */
	bool active;
};

struct user_filter {
	const char *role; /* NULL: any */
	bool has_active, active;
	struct uuid after; /* nil: from the first */
	size_t limit;
};

/* id and revision are filled in. Errors: ST_CONFLICT "users_too_many", "user_exists" (pointer "/email"). */
enum status store_user_add(struct db *db, const struct uuid *workspace, int64_t now, struct user_row *io, struct err *e);
/* If its revision is still io->revision. Errors: ST_CONFLICT "version_mismatch", "user_exists". */
enum status store_user_change(struct db *db, const struct uuid *workspace, int64_t now, struct user_row *io, struct err *e);
/* if_revision -1: whatever it is; ST_CONFLICT "version_mismatch". ST_NOT_FOUND "user_not_found", here and below. */
enum status store_user_delete(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t if_revision, struct err *e);
enum status store_user_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct user_row *ret, struct err *e);
/* Oldest first. */
enum status store_user_list(struct db *db, const struct uuid *workspace, const struct user_filter *f, struct arena *arena, struct user_row **ret, size_t *ret_n, bool *ret_more,
	struct err *e);

#endif
