/* What the clocks of a place show: local time by the time zone data built into the engine.
 *
 * Instants are whole milliseconds since 1970 in UTC; a local time is what a clock there shows, as if it showed UTC. Immutable: any thread. */
#ifndef SCORING_LOCAL_H
#define SCORING_LOCAL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct zone;

/* name: "UTC", an offset ("+08:00") or an IANA name (model_time_zone_valid). In `memory`, and lives as long. NULL: there is none such, or out of memory. */
const struct zone *local_zone(const char *name, struct arena *memory);
int64_t local_time(const struct zone *z, int64_t at);
/* The instant at which clocks show that: of two, the first; of a time that is skipped, the instant at which they skip. */
int64_t local_instant(const struct zone *z, int64_t local);

/* Days since 1970 of a local time; 0 is a Thursday. */
int64_t local_day(int64_t local);
int local_weekday(int64_t day); /* 0 Monday to 6 Sunday */
struct local_date {
	int64_t year;
	int month, day; /* from 1 */
};
struct local_date local_date(int64_t day);
int64_t local_day_of(struct local_date d); /* a day beyond its month's end is that end */
/* So many months later, on the same day of the month, or on its last. */
int64_t local_add_months(int64_t day, int months);

#endif
