#include "store/server.h"

#include <string.h>

#include "base/text.h"

static void copy_text(char *out, size_t cap, const struct db_result *r, size_t col)
{
	size_t n;
	const char *s = db_text(r, 0, col, &n);
	if (s)
		memcpy(out, s, utf8_cut(s, n, cap - 1));
}

enum status store_server_facts(struct db *db, struct server_facts *ret, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_SERVER_FACTS, &r, e);
	if (s != ST_OK)
		return s;
	struct server_facts f = {.version = db_i32(r, 0, 0),
	    .clock = db_time(r, 0, 6),
	    .fsync = db_bool(r, 0, 7),
	    .full_page_writes = db_bool(r, 0, 8),
	    .recovery = db_bool(r, 0, 9),
	    .may_change_schema = db_bool(r, 0, 10),
	    .superuser = db_bool(r, 0, 11),
	    .max_connections = db_i32(r, 0, 12)};
	copy_text(f.version_text, sizeof f.version_text, r, 1);
	copy_text(f.encoding, sizeof f.encoding, r, 2);
	copy_text(f.synchronous_commit, sizeof f.synchronous_commit, r, 3);
	copy_text(f.role, sizeof f.role, r, 4);
	copy_text(f.schema, sizeof f.schema, r, 5);
	db_results_clear(db);
	*ret = f;
	return ST_OK;
}

enum status store_server_webhooks(struct db *db, struct server_webhooks *ret, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_SERVER_WEBHOOKS, &r, e);
	if (s != ST_OK)
		return s;
	*ret = (struct server_webhooks){.enabled = db_i64(r, 0, 0),
	    .disabled = db_i64(r, 0, 1),
	    .failing = db_i64(r, 0, 2),
	    .waiting = db_i64(r, 0, 3)};
	db_results_clear(db);
	return ST_OK;
}

enum status store_server_denials(
    struct db *db, struct arena *arena, const char *const **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_SERVER_DENIALS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	const char **lines = arena_array(arena, n ? n : 1, sizeof *lines);
	bool ok = lines != NULL;
	for (size_t i = 0; ok && i < n; i++) {
		size_t len;
		const char *text = db_text(r, i, 0, &len);
		lines[i] = arena_strndup(arena, text, len);
		ok = lines[i] != NULL;
	}
	db_results_clear(db);
	if (!ok)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	*ret = lines;
	*ret_n = n;
	return ST_OK;
}
