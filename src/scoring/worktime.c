/* Working time, day by day of the local calendar. */
#include "scoring/worktime.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "zone_priv.h"

#define DAYS_MAX 3660

struct worktime {
	struct zone zone;
	struct work_week week;
	int32_t *holidays; /* ascending */
	size_t n_holidays;
	struct work_span *absences; /* by `from` */
	size_t n_absences;
};

static int by_day(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static int by_from(const void *a, const void *b)
{
	const struct work_span *x = a, *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

enum status worktime_make(const char *zone, const struct work_week *week, const int32_t *holidays, size_t n_holidays,
    const struct work_span *absences, size_t n_absences, struct arena *memory, struct worktime **ret)
{
	struct worktime *w = arena_zalloc(memory, sizeof *w);
	if (!w)
		return ST_NOMEM;
	w->holidays = arena_array(memory, n_holidays + 1, sizeof *w->holidays);
	w->absences = arena_array(memory, n_absences + 1, sizeof *w->absences);
	if (!w->holidays || !w->absences)
		return ST_NOMEM;
	enum status s = zone_make(zone, memory, &w->zone);
	if (s != ST_OK)
		return s;
	w->week = *week;
	w->n_holidays = n_holidays;
	w->n_absences = n_absences;
	if (n_holidays)
		memcpy(w->holidays, holidays, n_holidays * sizeof *holidays);
	if (n_absences)
		memcpy(w->absences, absences, n_absences * sizeof *absences);
	qsort(w->holidays, n_holidays, sizeof *w->holidays, by_day);
	qsort(w->absences, n_absences, sizeof *w->absences, by_from);
	*ret = w;
	return ST_OK;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The first instant at which the local clock shows `local` or later; clocks change once in two days at most. */
static int64_t reach(const struct zone *z, int64_t local)
{
	int64_t early = local - MS_DAY, late = local + MS_DAY;
	int64_t before = zone_offset(z, early), after = zone_offset(z, late);
	if (before == after)
		return local - before;
	while (late - early > 1) {
		int64_t middle = early + (late - early) / 2;
		*(zone_offset(z, middle) == before ? &early : &late) = middle;
	}
	if (local - before < late)
		return local - before;
	return local - after > late ? local - after : late;
}

int32_t worktime_day(const struct worktime *w, int64_t at)
{
	return (int32_t)floor_div(at + zone_offset(&w->zone, at), MS_DAY);
}

int64_t worktime_day_begin(const struct worktime *w, int32_t day)
{
	return reach(&w->zone, day * (int64_t)MS_DAY);
}

static bool is_free(const struct worktime *w, int32_t day)
{
	return w->n_holidays && bsearch(&day, w->holidays, w->n_holidays, sizeof *w->holidays, by_day) != NULL;
}

/* Range i of a day, as instants. */
static struct work_span range_of(const struct worktime *w, int32_t day, const struct work_range *r)
{
	return (struct work_span){reach(&w->zone, day * (int64_t)MS_DAY + r->from * (int64_t)MS_MINUTE),
	    reach(&w->zone, day * (int64_t)MS_DAY + r->to * (int64_t)MS_MINUTE)};
}

/* Walks the pieces of working time that end after `from`, in order of time. */
struct walk {
	const struct worktime *w;
	int32_t day, last;
	size_t range;
	struct work_span rest; /* of the range under way: what absences have left to look at */
	size_t absence;
};

static struct walk walk_from(const struct worktime *w, int64_t from)
{
	int32_t day = worktime_day(w, from) - 1; /* its last range may reach over a clock that is put back over midnight */
	return (struct walk){.w = w, .day = day, .last = day + DAYS_MAX};
}

static bool next_range(struct walk *k)
{
	for (; k->day <= k->last; k->day++, k->range = 0) {
		size_t weekday = (size_t)(((int64_t)k->day + 3) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
		if (k->range >= k->w->week.n[weekday] || is_free(k->w, k->day))
			continue;
		k->rest = range_of(k->w, k->day, &k->w->week.ranges[weekday][k->range++]);
		k->absence = 0;
		return true;
	}
	return false;
}

static bool next_piece(struct walk *k, struct work_span *ret)
{
	for (;;) {
		if (k->rest.from >= k->rest.to && !next_range(k))
			return false;
		for (; k->absence < k->w->n_absences; k->absence++) {
			const struct work_span *a = &k->w->absences[k->absence];
			if (a->to <= k->rest.from)
				continue;
			if (a->from > k->rest.from)
				break;
			k->rest.from = a->to;
		}
		if (k->rest.from >= k->rest.to)
			continue;
		*ret = k->rest;
		if (k->absence < k->w->n_absences && k->w->absences[k->absence].from < ret->to)
			ret->to = k->w->absences[k->absence].from;
		k->rest.from = ret->to;
		return true;
	}
}

int64_t worktime_after(const struct worktime *w, int64_t from, int64_t span)
{
	struct walk k = walk_from(w, from);
	struct work_span p;
	if (span <= 0)
		return from;
	while (next_piece(&k, &p)) {
		if (p.to <= from)
			continue;
		if (p.from < from)
			p.from = from;
		if (span <= p.to - p.from)
			return p.from + span;
		span -= p.to - p.from;
	}
	return INSTANT_NEVER;
}

int64_t worktime_between(const struct worktime *w, int64_t from, int64_t to)
{
	struct walk k = walk_from(w, from);
	struct work_span p;
	int64_t sum = 0;
	while (from < to && next_piece(&k, &p) && p.from < to) {
		if (p.to <= from)
			continue;
		int64_t begin = p.from < from ? from : p.from, end = p.to > to ? to : p.to;
		sum += end - begin;
	}
	return sum;
}

bool worktime_open(const struct worktime *w, int64_t at)
{
	return worktime_between(w, at, at + 1) > 0;
}
