#include "fresh.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/migrations.h"

static char name[64], url[URL_MAX];

static const char *server_url(void)
{
	return getenv("LEADSCORE_TEST_DATABASE_URL");
}

void fresh_need_server(void)
{
	if (server_url() && *server_url())
		return;
	fprintf(stderr, "LEADSCORE_TEST_DATABASE_URL is not set, and this test needs a PostgreSQL: run tests/run.sh\n");
	exit(1);
}

/* A parameter of the URL that comes later wins. */
static void with(const char *base, const char *key, const char *value, char out[URL_MAX])
{
	int n = snprintf(out, URL_MAX, "%s%c%s=%s", base, strchr(base, '?') ? '&' : '?', key, value);
	ck_assert_int_lt(n, URL_MAX);
}

static PGconn *connect_to(const char *where)
{
	PGconn *c = PQconnectdb(where);
	ck_assert_msg(PQstatus(c) == CONNECTION_OK, "%s", PQerrorMessage(c));
	return c;
}

static void run(const char *where, const char *sql)
{
	PGconn *c = connect_to(where);
	PGresult *r = PQexec(c, sql);
	ExecStatusType t = PQresultStatus(r);
	ck_assert_msg(t == PGRES_COMMAND_OK || t == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(c));
	PQclear(r);
	PQfinish(c);
}

void fresh_empty(void)
{
	char sql[128];
	static int counter;
	snprintf(name, sizeof name, "leadscore_store_%d_%d", (int)getpid(), counter++);
	with(server_url(), "dbname", name, url);
	snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", name);
	run(server_url(), sql);
}

void fresh_migrated(void)
{
	struct err e = {0};
	fresh_empty();
	struct db *db = fresh_db();
	ck_assert_msg(store_migrate(db, NULL, NULL, &e) == ST_OK, "%s", e.detail);
	db_close(&db);
}

void fresh_drop(void)
{
	char sql[128];
	snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", name);
	run(server_url(), sql);
}

const char *fresh_url(void)
{
	return url;
}

void fresh_url_as(const char *role, char out[URL_MAX])
{
	with(url, "user", role, out);
}

struct db *fresh_db(void)
{
	struct db *db = NULL;
	struct err e = {0};
	ck_assert_msg(db_open(url, DB_GENERAL, 30000, &db, &e) == ST_OK, "%s", e.detail);
	/* No test here is about time, and the machine may be busy. */
	db_deadline(db, monotonic_us() + INT64_C(600) * 1000 * 1000);
	return db;
}

void fresh_sql(const char *sql)
{
	run(url, sql);
}

long fresh_count(const char *sql)
{
	PGconn *c = connect_to(url);
	PGresult *r = PQexec(c, sql);
	ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1, "%s: %s", sql, PQerrorMessage(c));
	long n = atol(PQgetvalue(r, 0, 0));
	PQclear(r);
	PQfinish(c);
	return n;
}
