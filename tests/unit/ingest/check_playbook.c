/* playbook: what a cadence is, when it comes next by the calendar, and whom a playbook is for. */
#include <check.h>
#include <string.h>

#include "base/instant.h"
#include "ingest/playbook.h"
#include "scoring/local.h"

static int64_t at(const char *text)
{
	int64_t ms;
	ck_assert_msg(instant_parse(text, strlen(text), &ms), "%s", text);
	return ms;
}

static const struct {
	const char *text;
	int months;
	int64_t days, ms;
} good[] = {
    {"weekly", 0, 7, 0},
    {"biweekly", 0, 14, 0},
    {"monthly", 1, 0, 0},
    {"quarterly", 3, 0, 0},
    {"P1M", 1, 0, 0},
    {"P1Y2M", 14, 0, 0},
    {"P10Y", 120, 0, 0},
    {"P2W", 0, 14, 0},
    {"P10D", 0, 10, 0},
    {"P1M15D", 1, 15, 0},
    {"P1DT12H", 0, 1, 12 * MS_HOUR},
    {"PT36H", 0, 0, 36 * MS_HOUR},
    {"PT1M", 0, 0, MS_MINUTE},
    {"PT0S", 0, 0, 0},
    {"P1MT1M", 1, 0, MS_MINUTE},
};
START_TEST(reads)
{
	struct cadence c;
	ck_assert_msg(cadence_parse(good[_i].text, &c), "%s", good[_i].text);
	ck_assert_int_eq(c.months, good[_i].months);
	ck_assert_int_eq(c.days, good[_i].days);
	ck_assert_int_eq(c.ms, good[_i].ms);
}
END_TEST

static const char *const bad[] = {"", "P", "1M", "PT", "P1", "P1M1Y", "P11Y", "P121M", "P1M2M", "P3654D", "Weekly",
    "daily", "P-1M", "P1.5M", "P1H", "P1DT", "P99999999999M", "P1D1M", "PT1Y", "P1M ",
    "P1DT0000000000000000000000000000000000000000000000000000000000000001H"};
START_TEST(refuses)
{
	struct cadence c = {7, 7, 7};
	ck_assert_msg(!cadence_parse(bad[_i], &c), "%s", bad[_i]);
	ck_assert_int_eq(c.months, 7);
}
END_TEST

static const struct {
	const char *zone, *cadence, *at, *next;
} next[] = {
    {"UTC", "weekly", "2026-12-28T09:30:00.250Z", "2027-01-04T09:30:00.250Z"},
    /* The last day of a month, where the next has none such; a leap day; the end of a year. */
    {"UTC", "monthly", "2026-01-31T09:00:00Z", "2026-02-28T09:00:00Z"},
    {"UTC", "monthly", "2028-01-31T09:00:00Z", "2028-02-29T09:00:00Z"},
    {"UTC", "monthly", "2026-02-28T09:00:00Z", "2026-03-28T09:00:00Z"},
    {"UTC", "quarterly", "2026-11-30T23:59:59Z", "2027-02-28T23:59:59Z"},
    {"UTC", "P1Y", "2028-02-29T12:00:00Z", "2029-02-28T12:00:00Z"},
    {"UTC", "P1M1D", "2026-01-31T00:00:00Z", "2026-03-01T00:00:00Z"},
    /* It is the workspace's day that counts: there it is the first already. */
    {"Asia/Shanghai", "monthly", "2026-01-30T17:00:00Z", "2026-02-27T17:00:00Z"},
    {"Asia/Shanghai", "monthly", "2026-01-31T17:00:00Z", "2026-02-28T17:00:00Z"},
    {"America/New_York", "monthly", "2026-03-01T02:00:00Z", "2026-03-29T01:00:00Z"},
    /* Nine o'clock stays nine o'clock when the clocks change between. */
    {"Europe/Berlin", "weekly", "2026-03-25T08:00:00Z", "2026-04-01T07:00:00Z"},
    {"Europe/Berlin", "monthly", "2026-10-02T07:00:00Z", "2026-11-02T08:00:00Z"},
    /* On a night without half past two, and on one with two of them. */
    {"Europe/Berlin", "P1D", "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "P1D", "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"},
    /* Hours are hours. */
    {"Europe/Berlin", "PT24H", "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"},
    {"Europe/Berlin", "P1DT2H", "2026-03-28T12:00:00Z", "2026-03-29T13:00:00Z"},
    {"UTC", "PT0S", "2026-03-28T12:00:00Z", "2026-03-28T12:00:00Z"},
};
START_TEST(comes_next)
{
	struct arena *a = arena_new(0);
	const struct zone *z = local_zone(next[_i].zone, a);
	struct cadence c;
	ck_assert_ptr_nonnull(z);
	ck_assert(cadence_parse(next[_i].cadence, &c));
	ck_assert_int_eq(cadence_after(&c, z, at(next[_i].at)), at(next[_i].next));
	arena_free(&a);
}
END_TEST

/* Whatever the month, a month later is the month after, on the same day or its last, at the same hour. */
START_TEST(months_are_months)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct arena *a = arena_new(0);
	const struct zone *z = local_zone("Asia/Shanghai", a);
	struct cadence c;
	ck_assert(cadence_parse("monthly", &c));
	for (int64_t t = at("2026-12-31T20:00:00Z"), end = at("2027-12-30T00:00:00Z"); t < end; t += MS_DAY) {
		int64_t then = local_time(z, cadence_after(&c, z, t)), before = local_time(z, t);
		struct local_date x = local_date(local_day(before)), y = local_date(local_day(then));
		int month = x.month % 12 + 1, last = days[month - 1];
		if (month == 2 && y.year == 2028)
			last = 29;
		ck_assert_int_eq(y.month, month);
		ck_assert_int_eq(y.day, x.day < last ? x.day : last);
		ck_assert_int_eq(then - local_day(then) * MS_DAY, before - local_day(before) * MS_DAY);
	}
	arena_free(&a);
}
END_TEST

static const struct {
	const char *settings, *pointer, *code;
	bool review;
} faults[] = {
    {"{\"when\": true}", "/cadence", "field_required", false},
    {"{\"cadence\": \"weekly\"}", "/when", "field_required", false},
    {"{\"when\": true, \"match\": {\"tiers\": [\"A\"]}, \"cadence\": \"weekly\"}", "/match", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"daily\"}", "/cadence", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"PT0S\"}", "/cadence", "field_invalid", false},
    {"{\"when\": true, \"cadence\": 7}", "/cadence", "field_type", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"first_after\": \"soon\"}", "/first_after", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"on_change\": \"PT24H\"}", "/on_change", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"on_change\": \"PT1M\"}", "/on_change", "field_invalid", true},
    {"{\"when\": true, \"cadence\": \"P1D\", \"owner_role\": \"\"}", "/owner_role", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"actions\": \"call\"}", "/actions", "field_invalid", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"actions\": [\"call\", 7]}", "/actions/1", "field_type", false},
    {"{\"when\": true, \"cadence\": \"P1D\", \"offer\": []}", "/offer", "field_type", false},
    {"{\"match\": 7, \"cadence\": \"P1D\"}", "/match", "field_type", false},
    {"{\"match\": {}, \"cadence\": \"P1D\"}", "/match", "field_invalid", false},
    {"{\"match\": {\"tags\": []}, \"cadence\": \"P1D\"}", "/match", "field_invalid", false},
    {"{\"match\": {\"tier\": [\"A\"]}, \"cadence\": \"P1D\"}", "/match/tier", "field_unknown", false},
    {"{\"match\": {\"tiers\": [\"A\", \"E\"]}, \"cadence\": \"P1D\"}", "/match/tiers/1", "field_invalid", false},
    {"{\"match\": {\"stages\": [\"hot\"]}, \"cadence\": \"P1D\"}", "/match/stages/0", "field_invalid", false},
};
START_TEST(says_what_is_wrong)
{
	json_t *v = json_loads(faults[_i].settings, 0, NULL);
	struct playbook_settings s;
	struct err e = {0};
	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(playbook_settings_read(v, faults[_i].review, &s, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, faults[_i].pointer);
	ck_assert_str_eq(e.code, faults[_i].code);
	json_decref(v);
}
END_TEST

START_TEST(is_for_whom_it_says)
{
	json_t *v = json_loads("{\"match\": {\"tags\": [\"a:b\", \"c:d\"], \"tiers\": [\"A\", \"B\"], \"stages\": "
			       "null}, \"when\": null, \"cadence\": \"monthly\","
			       " \"first_after\": \"PT0S\", \"on_change\": \"PT24H\"}",
	    0, NULL);
	json_t *want =
	    json_loads("{\"and\": [{\"!==\": [{\"var\": \"stage\"}, \"disqualified\"]}, {\"and\": [{\"in\": [\"a:b\", "
		       "{\"var\": \"tags\"}]},"
		       " {\"in\": [\"c:d\", {\"var\": \"tags\"}]}, {\"in\": [{\"var\": \"tier\"}, [\"A\", \"B\"]]}]}]}",
		0, NULL);
	struct playbook_settings s;
	struct err e = {0};
	ck_assert_int_eq(playbook_settings_read(v, true, &s, &e), ST_OK);
	ck_assert(json_equal(s.condition, want));
	ck_assert_str_eq(s.cadence, "monthly");
	ck_assert_str_eq(s.first_after, "PT0S");
	ck_assert_str_eq(s.on_change, "PT24H");
	playbook_settings_free(&s);
	json_decref(v);
	json_decref(want);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/playbook");
	TCase *c = tcase_create("playbook");
	tcase_add_loop_test(c, reads, 0, sizeof good / sizeof *good);
	tcase_add_loop_test(c, refuses, 0, sizeof bad / sizeof *bad);
	tcase_add_loop_test(c, comes_next, 0, sizeof next / sizeof *next);
	tcase_add_test(c, months_are_months);
	tcase_add_loop_test(c, says_what_is_wrong, 0, sizeof faults / sizeof *faults);
	tcase_add_test(c, is_for_whom_it_says);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
