/* API keys: made, looked up by hash, listed, revoked. */
#include "store/key.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "column_priv.h"
#include "key_priv.h"

#define PREFIX "lsk_"
#define PREFIX_LEN 4
#define WORKSPACE_BYTES 16
#define SECRET_BYTES 32
#define KEY_BYTES (WORKSPACE_BYTES + SECRET_BYTES)
#define HINT_LEN 4

static bool role_known(const char *role)
{
	static const char *const roles[] = {"publish", "ingest", "read", "sales", "admin"};
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
		if (!strcmp(role, roles[i]))
			return true;
	return false;
}

/* As browsers send it: scheme, host, and a port unless it is the scheme's own; nothing behind. */
static bool origin_valid(const char *origin)
{
	size_t n = strlen(origin);
	if (n > 255)
		return false;
	if (!strncmp(origin, "https://", 8))
		origin += 8;
	else if (!strncmp(origin, "http://", 7))
		origin += 7;
	else
		return false;
	if (!*origin)
		return false;
	for (; *origin; origin++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789.-:[]", *origin))
			return false;
	return true;
}

bool store_label_valid(const char *s, size_t n)
{
	if (!utf8_valid(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

static enum status check(const char *role, const char *label, const char *const *origins, size_t n_origins,
    int64_t expires_at, int64_t now, struct err *e)
{
	if (!role_known(role))
		return err_at(
		    e, ST_INVALID, "role_invalid", "/role", "A role is publish, ingest, read, sales or admin.");
	size_t n = label ? strlen(label) : 0;
	if (n > 255 || (n && !store_label_valid(label, n)))
		return err_at(
		    e, ST_INVALID, "label_invalid", "/label", "A label is one line of at most 255 bytes of UTF-8.");
	for (size_t i = 0; i < n_origins; i++)
		if (!origin_valid(origins[i])) {
			char at[32];
			snprintf(at, sizeof at, "/origins/%zu", i);
			return err_at(e, ST_INVALID, "origin_invalid", at,
			    "an origin is what browsers send, in lower case: https://shop.example or "
			    "http://localhost:5173");
		}
	if (expires_at <= now)
		return err_at(e, ST_INVALID, "expires_at_past", "/expires_at", "The key would have expired already.");
	return ST_OK;
}

enum status store_key_create(struct db *db, const struct uuid *workspace, const char *role, const char *label,
    const char *const *origins, size_t n_origins, int64_t expires_at, int64_t now, char ret_text[KEY_TEXT_MAX],
    struct uuid *ret_id, struct err *e)
{
	enum status s = check(role, label, origins, n_origins, expires_at, now, e);
	if (s != ST_OK)
		return s;
	uint8_t raw[KEY_BYTES], hash[32];
	char text[KEY_TEXT_MAX] = PREFIX;
	memcpy(raw, workspace->b, WORKSPACE_BYTES);
	if (!random_bytes(raw + WORKSPACE_BYTES, SECRET_BYTES))
		return err_set(e, ST_INTERNAL, NULL, "The system gives no random bytes.");
	size_t n = base64url_encode(raw, sizeof raw, text + PREFIX_LEN, sizeof text - PREFIX_LEN);
	if (!n || PREFIX_LEN + n >= sizeof text)
		return err_set(e, ST_INTERNAL, NULL, "A key does not fit its buffer.");
	text[PREFIX_LEN + n] = '\0';
	sha256(text, PREFIX_LEN + n, hash);
	struct uuid id = uuid_v7(now);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &id);
	db_bind_bytes(db, hash, sizeof hash);
	db_bind_text(db, role);
	db_bind_text(db, label ? label : "");
	db_bind_text(db, text + PREFIX_LEN + n - HINT_LEN);
	db_array_begin(db, DB_TEXT, n_origins);
	for (size_t i = 0; i < n_origins; i++)
		db_put_text(db, origins[i]);
	db_array_end(db);
	db_bind_time(db, now);
	db_bind_time(db, expires_at);
	struct err local = {0};
	s = db_run(db, STATEMENT_KEY_ADD, NULL, &local);
	if (s != ST_OK) {
		if (!strcmp(local.sqlstate, "23503"))
			return err_set(e, ST_NOT_FOUND, "workspace_not_found", "There is no such workspace.");
		if (e)
			*e = local;
		return s;
	}
	memcpy(ret_text, text, sizeof text);
	if (ret_id)
		*ret_id = id;
	return ST_OK;
}

enum status store_key_parse(const char *text, struct uuid *ret_workspace, uint8_t ret_hash[32], struct err *e)
{
	uint8_t raw[KEY_BYTES];
	size_t n = text ? strnlen(text, KEY_TEXT_MAX) : 0, raw_n = 0;
	if (n < PREFIX_LEN || n >= KEY_TEXT_MAX || memcmp(text, PREFIX, PREFIX_LEN) != 0 ||
	    !base64url_decode(text + PREFIX_LEN, n - PREFIX_LEN, raw, sizeof raw, &raw_n) || raw_n != sizeof raw)
		return err_set(e, ST_INVALID, "key_malformed", "This is no leadscore key.");
	memcpy(ret_workspace->b, raw, WORKSPACE_BYTES);
	sha256(text, n, ret_hash);
	return ST_OK;
}

static void copy_text(char *out, size_t cap, const struct db_result *r, size_t row, size_t col)
{
	size_t n;
	const char *s = db_text(r, row, col, &n);
	n = utf8_cut(s ? s : "", n, cap - 1);
	memcpy(out, s ? s : "", n);
	out[n] = '\0';
}

/* One row of key_find or key_list. False: out of memory. */
static bool take_row(
    const struct db_result *r, size_t row, const struct uuid *workspace, struct arena *arena, struct key_row *ret)
{
	struct key_row k = {.workspace_id = *workspace, .id = db_uuid(r, row, 0)};
	copy_text(k.role, sizeof k.role, r, row, 1);
	copy_text(k.label, sizeof k.label, r, row, 2);
	copy_text(k.hint, sizeof k.hint, r, row, 3);
	k.n_origins = db_array_length(r, row, 4);
	char **origins = arena_array(arena, k.n_origins ? k.n_origins : 1, sizeof *origins);
	if (!origins)
		return false;
	for (size_t i = 0; i < k.n_origins; i++) {
		const char *s = "";
		size_t n = 0;
		(void)db_text_array(r, row, 4, i, &s, &n);
		origins[i] = arena_strndup(arena, s, n);
		if (!origins[i])
			return false;
	}
	k.origins = (const char *const *)origins;
	k.created_at = db_time(r, row, 5);
	k.expires_at = db_time(r, row, 6);
	k.revoked_at = db_time(r, row, 7);
	copy_text(k.country, sizeof k.country, r, row, 8);
	*ret = k;
	return true;
}

static bool take_types(const struct db_result *r, struct arena *arena, struct key_row *ret)
{
	const char *s = db_text(r, 0, 10, NULL);
	ret->event_types = s ? arena_strdup(arena, s) : NULL;
	return !s || ret->event_types;
}

enum status store_key_find(struct db *db, const struct uuid *workspace, const uint8_t hash[32], struct arena *arena,
    struct key_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_bytes(db, hash, 32);
	enum status s = db_run(db, STATEMENT_KEY_FIND, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r) == 0)
		s = err_set(e, ST_NOT_FOUND, "key_not_found", "There is no such key.");
	else if (!take_row(r, 0, workspace, arena, ret) || !take_types(r, arena, ret))
		s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	else if (!db_null(r, 0, 9) && !(ret->cleaning = arena_strdup(arena, db_text(r, 0, 9, NULL))))
		s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	db_results_clear(db);
	return s;
}

enum status store_key_list(struct db *db, const struct uuid *workspace, struct arena *arena, struct key_row **ret,
    size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_KEY_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct key_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	bool ok = rows != NULL;
	for (size_t i = 0; ok && i < n; i++)
		ok = take_row(r, i, workspace, arena, &rows[i]);
	db_results_clear(db);
	if (!ok)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_keys_dead(
    struct db *db, struct key_name *keys, size_t n, int64_t now, size_t *ret_dead, struct err *e)
{
	struct db_result *r;
	COLUMN_UUID(keys, n, workspace_id);
	COLUMN_UUID(keys, n, id);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_KEY_DEAD, &r, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < db_rows(r); i++)
		keys[i] = (struct key_name){db_uuid(r, i, 0), db_uuid(r, i, 1)};
	*ret_dead = db_rows(r);
	return ST_OK;
}

enum status store_key_revoke(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_KEY_REVOKE, &r, e);
	if (s != ST_OK)
		return s;
	bool found = db_affected(r) > 0;
	db_results_clear(db);
	return found ? ST_OK
		     : err_set(e, ST_NOT_FOUND, "key_not_found", "There is no such key, or it is revoked already.");
}
