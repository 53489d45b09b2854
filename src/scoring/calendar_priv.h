/* Calendar days, weeks from Monday and months in a time zone. */
#ifndef SCORING_CALENDAR_PRIV_H
#define SCORING_CALENDAR_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "zone_priv.h"

enum calendar_unit { PER_EVENT, PER_DAY, PER_WEEK, PER_MONTH, PER_EVER };
bool calendar_unit_parse(const char *s, enum calendar_unit *ret);
/* The number of the period that holds the instant; equal numbers, same period. */
int64_t calendar_period(enum calendar_unit unit, int64_t at, const struct zone *zone);
int64_t calendar_year(int64_t at); /* in UTC */
/* "UTC", "Z" or "+08:00", at most 14 hours. */
bool calendar_offset_parse(const char *s, int64_t *ret_ms);

#endif
