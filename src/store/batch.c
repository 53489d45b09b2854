/* The reading half of an ingest batch. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>

static void copy_word(char *out, size_t cap, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n >= cap)
		n = cap - 1;
	memcpy(out, s ? s : "", n);
	out[n] = 0;
}

static bool read_lead(const struct db_result *r, size_t row, struct arena *arena, struct batch_lead *l)
{
	l->id = db_uuid(r, row, 1);
	l->version = db_i64(r, row, 2);
	l->created_at = db_time(r, row, 3);
	l->updated_at = db_time(r, row, 4);
	l->as_of = db_time(r, row, 5);
	l->model_version = db_i64(r, row, 6);
	size_t n;
	const char *profile = db_text(r, row, 7, &n);
	l->profile = arena_strndup(arena, profile ? profile : "{}", profile ? n : 2);
	const void *state = db_bytes(r, row, 8, &l->state_len);
	void *copy = arena_alloc(arena, l->state_len + 1);
	if (!l->profile || !copy)
		return false;
	memcpy(copy, state ? state : "", l->state_len);
	l->state = copy;
	const char *tier = db_text(r, row, 9, NULL);
	l->tier = tier ? tier[0] : 'D';
	copy_word(l->stage, sizeof l->stage, db_text(r, row, 10, NULL));
	l->has_handoff = !db_null(r, row, 11);
	l->handoff_id = db_uuid(r, row, 11);
	copy_word(l->handoff_state, sizeof l->handoff_state, db_text(r, row, 12, NULL));
	return true;
}

struct key_index {
	struct uuid key;
	size_t at;
};

static int key_index_cmp(const void *a, const void *b)
{
	return uuid_cmp(&((const struct key_index *)a)->key, &((const struct key_index *)b)->key);
}

static struct key_index *index_keys(struct arena *arena, const struct uuid *keys, size_t n)
{
	struct key_index *x = arena_array(arena, n + 1, sizeof *x);
	for (size_t i = 0; x && i < n; i++)
		x[i] = (struct key_index){keys[i], i};
	if (x)
		qsort(x, n, sizeof *x, key_index_cmp);
	return x;
}

static void point_at(const struct key_index *x, size_t n, const struct uuid *key, int32_t *lead_of, int32_t lead)
{
	struct key_index wanted = {*key, 0};
	const struct key_index *hit = bsearch(&wanted, x, n, sizeof *x, key_index_cmp);
	if (hit)
		lead_of[hit->at] = lead;
}

static enum status read_rows(const struct db_result *r, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, struct arena *arena,
	struct batch_rows *out, struct err *e)
{
	size_t rows = db_rows(r);
	struct key_index *by_key = index_keys(arena, keys, n_keys), *by_id = index_keys(arena, ids, n_ids);
	out->leads = arena_array(arena, rows + 1, sizeof *out->leads);
	out->lead_of_key = arena_array(arena, n_keys + 1, sizeof *out->lead_of_key);
	out->lead_of_id = arena_array(arena, n_ids + 1, sizeof *out->lead_of_id);
	if (!by_key || !by_id || !out->leads || !out->lead_of_key || !out->lead_of_id)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	memset(out->lead_of_key, 0xff, n_keys * sizeof *out->lead_of_key);
	memset(out->lead_of_id, 0xff, n_ids * sizeof *out->lead_of_id);
	out->n_leads = 0;
	for (size_t i = 0; i < rows; i++) {
		/* Rows come in id order; a lead that several keys name comes several times. */
		struct uuid id = db_uuid(r, i, 1);
		if (!out->n_leads || uuid_cmp(&out->leads[out->n_leads - 1].id, &id) != 0) {
			if (!read_lead(r, i, arena, &out->leads[out->n_leads]))
				return err_set(e, ST_NOMEM, NULL, "Out of memory.");
			out->n_leads++;
		}
		int32_t lead = (int32_t)out->n_leads - 1;
		if (db_null(r, i, 0)) {
			point_at(by_id, n_ids, &id, out->lead_of_id, lead);
		} else {
			struct uuid key = db_uuid(r, i, 0);
			point_at(by_key, n_keys, &key, out->lead_of_key, lead);
		}
	}
	return ST_OK;
}

enum status store_batch_open(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, struct arena *arena,
	struct batch_settings *ret_settings, struct batch_rows *ret_rows, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		s = db_send(db, STATEMENT_BATCH_SETTINGS, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, keys, n_keys);
		db_bind_uuids(db, ids, n_ids);
		s = db_send(db, STATEMENT_BATCH_RESOLVE, e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	struct db_result *settings = db_result_at(db, 0);
	struct batch_settings found = {.exists = db_rows(settings) == 1};
	if (found.exists) {
		found.active_model = db_i64(settings, 0, 0);
		copy_word(found.country, sizeof found.country, db_text(settings, 0, 1, NULL));
	}
	struct batch_rows rows = {0};
	s = read_rows(db_result_at(db, 1), keys, n_keys, ids, n_ids, arena, &rows, e);
	db_results_clear(db);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	*ret_settings = found;
	*ret_rows = rows;
	return ST_OK;
}

static bool copy_text(struct arena *arena, const struct db_result *r, size_t row, size_t col, const char **out)
{
	size_t n;
	const char *s = db_text(r, row, col, &n);
	*out = s ? arena_strndup(arena, s, n) : NULL;
	return !s || *out;
}

enum status store_batch_history(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n, struct arena *arena, struct batch_event **ret, size_t *ret_n,
	struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_BATCH_HISTORY, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct batch_event *events = arena_array(arena, rows + 1, sizeof *events);
	for (size_t i = 0; i < rows && events; i++) {
		struct batch_event *v = &events[i];
		v->lead_id = db_uuid(r, i, 0);
		v->key = db_uuid(r, i, 1);
		v->at = db_time(r, i, 2);
		v->received_at = db_time(r, i, 3);
		if (!copy_text(arena, r, i, 4, &v->type) || !copy_text(arena, r, i, 5, &v->event_id) || !copy_text(arena, r, i, 6, &v->properties) ||
			!copy_text(arena, r, i, 7, &v->patch) || !copy_text(arena, r, i, 8, &v->source) ||
			!copy_text(arena, r, i, 9, &v->email) || !copy_text(arena, r, i, 10, &v->phone))
			events = NULL;
	}
	db_results_clear(db);
	if (!events)
		return err_set(e, ST_NOMEM, NULL, "Out of memory: a lead has too many events to replay here.");
	*ret = events;
	*ret_n = rows;
	return ST_OK;
}

enum status store_batch_known(struct db *db, const struct uuid *workspace, const struct uuid *leads, const struct uuid *keys, size_t n, bool *ret_known, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	db_bind_uuids(db, keys, n);
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_BATCH_KNOWN, &r, e);
	if (s != ST_OK)
		return s;
	memset(ret_known, 0, n * sizeof *ret_known);
	for (size_t i = 0; i < db_rows(r); i++) {
		struct uuid lead = db_uuid(r, i, 0), key = db_uuid(r, i, 1);
		for (size_t k = 0; k < n; k++)
			if (!uuid_cmp(&keys[k], &key) && !uuid_cmp(&leads[k], &lead))
				ret_known[k] = true;
	}
	db_results_clear(db);
	return ST_OK;
}
