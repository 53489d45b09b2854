#include "store/catalog.h"

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
