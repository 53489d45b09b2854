/* The change feed: giving positions, and reading by them. */
#include "store/feed.h"

/* What the feed knows before a page is read: everything up to `last` has its place and keeps it. */
struct feed_state {
	int64_t last;
	bool unnumbered;
};

static enum status feed_state(struct db *db, const struct uuid *workspace, struct feed_state *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_FEED_STATE, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(e, ST_NOT_FOUND, "workspace_not_found", "There is no such workspace.");
	ret->last = db_i64(r, 0, 0);
	ret->unnumbered = db_bool(r, 0, 1);
	return ST_OK;
}

/* READ COMMITTED gives each statement a new view of the table. The one that numbers begins after the lock is held, so
 * it sees all that had been committed when the lock was got; what commits later stays unnumbered and will be given
 * higher positions. */
static enum status number_rows(struct db *db, const struct uuid *workspace, int64_t *ret_last, struct err *e)
{
	struct db_result *r;
	int64_t last;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK)
		s = db_send(db, STATEMENT_PLAN_BY_INDEX, e);
	db_bind_uuid(db, workspace);
	if (s == ST_OK)
		s = db_send(db, STATEMENT_FEED_LOCK, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		goto out;
	r = db_result_at(db, 1);
	last = db_rows(r) ? db_i64(r, 0, 0) : 0;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, last);
	s = db_run(db, STATEMENT_FEED_NUMBER, &r, e);
	if (s != ST_OK)
		goto out;
	last += (int64_t)db_affected(r);
	db_bind_uuid(db, workspace);
	db_bind_i64(db, last);
	s = db_send(db, STATEMENT_FEED_ADVANCE, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK)
		*ret_last = last;
	/* Whether the positions were given or not, asking again finds out. */
	if (s == ST_UNCERTAIN)
		s = err_set(e, ST_UNAVAILABLE, "database_unavailable", "the connection to the database was lost");
out:
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

struct transition_row store_transition_row(const struct db_result *r, size_t i)
{
	return (struct transition_row){
	    .id = db_uuid(r, i, 0),
	    .lead_id = db_uuid(r, i, 1),
	    .position = db_i64(r, i, 2),
	    .at = db_time(r, i, 3),
	    .model_version = db_i64(r, i, 4),
	    .score = db_i32(r, i, 5),
	    .fit = db_i32(r, i, 6),
	    .engagement = db_i32(r, i, 7),
	    .kind = db_text(r, i, 8, NULL),
	    .from = db_text(r, i, 9, NULL),
	    .to = db_text(r, i, 10, NULL),
	    .cause = db_text(r, i, 11, NULL),
	    .reason = db_text(r, i, 12, NULL),
	    .event_id = db_text(r, i, 13, NULL),
	    .has_event_key = !db_null(r, i, 14),
	    .event_key = db_uuid(r, i, 14),
	    .line = db_text(r, i, 15, NULL),
	};
}

enum status store_feed_read(struct db *db, const struct uuid *workspace, int64_t after, const char *kind, size_t limit,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e)
{
	struct feed_state state = {0, false};
	enum status s = feed_state(db, workspace, &state, e);
	/* A reader that is far behind has enough to read; only near the end are new places needed. */
	if (s == ST_OK && state.unnumbered && state.last - after <= (int64_t)limit)
		s = number_rows(db, workspace, &state.last, e);
	if (s != ST_OK)
		return s;
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, after);
	db_bind_i64(db, state.last);
	db_bind_i64(db, (int64_t)limit + 1);
	db_bind_text(db, kind);
	s = db_run(db, STATEMENT_FEED_PAGE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > limit;
	if (more)
		n = limit;
	struct transition_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = store_transition_row(r, i);
	*ret = rows;
	*ret_n = n;
	/* A page that ends because nothing more of this kind is there has seen everything up to the last place. */
	*ret_last = more ? rows[n - 1].position : state.last > after ? state.last : after;
	*ret_more = more;
	return ST_OK;
}
