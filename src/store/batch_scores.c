/* What an ingest batch reads only when it must: scores under models beside the primary one, events to be voided. */
#include <string.h>

#include "batch_priv.h"

void store_word(char *out, size_t cap, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n >= cap)
		n = cap - 1;
	memcpy(out, s ? s : "", n);
	out[n] = 0;
}

enum model_wish store_wish(const char *word)
{
	return !strcmp(word, "hold") ? WISH_HOLD : !strcmp(word, "quiet") ? WISH_QUIET : WISH_RAISE;
}

enum status store_scores_send(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, keys, n_keys);
	db_bind_uuids(db, ids, n_ids);
	return db_send(db, STATEMENT_BATCH_SCORES, e);
}

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct batch_score *c)
{
	const char *tier = db_text(r, i, 5, NULL), *line = db_text(r, i, 8, NULL);
	const void *state = db_bytes(r, i, 7, &c->state_len);
	void *copy = arena_alloc(arena, c->state_len + 1);
	c->lead_id = db_uuid(r, i, 0);
	c->version = db_i64(r, i, 1);
	c->lead_version = db_i64(r, i, 2);
	c->applies = db_bool(r, i, 3);
	c->told = db_bool(r, i, 4);
	c->tier = tier ? *tier : 'D';
	store_word(c->stage, sizeof c->stage, db_text(r, i, 6, NULL));
	c->line = arena_strdup(arena, line ? line : "");
	if (!copy || !c->line)
		return false;
	memcpy(copy, state ? state : "", c->state_len);
	c->state = copy;
	return true;
}

enum status store_scores_take(const struct db_result *r, struct arena *arena, struct batch_rows *rows, struct err *e)
{
	size_t n = db_rows(r);
	struct batch_score *scores = arena_array(arena, n + 1, sizeof *scores);
	bool whole = scores != NULL;
	for (size_t i = 0; whole && i < n; i++)
		whole = take_row(r, i, arena, &scores[i]);
	if (!whole)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	rows->scores = scores;
	rows->n_scores = n;
	rows->has_scores = true;
	return ST_OK;
}

enum status store_batch_scores(struct db *db, const struct uuid *workspace, struct batch_rows *rows, struct arena *arena, struct err *e)
{
	struct uuid *ids = arena_array(arena, rows->n_leads + 1, sizeof *ids);
	if (!ids)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < rows->n_leads; i++)
		ids[i] = rows->leads[i].id;
	enum status s = store_scores_send(db, workspace, NULL, 0, ids, rows->n_leads, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s == ST_OK)
		s = store_scores_take(db_result_at(db, 0), arena, rows, e);
	db_results_clear(db);
	return s;
}

enum status store_batch_wish(struct db *db, const struct uuid *workspace, int64_t version, enum model_wish *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	enum status s = db_run(db, STATEMENT_BATCH_WISH, &r, e);
	if (s == ST_OK)
		*ret = db_rows(r) ? store_wish(db_text(r, 0, 0, NULL)) : WISH_RAISE;
	/* A lead was found under another model. It may be the newer one: the workspace's row was read before the lead was locked. */
	if (s == ST_OK && db_rows(r) && !db_bool(r, 0, 1))
		s = err_set(e, ST_BUSY, "model_changed", "Another model has become active; try again.");
	db_results_clear(db);
	return s;
}

enum status store_batch_targets(struct db *db, const struct uuid *workspace, const struct uuid *leads, const struct uuid *keys, size_t n, struct arena *arena,
	struct batch_target **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, leads, n);
	db_bind_uuids(db, keys, n);
	enum status s = db_run(db, STATEMENT_BATCH_TARGETS, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct batch_target *found = arena_array(arena, rows + 1, sizeof *found);
	bool whole = found != NULL;
	for (size_t i = 0; whole && i < rows; i++) {
		const char *id = db_text(r, i, 3, NULL);
		found[i] = (struct batch_target){.lead_id = db_uuid(r, i, 0), .key = db_uuid(r, i, 1), .type = arena_strdup(arena, db_text(r, i, 2, NULL)),
			.event_id = arena_strdup(arena, id), .voided_at = db_time(r, i, 4)};
		whole = found[i].type && (!id || found[i].event_id);
	}
	db_results_clear(db);
	if (!whole)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = found;
	*ret_n = rows;
	return ST_OK;
}

enum status store_batch_around(struct db *db, const struct uuid *workspace, const struct batch_range *ranges, size_t n, const char *const *types, size_t n_types,
	struct arena *arena, struct batch_near **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, &ranges[i].lead_id);
	db_array_end(db);
	db_array_begin(db, DB_TIME, n);
	for (size_t i = 0; i < n; i++)
		db_put_time(db, ranges[i].low);
	db_array_end(db);
	db_array_begin(db, DB_TIME, n);
	for (size_t i = 0; i < n; i++)
		db_put_time(db, ranges[i].high);
	db_array_end(db);
	db_array_begin(db, DB_TEXT, n_types);
	for (size_t i = 0; i < n_types; i++)
		db_put_text(db, types[i]);
	db_array_end(db);
	enum status s = db_run(db, STATEMENT_BATCH_AROUND, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct batch_near *found = arena_array(arena, rows + 1, sizeof *found);
	bool whole = found != NULL;
	for (size_t i = 0; whole && i < rows; i++) {
		const char *message = db_text(r, i, 4, NULL), *flag = db_text(r, i, 6, NULL);
		found[i] = (struct batch_near){.lead_id = db_uuid(r, i, 0), .key = db_uuid(r, i, 1), .at = db_time(r, i, 2), .type = arena_strdup(arena, db_text(r, i, 3, NULL)),
			.message_id = arena_strdup(arena, message), .voided_at = db_time(r, i, 5), .flag = arena_strdup(arena, flag)};
		whole = found[i].type && (found[i].message_id || !message) && (found[i].flag || !flag);
	}
	db_results_clear(db);
	if (!whole)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = found;
	*ret_n = rows;
	return ST_OK;
}
