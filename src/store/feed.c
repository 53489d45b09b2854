/* The change feed: giving positions, and reading by them. */
#include "store/feed.h"

#include "feed_priv.h"

#define HANDOFFS_A_PASS 1000
#define TRANSITIONS_A_PASS 5000 /* feed_number.sql */

/* What the feed knows before a page is read: everything up to `last` has its place and keeps it. */
struct feed_state {
	int64_t last;
	bool transitions, handoffs; /* without a place */
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
	ret->transitions = db_bool(r, 0, 1);
	ret->handoffs = db_bool(r, 0, 2);
	return ST_OK;
}

/* Gives the transitions theirs. *last: the last position given, before and after. ret_whole: all that there were have
 * one now. */
static enum status number_transitions(
    struct db *db, const struct uuid *workspace, int64_t *last, bool *ret_whole, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, *last);
	enum status s = db_run(db, STATEMENT_FEED_NUMBER, &r, e);
	if (s != ST_OK)
		return s;
	*last += (int64_t)db_affected(r);
	*ret_whole = db_affected(r) < TRANSITIONS_A_PASS;
	return ST_OK;
}

/* READ COMMITTED gives each statement a new view of the table. Those that number begin after the lock is held, so they
 * see all that had been committed when the lock was got; what commits later stays unnumbered and will be given higher
 * positions.
 *
 * A handoff comes after the transition that raised it: which handoffs are new is looked up before the transitions are
 * numbered, so that the transition of each is among those seen then, and they get their places after them. */
static enum status number_rows(
    struct db *db, const struct uuid *workspace, const struct feed_state *state, int64_t *ret_last, struct err *e)
{
	struct uuid ids[HANDOFFS_A_PASS];
	size_t n = 0;
	bool whole = true;
	int64_t last;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK)
		s = db_send(db, STATEMENT_PLAN_BY_INDEX, e);
	db_bind_uuid(db, workspace);
	if (s == ST_OK)
		s = db_send(db, STATEMENT_FEED_LOCK, e);
	if (s == ST_OK && state->handoffs) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, HANDOFFS_A_PASS);
		s = db_send(db, STATEMENT_FEED_NEW_HANDOFFS, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		goto out;
	struct db_result *lock = db_result_at(db, 1), *news = state->handoffs ? db_result_at(db, 2) : NULL;
	last = db_rows(lock) ? db_i64(lock, 0, 0) : 0;
	for (; news && n < db_rows(news); n++)
		ids[n] = db_uuid(news, n, 0);
	/* Those of a handoff may have been committed since the feed was looked at. */
	if (state->transitions || n)
		s = number_transitions(db, workspace, &last, &whole, e);
	if (s != ST_OK)
		goto out;
	if (n && whole) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, last);
		db_bind_uuids(db, ids, n);
		s = db_send(db, STATEMENT_FEED_NUMBER_HANDOFFS, e);
		last += (int64_t)n;
	}
	db_bind_uuid(db, workspace);
	db_bind_i64(db, last);
	if (s == ST_OK)
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

enum status feed_ready(
    struct db *db, const struct uuid *workspace, int64_t after, size_t limit, int64_t *ret_last, struct err *e)
{
	struct feed_state state = {0};
	enum status s = feed_state(db, workspace, &state, e);
	/* A reader that is far behind has enough to read; only near the end are new places needed. */
	if (s == ST_OK && (state.transitions || state.handoffs) && state.last - after <= (int64_t)limit)
		s = number_rows(db, workspace, &state, &state.last, e);
	if (s == ST_OK)
		*ret_last = state.last;
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

static enum status read_page(struct db *db, const struct uuid *workspace, int64_t after, int64_t last, const char *kind, size_t limit,
    struct db_result **ret, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, after);
	db_bind_i64(db, last);
	db_bind_i64(db, (int64_t)limit + 1);
	db_bind_text(db, kind);
	return db_run(db, STATEMENT_FEED_PAGE, ret, e);
}

enum status store_feed_read(struct db *db, const struct uuid *workspace, int64_t after, const char *kind, size_t limit,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e)
{
	int64_t last = 0;
	struct db_result *r;
	enum status s = feed_ready(db, workspace, after, limit, &last, e);
	if (s == ST_OK)
		s = read_page(db, workspace, after, last, kind, limit, &r, e);
	/* Not all places are transitions of this kind: who seemed far behind may have come to the end, and wants what has none yet. */
	if (s == ST_OK && db_rows(r) <= limit && last - after > (int64_t)limit) {
		s = feed_ready(db, workspace, after, INT64_MAX, &last, e);
		if (s == ST_OK)
			s = read_page(db, workspace, after, last, kind, limit, &r, e);
	}
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
	*ret_last = more ? rows[n - 1].position : last > after ? last : after;
	*ret_more = more;
	return ST_OK;
}
