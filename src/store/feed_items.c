/* The change feed with all that is in it, for those who follow it live. */
#include <string.h>

#include "feed_priv.h"

/* Columns from `at` on: id, name, tier, grade, stage, score, owner. */
static struct feed_lead take_lead(const struct db_result *r, size_t i, size_t at)
{
	return (struct feed_lead){
	    .exists = !db_null(r, i, at),
	    .id = db_uuid(r, i, at),
	    .name = db_text(r, i, at + 1, NULL),
	    .tier = db_text(r, i, at + 2, NULL),
	    .grade = db_text(r, i, at + 3, NULL),
	    .stage = db_text(r, i, at + 4, NULL),
	    .score = db_i32(r, i, at + 5),
	    .owner = db_text(r, i, at + 6, NULL),
	};
}

static struct feed_item take_transition(const struct db_result *r, size_t i)
{
	struct transition_row t = store_transition_row(r, i);
	return (struct feed_item){
	    .position = t.position, .at = t.at, .lead_id = t.lead_id, .lead = take_lead(r, i, 16), .transition = t};
}

static struct feed_item take_handoff(const struct db_result *r, size_t i)
{
	return (struct feed_item){
	    .lead_id = db_uuid(r, i, 0),
	    .position = db_i64(r, i, 1),
	    .at = db_time(r, i, 2),
	    .topic = db_text(r, i, 3, NULL),
	    .payload = db_text(r, i, 4, NULL),
	    .lead = take_lead(r, i, 5),
	};
}

static enum status send_page(struct db *db, enum statement what, const struct uuid *workspace, int64_t after,
    int64_t last, size_t limit, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, after);
	db_bind_i64(db, last);
	db_bind_i64(db, (int64_t)limit + 1);
	return db_send(db, what, e);
}

enum status store_feed_items(struct db *db, const struct uuid *workspace, int64_t after, size_t limit,
    struct arena *arena, struct feed_item **ret, size_t *ret_n, int64_t *ret_last, bool *ret_more, struct err *e)
{
	int64_t last = 0;
	enum status s = feed_ready(db, workspace, after, limit, &last, e);
	if (s == ST_OK)
		s = send_page(db, STATEMENT_FEED_TRANSITIONS, workspace, after, last, limit, e);
	if (s == ST_OK)
		s = send_page(db, STATEMENT_FEED_HANDOFFS, workspace, after, last, limit, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		return s;
	const struct db_result *t = db_result_at(db, 0), *h = db_result_at(db, 1);
	size_t n = 0, i = 0, k = 0;
	struct feed_item *items = arena_array(arena, limit, sizeof *items);
	if (!items)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	/* Each has its first limit + 1, so the first `limit` of both together are among them. */
	while (n < limit && (i < db_rows(t) || k < db_rows(h))) {
		if (k == db_rows(h) || (i < db_rows(t) && db_i64(t, i, 2) < db_i64(h, k, 1)))
			items[n++] = take_transition(t, i++);
		else
			items[n++] = take_handoff(h, k++);
	}
	bool more = i < db_rows(t) || k < db_rows(h);
	*ret = items;
	*ret_n = n;
	*ret_last = more ? items[n - 1].position : last > after ? last : after;
	*ret_more = more;
	return ST_OK;
}

enum status store_feed_end(struct db *db, const struct uuid *workspace, int64_t *ret_last, struct err *e)
{
	return feed_ready(db, workspace, INT64_MAX, 0, ret_last, e);
}

enum status store_feed_news(
    struct db *db, const struct uuid *workspaces, const int64_t *seen, size_t n, bool *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuids(db, workspaces, n);
	db_array_begin(db, DB_INT8, n);
	for (size_t i = 0; i < n; i++)
		db_put_i64(db, seen[i]);
	db_array_end(db);
	enum status s = db_run(db, STATEMENT_FEED_NEWS, &r, e);
	if (s != ST_OK)
		return s;
	memset(ret, 0, n * sizeof *ret);
	for (size_t i = 0; i < db_rows(r); i++) {
		struct uuid id = db_uuid(r, i, 0);
		for (size_t k = 0; k < n; k++)
			ret[k] = ret[k] || !uuid_cmp(&id, &workspaces[k]);
	}
	return ST_OK;
}
