#include "store/delivery.h"

#include <string.h>

#define ENDPOINTS_MAX 1000

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool keep(struct arena *arena, const char **text)
{
	return !*text || (*text = arena_strdup(arena, *text)) != NULL;
}

static enum status take(
    const struct db_result *r, size_t i, struct arena *arena, struct delivery_row *ret, struct err *e)
{
	struct delivery_row d = {
	    .seq = db_i64(r, i, 0),
	    .outbox_id = db_uuid(r, i, 1),
	    .lead_id = db_uuid(r, i, 2),
	    .type = db_text(r, i, 3, NULL),
	    .state = db_text(r, i, 4, NULL),
	    .attempts = db_i32(r, i, 5),
	    .next_at = db_time(r, i, 6),
	    .created_at = db_time(r, i, 7),
	    .first_at = db_time(r, i, 8),
	    .last_at = db_time(r, i, 9),
	    .last_status = db_i32(r, i, 10),
	    .last_error = db_text(r, i, 11, NULL),
	    .latency_ms = db_i32(r, i, 12),
	    .has_latency = !db_null(r, i, 12),
	    .reply = db_text(r, i, 13, NULL),
	};
	if (!keep(arena, &d.type) || !keep(arena, &d.state) || !keep(arena, &d.last_error) || !keep(arena, &d.reply))
		return nomem(e);
	*ret = d;
	return ST_OK;
}

enum status store_delivery_list(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct delivery_filter *f, struct arena *arena, struct delivery_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, webhook);
	db_bind_i64(db, f->before);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_text(db, f->state);
	db_bind_text(db, f->type);
	db_bind_uuid(db, f->has_lead ? &f->lead_id : NULL);
	enum status s = db_run(db, STATEMENT_DELIVERY_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	n = more ? f->limit : n;
	struct delivery_row *rows = arena_array(arena, n + 1, sizeof *rows);
	s = rows ? ST_OK : nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}

enum status store_delivery_read(struct db *db, const struct uuid *workspace, const struct uuid *webhook, int64_t seq,
    struct arena *arena, struct delivery_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, webhook);
	db_bind_i64(db, seq);
	enum status s = db_run(db, STATEMENT_DELIVERY_READ, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, arena, ret, e)
		       : err_set(e, ST_NOT_FOUND, "delivery_not_found", "There is no such delivery (any more).");
	db_results_clear(db);
	return s;
}

enum status store_delivery_workspaces(
    struct db *db, const struct uuid *after, struct uuid *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, after);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_WEBHOOK_WORKSPACES, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = db_uuid(r, i, 0);
	db_results_clear(db);
	return ST_OK;
}

/* The first id that could be made at that instant. */
static struct uuid id_at(int64_t ms)
{
	struct uuid u = {{0}};
	for (int i = 0; i < 6; i++)
		u.b[i] = (uint8_t)(ms >> (40 - 8 * i));
	return u;
}

static enum status run_affected(struct db *db, enum statement which, size_t *ret, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, which, &r, e);
	if (s != ST_OK)
		return s;
	*ret = db_affected(r);
	db_results_clear(db);
	return ST_OK;
}

static enum status expire_queue(struct db *db, const struct uuid *workspace, const struct uuid *webhook, bool deleted,
    int64_t before, size_t max, bool *ret_more, struct err *e)
{
	size_t gone = 0, dropped = 0;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, webhook);
	/* Of a deleted endpoint all goes. */
	db_bind_time(db, deleted ? INT64_C(253402300799000) : before);
	db_bind_i64(db, (int64_t)max);
	enum status s = run_affected(db, STATEMENT_DELIVERY_EXPIRE, &gone, e);
	*ret_more |= s == ST_OK && gone == max;
	if (s != ST_OK || !deleted || gone == max)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, webhook);
	return run_affected(db, STATEMENT_WEBHOOK_DROP, &dropped, e);
}

enum status store_delivery_expire(
    struct db *db, const struct uuid *workspace, int64_t before, size_t max, bool *ret_more, struct err *e)
{
	struct uuid ids[ENDPOINTS_MAX], first = id_at(before);
	bool deleted[ENDPOINTS_MAX];
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_WEBHOOK_ALL, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r) < ENDPOINTS_MAX ? db_rows(r) : ENDPOINTS_MAX, gone = 0;
	for (size_t i = 0; i < n; i++) {
		ids[i] = db_uuid(r, i, 0);
		deleted[i] = db_bool(r, i, 1);
	}
	db_results_clear(db);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = expire_queue(db, workspace, &ids[i], deleted[i], before, max, ret_more, e);
	if (s != ST_OK)
		return s;
	/* Longer than any delivery may still want it. */
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &first);
	db_bind_i64(db, (int64_t)max);
	s = run_affected(db, STATEMENT_OUTBOX_EXPIRE, &gone, e);
	*ret_more |= s == ST_OK && gone == max;
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_time(db, before);
	db_bind_i64(db, (int64_t)max);
	s = run_affected(db, STATEMENT_SCORE_NEWS_EXPIRE, &gone, e);
	*ret_more |= s == ST_OK && gone == max;
	return s;
}
