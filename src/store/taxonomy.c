#include "store/taxonomy.h"

static enum status take(
    const struct db_result *r, size_t i, bool whole, struct arena *arena, struct taxonomy_row *ret, struct err *e)
{
	struct taxonomy_row t = {
	    .name = arena_strdup(arena, db_text(r, i, 0, NULL)),
	    .attribute = arena_strdup(arena, db_text(r, i, 1, NULL)),
	    .entries = whole ? arena_strdup(arena, db_text(r, i, 4, NULL)) : NULL,
	    .version = db_i64(r, i, 2),
	    .updated_at = db_time(r, i, 3),
	};
	if (!t.name || !t.attribute || (whole && !t.entries))
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	*ret = t;
	return ST_OK;
}

static enum status not_found(const char *name, struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "taxonomy_not_found", "There is no taxonomy \"%.64s\".", name);
}

enum status store_taxonomy_list(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct taxonomy_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_TAXONOMY_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct taxonomy_row *rows = arena_array(arena, n + 1, sizeof *rows);
	if (!rows)
		s = err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = take(r, i, false, arena, &rows[i], e);
	db_results_clear(db);
	if (s != ST_OK)
		return s;
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}

enum status store_taxonomy_read(struct db *db, const struct uuid *workspace, const char *name, struct arena *arena,
    struct taxonomy_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, name);
	enum status s = db_run(db, STATEMENT_TAXONOMY_READ, &r, e);
	if (s != ST_OK)
		return s;
	s = db_rows(r) ? take(r, 0, true, arena, ret, e) : not_found(name, e);
	db_results_clear(db);
	return s;
}

static enum status mismatch(const char *name, struct err *e)
{
	return err_set(e, ST_CONFLICT, "version_mismatch", "The taxonomy \"%.64s\" is not what If-Match names.", name);
}

enum status store_taxonomy_put(struct db *db, const struct uuid *workspace, const char *name, const char *attribute,
    const char *entries, int64_t if_version, int64_t now, int64_t *ret_version, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, name);
	db_bind_text(db, attribute);
	db_bind_text(db, entries);
	db_bind_time(db, now);
	if (if_version >= 0)
		db_bind_i64(db, if_version);
	enum status s = db_run(db, if_version >= 0 ? STATEMENT_TAXONOMY_CHANGE : STATEMENT_TAXONOMY_PUT, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r))
		*ret_version = db_i64(r, 0, 0);
	else
		s = mismatch(name, e);
	db_results_clear(db);
	return s;
}

enum status store_taxonomy_delete(
    struct db *db, const struct uuid *workspace, const char *name, int64_t if_version, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, name);
	if (if_version >= 0)
		db_bind_i64(db, if_version);
	else
		db_bind_null(db);
	enum status s = db_run(db, STATEMENT_TAXONOMY_DELETE, &r, e);
	if (s != ST_OK)
		return s;
	bool gone = db_affected(r) > 0;
	db_results_clear(db);
	if (gone)
		return ST_OK;
	if (if_version < 0)
		return not_found(name, e);
	/* Which of the two it is is only asked when nothing was deleted. */
	struct arena *arena = arena_new(0);
	struct taxonomy_row t;
	if (!arena)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	s = store_taxonomy_read(db, workspace, name, arena, &t, e);
	arena_free(&arena);
	return s == ST_OK ? mismatch(name, e) : s;
}
