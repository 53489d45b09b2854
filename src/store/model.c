/* Where models are kept. */
#include "store/key.h"

enum status store_model_read(struct db *db, const struct uuid *workspace, int64_t version, struct arena *arena,
    const char **ret_document, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	enum status s = db_run(db, STATEMENT_MODEL_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r) == 0) {
		s = err_set(
		    e, ST_NOT_FOUND, "model_not_found", "there is no version %lld of the model", (long long)version);
	} else {
		size_t n;
		const char *text = db_text(r, 0, 0, &n);
		const char *copy = arena_strndup(arena, text, n);
		if (copy)
			*ret_document = copy;
		else
			s = err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	db_results_clear(db);
	return s;
}

enum status store_model_of_line(
    struct db *db, const struct uuid *workspace, const char *line, int64_t *ret_version, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, line);
	enum status s = db_run(db, STATEMENT_MODEL_OF_LINE, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r))
		*ret_version = db_i64(r, 0, 0);
	else
		s = err_set(e, ST_NOT_FOUND, "model_not_found", "No model of the line %s is active.", line);
	db_results_clear(db);
	return s;
}
