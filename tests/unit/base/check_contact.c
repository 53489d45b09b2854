/* base/contact: what addresses and numbers tell by themselves. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/contact.h"
#include "base/text.h"

static const struct {
	const char *domain;
	enum mail_domain kind;
} domains[] = {
    {"qq.com", MAIL_DOMAIN_FREE},
    {"vip.qq.com", MAIL_DOMAIN_FREE},
    {"163.com", MAIL_DOMAIN_FREE},
    {"gmail.com", MAIL_DOMAIN_FREE},
    {"hotmail.co.uk", MAIL_DOMAIN_FREE},
    {"yahoo.com.cn", MAIL_DOMAIN_FREE},
    {"web.de", MAIL_DOMAIN_FREE},
    {"mailinator.com", MAIL_DOMAIN_DISPOSABLE},
    {"mx.mailinator.com", MAIL_DOMAIN_DISPOSABLE},
    {"10minutemail.com", MAIL_DOMAIN_DISPOSABLE},
    {"yopmail.fr", MAIL_DOMAIN_DISPOSABLE},
    {"linshiyouxiang.net", MAIL_DOMAIN_DISPOSABLE},
    {"example.com", MAIL_DOMAIN_OTHER},
    {"notgmail.com", MAIL_DOMAIN_OTHER},
    {"gmail.com.example.com", MAIL_DOMAIN_OTHER},
    {"qq.co", MAIL_DOMAIN_OTHER},
    {"com", MAIL_DOMAIN_OTHER},
    {"", MAIL_DOMAIN_OTHER},
    {"xn--fiqs8s.cn", MAIL_DOMAIN_OTHER},
};

START_TEST(domains_are_of_a_kind)
{
	const char *d = domains[_i].domain;
	ck_assert_msg(mail_domain_of(d, strlen(d)) == domains[_i].kind, "%s", d);
}
END_TEST

/* Every entry is found, so the lists are sorted; and each is what an address would be normalised to. */
START_TEST(the_lists_are_in_order)
{
	static const struct {
		const char *domain;
		enum mail_domain kind;
	} all[] = {
#define FREE(d) {d, MAIL_DOMAIN_FREE},
#define DISPOSABLE(d) {d, MAIL_DOMAIN_DISPOSABLE},
#include "../../../src/base/mail_domains.h"
#undef FREE
#undef DISPOSABLE
	};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char *email = NULL;
		char *typed = arena_printf(a, "x@%s", all[i].domain);
		ck_assert_msg(mail_domain_of(all[i].domain, strlen(all[i].domain)) == all[i].kind, "%s", all[i].domain);
		ck_assert_int_eq(email_normalise(a, typed, strlen(typed), &email, NULL), ST_OK);
		ck_assert_str_eq(email, typed);
		if (i > 0 && all[i - 1].kind == all[i].kind)
			ck_assert_msg(strcmp(all[i - 1].domain, all[i].domain) < 0, "%s", all[i].domain);
	}
	ck_assert_uint_gt(sizeof(all) / sizeof(all[0]), 1000);
	arena_free(&a);
}
END_TEST

static const struct {
	const char *local;
	bool role;
} locals[] = {
    {"info", true},
    {"sales", true},
    {"sales01", true},
    {"sales-2", true},
    {"no-reply", true},
    {"no.reply", true},
    {"noreply+abc", true},
    {"do_not_reply", true},
    {"customer.service", true},
    {"kefu", true},
    {"webmaster", true},
    {"客服", true},
    {"市场部", true},
    {"zhangsan", false},
    {"li.wei", false},
    {"info.zhang", false},
    {"salesman", false},
    {"sales2024", false},
    {"infos", false},
    {"inf", false},
    {"张三", false},
    {"+info", false},
    {"12", false},
    {"", false},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
};

START_TEST(offices_are_no_persons)
{
	const char *s = locals[_i].local;
	ck_assert_msg(mail_local_is_role(s, strlen(s)) == locals[_i].role, "%s", s);
}
END_TEST

/* Words of offices that are in order are all found. */
START_TEST(each_office_is_found)
{
	static const char *const some[] = {"abuse", "buero", "contact", "hr", "it", "marketing", "office", "postmaster",
	    "test", "www", "xiaoshou", "zhaoshang"};
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		ck_assert_msg(mail_local_is_role(some[i], strlen(some[i])), "%s", some[i]);
}
END_TEST

static const struct {
	const char *phone, *country;
} phones[] = {
    {"+8613800138000", "CN"},
    {"+85291234567", "HK"},
    {"+886912345678", "TW"},
    {"+14155550100", "US"},
    {"+14165550100", "CA"},
    {"+17875550100", "PR"},
    {"+18765550100", "JM"},
    {"+18005550100", NULL},
    {"+442071838750", "GB"},
    {"+4930123456", "DE"},
    {"+390612345678", "IT"},
    {"+79161234567", "RU"},
    {"+77011234567", "KZ"},
    {"+262262123456", "RE"},
    {"+80012345678", NULL},
    {"+881123456789", NULL},
    {"+2101234567", NULL},
    {"+1415", NULL},
    {"13800138000", NULL},
    {"+86x3800138000", NULL},
    {"", NULL},
};

START_TEST(numbers_belong_to_countries)
{
	const char *want = phones[_i].country, *got = phone_country_of(phones[_i].phone, strlen(phones[_i].phone));
	ck_assert_msg(want ? got && strcmp(got, want) == 0 : !got, "%s is %s, not %s", phones[_i].phone,
	    want ? want : "none", got ? got : "none");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/contact");
	TCase *c = tcase_create("contact");
	tcase_add_loop_test(c, domains_are_of_a_kind, 0, sizeof(domains) / sizeof(domains[0]));
	tcase_add_test(c, the_lists_are_in_order);
	tcase_add_loop_test(c, offices_are_no_persons, 0, sizeof(locals) / sizeof(locals[0]));
	tcase_add_test(c, each_office_is_found);
	tcase_add_loop_test(c, numbers_belong_to_countries, 0, sizeof(phones) / sizeof(phones[0]));
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
