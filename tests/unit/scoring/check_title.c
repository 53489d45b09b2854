/* title_level: what a title speaks of, in both languages. */
#include "scoring_check.h"

#include "../../../src/scoring/lead_priv.h"

static const struct {
	const char *title, *level;
} titles[] = {
    {"CEO", "c_level"},
    {"ceo & founder", "c_level"},
    {"Co-Founder", "c_level"},
    {"CTO", "c_level"},
    {"Chief Technology Officer", "c_level"},
    {"President", "c_level"},
    {"Owner", "c_level"},
    {"General Manager", "c_level"},
    {"Managing Director", "c_level"},
    {"总经理", "c_level"},
    {"老板", "c_level"},
    {"创始人", "c_level"},
    {"董事长", "c_level"},
    {"创始人兼CEO", "c_level"},
    {"首席运营官", "c_level"},
    {"ＣＥＯ", "c_level"},
    {"董事长兼总经理", "c_level"},
    {"總經理", "c_level"},
    {"VP", "vp"},
    {"VP of Sales", "vp"},
    {"Vice President", "vp"},
    {"Vice-President, EMEA", "vp"},
    {"SVP Operations", "vp"},
    {"副总", "vp"},
    {"副总裁", "vp"},
    {"副总经理", "vp"},
    {"常务副总经理", "vp"},
    {"董事会秘书", "vp"},
    {"Deputy General Manager", "vp"},
    {"Director", "director"},
    {"director of marketing", "director"},
    {"Head of Growth", "director"},
    {"总监", "director"},
    {"市场总监", "director"},
    {"副总监", "director"},
    {"Chief of Staff", "director"},
    {"Manager", "manager"},
    {"Sales manager", "manager"},
    {"经理", "manager"},
    {"副经理", "manager"},
    {"主管", "manager"},
    {"运营主管", "manager"},
    {"Supervisor", "manager"},
    {"总经理办公室主任", "manager"},
    {"经理助理", "staff"},
    {"总经理助理", "staff"},
    {"总裁助理", "staff"},
    {"Assistant", "staff"},
    {"Assistant to the CEO", "staff"},
    {"董事长秘书", "staff"},
    {"Marketing Intern", "staff"},
    {"实习生", "staff"},
    {"Direct Sales", "staff"},
    {"direct sales", "staff"},
    {"Developer", "staff"},
    {"Product Owner", "staff"},
    {"vps engineer", "staff"},
    {"Presidential historian", "staff"},
    {"工程师", "staff"},
    {"overhead crane operator", "staff"},
    {"ceodev", "staff"},
};

START_TEST(titles_speak_of_levels)
{
	const char *level = NULL;
	ck_assert(title_level(titles[_i].title, strlen(titles[_i].title), &level));
	ck_assert_msg(level != NULL && strcmp(level, titles[_i].level) == 0, "%s is %s, not %s", titles[_i].title,
	    titles[_i].level, level);
}
END_TEST

START_TEST(a_blank_title_is_absent)
{
	static const char *const blanks[] = {"", " ", "\t\n", "　", "--"};
	for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++) {
		const char *level = "kept";
		ck_assert(title_level(blanks[i], strlen(blanks[i]), &level));
		ck_assert_ptr_null(level);
	}
}
END_TEST

START_TEST(very_long_titles_are_bounded)
{
	char title[6000];
	for (size_t i = 0; i < sizeof(title); i++)
		title[i] = "vp "[i % 3];
	const char *level = NULL;
	ck_assert(title_level(title, sizeof(title), &level));
	ck_assert_str_eq(level, "vp");
}
END_TEST

/* Rules see it as an attribute; a change of title is seen at once, and absence is unknown. */
START_TEST(rules_see_the_level)
{
	struct model *m = model_of(
	    "{'fit': {'rules': [{'id': 'boss', 'points': 20, 'when': {'==': [{'var': 'title_level'}, 'c_level']}}]},"
	    "'icp': {'criteria': [{'id': 'c', 'when': {'==': [{'var': 'title_level'}, 'c_level']}}]}}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).fit, 0);
	happen(l, T0 + 1, "x", NULL, "{'title': '总经理'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 20000);
	happen(l, T0 + 2, "x", NULL, "{'title': '总经理助理'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 0);
	happen(l, T0 + 3, "x", NULL, "{'title': 'CEO'}", NULL);
	ck_assert_int_eq(view_of(l).fit, 20000);
	happen(l, T0 + 4, "x", NULL, "{'title': 17}", NULL);
	ck_assert_int_eq(view_of(l).fit, 0);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/title");
	TCase *c = tcase_create("title");
	tcase_add_loop_test(c, titles_speak_of_levels, 0, sizeof(titles) / sizeof(*titles));
	tcase_add_test(c, a_blank_title_is_absent);
	tcase_add_test(c, very_long_titles_are_bounded);
	tcase_add_test(c, rules_see_the_level);
	suite_add_tcase(s, c);
	return run_suite(s);
}
