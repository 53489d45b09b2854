/* standing: what stages and tags ask of a score, on either side of every comparison. */
#include "scoring_check.h"

static const char *const operators[] = {"<", "<=", ">", ">=", "==", "===", "!=", "!=="};

static bool compared(const char *op, double a, double b)
{
	switch (*op) {
	case '<':
		return op[1] ? a <= b : a < b;
	case '>':
		return op[1] ? a >= b : a > b;
	default:
		return (a == b) == (*op == '=');
	}
}

/* Whether the tag is held by a lead whose fit is 10 points and whose engagement is 4. */
static void assert_tag(const char *when, bool held)
{
	char text[600];
	snprintf(text, sizeof(text),
	    "{'grades': [9, 4, 2], 'fit': {'rules': [{'id': 'f', 'points': 10, 'when': {'var': 'x'}}]},"
	    " 'engagement': {'rules': [{'id': 'e', 'on': 'a', 'points': 4}]}, 'tags': [{'tag': 't:t', 'when': %s}]}",
	    when);
	struct model *m = model_of(text);
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "a", NULL, "{'x': 1, 'ten': 10, 'word': 'fourteen', 'n': {'of': 14}, 'list': [{'score': 99}]}",
	    NULL);
	ck_assert_msg(has_tag(l, "t:t") == held, "%s", when);
	scoring_lead_free(&l);
	model_unref(&m);
}

START_TEST(either_side_of_every_comparison)
{
	static const struct {
		const char *name;
		double is;
	} sums[] = {{"score", 14}, {"engagement", 4}, {"fit", 10}};
	char when[200];
	for (size_t k = 0; k < 3; k++)
		for (double n = sums[k].is - 0.5; n <= sums[k].is + 0.5; n += 0.5) {
			snprintf(when, sizeof(when), "{'%s': [{'var': '%s'}, %g]}", operators[_i], sums[k].name, n);
			assert_tag(when, compared(operators[_i], sums[k].is, n));
			snprintf(when, sizeof(when), "{'%s': [%g, {'var': '%s'}]}", operators[_i], n, sums[k].name);
			assert_tag(when, compared(operators[_i], n, sums[k].is));
		}
}
END_TEST

/* Three operands: the score may be any of them. */
START_TEST(between_three)
{
	char when[200];
	for (int low = 13; low <= 15; low++)
		for (int high = 13; high <= 15; high++) {
			bool in = low <= 14 && 14 <= high;
			snprintf(when, sizeof(when), "{'between': [{'var': 'score'}, %d, %d]}", low, high);
			assert_tag(when, in);
			snprintf(when, sizeof(when), "{'<=': [%d, {'var': 'score'}, %d]}", low, high);
			assert_tag(when, in);
			snprintf(when, sizeof(when), "{'<': [%d, {'var': 'score'}, %d]}", low, high);
			assert_tag(when, low < 14 && 14 < high);
			snprintf(when, sizeof(when), "{'<': [{'var': 'score'}, %d, %d]}", low, high);
			assert_tag(when, 14 < low && low < high);
			snprintf(when, sizeof(when), "{'<=': [%d, %d, {'var': 'score'}]}", low, high);
			assert_tag(when, low <= high && high <= 14);
			snprintf(when, sizeof(when), "{'between': [%d, %d, {'var': 'score'}]}", high, low);
			assert_tag(when, low <= high && high <= 14);
			snprintf(when, sizeof(when), "{'between': [%d, {'var': 'score'}, %d]}", low, high);
			assert_tag(when, 14 <= low && low <= high);
			/* A third operand means nothing to the others. */
			snprintf(when, sizeof(when), "{'>': [{'var': 'score'}, %d, %d]}", low, high);
			assert_tag(when, 14 > low);
		}
}
END_TEST

static const struct {
	const char *when;
	bool held;
} rules[] = {
    /* What stands beside a score may be a rule over the profile, and of another kind. */
    {"{'>': [{'var': 'score'}, {'var': 'ten'}]}", true},
    {"{'>': [{'var': 'ten'}, {'var': 'score'}]}", false},
    {"{'==': [{'var': 'score'}, {'+': [{'var': 'ten'}, 4]}]}", true},
    {"{'==': [{'var': 'score'}, {'var': 'n.of'}]}", true},
    {"{'==': [{'var': 'score'}, '14']}", true},
    {"{'===': [{'var': 'score'}, '14']}", false},
    {"{'!==': [{'var': 'score'}, '14']}", true},
    {"{'!=': [{'var': 'score'}, '14']}", false},
    {"{'>': [{'var': 'score'}, {'var': 'word'}]}", false},
    {"{'<=': [{'var': 'score'}, {'var': 'word'}]}", false},
    {"{'!=': [{'var': 'score'}, {'var': 'word'}]}", true},
    {"{'>': [{'var': 'score'}, {'var': 'nothing'}]}", true}, /* null is 0 in an order */
    {"{'==': [{'var': 'score'}, {'var': 'nothing'}]}", false},
    {"{'>': [{'var': ['score']}, 13]}", true},
    {"{'!': [{'>': [{'var': 'score'}, 13]}]}", false},
    {"{'if': [{'>': [{'var': 'score'}, 13]}, {'<': [{'var': 'engagement'}, 5]}, false]}", true},
    /* The grade, by equality and in lists: of tier D, since nothing is core, and with 4 points of the second band. */
    {"{'==': [{'var': 'grade'}, 'D2']}", true},
    {"{'===': ['D2', {'var': 'grade'}]}", true},
    {"{'!=': [{'var': 'grade'}, 'D1']}", true},
    {"{'!==': [{'var': 'grade'}, 'D2']}", false},
    {"{'in': [{'var': 'grade'}, ['D1', 'D2']]}", true},
    {"{'in': [{'var': 'grade'}, ['D3', 'D4']]}", false},
    {"{'in': ['2', {'var': 'grade'}]}", true},
    /* Inside a list's rule these names are fields of its items. */
    {"{'some': [{'var': 'list'}, {'==': [{'var': 'score'}, 99]}]}", true},
    {"{'some': [{'var': 'list'}, {'<': [{'var': 'score'}, 99]}]}", false},
};

START_TEST(what_stands_beside)
{
	assert_tag(rules[_i].when, rules[_i].held);
}
END_TEST

START_TEST(a_decaying_score_turns_at_its_instant)
{
	/* 40 points that halve each day: below 10 right after two days, on whichever side the score stands. */
	static const char *const whens[] = {"{'>=': [{'var': 'engagement'}, 10]}",
	    "{'<=': [10, {'var': 'engagement'}]}", "{'!': [{'>': [10, {'var': 'engagement'}]}]}",
	    "{'between': [{'var': 'engagement'}, 10, 50]}", "{'<=': [10, {'var': 'score'}, 50]}"};
	char text[400];
	for (size_t i = 0; i < sizeof(whens) / sizeof(*whens); i++) {
		snprintf(text, sizeof(text),
		    "{'engagement': {'rules': [{'id': 'e', 'on': 'a', 'points': 40, 'decay': {'half_life': 'P1D'}}]}, "
		    "'tags': [{'tag': 't:t', 'when': %s}]}",
		    whens[i]);
		struct model *m = model_of(text);
		struct scoring_lead *l = lead_of(m);
		happen(l, T0, "a", NULL, NULL, NULL);
		advance(l, T0 + 2 * DAY, NULL);
		ck_assert_msg(has_tag(l, "t:t"), "%s", text);
		ck_assert_int_eq(view_of(l).engagement, 10000);
		advance(l, T0 + 2 * DAY + 10 * 1000, NULL);
		ck_assert_msg(!has_tag(l, "t:t"), "%s", text);
		ck_assert_int_lt(view_of(l).engagement, 10000);
		scoring_lead_free(&l);
		model_unref(&m);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/standing");
	TCase *c = tcase_create("standing");
	tcase_add_loop_test(c, either_side_of_every_comparison, 0, sizeof(operators) / sizeof(*operators));
	tcase_add_test(c, between_three);
	tcase_add_loop_test(c, what_stands_beside, 0, sizeof(rules) / sizeof(*rules));
	tcase_add_test(c, a_decaying_score_turns_at_its_instant);
	suite_add_tcase(s, c);
	return run_suite(s);
}
