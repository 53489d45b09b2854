#include "store/desk.h"

#include "column_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* A text of the arena; *ok goes false when memory runs out. */
static const char *keep(struct arena *arena, const char *s, bool *ok)
{
	const char *copy = s ? arena_strdup(arena, s) : NULL;
	*ok = *ok && (!s || copy);
	return copy;
}

enum status store_desk_read(struct db *db, const struct uuid *workspace, struct arena *arena, struct desk_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_DESK_READ, &r, e);
	if (s != ST_OK)
		return s;
	bool ok = true, there = db_rows(r);
	if (there)
		*ret = (struct desk_row){.time_zone = keep(arena, db_text(r, 0, 0, NULL), &ok),
		    .revision = db_i64(r, 0, 1),
		    .document = keep(arena, db_text(r, 0, 2, NULL), &ok),
		    .updated_at = db_time(r, 0, 3),
		    .turns = keep(arena, db_text(r, 0, 4, NULL), &ok)};
	db_results_clear(db);
	if (!there)
		return err_set(e, ST_NOT_FOUND, "workspace_not_found", "There is no such workspace.");
	return ok ? ST_OK : nomem(e);
}

/* The desk's row, and that it is in use; behind BEGIN. */
static enum status send_on(struct db *db, const struct uuid *workspace, int64_t now, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_DESK_ADD, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		s = db_send(db, STATEMENT_DESK_ON, e);
	}
	return s;
}

static enum status send_wake(struct db *db, const struct uuid *workspace, int64_t now, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_DESK_WAKE, e);
}

/* Waits for what was sent; rolls back what failed. */
static enum status finish(struct db *db, enum status s, bool commit, struct err *e)
{
	struct err ignored;
	if (s == ST_OK && commit)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	else if (db_usable(db))
		(void)db_flush(db, &ignored);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_desk_write(struct db *db, const struct uuid *workspace, int64_t now, const char *document, int64_t if_revision, struct err *e)
{
	enum status s = send_on(db, workspace, now, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, document);
		db_bind_time(db, now);
		db_bind_revision(db, if_revision);
		s = db_send(db, STATEMENT_DESK_CHANGE, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, document);
		s = db_send(db, STATEMENT_DESK_RESPONSE_EVENTS, e);
	}
	if (s == ST_OK)
		s = send_wake(db, workspace, now, e);
	s = finish(db, s, false, e);
	if (s != ST_OK)
		return s;
	/* Behind the row and that it is in use. */
	if (!db_affected(db_result_at(db, 2))) {
		db_results_clear(db);
		db_rollback(db);
		return err_set(e, ST_CONFLICT, "version_mismatch", "The routing is not what If-Match names, or changed meanwhile.");
	}
	db_results_clear(db);
	s = finish(db, ST_OK, true, e);
	db_results_clear(db);
	return s;
}

enum status store_desk_wake(struct db *db, const struct uuid *workspace, int64_t now, struct err *e)
{
	enum status s = send_on(db, workspace, now, e);
	if (s == ST_OK)
		s = send_wake(db, workspace, now, e);
	s = finish(db, s, true, e);
	db_results_clear(db);
	return s;
}

enum status store_desk_workspaces(struct db *db, int64_t now, struct due_workspace *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DESK_WORKSPACES, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n && i < max; i++)
		ret[i] = (struct due_workspace){.id = db_uuid(r, i, 0), .oldest = db_time(r, i, 1)};
	*ret_n = n < max ? n : max;
	db_results_clear(db);
	return ST_OK;
}

static enum status take(const struct db_result *r, size_t i, struct arena *arena, struct desk_handoff *ret, struct err *e)
{
	const size_t c = HANDOFF_COLUMNS;
	bool ok = true;
	const char *tier = db_text(r, i, c + 2, NULL);
	*ret = (struct desk_handoff){.handoff = store_handoff_take(r, i),
	    .profile = keep(arena, db_text(r, i, c, NULL), &ok),
	    .n_tags = db_array_length(r, i, c + 1),
	    .tier = tier && *tier ? *tier : 'D',
	    .grade = keep(arena, db_text(r, i, c + 3, NULL), &ok),
	    .stage = keep(arena, db_text(r, i, c + 4, NULL), &ok),
	    .score = db_i32(r, i, c + 5),
	    .fit = db_i32(r, i, c + 6),
	    .engagement = db_i32(r, i, c + 7),
	    .owner = keep(arena, db_text(r, i, c + 8, NULL), &ok),
	    .account_owner = keep(arena, db_text(r, i, c + 9, NULL), &ok)};
	ret->tags = arena_array(arena, ret->n_tags + 1, sizeof(*ret->tags));
	ok = ok && ret->tags && store_handoff_keep(arena, &ret->handoff);
	for (size_t k = 0; ok && k < ret->n_tags; k++) {
		const char *text;
		size_t n;
		ok = db_text_array(r, i, c + 1, k, &text, &n) && (ret->tags[k] = arena_strndup(arena, text, n));
	}
	return ok ? ST_OK : nomem(e);
}

enum status store_desk_due(
    struct db *db, const struct uuid *workspace, int64_t now, size_t max, struct arena *arena, struct desk_handoff **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DESK_DUE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct desk_handoff *rows = arena_array(arena, n + 1, sizeof *rows);
	s = rows ? ST_OK : nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_desk_one(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct desk_handoff *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_DESK_ONE, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, arena, ret, e) : err_set(e, ST_NOT_FOUND, "handoff_not_found", "There is no handoff with this id.");
	db_results_clear(db);
	return s;
}

enum status store_desk_open(struct db *db, const struct uuid *workspace, struct arena *arena, struct desk_open **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_DESK_OPEN, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct desk_open *rows = arena_array(arena, n + 1, sizeof *rows);
	for (size_t i = 0; rows && i < n; i++)
		rows[i] = (struct desk_open){db_uuid(r, i, 0), db_i64(r, i, 1)};
	db_results_clear(db);
	if (!rows)
		return nomem(e);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_desk_claim(struct db *db, const struct uuid *workspace, int64_t now, int64_t until, struct arena *arena, bool *ret_mine, int64_t *ret_generation,
    const char **ret_turns, struct err *e)
{
	struct db_result *r;
	bool ok = true;
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	db_bind_time(db, until);
	enum status s = db_run(db, STATEMENT_DESK_CLAIM, &r, e);
	if (s != ST_OK)
		return s;
	*ret_mine = db_rows(r);
	if (*ret_mine) {
		*ret_generation = db_i64(r, 0, 0);
		*ret_turns = keep(arena, db_text(r, 0, 1, NULL), &ok);
	}
	db_results_clear(db);
	return ok ? ST_OK : nomem(e);
}

enum status store_desk_release(struct db *db, const struct uuid *workspace, int64_t generation, const char *turns, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, generation);
	db_bind_text(db, turns);
	return db_run(db, STATEMENT_DESK_RELEASE, NULL, e);
}

enum status store_desk_later(struct db *db, const struct uuid *workspace, const struct desk_later *list, size_t n, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(list, n, id);
	COLUMN(DB_INT8, db_put_i64, list, n, version);
	COLUMN(DB_TIME, db_put_time, list, n, desk_at);
	return db_run(db, STATEMENT_DESK_LATER, NULL, e);
}

enum status store_user_orphans(struct db *db, const struct uuid *workspace, const struct uuid *user, struct arena *arena, struct handoff_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, user);
	enum status s = db_run(db, STATEMENT_USER_ORPHANS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct handoff_row *rows = arena_array(arena, n + 1, sizeof *rows);
	for (size_t i = 0; rows && i < n; i++)
		rows[i] = (struct handoff_row){.id = db_uuid(r, i, 0), .lead_id = db_uuid(r, i, 1), .version = db_i64(r, i, 2)};
	db_results_clear(db);
	if (!rows)
		return nomem(e);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}
