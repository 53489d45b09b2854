/* zone: known clocks, to the millisecond, and days that are shorter, longer or missing. */
#include <ctype.h>

#include "../../../src/scoring/calendar_priv.h"
#include "scoring_check.h"

static int64_t at(const char *text)
{
	int64_t ms;
	ck_assert_msg(instant_parse(text, strlen(text), &ms), "%s", text);
	return ms;
}

/* The offset at the instant, and a millisecond before it. */
static const struct {
	const char *zone, *at;
	int before, after; /* minutes */
} changes[] = {
    {"Europe/Berlin", "2026-03-29T01:00:00Z", 60, 120}, {"Europe/Berlin", "2026-10-25T01:00:00Z", 120, 60},
    {"Europe/Dublin", "2026-03-29T01:00:00Z", 0, 60}, /* the footer calls winter the summer time */
    {"Europe/Dublin", "2090-10-29T01:00:00Z", 60, 0}, {"America/New_York", "2006-04-02T07:00:00Z", -300, -240},
    {"America/New_York", "2007-03-11T07:00:00Z", -300, -240}, {"America/New_York", "2099-11-01T06:00:00Z", -240, -300},
    {"America/New_York", "2100-03-14T07:00:00Z", -300, -240}, /* about where the table ends */
    {"America/New_York", "2101-03-13T07:00:00Z", -300, -240}, {"America/New_York", "2400-03-12T07:00:00Z", -300, -240},
    {"America/New_York", "9999-11-07T06:00:00Z", -240, -300},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00Z", 660, 630}, /* half an hour */
    {"Australia/Lord_Howe", "2026-10-03T15:30:00Z", 630, 660},
    {"Australia/Lord_Howe", "2300-10-06T15:30:00Z", 630, 660}, {"Asia/Shanghai", "1986-05-03T18:00:00Z", 480, 540},
    {"Asia/Shanghai", "1991-09-14T17:00:00Z", 540, 480}, {"Asia/Kathmandu", "1985-12-31T18:30:00Z", 330, 345},
    {"Pacific/Apia", "2011-12-30T10:00:00Z", -600, 840}, /* the day that was not */
    {"Asia/Gaza", "2025-04-12T00:00:00Z", 120, 180}, {"Africa/Casablanca", "2026-02-15T02:00:00Z", 60, 0},
    {"Pacific/Kiritimati", "1994-12-31T10:00:00Z", -600, 840},
    {"America/Nuuk", "2200-03-30T01:00:00Z", -120, -60}, /* the day before, at 22:00 */
};

START_TEST(clocks_change_when_they_change)
{
	struct arena *a = arena_new(0);
	struct zone z;
	ck_assert_int_eq(zone_make(changes[_i].zone, a, &z), ST_OK);
	int64_t t = at(changes[_i].at);
	ck_assert_msg(zone_offset(&z, t - 1) == changes[_i].before * MS_MINUTE &&
			  zone_offset(&z, t) == changes[_i].after * MS_MINUTE,
	    "%s at %s: from %lld to %lld ms", changes[_i].zone, changes[_i].at, (long long)zone_offset(&z, t - 1),
	    (long long)zone_offset(&z, t));
	arena_free(&a);
}
END_TEST

START_TEST(offsets_and_names)
{
	static const struct {
		const char *name;
		enum status st;
		int minutes;
	} cases[] = {{"UTC", ST_OK, 0}, {"Z", ST_OK, 0}, {"+08:00", ST_OK, 480}, {"-09:30", ST_OK, -570},
	    {"+14:00", ST_OK, 840}, {"+14:01", ST_NOT_FOUND, 0}, {"PRC", ST_OK, 480}, {"Etc/GMT+5", ST_OK, -300},
	    {"Asia/Shanghai", ST_OK, 480}, {"Asia/shanghai", ST_NOT_FOUND, 0}, {"", ST_NOT_FOUND, 0},
	    {"Asia/", ST_NOT_FOUND, 0}, {"Factory", ST_NOT_FOUND, 0}, {"posix/UTC", ST_NOT_FOUND, 0},
	    {"zz", ST_NOT_FOUND, 0}};
	struct arena *a = arena_new(0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zone z;
		ck_assert_msg(zone_make(cases[i].name, a, &z) == cases[i].st, "%s", cases[i].name);
		ck_assert(model_time_zone_valid(cases[i].name) == (cases[i].st == ST_OK));
		if (cases[i].st == ST_OK)
			ck_assert_int_eq(zone_offset(&z, T0), cases[i].minutes * MS_MINUTE);
	}
	arena_free(&a);
	ck_assert(isdigit((unsigned char)model_time_zone_data()[0]));
}
END_TEST

/* One award a day: by how much the points rise with each event. */
static void award_days(const char *zone, const char *const *instants, const char *counts)
{
	char model[300];
	snprintf(model, sizeof(model),
	    "{'time_zone': '%s', 'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 1, 'limit': {'per': "
	    "'day'}}]}}",
	    zone);
	struct model *m = model_of(model);
	struct scoring_lead *l = lead_of(m);
	struct buf state = BUF_INIT;
	int64_t points = 0;
	for (size_t i = 0; counts[i]; i++) {
		struct scoring_lead *again = NULL;
		happen(l, at(instants[i]), "x", NULL, NULL, NULL);
		points += counts[i] == '1' ? 1000 : 0;
		ck_assert_msg(view_of(l).total == points, "%s, event %zu: %lld", zone, i, (long long)view_of(l).total);
		/* Stored and read again it goes on the same way. */
		save(l, &state);
		ck_assert_int_eq(scoring_lead_load(m, "{}", state.data, state.len, &again, NULL), ST_OK);
		scoring_lead_free(&l);
		l = again;
	}
	buf_free(&state);
	scoring_lead_free(&l);
	model_unref(&m);
}

START_TEST(days_are_counted_on_the_local_calendar)
{
	/* Spring: the day has 23 hours. */
	award_days("Europe/Berlin",
	    (const char *[]){"2026-03-28T23:00:00Z", "2026-03-29T21:59:59.999Z", "2026-03-29T22:00:00Z"}, "101");
	/* Autumn: 25. */
	award_days("Europe/Berlin",
	    (const char *[]){"2026-10-24T22:00:00Z", "2026-10-25T22:59:59.999Z", "2026-10-25T23:00:00Z"}, "101");
	/* Clocks that go back from one o'clock do not leave the day. */
	award_days("America/Havana",
	    (const char *[]){"2026-11-01T04:00:00Z", "2026-11-01T04:59:59Z", "2026-11-01T05:00:00Z"}, "100");
	/* Nor do those that go back from midnight. */
	award_days("America/Sao_Paulo",
	    (const char *[]){"2018-02-18T01:59:59Z", "2018-02-18T02:00:00Z", "2018-02-18T03:00:00Z"}, "101");
	/* A day that is not; summers in China. */
	award_days("Pacific/Apia",
	    (const char *[]){
		"2011-12-30T09:59:59Z", "2011-12-30T10:00:00Z", "2011-12-31T09:59:59Z", "2011-12-31T10:00:00Z"},
	    "1101");
	award_days("Asia/Shanghai",
	    (const char *[]){
		"1988-07-01T14:59:59Z", "1988-07-01T15:00:00Z", "1988-12-01T15:00:00Z", "1988-12-01T16:00:00Z"},
	    "1111");
}
END_TEST

/* Back at a minute past midnight: Saturday comes again, and then Sunday. Each differs from the last one counted. */
START_TEST(a_day_may_come_twice)
{
	award_days("America/St_Johns",
	    (const char *[]){"2010-11-07T02:29:59.999Z", "2010-11-07T02:30:00Z", "2010-11-07T02:31:00Z",
		"2010-11-07T03:29:59Z", "2010-11-07T03:30:00Z", "2010-11-08T03:29:59Z"},
	    "111010");
}
END_TEST

/* States say by which data their periods were counted. */
START_TEST(other_time_zone_data_make_a_state_stale)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York", "UTC"};
	struct buf state = BUF_INIT;
	for (size_t i = 0; i < 3; i++) {
		struct scoring_lead *l = NULL;
		char model[60];
		snprintf(model, sizeof(model), "{'time_zone': '%s'}", zones[i]);
		struct model *m = model_of(model);
		if (i)
			ck_assert_int_eq(scoring_lead_load(m, "{}", state.data, state.len, &l, NULL), ST_CONFLICT);
		l = lead_of(m);
		happen(l, T0, "x", NULL, NULL, NULL);
		save(l, &state);
		scoring_lead_free(&l);
		ck_assert_int_eq(scoring_lead_load(m, "{}", state.data, state.len, &l, NULL), ST_OK);
		scoring_lead_free(&l);
		model_unref(&m);
	}
	buf_free(&state);
}
END_TEST

/* Whatever the bytes, a zone is made or refused, and then tells the time without leaving its memory. */
START_TEST(bodies_are_read_with_care)
{
	unsigned seed = 20261122;
	size_t refused = 0, made = 0;
	for (size_t i = 0; i < zone_data_count; i++) {
		const unsigned char *given = zone_data_bodies + zone_data_index[i][ZONE_BODY];
		size_t size = zone_data_index[i][ZONE_SIZE];
		unsigned char *body = malloc(size);
		for (int round = 0; round < 40; round++) {
			struct arena *a = arena_new(0);
			struct zone z;
			memcpy(body, given, size);
			size_t n = round ? size : seed % size;
			seed = seed * 1103515245u + 12345u;
			if (round)
				body[(seed >> 8) % size] ^= (unsigned char)(1u << (seed >> 28 & 7));
			if (zone_decode(body, n, a, &z) == ST_OK) {
				made++;
				for (int64_t t = -4; t < 12; t++) {
					int64_t offset = zone_offset(&z, t * 26 * 365 * MS_DAY);
					ck_assert(offset >= -27 * MS_HOUR && offset <= 27 * MS_HOUR);
				}
			} else {
				refused++;
			}
			arena_free(&a);
		}
		free(body);
	}
	ck_assert_uint_gt(refused, zone_data_count);
	ck_assert_uint_gt(made, zone_data_count);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/zone");
	TCase *c = tcase_create("zone");
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, clocks_change_when_they_change, 0, sizeof(changes) / sizeof(*changes));
	tcase_add_test(c, offsets_and_names);
	tcase_add_test(c, days_are_counted_on_the_local_calendar);
	tcase_add_test(c, a_day_may_come_twice);
	tcase_add_test(c, other_time_zone_data_make_a_state_stale);
	tcase_add_test(c, bodies_are_read_with_care);
	suite_add_tcase(s, c);
	return run_suite(s);
}
