/* What an answer of the server means: by its SQLSTATE. */
#include <string.h>

#include "db_priv.h"

enum status db_classify(const PGresult *res, struct err *e)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
	char sqlstate[6] = "";
	if (state)
		strncpy(sqlstate, state, 5);
	enum status s;
	if (!strcmp(sqlstate, "40001") || !strcmp(sqlstate, "40P01") || !strcmp(sqlstate, "55P03"))
		s = err_set(e, ST_BUSY, "serialization", "The database asked to try again.");
	else if (!strcmp(sqlstate, "23505"))
		s = err_set(e, ST_CONFLICT, "duplicate", "A row with this key exists.");
	else if (!strncmp(sqlstate, "22", 2) || !strncmp(sqlstate, "23", 2))
		s = err_set(e, ST_INVALID, "data_refused", "The database refused the data: %s", message ? message : "");
	else if (!strncmp(sqlstate, "57", 2) || !strncmp(sqlstate, "08", 2) || !strncmp(sqlstate, "53", 2))
		s = err_set(e, ST_UNAVAILABLE, "database_unavailable", "The database is not available: %s", message ? message : "");
	else if (!strcmp(sqlstate, "25006"))
		s = err_set(e, ST_UNAVAILABLE, "database_read_only", "The database is read-only.");
	else
		s = err_set(e, ST_INTERNAL, "database_error", "The database refused a statement (%s): %s", sqlstate, message ? message : PQresultErrorMessage(res));
	if (e)
		memcpy(e->sqlstate, sqlstate, sizeof e->sqlstate);
	return s;
}

/* Pushes what is queued to the server, reading meanwhile so that neither side blocks on a full socket. */
