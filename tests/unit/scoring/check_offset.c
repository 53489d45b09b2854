/* offset: what a person adds is kept apart, ends at its instant, and is a line of its own. */
#include "scoring_check.h"

#define MODEL                                                                                                          \
	"{'score': {'max': 100}, 'fit': {'rules': [{'id': 'f', 'points': 7.5, 'when': true}]},"                        \
	" 'engagement': {'max': 50, 'rules': [{'id': 'r', 'on': 'x', 'points': 20}]},"                                 \
	" 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 60]}, 'rearm_below': 40, 'fall_back': true}]}"

START_TEST(an_offset_is_added_to_the_total_alone)
{
	struct model *m = model_of(MODEL);
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "score_offset", "{'points': 12.345, 'reason': 'met at a fair', 'author': 'Li'}", NULL, NULL);
	struct scoring_view v = view_of(l);
	ck_assert_int_eq(v.offset, 12345);
	ck_assert_int_eq(v.shown_offset, 12);
	ck_assert_int_eq(v.total, 19845);
	ck_assert_int_eq(v.fit, 7500);
	ck_assert_int_eq(v.engagement, 0);
	happen(l, T0 + 1, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).total, 39845);
	/* The next one replaces it; the score's bound binds the sum. */
	happen(l, T0 + 2, "score_offset", "{'points': 10000}", NULL, NULL);
	v = view_of(l);
	ck_assert_int_eq(v.offset, 10000000);
	ck_assert_int_eq(v.total, 100000);
	happen(l, T0 + 3, "score_offset", "{'points': -1.5, 'reason': null, 'author': null, 'expires_at': null}", NULL,
	    NULL);
	v = view_of(l);
	ck_assert_int_eq(v.total, 26000);
	ck_assert_int_eq(v.shown_offset, -2);
	happen(l, T0 + 4, "score_offset", "{'points': 0}", NULL, NULL);
	ck_assert_int_eq(view_of(l).total, 27500);
	ck_assert_int_eq(view_of(l).offset, 0);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(what_is_not_as_it_should_be_has_no_effect)
{
	static const char *const bad[] = {NULL, "{}", "[]", "{'points': '5'}", "{'points': null}",
	    "{'points': 10000.001}", "{'points': -10001}", "{'points': 0.0005}", "{'points': 5, 'reason': 5}",
	    "{'points': 5, 'author': []}", "{'points': 5, 'expires_at': 'tomorrow'}",
	    "{'points': 5, 'expires_at': 1772323200}"};
	struct model *m = model_of("{}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "score_offset", "{'points': 3}", NULL, NULL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		happen(l, T0 + 1, "score_offset", bad[i], NULL, NULL);
		ck_assert_msg(view_of(l).offset == 3000, "%s", bad[i]);
	}
	/* An end that is not after the event's own instant ends the one before. */
	happen(l, T0 + 2, "score_offset", "{'points': 5, 'expires_at': '2026-03-01T00:00:00.002Z'}", NULL, NULL);
	ck_assert_int_eq(view_of(l).offset, 0);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(it_is_gone_at_its_instant)
{
	struct model *m = model_of(MODEL);
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	struct scoring_view v;
	ck_assert(scoring_event_type_reserved("score_offset"));
	happen(l, T0, "x", NULL, NULL, &fx);
	happen(l, T0 + 5, "score_offset", "{'points': 32.5, 'expires_at': '2026-03-02T08:00:00.007+08:00'}", NULL, &fx);
	ck_assert_uint_eq(fx.n_transitions, 1);
	ck_assert_str_eq(fx.transitions[0].to, "mql");
	ck_assert_int_eq(fx.transitions[0].cause, CAUSE_PERSON);
	ck_assert_int_eq(fx.transitions[0].total, 60000);
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, T0 + DAY + 7);
	advance(l, T0 + DAY + 6, &fx);
	ck_assert_int_eq(view_of(l).total, 60000);
	struct uuid key = key_of(1u << 30);
	ck_assert(scoring_lead_in_order(l, T0 + DAY + 6, &key));
	advance(l, T0 + DAY + 7, &fx);
	v = view_of(l);
	ck_assert_int_eq(v.total, 27500);
	ck_assert_int_eq(v.offset, 0);
	ck_assert_int_eq(v.stage, STAGE_LEAD);
	ck_assert_uint_eq(fx.n_transitions, 2);
	ck_assert_int_eq(fx.transitions[1].cause, CAUSE_DECAY);
	ck_assert_int_eq(fx.transitions[1].at, T0 + DAY + 7);
	ck_assert(!scoring_lead_in_order(l, T0 + DAY + 6, &key));
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(the_state_keeps_it)
{
	static const char *const given[] = {
	    "{'points': -7.125}", "{'points': 4, 'expires_at': '2026-03-09T00:00:00Z'}"};
	struct model *m = model_of(MODEL);
	for (size_t i = 0; i < 2; i++) {
		struct scoring_lead *l = lead_of(m), *again = NULL;
		struct buf b = BUF_INIT, c = BUF_INIT;
		happen(l, T0, "score_offset", given[i], NULL, NULL);
		save(l, &b);
		ck_assert_int_eq(scoring_lead_load(m, "{}", b.data, b.len, &again, NULL), ST_OK);
		ck_assert_int_eq(view_of(again).offset, view_of(l).offset);
		save(again, &c);
		ck_assert_mem_eq(b.data, c.data, b.len);
		advance(again, T0 + 8 * DAY - 1, NULL);
		ck_assert_int_eq(view_of(again).offset, i ? 4000 : -7125);
		advance(again, T0 + 8 * DAY, NULL);
		ck_assert_int_eq(view_of(again).offset, i ? 0 : -7125);
		buf_free(&b);
		buf_free(&c);
		scoring_lead_free(&l);
		scoring_lead_free(&again);
	}
	model_unref(&m);
}
END_TEST

/* The lines, the last first: the score's bound, then the offset, by its reason or its name. */
START_TEST(it_is_a_line_of_the_explanation)
{
	struct model *m = model_of(MODEL);
	struct scoring_event events[4] = {event_at(T0, 1, "x"), event_at(T0 + 1, 2, "score_offset"),
	    event_at(T0 + 2, 3, "score_offset"), event_at(T0 + 3, 4, "score_offset")};
	events[1].properties_text = "{\"points\": 90, \"reason\": \"referred\"}";
	events[2].properties_text = "{\"points\": \"wrong\"}";
	events[3].properties_text = "{\"points\": 2, \"reason\": \"\", \"expires_at\": \"2026-03-02T00:00:00Z\"}";
	struct explanation x;
	ck_assert_int_eq(scoring_explain(m, events, 4, T0 + 2, &x, NULL), ST_OK);
	ck_assert_uint_eq(x.n_contributions, 4);
	const struct contribution *c = &x.contributions[2];
	ck_assert_int_eq(c->kind, CONTRIBUTION_OFFSET);
	ck_assert_str_eq(c->rule, "offset");
	ck_assert_str_eq(c->label, "referred");
	ck_assert_int_eq(c->at, T0 + 1);
	ck_assert(c->has_event && uuid_cmp(&c->event_key, &events[1].key) == 0);
	ck_assert_int_eq(c->points, 90000);
	ck_assert_int_eq(c->points_now, 90000);
	ck_assert_int_eq(c[1].kind, CONTRIBUTION_CAP);
	ck_assert_str_eq(c[1].rule, "score");
	ck_assert_int_eq(c[1].points_now, -17500);
	ck_assert_int_eq(x.view.offset, 90000);
	scoring_explanation_free(&x);
	ck_assert_int_eq(scoring_explain(m, events, 4, T0 + 3, &x, NULL), ST_OK);
	ck_assert_uint_eq(x.n_contributions, 3);
	ck_assert_str_eq(x.contributions[2].label, "offset");
	ck_assert_int_eq(x.contributions[2].points_now, 2000);
	scoring_explanation_free(&x);
	ck_assert_int_eq(scoring_explain(m, events, 4, T0 + DAY, &x, NULL), ST_OK);
	ck_assert_uint_eq(x.n_contributions, 2);
	scoring_explanation_free(&x);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/offset");
	TCase *c = tcase_create("offset");
	tcase_add_test(c, an_offset_is_added_to_the_total_alone);
	tcase_add_test(c, what_is_not_as_it_should_be_has_no_effect);
	tcase_add_test(c, it_is_gone_at_its_instant);
	tcase_add_test(c, the_state_keeps_it);
	tcase_add_test(c, it_is_a_line_of_the_explanation);
	suite_add_tcase(s, c);
	return run_suite(s);
}
