/* numbers: texts read as numbers, whole (as `==` and the orders do) or as far as they go (as `+` does), and numbers
 * written as text, as JavaScript does both. */
#include "scoring_check.h"

#include <math.h>

#include "scoring/logic.h"

#define EIGHTY "12345678901234567890123456789012345678901234567890123456789012345678901234567890"

static const struct {
	const char *text;
	double whole, prefix;
} texts[] = {
    {"", 0, NAN},
    {" ", 0, NAN},
    {"\t\n\v\f\r1", 1, 1},
    {"\u00a01\u00a0", 1, 1},
    {"\u16801", 1, 1},
    {"1\u2000", 1, 1},
    {"\u200a1", 1, 1},
    {"1\u2028", 1, 1},
    {"\u20291", 1, 1},
    {"1\u202f", 1, 1},
    {"1\u205f", 1, 1},
    {"\u30001\u3000", 1, 1},
    {"\ufeff1", 1, 1},
    {"\u200b1", NAN, NAN}, /* is no space */
    {"\u180e1", NAN, NAN},
    {"\u20301", NAN, NAN},
    {"1一", NAN, 1},
    {"一", NAN, NAN},
    {"é1", NAN, NAN},
    {"1é", NAN, 1},
    {"+", NAN, NAN},
    {"-", NAN, NAN},
    {"+1", 1, 1},
    {"-1", -1, -1},
    {"+-1", NAN, NAN},
    {".", NAN, NAN},
    {"1.", 1, 1},
    {".5", 0.5, 0.5},
    {"-.5e1", -5, -5},
    {"1e", NAN, 1},
    {"1e+", NAN, 1},
    {"1e3", 1000, 1000},
    {"1E-3", 0.001, 0.001},
    {"1.e2", 100, 100},
    {".e2", NAN, NAN},
    {"1.5.5", NAN, 1.5},
    {"e5", NAN, NAN},
    {"0x", NAN, 0},
    {"0x1f", 31, 0},
    {"0X1F", 31, 0},
    {"0xg", NAN, 0},
    {"0x1 ", 1, 0},
    {"+0x1f", NAN, 0},
    {"0b101", 5, 0},
    {"0B12", NAN, 0},
    {"0b", NAN, 0},
    {"0o17", 15, 0},
    {"0o8", NAN, 0},
    {"0O7", 7, 0},
    {"0x-1", NAN, 0},
    {"0z1", NAN, 0},
    {"00x1", NAN, 0},
    {"010", 10, 10},
    {"Infinity", INFINITY, INFINITY},
    {"-Infinity", -INFINITY, -INFINITY},
    {"infinity", NAN, NAN},
    {"Infinityx", NAN, INFINITY},
    {"Inf", NAN, NAN},
    {"1_000", NAN, 1},
    {"1,5", NAN, 1},
    {EIGHTY, 1.2345678901234568e+79, 1.2345678901234568e+79},
    {EIGHTY "x", NAN, 1.2345678901234568e+79},
    {"1e400", INFINITY, INFINITY},
    {"-1e400", -INFINITY, -INFINITY},
    {"1e-400", 0, 0},
    {"123abc", NAN, 123},
    {"12 3", NAN, 12},
    {"0e", NAN, 0},
    {"NaN", NAN, NAN},
    {"1n", NAN, 1},
};

static json_t *answer(json_t *rule, const json_t *data)
{
	struct logic *l = NULL;
	struct arena *scratch = arena_new(0);
	struct err e = {0};
	json_t *got = NULL;
	ck_assert_msg(logic_compile(rule, "", &l, &e) == ST_OK, "%s", e.detail);
	ck_assert_int_eq(logic_apply(l, data, scratch, &got, &e), ST_OK);
	logic_free(&l);
	arena_free(&scratch);
	json_decref(rule);
	return got;
}

static bool holds(const char *op, json_t *left, double right, const json_t *data)
{
	json_t *got = answer(json_pack("{s:[o,f]}", op, left, right), data);
	bool yes = json_is_true(got);
	json_decref(got);
	return yes;
}

/* What the rule gives over the text: neither above nor below a number is that number, and what is neither is none. */
static void assert_number(const char *rule, const char *text, double want)
{
	json_t *data = json_string(text);
	if (isnan(want)) {
		ck_assert_msg(!holds("<=", json_of(rule), 0, data) && !holds(">", json_of(rule), 0, data),
		    "%s over \"%s\"", rule, text);
	} else if (isinf(want)) {
		ck_assert_msg(holds(want > 0 ? ">" : "<", json_of(rule),
				  want > 0 ? 1.7976931348623157e308 : -1.7976931348623157e308, data),
		    "%s over \"%s\"", rule, text);
	} else {
		ck_assert_msg(holds("<=", json_of(rule), want, data) && holds(">=", json_of(rule), want, data),
		    "%s over \"%s\" is not %g", rule, text, want);
	}
	json_decref(data);
}

START_TEST(a_text_as_a_number)
{
	assert_number("{'var': ''}", texts[_i].text, texts[_i].whole);
	assert_number("{'+': [{'var': ''}]}", texts[_i].text, texts[_i].prefix);
}
END_TEST

static const struct {
	double number;
	const char *text;
} written[] = {{0, "0"}, {-0.0, "0"}, {1, "1"}, {-1, "-1"}, {0.1, "0.1"}, {1.5, "1.5"}, {100, "100"}, {100.5, "100.5"},
    {1e20, "100000000000000000000"}, {1e21, "1e+21"}, {-1e21, "-1e+21"},
    {123456789012345680000.0, "123456789012345680000"}, {1.2345e22, "1.2345e+22"}, {0.000001, "0.000001"},
    {0.000001234, "0.000001234"}, {1e-7, "1e-7"}, {1.5e-7, "1.5e-7"}, {5e-324, "5e-324"},
    {1.7976931348623157e308, "1.7976931348623157e+308"}, {123456.789, "123456.789"}, {1.0 / 3, "0.3333333333333333"},
    {9007199254740992.0, "9007199254740992"}, {1e100, "1e+100"}, {1.0000000000000002, "1.0000000000000002"}};

START_TEST(a_number_as_a_text)
{
	json_t *data = json_real(written[_i].number), *got = answer(json_of("{'cat': [{'var': ''}]}"), data);
	ck_assert_str_eq(json_string_value(got), written[_i].text);
	json_decref(got);
	json_decref(data);
}
END_TEST

START_TEST(what_is_no_number_as_a_text)
{
	static const struct {
		const char *rule, *text;
	} none[] = {{"{'cat': [{'+': ['x']}]}", "NaN"}, {"{'cat': [{'/': [1, 0]}]}", "Infinity"},
	    {"{'cat': [{'/': [-1, 0]}]}", "-Infinity"},
	    {"{'cat': [{'var': 'gone'}, null, true, [1, [2, null]]]}", "true1,2,"}};
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		json_t *got = answer(json_of(none[i].rule), NULL);
		ck_assert_str_eq(json_string_value(got), none[i].text);
		json_decref(got);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/numbers");
	TCase *c = tcase_create("numbers");
	tcase_add_loop_test(c, a_text_as_a_number, 0, sizeof(texts) / sizeof(*texts));
	tcase_add_loop_test(c, a_number_as_a_text, 0, sizeof(written) / sizeof(*written));
	tcase_add_test(c, what_is_no_number_as_a_text);
	suite_add_tcase(s, c);
	return run_suite(s);
}
