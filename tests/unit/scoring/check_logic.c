/* logic: JsonLogic's standard answers, our own operators, and rules that do not compile. */
#include "scoring_check.h"

#include "base/json.h"
#include "scoring/logic.h"

struct row {
	const char *rule, *data, *want;
};

static const struct row rows[] = {
    /* What is no rule is itself. */
    {"true", "null", "true"},
    {"17", "null", "17"},
    {"3.25", "null", "3.25"},
    {"'a'", "null", "'a'"},
    {"null", "null", "null"},
    {"[]", "null", "[]"},
    {"['a', {'var': 'x'}]", "{'x': 1}", "['a', 1]"},
    {"{}", "null", "{}"},
    /* var */
    {"{'var': 'a'}", "{'a': 1}", "1"},
    {"{'var': ['a']}", "{'a': 1}", "1"},
    {"{'var': 'b'}", "{'a': 1}", "null"},
    {"{'var': ['b', 2]}", "{'a': 1}", "2"},
    {"{'var': ['a', 2]}", "{'a': null}", "null"},
    {"{'var': 'a.b'}", "{'a': {'b': 'c'}}", "'c'"},
    {"{'var': 'a.1'}", "{'a': ['x', 'y']}", "'y'"},
    {"{'var': 'a.2'}", "{'a': ['x', 'y']}", "null"},
    {"{'var': 1}", "['x', 'y']", "'y'"},
    {"{'var': ''}", "5", "5"},
    {"{'var': []}", "{'a': 1}", "{'a': 1}"},
    {"{'var': null}", "7", "7"},
    {"{'var': 'a.b.c'}", "{'a': 1}", "null"},
    {"{'var': {'var': 'n'}}", "{'n': 'x', 'x': 3}", "3"},
    {"{'var': [{'var': 'n'}, 9]}", "{'n': 'gone'}", "9"},
    {"{'var': ['gone', {'+': [1, 2]}]}", "{}", "3"},
    /* equality */
    {"{'==': [1, 1]}", "null", "true"},
    {"{'==': [1, '1']}", "null", "true"},
    {"{'==': [0, false]}", "null", "true"},
    {"{'==': [null, 0]}", "null", "false"},
    {"{'==': ['', 0]}", "null", "true"},
    {"{'==': [null, {'var': 'x'}]}", "{}", "true"},
    {"{'==': [[1], 1]}", "null", "true"},
    {"{'==': [[1, 2], '1,2']}", "null", "true"},
    {"{'==': [[], []]}", "null", "false"},
    {"{'==': [{'var': 'a'}, {'var': 'a'}]}", "{'a': [1]}", "true"},
    {"{'==': ['1e1', 10]}", "null", "true"},
    {"{'==': [' 0x1F ', 31]}", "null", "true"},
    {"{'==': ['a', 0]}", "null", "false"},
    {"{'==': [true, 'true']}", "null", "false"},
    {"{'==': [{}, '[object Object]']}", "null", "true"},
    {"{'===': [1, '1']}", "null", "false"},
    {"{'===': [1, 1.0]}", "null", "true"},
    {"{'===': [null, null]}", "null", "true"},
    {"{'!=': [1, '1']}", "null", "false"},
    {"{'!==': [1, '1']}", "null", "true"},
    {"{'==': [1]}", "null", "false"},
    {"{'==': []}", "null", "true"},
    /* order */
    {"{'>': [2, 1]}", "null", "true"},
    {"{'>': [1, 1]}", "null", "false"},
    {"{'>=': ['2', 10]}", "null", "false"},
    {"{'<': ['2', '10']}", "null", "false"},
    {"{'<': ['B', 'a']}", "null", "true"},
    {"{'<': [null, 1]}", "null", "true"},
    {"{'<': [{'var': 'x'}, 1]}", "{}", "true"},
    {"{'<': ['a', 1]}", "null", "false"},
    {"{'>=': ['a', 1]}", "null", "false"},
    {"{'<': [1, 2, 3]}", "null", "true"},
    {"{'<': [1, 3, 3]}", "null", "false"},
    {"{'<=': [1, 3, 3]}", "null", "true"},
    {"{'<=': [1, 4, 3]}", "null", "false"},
    {"{'<': [1]}", "null", "false"},
    {"{'<': ['汽车', '汽车配件']}", "null", "true"},
    {"{'<': ['😀', '￥']}", "null", "true"},
    /* truth */
    {"{'!': [true]}", "null", "false"},
    {"{'!': 0}", "null", "true"},
    {"{'!': [[]]}", "null", "true"},
    {"{'!': [[0]]}", "null", "false"},
    {"{'!!': ['0']}", "null", "true"},
    {"{'!!': ['']}", "null", "false"},
    {"{'!!': [{}]}", "null", "true"},
    {"{'!': []}", "null", "true"},
    {"{'and': [1, 0, 2]}", "null", "0"},
    {"{'and': [1, 3]}", "null", "3"},
    {"{'or': [0, '', 'a']}", "null", "'a'"},
    {"{'or': [0, false]}", "null", "false"},
    {"{'and': []}", "null", "null"},
    {"{'if': [true, 1, 2]}", "null", "1"},
    {"{'if': [false, 1]}", "null", "null"},
    {"{'if': [0, 1, [], 2, 3]}", "null", "3"},
    {"{'?:': [[1], 'y', 'n']}", "null", "'y'"},
    {"{'if': []}", "null", "null"},
    {"{'if': [5]}", "null", "5"},
    /* arithmetic */
    {"{'+': [1, 2, 3]}", "null", "6"},
    {"{'+': ['3.5abc']}", "null", "3.5"},
    {"{'+': []}", "null", "0"},
    {"{'+': ['', 1]}", "null", "null"},
    {"{'+': [true, 1]}", "null", "null"},
    {"{'-': [5, 2]}", "null", "3"},
    {"{'-': [5]}", "null", "-5"},
    {"{'-': ['7', '2']}", "null", "5"},
    {"{'*': [2, '3', 4]}", "null", "24"},
    {"{'*': ['3']}", "null", "'3'"},
    {"{'/': [1, 4]}", "null", "0.25"},
    {"{'/': [1, 0]}", "null", "null"},
    {"{'%': [7, 3]}", "null", "1"},
    {"{'%': [-7, 3]}", "null", "-1"},
    {"{'%': [5.5, 2]}", "null", "1.5"},
    {"{'min': [3, '1', 2]}", "null", "1"},
    {"{'max': [3, null, 2]}", "null", "3"},
    {"{'max': [1, 'a']}", "null", "null"},
    {"{'max': []}", "null", "null"},
    {"{'+': [0.1, 0.2]}", "null", "0.30000000000000004"},
    {"{'==': [{'+': [0.1, 0.2]}, 0.3]}", "null", "false"},
    /* text */
    {"{'in': ['b', 'abc']}", "null", "true"},
    {"{'in': ['', 'abc']}", "null", "true"},
    {"{'in': ['', '']}", "null", "false"},
    {"{'in': [1, 'a1']}", "null", "true"},
    {"{'in': [1, [1, 2]]}", "null", "true"},
    {"{'in': ['1', [1, 2]]}", "null", "false"},
    {"{'in': ['a', null]}", "null", "false"},
    {"{'in': ['a', 5]}", "null", "false"},
    {"{'in': ['订单', '手工处理订单']}", "null", "true"},
    {"{'cat': ['a', 1, null, true, [1, [2]]]}", "null", "'a1true1,2'"},
    {"{'cat': 'a'}", "null", "'a'"},
    {"{'cat': [1.5, 1e21, 1e-7, 1e20]}", "null", "'1.51e+211e-7100000000000000000000'"},
    {"{'cat': [0.000001, -0.5, 100]}", "null", "'0.000001-0.5100'"},
    {"{'substr': ['jsonlogic', 4]}", "null", "'logic'"},
    {"{'substr': ['jsonlogic', -5]}", "null", "'logic'"},
    {"{'substr': ['jsonlogic', 1, 3]}", "null", "'son'"},
    {"{'substr': ['jsonlogic', 4, -2]}", "null", "'log'"},
    {"{'substr': ['jsonlogic', -20, 2]}", "null", "'js'"},
    {"{'substr': ['跨境电商', 2, 1]}", "null", "'电'"},
    {"{'substr': ['abc', 5]}", "null", "''"},
    {"{'log': 'apple'}", "null", "'apple'"},
    /* lists */
    {"{'map': [{'var': 'l'}, {'*': [{'var': ''}, 2]}]}", "{'l': [1, 2, 3]}", "[2, 4, 6]"},
    {"{'map': [{'var': 'gone'}, 1]}", "{}", "[]"},
    {"{'map': [{'var': 'l'}, {'var': 'q'}]}", "{'l': [{'q': 1}, {}]}", "[1, null]"},
    {"{'filter': [{'var': 'l'}, {'>': [{'var': ''}, 1]}]}", "{'l': [1, 2, 3]}", "[2, 3]"},
    {"{'reduce': [{'var': 'l'}, {'+': [{'var': 'current'}, {'var': 'accumulator'}]}, 10]}", "{'l': [1, 2]}", "13"},
    {"{'reduce': [{'var': 'l'}, {'+': [{'var': 'current.q'}, {'var': 'accumulator'}]}, 0]}",
	"{'l': [{'q': 4}, {'q': 5}]}", "9"},
    {"{'reduce': [{'var': 'gone'}, {'var': 'current'}, 7]}", "{}", "7"},
    {"{'reduce': [[1], {'var': 'outer'}, 7]}", "{'outer': 5}", "null"},
    {"{'all': [{'var': 'l'}, {'>': [{'var': ''}, 0]}]}", "{'l': [1, 2]}", "true"},
    {"{'all': [[], true]}", "null", "false"},
    {"{'some': [[], true]}", "null", "false"},
    {"{'none': [[], true]}", "null", "true"},
    {"{'some': [[1, 2], {'==': [{'var': ''}, 2]}]}", "null", "true"},
    {"{'none': [[1, 2], {'==': [{'var': ''}, 2]}]}", "null", "false"},
    {"{'merge': [1, [2, 3], [], [[4]]]}", "null", "[1, 2, 3, [4]]"},
    {"{'merge': []}", "null", "[]"},
    {"{'merge': 1}", "null", "[1]"},
    {"{'some': [{'var': 'l'}, {'some': [{'var': 'm'}, {'==': [{'var': ''}, 'x']}]}]}",
	"{'l': [{'m': ['a']}, {'m': ['x']}]}", "true"},
    /* missing */
    {"{'missing': ['a', 'b']}", "{'a': 1}", "['b']"},
    {"{'missing': ['a']}", "{'a': ''}", "['a']"},
    {"{'missing': [['a', 'b']]}", "{}", "['a', 'b']"},
    {"{'missing': {'merge': ['a', ['b']]}}", "{'b': 0}", "['a']"},
    {"{'missing_some': [1, ['a', 'b']]}", "{'a': 1}", "[]"},
    {"{'missing_some': [2, ['a', 'b']]}", "{'a': 1}", "['b']"},
    {"{'missing': 'a.b'}", "{'a': {'b': false}}", "[]"},
    /* our own */
    {"{'between': [5, 1, 10]}", "null", "true"},
    {"{'between': [1, 1, 10]}", "null", "true"},
    {"{'between': [10.5, 1, 10]}", "null", "false"},
    {"{'between': [{'var': 'x'}, 1, 10]}", "{}", "false"},
    {"{'between': ['5', 1, 10]}", "null", "true"},
    {"{'starts_with': ['abc', 'ab']}", "null", "true"},
    {"{'starts_with': ['abc', '']}", "null", "true"},
    {"{'starts_with': ['ab', 'abc']}", "null", "false"},
    {"{'starts_with': [12, '1']}", "null", "false"},
    {"{'ends_with': ['浙江省', '省']}", "null", "true"},
    {"{'ends_with': [null, '省']}", "null", "false"},
    {"{'matches': ['abc', '^a.c$']}", "null", "true"},
    {"{'matches': ['跨境电商', '^跨.电商$']}", "null", "true"},
    {"{'matches': ['ABC', 'abc']}", "null", "false"},
    {"{'matches': ['ABC', '(?i)abc']}", "null", "true"},
    {"{'matches': [7, '7']}", "null", "false"},
    {"{'matches': [{'var': 's'}, 'b+']}", "{'s': 'aabbb'}", "true"},
};

START_TEST(rules_give_the_standard_answer)
{
	const struct row *row = &rows[_i];
	json_t *rule = json_of(row->rule), *data = json_of(row->data), *want = json_of(row->want), *got = NULL;
	struct logic *l = NULL;
	struct arena *scratch = arena_new(0);
	struct err e = {0};
	ck_assert_msg(logic_compile(rule, "", &l, &e) == ST_OK, "%s: %s", row->rule, e.detail);
	ck_assert_int_eq(logic_apply(l, data, scratch, &got, &e), ST_OK);
	char *text = json_dumps(got, JSON_ENCODE_ANY), *wanted = json_dumps(want, JSON_ENCODE_ANY);
	ck_assert_msg(json_equal(got, want), "%s over %s is %s, not %s", row->rule, row->data, wanted, text);
	free(text);
	free(wanted);
	json_decref(got);
	json_decref(want);
	json_decref(data);
	json_decref(rule);
	logic_free(&l);
	arena_free(&scratch);
}
END_TEST

static const struct {
	const char *rule, *pointer, *code;
} broken[] = {
    {"{'equals': [1, 1]}", "/r/equals", "operator_unknown"},
    {"{'and': [true, {'foo': 1}]}", "/r/and/1/foo", "operator_unknown"},
    {"{'!': {'bar': 1}}", "/r/!/bar", "operator_unknown"},
    {"{'==': [1, 1], '!=': [1, 2]}", "/r", "rule_invalid"},
    {"[1, {'a/b': 1}]", "/r/1/a~1b", "operator_unknown"},
    {"{'matches': ['a', '(']}", "/r/matches/1", "rule_invalid"},
    {"{'matches': ['a', {'var': 'p'}]}", "/r/matches/1", "rule_invalid"},
    {"{'between': [1, 2]}", "/r/between", "rule_invalid"},
    {"{'starts_with': 'a'}", "/r/starts_with", "rule_invalid"},
    {"{'seen': ['x']}", "/r/seen", "name_unavailable"},
    {"{'var': ['a', {'nope': 1}]}", "/r/var/1/nope", "operator_unknown"},
    {"{'map': [[1], {'nope': 1}]}", "/r/map/1/nope", "operator_unknown"},
};

START_TEST(broken_rules_are_refused_where_they_break)
{
	json_t *rule = json_of(broken[_i].rule);
	struct logic *l = NULL;
	struct err e = {0};
	ck_assert_int_eq(logic_compile(rule, "/r", &l, &e), ST_INVALID);
	ck_assert_ptr_null(l);
	ck_assert_str_eq(e.pointer, broken[_i].pointer);
	ck_assert_str_eq(e.code, broken[_i].code);
	json_decref(rule);
}
END_TEST

/* `{"!": {"!": ... true}}`, n deep. */
static json_t *nested(int n)
{
	json_t *rule = json_true();
	for (int i = 0; i < n; i++)
		rule = json_pack("{s:o}", "!", rule);
	return rule;
}

START_TEST(depth_and_size_are_bounded)
{
	struct logic *l = NULL;
	struct err e = {0};
	json_t *fits = nested(64), *deep = nested(65), *wide = json_array();
	ck_assert_int_eq(logic_compile(fits, "/r", &l, &e), ST_OK);
	logic_free(&l);
	ck_assert_int_eq(logic_compile(deep, "/r", &l, &e), ST_TOO_LARGE);
	ck_assert_str_eq(e.code, "rule_too_large");
	ck_assert_str_eq(e.pointer, "/r");
	/* The list counts as one of the 10,000. */
	for (int i = 0; i < 9999; i++)
		json_array_append_new(wide, json_integer(i));
	ck_assert_int_eq(logic_compile(wide, "/r", &l, &e), ST_OK);
	logic_free(&l);
	json_array_append_new(wide, json_integer(9999));
	ck_assert_int_eq(logic_compile(wide, "/r", &l, &e), ST_TOO_LARGE);
	ck_assert_str_eq(e.code, "rule_too_large");
	json_decref(fits);
	json_decref(deep);
	json_decref(wide);
}
END_TEST

START_TEST(a_pattern_is_bounded)
{
	char text[1002];
	struct err e = {0};
	for (size_t n = 1000; n <= 1001; n++) {
		struct logic *l = NULL;
		memset(text, 'a', n);
		text[n] = '\0';
		json_t *rule = json_pack("{s:[s,s]}", "matches", "a", text);
		enum status st = logic_compile(rule, "/r", &l, &e);
		ck_assert_int_eq(st, n == 1000 ? ST_OK : ST_INVALID);
		json_decref(rule);
		logic_free(&l);
	}
	ck_assert_str_eq(e.code, "rule_invalid");
	ck_assert_str_eq(e.pointer, "/r/matches/1");
	ck_assert_ptr_nonnull(strstr(e.detail, "1000 bytes"));
}
END_TEST

static void apply_is(const char *text, const char *data_text, enum status want)
{
	json_t *rule = json_of(text), *data = json_of(data_text), *got = NULL;
	struct logic *l = NULL;
	struct arena *scratch = arena_new(0);
	struct err e = {0};
	ck_assert_int_eq(logic_compile(rule, "", &l, &e), ST_OK);
	ck_assert_int_eq(logic_apply(l, data, scratch, &got, &e), want);
	ck_assert(want == ST_OK || got == NULL);
	json_decref(got);
	json_decref(rule);
	json_decref(data);
	logic_free(&l);
	arena_free(&scratch);
}

START_TEST(work_is_bounded)
{
	/* Of n items the inner list is looked through for each: n * (1 + n * (1 + 2)) steps. */
	static const char rule[] = "{'filter': [{'var': ''}, {'reduce': [{'merge': LIST}, {'+': [{'var': 'accumulator'}, {'var': 'current'}]}, 0]}]}";
	struct buf list = BUF_INIT, small = BUF_INIT, large = BUF_INIT;
	const char *at = strstr(rule, "LIST");
	buf_puts(&list, "[0");
	for (int i = 1; i < 600; i++)
		buf_puts(&list, ", 1");
	buf_puts(&list, "]");
	buf_put(&large, rule, (size_t)(at - rule));
	buf_puts(&large, list.data);
	buf_puts(&large, at + 4);
	buf_put(&small, rule, (size_t)(at - rule));
	buf_puts(&small, "[1, 2]");
	buf_puts(&small, at + 4);
	apply_is(small.data, list.data, ST_OK);
	apply_is(large.data, list.data, ST_TOO_LARGE);
	/* Memory: a text that doubles 30 times. */
	apply_is("{'reduce': [[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30],"
		 "{'cat': [{'var': 'accumulator'}, {'var': 'accumulator'}]}, 'a']}", "null", ST_TOO_LARGE);
	apply_is("{'matches': ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', '^(a+)+$']}", "null", ST_TOO_LARGE);
	apply_is("{'matches': ['aaaa', '^(a+)+$']}", "null", ST_OK);
	buf_free(&list);
	buf_free(&small);
	buf_free(&large);
}
END_TEST

START_TEST(truth_of_json)
{
	static const struct {
		const char *value;
		bool truthy;
	} values[] = {{"null", false}, {"false", false}, {"true", true}, {"0", false}, {"-1", true}, {"''", false},
	    {"'0'", true}, {"[]", false}, {"[0]", true}, {"{}", true}, {"0.5", true}};
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		json_t *v = json_of(values[i].value);
		ck_assert_msg(logic_truthy(v) == values[i].truthy, "%s", values[i].value);
		json_decref(v);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/logic");
	TCase *c = tcase_create("logic");
	tcase_add_loop_test(c, rules_give_the_standard_answer, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(c, broken_rules_are_refused_where_they_break, 0, sizeof(broken) / sizeof(*broken));
	tcase_add_test(c, depth_and_size_are_bounded);
	tcase_add_test(c, a_pattern_is_bounded);
	tcase_add_test(c, work_is_bounded);
	tcase_add_test(c, truth_of_json);
	suite_add_tcase(s, c);
	return run_suite(s);
}
