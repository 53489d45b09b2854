#include "store/preview.h"

#include <stdio.h>

enum status store_preview_models(struct db *db, const struct uuid *workspace, int64_t version, int64_t named,
    int64_t *ret_usual, bool *ret_named, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	db_bind_i64(db, named);
	enum status s = db_run(db, STATEMENT_PREVIEW_MODELS, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(
		    e, ST_NOT_FOUND, "model_not_found", "There is no version %lld of the model.", (long long)version);
	*ret_usual = db_i64(r, 0, 0);
	*ret_named = db_bool(r, 0, 1);
	return ST_OK;
}

enum status store_preview_names(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct lead_names **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_PREVIEW_NAMES, &r, e);
	if (s != ST_OK)
		return s;
	struct lead_names *list = arena_array(arena, db_rows(r) + 1, sizeof *list);
	if (!list)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < db_rows(r); i++)
		list[i] = (struct lead_names){
		    db_uuid(r, i, 0), db_text(r, i, 1, NULL), db_text(r, i, 2, NULL), db_text(r, i, 3, NULL)};
	*ret = list;
	*ret_n = db_rows(r);
	return ST_OK;
}

enum status store_job_progress(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct job_progress *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_JOB_PROGRESS, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r) < n ? db_rows(r) : n;
	for (size_t i = 0; i < rows; i++) {
		ret[i] =
		    (struct job_progress){.id = db_uuid(r, i, 0), .total = db_i64(r, i, 2), .done = db_i64(r, i, 3)};
		snprintf(ret[i].state, sizeof ret[i].state, "%s", db_text(r, i, 1, NULL));
	}
	*ret_n = rows;
	return ST_OK;
}
