/* review: the difference of two conditions told as a threshold or whole, and lists that changed their order or much. */
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

/* Differences as lines; arena-owned. */
static const char *told(const json_t *before, const json_t *after, enum model_language language)
{
	struct model_difference *d;
	size_t n;
	struct buf b = BUF_INIT;
	ck_assert(model_differences(before, after, language, arena, &d, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s %s %s\n", d[i].kind, d[i].pointer, d[i].sentence);
	const char *text = arena_strndup(arena, b.data ? b.data : "", b.len);
	buf_free(&b);
	return text;
}

static const char *stage_told(const char *before, const char *after, enum model_language language)
{
	json_t *a = json_pack("{s:[{s:s,s:o}]}", "stages", "stage", "mql", "when", json_of(before)),
	       *b = json_pack("{s:[{s:s,s:o}]}", "stages", "stage", "mql", "when", json_of(after));
	const char *text = told(a, b, language);
	json_decref(a);
	json_decref(b);
	return text;
}

/* A stage's condition before and after. */
#define SCORE(n) "{'>=': [{'var': 'score'}, " n "]}"
static const struct {
	const char *before, *after, *en;
} conditions[] = {
    {SCORE("80"), SCORE("80"), ""},
    {SCORE("80"), SCORE("80.5"), "MQL threshold from 80 to 80.5"},
    {SCORE("79.25"), SCORE("80.5"), "MQL threshold from 79.25 to 80.5"},
    {"{'<=': [80, {'var': 'score'}]}", "{'<=': [90, {'var': 'score'}]}", "MQL threshold from 80 to 90"},
    {"{'and': [" SCORE("80") ", {'seen': 'x'}]}", "{'and': [" SCORE("90") ", {'seen': 'x'}]}",
	"MQL threshold from 80 to 90"},
    /* More than the number: the condition as a whole. */
    {SCORE("80"), "{'>': [{'var': 'score'}, 80]}", "MQL condition from score ≥ 80 to score > 80"},
    {SCORE("80"), "{'>=': [{'var': 'fit'}, 80]}", "MQL condition from score ≥ 80 to fit ≥ 80"},
    {"{'>=': [{'var': 'fit'}, 80]}", "{'>=': [{'var': 'fit'}, 90]}", "MQL condition from fit ≥ 80 to fit ≥ 90"},
    {SCORE("80"), SCORE("'80'"), "MQL condition from score ≥ 80 to score ≥ \"80\""},
    {SCORE("80"), "{'>=': [{'var': 'score'}, 80, 1]}",
	"MQL condition from score ≥ 80 to {\">=\":[{\"var\":\"score\"},80,1]}"},
    {"{'and': [" SCORE("80") ", {'>=': [{'var': 'fit'}, 10]}]}",
	"{'and': [" SCORE("90") ", {'>=': [{'var': 'fit'}, 20]}]}",
	"MQL condition from score ≥ 80 and fit ≥ 10 to score ≥ 90 and fit ≥ 20"},
    {"{'and': [" SCORE("80") ", {'in': [{'var': 'country'}, ['CN']]}]}",
	"{'and': [" SCORE("80") ", {'in': [{'var': 'country'}, ['CN', 'DE']]}]}",
	"MQL condition from score ≥ 80 and country is \"CN\" to score ≥ 80 and country is \"CN\" or \"DE\""},
    {SCORE("80"), "true", "MQL condition from score ≥ 80 to always"},
    {"true", "false", "MQL condition from always to never"},
    {"5", "6", "MQL condition from 5 to 6"},
    {"{'var': 'a'}", "{'var': ['a', 1]}", "MQL condition from a to a"},
};

START_TEST(a_threshold_or_the_whole_condition)
{
	const char *got = stage_told(conditions[_i].before, conditions[_i].after, LANGUAGE_EN);
	if (!*conditions[_i].en) {
		ck_assert_str_eq(got, "");
		return;
	}
	const char *want = arena_printf(arena, "changed /stages/0/when %s\n", conditions[_i].en);
	ck_assert_str_eq(got, want);
	bool threshold = strstr(want, "threshold") != NULL;
	ck_assert_int_eq(
	    strstr(stage_told(conditions[_i].before, conditions[_i].after, LANGUAGE_ZH), "MQL 门槛") != NULL,
	    threshold);
	/* The same back again. */
	ck_assert_int_eq(
	    strstr(stage_told(conditions[_i].after, conditions[_i].before, LANGUAGE_EN), "threshold") != NULL,
	    threshold);
}
END_TEST

START_TEST(an_order_is_told_once)
{
	json_t *a = json_of("{'stages': [{'stage': 'mql', 'when': true}, {'stage': 'sal', 'when': true}], 'tags': "
			    "[{'tag': 'a', 'when': true}, {'tag': 'b', 'when': true},"
			    " {'tag': 'c', 'when': true}]}"),
	       *b = json_of("{'stages': [{'stage': 'sal', 'when': true}, {'stage': 'mql', 'when': true}], 'tags': "
			    "[{'tag': 'c', 'when': true}, {'tag': 'b', 'when': true},"
			    " {'tag': 'a', 'when': true}]}");
	ck_assert_str_eq(told(a, b, LANGUAGE_EN),
	    "changed /stages The order of stages changed\nchanged /tags The order of Tags changed\n");
	ck_assert_str_eq(told(a, b, LANGUAGE_ZH), "changed /stages 阶段的顺序变了\nchanged /tags 标签的顺序变了\n");
	json_decref(a);
	json_decref(b);
}
END_TEST

START_TEST(many_differences_are_all_told)
{
	json_t *before = json_array(), *after = json_array();
	enum { N = 70 };
	for (int i = 0; i < N; i++) {
		char id[20];
		snprintf(id, sizeof(id), "r%d", i);
		json_array_append_new(before, json_pack("{s:s,s:i,s:b}", "id", id, "points", i, "when", 1));
		json_array_append_new(after, json_pack("{s:s,s:f,s:b}", "id", id, "points", i + 0.5, "when", 1));
	}
	json_t *a = json_pack("{s:{s:o}}", "fit", "rules", before), *b = json_pack("{s:{s:o}}", "fit", "rules", after);
	struct model_difference *d;
	size_t n;
	ck_assert(model_differences(a, b, LANGUAGE_EN, arena, &d, &n));
	ck_assert_uint_eq(n, N);
	for (size_t i = 0; i < n; i++) {
		ck_assert_str_eq(d[i].pointer, arena_printf(arena, "/fit/rules/%zu/points", i));
		ck_assert_str_eq(
		    d[i].sentence, arena_printf(arena, "Rule \"r%zu\": points from %zu to %zu.5", i, i, i));
	}
	json_decref(a);
	json_decref(b);
}
END_TEST

/* One field of a rule of events, in words. */
static const struct {
	const char *before, *after, *en, *zh;
} fields[] = {
    {"'limit': {'times': 2}", "'limit': {'per': 'event'}", "limit from 2 in all to 1 per event",
	"频次 总共 2 次 → 每次 1 次"},
    {"'limit': {'cooldown': 'P1D'}", "'limit': {'times': 3, 'per': 'month'}", "limit from P1D apart to 3 per month",
	"频次 间隔 P1D → 每月 3 次"},
    {"'limit': {'per': 'ever'}", "'limit': null", "limit from 1 in all to none", "频次 总共 1 次 → 无"},
    {"'decay': {'none': true}", "'decay': {'half_life': 'P7D'}", "decay from none to half-life P7D",
	"衰减 无 → 半衰期 P7D"},
    {"'on': 'x'", "'on': ['x', 'y']", "events from \"x\" to \"x\", \"y\"", "事件 “x” → “x”、“y”"},
    {"'min': 0", "'min': -2.5", "minimum from 0 to -2.5", "下限 0 → -2.5"},
    {"'tags': []", "'tags': ['a:b']", "tags from [] to \"a:b\"", "标签 [] → “a:b”"},
    {"'where': true", "'where': {'==': [{'var': 'type'}, 'x']}", "condition from always to type is \"x\"",
	"条件 恒成立 → type为“x”"},
    {"'inactive_for': {'after': 'P1D'}", "'inactive_for': {'after': 'P1D', 'repeat': true}",
	"silence from {\"after\":\"P1D\"} to {\"after\":\"P1D\",\"repeat\":true}",
	"沉默条件 {\"after\":\"P1D\"} → {\"after\":\"P1D\",\"repeat\":true}"},
};

START_TEST(fields_in_words)
{
	char text[300];
	json_t *doc[2];
	for (int i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "{'engagement': {'rules': [{'id': 'r', %s}]}}",
		    i ? fields[_i].after : fields[_i].before);
		doc[i] = json_of(text);
	}
	const char *en = told(doc[0], doc[1], LANGUAGE_EN), *zh = told(doc[0], doc[1], LANGUAGE_ZH);
	ck_assert_msg(strstr(en, arena_printf(arena, " Rule \"r\": %s\n", fields[_i].en)), "%s", en);
	ck_assert_msg(strstr(zh, arena_printf(arena, " 规则「r」%s\n", fields[_i].zh)), "%s", zh);
	json_decref(doc[0]);
	json_decref(doc[1]);
}
END_TEST

/* A label in two languages, and what of it each language shows. */
START_TEST(labels_by_language)
{
	static const struct {
		const char *label, *en, *zh;
	} labels[] = {{"定价页 / Pricing", "Pricing", "定价页"}, {"Pricing / 定价页", "Pricing", "定价页"},
	    {"Pricing / Plans", "Pricing / Plans", "Pricing / Plans"}, {"定价 / 价格", "定价 / 价格", "定价 / 价格"},
	    {"Pricing", "Pricing", "Pricing"}, {"a/b", "a/b", "a/b"}, {" / x", " / x", " / x"}};
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		json_t *a = json_of("{}"),
		       *b = json_pack("{s:{s:[{s:s,s:s}]}}", "fit", "rules", "id", "r", "label", labels[i].label);
		ck_assert_str_eq(told(a, b, LANGUAGE_EN),
		    arena_printf(arena, "added /fit/rules/0 Rule \"%s\" added\n", labels[i].en));
		ck_assert_str_eq(told(b, a, LANGUAGE_ZH),
		    arena_printf(arena, "removed /fit/rules/0 规则「%s」删除\n", labels[i].zh));
		json_decref(a);
		json_decref(b);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/review_diff");
	TCase *c = tcase_create("diff");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, a_threshold_or_the_whole_condition, 0, sizeof(conditions) / sizeof(*conditions));
	tcase_add_test(c, an_order_is_told_once);
	tcase_add_test(c, many_differences_are_all_told);
	tcase_add_loop_test(c, fields_in_words, 0, sizeof(fields) / sizeof(*fields));
	tcase_add_test(c, labels_by_language);
	suite_add_tcase(s, c);
	return run_suite(s);
}
