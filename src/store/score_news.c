#include "store/score_news.h"

#include "column_priv.h"
#include "store/outbox.h"

enum status store_score_news_send(
    struct db *db, const struct uuid *workspace, const struct score_news *rows, size_t n, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(rows, n, lead_id);
	COLUMN(DB_INT8, db_put_i64, rows, n, lead_version);
	COLUMN(DB_INT4, db_put_i32, rows, n, from_score);
	COLUMN(DB_INT4, db_put_i32, rows, n, score);
	COLUMN(DB_JSON, db_put_text, rows, n, payload);
	return db_send(db, STATEMENT_BATCH_SCORE_NEWS, e);
}

enum status store_score_news_workspace(
    struct db *db, const struct uuid *after, bool *ret_found, struct uuid *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, after);
	enum status s = db_run(db, STATEMENT_SCORE_NEWS_WORKSPACE, &r, e);
	if (s != ST_OK)
		return s;
	*ret_found = db_rows(r) > 0;
	if (*ret_found)
		*ret = db_uuid(r, 0, 0);
	db_results_clear(db);
	return ST_OK;
}

/* What is to be told; a score that has gone and come back is not. */
static enum status take(const struct db_result *r, int64_t now, struct arena *arena, struct batch_outbox **ret,
    size_t *ret_n, struct err *e)
{
	struct batch_outbox *rows = arena_array(arena, db_rows(r) + 1, sizeof *rows);
	size_t n = 0;
	for (size_t i = 0; rows && i < db_rows(r); i++) {
		if (db_i32(r, i, 2) == db_i32(r, i, 3))
			continue;
		rows[n] = (struct batch_outbox){.id = uuid_v7(now),
		    .lead_id = db_uuid(r, i, 0),
		    .lead_version = db_i64(r, i, 1),
		    .ordinal = INT32_MAX, /* after what the same write set off */
		    .topic = "score.changed",
		    .payload =
			arena_printf(arena, "{\"from\":%d,%s", (int)db_i32(r, i, 2), db_text(r, i, 4, NULL) + 1)};
		if (!rows[n++].payload)
			rows = NULL;
	}
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_score_news_tell(struct db *db, const struct uuid *workspace, int64_t before, int64_t now, size_t max,
    struct arena *arena, size_t *ret_n, struct err *e)
{
	struct batch_outbox *rows = NULL;
	size_t taken = 0, n = 0;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_time(db, before);
		db_bind_time(db, now);
		db_bind_i64(db, (int64_t)max);
		s = db_send(db, STATEMENT_SCORE_NEWS_TAKE, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK) {
		taken = db_rows(db_result_at(db, 0));
		s = take(db_result_at(db, 0), now, arena, &rows, &n, e);
	}
	db_results_clear(db);
	if (s == ST_OK)
		s = store_outbox_send(db, workspace, rows, n, now, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	*ret_n = taken;
	return ST_OK;
}
