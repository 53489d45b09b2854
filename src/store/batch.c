/* The reading half of an ingest batch. */
#include "batch_priv.h"
#include "store/lead.h"
#include "store/merge.h"

#include <stdlib.h>
#include <string.h>

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
	store_word(l->stage, sizeof l->stage, db_text(r, row, 10, NULL));
	l->has_handoff = !db_null(r, row, 11);
	l->handoff_id = db_uuid(r, row, 11);
	store_word(l->handoff_state, sizeof l->handoff_state, db_text(r, row, 12, NULL));
	l->has_tags = !db_null(r, row, 13);
	l->n_tags = db_array_length(r, row, 13);
	const char **tags = l->n_tags ? arena_array(arena, l->n_tags, sizeof *tags) : NULL;
	if (l->n_tags && !tags)
		return false;
	for (size_t i = 0; i < l->n_tags; i++) {
		const char *s = "";
		(void)db_text_array(r, row, 13, i, &s, &n);
		if (!(tags[i] = arena_strndup(arena, s, n)))
			return false;
	}
	l->tags = tags;
	l->account_id = db_uuid(r, row, 14);
	store_word(l->account_by, sizeof l->account_by, db_text(r, row, 15, NULL));
	l->score = db_i32(r, row, 16);
	l->merged = !db_null(r, row, 17);
	l->root = db_uuid(r, row, 17);
	l->has_members = db_bool(r, row, 18);
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

/* "12 raise eu" of an active model, "13 raise" of a shadow. */
static bool read_other(const struct db_result *r, size_t i, struct arena *arena, struct batch_other *ret)
{
	const char *text = "";
	size_t n = 0;
	(void)db_text_array(r, 0, 2, i, &text, &n);
	char *s = arena_strndup(arena, text, n), *wish = NULL;
	if (!s)
		return false;
	ret->version = strtoll(s, &wish, 10);
	wish += *wish == ' ';
	char *line = strchr(wish, ' ');
	if (line)
		*line++ = 0;
	ret->wish = store_wish(wish);
	ret->line = line;
	return true;
}

static unsigned read_tells(const struct db_result *r)
{
	static const struct {
		const char *type;
		unsigned bit;
	} known[] = {{"lead.created", TELLS_CREATED}, {"lead.updated", TELLS_UPDATED}, {"score.changed", TELLS_SCORE}};
	unsigned tells = 0;
	for (size_t i = 0; i < db_array_length(r, 0, 6); i++) {
		const char *text = "";
		size_t n = 0;
		(void)db_text_array(r, 0, 6, i, &text, &n);
		for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
			if (n == strlen(known[k].type) && !memcmp(text, known[k].type, n))
				tells |= known[k].bit;
	}
	return tells;
}

static bool read_response_events(const struct db_result *r, struct arena *arena, struct batch_settings *ret)
{
	if (db_null(r, 0, 8))
		return true;
	size_t n = db_array_length(r, 0, 8);
	ret->response_events = arena_array(arena, n + 1, sizeof(*ret->response_events));
	for (size_t i = 0; ret->response_events && i < n; i++) {
		const char *text = "";
		size_t len = 0;
		(void)db_text_array(r, 0, 8, i, &text, &len);
		if (!(ret->response_events[ret->n_response_events++] = arena_strndup(arena, text, len)))
			return false;
	}
	return ret->response_events;
}

static enum status read_settings(const struct db_result *r, struct arena *arena, struct batch_settings *ret, struct err *e)
{
	*ret = (struct batch_settings){.exists = db_rows(r) == 1};
	if (!ret->exists)
		return ST_OK;
	ret->active_model = db_i64(r, 0, 0);
	store_word(ret->country, sizeof ret->country, db_text(r, 0, 1, NULL));
	const char *filters = db_text(r, 0, 3, NULL);
	ret->filters = arena_strdup(arena, filters);
	const char *accounts = db_text(r, 0, 4, NULL);
	ret->accounts = arena_strdup(arena, accounts);
	ret->segments = db_i64(r, 0, 5);
	ret->desk = db_bool(r, 0, 7);
	ret->n_others = db_array_length(r, 0, 2);
	ret->others = arena_array(arena, ret->n_others + 1, sizeof *ret->others);
	ret->tells = read_tells(r);
	if (!read_response_events(r, arena, ret))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	bool whole = ret->others && (ret->filters || !filters) && (ret->accounts || !accounts);
	for (size_t i = 0; whole && i < ret->n_others; i++)
		whole = read_other(r, i, arena, &ret->others[i]);
	return whole ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status store_batch_open(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, unsigned wants,
	struct arena *arena, struct batch_settings *ret_settings, struct batch_rows *ret_rows, struct err *e)
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
		s = db_send(db, wants & BATCH_ROOTS ? STATEMENT_BATCH_RESOLVE_MERGED : STATEMENT_BATCH_RESOLVE, e);
	}
	/* Behind the locks: what it sees of the leads that were locked cannot change any more. Of leads that nobody has named it knows nothing. */
	bool want_scores = (wants & (BATCH_SCORES | BATCH_ROOTS)) == BATCH_SCORES;
	if (s == ST_OK && want_scores)
		s = store_scores_send(db, workspace, keys, n_keys, ids, n_ids, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	struct batch_settings found;
	struct batch_rows rows = {0};
	s = read_settings(db_result_at(db, 0), arena, &found, e);
	if (s == ST_OK)
		s = read_rows(db_result_at(db, 1), keys, n_keys, ids, n_ids, arena, &rows, e);
	if (s == ST_OK && want_scores)
		s = store_scores_take(db_result_at(db, 2), arena, &rows, e);
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

static enum status take_history(struct db *db, const struct db_result *r, struct arena *arena, struct batch_event **ret, size_t *ret_n, struct err *e)
{
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

enum status store_batch_history(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n, struct arena *arena, struct batch_event **ret, size_t *ret_n,
	struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_BATCH_HISTORY, &r, e);
	return s == ST_OK ? take_history(db, r, arena, ret, ret_n, e) : s;
}

enum status store_lead_history(struct db *db, const struct uuid *workspace, const struct uuid *lead, struct arena *arena, struct batch_event **ret, size_t *ret_n, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, lead);
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_LEAD_HISTORY, &r, e);
	if (s == ST_OK)
		s = take_history(db, r, arena, ret, ret_n, e);
	bool own = true;
	for (size_t i = 0; s == ST_OK && own && i < *ret_n; i++)
		own = !uuid_cmp(&(*ret)[i].lead_id, lead);
	if (s == ST_OK && !own)
		*ret_n = store_merge_events(*ret, *ret_n);
	return s;
}

struct pair_index {
	struct uuid lead, key;
	size_t at;
};

static int pair_cmp(const void *pa, const void *pb)
{
	const struct pair_index *a = pa, *b = pb;
	int c = uuid_cmp(&a->lead, &b->lead);
	return c ? c : uuid_cmp(&a->key, &b->key);
}

enum status store_batch_known(struct db *db, const struct uuid *workspace, const struct uuid *leads, const struct uuid *keys, size_t n, struct arena *arena,
	int64_t *ret_received, struct err *e)
{
	struct pair_index *pairs = arena_array(arena, n + 1, sizeof *pairs);
	struct uuid *ask_leads = arena_array(arena, n + 1, sizeof *ask_leads), *ask_keys = arena_array(arena, n + 1, sizeof *ask_keys);
	if (!pairs || !ask_leads || !ask_keys)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < n; i++)
		pairs[i] = (struct pair_index){leads[i], keys[i], i};
	qsort(pairs, n, sizeof *pairs, pair_cmp);
	size_t unique = 0;
	for (size_t i = 0; i < n; i++)
		if (!i || pair_cmp(&pairs[i - 1], &pairs[i]) != 0) {
			ask_leads[unique] = pairs[i].lead;
			ask_keys[unique++] = pairs[i].key;
		}
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ask_leads, unique);
	db_bind_uuids(db, ask_keys, unique);
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_BATCH_KNOWN, &r, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < n; i++)
		ret_received[i] = INSTANT_NEVER;
	for (size_t i = 0; i < db_rows(r); i++) {
		struct pair_index found = {db_uuid(r, i, 0), db_uuid(r, i, 1), 0};
		const struct pair_index *hit = bsearch(&found, pairs, n, sizeof *pairs, pair_cmp);
		if (!hit)
			continue;
		while (hit > pairs && !pair_cmp(hit - 1, &found))
			hit--;
		for (; hit < pairs + n && !pair_cmp(hit, &found); hit++)
			ret_received[hit->at] = db_time(r, i, 2);
	}
	db_results_clear(db);
	return ST_OK;
}
