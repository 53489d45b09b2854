/* Every statement is good SQL on a freshly migrated database, with as many parameters as its text shows. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"

START_TEST(test_all_prepare)
{
	PGconn *c = PQconnectdb(fresh_url());
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		const struct statement_text *t = &statement_texts[i];
		PGresult *r = PQprepare(c, t->name, t->sql, 0, NULL);
		ck_assert_msg(PQresultStatus(r) == PGRES_COMMAND_OK, "%s: %s", t->name, PQerrorMessage(c));
		PQclear(r);
		r = PQdescribePrepared(c, t->name);
		ck_assert_msg(PQnparams(r) == t->params, "%s: %d parameters, not %d", t->name, PQnparams(r), t->params);
		PQclear(r);
	}
	PQfinish(c);
}
END_TEST

/* A row is never found without naming its tenant: each statement over a table of tenants' rows compares workspace_id
 * with a parameter. */
START_TEST(test_all_name_their_tenant)
{
	static const char *const over_tenants[] = {"due_workspaces", "migration_add", "migration_list", "export_fetch",
	    "server_denials", "server_facts", "server_webhooks", "sweep_fetch", "workspace_add", "workspace_find",
	    "workspace_list", NULL};
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		const struct statement_text *t = &statement_texts[i];
		bool exempt = !strstr(t->sql, "FROM") && !strstr(t->sql, "UPDATE") && !strstr(t->sql, "INTO");
		for (const char *const *name = over_tenants; *name; name++)
			exempt = exempt || !strcmp(*name, t->name);
		if (exempt)
			continue;
		ck_assert_msg(
		    strstr(t->sql, "workspace_id") || strstr(t->sql, "workspaces"), "%s names no workspace", t->name);
		ck_assert_msg(strstr(t->sql, "$1"), "%s has no parameter", t->name);
	}
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("statements");
	TCase *t = tcase_create("statements");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, fresh_migrated, fresh_drop);
	tcase_add_test(t, test_all_prepare);
	tcase_add_test(t, test_all_name_their_tenant);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
