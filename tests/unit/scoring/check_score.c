/* score: order, crossings, explanations and the default model by hand-made histories. The promises at large:
 * check_promises.c. */
#include "scoring_check.h"

/* Awards up and down that decay at different speeds: the sum rises and falls, and crossings are still found to the
 * millisecond. */
START_TEST(crossings_of_mixed_decays_are_exact)
{
	struct model *m =
	    model_of("{'engagement': {'rules': [{'id': 'a', 'on': 'x', 'points': 100, 'decay': {'half_life': 'PT2H'}}, "
		     "{'id': 'b', 'on': 'x', 'points': -90, 'decay': {'half_life': 'PT1H'}},"
		     "{'id': 'c', 'on': 'x', 'points': -30, 'decay': {'half_life': 'PT5H'}}]}, 'stages': [{'stage': "
		     "'mql', 'when': {'>=': [{'var': 'score'}, 4.5]}, 'rearm_below': 4, 'fall_back': true}]}");
	struct scoring_effects fx = {0};
	struct scoring_lead *l = lead_of(m), *slow = lead_of(m);
	happen(l, T0, "x", NULL, NULL, NULL);
	happen(slow, T0, "x", NULL, NULL, NULL);
	advance(l, T0 + DAY, &fx);
	ck_assert_uint_eq(fx.n_transitions, 2);
	size_t seen = 0;
	enum stage stage = STAGE_LEAD;
	for (int64_t at = T0 + 1; at <= T0 + DAY && seen < fx.n_transitions;
	     at += at + 1500 < fx.transitions[seen].at ? 1000 : 1) {
		advance(slow, at, NULL);
		enum stage now = view_of(slow).stage;
		if (now != stage)
			ck_assert_int_eq(fx.transitions[seen++].at, at);
		stage = now;
	}
	ck_assert_uint_eq(seen, fx.n_transitions);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	scoring_lead_free(&slow);
	model_unref(&m);
}
END_TEST

START_TEST(order_is_kept)
{
	struct model *m =
	    model_of("{'engagement': {'rules': [{'id': 's', 'points': -5, 'inactive_for': {'after': 'P10D'}}]}}");
	struct scoring_lead *l = lead_of(m);
	struct uuid a = key_of(1), b = key_of(2);
	struct scoring_event ev = event_at(T0, 2, "x");
	struct err e = {0};
	ck_assert(scoring_lead_in_order(l, INT64_MIN + 1, &a));
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, &e), ST_OK);
	ck_assert(!scoring_lead_in_order(l, T0, &a));
	ck_assert(!scoring_lead_in_order(l, T0, &b));
	ck_assert(scoring_lead_in_order(l, T0 + 1, &a));
	/* An advance that changes nothing is no obstacle; one that did is, for what came before the change. */
	advance(l, T0 + 9 * DAY, NULL);
	ck_assert(scoring_lead_in_order(l, T0 + 1, &a));
	advance(l, T0 + 20 * DAY, NULL);
	ck_assert(!scoring_lead_in_order(l, T0 + 10 * DAY - 1, &a));
	ck_assert(scoring_lead_in_order(l, T0 + 10 * DAY, &a));
	ev.key = key_of(3);
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, &e), ST_INVALID);
	ck_assert_str_eq(e.code, "event_out_of_order");
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(an_empty_lead_is_worth_nothing)
{
	struct model *m = model_of("{'score': {'min': 10}, 'fit': {'rules': [{'id': 'f', 'points': 5, 'when': true, "
				   "'tags': ['t']}]}, 'tags': [{'tag': 'm', 'when': true}]}");
	struct scoring_lead *l = lead_of(m);
	const struct scoring_tag *tags;
	advance(l, T0, NULL);
	struct scoring_view v;
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.total, 0);
	ck_assert_int_eq(v.fit, 0);
	ck_assert_str_eq(v.grade, "D4");
	ck_assert_int_eq(v.next_change_at, INSTANT_NEVER);
	ck_assert_int_eq(v.last_event_at, INSTANT_NEVER);
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), 0);
	happen(l, T0, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).total, 10000);
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), 2);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(unknown_is_not_false)
{
	struct model *m = default_model();
	struct scoring_event ev = event_at(T0, 1, "profile_updated");
	struct explanation x;
	ev.patch_text =
	    "{\"title\": \"经理\", \"company\": {\"industry\": \"跨境电商\", \"employees\": 50, \"region\": \"广东\", "
	    "\"annual_revenue\": 80000000, \"currency\": \"USD\"}, \"needs\": {\"pains\": []}}";
	ck_assert_int_eq(scoring_explain(m, &ev, 1, T0, &x, NULL), ST_OK);
	static const struct {
		const char *id;
		int met;
	} want[] = {{"industry", 1}, {"region", 0}, {"employees", 0}, {"annual_revenue", 0}, {"pain", 0},
	    {"owner_decides", -1}, {"budget", -1}};
	for (size_t i = 0; i < x.n_criteria; i++) {
		ck_assert_str_eq(x.criteria[i].id, want[i].id);
		ck_assert_msg(x.criteria[i].met == want[i].met, "%s: %d", want[i].id, x.criteria[i].met);
		ck_assert_ptr_nonnull(x.criteria[i].ask);
	}
	scoring_explanation_free(&x);
	model_unref(&m);
}
END_TEST

/* The default model: a visitor becomes an MQL, then an SAL; all rules live take less than 200 bytes. */
START_TEST(the_default_model_tells_its_story)
{
	struct model *m = default_model();
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	happen(l, T0, "form_submit", "{'form': 'contact'}",
	    "{'title': '创始人兼CEO', 'company': {'industry': '跨境电商', 'employees': 150, 'region': '浙江省', "
	    "'annual_revenue': 80000000},"
	    "'needs': {'pains': ['手工处理订单太慢'], 'budget': 600000}}",
	    &fx);
	ck_assert_str_eq(view_of(l).grade, "A3");
	ck_assert_int_eq(view_of(l).total, 55000);
	happen(l, T0 + 1000, "page_view", "{'path': '/pricing'}", NULL, &fx);
	happen(l, T0 + 2000, "content_download", "{'kind': 'case_study'}", NULL, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_LEAD);
	happen(l, T0 + 3000, "webinar_attend", NULL, NULL, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_MQL);
	ck_assert(has_tag(l, "意向:高") && has_tag(l, "角色:决策者") && has_tag(l, "行业:跨境电商"));
	happen(l, T0 + 4000, "demo_request", NULL, NULL, &fx);
	ck_assert_int_eq(view_of(l).stage, STAGE_SAL);
	static const char *const rest[] = {"email_open", "email_open", "email_open", "email_click", "quote_request",
	    "trial_start", "meeting", "event_attend", "email_open"};
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++)
		happen(l, T0 + 5000 + (int64_t)i, rest[i], NULL, NULL, &fx);
	advance(l, T0 + 400 * DAY, &fx);
	struct buf b = BUF_INIT;
	save(l, &b);
	ck_assert_uint_lt(b.len, 200);
	buf_free(&b);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(awards_are_told)
{
	struct model *m = model_of("{'fit': {'rules': [{'id': 'f', 'points': 5, 'when': {'var': 'a'}}]}, 'engagement': "
				   "{'rules': [{'id': 'e', 'on': 'x', 'points': 1.5}]}}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	happen(l, T0, "x", NULL, "{'a': 1}", &fx);
	happen(l, T0 + 1, "y", NULL, "{'a': 0}", &fx);
	ck_assert_uint_eq(fx.n_awards, 3);
	ck_assert_str_eq(fx.awards[0].rule, "f");
	ck_assert_int_eq(fx.awards[0].points, 5000);
	ck_assert_str_eq(fx.awards[1].rule, "e");
	ck_assert_int_eq(fx.awards[1].points, 1500);
	ck_assert_int_eq(fx.awards[2].points, -5000);
	scoring_effects_clear(&fx);
	ck_assert_uint_eq(fx.n_awards, 0);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/score");
	TCase *c = tcase_create("score");
	tcase_add_test(c, crossings_of_mixed_decays_are_exact);
	tcase_add_test(c, order_is_kept);
	tcase_add_test(c, an_empty_lead_is_worth_nothing);
	tcase_add_test(c, unknown_is_not_false);
	tcase_add_test(c, the_default_model_tells_its_story);
	tcase_add_test(c, awards_are_told);
	suite_add_tcase(s, c);
	return run_suite(s);
}
