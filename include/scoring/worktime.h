/* Working time: how much of it lies between two instants, and when a span of it is over.
 *
 * A calendar is a week of ranges of local time in a time zone, less days that are free altogether (holidays) and spans of absence. Pure; no I/O, no clock. Instants are
 * milliseconds, time zones those built into the engine. A range lasts from the first instant at which the local clock shows its beginning or later on that day to
 * the first at which it shows its end: clocks that are put forward over it shorten it, clocks that are put back lengthen it. Immutable once made: any thread. */
#ifndef SCORING_WORKTIME_H
#define SCORING_WORKTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

#define WORKTIME_RANGES_MAX 8 /* of a day of the week */
#define WORKTIME_MINUTES_MAX 1440

struct work_range {
	int from, to; /* minutes since local midnight, from < to <= WORKTIME_MINUTES_MAX */
};

/* Ranges of a day are in order and do not overlap. 0 is Monday. */
struct work_week {
	struct work_range ranges[7][WORKTIME_RANGES_MAX];
	size_t n[7];
};

struct work_span {
	int64_t from, to; /* instants; `to` excluded */
};

struct worktime;

/* holidays: local days, as days since 1970-01-01, in any order; absences likewise. Copied into the arena. Errors: ST_NOT_FOUND: no such zone; ST_NOMEM. */
enum status worktime_make(const char *zone, const struct work_week *week, const int32_t *holidays, size_t n_holidays, const struct work_span *absences, size_t n_absences,
	struct arena *memory, struct worktime **ret);
/* The first instant by which `span` ms of working time have passed since `from`; INSTANT_NEVER: not within ten years. A span of 0 is over at once. */
int64_t worktime_after(const struct worktime *w, int64_t from, int64_t span);
/* Working time in [from, to), in ms; 0 when to is not after from. */
int64_t worktime_between(const struct worktime *w, int64_t from, int64_t to);
/* Whether work is done at that instant. */
bool worktime_open(const struct worktime *w, int64_t at);
/* The local day of an instant, as days since 1970-01-01, and the instant at which a local day begins. */
int32_t worktime_day(const struct worktime *w, int64_t at);
int64_t worktime_day_begin(const struct worktime *w, int32_t day);

#endif
