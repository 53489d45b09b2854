#include "store/user.h"

#include <string.h>

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "user_not_found", "There is no such user.");
}

/* Only an e-mail can be somebody's already. */
static enum status exists(enum status s, const struct user_row *u, struct err *e)
{
	return s == ST_CONFLICT ? err_at(e, ST_CONFLICT, "user_exists", "/email", "There is a user with the e-mail \"%.200s\" already.", u->email ? u->email : "") : s;
}

static void bind_row(struct db *db, const struct uuid *workspace, const struct user_row *u, int64_t now)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &u->id);
	db_bind_text(db, u->name);
	db_bind_text(db, u->email);
	db_bind_text(db, u->role);
	db_bind_bool(db, u->active);
	db_bind_text(db, u->document);
	db_bind_time(db, now);
}

enum status store_user_add(struct db *db, const struct uuid *workspace, int64_t now, struct user_row *io, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_USER_COUNT, &r, e);
	if (s != ST_OK)
		return s;
	bool full = db_i64(r, 0, 0) >= USERS_MAX;
	db_results_clear(db);
	if (full)
		return err_set(e, ST_CONFLICT, "users_too_many", "A workspace may have %d users; delete one first.", USERS_MAX);
	io->id = uuid_v7(now);
	bind_row(db, workspace, io, now);
	s = db_run(db, STATEMENT_USER_ADD, NULL, e);
	if (s != ST_OK)
		return exists(s, io, e);
	io->revision = 1;
	io->created_at = io->updated_at = now;
	return ST_OK;
}

/* Nothing was written: because there is no such user, or because it is another by now. */
static enum status why_not(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_USER_READ, &r, e);
	if (s != ST_OK)
		return s;
	bool there = db_rows(r);
	db_results_clear(db);
	return there ? err_set(e, ST_CONFLICT, "version_mismatch", "The user is not what If-Match names, or changed meanwhile.") : not_found(e);
}

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

enum status store_user_change(struct db *db, const struct uuid *workspace, int64_t now, struct user_row *io, struct err *e)
{
	bool written = false;
	bind_row(db, workspace, io, now);
	db_bind_i64(db, io->revision);
	enum status s = exists(write_one(db, STATEMENT_USER_CHANGE, &written, e), io, e);
	if (s == ST_OK && !written)
		s = why_not(db, workspace, &io->id, e);
	if (s != ST_OK)
		return s;
	io->revision++;
	io->updated_at = now;
	return ST_OK;
}

enum status store_user_delete(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t if_revision, struct err *e)
{
	bool written = false;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_revision(db, if_revision);
	enum status s = write_one(db, STATEMENT_USER_DELETE, &written, e);
	return s == ST_OK && !written ? why_not(db, workspace, id, e) : s;
}

static enum status take(const struct db_result *r, size_t i, struct arena *arena, struct user_row *ret, struct err *e)
{
	*ret = (struct user_row){.id = db_uuid(r, i, 0),
	    .revision = db_i64(r, i, 1),
	    .document = arena_strdup(arena, db_text(r, i, 2, NULL)),
	    .created_at = db_time(r, i, 3),
	    .updated_at = db_time(r, i, 4)};
	return ret->document ? ST_OK : nomem(e);
}

enum status store_user_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct user_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_USER_READ, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, arena, ret, e) : not_found(e);
	db_results_clear(db);
	return s;
}

enum status store_user_list(struct db *db, const struct uuid *workspace, const struct user_filter *f, struct arena *arena, struct user_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &f->after);
	db_bind_text(db, f->role);
	if (f->has_active)
		db_bind_bool(db, f->active);
	else
		db_bind_null(db);
	db_bind_i64(db, (int64_t)f->limit + 1);
	enum status s = db_run(db, STATEMENT_USER_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	n = more ? f->limit : n;
	struct user_row *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!rows)
		s = nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}
