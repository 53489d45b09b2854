#include "store/source_request.h"

#include <string.h>

static struct source_request_row take_row(const struct db_result *r, size_t i)
{
	struct source_request_row row = {
	    .id = db_uuid(r, i, 0),
	    .received_at = db_time(r, i, 1),
	    .expires_at = db_time(r, i, 2),
	    .outcome = db_text(r, i, 3, NULL),
	    .method = db_text(r, i, 4, NULL),
	    .content_type = db_text(r, i, 5, NULL),
	    .headers = db_text(r, i, 6, NULL),
	    .query = db_text(r, i, 7, NULL),
	    .body = db_bytes(r, i, 8, NULL),
	    .body_n = (size_t)db_i32(r, i, 14),
	    .deciphered = db_bool(r, i, 9),
	    .items = db_text(r, i, 10, NULL),
	    .error = db_text(r, i, 11, NULL),
	    .replays = db_i32(r, i, 12),
	    .replayed_at = db_time(r, i, 13),
	};
	return row;
}

static bool keep(struct arena *arena, const char **text)
{
	return !*text || (*text = arena_strdup(arena, *text)) != NULL;
}

static enum status keep_row(struct arena *arena, struct source_request_row *row, struct err *e)
{
	bool good = keep(arena, &row->outcome) && keep(arena, &row->method) && keep(arena, &row->content_type) &&
		    keep(arena, &row->headers) && keep(arena, &row->query) && keep(arena, &row->items) &&
		    keep(arena, &row->error);
	if (good && row->body)
		good = (row->body = arena_strndup(arena, row->body, row->body_n)) != NULL;
	return good ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* The rows of the last statement, owned by the arena. */
static enum status keep_rows(struct db *db, const struct db_result *r, size_t n, struct arena *arena,
    struct source_request_row **ret, struct err *e)
{
	struct source_request_row *rows = arena_array(arena, n + 1, sizeof *rows);
	enum status s = rows ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		rows[i] = take_row(r, i);
		s = keep_row(arena, &rows[i], e);
	}
	db_results_clear(db);
	if (s == ST_OK)
		*ret = rows;
	return s;
}

static enum status send_leads(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *id, const struct uuid *leads, size_t n, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	db_bind_uuid(db, id);
	db_bind_uuids(db, leads, n);
	return db_send(db, STATEMENT_SOURCE_REQUEST_LEAD_ADD, e);
}

/* What was sent so far with the leads, as one transaction. */
static enum status commit(struct db *db, enum status s, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *id, const struct uuid *leads, size_t n_leads, struct err *e)
{
	if (s == ST_OK)
		s = send_leads(db, workspace, source, id, leads, n_leads, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_source_request_add(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_row *row, const struct uuid *leads, size_t n_leads, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, source);
		db_bind_uuid(db, &row->id);
		db_bind_time(db, row->received_at);
		db_bind_time(db, row->expires_at);
		db_bind_text(db, row->outcome);
		db_bind_text(db, row->method);
		db_bind_text(db, row->content_type);
		db_bind_text(db, row->headers);
		db_bind_text(db, row->query);
		db_bind_bytes(db, row->body, row->body_n);
		db_bind_bool(db, row->deciphered);
		db_bind_text(db, row->items);
		db_bind_text(db, row->error);
		s = db_send(db, STATEMENT_SOURCE_REQUEST_ADD, e);
	}
	return commit(db, s, workspace, source, &row->id, leads, n_leads, e);
}

enum status store_source_request_replayed(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_row *row, const struct uuid *leads, size_t n_leads, int64_t now, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, source);
		db_bind_uuid(db, &row->id);
		db_bind_text(db, row->outcome);
		db_bind_text(db, row->items);
		db_bind_text(db, row->error);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_SOURCE_REQUEST_REPLAYED, e);
	}
	return commit(db, s, workspace, source, &row->id, leads, n_leads, e);
}

enum status store_source_request_list(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct source_request_filter *f, struct arena *arena, struct source_request_row **ret, size_t *ret_n,
    bool *ret_more, struct err *e)
{
	struct uuid after = f->after;
	struct db_result *r;
	if (!f->has_after)
		memset(&after, 0xff, sizeof after);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_uuid(db, &after);
	db_bind_text(db, f->outcome);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	n = more ? f->limit : n;
	s = keep_rows(db, r, n, arena, ret, e);
	if (s == ST_OK) {
		*ret_n = n;
		*ret_more = more;
	}
	return s;
}

enum status store_source_request_read(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *id, struct arena *arena, struct source_request_row *ret, struct err *e)
{
	struct source_request_row *rows;
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r)) {
		db_results_clear(db);
		return err_set(
		    e, ST_NOT_FOUND, "request_not_found", "This source has no request with this id (any more).");
	}
	s = keep_rows(db, r, 1, arena, &rows, e);
	if (s == ST_OK)
		*ret = rows[0];
	return s;
}

enum status store_source_request_page(struct db *db, const struct uuid *workspace, const struct uuid *source,
    const struct uuid *after, int64_t since, const char *outcome, size_t limit, struct arena *arena,
    struct source_request_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	db_bind_uuid(db, after);
	db_bind_time(db, since);
	db_bind_text(db, outcome);
	db_bind_i64(db, (int64_t)limit);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_PAGE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	s = keep_rows(db, r, n, arena, ret, e);
	if (s == ST_OK)
		*ret_n = n;
	return s;
}

enum status store_source_request_counts(struct db *db, const struct uuid *workspace, const struct uuid *source,
    struct arena *arena, struct source_request_counts *ret, struct err *e)
{
	struct source_request_counts c = {
	    .last_ok_at = INSTANT_NEVER, .last_failed_at = INSTANT_NEVER, .last_at = INSTANT_NEVER};
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_COUNTS, &r, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < db_rows(r); i++) {
		const char *outcome = db_text(r, i, 0, NULL);
		int64_t n = db_i64(r, i, 1), at = db_time(r, i, 2);
		if (at != INSTANT_NEVER && (c.last_at == INSTANT_NEVER || at > c.last_at))
			c.last_at = at;
		if (!strcmp(outcome, "ok")) {
			c.ok = n;
			c.last_ok_at = at;
		} else if (!strcmp(outcome, "failed")) {
			c.failed = n;
			c.last_failed_at = at;
		} else {
			c.ignored = n;
		}
	}
	db_results_clear(db);
	if (c.failed) {
		struct source_request_row *rows;
		bool more;
		size_t n = 0;
		s = store_source_request_list(db, workspace, source,
		    &(struct source_request_filter){.outcome = "failed", .limit = 1}, arena, &rows, &n, &more, e);
		c.last_error = s == ST_OK && n ? rows[0].error : NULL;
	}
	if (s == ST_OK)
		*ret = c;
	return s;
}

enum status store_source_request_expire(struct db *db, int64_t now, size_t max, bool *ret_more, struct err *e)
{
	enum { WORKSPACES = 20 };
	struct uuid workspace[WORKSPACES];
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, WORKSPACES);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_WORKSPACES, &r, e);
	size_t n = s == ST_OK ? db_rows(r) : 0;
	bool more = n == WORKSPACES;
	for (size_t i = 0; i < n; i++)
		workspace[i] = db_uuid(r, i, 0);
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		db_results_clear(db);
		db_bind_uuid(db, &workspace[i]);
		db_bind_time(db, now);
		db_bind_i64(db, (int64_t)max);
		s = db_run(db, STATEMENT_SOURCE_REQUEST_EXPIRE, &r, e);
		more = more || (s == ST_OK && db_affected(r) == max);
	}
	db_results_clear(db);
	if (s == ST_OK)
		*ret_more = more;
	return s;
}

enum status store_source_request_remove(
    struct db *db, const struct uuid *workspace, const struct uuid *source, size_t max, bool *ret_more, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, source);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_SOURCE_REQUEST_REMOVE, &r, e);
	if (s == ST_OK)
		*ret_more = db_affected(r) == max;
	db_results_clear(db);
	return s;
}
