/* promises: a score is a function of events, model and instant; every point is explained; the next change is exact. By
 * random histories, under the default model and under one with every kind of rule. */
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
	    "trial_start", "meeting", "profile_updated", "tag_added", "tag_removed", "stage_set", "score_offset",
	    "something_else"};
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
		else if (strcmp(ev->type, "score_offset") == 0)
			snprintf(h->properties[i], sizeof(h->properties[i]),
			    next(&state) % 2 ? "{\"points\": %d.25}"
					     : "{\"points\": %d, \"expires_at\": \"2026-04-11T08:00:00Z\"}",
			    (int)(next(&state) % 61) - 30);
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

/* Every kind of rule, decay and look back, over the types of the histories. */
static struct model *rich_model(void)
{
	return model_of(
	    "{'time_zone': 'Europe/Berlin', 'score': {'min': -40, 'max': 260}, 'fit': {'rules': ["
	    "{'id': 'chief', 'points': 12.5, 'when': {'==': [{'var': 'title_level'}, 'c_level']}, 'tags': "
	    "['role:chief']}]},"
	    "'engagement': {'max': 200, 'groups': [{'id': 'web', 'max': 60}], 'rules': ["
	    "{'id': 'view', 'on': 'page_view', 'points': 3.333, 'group': 'web', 'decay': {'linear': 'P9D'}},"
	    "{'id': 'recent', 'on': ['content_download', 'email_click'], 'points': 7,"
	    " 'decay': {'expires_after': 'P20DT1H'}},"
	    "{'id': 'tired', 'on': 'email_sent', 'points': -2.5, 'decay': {'linear': 'P40D'}, 'min': -15},"
	    "{'id': 'webinar', 'on': 'webinar_attend', 'points': 20, 'decay': {'half_life': 'P30D'}},"
	    "{'id': 'journey', 'points': 30, 'sequence': {'within': 'P12D', 'without': ['email_sent'], 'steps': ["
	    "{'on': 'page_view', 'where': {'in': ['/pricing', {'var': 'properties.path'}]}},"
	    "{'on': ['form_submit', 'content_download']}, {'on': '*'}]}, 'limit': {'cooldown': 'P1D'},"
	    " 'decay': {'expires_after': 'P60D'}, 'tags': ['path:buyer'], 'tag_for': 'P15D'},"
	    "{'id': 'again', 'points': 11, 'decay': {'linear': 'P30D'},"
	    " 'sequence': {'steps': [{'on': 'page_view'}, {'on': 'page_view'}], 'within': 'P3D'}},"
	    "{'id': 'busy', 'on': '*', 'points': 9, 'count': {'at_least': 4, 'within': 'P2D'}, 'limit': {'per': "
	    "'week'},"
	    " 'decay': {'linear': 'P14D'}, 'tags': ['pace:busy'], 'tag_for': 'P5D'},"
	    "{'id': 'opens', 'on': 'email_open', 'points': 5, 'streak': {'length': 2, 'broken_by': ['email_sent']}},"
	    "{'id': 'quiet', 'points': -6, 'inactive_for': {'after': 'P10D', 'repeat': true},"
	    " 'decay': {'expires_after': 'P25D'}}]},"
	    "'icp': {'exclusions': [{'id': 'school', 'when': {'==': [{'var': 'company.industry'}, '教育']}}]},"
	    "'stages': [{'stage': 'mql', 'rearm_below': 30, 'fall_back': true, 'cooldown': 'P2D', 'when': {'and': ["
	    "{'>=': [{'var': 'score'}, 40]}, {'<': [{'days_since': [['page_view', 'email_open']]}, 30]}]}},"
	    "{'stage': 'sal', 'when':"
	    " {'>=': [{'count_events': [['demo_request', 'quote_request', 'trial_start'], 'P45D']}, 2]}}],"
	    "'tags': [{'tag': 'n:many', 'when': {'>': [{'count_events': [['page_view', 'email_open']]}, 6]}},"
	    "{'tag': 'n:hot', 'when': {'>=': [{'count_events': ['page_view', 'P4D']}, 3]}},"
	    "{'tag': 'age:cold', 'when': {'or': [{'between': [{'days_since': 'page_view'}, 8, 21]},"
	    "{'>=': [{'days_since': [['meeting', 'webinar_attend']]}, 33.5]}]}}]}");
}

static struct model *model_number(int i)
{
	return i ? rich_model() : default_model();
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
	struct model *m = model_number(_i);
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
	struct model *m = model_number(_i);
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
	struct model *m = model_number(_i);
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
	struct model *m = model_number(_i);
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
			ck_assert_uint_eq(x.n_criteria, _i ? 0 : 7);
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
	struct model *m = model_number(_i);
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

START_TEST(stale_and_broken_states_are_refused)
{
	struct model *m = model_number(_i), *other = model_of("{}");
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

int main(void)
{
	Suite *s = suite_create("scoring/promises");
	TCase *c = tcase_create("promises");
	tcase_set_timeout(c, 240);
	tcase_add_loop_test(c, arrival_order_and_duplicates_do_not_matter, 0, 2);
	tcase_add_loop_test(c, one_step_is_a_thousand_steps, 0, 2);
	tcase_add_loop_test(c, splits_leave_no_trace, 0, 2);
	tcase_add_loop_test(c, contributions_add_up, 0, 2);
	tcase_add_loop_test(c, the_next_change_is_exact, 0, 2);
	tcase_add_loop_test(c, stale_and_broken_states_are_refused, 0, 2);
	suite_add_tcase(s, c);
	return run_suite(s);
}
