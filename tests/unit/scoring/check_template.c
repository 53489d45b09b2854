/* template: each compiles, covers the parts and dimensions of a profile, speaks two languages, and can be reached. */
#include "scoring_check.h"

#include "scoring/template.h"

static bool has_chinese(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0xE3 && (unsigned char)*s <= 0xE9)
			return true;
	return false;
}

/* "甲 / A" */
static void in_two_languages(const json_t *v, const char *what)
{
	const char *text = json_string_value(v), *slash = text ? strstr(text, " / ") : NULL;
	ck_assert_msg(slash != NULL, "%s: %s", what, text ? text : "none");
	char *first = strndup(text, (size_t)(slash - text));
	ck_assert_msg(has_chinese(first) && !has_chinese(slash), "%s: %s", what, text);
	free(first);
}

static const json_t *at(const json_t *doc, const char *part, const char *list)
{
	return json_object_get(json_object_get(doc, part), list);
}

static void labels_of(const json_t *list)
{
	size_t i;
	json_t *item;
	json_array_foreach(list, i, item)
	    in_two_languages(json_object_get(item, "label"), json_string_value(json_object_get(item, "id")));
}

static bool some_is(const json_t *criteria, const char *key, const char *value)
{
	for (size_t i = 0; i < json_array_size(criteria); i++) {
		const char *said = json_string_value(json_object_get(json_array_get(criteria, i), key));
		if (said && strcmp(said, value) == 0)
			return true;
	}
	return false;
}

static json_t *document_of(int i)
{
	size_t n;
	json_error_t why;
	const struct model_template *t = model_templates(&n);
	ck_assert_uint_eq(n, 5);
	json_t *doc = json_loads(t[i].document, JSON_REJECT_DUPLICATES, &why);
	ck_assert_msg(doc != NULL, "%s: line %d: %s", t[i].name, why.line, why.text);
	ck_assert_ptr_eq(model_template_find(t[i].name), &t[i]);
	return doc;
}

START_TEST(a_template_compiles)
{
	json_t *doc = document_of(_i);
	struct model *m = NULL;
	struct err e = {0};
	ck_assert_msg(model_compile(doc, 1, &m, NULL, &e) == ST_OK, "%s: %s", e.pointer, e.detail);
	ck_assert(model_applies_always(m)); /* the primary model is everybody's */
	model_unref(&m);
	json_decref(doc);
}
END_TEST

START_TEST(a_template_covers_what_a_profile_has)
{
	static const char *const parts[] = {"industry", "company", "person"}, *const dimensions[] = {"base", "pain",
										  "decision", "purchasing_power",
										  "behaviour", "long_term_value"};
	static const char *const labels[] = {"基础:", "痛点:", "决策:", "购买力:", "行为:", "长期价值:"};
	json_t *doc = document_of(_i);
	const json_t *criteria = at(doc, "icp", "criteria");
	char *text = json_dumps(doc, JSON_COMPACT);
	in_two_languages(json_object_get(doc, "name"), "name");
	if (_i > 0)
		in_two_languages(json_object_get(doc, "description"), "description");
	labels_of(at(doc, "fit", "rules"));
	labels_of(at(doc, "engagement", "rules"));
	labels_of(at(doc, "engagement", "groups"));
	labels_of(at(doc, "icp", "exclusions"));
	labels_of(json_object_get(doc, "stages"));
	labels_of(json_object_get(doc, "tags"));
	labels_of(criteria);
	for (size_t i = 0; i < json_array_size(criteria); i++)
		in_two_languages(json_object_get(json_array_get(criteria, i), "ask"), "ask");
	for (size_t i = 0; i < 3; i++)
		ck_assert_msg(some_is(criteria, "part", parts[i]), "no criterion of %s", parts[i]);
	/* The default model is older than the labels. */
	for (size_t i = 0; i < 6 && _i > 0; i++) {
		ck_assert_msg(some_is(criteria, "dimension", dimensions[i]), "no criterion of %s", dimensions[i]);
		ck_assert_msg(strstr(text, labels[i]) != NULL, "no tag %s", labels[i]);
	}
	free(text);
	json_decref(doc);
}
END_TEST

/* One lead of whom all is known that the template asks for: A and an SAL; of whom nothing is known: D, and no stage. */
static const struct {
	const char *name, *patch, *event;
} ideal[] = {
    {"b2b_software",
	"{'title': 'CEO', 'company': {'industry': 'E-Commerce', 'employees': 300, 'stage': '成长期', 'technologies': "
	"['x']}, "
	"'needs': {'pains': ['手工录单'], 'budget': 400000, 'purchase_within_days': 0}, 'decision': {'role': "
	"'Decision-Maker', 'cycle_days': 30}, "
	"'value': {'potential': 'high', 'reference': true}}",
	"demo_request"},
    {"b2b_manufacturing",
	"{'title': '采购总监', 'company': {'industry': '汽配', 'employees': 500, 'annual_revenue': 90000000}, 'needs': "
	"{'pains': ['交期太长'], "
	"'budget': 600000, 'purchase_within_days': 30}, 'decision': {'role': 'Purchasing'}, 'value': {'potential': "
	"'高', 'annual_spend': 3000000}, "
	"'attributes': {'certificates': ['ISO 9001']}}",
	"sample_request"},
    {"b2c_education",
	"{'phone': '+8613800138000', 'attributes': {'goal': 'Career change', 'life_stage': '工作三年以内', 'age': 26, "
	"'monthly_income': 9000, 'hours_per_week': 8}, "
	"'needs': {'budget': 5000, 'purchase_within_days': 60}, 'decision': {'role': 'self'}, 'value': {'reference': "
	"true}}",
	"trial_start"},
    {"b2c_home",
	"{'city': '杭州', 'attributes': {'scene': '毛坯', 'area_m2': 110, 'own_use': true}, 'needs': {'pains': "
	"['怕增项'], 'budget': 250000, "
	"'purchase_within_days': 60}, 'decision': {'role': 'couple'}, 'source': {'channel': 'referral'}}",
	"measure_booked"},
};

START_TEST(an_ideal_customer_is_seen)
{
	json_t *doc = document_of(_i);
	struct model *m = NULL;
	ck_assert_str_eq(model_template_find(ideal[_i - 1].name)->document, model_templates(&(size_t){0})[_i].document);
	ck_assert_int_eq(model_compile(doc, 1, &m, NULL, NULL), ST_OK);
	struct scoring_lead *best = lead_of(m), *nobody = lead_of(m);
	happen(best, T0, "form_submit", NULL, ideal[_i - 1].patch, NULL);
	ck_assert_int_eq(view_of(best).tier, 'A');
	happen(best, T0 + 1, ideal[_i - 1].event, NULL, NULL, NULL);
	happen(best, T0 + DAY, "quote_request", NULL, NULL, NULL);
	ck_assert_msg(view_of(best).stage == STAGE_SAL, "%s: %d points", ideal[_i - 1].name, view_of(best).shown_total);
	ck_assert(has_tag(best, "行为:高意向"));
	happen(nobody, T0, "page_view", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(nobody).tier, 'D');
	ck_assert_int_eq(view_of(nobody).stage, STAGE_LEAD);
	scoring_lead_free(&best);
	scoring_lead_free(&nobody);
	model_unref(&m);
	json_decref(doc);
}
END_TEST

START_TEST(there_is_no_other_template)
{
	ck_assert_ptr_null(model_template_find("b2b"));
	ck_assert_ptr_null(model_template_find(""));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/template");
	TCase *c = tcase_create("template");
	tcase_add_loop_test(c, a_template_compiles, 0, 5);
	tcase_add_loop_test(c, a_template_covers_what_a_profile_has, 0, 5);
	tcase_add_loop_test(c, an_ideal_customer_is_seen, 1, 5);
	tcase_add_test(c, there_is_no_other_template);
	suite_add_tcase(s, c);
	return run_suite(s);
}
