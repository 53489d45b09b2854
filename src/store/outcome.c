#include "store/outcome.h"

#include <stdlib.h>

enum status store_outcomes(
    struct db *db, const struct uuid *workspace, struct outcome **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_BACKTEST_OUTCOMES, &r, e);
	if (s != ST_OK)
		return s;
	struct outcome *list = calloc(db_rows(r) + 1, sizeof *list);
	size_t n = 0;
	if (!list)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < db_rows(r); i++) {
		list[n] = (struct outcome){db_uuid(r, i, 0), db_time(r, i, 1), db_time(r, i, 2)};
		n += list[n].won_at != INSTANT_NEVER || list[n].lost_at != INSTANT_NEVER;
	}
	*ret = list;
	*ret_n = n;
	return ST_OK;
}

enum status store_event_lag(struct db *db, const struct uuid *workspace, int64_t from, int64_t to, int64_t *ret_events,
    int64_t *ret_late, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_time(db, from);
	db_bind_time(db, to);
	enum status s = db_run(db, STATEMENT_BACKTEST_LAG, &r, e);
	if (s != ST_OK)
		return s;
	*ret_events = db_i64(r, 0, 0);
	*ret_late = db_i64(r, 0, 1);
	return ST_OK;
}
