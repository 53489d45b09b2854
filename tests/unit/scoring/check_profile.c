/* profile: whose leads a model is for; criteria, their weight and what is told of them. */
#include "scoring_check.h"

#include "scoring/taxonomy.h"

/* After an event with this patch the model is for the lead, or not. */
static void applies(struct model *m, const char *patch, bool wanted)
{
	struct scoring_lead *l = lead_of(m);
	struct buf state = BUF_INIT;
	happen(l, T0, "page_view", NULL, patch, NULL);
	ck_assert_msg(scoring_lead_applies(l) == wanted, "with %s", patch);
	/* A stored lead says the same, and scoring goes on whoever the model is for. */
	save(l, &state);
	char *profile = json_dumps(scoring_lead_profile(l), 0);
	struct scoring_lead *loaded = NULL;
	ck_assert_int_eq(scoring_lead_load(m, profile, state.data, state.len, &loaded, NULL), ST_OK);
	ck_assert(scoring_lead_applies(loaded) == wanted);
	ck_assert_int_eq(view_of(loaded).total, 7000);
	scoring_lead_free(&loaded);
	free(profile);
	buf_free(&state);
	scoring_lead_free(&l);
}

START_TEST(a_model_is_for_some_leads)
{
	struct model *m =
	    model_of("{'time_zone': '+08:00', 'applies_when': {'in': [{'var': 'title_level'}, ['c_level', 'vp']]}, "
		     "'fit': {'rules': [{'id': 'seven', 'when': true, 'points': 7}]}}");
	ck_assert(!model_applies_always(m));
	ck_assert_str_eq(model_time_zone(m), "+08:00");
	applies(m, "{'title': 'CEO'}", true);
	applies(m, "{'title': 'clerk'}", false);
	applies(m, NULL, false);
	struct scoring_lead *l = lead_of(m);
	ck_assert(!scoring_lead_applies(l));
	happen(l, T0, "page_view", NULL, "{'title': 'CEO'}", NULL);
	happen(l, T0 + 1, "profile_updated", NULL, "{'title': null}", NULL);
	ck_assert(!scoring_lead_applies(l));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(a_model_is_for_all_or_none)
{
	static const struct {
		const char *model;
		bool always, applies;
	} cases[] = {{"{}", true, true}, {"{'applies_when': true}", true, true},
	    {"{'applies_when': {'<': [1, 2]}}", true, true}, {"{'applies_when': false}", false, false},
	    {"{'applies_when': {'var': ['no', 1]}}", false, true}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct model *m = model_of(cases[i].model);
		struct scoring_lead *l = lead_of(m);
		ck_assert_msg(model_applies_always(m) == cases[i].always, "%s", cases[i].model);
		ck_assert_msg(scoring_lead_applies(l) == cases[i].applies, "%s", cases[i].model);
		ck_assert_str_eq(model_time_zone(m), "UTC");
		scoring_lead_free(&l);
		model_unref(&m);
	}
}
END_TEST

#define WEIGHTS                                                                                                        \
	"{'icp': {'criteria': [{'id': 'a', 'when': {'var': 'a'}, 'weight': 0.001, 'part': 'company', "                 \
	"'dimension': 'base'}, {'id': 'b', 'when': {'var': 'b'}, 'weight': 0.499}, {'id': 'c', 'when': {'var': 'c'}, " \
	"'weight': 999.5}, {'id': 'd', 'when': {'var': 'd'}, 'core': false, 'weight': 1000}], "                        \
	"'tiers': {'A': 99.951, 'B': 99.95, 'C': 0.05}}}"

/* Of 1000 in all; a tier is reached to the thousandth or not at all. */
START_TEST(criteria_weigh)
{
	static const struct {
		const char *patch;
		char tier;
	} cases[] = {{"{'a': 1, 'b': 1, 'c': 1}", 'A'}, {"{'b': 1, 'c': 1}", 'A'}, {"{'a': 1, 'c': 1}", 'B'},
	    {"{'c': 1}", 'B'}, {"{'a': 1, 'b': 1}", 'C'}, {"{'b': 1}", 'D'}, {"{'a': 1}", 'D'}, {"{'d': 1}", 'D'},
	    {"{}", 'D'}};
	struct model *m = model_of(WEIGHTS);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scoring_lead *l = lead_of(m);
		happen(l, T0, "profile_updated", NULL, cases[i].patch, NULL);
		ck_assert_msg(view_of(l).tier == cases[i].tier, "%s: %c", cases[i].patch, view_of(l).tier);
		scoring_lead_free(&l);
	}
	model_unref(&m);
	/* Equal weights, whatever they are, are as none. */
	m = model_of("{'icp': {'criteria': [{'id': 'a', 'when': true, 'weight': 0.003}, {'id': 'b', 'when': true, "
		     "'weight': 0.003}, {'id': 'c', 'when': {'var': 'c'}, 'weight': 0.003}], 'tiers': {'A': 66.667, "
		     "'B': 66.666}}}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).tier, 'B');
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(criteria_are_told_with_weight_part_and_dimension)
{
	struct model *m = model_of(WEIGHTS);
	struct scoring_event ev = event_at(T0, 1, "profile_updated");
	struct explanation x;
	ck_assert_int_eq(scoring_explain(m, &ev, 1, T0, &x, NULL), ST_OK);
	ck_assert_uint_eq(x.n_criteria, 4);
	static const int64_t weights[] = {1, 499, 999500, 1000000};
	for (size_t i = 0; i < 4; i++) {
		ck_assert_int_eq(x.criteria[i].weight, weights[i]);
		ck_assert(x.criteria[i].core == (i < 3));
	}
	ck_assert_str_eq(x.criteria[0].part, "company");
	ck_assert_str_eq(x.criteria[0].dimension, "base");
	ck_assert_ptr_null(x.criteria[1].part);
	ck_assert_ptr_null(x.criteria[1].dimension);
	scoring_explanation_free(&x);
	model_unref(&m);
}
END_TEST

#define INDUSTRY                                                                                                       \
	"'taxonomies': {'industry': {'attribute': 'company.industry', 'entries': ["                                    \
	"{'value': '制造业-汽车零部件', 'synonyms': ['汽配', 'Auto  Parts', 'auto·parts']}, "               \
	"{'value': 'Straße', 'synonyms': []}, {'value': '跨境电商'}]}, "                                          \
	"'level': {'attribute': 'title_level', 'entries': [{'value': 'boss', 'synonyms': ['c-level']}]}}"

/* One taxonomy, as every context sees it, for an industry spelled so. */
START_TEST(free_text_finds_its_spelling)
{
	static const struct {
		const char *patch, *value; /* NULL: absent */
	} cases[] = {{"{'company': {'industry': '汽配'}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': '  汽配 '}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': '制造业／汽车零部件'}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': '制造业 —＞ 汽车零部件'}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': 'ＡＵＴＯ_PARTS>'}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': 'auto\\u200bparts'}}", NULL},
	    {"{'company': {'industry': 'auto\\u2011par\\u00adts'}}", "制造业-汽车零部件"},
	    {"{'company': {'industry': 'autoparts'}}", NULL}, {"{'company': {'industry': 'STRASSE'}}", "Straße"},
	    {"{'company': {'industry': '跨境电商平台'}}", NULL}, {"{'company': {'industry': '--'}}", NULL},
	    {"{'company': {'industry': ''}}", NULL}, {"{'company': {'industry': ['汽配']}}", NULL},
	    {"{'company': {'industry': 5}}", NULL}, {"{'company': '汽配'}", NULL}, {NULL, NULL}};
	struct model *m = model_of(
	    "{" INDUSTRY ", 'fit': {'rules': [{'id': 'f', 'when': {'var': 'taxonomy.industry'}, 'points': 1}]}, "
	    "'engagement': {'rules': [{'id': 'e', 'on': 'x', 'where': {'var': 'taxonomy.industry'}, 'points': 10}, "
	    "{'id': 'computed', 'on': 'x', 'where': {'var': {'cat': ['taxonomy.', 'industry']}}, 'points': 100}, "
	    "{'id': 'none', 'on': 'x', 'where': {'var': {'cat': ['taxonomy.', 'nope']}}, 'points': 1000}]}, "
	    "'icp': {'criteria': [{'id': 'c', 'when': {'==': [{'var': 'taxonomy.industry'}, '制造业-汽车零部件']}}, "
	    "{'id': 'd', 'when': {'missing': ['taxonomy.industry']}}]}, "
	    "'stages': [{'stage': 'mql', 'when': {'in': ['汽车', {'var': ['taxonomy.industry', '']}]}}], "
	    "'tags': [{'tag': 'car', 'when': {'===': [{'var': 'taxonomy.industry'}, '制造业-汽车零部件']}}]}");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool found = cases[i].value, car = found && strcmp(cases[i].value, "Straße") != 0;
		struct scoring_event ev = event_at(T0, 1, "x");
		struct explanation x;
		ev.patch = json_of(cases[i].patch);
		ck_assert_int_eq(scoring_explain(m, &ev, 1, T0, &x, NULL), ST_OK);
		ck_assert_msg(
		    x.view.total == (found ? 111000 : 0), "%s: %lld", cases[i].patch, (long long)x.view.total);
		ck_assert_msg(x.criteria[0].met == (car        ? 1
						       : found ? 0
							       : -1),
		    "%s: %d", cases[i].patch, x.criteria[0].met);
		ck_assert_int_eq(x.criteria[1].met, found ? 0 : 1);
		ck_assert_int_eq(x.view.stage, car ? STAGE_MQL : STAGE_LEAD);
		scoring_explanation_free(&x);
		struct scoring_lead *l = lead_of(m);
		ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
		ck_assert(has_tag(l, "car") == car);
		scoring_lead_free(&l);
		json_decref(ev.patch);
	}
	model_unref(&m);
}
END_TEST

START_TEST(a_taxonomy_follows_the_profile)
{
	struct model *m = model_of(
	    "{" INDUSTRY ", 'applies_when': {'var': 'taxonomy.level'}, "
	    "'fit': {'rules': [{'id': 'f', 'when': {'==': [{'var': 'taxonomy.industry.length'}, null]}, 'points': 1}, "
	    "{'id': 'g', 'when': {'==': [{'var': 'taxonomy.industry'}, '跨境电商']}, 'points': 10}]}}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "x", NULL, "{'company': {'industry': '跨境 电商'}, 'title': '总裁'}", NULL);
	ck_assert_int_eq(view_of(l).total, 1000);
	ck_assert(scoring_lead_applies(l)); /* folded, `c_level` is `c-level` */
	happen(l, T0 + 1, "x", NULL, "{'company': {'industry': '跨境电商'}}", NULL);
	ck_assert_int_eq(view_of(l).total, 11000);
	happen(l, T0 + 2, "x", NULL, "{'company': null}", NULL);
	ck_assert_int_eq(view_of(l).total, 1000);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

static enum status compile_sized(size_t taxonomies, size_t spellings)
{
	json_t *all = json_object();
	for (size_t i = 0; i < taxonomies; i++) {
		char name[24];
		snprintf(name, sizeof(name), "t%zu", i);
		json_t *synonyms = json_array();
		for (size_t j = 1; i == 0 && j < spellings; j++)
			json_array_append_new(synonyms, json_sprintf("s%zu", j));
		json_object_set_new(all, name,
		    json_pack("{s:s,s:[{s:s,s:o}]}", "attribute", "x", "entries", "value", "v", "synonyms", synonyms));
	}
	json_t *doc = json_pack("{s:o}", "taxonomies", all);
	struct model *m = NULL;
	struct model_faults *faults = calloc(1, sizeof(*faults));
	enum status st = model_compile(doc, 1, &m, faults, NULL);
	if (st != ST_OK)
		ck_assert_str_eq(faults->fault[0].code, "limit_exceeded");
	free(faults);
	model_unref(&m);
	json_decref(doc);
	return st;
}

START_TEST(taxonomies_are_bounded)
{
	ck_assert_int_eq(compile_sized(TAXONOMIES_MAX, 1), ST_OK);
	ck_assert_int_eq(compile_sized(TAXONOMIES_MAX + 1, 1), ST_INVALID);
	ck_assert_int_eq(compile_sized(1, TAXONOMY_SPELLINGS_MAX), ST_OK);
	ck_assert_int_eq(compile_sized(1, TAXONOMY_SPELLINGS_MAX + 1), ST_INVALID);
	ck_assert_int_eq(compile_sized(2, TAXONOMY_SPELLINGS_MAX), ST_INVALID);
}
END_TEST

static const char *member(struct scoring_lead *l, const char *object, const char *name)
{
	return json_string_value(json_object_get(json_object_get(scoring_lead_profile(l), object), name));
}

START_TEST(an_account_stands_in_for_the_company)
{
	struct model *m = model_of("{'fit': {'rules': [{'id': 'big', 'when': {'>=': [{'var': 'company.employees'}, 100]}, 'points': 10},"
				   "{'id': 'theirs', 'when': {'==': [{'var': 'account.industry'}, 'retail']}, 'points': 1}]},"
				   "'engagement': {'rules': [{'id': 'east', 'on': 'page_view', 'where': {'==': [{'var': 'company.region'}, 'East']}, 'points': 100}]},"
				   "'icp': {'criteria': [{'id': 'c', 'when': {'==': [{'var': 'company.industry'}, 'retail']}}]}}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "page_view", NULL, "{'company': {'region': 'West'}}", NULL);
	ck_assert_int_eq(view_of(l).total, 0);
	happen(l, T0 + 1, "account_joined", "{'account': {'id': 'a', 'version': 2, 'by': 'email', 'industry': 'retail', 'employees': 200, 'region': 'East'}}", NULL, NULL);
	ck_assert_int_eq(view_of(l).total, 11000);
	ck_assert_int_eq(view_of(l).tier, 'A');
	/* What the lead itself says comes first, and goes. */
	happen(l, T0 + 2, "page_view", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).total, 11000);
	happen(l, T0 + 3, "page_view", NULL, "{'company': {'region': null, 'employees': 5}}", NULL);
	ck_assert_int_eq(view_of(l).total, 101000);
	/* Of another account, or older: nothing. */
	happen(l, T0 + 4, "account_changed", "{'account': {'id': 'b', 'version': 9, 'industry': 'x'}}", NULL, NULL);
	happen(l, T0 + 5, "account_changed", "{'account': {'id': 'a', 'version': 2, 'industry': 'x'}}", NULL, NULL);
	happen(l, T0 + 6, "account_changed", "{'account': {'id': 'a', 'industry': 'x'}}", NULL, NULL);
	happen(l, T0 + 7, "account_joined", "{'account': {'version': 7, 'industry': 'x'}}", NULL, NULL);
	happen(l, T0 + 8, "account_left", "{'account_id': 'b'}", NULL, NULL);
	ck_assert_str_eq(member(l, "account", "industry"), "retail");
	happen(l, T0 + 9, "account_changed", "{'account': {'id': 'a', 'version': 3, 'industry': 'x', 'by': 'hand'}}", NULL, NULL);
	ck_assert_str_eq(member(l, "account", "industry"), "x");
	ck_assert_str_eq(member(l, "account", "by"), "email");
	ck_assert_int_eq(view_of(l).total, 100000);
	happen(l, T0 + 10, "account_left", "{'account_id': 'a'}", NULL, NULL);
	ck_assert_ptr_null(json_object_get(scoring_lead_profile(l), "account"));
	happen(l, T0 + 11, "account_left", "{'keep_out': true}", NULL, NULL);
	ck_assert_str_eq(member(l, "account", "by"), "hand");
	ck_assert(scoring_event_type_reserved("account_joined") && scoring_event_type_reserved("account_changed") && scoring_event_type_reserved("account_left"));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/profile");
	TCase *c = tcase_create("profile");
	tcase_add_test(c, a_model_is_for_some_leads);
	tcase_add_test(c, a_model_is_for_all_or_none);
	tcase_add_test(c, criteria_weigh);
	tcase_add_test(c, criteria_are_told_with_weight_part_and_dimension);
	tcase_add_test(c, free_text_finds_its_spelling);
	tcase_add_test(c, a_taxonomy_follows_the_profile);
	tcase_add_test(c, taxonomies_are_bounded);
	tcase_add_test(c, an_account_stands_in_for_the_company);
	suite_add_tcase(s, c);
	return run_suite(s);
}
