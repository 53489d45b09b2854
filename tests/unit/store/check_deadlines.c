/* A server that is slow, frozen, gone or cut off costs the caller its deadline and gives the status that says what may
 * have happened.
 *
 * A proxy stands between libpq and the server where the moment of the cut must be exact. */
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fresh.h"
#include "store/key.h"

#define MS 1000

static struct err e;

static int64_t since(int64_t began)
{
	return (monotonic_us() - began) / MS;
}

START_TEST(test_slow_statement)
{
	struct db *db = fresh_db();
	int64_t began = monotonic_us();
	db_deadline(db, began + 300 * MS);
	ck_assert_int_eq(db_exec(db, "SELECT pg_sleep(20)", &e), ST_DEADLINE);
	ck_assert_int_ge(since(began), 250);
	ck_assert_int_lt(since(began), 5000);
	ck_assert(!db_usable(db));
	ck_assert_int_eq(db_exec(db, "SELECT 1", &e), ST_UNAVAILABLE);
	db_close(&db);
}
END_TEST

START_TEST(test_terminated)
{
	struct db *db = fresh_db();
	fresh_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leadscore' AND "
		  "datname = current_database()");
	ck_assert_int_eq(db_exec(db, "SELECT 1", &e), ST_UNAVAILABLE);
	ck_assert(!db_usable(db));
	db_close(&db);
}
END_TEST

START_TEST(test_nobody_there)
{
	struct db *db = NULL;
	int64_t began = monotonic_us();
	ck_assert_int_eq(db_open("host=/nowhere/at/all dbname=x", DB_GENERAL, 2000, &db, &e), ST_UNAVAILABLE);
	ck_assert_int_eq(db_open("host=127.0.0.1 port=1 dbname=x", DB_GENERAL, 2000, &db, &e), ST_UNAVAILABLE);
	ck_assert_int_eq(db_open("not a url at all", DB_GENERAL, 2000, &db, &e), ST_UNAVAILABLE);
	ck_assert_int_lt(since(began), 5000);
	ck_assert_ptr_null(db);
}
END_TEST

/* What the proxy does with the connection it has. */
enum mood { PASS, CUT_AT_COMMIT, SWALLOW_COMMIT, FREEZE, OVER };
static struct {
	int listener;
	char folder[64];
	_Atomic int mood;
	struct sockaddr_un server;
	pthread_t thread;
} proxy;

static bool forward(int from, int to, bool to_server)
{
	char bytes[65536];
	ssize_t n = read(from, bytes, sizeof bytes);
	if (n <= 0)
		return false;
	bool commit = to_server && memmem(bytes, (size_t)n, "COMMIT", 7);
	if (commit && proxy.mood == CUT_AT_COMMIT)
		return false;
	for (ssize_t sent = 0; sent < n;) {
		ssize_t k = write(to, bytes + sent, (size_t)(n - sent));
		if (k <= 0)
			return false;
		sent += k;
	}
	if (commit && proxy.mood == SWALLOW_COMMIT) {
		usleep(300 * MS); /* it commits, and nobody hears of it */
		return false;
	}
	return true;
}

static void *proxy_main(void *arg)
{
	(void)arg;
	int client = accept(proxy.listener, NULL, NULL);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	bool open = client >= 0 && connect(server, (struct sockaddr *)&proxy.server, sizeof proxy.server) == 0;
	while (open) {
		struct pollfd p[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
		if (poll(p, 2, 50) < 0)
			break;
		if (proxy.mood == OVER)
			break;
		if (proxy.mood == FREEZE) {
			usleep(20 * MS);
			continue;
		}
		if (p[0].revents)
			open = forward(client, server, true);
		if (open && p[1].revents)
			open = forward(server, client, false);
	}
	close(client);
	close(server);
	return NULL;
}

/* A connection through a proxy. */
static struct db *proxied(void)
{
	PGconn *direct = PQconnectdb(fresh_url());
	ck_assert_int_eq(PQstatus(direct), CONNECTION_OK);
	proxy.server = (struct sockaddr_un){.sun_family = AF_UNIX};
	snprintf(proxy.server.sun_path, sizeof proxy.server.sun_path, "%s/.s.PGSQL.%s", PQhost(direct), PQport(direct));
	char url[URL_MAX], *port = strdup(PQport(direct)), *name = strdup(PQdb(direct)), *user = strdup(PQuser(direct));
	PQfinish(direct);
	strcpy(proxy.folder, "/tmp/leadscore-proxy-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(proxy.folder));
	struct sockaddr_un here = {.sun_family = AF_UNIX};
	snprintf(here.sun_path, sizeof here.sun_path, "%s/.s.PGSQL.%s", proxy.folder, port);
	proxy.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	ck_assert_int_eq(bind(proxy.listener, (struct sockaddr *)&here, sizeof here), 0);
	ck_assert_int_eq(listen(proxy.listener, 1), 0);
	proxy.mood = PASS;
	ck_assert_int_eq(pthread_create(&proxy.thread, NULL, proxy_main, NULL), 0);
	snprintf(url, sizeof url, "host=%s port=%s dbname=%s user=%s", proxy.folder, port, name, user);
	free(port);
	free(name);
	free(user);
	struct db *db = NULL;
	ck_assert_msg(db_open(url, DB_GENERAL, 5000, &db, &e) == ST_OK, "%s", e.detail);
	unlink(here.sun_path);
	return db;
}

static void end_proxy(struct db **db)
{
	db_close(db);
	proxy.mood = OVER;
	pthread_join(proxy.thread, NULL);
	close(proxy.listener);
	rmdir(proxy.folder);
}

static enum status create_through(struct db *db, const char *name)
{
	struct uuid id;
	memset(&e, 0, sizeof e);
	return store_workspace_create(db, name, "CN", NULL, "m", "{}", 1767225600000, &id, &e);
}

START_TEST(test_frozen)
{
	struct db *db = proxied();
	ck_assert_int_eq(create_through(db, "before"), ST_OK);
	proxy.mood = FREEZE;
	int64_t began = monotonic_us();
	struct workspace_row w;
	db_deadline(db, began + 300 * MS);
	ck_assert_int_eq(store_workspace_find(db, "before", &w, &e), ST_DEADLINE);
	ck_assert_int_lt(since(began), 5000);
	ck_assert(!db_usable(db));
	end_proxy(&db);
}
END_TEST

/* The COMMIT left and no answer came: whether it was done cannot be known. */
START_TEST(test_cut_during_commit)
{
	struct db *db = proxied();
	proxy.mood = CUT_AT_COMMIT;
	ck_assert_int_eq(create_through(db, "lost"), ST_UNCERTAIN);
	ck_assert(!db_usable(db));
	end_proxy(&db);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM workspaces"), 0);

	db = proxied();
	proxy.mood = SWALLOW_COMMIT;
	ck_assert_int_eq(create_through(db, "kept"), ST_UNCERTAIN);
	ck_assert_str_eq(e.code, "outcome_unknown");
	end_proxy(&db);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM workspaces"), 1);
}
END_TEST

START_TEST(test_pool_reopens)
{
	struct db_pool *pool = NULL;
	struct db *db, *again;
	ck_assert_int_eq(db_pool_new(fresh_url(), DB_BATCH, 2, &pool, &e), ST_OK);
	ck_assert_int_eq(db_pool_get(pool, 0, monotonic_us() + 5000 * MS, &db, &e), ST_OK);
	ck_assert_int_eq(db_pool_get(pool, 0, monotonic_us() + 5000 * MS, &again, &e), ST_OK);
	ck_assert_ptr_eq(db, again);
	fresh_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leadscore' AND "
		  "datname = current_database()");
	ck_assert_int_eq(db_exec(db, "SELECT 1", &e), ST_UNAVAILABLE);
	ck_assert_int_eq(db_pool_get(pool, 0, monotonic_us() + 5000 * MS, &again, &e), ST_OK);
	ck_assert_int_eq(db_exec(again, "SELECT 1", &e), ST_OK);
	ck_assert_int_eq(db_pool_get(pool, 1, monotonic_us() - 1, &again, &e), ST_DEADLINE);
	ck_assert_int_eq(db_pool_get(pool, 2, monotonic_us() + 5000 * MS, &again, &e), ST_INTERNAL);
	db_pool_free(&pool);
	db_pool_free(&pool);
}
END_TEST

START_TEST(test_rollback)
{
	struct db *db = fresh_db();
	ck_assert_int_eq(
	    db_exec(db, "BEGIN; INSERT INTO workspaces VALUES (gen_random_uuid(), 'x', 'CN', 0, now())", &e), ST_OK);
	ck_assert_int_ne(db_exec(db, "SELECT 1/0", &e), ST_OK);
	ck_assert_str_eq(e.sqlstate, "22012");
	ck_assert_int_eq(e.status, ST_INVALID);
	db_rollback(db);
	ck_assert(db_usable(db));
	ck_assert_int_eq(create_through(db, "x"), ST_OK);
	db_close(&db);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("deadlines");
	TCase *t = tcase_create("deadlines");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, fresh_migrated, fresh_drop);
	tcase_add_test(t, test_slow_statement);
	tcase_add_test(t, test_terminated);
	tcase_add_test(t, test_nobody_there);
	tcase_add_test(t, test_frozen);
	tcase_add_test(t, test_cut_during_commit);
	tcase_add_test(t, test_pool_reopens);
	tcase_add_test(t, test_rollback);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
