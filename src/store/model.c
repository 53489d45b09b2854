/* Reading models. */
#include "store/model.h"

#include "model_priv.h"

struct model_row model_row_at(const struct db_result *r, size_t i, bool whole)
{
	return (struct model_row){
	    .version = db_i64(r, i, 0),
	    .revision = db_i64(r, i, 1),
	    .name = db_text(r, i, 2, NULL),
	    .line = db_text(r, i, 3, NULL),
	    .state = db_text(r, i, 4, NULL),
	    .primary = db_bool(r, i, 5),
	    .based_on = db_i64(r, i, 6),
	    .note = db_text(r, i, 7, NULL),
	    .activation_note = db_text(r, i, 8, NULL),
	    .transitions = db_text(r, i, 9, NULL),
	    .created_at = db_time(r, i, 10),
	    .has_created_by = !db_null(r, i, 11),
	    .created_by = db_uuid(r, i, 11),
	    .activated_at = db_time(r, i, 12),
	    .has_activated_by = !db_null(r, i, 13),
	    .activated_by = db_uuid(r, i, 13),
	    .retired_at = db_time(r, i, 14),
	    .document = whole ? db_text(r, i, 15, NULL) : NULL,
	};
}

bool model_row_keep(struct model_row *m, struct arena *arena)
{
	const char **texts[] = {&m->name, &m->line, &m->state, &m->note, &m->activation_note, &m->transitions};
	m->document = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (!(*texts[i] = arena_strdup(arena, *texts[i])))
			return false;
	return true;
}

enum status store_model_list(struct db *db, const struct uuid *workspace, const struct model_filter *f,
    struct arena *arena, struct model_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, f->line);
	db_bind_text(db, f->state);
	if (f->before)
		db_bind_i64(db, f->before);
	else
		db_bind_null(db);
	db_bind_i32(db, (int32_t)f->limit + 1);
	enum status s = db_run(db, STATEMENT_MODEL_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t found = db_rows(r), n = found > f->limit ? f->limit : found;
	struct model_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = model_row_at(r, i, false);
	*ret = rows;
	*ret_n = n;
	*ret_more = found > n;
	return ST_OK;
}

static enum status not_found(int64_t version, struct err *e)
{
	return err_set(
	    e, ST_NOT_FOUND, "model_not_found", "There is no version %lld of the model.", (long long)version);
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
		return not_found(version, e);
	*ret = model_row_at(r, 0, true);
	return ST_OK;
}

enum status store_model_read(struct db *db, const struct uuid *workspace, int64_t version, struct arena *arena,
    const char **ret_document, bool *ret_draft, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	enum status s = db_run(db, STATEMENT_MODEL_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r) == 0) {
		s = not_found(version, e);
	} else {
		size_t n;
		const char *text = db_text(r, 0, 0, &n);
		const char *copy = arena_strndup(arena, text, n);
		if (copy) {
			*ret_document = copy;
			if (ret_draft)
				*ret_draft = db_bool(r, 0, 1);
		} else {
			s = err_set(e, ST_NOMEM, NULL, "out of memory");
		}
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

enum status store_model_scan(struct db *db, const struct uuid *workspace, const char *const *states, size_t n_states,
    int64_t before, size_t limit, struct arena *arena, struct model_scan_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_array_begin(db, DB_TEXT, n_states);
	for (size_t i = 0; i < n_states; i++)
		db_put_text(db, states[i]);
	db_array_end(db);
	if (before)
		db_bind_i64(db, before);
	else
		db_bind_null(db);
	db_bind_i32(db, (int32_t)limit);
	enum status s = db_run(db, STATEMENT_MODEL_DOCUMENTS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct model_scan_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < n; i++)
		rows[i] = (struct model_scan_row){db_i64(r, i, 0), db_text(r, i, 1, NULL), db_text(r, i, 2, NULL),
		    db_text(r, i, 3, NULL), db_text(r, i, 4, NULL)};
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}
