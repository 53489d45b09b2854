/* lasting: awards that fade by a straight line or end at an instant, to the millisecond; 256 of them and no more. */
#include "scoring_check.h"

#define ENDS(points, decay)                                                                                            \
	"{'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': " points ", 'decay': {" decay "}}]}}"

struct look {
	int64_t after;
	bool event;
	int64_t points;
};

static void look_at(const char *model, const struct look *looks, size_t n)
{
	struct model *m = model_of(model);
	struct scoring_lead *l = lead_of(m);
	for (size_t i = 0; i < n; i++) {
		if (looks[i].event)
			happen(l, T0 + looks[i].after, "x", NULL, NULL, NULL);
		advance(l, T0 + looks[i].after, NULL);
		ck_assert_msg(view_of(l).engagement == looks[i].points, "look %zu of %s: %lld, not %lld", i, model,
		    (long long)view_of(l).engagement, (long long)looks[i].points);
	}
	scoring_lead_free(&l);
	model_unref(&m);
}

#define LOOK(model, ...)                                                                                               \
	do {                                                                                                           \
		static const struct look looks_[] = {__VA_ARGS__};                                                     \
		look_at((model), looks_, sizeof(looks_) / sizeof(*looks_));                                            \
	} while (0)

START_TEST(an_award_ends_at_its_millisecond)
{
	LOOK(ENDS("10", "'expires_after': 'P2D'"), {0, true, 10000}, {2 * DAY - 1, false, 10000}, {2 * DAY, false, 0},
	    {9 * DAY, true, 10000});
	LOOK(ENDS("-2.5", "'expires_after': 'PT1M'"), {0, true, -2500}, {30000, true, -5000}, {59999, false, -5000},
	    {60000, false, -2500}, {60000, true, -5000}, {89999, false, -5000}, {90000, false, -2500},
	    {120000, false, 0});
}
END_TEST

/* 10 points over a minute: one milli in 6 ms. Sums are rounded, not each: of two awards of one milli a quarter
 * later 1.5 are left. */
START_TEST(a_straight_line_is_straight)
{
	LOOK(ENDS("10", "'linear': 'PT1M'"), {0, true, 10000}, {1, false, 10000}, {2, false, 10000}, {3, false, 10000},
	    {4, false, 9999}, {6, false, 9999}, {15000, false, 7500}, {30000, false, 5000}, {59996, false, 1},
	    {59997, false, 1}, {59998, false, 0}, {60000, false, 0}, {70000, false, 0});
	LOOK(ENDS("10", "'linear': 'PT1M'"), {0, true, 10000}, {30000, true, 15000}, {45000, false, 10000},
	    {60000, false, 5000}, {75000, false, 2500}, {90000, false, 0});
	LOOK(ENDS("-0.001", "'linear': 'PT1M'"), {0, true, -1}, {30000, false, -1}, {30001, false, 0});
	LOOK(ENDS("0.001", "'linear': 'PT1M'"), {0, true, 1}, {0, true, 2}, {15000, false, 2}, {15001, false, 1},
	    {45000, false, 1}, {45001, false, 0});
	/* As big as it gets: 10,000 points over ten years, 256 times. */
	struct model *m = model_of(ENDS("-10000", "'linear': 'P3650D'"));
	struct scoring_lead *l = lead_of(m);
	for (int i = 0; i < 300; i++)
		happen(l, T0, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).engagement, -2560000000);
	advance(l, T0 + 1825 * DAY, NULL);
	ck_assert_int_eq(view_of(l).engagement, -1280000000);
	/* 2,560,000,000 / 315,360,000,000 milli a millisecond: half a milli is 61.6 ms. */
	advance(l, T0 + 3650 * DAY - 62, NULL);
	ck_assert_int_eq(view_of(l).engagement, -1);
	advance(l, T0 + 3650 * DAY - 61, NULL);
	ck_assert_int_eq(view_of(l).engagement, 0);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* The 257th displaces the first; what has ended makes room. */
START_TEST(of_257_awards_the_newest_count)
{
	struct model *m = model_of(ENDS("1", "'expires_after': 'P1D'")),
		     *line = model_of(ENDS("1", "'linear': 'PT1000S'"));
	struct scoring_lead *l = lead_of(m), *faded = lead_of(line);
	for (int i = 0; i < 257; i++) {
		happen(l, T0 + i, "x", NULL, NULL, NULL);
		ck_assert_int_eq(view_of(l).engagement, i < 256 ? (i + 1) * 1000 : 256000);
	}
	advance(l, T0 + DAY, NULL);
	ck_assert_int_eq(view_of(l).engagement, 256000); /* the first was gone already */
	advance(l, T0 + DAY + 1, NULL);
	ck_assert_int_eq(view_of(l).engagement, 255000);
	happen(l, T0 + DAY + 1, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).engagement, 256000);
	advance(l, T0 + DAY + 256, NULL);
	ck_assert_int_eq(view_of(l).engagement, 1000);
	/* At 256 s the newest 256 are 0 to 255 s old: 256 - (0 + ... + 255) / 1000 = 223.36. */
	for (int i = 0; i < 257; i++)
		happen(faded, T0 + i * MS_SECOND, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(faded).engagement, 223360);
	scoring_lead_free(&l);
	scoring_lead_free(&faded);
	model_unref(&m);
	model_unref(&line);
}
END_TEST

START_TEST(the_state_keeps_those_that_live)
{
	static const char *const models[] = {
	    ENDS("3", "'expires_after': 'PT1H'"), ENDS("3", "'linear': 'PT1H'"), ENDS("0", "'linear': 'PT1H'")};
	for (size_t k = 0; k < 3; k++) {
		struct model *m = model_of(models[k]);
		struct scoring_lead *l = lead_of(m), *again = NULL;
		struct buf b = BUF_INIT, c = BUF_INIT;
		for (int i = 0; i < 700; i++) {
			int64_t at = T0 + i / 3 * (i % 200) * MS_SECOND / 4 + i * 13 * MS_SECOND;
			at = at > view_of(l).as_of || !i ? at : view_of(l).as_of + 1;
			happen(l, at, "x", NULL, NULL, NULL);
			save(l, &b);
			ck_assert_int_eq(scoring_lead_load(m, "{}", b.data, b.len, &again, NULL), ST_OK);
			save(again, &c);
			ck_assert_uint_eq(b.len, c.len);
			ck_assert_mem_eq(b.data, c.data, b.len);
			ck_assert_int_eq(view_of(l).engagement, view_of(again).engagement);
			scoring_lead_free(&l);
			l = again;
			again = NULL;
		}
		/* Those that have ended are in no state. */
		size_t full = b.len;
		happen(l, view_of(l).as_of + 2 * MS_HOUR, "y", NULL, NULL, NULL);
		save(l, &b);
		ck_assert(k == 2 ? full == b.len : full > b.len + 50);
		buf_free(&b);
		buf_free(&c);
		scoring_lead_free(&l);
		model_unref(&m);
	}
}
END_TEST

/* A threshold is crossed, and the shown score falls, at the millisecond at which the sum does. */
START_TEST(turnings_are_found)
{
	struct model *m = model_of(
	    "{'engagement': {'rules': [{'id': 'up', 'on': 'x', 'points': 30, 'decay': {'expires_after': 'P3D'}},"
	    "{'id': 'down', 'on': 'x', 'points': -20, 'decay': {'linear': 'P2D'}}]}, 'stages': [{'stage': 'mql',"
	    " 'when': {'>=': [{'var': 'score'}, 25]}, 'rearm_below': 25, 'fall_back': true}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	struct scoring_view v;
	happen(l, T0, "x", NULL, NULL, NULL);
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.shown_total, 10);
	/* At t ms it is -(172,800,000 - t) / 8,640 milli: rounded -19,500 from 4,315,681 on, -5,000 from 129,595,681.
	 */
	ck_assert_int_eq(v.next_change_at, T0 + 4315681);
	advance(l, T0 + 129595680, &fx);
	ck_assert_uint_eq(fx.n_transitions, 0);
	advance(l, T0 + 5 * DAY, &fx);
	ck_assert_uint_eq(fx.n_transitions, 2);
	ck_assert_int_eq(fx.transitions[0].at, T0 + 129595681);
	ck_assert_str_eq(fx.transitions[0].to, "mql");
	ck_assert_int_eq(fx.transitions[1].at, T0 + 3 * DAY);
	ck_assert_str_eq(fx.transitions[1].to, "lead");
	advance(l, T0 + 6 * DAY, NULL);
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, INSTANT_NEVER);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* Each line is what its award adds to the rounded sum; what ended or was displaced keeps its line, worth nothing. */
START_TEST(lines_add_up)
{
	enum { N = 260 };
	static struct scoring_event events[N];
	struct model *m = model_of(ENDS("1", "'linear': 'PT1000S'"));
	for (unsigned i = 0; i < N; i++)
		events[i] = event_at(T0 + i * MS_SECOND, i + 1, "x");
	struct explanation x;
	ck_assert_int_eq(scoring_explain(m, events, N, T0 + 300 * MS_SECOND, &x, NULL), ST_OK);
	ck_assert_uint_eq(x.n_contributions, N);
	int64_t sum = 0;
	for (int i = 0; i < N; i++) {
		const struct contribution *c = &x.contributions[i];
		ck_assert_int_eq(c->points, 1000);
		ck_assert_int_eq(c->points_now, i < N - 256 ? 0 : 1000 - (300 - i));
		sum += c->points_now;
	}
	ck_assert_int_eq(sum, x.view.engagement);
	scoring_explanation_free(&x);
	ck_assert_int_eq(scoring_explain(m, events, N, T0 + 1100 * MS_SECOND, &x, NULL), ST_OK);
	ck_assert_int_eq(x.contributions[100].points_now, 0);
	ck_assert_int_eq(x.contributions[101].points_now, 1);
	ck_assert_int_eq(x.contributions[259].points_now, 159);
	scoring_explanation_free(&x);
	model_unref(&m);
}
END_TEST

START_TEST(silence_and_bounds_and_tags_go_with_them)
{
	struct model *m = model_of(
	    "{'engagement': {'rules': [{'id': 's', 'points': -8, 'inactive_for': {'after': 'P1D', "
	    "'repeat': true, 'max_times': 3}, 'decay': {'expires_after': 'P2D'}, 'min': -10, 'tags': ['quiet'],"
	    "'tag_for': 'P1D'}]}}");
	struct scoring_lead *l = lead_of(m);
	static const int64_t want[] = {0, -8000, -10000, -10000, -8000, 0, 0};
	happen(l, T0, "x", NULL, NULL, NULL);
	for (int day = 0; day < 7; day++) {
		advance(l, T0 + day * DAY, NULL);
		ck_assert_int_eq(view_of(l).engagement, want[day]);
		ck_assert_int_eq(has_tag(l, "quiet"), day >= 1 && day < 4);
	}
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/lasting");
	TCase *c = tcase_create("lasting");
	tcase_add_test(c, an_award_ends_at_its_millisecond);
	tcase_add_test(c, a_straight_line_is_straight);
	tcase_add_test(c, of_257_awards_the_newest_count);
	tcase_add_test(c, the_state_keeps_those_that_live);
	tcase_add_test(c, turnings_are_found);
	tcase_add_test(c, lines_add_up);
	tcase_add_test(c, silence_and_bounds_and_tags_go_with_them);
	suite_add_tcase(s, c);
	return run_suite(s);
}
