#include "store/reply.h"

static enum status give_up(struct db *db, enum status s)
{
	db_results_clear(db);
	db_rollback(db);
	return s;
}

/* A key whose day is over is as one that never was. */
static enum status take_key(struct db *db, const struct uuid *workspace, const char *key, const struct uuid *request,
    int64_t now, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, key);
		db_bind_time(db, now - REPLY_KEPT_MS);
		s = db_send(db, STATEMENT_REPLY_OUTLIVED, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_text(db, key);
		db_bind_uuid(db, request);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_REPLY_TAKE, e);
	}
	return s == ST_OK ? db_flush(db, e) : s;
}

static enum status read_kept(struct db *db, const struct uuid *workspace, const char *key, const struct uuid *request,
    struct arena *arena, struct kept_reply *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, key);
	enum status s = db_run(db, STATEMENT_REPLY_READ, &r, e);
	if (s != ST_OK)
		return s;
	/* It may have been forgotten between the two looks. */
	if (!db_rows(r))
		return err_set(e, ST_BUSY, "serialization", "The request was just being forgotten; try again.");
	struct uuid had = db_uuid(r, 0, 0);
	if (uuid_cmp(&had, request))
		return err_set(e, ST_INVALID, "idempotency_key_reused",
		    "This Idempotency-Key came with another request before: another request needs a key of its own.");
	const char *etag = db_text(r, 0, 2, NULL), *location = db_text(r, 0, 3, NULL);
	*ret = (struct kept_reply){.status = (int)db_i32(r, 0, 1),
	    .etag = etag ? arena_strdup(arena, etag) : NULL,
	    .location = location ? arena_strdup(arena, location) : NULL,
	    .body = arena_strdup(arena, db_text(r, 0, 4, NULL))};
	if (!ret->body || (etag && !ret->etag) || (location && !ret->location))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	return ST_OK;
}

enum status store_reply_begin(struct db *db, const struct uuid *workspace, const char *key, const struct uuid *request,
    int64_t now, struct arena *arena, bool *ret_kept, struct kept_reply *ret, struct err *e)
{
	enum status s = take_key(db, workspace, key, request, now, e);
	if (s != ST_OK)
		return give_up(db, s);
	*ret_kept = db_affected(db_result_at(db, 1)) == 0;
	db_results_clear(db);
	return *ret_kept ? give_up(db, read_kept(db, workspace, key, request, arena, ret, e)) : ST_OK;
}

enum status store_reply_commit(
    struct db *db, const struct uuid *workspace, const char *key, const struct kept_reply *r, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_text(db, key);
	db_bind_i32(db, r->status);
	db_bind_text(db, r->etag);
	db_bind_text(db, r->location);
	db_bind_text(db, r->body);
	enum status s = db_send(db, STATEMENT_REPLY_KEEP, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	return s == ST_OK ? ST_OK : give_up(db, s);
}

#define WORKSPACES_MAX 64

enum status store_reply_forget(struct db *db, int64_t before, size_t max, bool *ret_more, struct err *e)
{
	struct uuid workspaces[WORKSPACES_MAX];
	struct db_result *r;
	db_bind_time(db, before);
	db_bind_i64(db, WORKSPACES_MAX);
	enum status s = db_run(db, STATEMENT_REPLY_EXPIRED, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n == WORKSPACES_MAX;
	for (size_t i = 0; i < n; i++)
		workspaces[i] = db_uuid(r, i, 0);
	db_results_clear(db);
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		db_bind_uuid(db, &workspaces[i]);
		db_bind_time(db, before);
		db_bind_i64(db, (int64_t)max);
		s = db_run(db, STATEMENT_REPLY_FORGET, &r, e);
		more |= s == ST_OK && db_affected(r) == max;
	}
	db_results_clear(db);
	*ret_more = more;
	return s;
}
