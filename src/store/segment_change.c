/* Segments are changed one after another, under the workspace's row. */
#include "base/instant.h"
#include "segment_priv.h"
#include "store/segment.h"

/* A batch that had read the list's number before it changed has ended by then. */
#define SET_KEPT_MS (INT64_C(10) * 60 * 1000)

enum status segment_change_give_up(struct segment_change *x, enum status s)
{
	db_results_clear(x->db);
	db_rollback(x->db);
	return s;
}

enum status segment_change_begin(struct segment_change *x, struct err *e)
{
	struct db_result *r;
	enum status s = db_send_begin(x->db, e);
	if (s == ST_OK)
		s = db_flush(x->db, e);
	db_results_clear(x->db);
	if (s == ST_OK) {
		db_bind_uuid(x->db, x->workspace);
		s = db_run(x->db, STATEMENT_SEGMENT_LOCK, &r, e);
	}
	if (s == ST_OK && !db_rows(r))
		s = err_set(e, ST_NOT_FOUND, "workspace_not_found", "There is no such workspace.");
	if (s != ST_OK)
		return segment_change_give_up(x, s);
	x->active_model = db_i64(r, 0, 0);
	x->revision = db_i64(r, 0, 1) + 1;
	x->segments = db_i64(r, 0, 2);
	x->job = uuid_v7(x->now);
	db_results_clear(x->db);
	return ST_OK;
}

static enum status send_list(struct segment_change *x, struct err *e)
{
	struct db *db = x->db;
	db_bind_uuid(db, x->workspace);
	db_bind_i64(db, x->revision);
	db_bind_time(db, x->now);
	enum status s = db_send(db, STATEMENT_SEGMENT_SET_ADD, e);
	if (s == ST_OK) {
		db_bind_uuid(db, x->workspace);
		db_bind_i64(db, x->revision);
		s = db_send(db, STATEMENT_SEGMENT_SET_USE, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, x->workspace);
		db_bind_i64(db, x->revision);
		db_bind_time(db, x->now - SET_KEPT_MS);
		s = db_send(db, STATEMENT_SEGMENT_SET_FORGET, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, x->workspace);
		db_bind_uuid(db, &x->job);
		db_bind_text(db, "rescore");
		db_bind_i64(db, x->active_model);
		db_bind_text(db, "{\"role\":\"primary\",\"why\":\"segments\"}");
		db_bind_time(db, x->now);
		s = db_send(db, STATEMENT_JOB_ADD, e);
	}
	return s;
}

enum status segment_change_commit(
    struct segment_change *x, enum status s, bool conditions, size_t *ret_rows, struct err *e)
{
	if (s == ST_OK && conditions)
		s = send_list(x, e);
	if (s == ST_OK)
		s = db_send_commit(x->db, e);
	if (s == ST_OK)
		s = db_flush(x->db, e);
	if (s != ST_OK)
		return segment_change_give_up(x, s);
	*ret_rows = db_rows(db_result_at(x->db, 0));
	db_results_clear(x->db);
	return ST_OK;
}

enum status segment_change_delete(struct segment_change *x, enum statement which, const struct uuid *id,
    int64_t if_revision, segment_change_more_fn more, size_t *ret_rows, struct err *e)
{
	enum status s = segment_change_begin(x, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(x->db, x->workspace);
	db_bind_uuid(x->db, id);
	db_bind_revision(x->db, if_revision);
	s = db_send(x->db, which, e);
	if (s == ST_OK && more)
		s = more(x->db, x->workspace, id, e);
	return segment_change_commit(x, s, true, ret_rows, e);
}

static enum status name_taken(enum status s, struct err *e)
{
	return s == ST_CONFLICT ? err_set(e, ST_CONFLICT, "segment_name_taken", "Another segment has this name.") : s;
}

enum status store_segment_add(
    struct db *db, const struct uuid *workspace, const struct segment_write *w, struct uuid *ret_id, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	struct uuid id = uuid_v7(w->now);
	size_t rows;
	enum status s = segment_change_begin(&x, e);
	if (s == ST_OK && x.segments >= SEGMENT_MAX)
		return segment_change_give_up(&x,
		    err_set(e, ST_CONFLICT, "segments_too_many", "A workspace has at most %d segments.", SEGMENT_MAX));
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &id);
	db_bind_text(db, w->name);
	db_bind_text(db, w->description ? w->description : "");
	db_bind_text(db, w->template);
	db_bind_text(db, w->condition);
	db_bind_bool(db, w->announce == 1);
	db_bind_i64(db, x.revision);
	db_bind_uuid(db, &x.job);
	db_bind_text(db, w->author);
	db_bind_time(db, w->now);
	s = db_send(db, STATEMENT_SEGMENT_ADD, e);
	s = segment_change_commit(&x, s, true, &rows, e);
	if (s == ST_OK)
		*ret_id = id;
	return name_taken(s, e);
}

/* Nothing was changed: it is not there, or another has changed it. */
static enum status missed(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	struct arena *arena = arena_new(0);
	struct segment_row row;
	if (!arena)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s = store_segment_read(db, workspace, id, arena, &row, e);
	arena_free(&arena);
	return s == ST_OK ? err_set(e, ST_CONFLICT, "version_mismatch", "The segment is not what If-Match names.") : s;
}

/* A change that found no row commits a list like the one before: that is harmless, and rare. */
enum status store_segment_change(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct segment_write *w, int64_t if_revision, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = w->now};
	size_t rows = 0;
	enum status s = segment_change_begin(&x, e);
	if (s != ST_OK)
		return s;
	bool conditions = w->condition || w->name;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_text(db, w->name);
	db_bind_text(db, w->description);
	db_bind_text(db, w->condition);
	if (w->announce >= 0)
		db_bind_bool(db, w->announce == 1);
	else
		db_bind_null(db);
	db_bind_i64(db, x.revision);
	db_bind_uuid(db, conditions ? &x.job : NULL);
	db_bind_time(db, w->now);
	db_bind_revision(db, if_revision);
	s = db_send(db, STATEMENT_SEGMENT_CHANGE, e);
	s = name_taken(segment_change_commit(&x, s, conditions || w->announce >= 0, &rows, e), e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}

static enum status send_days(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	return db_send(db, STATEMENT_SEGMENT_DELETE_DAYS, e);
}

enum status store_segment_delete(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t if_revision, int64_t now, struct err *e)
{
	struct segment_change x = {.db = db, .workspace = workspace, .now = now};
	size_t rows = 0;
	enum status s = segment_change_delete(&x, STATEMENT_SEGMENT_DELETE, id, if_revision, send_days, &rows, e);
	return s == ST_OK && !rows ? missed(db, workspace, id, e) : s;
}
