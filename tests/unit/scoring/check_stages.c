/* Tiers, exclusions and the stage machine: thresholds that fire once per qualification. */
#include "scoring_check.h"

#define CORE5                                                                                                          \
	"'criteria': [{'id': 'a', 'when': {'var': 'a'}}, {'id': 'b', 'when': {'var': 'b'}}, {'id': 'c', 'when': "      \
	"{'var': 'c'}}, {'id': 'd', 'when': {'var': 'd'}},"                                                            \
	"{'id': 'e', 'when': {'var': 'e'}}, {'id': 'extra', 'core': false, 'when': {'var': 'z'}}]"

START_TEST(tiers_are_exact_shares)
{
	static const struct {
		const char *tiers, *patch;
		char tier;
	} cases[] = {
	    {"", "{'a': 1, 'b': 1, 'c': 1, 'd': 1, 'e': 1}", 'A'},
	    {"", "{'a': 1, 'b': 1, 'c': 1, 'd': 1}", 'B'},
	    {"", "{'a': 1, 'b': 1, 'c': 1}", 'C'},
	    {"", "{'a': 1, 'b': 1, 'z': 1}", 'D'},
	    {"", "{}", 'D'},
	    {", 'tiers': {'A': 60, 'B': 40, 'C': 0}", "{'a': 1, 'b': 1, 'c': 1}", 'A'},
	    {", 'tiers': {'A': 60, 'B': 40, 'C': 0}", "{'a': 1, 'b': 1}", 'B'},
	    {", 'tiers': {'A': 60, 'B': 40, 'C': 0}", "{'x': 1}", 'C'},
	    {", 'tiers': {'A': 60.001, 'B': 40, 'C': 40}", "{'a': 1, 'b': 1, 'c': 1}", 'B'},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[900];
		snprintf(text, sizeof(text), "{'icp': {" CORE5 "%s}}", cases[i].tiers);
		struct model *m = model_of(text);
		struct scoring_lead *l = lead_of(m);
		ck_assert_int_eq(view_of(l).tier, 'D');
		happen(l, T0, "x", NULL, cases[i].patch, NULL);
		ck_assert_msg(view_of(l).tier == cases[i].tier, "%s: %c", cases[i].patch, view_of(l).tier);
		scoring_lead_free(&l);
		model_unref(&m);
	}
}
END_TEST

START_TEST(grades_follow_engagement)
{
	struct model *m =
	    model_of("{'grades': [3, 2, 1], 'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 1}]}}");
	struct scoring_lead *l = lead_of(m);
	static const char *const want[] = {"D4", "D3", "D2", "D1", "D1"};
	ck_assert_str_eq(view_of(l).grade, want[0]);
	for (int i = 1; i < 5; i++) {
		happen(l, T0 + i, "x", NULL, NULL, NULL);
		ck_assert_str_eq(view_of(l).grade, want[i]);
	}
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

#define UP_DOWN                                                                                                        \
	"'engagement': {'rules': [{'id': 'up', 'on': 'up', 'points': 10}, {'id': 'down', 'on': 'down', 'points': "     \
	"-10}]}"

static enum stage stage_after(
    struct scoring_lead *l, int64_t at, const char *type, const char *properties, const char *patch)
{
	happen(l, T0 + at, type, properties, patch, NULL);
	return view_of(l).stage;
}

/* mql at 30, armed again below 20, falls back. */
START_TEST(a_threshold_fires_once_per_qualification)
{
	struct model *m = model_of("{" UP_DOWN ", 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 30]}, "
					       "'rearm_below': 20, 'fall_back': true}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	stage_after(l, 0, "up", NULL, NULL);
	ck_assert_int_eq(stage_after(l, 1, "up", NULL, NULL), STAGE_LEAD);
	happen(l, T0 + 2, "up", NULL, NULL, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_MQL);
	ck_assert_uint_eq(fx.n_transitions, 1);
	ck_assert_str_eq(fx.transitions[0].from, "lead");
	ck_assert_str_eq(fx.transitions[0].to, "mql");
	ck_assert_int_eq(fx.transitions[0].cause, CAUSE_EVENT);
	ck_assert_int_eq(fx.transitions[0].total, 30000);
	ck_assert_int_eq(stage_after(l, 3, "down", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 4, "up", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 5, "down", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 6, "down", NULL, NULL), STAGE_LEAD);
	ck_assert_int_eq(stage_after(l, 7, "up", NULL, NULL), STAGE_LEAD);
	ck_assert_int_eq(stage_after(l, 8, "up", NULL, NULL), STAGE_MQL);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(a_cooldown_holds_back_and_its_end_is_an_instant)
{
	struct model *m = model_of("{" UP_DOWN ", 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}, "
					       "'rearm_below': 5, 'fall_back': true, 'cooldown': 'PT1H'}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	ck_assert_int_eq(stage_after(l, 0, "up", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 1, "down", NULL, NULL), STAGE_LEAD);
	ck_assert_int_eq(stage_after(l, 2, "up", NULL, NULL), STAGE_LEAD);
	struct scoring_view v;
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, T0 + MS_HOUR);
	advance(l, T0 + MS_HOUR - 1, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_LEAD);
	advance(l, T0 + 5 * MS_HOUR, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_MQL);
	ck_assert_uint_eq(fx.n_transitions, 1);
	ck_assert_int_eq(fx.transitions[0].at, T0 + MS_HOUR);
	ck_assert_int_eq(fx.transitions[0].cause, CAUSE_DECAY);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

#define BOTH                                                                                                           \
	"'stages': [{'stage': 'sal', 'when': {'and': [{'>=': [{'var': 'score'}, 20]}, {'seen': [['demo'], 'P1D']}]}, " \
	"'rearm_below': 15}, {'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 30]}, "                                \
	"'rearm_below': 20, 'fall_back': true}]"

START_TEST(straight_to_sal_and_windows_close)
{
	struct model *m = model_of("{" UP_DOWN ", " BOTH "}");
	struct scoring_lead *l = lead_of(m);
	stage_after(l, 0, "demo", NULL, NULL);
	stage_after(l, 1, "up", NULL, NULL);
	ck_assert_int_eq(stage_after(l, 2, "up", NULL, NULL), STAGE_SAL);
	ck_assert_int_eq(stage_after(l, 3, "up", NULL, NULL), STAGE_SAL);
	scoring_lead_free(&l);
	l = lead_of(m);
	stage_after(l, 0, "demo", NULL, NULL);
	ck_assert_int_eq(stage_after(l, 1, "up", NULL, NULL), STAGE_LEAD);
	ck_assert_int_eq(stage_after(l, DAY - 1, "x", NULL, NULL), STAGE_LEAD);
	/* At the window's end it is no longer seen. */
	ck_assert_int_eq(stage_after(l, DAY, "up", NULL, NULL), STAGE_LEAD);
	ck_assert_int_eq(stage_after(l, DAY + 1, "up", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, DAY + 2, "demo", NULL, NULL), STAGE_SAL);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(exclusion_in_and_out)
{
	struct model *m =
	    model_of("{" UP_DOWN ", 'icp': {'exclusions': [{'id': 'edu', 'reason': 'no schools', 'when': {'==': "
				 "[{'var': 'industry'}, 'edu']}}, {'id': 'late', 'when': {'var': 'industry'}}]},"
		     "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	ck_assert_int_eq(stage_after(l, 0, "up", NULL, NULL), STAGE_MQL);
	happen(l, T0 + 1, "profile_updated", NULL, "{'industry': 'edu'}", &fx);
	struct scoring_view v = view_of(l);
	ck_assert_int_eq(v.stage, STAGE_DISQUALIFIED);
	ck_assert_int_eq(v.tier, 'X');
	ck_assert_str_eq(v.grade, "X3");
	ck_assert_str_eq(v.exclusion, "no schools");
	ck_assert_uint_eq(fx.n_transitions, 2);
	ck_assert_int_eq(fx.transitions[0].kind, TRANSITION_TIER);
	ck_assert_str_eq(fx.transitions[0].to, "X");
	ck_assert_str_eq(fx.transitions[1].to, "disqualified");
	ck_assert_str_eq(fx.transitions[1].reason, "no schools");
	happen(l, T0 + 2, "profile_updated", NULL, "{'industry': 'toys'}", NULL);
	ck_assert_str_eq(view_of(l).exclusion, "late");
	/* Out: armed again, so that what qualifies fires at once. */
	ck_assert_int_eq(stage_after(l, 3, "profile_updated", NULL, "{'industry': null}"), STAGE_MQL);
	ck_assert_ptr_null(view_of(l).exclusion);
	/* A person's disqualification is not undone by the model. */
	ck_assert_int_eq(
	    stage_after(l, 4, "stage_set", "{'stage': 'disqualified', 'reason': 'spam'}", NULL), STAGE_DISQUALIFIED);
	ck_assert_int_eq(stage_after(l, 5, "up", NULL, NULL), STAGE_DISQUALIFIED);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(people_set_stages)
{
	struct model *m = model_of("{" UP_DOWN ", 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}, "
					       "'rearm_below': 5, 'fall_back': true}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	stage_after(l, 0, "up", NULL, NULL);
	happen(l, T0 + 1, "stage_set", "{'stage': 'recycled', 'reason': 'not now', 'actor': 'li'}", NULL, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_RECYCLED);
	ck_assert_int_eq(fx.transitions[0].cause, CAUSE_PERSON);
	ck_assert_str_eq(fx.transitions[0].reason, "not now");
	/* Unarmed until the score has been low. */
	ck_assert_int_eq(stage_after(l, 2, "up", NULL, NULL), STAGE_RECYCLED);
	stage_after(l, 3, "down", NULL, NULL);
	ck_assert_int_eq(stage_after(l, 4, "down", NULL, NULL), STAGE_RECYCLED);
	ck_assert_int_eq(stage_after(l, 5, "up", NULL, NULL), STAGE_MQL);
	/* A stage that a person set does not fall back. */
	ck_assert_int_eq(stage_after(l, 6, "stage_set", "{'stage': 'mql'}", NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 7, "down", NULL, NULL), STAGE_MQL);
	ck_assert_int_eq(stage_after(l, 8, "stage_set", "{'stage': 'opportunity'}", NULL), STAGE_OPPORTUNITY);
	ck_assert_int_eq(stage_after(l, 9, "stage_set", "{'stage': 'nirvana'}", NULL), STAGE_OPPORTUNITY);
	ck_assert_int_eq(stage_after(l, 10, "lost", NULL, NULL), STAGE_LOST);
	ck_assert_int_eq(stage_after(l, 11, "won", NULL, NULL), STAGE_CUSTOMER);
	ck_assert_int_eq(stage_after(l, 12, "lost", NULL, NULL), STAGE_CUSTOMER);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* A rejected lead: half of its points, and a day of rest that outlives saving and loading. */
START_TEST(a_reset_and_a_rest)
{
	struct model *m = model_of("{" UP_DOWN ", 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}, "
					       "'rearm_below': 8}]}");
	struct scoring_lead *l = lead_of(m), *loaded = NULL;
	struct buf state = BUF_INIT;
	ck_assert_int_eq(stage_after(l, 0, "up", NULL, NULL), STAGE_MQL);
	happen(l, T0 + 1, "stage_set", "{'stage': 'recycled', 'keep': 0.5, 'cooldown': 'P1D'}", NULL, NULL);
	int64_t halved = view_of(l).engagement;
	happen(l, T0 + 2, "up", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).engagement, 3 * halved);
	ck_assert(3 * halved >= 10000);
	ck_assert_int_eq(view_of(l).stage, STAGE_RECYCLED);
	ck_assert(scoring_lead_save(l, &state));
	ck_assert_int_eq(scoring_lead_load(m, "{}", state.data, state.len, &loaded, NULL), ST_OK);
	struct scoring_lead *both[] = {l, loaded};
	for (size_t i = 0; i < 2; i++) {
		ck_assert_int_eq(scoring_lead_advance(both[i], T0 + MS_DAY, NULL, NULL), ST_OK);
		ck_assert_int_eq(view_of(both[i]).stage, STAGE_RECYCLED);
		struct scoring_view v;
		scoring_lead_view(both[i], true, &v);
		ck_assert_int_eq(v.next_change_at, T0 + 1 + MS_DAY);
		ck_assert_int_eq(scoring_lead_advance(both[i], T0 + 1 + MS_DAY, NULL, NULL), ST_OK);
		ck_assert_int_eq(view_of(both[i]).stage, STAGE_MQL);
	}
	buf_free(&state);
	scoring_lead_free(&loaded);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* sal may wait for the stage mql: both are reached in one settling, which is one transition. */
START_TEST(a_rule_may_wait_for_the_stage_before)
{
	struct model *m = model_of("{" UP_DOWN ", 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}}, "
					       "{'stage': 'sal', 'when': {'==': [{'var': 'stage'}, 'mql']}}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	happen(l, T0, "up", NULL, NULL, &fx);
	ck_assert_uint_eq(fx.n_transitions, 1);
	ck_assert_str_eq(fx.transitions[0].from, "lead");
	ck_assert_str_eq(fx.transitions[0].to, "sal");
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* The decay through a threshold raises the move at the first millisecond at which the exact score is below it. */
START_TEST(decay_moves_the_stage_at_its_millisecond)
{
	struct model *m = model_of(
	    "{'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 100, 'decay': {'half_life': 'PT1H'}}]},"
	    "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 90]}, 'rearm_below': 70, 'fall_back': "
	    "true}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	happen(l, T0, "x", NULL, NULL, NULL);
	advance(l, T0 + DAY, &fx);
	ck_assert_uint_eq(fx.n_transitions, 1);
	ck_assert_str_eq(fx.transitions[0].to, "lead");
	ck_assert_int_eq(fx.transitions[0].total, 69999);
	int64_t at = fx.transitions[0].at;
	struct scoring_lead *before = lead_of(m);
	happen(before, T0, "x", NULL, NULL, NULL);
	advance(before, at - 1, NULL);
	ck_assert_int_ge(view_of(before).total, 70000);
	ck_assert_int_eq(view_of(before).stage, STAGE_MQL);
	scoring_effects_free(&fx);
	scoring_lead_free(&before);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/stages");
	TCase *c = tcase_create("stages");
	tcase_add_test(c, tiers_are_exact_shares);
	tcase_add_test(c, grades_follow_engagement);
	tcase_add_test(c, a_threshold_fires_once_per_qualification);
	tcase_add_test(c, a_cooldown_holds_back_and_its_end_is_an_instant);
	tcase_add_test(c, straight_to_sal_and_windows_close);
	tcase_add_test(c, exclusion_in_and_out);
	tcase_add_test(c, people_set_stages);
	tcase_add_test(c, a_reset_and_a_rest);
	tcase_add_test(c, a_rule_may_wait_for_the_stage_before);
	tcase_add_test(c, decay_moves_the_stage_at_its_millisecond);
	suite_add_tcase(s, c);
	return run_suite(s);
}
