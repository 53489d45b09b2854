/* review: what can never hold, what rules can give at all, conditions in words, and two models held against each other. */
#include "scoring_check.h"

#include "scoring/review.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(0);
}

static void tear_down(void)
{
	arena_free(&arena);
}

/* A condition of a fit rule, and whether it is warned of. */
static const struct {
	const char *when, *code;
} chances[] = {
    {"false", "rule_never_fires"},
    {"true", "condition_always_holds"},
    {"{'==': [{'var': 'country'}, 'CN']}", NULL},
    {"{'and': [{'==': [{'var': 'country'}, 'CN']}, {'==': [{'var': 'country'}, 'DE']}]}", "rule_never_fires"},
    {"{'or': [{'==': [{'var': 'country'}, 'CN']}, {'==': [{'var': 'country'}, 'DE']}]}", NULL},
    /* The number 1 is loosely equal to both. */
    {"{'and': [{'==': [{'var': 'plan'}, '1']}, {'==': [{'var': 'plan'}, '01']}]}", NULL},
    {"{'and': [{'>': [{'var': 'n'}, 5]}, {'<=': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'>=': [{'var': 'n'}, 5]}, {'<=': [{'var': 'n'}, 5]}]}", NULL},
    {"{'and': [{'<': [5, {'var': 'n'}]}, {'<': [{'var': 'n'}, 4]}]}", "rule_never_fires"},
    {"{'and': [{'>': [{'var': 'a'}, 5]}, {'<': [{'var': 'b'}, 4]}]}", NULL},
    {"{'between': [{'var': 'n'}, 10, 5]}", "rule_never_fires"},
    {"{'<': [10, {'var': 'n'}, 5]}", "rule_never_fires"},
    {"{'in': [{'var': 'country'}, []]}", "rule_never_fires"},
    {"{'in': [{'var': 'title_level'}, ['boss', 'vp']]}", NULL},
    {"{'==': [{'var': 'title_level'}, 'boss']}", "rule_never_fires"},
    {"{'!': [{'in': [{'var': 'country'}, []]}]}", "condition_always_holds"},
    {"{'or': [false, {'between': [{'var': 'n'}, 2, 1]}]}", "rule_never_fires"},
    {"{'or': [{'var': 'a'}, true]}", "condition_always_holds"},
    {"{'if': [true, {'var': 'a'}, false]}", NULL},
    {"{'!!': [false]}", "rule_never_fires"},
    {"{'!!': [true]}", "condition_always_holds"},
    {"{'>=': [{'var': 'n'}, 5, 9]}", NULL},
    {"{'and': [{'==': [{'var': 'n'}, 5]}, {'>': [{'var': 'n'}, 7]}]}", "rule_never_fires"},
    {"{'and': [{'in': [{'var': 'c'}, ['a', 'b']]}, {'==': [{'var': 'c'}, 'b']}]}", NULL},
    {"{'in': [{'var': 'email_kind'}, ['none']]}", "rule_never_fires"},
    {"{'==': [{'var': 'email_kind'}, 'role']}", NULL},
    {"{'and': [{'>=': [{'var': 'n'}, 5]}, {'<': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'between': [{'var': 'n'}, 1, 3]}, {'between': [{'var': 'n'}, 4, 6]}]}", "rule_never_fires"},
    {"{'and': [{'between': [{'var': 'n'}, 1, 4]}, {'between': [{'var': 'n'}, 4, 6]}]}", NULL},
    {"{'all': [{'var': 'a'}, true]}", NULL},
    {"{'!': [{'and': [{'>': [{'var': 'n'}, 5]}, {'<': [{'var': 'n'}, 4]}]}]}", "condition_always_holds"},
    {"{'<': [{'var': 'n'}, {'var': 'm'}]}", NULL},
    {"{'==': ['CN', {'var': 'country'}]}", NULL},
    {"{'and': [{'==': ['CN', {'var': 'c'}]}, {'==': ['DE', {'var': 'c'}]}]}", "rule_never_fires"},
    {"{'>': [{'var': 'n'}, 5, 5]}", NULL},
    {"{'<=': [9, {'var': 'n'}, 5]}", "rule_never_fires"},
    {"{'var': 'a'}", NULL},
    {"{'!': [{'var': 'a'}]}", NULL},
    {"''", "rule_never_fires"},
    {"0", "rule_never_fires"},
    {"'x'", "condition_always_holds"},
    {"null", "rule_never_fires"},
    {"{'==': [null, {'var': 'a'}]}", NULL},
    {"{'and': [{'==': [{'var': 'n'}, 5.5]}, {'<': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'==': [{'var': 'n'}, 5]}, {'==': [{'var': 'n'}, 6]}]}", "rule_never_fires"},
    {"{'and': [{'===': [{'var': 'c'}, 'CN']}, {'===': ['DE', {'var': 'c'}]}]}", "rule_never_fires"},
    {"{'and': [{'==': [{'var': 'c'}, 'CN']}, {'in': [{'var': 'c'}, ['DE', 'FR']]}]}", "rule_never_fires"},
    {"{'and': [{'==': [{'var': 'title_level'}, 'vp']}, {'in': [{'var': 'title_level'}, ['c_level', 'boss']]}]}", "rule_never_fires"},
    /* A number in the list may be equal to something; a list that is no constant is not looked into. */
    {"{'in': [{'var': 'title_level'}, ['boss', 5]]}", NULL},
    {"{'in': [{'var': 'title_level'}, {'var': 'levels'}]}", NULL},
    {"{'in': ['boss', ['boss']]}", NULL},
    {"{'in': [{'var': ''}, []]}", NULL},
    {"{'and': [{'<': [5, {'var': 'n'}, 9]}, {'<': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'<=': [5, {'var': 'n'}]}, {'>=': [5, {'var': 'n'}]}]}", NULL},
    {"{'and': [{'<': [5, {'var': 'n'}]}, {'>=': [5, {'var': 'n'}]}]}", "rule_never_fires"},
    {"{'and': [{'>': [{'var': 'n'}, 5]}, {'>=': [{'var': 'n'}, 5]}, {'<=': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'<': [{'var': 'n'}, 5]}, {'<=': [{'var': 'n'}, 5]}, {'>=': [{'var': 'n'}, 5]}]}", "rule_never_fires"},
    {"{'and': [{'>': [{'var': ''}, 5]}, {'<': [{'var': ''}, 4]}]}", NULL},
    {"{'and': [{'>': [{'var': 'n'}, '5']}, {'<': [{'var': 'n'}, '4']}]}", NULL},
    {"{'and': [{'==': [{'var': 'n'}, 5, 6]}, {'==': [{'var': 'n'}, 7]}]}", NULL},
    {"{'and': [{'between': [{'var': 'n'}, 10]}, true]}", NULL},
    {"{'and': [true, 1, 'x']}", "condition_always_holds"},
    {"{'and': []}", NULL},
    {"{'or': []}", NULL},
    {"{'and': [{'var': 'a'}, false]}", "rule_never_fires"},
    /* The domain of what every profile may say differently is not known. */
    {"{'==': [{'var': 'stage'}, 'nowhere']}", NULL},
    {"{'==': [{'var': 'a'}, {'var': 'b'}]}", NULL},
};

START_TEST(test_chance)
{
	char text[600];
	snprintf(text, sizeof text, "{'fit': {'rules': [{'id': 'r', 'points': 1, 'when': %s}]}}", chances[_i].when);
	json_t *doc = json_of(text);
	struct model_faults warnings;
	model_review(doc, &warnings);
	const char *found = NULL;
	for (size_t i = 0; i < warnings.count; i++)
		if (!strcmp(warnings.fault[i].pointer, "/fit/rules/0/when"))
			found = warnings.fault[i].code;
	ck_assert_msg(found ? chances[_i].code && !strcmp(found, chances[_i].code) : !chances[_i].code, "%s: %s", text,
	    found ? found : "nothing");
	json_decref(doc);
}
END_TEST

/* Rules and caps, and whether 100 points are reached by them. */
static const struct {
	const char *rest;
	bool reached;
} reaches[] = {
    {"'fit': {'rules': [{'id': 'a', 'when': {'var': 'x'}, 'points': 60}, {'id': 'b', 'when': {'var': 'y'}, 'points': 40}]}", true},
    {"'fit': {'rules': [{'id': 'a', 'when': {'var': 'x'}, 'points': 60}, {'id': 'b', 'when': {'var': 'y'}, 'points': 39.9}]}", false},
    {"'fit': {'max': 50, 'rules': [{'id': 'a', 'when': {'var': 'x'}, 'points': 100}]}", false},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1}]}", true},
    {"'engagement': {'max': 99, 'rules': [{'id': 'e', 'on': 'x', 'points': 1}]}", false},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 50, 'limit': {'times': 2}}]}", true},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 50, 'limit': {'times': 1, 'per': 'ever'}}]}", false},
    {"'engagement': {'groups': [{'id': 'g', 'max': 60}], 'rules': [{'id': 'e', 'on': 'x', 'points': 9, 'group': 'g'}]}", false},
    {"'score': {'min': 100}, 'fit': {'rules': []}", true},
    {"'score': {'max': 99.5}, 'fit': {'rules': [{'id': 'a', 'when': {'var': 'x'}, 'points': 100}]}", false},
    {"'score': {'max': 100}, 'fit': {'min': 120, 'rules': []}", true},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 99.5, 'limit': {'per': 'ever'}}]}", false},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'limit': {'per': 'day', 'times': 2}}]}", true},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'limit': {'cooldown': 'P1D'}}]}", true},
    {"'engagement': {'rules': [{'id': 'e', 'points': 99, 'inactive_for': {'after': 'P1D'}}]}", true},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 0}, {'id': 'f', 'on': 'x', 'points': -1}]}", false},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 9, 'max': 40}, {'id': 'f', 'on': 'x', 'points': 9, 'max': 60}]}", true},
    {"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 9, 'max': 40}, {'id': 'f', 'on': 'x', 'points': 9, 'max': 59}]}", false},
    {"'engagement': {'min': 101, 'rules': []}", true},
    {"'engagement': {'groups': [{'id': 'g', 'max': 60}, {'id': 'h', 'max': 60}], 'rules': [{'id': 'e', 'on': 'x', 'points': 9, 'group': 'g'}, {'id': 'f', 'on': 'x', 'points': 9, 'group': 'h'}]}", true},
};

/* More attributes than are kept in mind: nothing is claimed of those that come after. */
START_TEST(test_many_attributes)
{
	for (int n = 31; n <= 33; n++) {
		struct buf b = BUF_INIT;
		buf_puts(&b, "{'fit': {'rules': [{'id': 'r', 'points': 1, 'when': {'and': [");
		for (int i = 0; i < n; i++)
			buf_printf(&b, "{'>': [{'var': 'a%d'}, 5]}, ", i);
		buf_printf(&b, "{'<': [{'var': 'a%d'}, 4]}]}}]}}", n - 1);
		json_t *doc = json_of(b.data);
		struct model_faults warnings;
		model_review(doc, &warnings);
		ck_assert_int_eq(!strcmp(warnings.fault[0].code, "rule_never_fires"), n <= 32);
		json_decref(doc);
		buf_free(&b);
	}
}
END_TEST


START_TEST(test_reach)
{
	char text[700];
	snprintf(text, sizeof text, "{%s, 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 100]}}]}",
	    reaches[_i].rest);
	json_t *doc = json_of(text);
	struct model_faults warnings;
	model_review(doc, &warnings);
	bool unreachable = false;
	for (size_t i = 0; i < warnings.count; i++)
		unreachable |= !strcmp(warnings.fault[i].code, "stage_unreachable");
	ck_assert_msg(unreachable != reaches[_i].reached, "%s", text);
	json_decref(doc);
}
END_TEST

static const struct {
	const char *rule, *en, *zh;
} words[] = {
    {"{'and': [{'>=': [{'var': 'score'}, 80]}, {'seen': [['demo_request', 'quote_request'], 'P7D']}]}",
	"score ≥ 80 and there was \"demo_request\" or \"quote_request\" within P7D",
	"score ≥ 80且P7D 内有过“demo_request”或“quote_request”"},
    {"{'and': [{'or': [{'var': 'a'}, {'var': 'b'}]}, {'!': [{'var': 'c'}]}]}", "(a or b) and not (c)", "（a或b）且非（c）"},
    {"{'in': ['a:b', {'var': 'tags'}]}", "tags has \"a:b\"", "tags含“a:b”"},
    {"{'cat': ['a', 'b']}", "{\"cat\":[\"a\",\"b\"]}", "{\"cat\":[\"a\",\"b\"]}"},
    {"true", "always", "恒成立"},
    {"{'!=': [{'var': 'a'}, 1]}", "a is not 1", "a不为1"},
    {"{'===': [{'var': 'a'}, null]}", "a is null", "a为null"},
    {"{'!==': [{'var': 'a'}, true]}", "a is not true", "a不为true"},
    {"{'<': [1, {'var': 'a'}, 3]}", "1 < a < 3", "1 < a < 3"},
    {"{'<=': [{'+': [{'var': 'a'}, 1]}, {'*': [2, {'var': 'b'}]}]}", "a + 1 ≤ 2 × b", "a + 1 ≤ 2 × b"},
    {"{'>': [{'-': [{'var': 'a'}, 1]}, {'/': [{'var': 'b'}, 2]}]}", "a - 1 > b ÷ 2", "a - 1 > b ÷ 2"},
    {"{'ends_with': [{'var': 'email'}, '.cn']}", "email ends with \".cn\"", "email结尾是“.cn”"},
    {"{'matches': [{'var': 'title'}, '^C']}", "title matches \"^C\"", "title匹配“^C”"},
    {"{'in': [{'var': 'country'}, 'CN DE']}", "\"CN DE\" has country", "“CN DE”含country"},
    {"{'in': [{'var': 'country'}, ['CN', 'DE', 'FR']]}", "country is \"CN\", \"DE\" or \"FR\"", "country为“CN”、“DE”或“FR”"},
    {"{'in': ['x']}", "{\"in\":[\"x\"]}", "{\"in\":[\"x\"]}"},
    {"{'between': [{'var': 'n'}, 1, 2]}", "n from 1 to 2", "n在 1 到 2 之间"},
    {"{'between': [{'var': 'n'}, 1]}", "{\"between\":[{\"var\":\"n\"},1]}", "{\"between\":[{\"var\":\"n\"},1]}"},
    {"{'<': [{'days_since': [['won', 'lost']]}, 3]}", "days since \"won\" or \"lost\" < 3", "距“won”或“lost”的天数 < 3"},
    {"{'seen': 'won'}", "there was \"won\"", "有过“won”"},
    {"{'>': [{'count_events': [{'type': 'page_view', 'where': {'==': [{'var': 'properties.path'}, '/a']}}, 'P7D']}, 3]}",
        "how many \"page_view\" (where properties.path is \"/a\") within P7D > 3",
        "P7D 内发生“page_view”（properties.path为“/a”）的次数 > 3"},
    {"{'or': [{'and': [{'var': 'a'}]}, {'and': [{'var': 'b'}, {'or': [{'var': 'c'}, {'var': 'd'}]}]}]}", "a or (b and (c or d))", "a或（b且（c或d））"},
    {"{'!': {'var': 'a'}}", "not (a)", "非（a）"},
    {"false", "never", "恒不成立"},
    {"5", "5", "5"},
    {"{'var': ''}", "the item", "该项"},
    {"{'==': [{'var': 'a'}, {'if': [{'var': 'b'}, 1, 2]}]}", "a is {\"if\":[{\"var\":\"b\"},1,2]}", "a为{\"if\":[{\"var\":\"b\"},1,2]}"},
    {"{'==': [{'var': 'a'}, [1, 2]]}", "a is [1,2]", "a为[1,2]"},
    /* Operands that are passed over, or too few for what the words would say. */
    {"{'>': [{'var': 'a'}, 1, 2]}", "{\">\":[{\"var\":\"a\"},1,2]}", "{\">\":[{\"var\":\"a\"},1,2]}"},
    {"{'==': [{'var': 'a'}, 1, 2]}", "{\"==\":[{\"var\":\"a\"},1,2]}", "{\"==\":[{\"var\":\"a\"},1,2]}"},
    {"{'>': [{'-': [{'var': 'a'}]}, 1]}", "{\"-\":[{\"var\":\"a\"}]} > 1", "{\"-\":[{\"var\":\"a\"}]} > 1"},
    {"{'>': [{'+': ['1', {'var': 'a'}, 2]}, 1]}", "\"1\" + a + 2 > 1", "“1” + a + 2 > 1"},
};

START_TEST(test_words)
{
	json_t *rule = json_of(words[_i].rule);
	ck_assert_str_eq(condition_words(rule, LANGUAGE_EN, arena), words[_i].en);
	ck_assert_str_eq(condition_words(rule, LANGUAGE_ZH, arena), words[_i].zh);
	json_decref(rule);
}
END_TEST

START_TEST(test_differences)
{
	json_t *a = json_of("{'fit': {'rules': [{'id': 'a', 'when': true, 'points': 1}, {'id': 'b', 'when': true, 'points': 2}]},"
			    " 'icp': {'criteria': [{'id': 'c', 'when': true}], 'tiers': {'B': 80}},"
			    " 'taxonomies': {'t': {'attribute': 'x', 'entries': [{'value': 'v'}]}}}");
	json_t *b = json_of("{'fit': {'rules': [{'id': 'b', 'when': true, 'points': 2}, {'id': 'a', 'when': true, 'points': 1}]},"
			    " 'icp': {'criteria': [{'id': 'c', 'when': true, 'core': true}], 'tiers': {'B': 75}},"
			    " 'taxonomies': {'t': {'attribute': 'x', 'entries': [{'value': 'v', 'synonyms': ['w']}]}}}");
	struct model_difference *d;
	size_t n;
	ck_assert(model_differences(a, b, LANGUAGE_EN, arena, &d, &n));
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(d[0].sentence, "The order of Rules changed");
	ck_assert_str_eq(d[0].pointer, "/fit/rules");
	ck_assert_str_eq(d[1].sentence, "share of tier B from 80 to 75");
	ck_assert_str_eq(d[2].pointer, "/taxonomies/t/entries/0/synonyms");
	ck_assert(model_differences(a, a, LANGUAGE_ZH, arena, &d, &n));
	ck_assert_uint_eq(n, 0);
	json_decref(a);
	json_decref(b);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("review");
	TCase *c = tcase_create("review");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, test_chance, 0, sizeof chances / sizeof chances[0]);
	tcase_add_loop_test(c, test_reach, 0, sizeof reaches / sizeof reaches[0]);
	tcase_add_test(c, test_many_attributes);
	tcase_add_loop_test(c, test_words, 0, sizeof words / sizeof words[0]);
	tcase_add_test(c, test_differences);
	suite_add_tcase(suite, c);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
