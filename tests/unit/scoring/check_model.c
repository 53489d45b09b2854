/* model: what the defaults are, how large one may be, what is told of it. What is refused: check_model_faults.c. */
#include "scoring_check.h"

#include "scoring/model.h"

static json_t *many(const char *path, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++) {
		char id[24];
		snprintf(id, sizeof(id), "r%zu", i);
		if (strcmp(path, "fit") == 0)
			json_array_append_new(list, json_pack("{s:s,s:i,s:b}", "id", id, "points", 1, "when", 1));
		else if (strcmp(path, "groups") == 0)
			json_array_append_new(list, json_pack("{s:s}", "id", id));
		else
			json_array_append_new(list, json_pack("{s:s,s:b}", "tag", id, "when", 1));
	}
	if (strcmp(path, "fit") == 0)
		return json_pack("{s:{s:o}}", "fit", "rules", list);
	if (strcmp(path, "groups") == 0)
		return json_pack("{s:{s:o}}", "engagement", "groups", list);
	return json_pack("{s:o}", "tags", list);
}

START_TEST(sizes_are_bounded)
{
	static const struct {
		const char *path;
		size_t max;
	} limits[] = {{"fit", MODEL_RULES_MAX}, {"groups", MODEL_GROUPS_MAX}, {"tags", MODEL_TAGS_MAX}};
	for (size_t i = 0; i < 3; i++) {
		struct model *m = NULL;
		struct model_faults *faults = calloc(1, sizeof(*faults));
		json_t *fits = many(limits[i].path, limits[i].max), *more = many(limits[i].path, limits[i].max + 1);
		ck_assert_int_eq(model_compile(fits, 1, &m, faults, NULL), ST_OK);
		model_unref(&m);
		ck_assert_int_eq(model_compile(more, 1, &m, faults, NULL), ST_INVALID);
		ck_assert_str_eq(faults->fault[0].code, "limit_exceeded");
		free(faults);
		json_decref(fits);
		json_decref(more);
	}
}
END_TEST

START_TEST(an_empty_model_scores_nothing)
{
	struct model *m = model_of("{}");
	struct scoring_lead *l = lead_of(m);
	ck_assert_str_eq(model_name(m), "");
	happen(l, T0, "page_view", NULL, "{'title': 'CEO'}", NULL);
	struct scoring_view v = view_of(l);
	ck_assert_int_eq(v.total, 0);
	ck_assert_int_eq(v.tier, 'D');
	ck_assert_str_eq(v.grade, "D4");
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(references_are_counted)
{
	struct model *m = model_of("{'name': 'n'}"), *again = model_ref(m), *none = NULL;
	model_unref(&m);
	ck_assert_ptr_null(m);
	ck_assert_str_eq(model_name(again), "n");
	ck_assert_int_eq(model_version(again), 1);
	model_unref(&again);
	model_unref(&none);
	model_unref(NULL);
}
END_TEST

START_TEST(rules_are_told_by_number)
{
	struct model *m = model_of("{'language': 'zh', 'fit': {'rules': [{'id': 'f', 'points': 1.5, 'when': {'>': [{'var': 'n'}, 1]}}]},"
				   " 'engagement': {'rules': [{'id': 'e', 'label': 'E', 'on': 'x', 'points': -2}]}}");
	ck_assert_str_eq(model_language(m), "zh");
	ck_assert_uint_eq(model_rule_count(m), 2);
	struct model_rule f = model_rule_at(m, 0), e = model_rule_at(m, 1);
	ck_assert(f.fit && !e.fit);
	ck_assert_str_eq(f.label, "f");
	ck_assert_int_eq(f.points, 1500);
	ck_assert_str_eq(e.id, "e");
	ck_assert_str_eq(e.label, "E");
	ck_assert_int_eq(e.points, -2000);
	struct scoring_lead *l = lead_of(m);
	ck_assert(!scoring_lead_fit_holds(l, 0));
	happen(l, T0, "x", NULL, "{'n': 2, 'title': 'CEO'}", NULL);
	ck_assert(scoring_lead_fit_holds(l, 0));
	ck_assert(!scoring_lead_fit_holds(l, 1)); /* no rule of fit */
	ck_assert_str_eq(scoring_lead_title_level(l), "c_level");
	happen(l, T0, "x", NULL, "{'n': 1, 'title': ' '}", NULL);
	ck_assert(!scoring_lead_fit_holds(l, 0));
	ck_assert_ptr_null(scoring_lead_title_level(l));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/model");
	TCase *c = tcase_create("model");
	tcase_add_test(c, sizes_are_bounded);
	tcase_add_test(c, an_empty_model_scores_nothing);
	tcase_add_test(c, references_are_counted);
	tcase_add_test(c, rules_are_told_by_number);
	suite_add_tcase(s, c);
	return run_suite(s);
}
