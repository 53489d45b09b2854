#include "planned_priv.h"

enum status store_planned_begin(struct db *db, struct err *e)
{
	enum status s = db_send_begin(db, e);
	return s == ST_OK ? db_send(db, STATEMENT_PLAN_FOR_ARGUMENTS, e) : s;
}

enum status store_planned_end(struct db *db, enum status sent, struct db_result **ret, struct err *e)
{
	enum status s = sent;
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	else
		(void)db_flush(
		    db, NULL); /* what was queued before the failure must not be taken for part of the next call */
	if (s == ST_OK) {
		*ret = db_result_at(db, 1); /* behind the setting's empty answer */
		return ST_OK;
	}
	db_rollback(db);
	/* It only read: a COMMIT whose answer was lost leaves nothing uncertain. */
	if (s == ST_UNCERTAIN)
		return err_set(e, ST_UNAVAILABLE, "database_unavailable", "the connection to the database was lost");
	return s;
}
