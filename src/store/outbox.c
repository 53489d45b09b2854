#include "store/outbox.h"

#include <string.h>

#include "column_priv.h"

#define HANDOFFS "handoff."

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* What is told of handoffs has a place in the change feed, too (store/feed.h). */
static enum status send_handoff_news(
    struct db *db, const struct uuid *workspace, const struct batch_outbox *rows, size_t n, struct err *e)
{
	size_t about = 0;
	for (size_t i = 0; i < n; i++)
		about += !strncmp(rows[i].topic, HANDOFFS, strlen(HANDOFFS));
	if (!about)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_UUID, about);
	for (size_t i = 0; i < n; i++)
		if (!strncmp(rows[i].topic, HANDOFFS, strlen(HANDOFFS)))
			db_put_uuid(db, &rows[i].id);
	db_array_end(db);
	return db_send(db, STATEMENT_BATCH_HANDOFF_NEWS_INSERT, e);
}

enum status store_outbox_send(
    struct db *db, const struct uuid *workspace, const struct batch_outbox *rows, size_t n, int64_t now, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(rows, n, id);
	COLUMN_UUID(rows, n, lead_id);
	COLUMN(DB_INT8, db_put_i64, rows, n, lead_version);
	COLUMN(DB_INT4, db_put_i32, rows, n, ordinal);
	COLUMN(DB_TEXT, db_put_text, rows, n, topic);
	COLUMN(DB_JSON, db_put_text, rows, n, payload);
	db_bind_time(db, now);
	enum status s = db_send(db, STATEMENT_BATCH_OUTBOX_INSERT, e);
	return s == ST_OK ? send_handoff_news(db, workspace, rows, n, e) : s;
}

enum status store_outbox_workspace(
    struct db *db, const struct uuid *after, bool *ret_found, struct uuid *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, after);
	enum status s = db_run(db, STATEMENT_OUTBOX_WORKSPACE, &r, e);
	if (s != ST_OK)
		return s;
	*ret_found = db_rows(r) > 0;
	if (*ret_found)
		*ret = db_uuid(r, 0, 0);
	db_results_clear(db);
	return ST_OK;
}

static enum status take_endpoints(
    const struct db_result *r, struct arena *arena, struct outbox_endpoint **ret, size_t *ret_n, struct err *e)
{
	size_t n = db_rows(r);
	struct outbox_endpoint *list = arena_array(arena, n + 1, sizeof *list);
	for (size_t i = 0; list && i < n; i++) {
		struct outbox_endpoint *p = &list[i];
		*p = (struct outbox_endpoint){
		    .id = db_uuid(r, i, 0), .n_types = db_array_length(r, i, 1), .last_seq = db_i64(r, i, 2)};
		p->types = arena_array(arena, p->n_types + 1, sizeof(*p->types));
		for (size_t k = 0; p->types && k < p->n_types; k++) {
			const char *text = "";
			size_t len = 0;
			(void)db_text_array(r, i, 1, k, &text, &len);
			if (!(p->types[k] = arena_strndup(arena, text, len)))
				return nomem(e);
		}
		if (!p->types)
			return nomem(e);
	}
	if (!list)
		return nomem(e);
	*ret = list;
	*ret_n = n;
	return ST_OK;
}

static enum status take_news(const struct db_result *r, bool ordered, struct arena *arena, struct outbox_news **ret,
    size_t *ret_n, struct err *e)
{
	size_t n = db_rows(r);
	struct outbox_news *list = arena_array(arena, n + 1, sizeof *list);
	if (!list)
		return nomem(e);
	for (size_t i = 0; i < n; i++) {
		list[i] = (struct outbox_news){.id = db_uuid(r, i, 0),
		    .lead_id = db_uuid(r, i, 1),
		    .place = ordered ? db_i64(r, i, 2) : 0,
		    .lead_version = ordered ? db_i64(r, i, 3) : 0,
		    .ordinal = ordered ? db_i32(r, i, 4) : 0,
		    .topic = arena_strdup(arena, db_text(r, i, ordered ? 5 : 2, NULL))};
		if (!list[i].topic)
			return nomem(e);
	}
	*ret = list;
	*ret_n = n;
	return ST_OK;
}

void store_outbox_give_up(struct db *db)
{
	db_rollback(db);
}

enum status store_outbox_begin(struct db *db, const struct uuid *workspace, size_t limit, int64_t now,
    struct arena *arena, struct outbox_endpoint **ret_endpoints, size_t *ret_n_endpoints, struct outbox_news **ret_rows,
    size_t *ret_n_rows, struct err *e)
{
	struct outbox_endpoint *endpoints = NULL;
	struct outbox_news *rows = NULL;
	size_t n_endpoints = 0, n_rows = 0;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		s = db_send(db, STATEMENT_WEBHOOK_LOCK_ALL, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_i64(db, (int64_t)limit);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_OUTBOX_TAKE, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK)
		s = take_endpoints(db_result_at(db, 0), arena, &endpoints, &n_endpoints, e);
	if (s == ST_OK)
		s = take_news(db_result_at(db, 1), true, arena, &rows, &n_rows, e);
	db_results_clear(db);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	*ret_endpoints = endpoints;
	*ret_n_endpoints = n_endpoints;
	*ret_rows = rows;
	*ret_n_rows = n_rows;
	return ST_OK;
}

static enum status send_deliveries(
    struct db *db, const struct uuid *workspace, const struct delivery_new *d, size_t n, int64_t now, struct err *e)
{
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN_UUID(d, n, webhook_id);
	COLUMN(DB_INT8, db_put_i64, d, n, seq);
	COLUMN_UUID(d, n, outbox_id);
	COLUMN_UUID(d, n, lead_id);
	COLUMN(DB_TEXT, db_put_text, d, n, type);
	COLUMN(DB_BOOL, db_put_bool, d, n, follows);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_DELIVERY_INSERT, e);
}

static enum status send_fed(
    struct db *db, const struct uuid *workspace, const struct outbox_endpoint *p, size_t n, int64_t now, struct err *e)
{
	size_t fed = 0;
	for (size_t i = 0; i < n; i++)
		fed += p[i].fed;
	if (!fed)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_UUID, fed);
	for (size_t i = 0; i < n; i++)
		if (p[i].fed)
			db_put_uuid(db, &p[i].id);
	db_array_end(db);
	db_array_begin(db, DB_INT8, fed);
	for (size_t i = 0; i < n; i++)
		if (p[i].fed)
			db_put_i64(db, p[i].last_seq);
	db_array_end(db);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_WEBHOOK_FED, e);
}

enum status store_outbox_finish(struct db *db, const struct uuid *workspace, const struct outbox_endpoint *endpoints,
    size_t n_endpoints, const struct delivery_new *deliveries, size_t n, int64_t now, struct err *e)
{
	enum status s = send_deliveries(db, workspace, deliveries, n, now, e);
	if (s == ST_OK)
		s = send_fed(db, workspace, endpoints, n_endpoints, now, e);
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_outbox_page(struct db *db, const struct uuid *workspace, const struct uuid *failed_at,
    const struct uuid *after, const struct uuid *last, size_t limit, struct arena *arena, struct outbox_news **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after);
	db_bind_uuid(db, last);
	db_bind_i64(db, (int64_t)limit);
	if (failed_at)
		db_bind_uuid(db, failed_at);
	enum status s = db_run(db, failed_at ? STATEMENT_OUTBOX_PAGE_FAILED : STATEMENT_OUTBOX_PAGE, &r, e);
	if (s != ST_OK)
		return s;
	s = take_news(r, false, arena, ret, ret_n, e);
	db_results_clear(db);
	return s;
}

enum status store_outbox_append(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct batch_outbox *row, struct delivery_new *deliveries, size_t n, int64_t now, struct err *e)
{
	struct outbox_endpoint p = {.id = *webhook, .fed = true};
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, webhook, 1);
		s = db_send(db, STATEMENT_WEBHOOK_LOCK, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK) {
		const struct db_result *r = db_result_at(db, 0);
		if (!db_rows(r) || !strcmp(db_text(r, 0, 2, NULL), "deleted"))
			s = err_set(e, ST_NOT_FOUND, "webhook_not_found", "There is no such webhook.");
		else
			p.last_seq = db_i64(r, 0, 1);
	}
	db_results_clear(db);
	if (s == ST_OK && row) {
		/* Told to this endpoint alone. */
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, &row->id);
		db_bind_uuid(db, &row->lead_id);
		db_bind_text(db, row->topic);
		db_bind_text(db, row->payload);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_OUTBOX_ADD_TOLD, e);
	}
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	for (size_t i = 0; i < n; i++) {
		deliveries[i].webhook_id = *webhook;
		deliveries[i].seq = ++p.last_seq;
	}
	return store_outbox_finish(db, workspace, &p, 1, deliveries, n, now, e);
}
