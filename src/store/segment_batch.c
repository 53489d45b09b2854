#include "store/segment_batch.h"

#include "column_priv.h"

enum status store_segment_held(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n,
    struct arena *arena, struct segment_member **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	enum status s = db_run(db, STATEMENT_BATCH_SEGMENT_HELD, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct segment_member *found = arena_array(arena, rows + 1, sizeof *found);
	for (size_t i = 0; found && i < rows; i++)
		found[i] = (struct segment_member){.lead_id = db_uuid(r, i, 0), .segment_id = db_uuid(r, i, 1)};
	db_results_clear(db);
	if (!found)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = found;
	*ret_n = rows;
	return ST_OK;
}

static enum status send_members(
    struct db *db, const struct uuid *workspace, const struct segment_writes *w, struct err *e)
{
	enum status s = ST_OK;
	if (w->n_left) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->left, w->n_left, lead_id);
		COLUMN_UUID(w->left, w->n_left, segment_id);
		s = db_send(db, STATEMENT_BATCH_SEGMENT_LEAVE, e);
	}
	if (s == ST_OK && w->n_entered) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->entered, w->n_entered, lead_id);
		COLUMN_UUID(w->entered, w->n_entered, segment_id);
		COLUMN(DB_TIME, db_put_time, w->entered, w->n_entered, since);
		s = db_send(db, STATEMENT_BATCH_SEGMENT_ENTER, e);
	}
	return s;
}

enum status store_followup_marks_send(
    struct db *db, const struct uuid *workspace, const struct followup_mark *marks, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(marks, n, id);
	COLUMN_UUID(marks, n, lead_id);
	COLUMN(DB_TIME, db_put_time, marks, n, at);
	COLUMN(DB_TEXT, db_put_text, marks, n, change);
	return db_send(db, STATEMENT_BATCH_FOLLOWUP_MARK, e);
}

enum status store_segment_writes_send(
    struct db *db, const struct uuid *workspace, int64_t now, const struct segment_writes *w, struct err *e)
{
	enum status s = send_members(db, workspace, w, e);
	if (s == ST_OK && w->n_moves) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->moves, w->n_moves, id);
		COLUMN_UUID(w->moves, w->n_moves, lead_id);
		COLUMN_UUID(w->moves, w->n_moves, segment_id);
		COLUMN(DB_TEXT, db_put_text, w->moves, w->n_moves, kind);
		COLUMN(DB_BOOL, db_put_bool, w->moves, w->n_moves, entered);
		COLUMN(DB_TEXT, db_put_text, w->moves, w->n_moves, cause);
		COLUMN(DB_TIME, db_put_time, w->moves, w->n_moves, at);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_BATCH_SEGMENT_MOVE, e);
	}
	if (s == ST_OK && w->n_starts) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(w->starts, w->n_starts, id);
		COLUMN_UUID(w->starts, w->n_starts, journey_id);
		COLUMN_UUID(w->starts, w->n_starts, lead_id);
		COLUMN(DB_TIME, db_put_time, w->starts, w->n_starts, at);
		s = db_send(db, STATEMENT_BATCH_JOURNEY_START, e);
	}
	if (s == ST_OK && w->n_marks)
		s = store_followup_marks_send(db, workspace, w->marks, w->n_marks, e);
	if (s == ST_OK && w->n_gone) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, w->gone, w->n_gone);
		s = db_send(db, STATEMENT_BATCH_SEGMENT_LEAVE_ALL, e);
	}
	return s;
}

enum status store_segment_set(
    struct db *db, const struct uuid *workspace, int64_t revision, struct arena *arena, const char **ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, revision);
	enum status s = db_run(db, STATEMENT_SEGMENT_SET_READ, &r, e);
	if (s != ST_OK)
		return s;
	const char *text = db_rows(r) ? arena_strdup(arena, db_text(r, 0, 0, NULL)) : NULL;
	bool found = db_rows(r) > 0;
	db_results_clear(db);
	if (!found)
		return err_set(e, ST_BUSY, "segments_changed", "The segments have changed meanwhile; try again.");
	*ret = text;
	return text ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}
