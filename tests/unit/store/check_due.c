/* Which leads are due, in which order. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "fresh.h"
#include "store/due.h"
#include "store/key.h"

#define NOW INT64_C(1767225600000)

static struct db *db;
static struct uuid late, later, calm;
static struct err e;

static struct uuid workspace(const char *name)
{
	struct uuid id;
	ck_assert_int_eq(store_workspace_create(db, name, "CN", NULL, "m", "{}", NOW, &id, &e), ST_OK);
	return id;
}

/* A lead that is due `seconds` from NOW. */
static void lead(const struct uuid *w, int number, const char *due)
{
	char sql[600], id[UUID_TEXT_MAX];
	uuid_format(w, id);
	snprintf(sql, sizeof sql,
	    "INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, "
	    "engagement, tier, grade, stage, as_of,"
	    " next_change_at, model_version, profile, state) SELECT '%s', lpad('%d', 32, '0')::uuid, 1, t, t, 0, 0, 0, "
	    "0, 'D', 'D4', 'lead', t,"
	    " %s%s%s, 1, '{}', '' FROM (SELECT '2026-01-01Z'::timestamptz AS t) AS x",
	    id, number, due ? "t + interval '" : "NULL", due ? due : "", due ? "'" : "");
	fresh_sql(sql);
}

static void set_up(void)
{
	fresh_migrated();
	db = fresh_db();
	late = workspace("late");
	later = workspace("later");
	calm = workspace("calm");
	for (int i = 1; i <= 7; i++)
		lead(&late, i, i % 2 ? "-10 s" : "-20 s");
	lead(&late, 8, "1 ms");
	lead(&late, 9, NULL);
	lead(&later, 1, "0 s");
	lead(&calm, 1, "1 h");
}

static void tear_down(void)
{
	db_close(&db);
	fresh_drop();
}

START_TEST(test_workspaces)
{
	struct due_workspace due[4];
	size_t n;
	ck_assert_int_eq(store_due_workspaces(db, NOW, due, 4, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(uuid_cmp(&due[0].id, &late), 0);
	ck_assert_int_eq(due[0].oldest, NOW - 20000);
	ck_assert_int_eq(uuid_cmp(&due[1].id, &later), 0);
	ck_assert_int_eq(due[1].oldest, NOW);
	ck_assert_int_eq(store_due_workspaces(db, NOW, due, 1, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(store_due_workspaces(db, NOW - 30000, due, 4, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_due_workspaces(db, NOW + MS_HOUR, due, 4, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 3);
}
END_TEST

/* Pages of any size give each lead that is due once, in order. */
START_TEST(test_pages)
{
	static const int want[] = {2, 4, 6, 1, 3, 5, 7};
	for (size_t size = 1; size <= 8; size++) {
		struct due_lead page[8], last;
		const struct due_lead *after = NULL;
		size_t seen = 0, n;
		for (;;) {
			ck_assert_int_eq(store_due_leads(db, &late, NOW, after, page, size, &n, &e), ST_OK);
			if (!n)
				break;
			for (size_t i = 0; i < n; i++)
				ck_assert_int_eq(page[i].id.b[15], want[seen++]);
			last = page[n - 1];
			after = &last;
		}
		ck_assert_uint_eq(seen, 7);
	}
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("due");
	TCase *t = tcase_create("due");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_workspaces);
	tcase_add_test(t, test_pages);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
