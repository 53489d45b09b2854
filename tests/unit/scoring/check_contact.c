/* email_kind and phone_country: what rules see of an address and a number. */
#include "scoring_check.h"

#include "../../../src/scoring/lead_priv.h"

#define OWN                                                                                                            \
	"{'email_domains': {'example.com': 'personal', 'qq.com': 'business', 'vip.qq.com': 'personal', "               \
	"'mailinator.com': 'business', 'throw.example.cn': 'disposable'}}"

static const struct {
	const char *email, *kind; /* kind NULL: absent */
	const char *own;          /* with OWN; NULL: the same */
} emails[] = {
    {"li.wei@example.com", "business", "personal"},
    {"li.wei@sub.example.com", "business", "personal"},
    {"li.wei@notexample.com", "business", NULL},
    {"123456@qq.com", "personal", "business"},
    {"123456@vip.qq.com", "personal", NULL},
    {"x@a.vip.qq.com", "personal", NULL},
    {"INFO@Example.Org", "role", NULL},
    {"Sales-01@EXAMPLE.org", "role", NULL},
    {"info@gmail.com", "role", NULL},
    {"info+web@gmail.com", "role", NULL},
    {"客服@example.org", "role", NULL},
    {"zhang@gmail.com", "personal", NULL},
    {"info@mailinator.com", "disposable", "role"},
    {"a@mailinator.com", "disposable", "business"},
    {"a@yopmail.com", "disposable", NULL},
    {"a@throw.example.cn", "business", "disposable"},
    {"a@b@qq.com", "personal", "business"},
    {"a@localhost", "business", NULL},
    {"@qq.com", NULL, NULL},
    {"a@", NULL, NULL},
    {"@", NULL, NULL},
    {"qq.com", NULL, NULL},
    {"", NULL, NULL},
};

static void same(const char *got, const char *want, const char *email)
{
	ck_assert_msg(want ? got && strcmp(got, want) == 0 : !got, "%s is %s, not %s", email, want ? want : "absent",
	    got ? got : "absent");
}

START_TEST(addresses_are_of_a_kind)
{
	struct model *plain = model_of("{}"), *own = model_of(OWN);
	const char *s = emails[_i].email;
	same(model_email_kind(NULL, s, strlen(s)), emails[_i].kind, s);
	same(model_email_kind(plain, s, strlen(s)), emails[_i].kind, s);
	same(model_email_kind(own, s, strlen(s)), emails[_i].own ? emails[_i].own : emails[_i].kind, s);
	model_unref(&plain);
	model_unref(&own);
}
END_TEST

START_TEST(long_addresses_are_bounded)
{
	char text[4096];
	memset(text, 'a', sizeof(text));
	memcpy(text, "x@", 2);
	memcpy(text + sizeof(text) - 7, ".qq.com", 7);
	same(model_email_kind(NULL, text, sizeof(text)), "personal", "a long domain");
	memset(text, 'a', sizeof(text));
	memcpy(text + sizeof(text) - 7, "@qq.com", 7);
	same(model_email_kind(NULL, text, sizeof(text)), "personal", "a long name");
}
END_TEST

/* Rules see them as attributes; a change is seen at once, absence is unknown, and a field of the same name is hidden.
 */
START_TEST(rules_see_the_kind)
{
	struct model *m = model_of(
	    "{'fit': {'rules': [{'id': 'work', 'points': 20, 'when': {'==': [{'var': 'email_kind'}, 'business']}},"
	    "{'id': 'cn', 'points': 5, 'when': {'==': [{'var': 'phone_country'}, 'CN']}}]},"
	    "'icp': {'criteria': [{'id': 'c', 'when': {'in': [{'var': 'email_kind'}, ['business', 'role']]}}]}}");
	struct scoring_lead *l = lead_of(m);
	int met = 0;
	happen(l, T0, "x", NULL, "{'email_kind': 'business', 'phone_country': 'CN'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 0);
	ck_assert_int_eq(lead_criterion(l, &m->criteria[0], &met), ST_OK);
	ck_assert_int_eq(met, -1);
	happen(l, T0 + 1, "x", NULL, "{'email': 'li@example.org', 'phone': '+8613800138000'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 25000);
	happen(l, T0 + 2, "x", NULL, "{'email': 'li@163.com', 'phone': '+14155550100'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 0);
	ck_assert_int_eq(lead_criterion(l, &m->criteria[0], &met), ST_OK);
	ck_assert_int_eq(met, 0);
	happen(l, T0 + 3, "x", NULL, "{'email': 'sales@163.com', 'phone': 138}", NULL);
	ck_assert_int_eq(lead_criterion(l, &m->criteria[0], &met), ST_OK);
	ck_assert_int_eq(met, 1);
	happen(l, T0 + 4, "x", NULL, "{'email': 17}", NULL);
	ck_assert_int_eq(lead_criterion(l, &m->criteria[0], &met), ST_OK);
	ck_assert_int_eq(met, -1);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* A stored lead is read without its profile being parsed, and says the same. */
START_TEST(an_event_alone_gives_the_address)
{
	struct model *m = model_of(
	    "{'fit': {'rules': [{'id': 'free', 'points': -10, 'when': {'==': [{'var': 'email_kind'}, 'personal']}}]}}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_event ev = {.at = T0, .type = "x", .email = "a@qq.com"};
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	ck_assert_int_eq(view_of(l).fit, -10000);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

static const struct {
	const char *document, *code, *pointer;
} faults[] = {
    {"{'email_domains': []}", "type_wrong", "/email_domains"},
    {"{'email_domains': {'Example.com': 'business'}}", "value_invalid", "/email_domains/Example.com"},
    {"{'email_domains': {'example': 'business'}}", "value_invalid", "/email_domains/example"},
    {"{'email_domains': {'a..b': 'business'}}", "value_invalid", "/email_domains/a..b"},
    {"{'email_domains': {'.a.b': 'business'}}", "value_invalid", "/email_domains/.a.b"},
    {"{'email_domains': {'a.b.': 'business'}}", "value_invalid", "/email_domains/a.b."},
    {"{'email_domains': {'a-.b': 'business'}}", "value_invalid", "/email_domains/a-.b"},
    {"{'email_domains': {'-a.b': 'business'}}", "value_invalid", "/email_domains/-a.b"},
    {"{'email_domains': {'a@b.c': 'business'}}", "value_invalid", "/email_domains/a@b.c"},
    {"{'email_domains': {'a.b': 'role'}}", "value_invalid", "/email_domains/a.b"},
    {"{'email_domains': {'a.b': 1}}", "type_wrong", "/email_domains/a.b"},
    {"{'email_domains': {'a.b': null}}", "type_wrong", "/email_domains/a.b"},
};

START_TEST(wrong_domains_are_refused)
{
	json_t *doc = json_of(faults[_i].document);
	struct model *m = NULL;
	struct model_faults f;
	ck_assert_int_eq(model_compile(doc, 1, &m, &f, NULL), ST_INVALID);
	ck_assert_uint_eq(f.count, 1);
	ck_assert_str_eq(f.fault[0].code, faults[_i].code);
	ck_assert_str_eq(f.fault[0].pointer, faults[_i].pointer);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/contact");
	TCase *c = tcase_create("contact");
	tcase_add_loop_test(c, addresses_are_of_a_kind, 0, sizeof(emails) / sizeof(*emails));
	tcase_add_test(c, long_addresses_are_bounded);
	tcase_add_test(c, rules_see_the_kind);
	tcase_add_test(c, an_event_alone_gives_the_address);
	tcase_add_loop_test(c, wrong_domains_are_refused, 0, sizeof(faults) / sizeof(*faults));
	suite_add_tcase(s, c);
	return run_suite(s);
}
