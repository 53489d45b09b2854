#include "store/due.h"

#define YEAR_1900_MS (INT64_C(-2208988800) * 1000) /* no instant is earlier */

enum status store_due_workspaces(
    struct db *db, int64_t now, struct due_workspace *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DUE_WORKSPACES, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n && i < max; i++)
		ret[i] = (struct due_workspace){.id = db_uuid(r, i, 0), .oldest = db_time(r, i, 1)};
	*ret_n = n < max ? n : max;
	db_results_clear(db);
	return ST_OK;
}

enum status store_due_leads(struct db *db, const struct uuid *workspace, int64_t now, const struct due_lead *after,
    struct due_lead *ret, size_t max, size_t *ret_n, struct err *e)
{
	static const struct due_lead first = {.at = YEAR_1900_MS - 1};
	struct db_result *r;
	if (!after)
		after = &first;
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	db_bind_time(db, after->at);
	db_bind_uuid(db, &after->id);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DUE_LEADS, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n && i < max; i++)
		ret[i] = (struct due_lead){.id = db_uuid(r, i, 0), .at = db_time(r, i, 1)};
	*ret_n = n < max ? n : max;
	db_results_clear(db);
	return ST_OK;
}
