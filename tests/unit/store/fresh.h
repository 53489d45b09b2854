/* A database of its own for a test, made beside the one that LEADSCORE_TEST_DATABASE_URL names (a role that may create
 * databases), and dropped after it. */
#ifndef TEST_STORE_FRESH_H
#define TEST_STORE_FRESH_H

#include <libpq-fe.h>

#include "store/db.h"

#define URL_MAX 1024

/* Ends the program, saying why, when there is no server to test against. Call first in main. */
void fresh_need_server(void);

/* Check fixtures: an empty database; or one with the schema. */
void fresh_empty(void);
void fresh_migrated(void);
void fresh_drop(void);

const char *fresh_url(void);                            /* of the database */
void fresh_url_as(const char *role, char out[URL_MAX]); /* the same as another role */
struct db *fresh_db(void);                              /* a new connection; aborts the test when it cannot be made */
void fresh_sql(const char *sql);   /* plain SQL through a connection of its own; aborts the test when refused */
long fresh_count(const char *sql); /* the single number that a query gives */

#endif
