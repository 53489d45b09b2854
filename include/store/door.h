/* Doors: ways in without a key, whose secret stands in the path of the request. What a form's or a source's settings mean is for others to say; here
 * they are JSON text.
 *
 * A token is "lsf_" (form) or "lsi_" (source) + base64url(workspace id, 16 bytes + 16 random bytes): like a key it names its workspace, so that looking
 * it up touches one tenant. It is stored as it is: a form's stands in a page anyway, and a source's is to be copied from a settings page. */
#ifndef STORE_DOOR_H
#define STORE_DOOR_H

#include "store/db.h"

#define DOOR_TOKEN_MAX 64
#define DOORS_MAX 1000 /* of a kind in a workspace */
#define DOOR_NAME_MAX 255

enum door_kind { DOOR_FORM, DOOR_SOURCE };
const char *door_kind_name(enum door_kind kind); /* "form": also of codes such as "form_not_found" */

/* Text is arena-owned. */
struct door_row {
	struct uuid workspace_id, id;
	enum door_kind kind;
	const char *token, *name, *settings;
	int64_t revision, created_at, updated_at, disabled_at; /* disabled_at INSTANT_NEVER: in use */
	char country[4];                                       /* of the workspace */
};

/* False: this is no token of that kind. */
bool store_door_parse(const char *token, enum door_kind kind, struct uuid *ret_workspace);
/* A token that nobody has. Errors: ST_INTERNAL without entropy. */
enum status store_door_token(enum door_kind kind, const struct uuid *workspace, char out[DOOR_TOKEN_MAX], struct err *e);

/* kind, name and settings are given, the rest is filled in. Errors: ST_INVALID "name_invalid" (pointer "/name"); ST_CONFLICT "forms_too_many"
 * and so on. */
enum status store_door_create(struct db *db, const struct uuid *workspace, int64_t now, struct arena *arena, struct door_row *door, struct err *e);
/* ST_NOT_FOUND "form_not_found" and so on, here and below. Disabled ones are found. */
enum status store_door_find(struct db *db, const struct uuid *workspace, enum door_kind kind, const char *token, struct arena *arena, struct door_row *ret,
	struct err *e);
enum status store_door_read(struct db *db, const struct uuid *workspace, enum door_kind kind, const struct uuid *id, struct arena *arena, struct door_row *ret,
	struct err *e);
enum status store_door_list(struct db *db, const struct uuid *workspace, enum door_kind kind, struct arena *arena, struct door_row **ret, size_t *ret_n,
	struct err *e);
/* Writes token, name, settings and disabled_at of a door that was read, if its revision is still door->revision; then revision and updated_at are as
 * written. Errors: ST_CONFLICT "version_mismatch"; those of create. */
enum status store_door_change(struct db *db, int64_t now, struct door_row *door, struct err *e);
/* if_revision -1: whatever it is; else ST_CONFLICT "version_mismatch". */
enum status store_door_delete(struct db *db, const struct uuid *workspace, enum door_kind kind, const struct uuid *id, int64_t if_revision, struct err *e);

#endif
