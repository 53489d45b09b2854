/* profile: whose leads a model is for; criteria, their weight and what is told of them. */
#include "scoring_check.h"

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

int main(void)
{
	Suite *s = suite_create("scoring/profile");
	TCase *c = tcase_create("profile");
	tcase_add_test(c, a_model_is_for_some_leads);
	tcase_add_test(c, a_model_is_for_all_or_none);
	tcase_add_test(c, criteria_weigh);
	tcase_add_test(c, criteria_are_told_with_weight_part_and_dimension);
	suite_add_tcase(s, c);
	return run_suite(s);
}
