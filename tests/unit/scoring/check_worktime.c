/* worktime: against a calendar that is walked minute by minute, over the turns of clocks, ends of months, holidays and absences. */
#include <stdlib.h>

#include "scoring/worktime.h"
#include "scoring_check.h"

static int64_t at(const char *text)
{
	int64_t ms;
	ck_assert_msg(instant_parse(text, strlen(text), &ms), "%s", text);
	return ms;
}

static struct work_week nine_to_six(void)
{
	struct work_week w = {0};
	for (size_t d = 0; d < 5; d++) {
		w.ranges[d][0] = (struct work_range){9 * 60, 12 * 60};
		w.ranges[d][1] = (struct work_range){13 * 60, 18 * 60};
		w.n[d] = 2;
	}
	return w;
}

/* Known instants: over a weekend, a month's end, a holiday, and the nights in which clocks turn. */
START_TEST(spans_end_when_they_end)
{
	static const struct {
		const char *zone, *from, *span_end;
		int hours;
	} cases[] = {
	    {"Asia/Shanghai", "2026-01-30T15:00:00+08:00", "2026-02-02T11:00:00+08:00", 5}, /* Friday 3 h, Monday 2 h */
	    {"Asia/Shanghai", "2026-01-30T20:00:00+08:00", "2026-02-02T10:00:00+08:00", 1},
	    {"Asia/Shanghai", "2026-09-30T17:00:00+08:00", "2026-10-02T10:00:00+08:00", 2}, /* 1 October is free */
	    {"Europe/Berlin", "2026-03-27T17:00:00+01:00", "2026-03-30T10:00:00+02:00", 2},
	    {"Europe/Berlin", "2026-10-23T17:00:00+02:00", "2026-10-26T10:00:00+01:00", 2},
	    {"America/New_York", "2026-03-06T17:30:00-05:00", "2026-03-09T09:30:00-04:00", 1},
	    {"UTC", "2026-02-27T12:30:00Z", "2026-02-27T15:00:00Z", 2},
	};
	const int32_t holiday = (int32_t)(at("2026-10-01T00:00:00Z") / MS_DAY);
	struct arena *a = arena_new(0);
	struct work_week week = nine_to_six();
	struct worktime *w;
	ck_assert_int_eq(worktime_make(cases[_i].zone, &week, &holiday, 1, NULL, 0, a, &w), ST_OK);
	int64_t from = at(cases[_i].from), end = at(cases[_i].span_end), span = cases[_i].hours * MS_HOUR;
	ck_assert_int_eq(worktime_after(w, from, span), end);
	ck_assert_int_eq(worktime_between(w, from, end), span);
	ck_assert_int_eq(worktime_between(w, from, end - 1), span - 1);
	arena_free(&a);
}
END_TEST

/* A night shift over the hour that comes twice, and the one that does not come. */
START_TEST(nights_are_as_long_as_they_are)
{
	struct arena *a = arena_new(0);
	struct work_week week = {0};
	struct worktime *w;
	for (size_t d = 0; d < 7; d++) {
		week.ranges[d][0] = (struct work_range){0, 6 * 60};
		week.n[d] = 1;
	}
	ck_assert_int_eq(worktime_make("Europe/Berlin", &week, NULL, 0, NULL, 0, a, &w), ST_OK);
	ck_assert_int_eq(worktime_between(w, at("2026-03-29T00:00:00+01:00"), at("2026-03-29T12:00:00+02:00")), 5 * MS_HOUR);
	ck_assert_int_eq(worktime_between(w, at("2026-10-25T00:00:00+02:00"), at("2026-10-25T12:00:00+01:00")), 7 * MS_HOUR);
	ck_assert_int_eq(worktime_between(w, at("2026-06-10T00:00:00+02:00"), at("2026-06-10T12:00:00+02:00")), 6 * MS_HOUR);
	ck_assert_int_eq(worktime_after(w, at("2026-06-10T00:00:00+02:00"), 0), at("2026-06-10T00:00:00+02:00"));
	arena_free(&a);
}
END_TEST

START_TEST(nobody_who_never_works_is_ever_done)
{
	struct arena *a = arena_new(0);
	struct work_week never = {0}, week = nine_to_six();
	struct work_span away = {at("2026-03-02T10:00:00Z"), at("2026-03-02T17:00:00Z")};
	struct worktime *w;
	ck_assert_int_eq(worktime_make("UTC", &never, NULL, 0, NULL, 0, a, &w), ST_OK);
	ck_assert_int_eq(worktime_after(w, 0, 1), INSTANT_NEVER);
	ck_assert_int_eq(worktime_make("Mars/Base", &week, NULL, 0, NULL, 0, a, &w), ST_NOT_FOUND);
	ck_assert_int_eq(worktime_make("UTC", &week, NULL, 0, &away, 1, a, &w), ST_OK);
	ck_assert_int_eq(worktime_between(w, at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")), 2 * MS_HOUR);
	ck_assert(worktime_open(w, at("2026-03-02T17:00:00Z")) && !worktime_open(w, at("2026-03-02T16:59:59Z")));
	arena_free(&a);
}
END_TEST

/* Random calendars and spans: between() is what minutes of open time add up to, and after() is its inverse. */
START_TEST(it_is_what_minutes_add_up_to)
{
	static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"};
	unsigned seed = (unsigned)monotonic_us();
	fprintf(stderr, "seed %u\n", seed);
	for (int round = 0; round < 60; round++) {
		struct arena *a = arena_new(0);
		struct work_week week = {0};
		for (size_t d = 0; d < 7; d++)
			for (int from = rand_r(&seed) % 700; from < 1300 && week.n[d] < 3;) {
				int to = from + 30 + rand_r(&seed) % 400;
				if (to > 1440)
					break;
				week.ranges[d][week.n[d]++] = (struct work_range){from, to};
				from = to + 30 + rand_r(&seed) % 500;
			}
		/* Around the turns of spring and autumn of 2026, in whole minutes. */
		int64_t base = at(round % 2 ? "2026-03-27T00:00:00Z" : "2026-10-23T00:00:00Z") + (rand_r(&seed) % 1440) * MS_MINUTE;
		int32_t holiday = (int32_t)(base / MS_DAY) + 4;
		struct work_span away = {base + 30 * MS_HOUR, base + 34 * MS_HOUR};
		struct worktime *w;
		ck_assert_int_eq(worktime_make(zones[round % 6], &week, &holiday, 1, &away, 1, a, &w), ST_OK);
		int64_t sum = 0, days = 6;
		for (int64_t t = base; t < base + days * MS_DAY; t += MS_MINUTE)
			sum += worktime_open(w, t) ? MS_MINUTE : 0;
		int64_t whole = worktime_between(w, base, base + days * MS_DAY);
		ck_assert_msg(whole == sum, "%s, round %d: %lld, minutes say %lld", zones[round % 6], round, (long long)whole, (long long)sum);
		for (int k = 0; k < 5 && whole > 0; k++) {
			int64_t span = 1 + rand_r(&seed) % whole, end = worktime_after(w, base, span);
			ck_assert_int_eq(worktime_between(w, base, end), span);
			ck_assert(worktime_open(w, end - 1));
		}
		arena_free(&a);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/worktime");
	TCase *t = tcase_create("worktime");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, spans_end_when_they_end, 0, 7);
	tcase_add_test(t, nights_are_as_long_as_they_are);
	tcase_add_test(t, nobody_who_never_works_is_ever_done);
	tcase_add_test(t, it_is_what_minutes_add_up_to);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
