/* Calendar days, weeks from Monday and months at a fixed offset from UTC. */
#ifndef SCORING_CALENDAR_PRIV_H
#define SCORING_CALENDAR_PRIV_H

#include <stdbool.h>
#include <stdint.h>

enum calendar_unit { PER_EVENT, PER_DAY, PER_WEEK, PER_MONTH, PER_EVER };
bool calendar_unit_parse(const char *s, enum calendar_unit *ret);
/* The number of the period that holds the instant; equal numbers, same period. */
int64_t calendar_period(enum calendar_unit unit, int64_t at, int64_t offset_ms);
/* "UTC", "Z" or "+08:00", at most 14 hours. */
bool calendar_offset_parse(const char *s, int64_t *ret_ms);

#endif
