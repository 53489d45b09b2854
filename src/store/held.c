#include "store/held.h"

static struct transition_row take_row(const struct db_result *r, size_t i)
{
	return (struct transition_row){
	    .id = db_uuid(r, i, 0),
	    .lead_id = db_uuid(r, i, 1),
	    .kind = db_text(r, i, 2, NULL),
	    .from = db_text(r, i, 3, NULL),
	    .to = db_text(r, i, 4, NULL),
	    .cause = db_text(r, i, 5, NULL),
	    .reason = db_text(r, i, 6, NULL),
	    .at = db_time(r, i, 7),
	    .score = db_i32(r, i, 8),
	    .fit = db_i32(r, i, 9),
	    .engagement = db_i32(r, i, 10),
	    .model_version = db_i64(r, i, 11),
	    .line = db_text(r, i, 12, NULL),
	};
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status store_held_list(struct db *db, const struct uuid *workspace, const struct held_filter *f,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct db_result *r;
	int64_t version = f->model_version;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, f->after_version);
	db_bind_uuid(db, &f->after);
	if (version)
		db_bind_i64(db, version);
	else
		db_bind_null(db);
	db_bind_i64(db, (int64_t)f->limit + 1);
	enum status s = db_run(db, STATEMENT_HELD_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	if (more)
		n = f->limit;
	struct transition_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		rows[i] = take_row(r, i);
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}

enum status store_held_find(struct db *db, const struct uuid *workspace, int64_t model_version, const struct uuid *ids,
    const struct uuid *after, size_t n, struct transition_row *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, model_version);
	if (ids) {
		db_bind_uuids(db, ids, n);
	} else {
		db_bind_uuid(db, after);
		db_bind_i64(db, (int64_t)n);
	}
	enum status s = db_run(db, ids ? STATEMENT_HELD_NAMED : STATEMENT_HELD_PAGE, &r, e);
	if (s != ST_OK)
		return s;
	size_t found = db_rows(r) < n ? db_rows(r) : n;
	for (size_t i = 0; i < found; i++)
		ret[i] = (struct transition_row){.id = db_uuid(r, i, 0), .lead_id = db_uuid(r, i, 1)};
	*ret_n = found;
	db_results_clear(db);
	return ST_OK;
}

enum status store_held_count(
    struct db *db, const struct uuid *workspace, int64_t model_version, int64_t *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, model_version);
	enum status s = db_run(db, STATEMENT_HELD_COUNT, &r, e);
	if (s == ST_OK)
		*ret = db_i64(r, 0, 0);
	return s;
}

static bool keep_text(struct arena *arena, const char **text)
{
	return !*text || (*text = arena_strdup(arena, *text)) != NULL;
}

enum status store_held_lock(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_BATCH_HELD, &r, e);
	if (s != ST_OK)
		return s;
	size_t found = db_rows(r);
	struct transition_row *rows = arena_array(arena, found + 1, sizeof *rows);
	for (size_t i = 0; rows && i < found; i++) {
		rows[i] = take_row(r, i);
		if (!keep_text(arena, &rows[i].kind) || !keep_text(arena, &rows[i].from) ||
		    !keep_text(arena, &rows[i].to) || !keep_text(arena, &rows[i].cause) ||
		    !keep_text(arena, &rows[i].reason) || !keep_text(arena, &rows[i].line))
			rows = NULL;
	}
	db_results_clear(db);
	if (!rows)
		return nomem(e);
	*ret = rows;
	*ret_n = found;
	return ST_OK;
}

static enum status send_note(
    struct db *db, const struct uuid *workspace, int64_t model_version, const char *figure, int64_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, model_version);
	db_bind_text(db, figure);
	db_bind_i64(db, n);
	return db_send(db, STATEMENT_HELD_NOTE, e);
}

enum status store_held_note(
    struct db *db, const struct uuid *workspace, int64_t model_version, const char *figure, int64_t n, struct err *e)
{
	enum status s = send_note(db, workspace, model_version, figure, n, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	return s;
}

enum status store_held_discard(struct db *db, const struct uuid *workspace, int64_t model_version,
    const struct uuid *ids, size_t n, size_t *ret_n, struct err *e)
{
	size_t removed = 0;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, ids, n);
		s = db_send(db, STATEMENT_HELD_DISCARD, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK) {
		removed = db_affected(db_result_at(db, 0));
		s = send_note(db, workspace, model_version, "discarded", (int64_t)removed, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	*ret_n = removed;
	return ST_OK;
}
