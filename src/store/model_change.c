/* A change of models: what is open while the workspace's row is locked. */
#include <stdio.h>
#include <string.h>

#include "model_priv.h"

enum status models_give_up(struct model_change *x, enum status s)
{
	db_results_clear(x->db);
	db_rollback(x->db);
	return s;
}

static enum status no_memory(struct model_change *x, struct err *e)
{
	return models_give_up(x, err_set(e, ST_NOMEM, NULL, "out of memory"));
}

static enum status send_by_workspace(struct model_change *x, enum statement s, struct err *e)
{
	db_bind_uuid(x->db, x->workspace);
	return db_send(x->db, s, e);
}

static bool take_live(struct model_change *x, const struct db_result *r)
{
	x->n_live = 0;
	/* Room for the one that a change adds. */
	x->live = arena_array(x->arena, db_rows(r) + 1, sizeof *x->live);
	for (size_t i = 0; x->live && i < db_rows(r); i++) {
		const char *line = db_text(r, i, 1, NULL);
		if (!models_live_add(x, db_i64(r, i, 0), line, !strcmp(db_text(r, i, 2, NULL), "active")))
			return false;
	}
	return x->live != NULL;
}

enum status models_lock(struct model_change *x, struct err *e)
{
	enum status s = x->open ? ST_OK : db_send_begin(x->db, e);
	if (s == ST_OK)
		s = send_by_workspace(x, STATEMENT_WORKSPACE_LOCK, e);
	/* A statement of its own: it sees what was committed while the lock was waited for. */
	if (s == ST_OK)
		s = send_by_workspace(x, STATEMENT_MODEL_LIVE, e);
	if (s == ST_OK)
		s = db_flush(x->db, e);
	if (s != ST_OK)
		return models_give_up(x, s);
	const struct db_result *w = db_result_at(x->db, 0);
	if (!db_rows(w))
		return models_give_up(x, err_set(e, ST_NOT_FOUND, "workspace_not_found", "there is no such workspace"));
	x->primary_line = arena_strdup(x->arena, db_text(w, 0, 0, NULL));
	x->active_model = db_i64(w, 0, 1);
	x->last_model = db_i64(w, 0, 2);
	x->revision = db_i64(w, 0, 3);
	if (!x->primary_line || !take_live(x, db_result_at(x->db, 1)))
		return no_memory(x, e);
	db_results_clear(x->db);
	return ST_OK;
}

enum status models_target(struct model_change *x, int64_t version, struct model_row *ret, struct err *e)
{
	struct model_row found;
	enum status s = store_model_row(x->db, x->workspace, version, &found, e);
	if (s != ST_OK)
		return models_give_up(x, s);
	const char *document = arena_strdup(x->arena, found.document);
	if (!document || !model_row_keep(&found, x->arena))
		return no_memory(x, e);
	found.document = document;
	*ret = found;
	db_results_clear(x->db);
	return ST_OK;
}

int64_t models_live_find(const struct model_change *x, const char *line, bool active)
{
	for (size_t i = 0; i < x->n_live; i++)
		if (x->live[i].active == active && !strcmp(x->live[i].line, line))
			return x->live[i].version;
	return 0;
}

void models_live_remove(struct model_change *x, int64_t version)
{
	size_t kept = 0;
	for (size_t i = 0; i < x->n_live; i++)
		if (x->live[i].version != version)
			x->live[kept++] = x->live[i];
	x->n_live = kept;
}

bool models_live_add(struct model_change *x, int64_t version, const char *line, bool active)
{
	const char *mine = arena_strdup(x->arena, line);
	if (!mine)
		return false;
	size_t i = x->n_live++;
	for (; i && x->live[i - 1].version > version; i--)
		x->live[i] = x->live[i - 1];
	x->live[i] = (struct model_live){version, mine, active};
	return true;
}

enum status models_settle(struct model_change *x, struct err *e)
{
	int64_t primary = models_live_find(x, x->primary_line, true);
	x->active_model = primary;
	db_bind_uuid(x->db, x->workspace);
	db_bind_i64(x->db, primary);
	db_array_begin(x->db, DB_INT8, x->n_live - (primary != 0));
	for (size_t i = 0; i < x->n_live; i++)
		if (x->live[i].version != primary)
			db_put_i64(x->db, x->live[i].version);
	db_array_end(x->db);
	return db_send(x->db, STATEMENT_WORKSPACE_MODELS, e);
}

enum status models_rescore(struct model_change *x, int64_t version, const char *role, const char *transitions,
    int64_t now, struct uuid *ret_job, struct err *e)
{
	char input[80];
	struct uuid id = uuid_v7(now);
	snprintf(input, sizeof input, "{\"transitions\":\"%s\",\"role\":\"%s\"}", transitions, role);
	db_bind_uuid(x->db, x->workspace);
	db_bind_uuid(x->db, &id);
	db_bind_text(x->db, "rescore");
	db_bind_i64(x->db, version);
	db_bind_text(x->db, input);
	db_bind_time(x->db, now);
	enum status s = db_send(x->db, STATEMENT_JOB_ADD, e);
	if (s == ST_OK)
		*ret_job = id;
	return s;
}

static enum status take_row(struct model_change *x, struct model_row *ret, struct err *e)
{
	/* The look at the version was sent last; what was committed stays so, even if it cannot be shown. */
	size_t n = 0;
	const struct db_result *last = NULL, *r;
	while ((r = db_result_at(x->db, n))) {
		last = r;
		n++;
	}
	struct model_row m = last && db_rows(last) ? model_row_at(last, 0, false) : (struct model_row){0};
	bool kept = m.version && model_row_keep(&m, x->arena);
	db_results_clear(x->db);
	if (!kept)
		return err_set(e, ST_UNCERTAIN, "outcome_unknown", "Done, but out of memory for the reply.");
	*ret = m;
	return ST_OK;
}

enum status models_commit(struct model_change *x, int64_t version, struct model_row *ret, struct err *e)
{
	enum status s = ST_OK;
	if (version) {
		db_bind_uuid(x->db, x->workspace);
		db_bind_i64(x->db, version);
		s = db_send(x->db, STATEMENT_MODEL_ROW, e);
	}
	if (s == ST_OK && !x->open)
		s = db_send_commit(x->db, e);
	if (s == ST_OK)
		s = db_flush(x->db, e);
	if (s != ST_OK)
		return models_give_up(x, s);
	if (version)
		return take_row(x, ret, e);
	db_results_clear(x->db);
	return ST_OK;
}
