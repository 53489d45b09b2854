/* API keys and workspaces, as the command line and authentication need them.
 *
 * A key is "lsk_" + base64url(workspace id, 16 bytes + 32 random bytes): it names its workspace, so that looking it up touches one tenant. Only its
 * SHA-256 is stored. */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "store/db.h"

#define KEY_TEXT_MAX 80
struct key_row {
	struct uuid workspace_id, id;
	char role[16];
	char label[256];
	char hint[8];
	int64_t created_at, expires_at, revoked_at; /* INSTANT_NEVER: none */
	const char *const *origins;                 /* arena-owned */
	size_t n_origins;
	char country[4];                            /* of the workspace */
	const char *cleaning;                       /* of the workspace, JSON text; arena-owned; NULL: every step. Of store_key_find alone */
	const char *event_types;                    /* of the workspace, JSON text or NULL; arena-owned; only by store_key_find */
};

/* Makes a key and stores its hash; ret_text gets the only copy of it. expires_at INSTANT_NEVER: does not expire. */
enum status store_key_create(struct db *db, const struct uuid *workspace, const char *role, const char *label, const char *const *origins, size_t n_origins,
	int64_t expires_at, int64_t now, char ret_text[KEY_TEXT_MAX], struct uuid *ret_id, struct err *e);
/* Splits a key's text; ST_INVALID "key_malformed" when it is none. */
enum status store_key_parse(const char *text, struct uuid *ret_workspace, uint8_t ret_hash[32], struct err *e);
/* ST_NOT_FOUND when no such key; revoked and expired ones are returned with their instants. */
enum status store_key_find(struct db *db, const struct uuid *workspace, const uint8_t hash[32], struct arena *arena, struct key_row *ret, struct err *e);
enum status store_key_list(struct db *db, const struct uuid *workspace, struct arena *arena, struct key_row **ret, size_t *ret_n, struct err *e);
struct key_name {
	struct uuid workspace_id, id;
};
/* Which of n keys are revoked, expired at `now` or gone: they are moved to the front, ret_dead of them; their order is
 * lost, and so are the others. */
enum status store_keys_dead(struct db *db, struct key_name *keys, size_t n, int64_t now, size_t *ret_dead, struct err *e);
/* ST_NOT_FOUND when there is none or it is revoked already. */
enum status store_key_revoke(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now, struct err *e);

struct workspace_row {
	struct uuid id;
	char name[256];
	char country[4];
	int64_t active_model, created_at;
};
/* Creates a workspace with `model_document` (JSON text, validated by the caller) as active version 1. time_zone: one that models take; NULL: UTC.
 * ST_CONFLICT "workspace_exists". */
enum status store_workspace_create(struct db *db, const char *name, const char *country, const char *time_zone, const char *model_name,
	const char *model_document, int64_t now, struct uuid *ret_id, struct err *e);
enum status store_workspace_find(struct db *db, const char *name, struct workspace_row *ret, struct err *e);
enum status store_workspace_list(struct db *db, struct arena *arena, struct workspace_row **ret, size_t *ret_n, struct err *e);

#endif
