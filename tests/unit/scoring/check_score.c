/* score: the promises. A score is a function of events, model and instant; every point is explained; the next change is
 * exact. */
#include "scoring_check.h"

#define EVENTS_MAX 60

struct history {
	struct scoring_event events[EVENTS_MAX];
	size_t n;
	int64_t end;
	char properties[EVENTS_MAX][80], patches[EVENTS_MAX][200];
};

static uint32_t next(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33);
}

/* A lead's life of some months, from a seed. Events may share an instant. */
static void live(struct history *h, uint64_t seed)
{
	static const char *const types[] = {"page_view", "page_view", "content_download", "webinar_attend",
	    "email_sent", "email_open", "email_open", "email_click", "form_submit", "demo_request", "quote_request",
	    "trial_start", "meeting", "profile_updated", "tag_added", "tag_removed", "stage_set", "something_else"};
	static const char *const industries[] = {"\"跨境电商\"", "\"教育\"", "\"制造\"", "null"};
	static const char *const stages[] = {"recycled", "lead", "sql", "mql"};
	uint64_t state = seed * 2654435761u + 1;
	int64_t at = T0;
	memset(h, 0, sizeof(*h));
	h->n = 10 + next(&state) % (EVENTS_MAX - 10);
	for (size_t i = 0; i < h->n; i++) {
		struct scoring_event *ev = &h->events[i];
		if (next(&state) % 4)
			at += (int64_t)(next(&state) % (1u << (10 + next(&state) % 22)));
		*ev = event_at(at, (unsigned)i + 1, types[next(&state) % (sizeof(types) / sizeof(*types))]);
		if (strcmp(ev->type, "page_view") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]), "{\"path\": \"%s\"}",
			    next(&state) % 2 ? "/pricing" : "/blog");
		else if (strcmp(ev->type, "content_download") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]), "{\"kind\": \"white_paper\"}");
		else if (strcmp(ev->type, "tag_added") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]),
			    "{\"tag\": \"k:%u\", \"expires_at\": \"2026-0%u-11T08:00:00Z\"}", next(&state) % 3,
			    3 + next(&state) % 6);
		else if (strcmp(ev->type, "tag_removed") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]), "{\"tag\": \"k:%u\"}", next(&state) % 3);
		else if (strcmp(ev->type, "stage_set") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]), "{\"stage\": \"%s\"}",
			    stages[next(&state) % 4]);
		if (strcmp(ev->type, "profile_updated") == 0)
			snprintf(h->patches[i], sizeof(h->patches[i]),
			    "{\"title\": \"%s\", \"company\": {\"employees\": %u, \"industry\": %s, \"region\": "
			    "\"浙江\"}, \"needs\": {\"budget\": %u}}",
			    next(&state) % 2 ? "CEO" : "经理", next(&state) % 400, industries[next(&state) % 4],
			    next(&state) % 1000000);
		ev->properties_text = h->properties[i][0] ? h->properties[i] : NULL;
		ev->patch_text = h->patches[i][0] ? h->patches[i] : NULL;
	}
	h->end = at + (int64_t)(next(&state) % (200u * 86400u)) * 1000;
}

static struct scoring_lead *replay(struct model *m, const struct history *h, int64_t at)
{
	struct scoring_lead *l = NULL;
	ck_assert_int_eq(scoring_replay(m, h->events, h->n, at, &l, NULL, NULL), ST_OK);
	return l;
}

static void assert_same(const struct scoring_lead *a, const struct scoring_lead *b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;
	save(a, &x);
	save(b, &y);
	ck_assert_uint_eq(x.len, y.len);
	ck_assert_mem_eq(x.data, y.data, x.len);
	buf_free(&x);
	buf_free(&y);
}

static bool same_view(const struct scoring_view *a, const struct scoring_view *b)
{
	return a->shown_total == b->shown_total && a->shown_fit == b->shown_fit &&
	       a->shown_engagement == b->shown_engagement && a->tier == b->tier && a->stage == b->stage &&
	       strcmp(a->grade, b->grade) == 0;
}

static bool same_tags(const struct scoring_lead *a, const struct scoring_lead *b)
{
	const struct scoring_tag *x, *y;
	size_t n = scoring_lead_tags(a, &x);
	if (scoring_lead_tags(b, &y) != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(x[i].tag, y[i].tag) != 0)
			return false;
	return true;
}

START_TEST(arrival_order_and_duplicates_do_not_matter)
{
	struct model *m = default_model();
	struct history *h = malloc(sizeof(*h));
	for (uint64_t seed = 1; seed <= 40; seed++) {
		live(h, seed);
		struct scoring_lead *sorted = replay(m, h, h->end), *shuffled = NULL;
		struct scoring_event events[2 * EVENTS_MAX];
		uint64_t state = seed;
		for (size_t i = 0; i < h->n; i++)
			events[i] = events[h->n + i] = h->events[i];
		for (size_t i = 2 * h->n - 1; i > 0; i--) {
			size_t j = next(&state) % (i + 1);
			struct scoring_event t = events[i];
			events[i] = events[j];
			events[j] = t;
		}
		ck_assert_int_eq(scoring_replay(m, events, 2 * h->n, h->end, &shuffled, NULL, NULL), ST_OK);
		assert_same(sorted, shuffled);
		scoring_lead_free(&sorted);
		scoring_lead_free(&shuffled);
	}
	free(h);
	model_unref(&m);
}
END_TEST

START_TEST(one_step_is_a_thousand_steps)
{
	struct model *m = default_model();
	struct history *h = malloc(sizeof(*h));
	for (uint64_t seed = 50; seed < 60; seed++) {
		live(h, seed);
		int64_t end = h->end + 300 * DAY;
		struct scoring_lead *once = replay(m, h, h->events[h->n - 1].at),
				    *often = replay(m, h, h->events[h->n - 1].at);
		int64_t start = h->events[h->n - 1].at;
		advance(once, end, NULL);
		for (int64_t i = 1; i <= 1000; i++)
			advance(often, start + (end - start) / 1000 * i, NULL);
		advance(often, end, NULL);
		assert_same(once, often);
		struct scoring_view a = view_of(once), b = view_of(often);
		ck_assert_int_eq(a.total, b.total);
		ck_assert_int_eq(a.engagement, b.engagement);
		scoring_lead_free(&once);
		scoring_lead_free(&often);
	}
	free(h);
	model_unref(&m);
}
END_TEST

/* Saved, loaded, advanced and looked at between any two events: the same bytes, the same effects. */
START_TEST(splits_leave_no_trace)
{
	struct model *m = default_model();
	struct history *h = malloc(sizeof(*h));
	for (uint64_t seed = 100; seed < 140; seed++) {
		live(h, seed);
		struct scoring_effects straight = {0}, split = {0};
		struct scoring_lead *a = lead_of(m), *b = lead_of(m);
		uint64_t state = seed;
		struct buf bytes = BUF_INIT;
		for (size_t i = 0; i < h->n; i++) {
			ck_assert_int_eq(scoring_lead_apply(a, &h->events[i], &straight, NULL), ST_OK);
			char *profile = json_dumps(scoring_lead_profile(b), JSON_COMPACT);
			save(b, &bytes);
			scoring_lead_free(&b);
			ck_assert_int_eq(scoring_lead_load(m, profile, bytes.data, bytes.len, &b, NULL), ST_OK);
			free(profile);
			if (i && next(&state) % 2)
				advance(b, h->events[i - 1].at + (h->events[i].at - h->events[i - 1].at) / 2, &split);
			if (next(&state) % 3 == 0) {
				struct scoring_view v;
				scoring_lead_view(b, true, &v);
			}
			ck_assert(scoring_lead_in_order(b, h->events[i].at, &h->events[i].key));
			ck_assert_int_eq(scoring_lead_apply(b, &h->events[i], &split, NULL), ST_OK);
			assert_same(a, b);
		}
		advance(a, h->end, &straight);
		advance(b, h->end, &split);
		assert_same(a, b);
		ck_assert(json_equal(scoring_lead_profile(a), scoring_lead_profile(b)));
		ck_assert_uint_eq(straight.n_transitions, split.n_transitions);
		ck_assert_uint_eq(straight.n_awards, split.n_awards);
		for (size_t i = 0; i < split.n_transitions; i++) {
			ck_assert_int_eq(straight.transitions[i].at, split.transitions[i].at);
			ck_assert_str_eq(straight.transitions[i].to, split.transitions[i].to);
			ck_assert_int_eq(straight.transitions[i].total, split.transitions[i].total);
		}
		buf_free(&bytes);
		scoring_effects_free(&straight);
		scoring_effects_free(&split);
		scoring_lead_free(&a);
		scoring_lead_free(&b);
	}
	free(h);
	model_unref(&m);
}
END_TEST

START_TEST(contributions_add_up)
{
	struct model *m = default_model();
	struct history *h = malloc(sizeof(*h));
	for (uint64_t seed = 200; seed < 260; seed++) {
		live(h, seed);
		for (int k = 0; k < 4; k++) {
			int64_t at = h->events[0].at + (h->end - h->events[0].at) * k / 3 - (k == 0);
			struct explanation x;
			struct scoring_lead *l = replay(m, h, at);
			ck_assert_int_eq(scoring_explain(m, h->events, h->n, at, &x, NULL), ST_OK);
			int64_t sum = 0;
			for (size_t i = 0; i < x.n_contributions; i++)
				sum += x.contributions[i].points_now;
			ck_assert_int_eq(sum, x.view.total);
			ck_assert_int_eq(view_of(l).total, x.view.total);
			ck_assert_uint_eq(x.n_criteria, 7);
			scoring_explanation_free(&x);
			scoring_lead_free(&l);
		}
	}
	free(h);
	model_unref(&m);
}
END_TEST

/* Every millisecond around it: before, all is as now; at it, something differs. And nothing differs at instants
 * between. */
START_TEST(the_next_change_is_exact)
{
	struct model *m = default_model();
	struct history *h = malloc(sizeof(*h));
	size_t found = 0;
	for (uint64_t seed = 300; seed < 360; seed++) {
		live(h, seed);
		struct scoring_lead *l = replay(m, h, h->end), *then = NULL;
		struct scoring_view now, later;
		scoring_lead_view(l, true, &now);
		if (now.next_change_at == INSTANT_NEVER) {
			then = replay(m, h, h->end + 36500 * DAY);
			later = view_of(then);
			ck_assert(same_view(&now, &later) && same_tags(l, then));
			scoring_lead_free(&then);
			scoring_lead_free(&l);
			continue;
		}
		found++;
		int64_t change = now.next_change_at;
		ck_assert_int_gt(change, h->end);
		then = replay(m, h, h->end);
		for (int64_t k = 1; k < 50; k++) {
			advance(then, h->end + (change - 1 - h->end) / 50 * k, NULL);
			later = view_of(then);
			ck_assert(same_view(&now, &later) && same_tags(l, then));
		}
		for (int64_t at = change - 100 > h->end ? change - 100 : h->end + 1; at < change; at++) {
			advance(then, at, NULL);
			later = view_of(then);
			ck_assert(same_view(&now, &later) && same_tags(l, then));
		}
		advance(then, change, NULL);
		later = view_of(then);
		ck_assert(!same_view(&now, &later) || !same_tags(l, then));
		scoring_lead_free(&then);
		scoring_lead_free(&l);
	}
	ck_assert_uint_gt(found, 30);
	free(h);
	model_unref(&m);
}
END_TEST

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

START_TEST(stale_and_broken_states_are_refused)
{
	struct model *m = default_model(), *other = model_of("{}");
	struct history *h = malloc(sizeof(*h));
	live(h, 5);
	struct scoring_lead *l = replay(m, h, h->end), *loaded = NULL;
	struct buf b = BUF_INIT;
	struct err e = {0};
	save(l, &b);
	ck_assert_int_eq(scoring_lead_load(other, "{}", b.data, b.len, &loaded, &e), ST_CONFLICT);
	ck_assert_str_eq(e.code, "state_stale");
	for (size_t n = 0; n < b.len; n++)
		ck_assert_int_eq(scoring_lead_load(m, "{}", b.data, n, &loaded, NULL), ST_CONFLICT);
	/* Any byte may be wrong: refused, or a lead that does no harm. */
	uint64_t state = 9;
	for (int i = 0; i < 3000; i++) {
		size_t at = next(&state) % b.len;
		char kept = b.data[at];
		b.data[at] = (char)next(&state);
		if (scoring_lead_load(m, "{}", b.data, b.len, &loaded, NULL) == ST_OK) {
			struct scoring_view v;
			struct scoring_event ev = event_at(h->end + 400 * DAY, 999, "page_view");
			scoring_lead_view(loaded, true, &v);
			ck_assert_int_ge(v.tier, 'A');
			if (scoring_lead_in_order(loaded, ev.at, &ev.key))
				ck_assert_int_eq(scoring_lead_apply(loaded, &ev, NULL, NULL), ST_OK);
			advance(loaded, ev.at + 40 * DAY, NULL);
			scoring_lead_free(&loaded);
		}
		b.data[at] = kept;
	}
	buf_free(&b);
	free(h);
	scoring_lead_free(&l);
	model_unref(&m);
	model_unref(&other);
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
	tcase_set_timeout(c, 240);
	tcase_add_test(c, arrival_order_and_duplicates_do_not_matter);
	tcase_add_test(c, one_step_is_a_thousand_steps);
	tcase_add_test(c, splits_leave_no_trace);
	tcase_add_test(c, contributions_add_up);
	tcase_add_test(c, the_next_change_is_exact);
	tcase_add_test(c, crossings_of_mixed_decays_are_exact);
	tcase_add_test(c, order_is_kept);
	tcase_add_test(c, stale_and_broken_states_are_refused);
	tcase_add_test(c, an_empty_lead_is_worth_nothing);
	tcase_add_test(c, unknown_is_not_false);
	tcase_add_test(c, the_default_model_tells_its_story);
	tcase_add_test(c, awards_are_told);
	suite_add_tcase(s, c);
	return run_suite(s);
}
