#include "store/door.h"

#include <stdio.h>
#include <string.h>

#include "key_priv.h"

#define PREFIX_LEN 4
#define WORKSPACE_BYTES 16
#define SECRET_BYTES 16
#define TOKEN_BYTES (WORKSPACE_BYTES + SECRET_BYTES)

static const struct {
	const char *name, *prefix;
} kinds[] = {[DOOR_FORM] = {"form", "lsf_"}, [DOOR_SOURCE] = {"source", "lsi_"}};

const char *door_kind_name(enum door_kind kind)
{
	return kinds[kind].name;
}

bool store_door_parse(const char *token, enum door_kind kind, struct uuid *ret_workspace)
{
	uint8_t raw[TOKEN_BYTES];
	size_t n = strnlen(token, DOOR_TOKEN_MAX), raw_n = 0;
	if (n < PREFIX_LEN || n >= DOOR_TOKEN_MAX || memcmp(token, kinds[kind].prefix, PREFIX_LEN) != 0 ||
	    !base64url_decode(token + PREFIX_LEN, n - PREFIX_LEN, raw, sizeof raw, &raw_n) || raw_n != sizeof raw)
		return false;
	memcpy(ret_workspace->b, raw, WORKSPACE_BYTES);
	return true;
}

enum status store_door_token(enum door_kind kind, const struct uuid *workspace, char out[DOOR_TOKEN_MAX], struct err *e)
{
	uint8_t raw[TOKEN_BYTES];
	char text[DOOR_TOKEN_MAX];
	memcpy(text, kinds[kind].prefix, PREFIX_LEN);
	memcpy(raw, workspace->b, WORKSPACE_BYTES);
	if (!random_bytes(raw + WORKSPACE_BYTES, SECRET_BYTES))
		return err_set(e, ST_INTERNAL, NULL, "The system gives no random bytes.");
	size_t n = base64url_encode(raw, sizeof raw, text + PREFIX_LEN, sizeof text - PREFIX_LEN - 1);
	if (!n)
		return err_set(e, ST_INTERNAL, NULL, "A token does not fit its buffer.");
	text[PREFIX_LEN + n] = '\0';
	memcpy(out, text, PREFIX_LEN + n + 1);
	return ST_OK;
}

static enum status name_check(const char *name, struct err *e)
{
	size_t n = strlen(name);
	if (n && n <= DOOR_NAME_MAX && store_label_valid(name, n))
		return ST_OK;
	return err_at(
	    e, ST_INVALID, "name_invalid", "/name", "A name is one line of 1 to %d bytes of UTF-8.", DOOR_NAME_MAX);
}

static enum status not_found(enum door_kind kind, struct err *e)
{
	char code[40];
	snprintf(code, sizeof code, "%s_not_found", kinds[kind].name);
	return err_set(e, ST_NOT_FOUND, code, "There is no such %s.", kinds[kind].name);
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status room(struct db *db, const struct uuid *workspace, enum door_kind kind, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, kinds[kind].name);
	enum status s = db_run(db, STATEMENT_DOOR_COUNT, &r, e);
	if (s != ST_OK)
		return s;
	bool full = db_i64(r, 0, 0) >= DOORS_MAX;
	db_results_clear(db);
	if (!full)
		return ST_OK;
	char code[40];
	snprintf(code, sizeof code, "%ss_too_many", kinds[kind].name);
	return err_set(
	    e, ST_CONFLICT, code, "A workspace may have %d %ss; delete one first.", DOORS_MAX, kinds[kind].name);
}

enum status store_door_create(
    struct db *db, const struct uuid *workspace, int64_t now, struct arena *arena, struct door_row *door, struct err *e)
{
	char token[DOOR_TOKEN_MAX];
	struct door_row d = *door;
	d.workspace_id = *workspace;
	d.id = uuid_v7(now);
	d.revision = 1;
	d.created_at = d.updated_at = now;
	d.disabled_at = INSTANT_NEVER;
	enum status s = name_check(d.name, e);
	if (s == ST_OK)
		s = room(db, workspace, d.kind, e);
	if (s == ST_OK)
		s = store_door_token(d.kind, workspace, token, e);
	if (s == ST_OK && !(d.token = arena_strdup(arena, token)))
		s = nomem(e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &d.id);
	db_bind_text(db, kinds[d.kind].name);
	db_bind_text(db, d.token);
	db_bind_text(db, d.name);
	db_bind_text(db, d.settings);
	db_bind_time(db, now);
	s = db_run(db, STATEMENT_DOOR_ADD, NULL, e);
	if (s == ST_OK)
		*door = d;
	return s;
}

static enum status take(const struct db_result *r, size_t i, const struct uuid *workspace, struct arena *arena,
    struct door_row *ret, struct err *e)
{
	const char *kind = db_text(r, i, 1, NULL);
	struct door_row d = {
	    .workspace_id = *workspace,
	    .id = db_uuid(r, i, 0),
	    .kind = !strcmp(kind, kinds[DOOR_SOURCE].name) ? DOOR_SOURCE : DOOR_FORM,
	    .token = arena_strdup(arena, db_text(r, i, 2, NULL)),
	    .name = arena_strdup(arena, db_text(r, i, 3, NULL)),
	    .settings = arena_strdup(arena, db_text(r, i, 4, NULL)),
	    .revision = db_i64(r, i, 5),
	    .created_at = db_time(r, i, 6),
	    .updated_at = db_time(r, i, 7),
	    .disabled_at = db_time(r, i, 8),
	};
	snprintf(d.country, sizeof d.country, "%s", db_text(r, i, 9, NULL));
	if (!d.token || !d.name || !d.settings)
		return nomem(e);
	*ret = d;
	return ST_OK;
}

/* The one row of a statement whose parameters are bound. */
static enum status one(struct db *db, enum statement which, const struct uuid *workspace, enum door_kind kind,
    struct arena *arena, struct door_row *ret, struct err *e)
{
	struct db_result *r;
	struct door_row d;
	enum status s = db_run(db, which, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, workspace, arena, &d, e) : not_found(kind, e);
	db_results_clear(db);
	if (s == ST_OK && d.kind != kind)
		s = not_found(kind, e);
	if (s == ST_OK)
		*ret = d;
	return s;
}

enum status store_door_find(struct db *db, const struct uuid *workspace, enum door_kind kind, const char *token,
    struct arena *arena, struct door_row *ret, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_text(db, token);
	return one(db, STATEMENT_DOOR_FIND, workspace, kind, arena, ret, e);
}

enum status store_door_read(struct db *db, const struct uuid *workspace, enum door_kind kind, const struct uuid *id,
    struct arena *arena, struct door_row *ret, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_text(db, kinds[kind].name);
	db_bind_uuid(db, id);
	return one(db, STATEMENT_DOOR_READ, workspace, kind, arena, ret, e);
}

enum status store_door_list(struct db *db, const struct uuid *workspace, enum door_kind kind, struct arena *arena,
    struct door_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, kinds[kind].name);
	enum status s = db_run(db, STATEMENT_DOOR_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct door_row *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!rows)
		s = nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, workspace, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

static enum status mismatch(enum door_kind kind, struct err *e)
{
	return err_set(e, ST_CONFLICT, "version_mismatch", "The %s is not what If-Match names, or changed meanwhile.",
	    kinds[kind].name);
}

/* Nothing was written: because the door is not there, or because it is another by now. */
static enum status why_not(
    struct db *db, const struct uuid *workspace, enum door_kind kind, const struct uuid *id, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct door_row d;
	if (!arena)
		return nomem(e);
	enum status s = store_door_read(db, workspace, kind, id, arena, &d, e);
	arena_free(&arena);
	return s == ST_OK ? mismatch(kind, e) : s;
}

/* Runs a statement that writes at most one row. */
static enum status write_one(struct db *db, enum statement which, bool *ret_written, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, which, &r, e);
	if (s != ST_OK)
		return s;
	*ret_written = db_affected(r) > 0;
	db_results_clear(db);
	return ST_OK;
}

enum status store_door_change(struct db *db, int64_t now, struct door_row *door, struct err *e)
{
	bool written = false;
	enum status s = name_check(door->name, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, &door->workspace_id);
	db_bind_text(db, kinds[door->kind].name);
	db_bind_uuid(db, &door->id);
	db_bind_text(db, door->token);
	db_bind_text(db, door->name);
	db_bind_text(db, door->settings);
	db_bind_time(db, now);
	db_bind_time(db, door->disabled_at);
	db_bind_i64(db, door->revision);
	s = write_one(db, STATEMENT_DOOR_CHANGE, &written, e);
	if (s == ST_OK && !written)
		s = why_not(db, &door->workspace_id, door->kind, &door->id, e);
	if (s != ST_OK)
		return s;
	door->revision++;
	door->updated_at = now;
	return ST_OK;
}

enum status store_door_delete(struct db *db, const struct uuid *workspace, enum door_kind kind, const struct uuid *id,
    int64_t if_revision, struct err *e)
{
	bool written = false;
	db_bind_uuid(db, workspace);
	db_bind_text(db, kinds[kind].name);
	db_bind_uuid(db, id);
	db_bind_revision(db, if_revision);
	enum status s = write_one(db, STATEMENT_DOOR_DELETE, &written, e);
	return s == ST_OK && !written ? why_not(db, workspace, kind, id, e) : s;
}
