/* Moves of handoffs within an ingest batch: locked when it opens, written when it commits. */
#include "batch_priv.h"
#include "column_priv.h"

enum status store_batch_handoffs(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, struct arena *arena, struct handoff_row **ret, size_t *ret_n,
    struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_BATCH_HANDOFF_LOCK, &r, e);
	if (s != ST_OK)
		return s;
	size_t k = db_rows(r);
	struct handoff_row *rows = arena_array(arena, k + 1, sizeof *rows);
	bool ok = rows != NULL;
	for (size_t i = 0; ok && i < k; i++) {
		rows[i] = store_handoff_take(r, i);
		ok = store_handoff_keep(arena, &rows[i]);
	}
	db_results_clear(db);
	if (!ok)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = rows;
	*ret_n = k;
	return ST_OK;
}

/* Durations that are not known yet are null. */
static void put_span(struct db *db, int64_t ms)
{
	if (ms < 0)
		db_put_bytes(db, NULL, 0);
	else
		db_put_i64(db, ms);
}

static void bind_assignees(struct db *db, const struct batch_handoff_move *m, size_t n)
{
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, uuid_is_nil(&m[i].next.assignee) ? NULL : &m[i].next.assignee);
	db_array_end(db);
}

static enum status send_rows(struct db *db, const struct uuid *workspace, const struct batch_handoff_move *m, size_t n, int64_t now, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(m, n, next.id);
	COLUMN(DB_TEXT, db_put_text, m, n, next.state);
	bind_assignees(db, m, n);
	COLUMN(DB_TEXT, db_put_text, m, n, next.rule);
	COLUMN(DB_TIME, db_put_time, m, n, next.assigned_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.accepted_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.responded_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.ended_at);
	COLUMN(DB_INT8, put_span, m, n, next.acceptance_ms);
	COLUMN(DB_INT8, put_span, m, n, next.response_ms);
	COLUMN(DB_TEXT, db_put_text, m, n, next.outcome);
	COLUMN(DB_TEXT, db_put_text, m, n, next.reason);
	COLUMN(DB_TEXT, db_put_text, m, n, next.note);
	COLUMN(DB_TEXT, db_put_text, m, n, next.clock);
	COLUMN(DB_TIME, db_put_time, m, n, next.warn_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.due_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.warned_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.breached_at);
	COLUMN(DB_INT4, db_put_i32, m, n, next.reassigned);
	COLUMN(DB_TIME, db_put_time, m, n, next.escalated_at);
	COLUMN(DB_TIME, db_put_time, m, n, next.desk_at);
	COLUMN(DB_TEXT, db_put_text, m, n, was);
	COLUMN(DB_INT8, db_put_i64, m, n, next.version);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_BATCH_HANDOFF_MOVE, e);
}

/* Each of another handoff. */
static enum status send_moves(struct db *db, const struct uuid *workspace, const struct batch_handoff_move *m, size_t n, int64_t now, struct err *e)
{
	if (!n)
		return ST_OK;
	enum status s = send_rows(db, workspace, m, n, now, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(m, n, next.id);
	COLUMN(DB_TEXT, db_put_text, m, n, move);
	COLUMN(DB_TEXT, db_put_text, m, n, was);
	COLUMN(DB_TEXT, db_put_text, m, n, author);
	bind_assignees(db, m, n);
	COLUMN(DB_TEXT, db_put_text, m, n, next.rule);
	COLUMN(DB_TEXT, db_put_text, m, n, next.reason);
	COLUMN(DB_TEXT, db_put_text, m, n, note);
	COLUMN(DB_TIME, db_put_time, m, n, at);
	COLUMN(DB_TEXT, db_put_text, m, n, clock);
	COLUMN(DB_TIME, db_put_time, m, n, due_at);
	COLUMN(DB_INT8, put_span, m, n, worked_ms);
	return db_send(db, STATEMENT_BATCH_HANDOFF_MOVED, e);
}

enum status store_handoff_moves_send(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e)
{
	if (!w->n_handoff_moves)
		return ST_OK;
	enum status s = send_moves(db, workspace, w->handoff_moves, w->n_first_moves, w->now, e);
	return s == ST_OK ? send_moves(db, workspace, w->handoff_moves + w->n_first_moves, w->n_handoff_moves - w->n_first_moves, w->now, e) : s;
}
