/* Local time: the offset from UTC of a time zone at any instant, by the data built into the engine (zones.py).
 *
 * A zone is made when its model compiles and is immutable then. No I/O, no locale, nothing of the machine's own time
 * zones. */
#ifndef SCORING_ZONE_PRIV_H
#define SCORING_ZONE_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* From an instant on (the first: from ever), in ms. */
struct zone_span {
	int64_t from, offset;
};

/* A day of the year at which clocks change, as POSIX says it. */
enum zone_day_kind { ZONE_MONTH_WEEK, ZONE_JULIAN, ZONE_DAY };
struct zone_day {
	enum zone_day_kind kind;
	int number;        /* month 1..12; day 1..365, 29 February never counted; day 0..365 */
	int week, weekday; /* of the month: 1..5, 5 is the last; 0 is Sunday */
	int64_t time;      /* ms since local midnight, may be negative or beyond the day */
};

struct zone {
	const struct zone_span *spans;
	size_t n;
	const uint16_t
	    *first; /* the span at the start of each stretch of 2^32 ms since 1970; NULL when there is one span */
	size_t n_first;
	bool has_rule; /* for what comes after the last stretch */
	int64_t standard, summer;
	struct zone_day start, end; /* of summer time */
	uint32_t print;             /* 0 for a constant offset; differs where data differ */
};

/* "UTC", "Z", an offset ("+08:00", at most 14 hours) or an IANA name. ST_NOT_FOUND: none of these; ST_NOMEM. */
enum status zone_make(const char *name, struct arena *memory, struct zone *ret);
/* Local time less UTC, in ms. */
int64_t zone_offset(const struct zone *z, int64_t at);

/* From the bytes of a body; ST_INTERNAL when they are no body. For tests too. */
enum status zone_decode(const unsigned char *body, size_t n, struct arena *memory, struct zone *ret);

/* The data built in. An entry says where its name and its body begin, and the body's size; entries are in order of
 * their names, bytewise. */
enum { ZONE_NAME, ZONE_BODY, ZONE_SIZE };
extern const char zone_data_version[];
extern const size_t zone_data_count;
extern const uint32_t zone_data_index[][3];
extern const char zone_data_names[];
extern const unsigned char zone_data_bodies[];

#endif
