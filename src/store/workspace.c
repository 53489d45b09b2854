/* Workspaces: made with their first model, found by name or id, listed. */
#include <string.h>

#include "base/text.h"
#include "key_priv.h"
#include "store/key.h"

enum status store_workspace_valid(const char *name, const char *country, struct err *e)
{
	size_t n = strlen(name);
	struct uuid ignored;
	if (n == 0 || n > 255 || !store_label_valid(name, n) || name[0] == ' ' || name[n - 1] == ' ')
		return err_at(e, ST_INVALID, "name_invalid", "/name",
		    "a workspace's name is one line of 1 to 255 bytes of UTF-8 without spaces at its ends");
	if (uuid_parse(name, n, &ignored))
		return err_at(e, ST_INVALID, "name_invalid", "/name", "a workspace's name must not look like an id");
	if (strlen(country) != 2 || country[0] < 'A' || country[0] > 'Z' || country[1] < 'A' || country[1] > 'Z')
		return err_at(
		    e, ST_INVALID, "country_invalid", "/country", "a country is two capital letters (ISO 3166), as CN");
	return ST_OK;
}

enum status store_workspace_create(struct db *db, const char *name, const char *country, const char *time_zone,
    const char *model_name, const char *model_document, int64_t now, struct uuid *ret_id, struct err *e)
{
	enum status s = store_workspace_valid(name, country, e);
	if (s != ST_OK)
		return s;
	struct uuid id = uuid_v7(now);
	s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, &id);
		db_bind_text(db, name);
		db_bind_text(db, country);
		db_bind_time(db, now);
		db_bind_text(db, time_zone ? time_zone : "UTC");
		s = db_send(db, STATEMENT_WORKSPACE_ADD, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, &id);
		s = db_send(db, STATEMENT_WORKSPACE_ADD_FEED, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, &id);
		db_bind_text(db, model_name);
		db_bind_text(db, model_document);
		db_bind_time(db, now);
		s = db_send(db, STATEMENT_MODEL_ADD_FIRST, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK) {
		db_rollback(db);
		/* The id is new, so what exists already is the name. */
		if (s == ST_CONFLICT)
			return err_at(e, ST_CONFLICT, "workspace_exists", "/name",
			    "there is a workspace \"%.200s\" already", name);
		return s;
	}
	*ret_id = id;
	return ST_OK;
}

static void take_row(const struct db_result *r, size_t row, struct workspace_row *ret)
{
	struct workspace_row w = {
	    .id = db_uuid(r, row, 0), .active_model = db_i64(r, row, 3), .created_at = db_time(r, row, 4)};
	size_t n;
	const char *s = db_text(r, row, 1, &n);
	memcpy(w.name, s, utf8_cut(s, n, sizeof w.name - 1));
	s = db_text(r, row, 2, &n);
	memcpy(w.country, s, utf8_cut(s, n, sizeof w.country - 1));
	*ret = w;
}

enum status store_workspace_find(struct db *db, const char *name, struct workspace_row *ret, struct err *e)
{
	struct db_result *r;
	struct uuid id;
	bool is_id = uuid_parse(name, strlen(name), &id);
	if (!utf8_valid(name, strlen(name)))
		return err_set(e, ST_NOT_FOUND, "workspace_not_found", "there is no such workspace");
	db_bind_text(db, name);
	db_bind_uuid(db, is_id ? &id : NULL);
	enum status s = db_run(db, STATEMENT_WORKSPACE_FIND, &r, e);
	if (s != ST_OK)
		return s;
	bool found = db_rows(r) > 0;
	if (found)
		take_row(r, 0, ret);
	db_results_clear(db);
	return found ? ST_OK
		     : err_set(e, ST_NOT_FOUND, "workspace_not_found", "there is no workspace \"%.200s\"", name);
}

enum status store_workspace_list(
    struct db *db, struct arena *arena, struct workspace_row **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, STATEMENT_WORKSPACE_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	struct workspace_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	for (size_t i = 0; rows && i < n; i++)
		take_row(r, i, &rows[i]);
	db_results_clear(db);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	*ret = rows;
	*ret_n = n;
	return ST_OK;
}
