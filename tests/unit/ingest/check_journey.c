/* journey: when it is not quiet, by clocks that change too. */
#include <check.h>
#include <string.h>

#include "base/instant.h"
#include "ingest/journey.h"
#include "scoring/local.h"

static int64_t at(const char *text)
{
	int64_t ms;
	ck_assert_msg(instant_parse(text, strlen(text), &ms), "%s", text);
	return ms;
}

#define HOURS(h) ((h)*MS_HOUR)
static const struct {
	const char *zone;
	int from, to;
	bool weekdays;
	const char *at, *waking;
} cases[] = {
    {"UTC", 0, 0, false, "2026-03-01T23:59:59Z", "2026-03-01T23:59:59Z"},
    {"UTC", 21, 8, false, "2026-03-01T20:59:59.999Z", "2026-03-01T20:59:59.999Z"},
    {"UTC", 21, 8, false, "2026-03-01T21:00:00Z", "2026-03-02T08:00:00Z"},
    {"UTC", 21, 8, false, "2026-03-02T07:59:59Z", "2026-03-02T08:00:00Z"},
    {"UTC", 12, 14, false, "2026-03-02T13:00:00Z", "2026-03-02T14:00:00Z"},
    {"Asia/Shanghai", 21, 8, false, "2026-03-01T13:30:00Z", "2026-03-02T00:00:00Z"},
    /* Friday evening, then the end of the year; the last day of February. */
    {"UTC", 21, 8, true, "2027-12-31T22:00:00Z", "2028-01-03T08:00:00Z"},
    {"UTC", 0, 0, true, "2026-02-28T10:00:00Z", "2026-03-02T00:00:00Z"},
    /* The night in which an hour is missing, and the one that has an hour more. */
    {"Europe/Berlin", 21, 8, false, "2026-03-28T22:00:00Z", "2026-03-29T06:00:00Z"},
    {"Europe/Berlin", 21, 8, false, "2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"},
    {"Europe/Berlin", 1, 2, false, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"},
};

START_TEST(wakes_at)
{
	struct arena *a = arena_new(0);
	const struct zone *z = local_zone(cases[_i].zone, a);
	struct journey_settings s = {
	    .quiet_from = HOURS(cases[_i].from), .quiet_to = HOURS(cases[_i].to), .weekdays_only = cases[_i].weekdays};
	ck_assert_ptr_nonnull(z);
	int64_t waking = journey_waking(&s, z, at(cases[_i].at));
	ck_assert_int_eq(waking, at(cases[_i].waking));
	ck_assert_int_eq(journey_waking(&s, z, waking), waking);
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/journey");
	TCase *c = tcase_create("journey");
	tcase_add_loop_test(c, wakes_at, 0, sizeof cases / sizeof *cases);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
