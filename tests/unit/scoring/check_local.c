/* local: what clocks show and when they show it; days, months, weekdays. */
#include "scoring/local.h"
#include "scoring_check.h"

static int64_t at(const char *text)
{
	int64_t ms;
	ck_assert_msg(instant_parse(text, strlen(text), &ms), "%s", text);
	return ms;
}

/* Of a time that is skipped, the instant at which clocks skip; of one that comes twice, the first. */
static const struct {
	const char *zone, *shown, *instant;
} clocks[] = {
    {"UTC", "2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z"},
    {"Asia/Shanghai", "2026-03-01T09:30:00Z", "2026-03-01T01:30:00Z"},
    {"Europe/Berlin", "2026-03-29T01:59:59.999Z", "2026-03-29T00:59:59.999Z"},
    {"Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z"},
    {"Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"},
    {"Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
    {"Australia/Lord_Howe", "2026-10-04T02:15:00Z", "2026-10-03T15:30:00Z"},
    {"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z"}, /* the day that was not */
    {"-05:30", "1969-12-31T23:00:00Z", "1970-01-01T04:30:00Z"},
};

START_TEST(clocks_show_it_then)
{
	struct arena *a = arena_new(0);
	const struct zone *z = local_zone(clocks[_i].zone, a);
	ck_assert_ptr_nonnull(z);
	ck_assert_int_eq(local_instant(z, at(clocks[_i].shown)), at(clocks[_i].instant));
	arena_free(&a);
}
END_TEST

/* Every date is the day after the one before; a day that its month does not have is the month's last. */
START_TEST(every_day_has_its_date)
{
	int64_t before = local_day_of((struct local_date){1899, 12, 31});
	bool right = true;
	for (int64_t year = 1900; year <= 2401; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= 31; day++) {
				int64_t there = local_day_of((struct local_date){year, month, day});
				struct local_date d = local_date(there);
				right &= d.year == year && d.month == month && d.day <= day;
				right &= there == (d.day == day ? ++before : before);
			}
	ck_assert(right);
	ck_assert_int_eq(local_day_of((struct local_date){1970, 1, 1}), 0);
	ck_assert_int_eq(local_weekday(0), 3);
	ck_assert_int_eq(local_weekday(-4), 6);
	ck_assert_int_eq(local_day(-1), -1);
}
END_TEST

START_TEST(months_end_when_they_end)
{
	int64_t day = local_day_of((struct local_date){2026, 1, 31});
	struct local_date feb = local_date(local_add_months(day, 1)), leap = local_date(local_add_months(day, 25)),
			  back = local_date(local_add_months(day, -14));
	ck_assert(feb.year == 2026 && feb.month == 2 && feb.day == 28);
	ck_assert(leap.year == 2028 && leap.month == 2 && leap.day == 29);
	ck_assert(back.year == 2024 && back.month == 11 && back.day == 30);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/local");
	TCase *c = tcase_create("local");
	tcase_add_loop_test(c, clocks_show_it_then, 0, sizeof clocks / sizeof *clocks);
	tcase_add_test(c, every_day_has_its_date);
	tcase_add_test(c, months_end_when_they_end);
	suite_add_tcase(s, c);
	return run_suite(s);
}
