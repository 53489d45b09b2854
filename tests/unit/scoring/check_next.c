/* next: what would lift a lead, which question is the best, and when it falls. */
#include "scoring_check.h"

#include "scoring/next.h"

static struct scoring_next next_of(struct scoring_lead *l)
{
	struct scoring_next n;
	ck_assert_int_eq(scoring_next(l, &n, NULL), ST_OK);
	return n;
}

static const struct next_event *event_of(const struct scoring_next *n, const char *rule, const char *type)
{
	for (size_t i = 0; i < n->n_events; i++)
		if (strcmp(n->events[i].type, type) == 0 &&
		    (rule ? n->events[i].rule && strcmp(n->events[i].rule, rule) == 0 : !n->events[i].rule))
			return &n->events[i];
	return NULL;
}

/* The state of the lead is what it was, byte for byte, whatever was tried. */
static void untouched(struct scoring_lead *l, const struct buf *before)
{
	struct buf after = BUF_INIT;
	save(l, &after);
	ck_assert_uint_eq(before->len, after.len);
	ck_assert_mem_eq(before->data, after.data, after.len);
	buf_free(&after);
}

#define SHOP                                                                                                           \
	"{'engagement': {'groups': [{'id': 'web', 'max': 40}], 'rules': ["                                             \
	"{'id': 'price', 'label': 'Pricing page', 'on': 'page_view', 'group': 'web', 'points': 25, "                   \
	"'where': {'==': [{'var': 'properties.path'}, '/pricing']}, 'limit': {'per': 'day'}}, "                        \
	"{'id': 'view', 'on': 'page_view', 'group': 'web', 'points': 1}, "                                             \
	"{'id': 'demo', 'on': ['demo_request', 'call'], 'points': 30, 'limit': {'times': 1, 'per': 'week'}}, "         \
	"{'id': 'bounce', 'on': 'email_bounce', 'points': -5}, "                                                       \
	"{'id': 'opens', 'on': 'email_open', 'points': 12, 'streak': {'length': 2}}, "                                 \
	"{'id': 'any', 'on': '*', 'points': 0.5}]}, "                                                                  \
	"'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 50]}, 'rearm_below': 40}, "                     \
	"{'stage': 'sal', 'label': 'Accepted', 'when': {'and': [{'>': [{'var': 'score'}, 30]}, {'seen': "              \
	"['demo_request', 'P30D']}]}}]}"

START_TEST(events_are_tried)
{
	struct model *m = model_of(SHOP);
	struct scoring_lead *l = lead_of(m);
	struct buf before = BUF_INIT;
	happen(l, T0, "x", NULL, NULL, NULL);
	happen(l, T0 + 1, "page_view", "{'path': '/pricing'}", NULL, NULL);
	advance(l, T0 + MS_HOUR, NULL);
	save(l, &before);
	struct scoring_next n = next_of(l);
	ck_assert_int_eq(n.now.total, 27000);
	/* Today's pricing page was counted: one view more is worth its own point. Tomorrow another one is, up to the
	 * cap of 40. */
	const struct next_event *e = event_of(&n, "price", "page_view");
	ck_assert_int_eq(e->gain, 1500);
	ck_assert_int_eq(e->gain_two, 40000 - 26000 + 1000);
	ck_assert_str_eq(e->label, "Pricing page");
	e = event_of(&n, "view", "page_view");
	ck_assert_int_eq(e->gain, 1500);
	ck_assert_int_eq(e->gain_two, 3000);
	/* A week later the limit allows another one. */
	e = event_of(&n, "demo", "demo_request");
	ck_assert_int_eq(e->gain, 30500);
	ck_assert_int_eq(e->stage, STAGE_SAL);
	ck_assert_int_eq(e->gain_two, 61000);
	e = event_of(&n, "demo", "call");
	ck_assert_int_eq(e->gain, 30500);
	ck_assert_int_eq(e->stage, STAGE_MQL);
	/* A run of two. */
	e = event_of(&n, "opens", "email_open");
	ck_assert_int_eq(e->gain, 500);
	ck_assert_int_eq(e->gain_two, 13000);
	e = event_of(&n, "any", "*");
	ck_assert_int_eq(e->gain, 500);
	ck_assert_ptr_null(event_of(&n, "bounce", "email_bounce"));
	ck_assert_ptr_null(event_of(&n, NULL, "demo_request"));
	/* By points an event: the best first. */
	ck_assert_str_eq(n.events[0].rule, "demo");
	for (size_t i = 1; i < n.n_events; i++) {
		const struct next_event *a = &n.events[i - 1], *b = &n.events[i];
		ck_assert_int_ge(a->gain * 2 > a->gain_two ? a->gain * 2 : a->gain_two,
		    b->gain * 2 > b->gain_two ? b->gain * 2 : b->gain_two);
	}
	untouched(l, &before);
	scoring_next_free(&n);
	buf_free(&before);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(stages_say_what_is_missing)
{
	struct model *m = model_of(SHOP);
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "page_view", "{'path': '/pricing'}", NULL, NULL);
	struct scoring_next n = next_of(l);
	ck_assert_uint_eq(n.n_stages, 2);
	ck_assert_int_eq(n.stages[0].stage, STAGE_MQL);
	ck_assert_str_eq(n.stages[0].label, "mql");
	ck_assert_int_eq(n.stages[0].short_of, 50000 - 26500);
	ck_assert_uint_eq(n.stages[0].n_needs, 0);
	ck_assert(n.stages[0].armed);
	/* No points make up for the demo. */
	ck_assert_int_eq(n.stages[1].stage, STAGE_SAL);
	ck_assert_str_eq(n.stages[1].label, "Accepted");
	ck_assert_int_eq(n.stages[1].short_of, -1);
	ck_assert_uint_eq(n.stages[1].n_needs, 1);
	ck_assert_str_eq(n.stages[1].needs[0], "demo_request");
	scoring_next_free(&n);
	/* With the demo seen, as an SAL there is nothing above. */
	happen(l, T0 + 1, "demo_request", NULL, NULL, NULL);
	n = next_of(l);
	ck_assert_int_eq(n.now.stage, STAGE_SAL);
	ck_assert_uint_eq(n.n_stages, 0);
	scoring_next_free(&n);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* The fewest points for conditions of many shapes; -1: none do. The lead has 10 points, of engagement. */
START_TEST(conditions_of_any_shape_are_asked)
{
	static const struct {
		const char *when;
		int64_t short_of;
	} cases[] = {{"{'>=': [{'var': 'score'}, 25.5]}", 15500}, {"{'>': [{'var': 'score'}, 25.5]}", 15501},
	    {"{'<=': [25, {'var': 'score'}]}", 15000}, {"{'between': [{'var': 'engagement'}, 20, 30]}", 10000},
	    {"{'between': [{'var': 'score'}, 2, 9]}", -1}, {"{'==': [{'var': 'score'}, 60]}", 50000},
	    {"{'or': [{'>=': [{'var': 'score'}, 90]}, {'>=': [{'var': 'engagement'}, 70]}]}", 60000},
	    {"{'and': [{'>=': [{'var': 'score'}, 90]}, {'in': [{'var': 'grade'}, ['D1', 'D2']]}]}", 80000},
	    {"{'in': [{'var': 'grade'}, ['D1', 'D2']]}", 20000}, {"{'>=': [{'var': 'score'}, 101]}", -1},
	    {"{'>=': [{'var': 'score'}, {'if': [{'var': 'vip'}, 20, 40]}]}", 30000}, {"true", 0}, {"false", -1},
	    {"{'!': [{'<': [{'var': 'score'}, 11]}]}", 1000}, {"{'==': [{'var': 'name'}, 'x']}", -1}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char model[600];
		snprintf(model, sizeof(model),
		    "{'score': {'max': 100}, 'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 10}]}, "
		    "'stages': [{'stage': 'sal', 'cooldown': 'P1D', 'when': {'and': [%s, {'var': 'on'}]}}]}",
		    cases[i].when);
		struct model *m = model_of(model);
		struct scoring_lead *l = lead_of(m);
		happen(l, T0, "x", NULL, NULL, NULL);
		struct scoring_next n = next_of(l);
		ck_assert_int_eq(n.stages[0].short_of, -1);
		scoring_next_free(&n);
		/* Conditions that hold make the lead an SAL at once; a person takes it back. */
		happen(l, T0 + 1, "profile_updated", NULL, "{'on': true}", NULL);
		if (cases[i].short_of == 0) {
			ck_assert_int_eq(view_of(l).stage, STAGE_SAL);
			happen(l, T0 + 2, "stage_set", "{'stage': 'lead'}", NULL, NULL);
		}
		n = next_of(l);
		ck_assert_uint_eq(n.n_stages, 1);
		ck_assert_msg(n.stages[0].short_of == cases[i].short_of, "%s: %lld", cases[i].when,
		    (long long)n.stages[0].short_of);
		ck_assert(n.stages[0].armed == (cases[i].short_of != 0));
		ck_assert_int_eq(n.stages[0].not_before, cases[i].short_of ? INSTANT_NEVER : T0 + 2 + DAY);
		scoring_next_free(&n);
		scoring_lead_free(&l);
		model_unref(&m);
	}
}
END_TEST

START_TEST(the_best_question_comes_first)
{
	struct model *m =
	    model_of("{'icp': {'criteria': [{'id': 'known', 'when': {'var': 'known'}, 'ask': 'k?', 'weight': 4}, "
		     "{'id': 'light', 'when': {'var': 'light'}, 'ask': 'l?'}, {'id': 'silent', 'when': {'var': "
		     "'silent'}, 'weight': 2}, "
		     "{'id': 'optional', 'when': {'var': 'o'}, 'ask': 'o?', 'core': false, 'weight': 9}, "
		     "{'id': 'heavy', 'when': {'var': 'heavy'}, 'ask': 'h?', 'weight': 4}, "
		     "{'id': 'light_too', 'when': {'var': 'lt'}, 'ask': 't?'}, {'id': 'no', 'when': {'==': [{'var': "
		     "'known'}, 2]}, 'ask': 'n?'}], "
		     "'tiers': {'A': 100, 'B': 60, 'C': 40}}}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "x", NULL, "{'known': 1}", NULL);
	struct scoring_next n = next_of(l);
	/* 4 of 13 are met; `heavy` makes 8, which is B at 61.5 %. The others leave it at D; the optional one is the
	 * heaviest of them. */
	static const char *const order[] = {"heavy", "optional", "light", "light_too"};
	ck_assert_uint_eq(n.n_questions, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(n.questions[i].criterion, order[i]);
		ck_assert_int_eq(n.questions[i].tier, i ? 'D' : 'B');
	}
	ck_assert_str_eq(n.questions[0].ask, "h?");
	scoring_next_free(&n);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(an_excluded_lead_is_told_so)
{
	struct model *m = model_of("{'icp': {'criteria': [{'id': 'a', 'when': {'var': 'a'}, 'ask': '?'}], "
				   "'exclusions': [{'id': 'x', 'when': {'var': 'out'}}]}, "
				   "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 1]}}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_next n = next_of(l); /* without any event */
	ck_assert_uint_eq(n.n_stages + n.n_events + n.n_expiries, 0);
	ck_assert_int_eq(n.questions[0].tier, 'A');
	scoring_next_free(&n);
	happen(l, T0, "x", NULL, "{'out': true}", NULL);
	n = next_of(l);
	ck_assert_uint_eq(n.n_stages, 0);
	ck_assert_int_eq(n.questions[0].tier, 'X');
	scoring_next_free(&n);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* 60 points that halve every 30 days, 5 for silence after 10 days, a tag and an offset that end. */
START_TEST(falls_are_foreseen)
{
	struct model *m = model_of(
	    "{'time_zone': 'Europe/Berlin', 'language': 'en', 'engagement': {'rules': ["
	    "{'id': 'r', 'on': 'x', 'points': 60, 'decay': {'half_life': 'P30D'}, 'tags': ['a:b'], 'tag_for': 'P7D'}, "
	    "{'id': 's', 'points': -5, 'inactive_for': {'after': 'P10D'}}]}, "
	    "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 50]}, 'rearm_below': 30, 'fall_back': "
	    "true}]}");
	struct scoring_lead *l = lead_of(m);
	struct buf before = BUF_INIT;
	happen(l, T0, "x", NULL, NULL, NULL);
	happen(l, T0, "score_offset",
	    "{'points': 1, 'reason': 'fair', 'author': 'z', 'expires_at': '2026-03-05T00:00:00Z'}", NULL, NULL);
	save(l, &before);
	struct scoring_next n = next_of(l);
	ck_assert_int_eq(n.now.stage, STAGE_MQL);
	/* The first milli that rounds to 60: by brute force, hour by hour, none is before and one is within the hour.
	 */
	struct scoring_lead *twin = lead_of(m);
	happen(twin, T0, "x", NULL, NULL, NULL);
	happen(twin, T0, "score_offset",
	    "{'points': 1, 'reason': 'fair', 'author': 'z', 'expires_at': '2026-03-05T00:00:00Z'}", NULL, NULL);
	int64_t total_at = 0, grade_at = 0, stage_at = 0;
	for (int64_t t = T0 + MS_HOUR; !stage_at && t < T0 + 90 * DAY; t += MS_HOUR) {
		advance(twin, t, NULL);
		struct scoring_view v = view_of(twin);
		total_at = total_at || v.shown_total >= n.now.shown_total ? total_at : t;
		grade_at = grade_at || v.grade[1] == n.now.grade[1] ? grade_at : t;
		stage_at = v.stage == STAGE_MQL ? 0 : t;
	}
	ck_assert_msg(n.falls.total_at > total_at - MS_HOUR && n.falls.total_at <= total_at, "%lld",
	    (long long)(n.falls.total_at - T0));
	ck_assert_msg(n.falls.grade_at > grade_at - MS_HOUR && n.falls.grade_at <= grade_at, "%lld",
	    (long long)(n.falls.grade_at - T0));
	ck_assert_msg(n.falls.stage_at > stage_at - MS_HOUR && n.falls.stage_at <= stage_at, "%lld",
	    (long long)(n.falls.stage_at - T0));
	ck_assert_int_eq(n.falls.total, 60);
	ck_assert_str_eq(n.falls.grade, "D2");
	ck_assert_int_eq(n.falls.stage, STAGE_LEAD);
	ck_assert_int_eq(n.falls.tier_at, INSTANT_NEVER);
	ck_assert_int_gt(n.falls.looked_until, stage_at);
	ck_assert_uint_eq(n.n_expiries, 2);
	ck_assert_ptr_null(n.expiries[0].tag);
	ck_assert_int_eq(n.expiries[0].points, 1000);
	ck_assert_int_eq(n.expiries[0].at, T0 + 4 * DAY);
	ck_assert_str_eq(n.expiries[1].tag, "a:b");
	ck_assert_int_eq(n.expiries[1].at, T0 + 7 * DAY);
	ck_assert_str_eq(model_language(m), "en");
	ck_assert_int_eq(model_local_time(m, T0), T0 + MS_HOUR);
	untouched(l, &before);
	scoring_next_free(&n);
	buf_free(&before);
	scoring_lead_free(&twin);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

/* Stored and read again, a lead of the default model says the same. */
START_TEST(a_loaded_lead_says_the_same)
{
	struct model *m = default_model();
	struct scoring_lead *l = lead_of(m), *loaded = NULL;
	struct buf state = BUF_INIT;
	happen(l, T0, "form_submit", NULL, "{'title': 'CEO', 'company': {'employees': 150, 'industry': '跨境电商'}}",
	    NULL);
	happen(l, T0 + DAY, "page_view", "{'path': '/pricing'}", NULL, NULL);
	save(l, &state);
	ck_assert_int_eq(
	    scoring_lead_load(m, "{\"title\": \"CEO\", \"company\": {\"employees\": 150, \"industry\": \"跨境电商\"}}",
		state.data, state.len, &loaded, NULL),
	    ST_OK);
	struct scoring_next a = next_of(l), b = next_of(loaded);
	ck_assert_uint_gt(a.n_events, 8);
	ck_assert_uint_eq(a.n_events, b.n_events);
	for (size_t i = 0; i < a.n_events; i++) {
		ck_assert_str_eq(a.events[i].label, b.events[i].label);
		ck_assert_int_eq(a.events[i].gain, b.events[i].gain);
		ck_assert_int_eq(a.events[i].gain_two, b.events[i].gain_two);
	}
	ck_assert_str_eq(a.events[0].rule, "demo_request");
	ck_assert_int_eq(a.events[0].stage, STAGE_SAL);
	ck_assert_int_eq(a.questions[0].tier, b.questions[0].tier);
	ck_assert_uint_eq(a.n_questions, 4);
	ck_assert_int_eq(a.falls.total_at, b.falls.total_at);
	scoring_next_free(&a);
	scoring_next_free(&b);
	buf_free(&state);
	scoring_lead_free(&loaded);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/next");
	TCase *c = tcase_create("next");
	tcase_set_timeout(c, 60);
	tcase_add_test(c, events_are_tried);
	tcase_add_test(c, stages_say_what_is_missing);
	tcase_add_test(c, conditions_of_any_shape_are_asked);
	tcase_add_test(c, the_best_question_comes_first);
	tcase_add_test(c, an_excluded_lead_is_told_so);
	tcase_add_test(c, falls_are_foreseen);
	tcase_add_test(c, a_loaded_lead_says_the_same);
	suite_add_tcase(s, c);
	return run_suite(s);
}
