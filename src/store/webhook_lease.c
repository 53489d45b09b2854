#include "store/webhook_lease.h"

#include <string.h>

#include "column_priv.h"
#include "store/outbox.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status store_webhook_free(
    struct db *db, int64_t now, struct webhook_place *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_WEBHOOK_FREE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n; i++)
		ret[i] = (struct webhook_place){.workspace_id = db_uuid(r, i, 0), .id = db_uuid(r, i, 1)};
	db_results_clear(db);
	*ret_n = n;
	return ST_OK;
}

static void bind_ours(
    struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, const struct uuid *owner)
{
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	db_bind_uuid(db, owner);
}

enum status store_webhook_claim(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, int64_t lease_ms, struct webhook_lease *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	bind_ours(db, workspace, ids, n, owner);
	db_bind_i64(db, lease_ms);
	enum status s = db_run(db, STATEMENT_WEBHOOK_CLAIM, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct webhook_lease){.id = db_uuid(r, i, 0),
		    .generation = db_i64(r, i, 1),
		    .failures = db_i32(r, i, 2),
		    .failing_since = db_time(r, i, 3)};
	db_results_clear(db);
	return ST_OK;
}

enum status store_webhook_renew(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, int64_t lease_ms, struct webhook_lease *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	bind_ours(db, workspace, ids, n, owner);
	db_bind_i64(db, lease_ms);
	enum status s = db_run(db, STATEMENT_WEBHOOK_RENEW, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct webhook_lease){.id = db_uuid(r, i, 0), .generation = db_i64(r, i, 1)};
	db_results_clear(db);
	return ST_OK;
}

enum status store_webhook_seen(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, struct webhook_lease *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	bind_ours(db, workspace, ids, n, owner);
	enum status s = db_run(db, STATEMENT_WEBHOOK_SEEN, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r);
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct webhook_lease){.id = db_uuid(r, i, 0),
		    .generation = db_i64(r, i, 1),
		    .last_seq = db_i64(r, i, 2),
		    .revision = db_i64(r, i, 3)};
	db_results_clear(db);
	return ST_OK;
}

static enum status send_lock(
    struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	return db_send(db, STATEMENT_WEBHOOK_LOCK, e);
}

static enum status commit(struct db *db, enum status s, struct err *e)
{
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_webhook_release(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct uuid *owner, int64_t generation, struct err *e)
{
	enum status s = send_lock(db, workspace, id, 1, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, id);
		db_bind_uuid(db, owner);
		db_bind_i64(db, generation);
		s = db_send(db, STATEMENT_WEBHOOK_RELEASE, e);
	}
	return commit(db, s, e);
}

static enum status take_due(const struct db_result *r, struct arena *arena, struct delivery_window *w, struct err *e)
{
	w->n_due = db_rows(r);
	w->due = arena_array(arena, w->n_due + 1, sizeof *w->due);
	if (!w->due)
		return nomem(e);
	for (size_t i = 0; i < w->n_due; i++) {
		struct delivery_due *d = &w->due[i];
		size_t n = 0;
		const char *payload = db_text(r, i, 6, &n), *lead = db_text(r, i, 8, NULL),
			   *team = db_text(r, i, 9, NULL);
		*d = (struct delivery_due){.seq = db_i64(r, i, 0),
		    .outbox_id = db_uuid(r, i, 1),
		    .lead_id = db_uuid(r, i, 2),
		    .type = arena_strdup(arena, db_text(r, i, 3, NULL)),
		    .attempts = db_i32(r, i, 4),
		    .next_at = db_time(r, i, 5),
		    .created_at = db_time(r, i, 7),
		    .payload = payload ? arena_strndup(arena, payload, n) : NULL,
		    .lead = lead ? arena_strdup(arena, lead) : NULL,
		    .team = team ? arena_strdup(arena, team) : NULL};
		if (!d->type || (payload && !d->payload) || (lead && !d->lead) || (team && !d->team))
			return nomem(e);
	}
	return ST_OK;
}

static enum status take_window(struct db *db, struct arena *arena, struct delivery_window *w, struct err *e)
{
	const struct db_result *r = db_result_at(db, 0);
	if (!db_rows(r))
		return ST_OK;
	w->mine = true;
	w->kind = arena_strdup(arena, db_text(r, 0, 0, NULL));
	w->url = arena_strdup(arena, db_text(r, 0, 1, NULL));
	w->secrets = arena_strdup(arena, db_text(r, 0, 2, NULL));
	w->settings = arena_strdup(arena, db_text(r, 0, 3, NULL));
	w->revision = db_i64(r, 0, 4);
	w->last_seq = db_i64(r, 0, 5);
	w->next_at = db_time(db_result_at(db, 2), 0, 0);
	if (!w->kind || !w->url || !w->secrets || !w->settings)
		return nomem(e);
	return take_due(db_result_at(db, 1), arena, w, e);
}

enum status store_delivery_window(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct uuid *owner, int64_t generation, int64_t now, const int64_t *in_hand, size_t n_in_hand, size_t limit,
    bool with_leads, struct arena *arena, struct delivery_window *ret, struct err *e)
{
	struct delivery_window w = {0};
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, webhook);
	db_bind_uuid(db, owner);
	db_bind_i64(db, generation);
	enum status s = db_send(db, STATEMENT_WEBHOOK_OWNED, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, webhook);
		db_bind_time(db, now);
		db_array_begin(db, DB_INT8, n_in_hand);
		for (size_t i = 0; i < n_in_hand; i++)
			db_put_i64(db, in_hand[i]);
		db_array_end(db);
		db_bind_i64(db, (int64_t)limit);
		db_bind_bool(db, with_leads);
		s = db_send(db, STATEMENT_DELIVERY_DUE, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, webhook);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_DELIVERY_NEXT, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK)
		s = take_window(db, arena, &w, e);
	db_results_clear(db);
	if (s == ST_OK)
		*ret = w;
	return s;
}

/* ret_unblocks: the last statement sent tells whose turn it is. */
static enum status send_results(struct db *db, const struct uuid *workspace, const struct delivery_result *x, size_t n,
    int64_t now, bool *ret_unblocks, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(x, n, webhook_id);
	COLUMN(DB_INT8, db_put_i64, x, n, generation);
	COLUMN(DB_INT8, db_put_i64, x, n, seq);
	COLUMN(DB_TEXT, db_put_text, x, n, state);
	COLUMN(DB_INT4, db_put_i32, x, n, attempts);
	COLUMN(DB_TIME, db_put_time, x, n, next_at);
	COLUMN(DB_TIME, db_put_time, x, n, at);
	COLUMN(DB_INT4, db_put_i32, x, n, status);
	COLUMN(DB_TEXT, db_put_text, x, n, error);
	COLUMN(DB_INT4, db_put_i32, x, n, latency_ms);
	COLUMN(DB_JSON, db_put_text, x, n, reply);
	COLUMN_UUID(x, n, outbox_id);
	enum status s = db_send(db, STATEMENT_DELIVERY_RESULT, e);
	size_t ended = 0;
	for (size_t i = 0; i < n; i++)
		ended += x[i].next_at == INSTANT_NEVER;
	*ret_unblocks = ended > 0;
	if (s != ST_OK || !ended)
		return s;
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_UUID, ended);
	for (size_t i = 0; i < n; i++)
		if (x[i].next_at == INSTANT_NEVER)
			db_put_uuid(db, &x[i].webhook_id);
	db_array_end(db);
	db_array_begin(db, DB_UUID, ended);
	for (size_t i = 0; i < n; i++)
		if (x[i].next_at == INSTANT_NEVER)
			db_put_uuid(db, &x[i].lead_id);
	db_array_end(db);
	db_bind_time(db, now);
	return db_send(db, STATEMENT_DELIVERY_UNBLOCK, e);
}

enum status store_delivery_results(struct db *db, const struct uuid *workspace, const struct delivery_result *results,
    size_t n, struct webhook_fare *fares, size_t n_fares, int64_t now, struct err *e)
{
	bool unblocks = false;
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(fares, n_fares, id);
		s = db_send(db, STATEMENT_WEBHOOK_LOCK, e);
	}
	if (s == ST_OK && n)
		s = send_results(db, workspace, results, n, now, &unblocks, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		COLUMN_UUID(fares, n_fares, id);
		COLUMN(DB_INT8, db_put_i64, fares, n_fares, generation);
		COLUMN(DB_INT4, db_put_i32, fares, n_fares, failures);
		COLUMN(DB_TIME, db_put_time, fares, n_fares, failing_since);
		s = db_send(db, STATEMENT_WEBHOOK_FARED, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	const struct db_result *r = s == ST_OK && unblocks ? db_result_at(db, 2) : NULL;
	bool missed = s == ST_OK && n && db_affected(db_result_at(db, 1)) < n;
	for (size_t i = 0; i < n_fares; i++) {
		fares[i].unblocked = missed;
		for (size_t k = 0; r && k < db_rows(r) && !fares[i].unblocked; k++) {
			struct uuid id = db_uuid(r, k, 0);
			fares[i].unblocked = !uuid_cmp(&id, &fares[i].id);
		}
	}
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_webhook_figures(struct db *db, const struct uuid *workspace, const struct uuid *id, size_t max,
    int64_t *ret_waiting, int64_t *ret_oldest, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_WEBHOOK_FIGURES, &r, e);
	if (s != ST_OK)
		return s;
	*ret_waiting = db_i64(r, 0, 0);
	*ret_oldest = db_time(r, 0, 1);
	db_results_clear(db);
	return ST_OK;
}

enum status store_webhook_disable(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t generation, const char *reason, const char *topic, const char *payload, int64_t now,
    const char *const *optional, size_t n_optional, bool *ret_mine, struct err *e)
{
	struct uuid row = uuid_v7(now);
	/* The workspace before its endpoints, as whoever changes them does. */
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		s = db_send(db, STATEMENT_WORKSPACE_LOCK, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, id);
		db_bind_i64(db, generation);
		db_bind_text(db, reason);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_WEBHOOK_DISABLE, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	bool mine = s == ST_OK && db_affected(db_result_at(db, 1)) > 0;
	db_results_clear(db);
	if (s == ST_OK && mine)
		s = store_outbox_send(db, workspace,
		    &(struct batch_outbox){.id = row, .lead_id = row, .topic = topic, .payload = payload}, 1, now, e);
	if (s == ST_OK && mine) {
		db_bind_uuid(db, workspace);
		db_array_begin(db, DB_TEXT, n_optional);
		for (size_t i = 0; i < n_optional; i++)
			db_put_text(db, optional[i]);
		db_array_end(db);
		s = db_send(db, STATEMENT_WEBHOOK_TOLD_TYPES, e);
	}
	s = commit(db, s, e);
	if (s == ST_OK)
		*ret_mine = mine;
	return s;
}
