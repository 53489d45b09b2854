/* base/instant: RFC 3339 both ways, durations, the clock. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"

START_TEST(valid_instants)
{
	static const struct {
		const char *s;
		int64_t ms;
	} rows[] = {
	    {"1970-01-01T00:00:00Z", 0},
	    {"1970-01-01t00:00:00z", 0},
	    {"1969-12-31T23:59:59.999Z", -1},
	    {"1969-12-31T23:59:59.9999Z", -1},
	    {"1970-01-01T00:00:00.1Z", 100},
	    {"1970-01-01T00:00:00.01Z", 10},
	    {"1970-01-01T00:00:00.0019Z", 1},
	    {"1970-01-01T00:00:00.999999999Z", 999},
	    {"2000-02-29T12:00:00Z", INT64_C(951825600000)},
	    {"2024-02-29T23:59:59Z", INT64_C(1709251199000)},
	    {"2026-03-01T09:30:00Z", INT64_C(1772357400000)},
	    {"2026-03-01T17:30:00+08:00", INT64_C(1772357400000)},
	    {"2026-03-01T04:00:00.5-05:30", INT64_C(1772357400500)},
	    {"2026-03-01T09:30:00-00:00", INT64_C(1772357400000)},
	    {"2026-03-02T09:29:00+23:59", INT64_C(1772357400000)},
	    {"1900-01-01T00:00:00Z", INT64_C(-2208988800000)},
	    {"1899-12-31T23:00:00-01:00", INT64_C(-2208988800000)},
	    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
	    {"1998-12-31T23:59:60Z", INT64_C(915148799999)},
	    {"1998-12-31T15:59:60.123-08:00", INT64_C(915148799999)},
	    {"2038-01-19T03:14:08Z", INT64_C(2147483648000)},
	    {"1900-02-28T00:00:00Z", INT64_C(-2203977600000)},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -7;
		ck_assert_msg(instant_parse(rows[i].s, strlen(rows[i].s), &ms), "%s", rows[i].s);
		ck_assert_msg(ms == rows[i].ms, "%s: %lld", rows[i].s, (long long)ms);
	}
}
END_TEST

START_TEST(invalid_instants)
{
	static const char *const rows[] = {"", "now", "infinity", "2026-03-01", "2026-03-01T09:30Z",
	    "2026-03-01T09:30:00", "2026-03-01 09:30:00Z", "2026-03-01T09:30:00+0800", "2026-03-01T09:30:00+08",
	    "2026-03-01T09:30:00+24:00", "2026-03-01T09:30:00+08:60", "2026-03-01T09:30:00 Z", "2026-03-01T09:30:00ZZ",
	    "2026-03-01T09:30:00.Z", "2026-03-01T09:30:00.1234567890Z", "2026-03-01T09:30:00,5Z",
	    "2026-13-01T09:30:00Z", "2026-00-01T09:30:00Z", "2026-02-29T09:30:00Z", "1900-02-29T09:30:00Z",
	    "2100-02-29T09:30:00Z", "2026-04-31T09:30:00Z", "2026-03-00T09:30:00Z", "2026-03-32T09:30:00Z",
	    "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:30:61Z", "2026-03-01T09:30:60Z",
	    "1998-12-31T23:58:60Z", "1998-12-31T22:59:60Z", "1998-12-31T23:59:60+08:00", "1899-12-31T23:59:59Z",
	    "1900-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "0001-01-01T00:00:00Z", "26-03-01T09:30:00Z",
	    "+2026-03-01T09:30:00Z", "2026-3-1T09:30:00Z", " 2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z ",
	    "2026-03-01T09:30:0xZ", "2026-03-01T-9:30:00Z", "2026/03/01T09:30:00Z", "２０２６-03-01T09:30:00Z",
	    ("2026-03-01T09:30:00\xE2\x88\x92"
	     "08:00")};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -7;
		ck_assert_msg(!instant_parse(rows[i], strlen(rows[i]), &ms), "%s", rows[i]);
		ck_assert_int_eq(ms, -7);
	}
	int64_t ms = -7;
	ck_assert(!instant_parse("2026-03-01T09:30:00Z\0", 21, &ms));
	ck_assert(!instant_parse("2026-03-01T09:30:00\0", 20, &ms));
}
END_TEST

/* Only the bytes within n are looked at: AddressSanitizer sees the end of the block. */
START_TEST(every_prefix_is_refused)
{
	static const char whole[] = "2026-03-01T09:30:00.123456789+08:00";
	for (size_t n = 0; n < sizeof(whole) - 1; n++) {
		char *part = malloc(n ? n : 1);
		memcpy(part, whole, n);
		int64_t ms;
		ck_assert_msg(!instant_parse(part, n, &ms), "%zu", n);
		free(part);
	}
}
END_TEST

START_TEST(every_day_goes_there_and_back)
{
	char text[INSTANT_TEXT_MAX];
	int64_t last = INT64_MIN;
	for (int64_t ms = INT64_C(-2208988800000); ms < INT64_C(253402300800000); ms += MS_DAY) {
		int64_t moment = ms + (ms / MS_DAY * 7919 % MS_DAY + MS_DAY) % MS_DAY;
		int64_t back = 0;
		instant_format(moment, text);
		/* Check writes a record for every assertion; three million of them take longer than the work. */
		if (!instant_parse(text, strlen(text), &back) || back != moment || last >= moment)
			ck_abort_msg("%s", text);
		last = moment;
	}
}
END_TEST

START_TEST(agrees_with_libc)
{
	char text[INSTANT_TEXT_MAX];
	uint64_t x = 12345;
	for (int i = 0; i < 20000; i++) {
		x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		int64_t ms = (int64_t)(x >> 16) % INT64_C(253402300800000);
		time_t seconds = ms / 1000;
		struct tm tm;
		char expected[64];
		gmtime_r(&seconds, &tm);
		size_t n = strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S", &tm);
		snprintf(expected + n, sizeof(expected) - n, ".%03dZ", (int)(ms % 1000));
		instant_format(ms, text);
		if (strcmp(text, expected) != 0)
			ck_abort_msg("%s, %s", text, expected);
	}
}
END_TEST

START_TEST(no_text_for_what_is_no_year)
{
	static const int64_t rows[] = {INSTANT_NEVER, INT64_MIN, INT64_C(253402300800000), INT64_C(-62167219200001)};
	char text[INSTANT_TEXT_MAX];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		instant_format(rows[i], text);
		ck_assert_str_eq(text, "");
	}
	instant_format(INT64_C(-62167219200000), text);
	ck_assert_str_eq(text, "0000-01-01T00:00:00.000Z");
}
END_TEST

START_TEST(valid_durations)
{
	static const struct {
		const char *s;
		int64_t ms;
		const char *shortest;
	} rows[] = {
	    {"P1D", MS_DAY, "P1D"},
	    {"P30D", 30 * MS_DAY, "P30D"},
	    {"P2W", 14 * MS_DAY, "P2W"},
	    {"P7D", 7 * MS_DAY, "P1W"},
	    {"PT1H30M", 90 * MS_MINUTE, "PT1H30M"},
	    {"PT90M", 90 * MS_MINUTE, "PT1H30M"},
	    {"P1DT2H3M4S", 93784 * MS_SECOND, "P1DT2H3M4S"},
	    {"PT24H", MS_DAY, "P1D"},
	    {"PT1S", MS_SECOND, "PT1S"},
	    {"PT0.001S", 1, "PT0.001S"},
	    {"PT0.5S", 500, "PT0.5S"},
	    {"P0DT5S", 5 * MS_SECOND, "PT5S"},
	    {"P1DT0H", MS_DAY, "P1D"},
	    {"P1DT5S", MS_DAY + 5000, "P1DT5S"},
	    {"P0007D", 7 * MS_DAY, "P1W"},
	    {"P36525D", 36525 * MS_DAY, "P36525D"},
	    {"P5217W", 36519 * MS_DAY, "P5217W"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -7;
		char text[48];
		ck_assert_msg(duration_parse(rows[i].s, strlen(rows[i].s), &ms), "%s", rows[i].s);
		ck_assert_msg(ms == rows[i].ms, "%s: %lld", rows[i].s, (long long)ms);
		duration_format(ms, text, sizeof(text));
		ck_assert_str_eq(text, rows[i].shortest);
		int64_t back;
		ck_assert(duration_parse(text, strlen(text), &back));
		ck_assert_int_eq(back, ms);
	}
}
END_TEST

START_TEST(invalid_durations)
{
	static const char *const rows[] = {"", "P", "PT", "P1", "1D", "P1Y", "P1M", "P1Y2D", "P1W2D", "P2D1W", "P1DT",
	    "PT1D", "P1H", "PT1M1H", "P1.5D", "PT1.5H", "PT0.5M", "PT1.S", "PT.5S", "PT1.0005S", "P-1D", "-P1D", "+P1D",
	    "p1d", "P1d", "P 1D", "P1D ", "PT0S", "P0D", "P36526D", "P5218W", "PT99999999999999999999S",
	    "PT3155760000.001S", "P1DT1H1H", "P1D1D", "PT1H2D", "PTT1S", "P1DTT1S", "PT1W", "P1,5W", "P1.0W", "PDT1H",
	    "P1D1H", "0", "30 days", "P9223372036854775807W"};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t ms = -7;
		ck_assert_msg(!duration_parse(rows[i], strlen(rows[i]), &ms), "%s", rows[i]);
		ck_assert_int_eq(ms, -7);
	}
}
END_TEST

START_TEST(odd_durations_have_text)
{
	char text[48];
	duration_format(0, text, sizeof(text));
	ck_assert_str_eq(text, "PT0S");
	duration_format(-MS_HOUR, text, sizeof(text));
	ck_assert_str_eq(text, "-PT1H");
	duration_format(INT64_MIN, text, sizeof(text));
	ck_assert_uint_lt(strlen(text), sizeof(text));
	for (int64_t ms = 1; ms < 36525 * MS_DAY; ms = ms * 3 + 1) {
		int64_t back;
		duration_format(ms, text, sizeof(text));
		ck_assert_msg(duration_parse(text, strlen(text), &back), "%s", text);
		ck_assert_int_eq(back, ms);
	}
}
END_TEST

static int64_t fixed(void *ctx)
{
	return *(int64_t *)ctx;
}

START_TEST(clocks)
{
	int64_t at = 42;
	struct clock c = {fixed, &at};
	ck_assert_int_eq(clock_now(&c), 42);
	at = 43;
	ck_assert_int_eq(clock_now(&c), 43);
	int64_t now = clock_now(&clock_system);
	ck_assert_int_gt(now, INT64_C(1700000000000));
	ck_assert(llabs(now / 1000 - (int64_t)time(NULL)) <= 1);
	int64_t before = monotonic_us();
	ck_assert_int_ge(monotonic_us(), before);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/instant");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, valid_instants);
	tcase_add_test(t, invalid_instants);
	tcase_add_test(t, every_prefix_is_refused);
	tcase_add_test(t, every_day_goes_there_and_back);
	tcase_add_test(t, agrees_with_libc);
	tcase_add_test(t, no_text_for_what_is_no_year);
	tcase_add_test(t, valid_durations);
	tcase_add_test(t, invalid_durations);
	tcase_add_test(t, odd_durations_have_text);
	tcase_add_test(t, clocks);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
