/* Engagement rules: limits, streaks, silence, decay, bounds; and the tags they give. */
#include "scoring_check.h"

/* A script is a list of steps: at an offset, an event; then the points shown must be so (milli). */
struct step {
	int64_t after; /* since T0 */
	const char *type, *properties;
	int64_t points;
};

static void run_script(const char *model, const struct step *steps, size_t n)
{
	struct model *m = model_of(model);
	struct scoring_lead *l = lead_of(m);
	for (size_t i = 0; i < n; i++) {
		if (steps[i].type)
			happen(l, T0 + steps[i].after, steps[i].type, steps[i].properties, NULL, NULL);
		else
			advance(l, T0 + steps[i].after, NULL);
		struct scoring_view v = view_of(l);
		ck_assert_msg(v.engagement == steps[i].points, "step %zu of %s: %lld, not %lld", i, model,
		    (long long)v.engagement, (long long)steps[i].points);
	}
	scoring_lead_free(&l);
	model_unref(&m);
}

#define RUN(model, ...)                                                                                                \
	do {                                                                                                           \
		static const struct step steps_[] = {__VA_ARGS__};                                                     \
		run_script((model), steps_, sizeof(steps_) / sizeof(*steps_));                                         \
	} while (0)
#define RULES(zone, x) "{'time_zone': '" zone "', 'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 10" x "}]}}"

/* T0 is Sunday 00:00 UTC, 08:00 at +08:00. */
START_TEST(limits_count_by_calendar)
{
	RUN(RULES("UTC", ""), {0, "x", NULL, 10000}, {0, "x", NULL, 20000}, {1, "y", NULL, 20000});
	RUN(RULES("UTC", ", 'limit': {'per': 'event'}"), {0, "x", NULL, 10000}, {0, "x", NULL, 20000});
	RUN(RULES("UTC", ", 'limit': {'per': 'day'}"), {0, "x", NULL, 10000}, {DAY - 1, "x", NULL, 10000},
	    {DAY, "x", NULL, 20000}, {DAY, "x", NULL, 20000});
	RUN(RULES("+08:00", ", 'limit': {'per': 'day'}"), {0, "x", NULL, 10000}, {16 * MS_HOUR - 1, "x", NULL, 10000},
	    {16 * MS_HOUR, "x", NULL, 20000});
	RUN(RULES("-05:30", ", 'limit': {'per': 'day'}"), {0, "x", NULL, 10000},
	    {330 * MS_MINUTE - 1, "x", NULL, 10000}, {330 * MS_MINUTE, "x", NULL, 20000});
	RUN(RULES("UTC", ", 'limit': {'times': 2, 'per': 'week'}"), {0, "x", NULL, 10000}, {1, "x", NULL, 20000},
	    {2, "x", NULL, 20000}, {DAY, "x", NULL, 30000}, {2 * DAY, "x", NULL, 40000}, {3 * DAY, "x", NULL, 40000},
	    {8 * DAY, "x", NULL, 50000});
	RUN(RULES("UTC", ", 'limit': {'per': 'month'}"), {0, "x", NULL, 10000}, {31 * DAY - 1, "x", NULL, 10000},
	    {31 * DAY, "x", NULL, 20000}, {61 * DAY - 1, "x", NULL, 20000}, {61 * DAY, "x", NULL, 30000});
	RUN(RULES("UTC", ", 'limit': {'times': 2}"), {0, "x", NULL, 10000}, {400 * DAY, "x", NULL, 20000},
	    {800 * DAY, "x", NULL, 20000});
	RUN(RULES("UTC", ", 'limit': {'per': 'ever'}"), {0, "x", NULL, 10000}, {800 * DAY, "x", NULL, 10000});
	RUN(RULES("UTC", ", 'limit': {'cooldown': 'PT1H'}"), {0, "x", NULL, 10000}, {MS_HOUR - 1, "x", NULL, 10000},
	    {MS_HOUR, "x", NULL, 20000}, {MS_HOUR + 1, "x", NULL, 20000});
	RUN(RULES("UTC", ", 'limit': {'cooldown': 'PT1H', 'times': 2, 'per': 'day'}"), {0, "x", NULL, 10000},
	    {1, "x", NULL, 10000}, {MS_HOUR, "x", NULL, 20000}, {2 * MS_HOUR, "x", NULL, 20000},
	    {DAY, "x", NULL, 30000});
}
END_TEST

#define STREAK(x) RULES("UTC", ", 'streak': {'length': 3" x "}")

START_TEST(streaks_run_and_break)
{
	RUN(STREAK(""), {0, "x", NULL, 0}, {1, "x", NULL, 0}, {2, "y", NULL, 0}, {3, "x", NULL, 10000},
	    {4, "x", NULL, 10000}, {5, "x", NULL, 10000}, {6, "x", NULL, 20000});
	RUN(STREAK(", 'broken_by': ['y']"), {0, "x", NULL, 0}, {1, "x", NULL, 0}, {2, "y", NULL, 0}, {3, "x", NULL, 0},
	    {4, "x", NULL, 0}, {5, "x", NULL, 10000});
	RUN(STREAK(", 'broken_by': [{'type': 'y', 'times': 2}]"), {0, "x", NULL, 0}, {1, "y", NULL, 0},
	    {2, "x", NULL, 0}, {3, "y", NULL, 0}, {4, "x", NULL, 10000}, {5, "x", NULL, 10000}, {6, "y", NULL, 10000},
	    {7, "y", NULL, 10000}, {8, "x", NULL, 10000}, {9, "x", NULL, 10000}, {10, "x", NULL, 20000});
	/* Both: broken first, then it counts. */
	RUN(STREAK(", 'broken_by': ['x']"), {0, "x", NULL, 0}, {1, "x", NULL, 0}, {2, "x", NULL, 0}, {3, "x", NULL, 0});
	RUN(STREAK(", 'distinct': 'properties.m'"), {0, "x", "{'m': 'a'}", 0}, {1, "x", "{'m': 'a'}", 0},
	    {2, "x", "{'m': 'b'}", 0}, {3, "x", "{'m': 'c'}", 10000}, {4, "x", "{'m': 'c'}", 10000});
	RUN(STREAK(", 'distinct': 'properties.m'"), {0, "x", "{'m': '1'}", 0}, {1, "x", "{'m': 1}", 0},
	    {2, "x", "{'m': 1.0}", 0}, {3, "x", "{'m': '1'}", 0}, {4, "x", "{'m': null}", 10000});
	RUN(STREAK(", 'distinct': 'properties.m'"), {0, "x", NULL, 0}, {1, "x", NULL, 0},
	    {2, "x", "{'m': [1]}", 10000});
	/* At the length the run starts again, even when the limit refuses the award. */
	RUN(RULES("UTC", ", 'streak': {'length': 2}, 'limit': {'per': 'day'}"), {0, "x", NULL, 0},
	    {1, "x", NULL, 10000}, {2, "x", NULL, 10000}, {3, "x", NULL, 10000}, {DAY, "x", NULL, 10000},
	    {DAY, "x", NULL, 20000});
	RUN(RULES("UTC", ", 'streak': {'length': 1}"), {0, "x", NULL, 10000}, {1, "x", NULL, 20000});
}
END_TEST

#define SILENCE(x) "{'engagement': {'rules': [{'id': 's', 'points': -5, 'inactive_for': {'after': 'P10D'" x "}}]}}"

START_TEST(silence_speaks_at_the_very_instant)
{
	RUN(SILENCE(""), {0, "page_view", NULL, 0}, {10 * DAY - 1, NULL, NULL, 0}, {10 * DAY, NULL, NULL, -5000},
	    {100 * DAY, NULL, NULL, -5000}, {100 * DAY, "x", NULL, -5000}, {110 * DAY, NULL, NULL, -10000});
	RUN(SILENCE(", 'repeat': true, 'max_times': 3"), {0, "x", NULL, 0}, {20 * DAY - 1, NULL, NULL, -5000},
	    {20 * DAY, NULL, NULL, -10000}, {99 * DAY, NULL, NULL, -15000});
	RUN(SILENCE(", 'repeat': true"), {0, "x", NULL, 0}, {1000 * DAY, NULL, NULL, -60000});
	/* What is only sent to a lead is no activity; but the first event of any type starts the clock. */
	RUN(SILENCE(""), {0, "email_sent", NULL, 0}, {5 * DAY, "email_bounce", NULL, 0},
	    {6 * DAY, "profile_updated", NULL, 0}, {7 * DAY, "tag_added", "{'tag': 'a'}", 0},
	    {10 * DAY, NULL, NULL, -5000});
	RUN(SILENCE(""), {0, "x", NULL, 0}, {5 * DAY, "email_open", NULL, 0}, {15 * DAY - 1, NULL, NULL, 0},
	    {15 * DAY, NULL, NULL, -5000});
	/* Due at the instant of an event: the award comes first. */
	RUN(SILENCE(""), {0, "x", NULL, 0}, {10 * DAY, "x", NULL, -5000}, {20 * DAY - 1, NULL, NULL, -5000},
	    {20 * DAY, NULL, NULL, -10000});
	RUN("{'engagement': {'rules': [{'id': 's', 'on': 'call', 'points': -1, 'inactive_for': {'after': 'P1D'}}]}}",
	    {0, "x", NULL, 0}, {DAY / 2, "x", NULL, 0}, {DAY, NULL, NULL, -1000}, {2 * DAY, "call", NULL, -1000},
	    {3 * DAY, NULL, NULL, -2000});
}
END_TEST

START_TEST(stars_hear_all_but_internal_events)
{
	RUN("{'engagement': {'rules': [{'id': 'r', 'on': '*', 'points': 1}]}}", {0, "anything", NULL, 1000},
	    {1, "email_sent", NULL, 2000}, {2, "profile_updated", NULL, 2000}, {3, "tag_added", NULL, 2000},
	    {4, "stage_set", NULL, 2000}, {5, "lead_merged", NULL, 2000}, {6, "won", NULL, 3000});
	RUN("{'engagement': {'rules': [{'id': 'r', 'on': ['a', 'profile_updated'], 'points': 1}]}}",
	    {0, "a", NULL, 1000}, {1, "profile_updated", NULL, 2000}, {2, "b", NULL, 2000});
}
END_TEST

START_TEST(where_sees_the_event)
{
	RUN(RULES("UTC", ", 'where': {'==': [{'var': 'properties.k'}, 'a']}"), {0, "x", "{'k': 'a'}", 10000},
	    {1, "x", "{'k': 'b'}", 10000}, {2, "x", NULL, 10000});
	RUN(RULES("UTC", ", 'where': {'==': [{'var': 'type'}, 'x']}"), {0, "x", NULL, 10000});
	RUN(RULES("UTC", ", 'where': {'starts_with': [{'var': 'occurred_at'}, '2026-03-01T00:00:00.000Z']}"),
	    {0, "x", NULL, 10000}, {1, "x", NULL, 10000});
}
END_TEST

#define HALF(x) RULES("UTC", ", 'decay': {'half_life': 'P30D'}" x)

START_TEST(a_half_life_halves)
{
	RUN(HALF(""), {0, "x", NULL, 10000}, {30 * DAY, NULL, NULL, 5000}, {60 * DAY, NULL, NULL, 2500},
	    {45 * DAY * 2, NULL, NULL, 1250}, {15 * DAY + 90 * DAY, NULL, NULL, 884});
	RUN(HALF(""), {0, "x", NULL, 10000}, {30 * DAY, "x", NULL, 15000}, {60 * DAY, NULL, NULL, 7500},
	    {36500 * DAY, NULL, NULL, 0}, {36500 * DAY, "x", NULL, 10000});
	RUN(HALF(", 'max': 12"), {0, "x", NULL, 10000}, {1, "x", NULL, 12000}, {30 * DAY, NULL, NULL, 10000},
	    {60 * DAY, NULL, NULL, 5000});
	RUN("{'engagement': {'max': 25, 'groups': [{'id': 'g', 'max': 15}], 'rules': [{'id': 'a', 'on': 'x', 'points': "
	    "10, 'group': 'g'}, {'id': 'b', 'on': 'y', 'points': 20, 'group': 'g', 'min': 0},"
	    "{'id': 'c', 'on': 'z', 'points': 9.5}]}}",
	    {0, "x", NULL, 10000}, {1, "x", NULL, 15000}, {2, "y", NULL, 15000}, {3, "z", NULL, 24500},
	    {4, "z", NULL, 25000});
}
END_TEST

START_TEST(tags_of_rules_come_and_go)
{
	struct model *m = model_of("{'fit': {'rules': [{'id': 'f', 'points': 1, 'when': {'==': [{'var': 'a'}, 1]}, "
				   "'tags': ['t:fit', 't:both']}]},"
				   "'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'tags': ['t:both', "
				   "'t:x'], 'tag_for': 'P1D'}, {'id': 'e2', 'on': 'y', 'points': 1, 'tags': ['t:y']}]},"
				   "'tags': [{'tag': 't:m', 'when': {'>=': [{'var': 'engagement'}, 2]}}, {'tag': "
				   "'t:n', 'when': {'in': ['t:m', {'var': 'tags'}]}}]}");
	struct scoring_lead *l = lead_of(m);
	happen(l, T0, "x", NULL, "{'a': 1}", NULL);
	const struct scoring_tag *tags;
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), 3);
	ck_assert_str_eq(tags[0].tag, "t:both");
	ck_assert_str_eq(tags[0].source, "rule:f");
	ck_assert_str_eq(tags[1].tag, "t:fit");
	ck_assert_str_eq(tags[2].tag, "t:x");
	ck_assert_int_eq(tags[2].expires_at, T0 + DAY);
	happen(l, T0 + 10, "profile_updated", NULL, "{'a': 2}", NULL);
	ck_assert(has_tag(l, "t:both") && !has_tag(l, "t:fit"));
	advance(l, T0 + DAY - 1, NULL);
	ck_assert(has_tag(l, "t:x"));
	advance(l, T0 + DAY, NULL);
	ck_assert(!has_tag(l, "t:x") && !has_tag(l, "t:both") && !has_tag(l, "t:m"));
	happen(l, T0 + DAY, "y", NULL, NULL, NULL);
	ck_assert(has_tag(l, "t:y") && has_tag(l, "t:m") && has_tag(l, "t:n"));
	advance(l, T0 + 9999 * DAY, NULL);
	ck_assert(has_tag(l, "t:y"));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(tags_by_hand)
{
	struct model *m = model_of("{'fit': {'rules': [{'id': 'f', 'points': 1, 'when': true, 'tags': ['a']}]}}");
	struct scoring_lead *l = lead_of(m);
	const struct scoring_tag *tags;
	happen(
	    l, T0, "tag_added", "{'tag': 'a', 'source': 'import', 'expires_at': '2026-03-02T00:00:00Z'}", NULL, NULL);
	happen(l, T0, "tag_added", "{'tag': 'b'}", NULL, NULL);
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), 2);
	ck_assert_str_eq(tags[0].source, "import");
	ck_assert_str_eq(tags[1].source, "hand");
	ck_assert_int_eq(tags[1].expires_at, INSTANT_NEVER);
	advance(l, T0 + DAY - 1, NULL);
	scoring_lead_tags(l, &tags);
	ck_assert_str_eq(tags[0].source, "import");
	advance(l, T0 + DAY, NULL);
	scoring_lead_tags(l, &tags);
	ck_assert_str_eq(tags[0].source, "rule:f");
	happen(l, T0 + DAY, "tag_removed", "{'tag': 'a'}", NULL, NULL);
	ck_assert(has_tag(l, "a"));
	happen(l, T0 + DAY, "tag_removed", "{'tag': 'b'}", NULL, NULL);
	ck_assert(!has_tag(l, "b"));
	/* What is not as it should be has no effect. */
	static const char *const bad[] = {"{}", "{'tag': 5}", "{'tag': ''}", "{'tag': 'c', 'source': 'robot'}",
	    "{'tag': 'c', 'expires_at': 'tomorrow'}", "{'tag': 'c', 'expires_at': 5}",
	    "{'tag': 'c', 'expires_at': '2026-03-01T00:00:00Z'}"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		happen(l, T0 + DAY, "tag_added", bad[i], NULL, NULL);
		ck_assert_uint_eq(scoring_lead_tags(l, &tags), 1);
	}
	/* An expiry in the past ends an earlier hold. */
	happen(l, T0 + DAY, "tag_added", "{'tag': 'd'}", NULL, NULL);
	ck_assert(has_tag(l, "d"));
	happen(l, T0 + DAY, "tag_added", "{'tag': 'd', 'expires_at': '2026-03-01T00:00:00Z'}", NULL, NULL);
	ck_assert(!has_tag(l, "d"));
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(a_hundred_tags_by_hand_and_no_more)
{
	struct model *m = model_of("{}");
	struct scoring_lead *l = lead_of(m);
	const struct scoring_tag *tags;
	for (int i = 0; i < 120; i++) {
		char properties[40];
		snprintf(properties, sizeof(properties), "{'tag': 't%03d'}", i);
		happen(l, T0 + i, "tag_added", properties, NULL, NULL);
	}
	ck_assert_uint_eq(scoring_lead_tags(l, &tags), 100);
	happen(l, T0 + 200, "tag_added", "{'tag': 't005', 'source': 'import'}", NULL, NULL);
	scoring_lead_tags(l, &tags);
	ck_assert_str_eq(tags[5].source, "import");
	happen(l, T0 + 200, "tag_removed", "{'tag': 't005'}", NULL, NULL);
	happen(l, T0 + 200, "tag_added", "{'tag': 't999'}", NULL, NULL);
	ck_assert(has_tag(l, "t999"));
	struct buf b = BUF_INIT;
	save(l, &b);
	struct scoring_lead *again = NULL;
	ck_assert_int_eq(scoring_lead_load(m, "{}", b.data, b.len, &again, NULL), ST_OK);
	ck_assert_uint_eq(scoring_lead_tags(again, &tags), 100);
	buf_free(&b);
	scoring_lead_free(&again);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(the_first_source_stays_until_it_is_taken_away)
{
	struct model *m = model_of("{}");
	struct scoring_lead *l = lead_of(m);
	json_t *first = json_of("{'utm_source': 'baidu'}"), *second = json_of("{'utm_source': 'bing'}");
	struct scoring_event ev = event_at(T0, 1, "x");
	ev.source = first;
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	ev.key = key_of(2);
	ev.source = second;
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	const char *source =
	    json_string_value(json_object_get(json_object_get(scoring_lead_profile(l), "source"), "utm_source"));
	ck_assert_str_eq(source, "baidu");
	ck_assert(scoring_lead_profile_changed(l));
	json_t *clear = json_of("{'source': null}");
	ev = event_at(T0 + 1, 3, "profile_updated");
	ev.patch = clear;
	ev.source = second;
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	source = json_string_value(json_object_get(json_object_get(scoring_lead_profile(l), "source"), "utm_source"));
	ck_assert_str_eq(source, "bing");
	json_decref(first);
	json_decref(second);
	json_decref(clear);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(a_name_fills_the_profile_once)
{
	struct model *m = model_of("{'fit': {'rules': [{'id': 'f', 'points': 3, 'when': {'var': 'email'}}]}}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_event ev = event_at(T0, 1, "x");
	ev.email = "a@example.com";
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	ck_assert_int_eq(view_of(l).fit, 3000);
	ev.key = key_of(2);
	ev.email = "b@example.com";
	ev.phone = "+8613800138000";
	ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
	const json_t *profile = scoring_lead_profile(l);
	ck_assert_str_eq(json_string_value(json_object_get(profile, "email")), "a@example.com");
	ck_assert_str_eq(json_string_value(json_object_get(profile, "phone")), "+8613800138000");
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/rules");
	TCase *c = tcase_create("rules");
	tcase_add_test(c, limits_count_by_calendar);
	tcase_add_test(c, streaks_run_and_break);
	tcase_add_test(c, silence_speaks_at_the_very_instant);
	tcase_add_test(c, stars_hear_all_but_internal_events);
	tcase_add_test(c, where_sees_the_event);
	tcase_add_test(c, a_half_life_halves);
	tcase_add_test(c, tags_of_rules_come_and_go);
	tcase_add_test(c, tags_by_hand);
	tcase_add_test(c, a_hundred_tags_by_hand_and_no_more);
	tcase_add_test(c, the_first_source_stays_until_it_is_taken_away);
	tcase_add_test(c, a_name_fills_the_profile_once);
	suite_add_tcase(s, c);
	return run_suite(s);
}
