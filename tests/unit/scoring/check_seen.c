/* seen: what stages and tags look back at, and the instants at which it turns. */
#include "scoring_check.h"

#define TAG(when) "{'tags': [{'tag': 't:x', 'when': " when "}]}"

struct look {
	int64_t after;    /* since T0 */
	const char *type; /* NULL: only time passes */
	bool held;
	const char *properties;
};

/* The same whether the lead stays in memory or is saved and loaded before each look. */
static void run_looks(const char *text, const struct look *looks, size_t n)
{
	struct model *m = model_of(text);
	struct scoring_lead *l = lead_of(m), *loaded = lead_of(m);
	struct buf a = BUF_INIT, b = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		struct scoring_event ev = event_at(T0 + looks[i].after, (unsigned)i + 1, looks[i].type);
		ev.properties_text = looks[i].properties;
		for (int k = 0; k < 2; k++) {
			struct scoring_lead *each = k ? loaded : l;
			if (looks[i].type)
				ck_assert_int_eq(scoring_lead_apply(each, &ev, NULL, NULL), ST_OK);
			advance(each, ev.at, NULL);
			ck_assert_msg(has_tag(each, "t:x") == looks[i].held, "look %zu of %s", i, text);
		}
		save(l, &a);
		save(loaded, &b);
		ck_assert_uint_eq(a.len, b.len);
		ck_assert_mem_eq(a.data, b.data, a.len);
		scoring_lead_free(&loaded);
		ck_assert_int_eq(scoring_lead_load(m, "{}", a.data, a.len, &loaded, NULL), ST_OK);
	}
	buf_free(&a);
	buf_free(&b);
	scoring_lead_free(&loaded);
	scoring_lead_free(&l);
	model_unref(&m);
}

#define LOOK(when, ...)                                                                                                \
	do {                                                                                                           \
		static const struct look looks_[] = {__VA_ARGS__};                                                     \
		run_looks(TAG(when), looks_, sizeof(looks_) / sizeof(*looks_));                                        \
	} while (0)

START_TEST(seen_within_a_window)
{
	LOOK("{'seen': 'a'}", {0, "b", false}, {1, "a", true}, {999 * DAY, NULL, true});
	LOOK("{'seen': [['a', 'b'], 'P1D']}", {0, "c", false}, {1, "a", true}, {DAY / 2, "b", true},
	    {DAY + 1, NULL, true}, {DAY + DAY / 2 - 1, NULL, true}, {DAY + DAY / 2, NULL, false});
}
END_TEST

START_TEST(events_are_counted)
{
	LOOK("{'==': [{'count_events': [['a', 'b']]}, 3]}", {0, "a", false}, {1, "c", false}, {1, "b", false},
	    {1, "a", true}, {999 * DAY, NULL, true}, {999 * DAY, "b", false});
	/* A type named twice is one type. All types count, also internal ones. */
	LOOK("{'>=': [{'count_events': [['tag_added', 'tag_added']]}, 2]}", {0, "tag_added", false},
	    {1, "tag_added", true});
	LOOK("{'count_events': 'a'}", {0, "b", false}, {1, "a", true});
	/* Within a time: an event leaves the window at its instant and a day. */
	LOOK("{'>=': [{'count_events': [['a', 'b'], 'P1D']}, 2]}", {0, "a", false}, {1000, "b", true},
	    {2000, "a", true}, {DAY + 999, NULL, true}, {DAY + 1000, NULL, false}, {DAY + 1999, "a", true},
	    {DAY + 2000, NULL, false});
	LOOK("{'<': [{'count_events': [['a'], 'P1D']}, 1]}", {0, "b", true}, {1, "a", false}, {DAY, NULL, false},
	    {DAY + 1, NULL, true});
	/* One type, several windows, in one rule. */
	LOOK("{'and': [{'>=': [{'count_events': ['a', 'PT1H']}, 1]}, {'>=': [{'count_events': ['a', 'P1D']}, 3]}]}",
	    {0, "a", false}, {1, "a", false}, {DAY - 1, "a", true}, {DAY, NULL, false}, {DAY, "a", true},
	    {DAY + 1, NULL, false});
	LOOK("{'==': [{'-': [{'count_events': 'a'}, {'count_events': ['a', 'P1D']}]}, 1]}", {0, "a", false},
	    {DAY, NULL, true}, {DAY, "a", true}, {2 * DAY, NULL, false});
}
END_TEST

/* Of a window the newest 64 count; without one there is a bound far out. */
#define BIG "{'type': 'a', 'where': {'>': [{'var': 'properties.n'}, 1]}}"

START_TEST(events_that_meet_a_condition)
{
	LOOK("{'>=': [{'count_events': [" BIG ", 'P1D']}, 2]}", {0, "a", false, "{\"n\":2}"}, {1, "a", false, "{\"n\":1}"},
	    {2, "b", false, "{\"n\":3}"}, {3, "a", false}, {4, "a", true, "{\"n\":2}"}, {DAY, NULL, false});
	LOOK("{'==': [{'count_events': [[" BIG ", 'b']]}, 3]}", {0, "b", false, "{\"n\":0}"}, {1, "a", false, "{\"n\":1}"},
	    {2, "a", false, "{\"n\":5}"}, {3, "a", true, "{\"n\":9}"}, {99 * DAY, NULL, true});
	/* Each condition has its own memory, and all of the type another. */
	LOOK("{'and': [{'seen': [" BIG "]}, {'==': [{'count_events': 'a'}, 2]}, {'!': {'seen': [{'type': 'a', 'where': "
	     "{'>': [{'var': 'properties.n'}, 2]}}]}}]}",
	    {0, "a", false, "{\"n\":1}"}, {1, "a", true, "{\"n\":2}"}, {2, "a", false, "{\"n\":2}"});
	LOOK("{'>=': [{'days_since': [" BIG "]}, 1]}", {0, "a", false, "{\"n\":2}"}, {DAY - 1, "a", false, "{\"n\":1}"},
	    {DAY, NULL, true});
	/* The event alone: of the profile there is nothing to see, by whatever way. */
	LOOK("{'seen': [{'type': 'a', 'where': {'!': [{'var': {'cat': ['na', 'me']}}]}}]}", {0, "a", true});
}
END_TEST

START_TEST(counts_are_bounded)
{
	struct model *m =
	    model_of("{'tags': [{'tag': 't:64', 'when': {'==': [{'count_events': [['a', 'b'], 'P1D']}, 64]}},"
		     "{'tag': 't:66', 'when': {'==': [{'count_events': ['a']}, 66]}},"
		     "{'tag': 't:63', 'when': {'==': [{'count_events': ['a', 'P1D']}, 63]}}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_view v;
	for (int i = 0; i < 66; i++)
		happen(l, T0 + i, "a", NULL, NULL, NULL);
	ck_assert(has_tag(l, "t:64") && has_tag(l, "t:66"));
	happen(l, T0 + 66, "b", NULL, NULL, NULL);
	ck_assert(has_tag(l, "t:64"));
	/* Of a 64 are kept: those from 2 on. With b they are 64 until two of them have gone. */
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, T0 + DAY + 2);
	advance(l, T0 + DAY + 2, NULL);
	ck_assert(has_tag(l, "t:64") && has_tag(l, "t:63"));
	advance(l, T0 + DAY + 3, NULL);
	ck_assert(!has_tag(l, "t:64") && !has_tag(l, "t:63") && has_tag(l, "t:66"));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(days_are_whole)
{
	/* Nothing yet is null: as a number 0, equal to no number. */
	LOOK("{'==': [{'days_since': 'a'}, 0]}", {0, "b", false}, {1, "a", true}, {DAY, NULL, true},
	    {DAY + 1, NULL, false}, {2 * DAY, "a", true});
	LOOK("{'<': [{'days_since': 'a'}, 3]}", {0, "b", true}, {0, "a", true}, {3 * DAY - 1, NULL, true},
	    {3 * DAY, NULL, false});
	LOOK("{'>=': [{'days_since': [['a', 'b']]}, 2.5]}", {0, "a", false}, {DAY, "b", false},
	    {4 * DAY - 1, NULL, false}, {4 * DAY, NULL, true}, {4 * DAY, "a", false});
	LOOK("{'>': [7, {'days_since': 'a'}]}", {0, "a", true}, {7 * DAY - 1, NULL, true}, {7 * DAY, NULL, false});
	LOOK("{'between': [{'days_since': 'a'}, 3, 5]}", {0, "a", false}, {3 * DAY - 1, NULL, false},
	    {3 * DAY, NULL, true}, {6 * DAY - 1, NULL, true}, {6 * DAY, NULL, false});
	LOOK("{'<': [1, {'days_since': 'a'}, 4]}", {0, "a", false}, {2 * DAY, NULL, true}, {4 * DAY - 1, NULL, true},
	    {4 * DAY, NULL, false});
	LOOK("{'!=': [{'days_since': 'a'}, 2]}", {0, "a", true}, {2 * DAY, NULL, false}, {3 * DAY, NULL, true});
	LOOK("{'>': [{'days_since': 'a'}, -1]}", {0, "b", true}, {1, "a", true}, {900 * DAY, NULL, true});
}
END_TEST

/* Stages too, to the millisecond, and as the next change. */
START_TEST(turnings_are_found)
{
	struct model *m = model_of(
	    "{'engagement': {'rules': [{'id': 'r', 'on': 'a', 'points': 40}]}, 'stages': [{'stage': 'mql', 'when': "
	    "{'and': "
	    "[{'>=': [{'var': 'score'}, 40]}, {'>=': [{'days_since': ['a']}, 400]}]}}, {'stage': 'sal', 'when':"
	    "{'==': [{'days_since': 'a'}, 401]}}]}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	struct scoring_view v;
	happen(l, T0 + 7, "a", NULL, NULL, NULL);
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, T0 + 7 + 400 * DAY);
	advance(l, T0 + 500 * DAY, &fx);
	ck_assert_uint_eq(fx.n_transitions, 2);
	ck_assert_int_eq(fx.transitions[0].at, T0 + 7 + 400 * DAY);
	ck_assert_str_eq(fx.transitions[0].to, "mql");
	ck_assert_int_eq(fx.transitions[1].at, T0 + 7 + 401 * DAY);
	ck_assert_str_eq(fx.transitions[1].to, "sal");
	scoring_lead_view(l, true, &v);
	ck_assert_int_eq(v.next_change_at, INSTANT_NEVER);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/seen");
	TCase *c = tcase_create("seen");
	tcase_add_test(c, seen_within_a_window);
	tcase_add_test(c, events_are_counted);
	tcase_add_test(c, events_that_meet_a_condition);
	tcase_add_test(c, counts_are_bounded);
	tcase_add_test(c, days_are_whole);
	tcase_add_test(c, turnings_are_found);
	suite_add_tcase(s, c);
	return run_suite(s);
}
