/* Migrations: applied once, refused when changed, granted as little as running needs. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fresh.h"
#include "store/migrations.h"
#include "store/server.h"

START_TEST(test_applied_once)
{
	struct db *db = fresh_db();
	struct err e = {0};
	int applied = -1;
	ck_assert_int_eq(store_schema_check(db, &e), ST_CONFLICT);
	ck_assert_str_eq(e.code, "schema_outdated");
	ck_assert_int_eq(store_migrate(db, NULL, &applied, &e), ST_OK);
	ck_assert_int_eq(applied, (int)migration_count);
	ck_assert_int_eq(store_migrate(db, NULL, &applied, &e), ST_OK);
	ck_assert_int_eq(applied, 0);
	ck_assert_int_eq(store_schema_check(db, &e), ST_OK);
	db_close(&db);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM schema_migrations"), (long)migration_count);
	/* Pages in which nothing lives: such a table is taken for empty however much it grows, until it is analysed. */
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM pg_class WHERE relname IN ('leads', 'identities', 'events', 'lead_tags', 'transitions', 'handoffs', 'outbox')"
				     " AND relpages > 0 AND reltuples < relpages"),
	    0);
}
END_TEST

static enum status check_and_migrate(const char *code)
{
	struct db *db = fresh_db();
	struct err e = {0};
	enum status s = store_schema_check(db, &e);
	ck_assert_str_eq(e.code, code);
	struct err m = {0};
	ck_assert_int_eq(store_migrate(db, NULL, NULL, &m), s);
	ck_assert_str_eq(m.code, code);
	db_close(&db);
	return s;
}

START_TEST(test_changed_is_refused)
{
	fresh_sql("UPDATE schema_migrations SET sha256 = sha256(sha256) WHERE number = 1");
	ck_assert_int_eq(check_and_migrate("migration_changed"), ST_CONFLICT);
}
END_TEST

START_TEST(test_newer_is_refused)
{
	char sql[160];
	snprintf(sql, sizeof sql, "INSERT INTO schema_migrations VALUES (%zu, 'of_tomorrow', '', now())",
	    migration_count + 1);
	fresh_sql(sql);
	ck_assert_int_eq(check_and_migrate("schema_newer"), ST_CONFLICT);
}
END_TEST

static void *migrate_in_thread(void *arg)
{
	struct db *db = NULL;
	struct err e = {0};
	int *applied = arg;
	*applied = -1;
	if (db_open(fresh_url(), DB_GENERAL, 5000, &db, &e) == ST_OK)
		(void)store_migrate(db, NULL, applied, &e);
	db_close(&db);
	return NULL;
}

START_TEST(test_many_at_once)
{
	enum { N = 6 };
	pthread_t threads[N];
	int applied[N], sum = 0;
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, migrate_in_thread, &applied[i]), 0);
	for (int i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_ge(applied[i], 0);
		sum += applied[i];
	}
	ck_assert_int_eq(sum, (int)migration_count);
}
END_TEST

/* A role without rights: told so on an empty database, content on one that is up to date, and able to run once it was
 * granted to. */
START_TEST(test_roles)
{
	char role[64], sql[256], url[URL_MAX];
	struct db *db = NULL;
	struct err e = {0};
	snprintf(role, sizeof role, "leadscore_role_%d", (int)getpid());
	snprintf(sql, sizeof sql, "CREATE ROLE %s LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC", role);
	fresh_sql(sql);
	fresh_url_as(role, url);
	ck_assert_int_eq(db_open(url, DB_GENERAL, 5000, &db, &e), ST_OK);
	ck_assert_int_eq(store_migrate(db, NULL, NULL, &e), ST_DENIED);
	ck_assert_str_eq(e.code, "schema_denied");

	struct db *owner = fresh_db();
	ck_assert_int_eq(store_migrate(owner, "no_such_role", NULL, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_migrate(owner, "it's \"odd\"", NULL, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_migrate(owner, "back\\slash", NULL, &e), ST_INVALID);
	ck_assert_int_eq(store_migrate(owner, role, NULL, &e), ST_OK);
	ck_assert_int_eq(store_migrate(owner, role, NULL, &e), ST_OK);
	ck_assert_int_eq(db_exec(owner, "CREATE TABLE later (workspace_id uuid PRIMARY KEY)", &e), ST_OK);

	struct arena *arena = arena_new(0);
	const char *const *denials;
	size_t n;
	ck_assert_int_eq(store_migrate(db, NULL, NULL, &e), ST_OK);
	ck_assert_int_eq(store_server_denials(db, arena, &denials, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(db_exec(db, "INSERT INTO later VALUES ('00000000-0000-0000-0000-000000000001')", &e), ST_OK);
	static const char *const refused[] = {"CREATE TABLE mine (id int)", "ALTER TABLE leads ADD COLUMN x int",
	    "DROP TABLE outbox", "DELETE FROM schema_migrations", "UPDATE schema_migrations SET name = ''",
	    "TRUNCATE events"};
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		memset(&e, 0, sizeof e);
		ck_assert_int_ne(db_exec(db, refused[i], &e), ST_OK);
		ck_assert_msg(!strcmp(e.sqlstate, "42501"), "%s: %s", refused[i], e.sqlstate);
	}
	ck_assert_int_eq(db_exec(owner, "REVOKE DELETE, INSERT ON leads FROM PUBLIC", &e), ST_OK);
	snprintf(sql, sizeof sql, "REVOKE DELETE, INSERT ON leads FROM %s", role);
	ck_assert_int_eq(db_exec(owner, sql, &e), ST_OK);
	ck_assert_int_eq(store_server_denials(db, arena, &denials, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(denials[0], "leads: INSERT, DELETE");
	db_close(&db);
	db_close(&owner);
	arena_free(&arena);
	snprintf(sql, sizeof sql, "DROP OWNED BY %s; DROP ROLE %s", role, role);
	fresh_sql(sql);
}
END_TEST

START_TEST(test_facts)
{
	struct db *db = fresh_db();
	struct server_facts f;
	struct err e = {0};
	ck_assert_int_eq(store_server_facts(db, &f, &e), ST_OK);
	ck_assert_int_ge(f.version, 130000);
	ck_assert_str_eq(f.encoding, "UTF8");
	ck_assert_str_eq(f.schema, "public");
	ck_assert(llabs(f.clock - clock_now(&clock_system)) < 60000);
	ck_assert(!f.recovery);
	db_close(&db);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("migrations");
	TCase *empty = tcase_create("empty"), *migrated = tcase_create("migrated");
	tcase_set_timeout(empty, 120);
	tcase_set_timeout(migrated, 120);
	tcase_add_checked_fixture(empty, fresh_empty, fresh_drop);
	tcase_add_test(empty, test_applied_once);
	tcase_add_test(empty, test_many_at_once);
	tcase_add_test(empty, test_roles);
	tcase_add_checked_fixture(migrated, fresh_migrated, fresh_drop);
	tcase_add_test(migrated, test_changed_is_refused);
	tcase_add_test(migrated, test_newer_is_refused);
	tcase_add_test(migrated, test_facts);
	suite_add_tcase(suite, empty);
	suite_add_tcase(suite, migrated);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
