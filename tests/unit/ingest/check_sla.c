/* Clocks of handoffs under a simulated clock: random weeks, zones, holidays and absences over months in which clocks turn, against a calendar that is walked minute by minute by
 * the C library's time zones, which the engine does not use. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/json.h"
#include "ingest/handoff.h"

#define DAYS 45
#define MINUTES (DAYS * 1440)
#define MINUTE MS_MINUTE

static unsigned seed;

static int upto(int n)
{
	return rand_r(&seed) % n;
}

/* Which minutes of a window are working time. */
struct oracle {
	int64_t from;
	bool open[MINUTES];
};

/* Minutes since 1970 that a clock on the wall of TZ shows. */
static int64_t shown(int64_t at)
{
	time_t t = (time_t)(at / 1000);
	struct tm tm;
	localtime_r(&t, &tm);
	tm.tm_isdst = 0;
	return (int64_t)timegm(&tm) / 60;
}

static int64_t day_of(const char *text)
{
	int y, m, d;
	ck_assert_int_eq(sscanf(text, "%d-%d-%d", &y, &m, &d), 3);
	struct tm tm = {.tm_year = y - 1900, .tm_mon = m - 1, .tm_mday = d};
	return (int64_t)timegm(&tm) / 86400;
}

static int minute_of(const json_t *v)
{
	int h, m;
	ck_assert_int_eq(sscanf(json_string_value(v), "%d:%d", &h, &m), 2);
	return h * 60 + m;
}

/* What a calendar's documents say, minute by minute. */
struct calendar {
	bool week[7][1440]; /* from Thursday on, which 1970-01-01 was */
	struct {
		bool days;
		int64_t from, to; /* days, `to` among them, or instants */
	} gone[16];
	size_t n_gone;
};

static void read_calendar(struct calendar *c, const json_t *week, const json_t *holidays, const json_t *absences)
{
	static const char *const names[] = {"thu", "fri", "sat", "sun", "mon", "tue", "wed"};
	const json_t *v;
	size_t i;
	memset(c, 0, sizeof *c);
	for (int d = 0; d < 7; d++)
		json_array_foreach (json_object_get(week, names[d]), i, v)
			for (int m = minute_of(json_array_get(v, 0)); m < minute_of(json_array_get(v, 1)); m++)
				c->week[d][m] = true;
	json_array_foreach (holidays, i, v) {
		c->gone[c->n_gone].days = true;
		c->gone[c->n_gone].from = day_of(json_string_value(v));
		c->gone[c->n_gone].to = c->gone[c->n_gone].from;
		c->n_gone++;
	}
	json_array_foreach (absences, i, v) {
		const char *from = json_string_value(json_object_get(v, "from")), *to = json_string_value(json_object_get(v, "to"));
		c->gone[c->n_gone].days = strlen(from) == 10;
		if (strlen(from) == 10) {
			c->gone[c->n_gone].from = day_of(from);
			c->gone[c->n_gone].to = day_of(to);
		} else {
			ck_assert(instant_parse(from, strlen(from), &c->gone[c->n_gone].from) && instant_parse(to, strlen(to), &c->gone[c->n_gone].to));
		}
		c->n_gone++;
	}
}

static bool is_open(const struct calendar *c, int64_t local, int64_t at)
{
	if (!c->week[local / 1440 % 7][local % 1440])
		return false;
	for (size_t i = 0; i < c->n_gone; i++)
		if (c->gone[i].days ? c->gone[i].from <= local / 1440 && local / 1440 <= c->gone[i].to : c->gone[i].from <= at && at < c->gone[i].to)
			return false;
	return true;
}

/* A range lasts from when the clock first shows its beginning, or later, to when it first shows its end: so the latest that it has shown counts, not what it shows again. */
static void walk(struct oracle *o, const char *zone, int64_t from, const json_t *week, const json_t *holidays, const json_t *absences)
{
	struct calendar c;
	read_calendar(&c, week, holidays, absences);
	setenv("TZ", zone, 1);
	tzset();
	o->from = from;
	int64_t latest = 0;
	for (int64_t at = from - 3 * MS_DAY; at < from + MINUTES * MINUTE; at += MINUTE) {
		int64_t now = shown(at);
		latest = now > latest ? now : latest;
		if (at >= from)
			o->open[(at - from) / MINUTE] = is_open(&c, latest, at);
	}
}

static int64_t passed(const struct oracle *o, int64_t from, int64_t to)
{
	int64_t sum = 0;
	for (int64_t at = from; at < to; at += MINUTE)
		sum += o->open[(at - o->from) / MINUTE] ? MINUTE : 0;
	return sum;
}

/* -1: not within the window. */
static int64_t after(const struct oracle *o, int64_t from, int64_t span)
{
	for (int64_t at = from; at < o->from + MINUTES * MINUTE; at += MINUTE) {
		if (!o->open[(at - o->from) / MINUTE])
			continue;
		if (span <= MINUTE)
			return at + span;
		span -= MINUTE;
	}
	return -1;
}

static json_t *random_week(void)
{
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	json_t *week = json_object();
	for (int d = 0; d < 7; d++) {
		json_t *ranges = json_array();
		int most = upto(5) == 0 ? 0 : 1 + upto(3);
		for (int from = upto(3) ? 480 + upto(120) : upto(300), k = 0; k < most && from < 1380; k++) {
			int to = from + 30 + upto(420);
			to = to > 1440 ? 1440 : to;
			json_array_append_new(ranges, json_pack("[o, o]", json_sprintf("%02d:%02d", from / 60, from % 60), json_sprintf("%02d:%02d", to / 60, to % 60)));
			from = to + upto(180);
		}
		json_object_set_new(week, days[d], ranges);
	}
	return week;
}

static json_t *day_text(int64_t at)
{
	char text[INSTANT_TEXT_MAX];
	instant_format(at, text);
	return json_stringn(text, 10);
}

static json_t *time_text(int64_t at)
{
	char text[INSTANT_TEXT_MAX];
	instant_format(at, text);
	return json_string(text);
}

static json_t *random_holidays(int64_t from)
{
	json_t *list = json_array();
	for (int i = upto(6); i > 0; i--)
		json_array_append_new(list, day_text(from + upto(DAYS) * MS_DAY));
	return list;
}

static json_t *random_absences(int64_t from)
{
	json_t *list = json_array();
	for (int i = upto(4); i > 0; i--) {
		int64_t a = from + upto(MINUTES) * MINUTE, b = a + (1 + upto(6 * 1440)) * MINUTE;
		bool days = upto(2);
		json_array_append_new(list, json_pack("{s:o, s:o}", "from", days ? day_text(a) : time_text(a), "to", days ? day_text(b) : time_text(b)));
	}
	return list;
}

/* A team and one of it, and what the oracle says of both. */
struct scene {
	struct arena *arena;
	struct routing routing;
	struct sales_user user;
	struct oracle team, person;
};

static void set_up(struct scene *x, const char *zone, const char *team_zone, int64_t from)
{
	struct err e;
	json_t *sla = json_pack("{s:o, s:o, s:o, s:f, s:s}", "pending", json_sprintf("PT%dM", 1 + upto(900)), "acceptance", json_sprintf("PT%dM", 1 + upto(2000)), "first_response",
	    json_sprintf("PT%dM", 1 + upto(3000)), "warn_at", (double)(1 + upto(1000)) / 1000, "on_breach", "escalate");
	json_t *week = random_week(), *own = upto(2) ? random_week() : json_null(), *holidays = random_holidays(from), *absences = random_absences(from), *clean = NULL;
	json_t *document = json_pack("{s:O, s:O, s:s, s:o}", "working_hours", week, "holidays", holidays, "time_zone", team_zone, "sla", sla);
	x->arena = arena_new(0);
	ck_assert_msg(routing_check(x->arena, document, &clean, &e) == ST_OK, "%s %s", e.pointer, e.detail);
	char *text = json_dumps(clean, 0);
	ck_assert_int_eq(routing_read(x->arena, text, "UTC", &x->routing, &e), ST_OK);
	free(text);
	json_decref(clean);
	json_decref(document);
	document = json_pack("{s:s, s:s, s:O, s:O}", "name", "x", "time_zone", zone, "working_hours", own, "absences", absences);
	ck_assert_msg(user_check(x->arena, document, &clean, &e) == ST_OK, "%s %s", e.pointer, e.detail);
	text = json_dumps(clean, 0);
	ck_assert_int_eq(user_read(x->arena, &(struct uuid){{7}}, text, &x->routing.calendar, &x->user, &e), ST_OK);
	free(text);
	json_decref(clean);
	json_decref(document);
	walk(&x->team, team_zone, from, week, holidays, NULL);
	walk(&x->person, zone, from, json_is_null(own) ? week : own, holidays, absences);
	json_decref(week);
	json_decref(own);
	json_decref(holidays);
	json_decref(absences);
}

static void move(struct scene *x, struct handoff_row *h, enum handoff_act act, int64_t now, const struct handoff_move **ret)
{
	struct handoff_wish w = {.act = act, .now = now, .author = "test", .user = act == HANDOFF_ASSIGN ? &x->user : NULL, .holder = uuid_is_nil(&h->assignee) ? NULL : &x->user, .rule = "default"};
	struct handoff_move *m;
	struct err e;
	ck_assert_msg(handoff_make(x->arena, &x->routing, h, &w, &m, &e) == ST_OK, "%s", e.detail);
	*h = m->next;
	h->version++;
	*ret = m;
}

/* What the desk does while nobody else does anything before `until`: told when it is due, to the millisecond, each once. Whether the clock ran out. */
static bool mind(struct scene *x, struct handoff_row *h, const struct oracle *o, int64_t began, int64_t span, int64_t until, int *io_told)
{
	const struct handoff_move *m;
	int64_t due = after(o, began, span), warn = after(o, began, span / 1000 * x->routing.warn_at + span % 1000 * x->routing.warn_at / 1000);
	if (due < 0)
		return false; /* later than the window */
	ck_assert_int_eq(h->due_at, due);
	if (x->routing.warn_at < 1000) {
		ck_assert_int_eq(h->warn_at, warn);
		ck_assert_int_eq(h->desk_at, warn);
		if (warn >= until)
			return false;
		move(x, h, HANDOFF_WARN, h->desk_at, &m);
		ck_assert_ptr_null(m->clock);
		++*io_told;
	}
	ck_assert_int_eq(h->desk_at, due);
	if (due >= until)
		return false;
	move(x, h, HANDOFF_BREACH, h->desk_at, &m);
	ck_assert_ptr_nonnull(m->clock);
	ck_assert_int_eq(m->due_at, due);
	ck_assert_int_eq(m->worked_ms, span);
	++*io_told;
	return true;
}

static const struct handoff_row fresh = {.state = "pending", .stage = "mql", .version = 1, .acceptance_ms = -1, .response_ms = -1, .assigned_at = INSTANT_NEVER, .accepted_at = INSTANT_NEVER,
	.responded_at = INSTANT_NEVER, .ended_at = INSTANT_NEVER, .warn_at = INSTANT_NEVER, .due_at = INSTANT_NEVER, .warned_at = INSTANT_NEVER, .breached_at = INSTANT_NEVER,
	.escalated_at = INSTANT_NEVER, .desk_at = INSTANT_NEVER};

/* One life, in whole minutes: given out, taken and answered whenever. Returns how many clocks were looked at. */
static int live(struct scene *x, int *io_told)
{
	struct handoff_row h = fresh;
	const struct handoff_move *m;
	int64_t made = x->team.from + upto(12 * 1440) * MINUTE, given = made + upto(4 * 1440) * MINUTE, taken = given + upto(8 * 1440) * MINUTE, answered = taken + upto(12 * 1440) * MINUTE;
	h.created_at = made;
	int64_t due = after(&x->team, made, x->routing.pending);
	if (due >= 0)
		ck_assert_int_eq(handoff_pending_due(&x->routing, &h), due);
	bool late = due >= 0 && due < given;
	if (late) {
		move(x, &h, HANDOFF_BREACH, due, &m);
		ck_assert_str_eq(m->clock, "pending");
		ck_assert_int_eq(m->due_at, due);
		ck_assert_int_eq(m->worked_ms, x->routing.pending);
	}
	move(x, &h, HANDOFF_ASSIGN, given, &m);
	ck_assert_int_eq(m->worked_ms, passed(&x->team, made, given));
	ck_assert(late ? m->clock == NULL : due < 0 || (!strcmp(m->clock, "pending") && m->due_at == due));
	int64_t owed = after(&x->person, given, x->routing.acceptance);
	late = mind(x, &h, &x->person, given, x->routing.acceptance, taken, io_told);
	move(x, &h, HANDOFF_ACCEPT, taken, &m);
	ck_assert_int_eq(m->worked_ms, passed(&x->person, given, taken));
	ck_assert_int_eq(h.acceptance_ms, m->worked_ms);
	if (owed >= 0) {
		ck_assert_int_eq(late, owed < taken);
		ck_assert_int_eq(m->clock != NULL, owed >= taken);
	}
	owed = after(&x->person, taken, x->routing.first_response);
	late = mind(x, &h, &x->person, taken, x->routing.first_response, answered, io_told);
	/* Sometimes the answer is heard of later than it was given. */
	int64_t heard = late && upto(2) ? taken + upto((int)((owed - taken) / MINUTE) + 1) * MINUTE : answered;
	move(x, &h, HANDOFF_RESPOND, heard, &m);
	ck_assert_int_eq(h.responded_at, heard);
	ck_assert_int_eq(h.response_ms, passed(&x->person, taken, heard));
	if (owed >= 0)
		ck_assert_msg((m->clock != NULL) == (heard <= owed), "heard at %lld, due at %lld", (long long)heard, (long long)owed);
	ck_assert(h.desk_at == INSTANT_NEVER && !h.clock);
	return 3;
}

START_TEST(clocks_are_what_minutes_say)
{
	static const char *const zones[] = {"Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "Pacific/Auckland", "America/Havana",
		"Europe/London", "UTC"};
	static const char *const starts[] = {"2024-02-10T00:00:00Z", "2025-03-01T00:00:00Z", "2026-10-10T00:00:00Z", "2026-12-15T00:00:00Z", "2027-03-20T00:00:00Z", "2027-09-15T00:00:00Z"};
	const char *given = getenv("LEADSCORE_TEST_SEED"), *quick = getenv("LEADSCORE_TEST_QUICK");
	int rounds = quick && *quick == '1' ? 40 : 150, clocks = 0, told = 0;
	seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)monotonic_us();
	fprintf(stderr, "seed %u\n", seed);
	struct scene *x = calloc(1, sizeof *x);
	ck_assert_ptr_nonnull(x);
	for (int k = 0; k < rounds; k++) {
		int64_t from;
		const char *start = starts[upto(6)];
		ck_assert(instant_parse(start, strlen(start), &from));
		set_up(x, zones[k % 10], zones[upto(10)], from + upto(1440) * MINUTE);
		for (int i = 0; i < 20; i++)
			clocks += live(x, &told);
		routing_free(&x->routing);
		arena_free(&x->arena);
	}
	free(x);
	fprintf(stderr, "%d calendars, %d clocks, %d warnings and breaches\n", 2 * rounds, clocks, told);
	ck_assert_int_gt(told, rounds);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/sla");
	TCase *t = tcase_create("sla");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, clocks_are_what_minutes_say);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
