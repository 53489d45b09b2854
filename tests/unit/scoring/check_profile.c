/* profile: whose leads a model is for. */
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

int main(void)
{
	Suite *s = suite_create("scoring/profile");
	TCase *c = tcase_create("profile");
	tcase_add_test(c, a_model_is_for_some_leads);
	tcase_add_test(c, a_model_is_for_all_or_none);
	suite_add_tcase(s, c);
	return run_suite(s);
}
