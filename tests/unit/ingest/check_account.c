/* account: whose domain a host is, what leads add up to, and the roles of a buying committee. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/account.h"

static struct account_settings settings_of(struct arena *a, const char *text)
{
	struct account_settings s;
	ck_assert(account_settings_read(a, text, &s));
	return s;
}

START_TEST(a_host_is_a_company_or_nobody)
{
	static const struct {
		const char *host, *domain; /* NULL: nobody's */
	} cases[] = {{"acme.cn", "acme.cn"}, {"sales.acme.com.cn", "acme.com.cn"}, {"mail.acme.co.uk", "acme.co.uk"},
	    {"com.cn", NULL}, {"qq.com", NULL}, {"vip.163.com", NULL}, {"gmail.com", NULL}, {"mailinator.com", NULL},
	    {"example.com", NULL}, {"shop.example.org", NULL}, {"x.test", NULL}, {"host.local", NULL},
	    {"localhost", NULL}, {"xn--fiqs8s.xn--55qx5d.cn", "xn--fiqs8s.xn--55qx5d.cn"}, {"portal.cn", NULL},
	    {"eu.portal.cn", NULL}, {"sina.com", "sina.com"}};
	struct arena *a = arena_new(0);
	struct account_settings s =
	    settings_of(a, "{\"free_domains\":[\"portal.cn\"],\"business_domains\":[\"sina.com\"]}");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *domain = account_domain(&s, cases[i].host);
		if (cases[i].domain)
			ck_assert_msg(domain && !strcmp(domain, cases[i].domain), "%s: %s", cases[i].host,
			    domain ? domain : "nobody");
		else
			ck_assert_msg(!domain, "%s: %s", cases[i].host, domain);
	}
	arena_free(&a);
}
END_TEST

START_TEST(scores_add_up_exactly)
{
	struct arena *a = arena_new(0);
	struct account_settings decayed = settings_of(a, NULL), all = settings_of(a, "{\"score\":\"sum\"}"),
				most = settings_of(a, "{\"score\":\"max\",\"tiers\":{\"A\":50.5,\"B\":20,\"C\":1}}");
	struct account_sums none = {0}, sums = {.leads = 5,
					    .counted = 4,
					    .sum = 175,
					    .max = 100,
					    .top = {100, 50, 25, 0},
					    .n_top = 4,
					    .best_tier = 'B'};
	/* 100 + 25 + 6.25 */
	ck_assert_int_eq(account_score(&decayed, &sums), 131250);
	ck_assert_int_eq(account_score(&all, &sums), 175000);
	ck_assert_int_eq(account_score(&most, &sums), 100000);
	ck_assert_int_eq(account_shown(131250), 131);
	ck_assert_int_eq(account_shown(131500), 132);
	ck_assert_int_eq(account_tier(&decayed, &sums, 131250), 'B');
	ck_assert_int_eq(account_tier(&most, &sums, 100000), 'A');
	ck_assert_int_eq(account_tier(&most, &sums, 50499), 'B');
	ck_assert_int_eq(account_tier(&most, &sums, 999), 'D');
	ck_assert_int_eq(account_score(&decayed, &none), 0);
	ck_assert_int_eq(account_tier(&decayed, &none, 0), 'D');
	none.leads = 3; /* all of them disqualified */
	ck_assert_int_eq(account_tier(&decayed, &none, 0), 'X');
	/* Of equal leads each counts half of the one before: two, less what the 33rd and all after it would add. */
	struct account_sums many = {.leads = 40, .counted = 40, .n_top = ACCOUNT_TOP};
	for (size_t i = 0; i < ACCOUNT_TOP; i++)
		many.top[i] = 1000000;
	ck_assert_int_eq(account_score(&decayed, &many), 2000000000);
	many.n_top = 3;
	many.top[0] = many.top[1] = 0;
	many.top[2] = 2147483647;
	ck_assert_int_eq(account_score(&decayed, &many), INT64_C(536870911750));
	arena_free(&a);
}
END_TEST

START_TEST(roles_are_what_is_said_or_what_the_title_tells)
{
	static const struct {
		const char *role, *level, *is;
	} cases[] = {{"owner", "staff", "decision_maker"}, {"决策者", NULL, "decision_maker"},
	    {"End-User", "c_level", "user"}, {"需求方", NULL, "requester"}, {"champion", NULL, "influencer"},
	    {"nonsense", "vp", "decision_maker"}, {NULL, "manager", "influencer"}, {NULL, "staff", "user"},
	    {NULL, NULL, NULL}, {"nonsense", NULL, NULL}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *is = buying_role_of(cases[i].role, cases[i].level);
		ck_assert_msg(cases[i].is ? is && !strcmp(is, cases[i].is) : !is, "case %zu: %s", i, is ? is : "none");
	}
}
END_TEST

START_TEST(what_a_lead_is_told)
{
	struct arena *a = arena_new(0);
	struct uuid id = {{0x01, 0x90}};
	ck_assert_str_eq(account_properties(a, &id, 3, "email", "{\"name\":\"A\"}"),
	    "{\"account\":{\"id\":\"01900000-0000-0000-0000-000000000000\",\"version\":3,\"by\":\"email\",\"name\":"
	    "\"A\"}}");
	ck_assert_str_eq(account_properties(a, &id, 1, NULL, "{}"),
	    "{\"account\":{\"id\":\"01900000-0000-0000-0000-000000000000\",\"version\":1}}");
	struct uuid one = account_event_key(&id, 1), two = account_event_key(&id, 2), again = account_event_key(&id, 1);
	ck_assert(!uuid_cmp(&one, &again) && uuid_cmp(&one, &two) != 0);
	arena_free(&a);
}
END_TEST

static void refused(const char *text, const char *pointer)
{
	struct arena *a = arena_new(0);
	struct err e = {0};
	json_t *given = json_loads(text, JSON_DECODE_ANY, NULL), *ret = NULL;
	ck_assert_msg(account_settings_check(a, given, "/accounts", &ret, &e) == ST_INVALID, "%s", text);
	ck_assert_str_eq(e.pointer, pointer);
	json_decref(given);
	arena_free(&a);
}

START_TEST(settings_are_checked)
{
	refused("{\"score\":1}", "/accounts/score");
	refused("{\"join\":\"yes\"}", "/accounts/join");
	refused("{\"tiers\":{\"A\":10,\"B\":10,\"C\":1}}", "/accounts/tiers/B");
	refused("{\"tiers\":{\"A\":10,\"B\":5}}", "/accounts/tiers/C");
	refused("{\"tiers\":{\"A\":10,\"B\":5,\"C\":1,\"E\":0}}", "/accounts/tiers/E");
	refused("{\"free_domains\":[\"a.cn\",\"mail.a.cn\"]}", "/accounts/free_domains/1");
	refused("{\"business_domains\":\"a.cn\"}", "/accounts/business_domains");
	refused("{\"sums\":1}", "/accounts/sums");
	refused("[]", "/accounts");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/account");
	TCase *c = tcase_create("account");
	tcase_add_test(c, a_host_is_a_company_or_nobody);
	tcase_add_test(c, scores_add_up_exactly);
	tcase_add_test(c, roles_are_what_is_said_or_what_the_title_tells);
	tcase_add_test(c, what_a_lead_is_told);
	tcase_add_test(c, settings_are_checked);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
