#include "store/catalog.h"

static struct model_row take_model(const struct db_result *r, size_t i, bool whole)
{
	return (struct model_row){
	    .version = db_i64(r, i, 0),
	    .name = db_text(r, i, 1, NULL),
	    .state = db_text(r, i, 2, NULL),
	    .created_at = db_time(r, i, 3),
	    .activated_at = db_time(r, i, 4),
	    .document = whole ? db_text(r, i, 5, NULL) : NULL,
	};
}

enum status store_model_list(struct db *db, const struct uuid *workspace, struct arena *arena, struct model_row **ret,
    size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_MODEL_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct model_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = take_model(r, i, false);
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_model_row(
    struct db *db, const struct uuid *workspace, int64_t version, struct model_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	enum status s = db_run(db, STATEMENT_MODEL_ROW, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return err_set(
		    e, ST_NOT_FOUND, "model_not_found", "There is no version %lld of the model.", (long long)version);
	*ret = take_model(r, 0, true);
	return ST_OK;
}

enum status store_source_report(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct source_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_SOURCE_REPORT, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct source_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] =
		    (struct source_row){db_text(r, i, 0, NULL), db_i64(r, i, 1), db_i64(r, i, 2), db_i64(r, i, 3)};
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_ping(struct db *db, struct err *e)
{
	return db_run(db, STATEMENT_PING, NULL, e);
}
