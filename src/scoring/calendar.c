/* Calendar periods by arithmetic: no locale. */
#include "calendar_priv.h"

#include <string.h>

#include "base/instant.h"

bool calendar_unit_parse(const char *s, enum calendar_unit *ret)
{
	static const char *const names[] = {"event", "day", "week", "month", "ever"};
	for (unsigned i = 0; i < 5; i++) {
		if (strcmp(names[i], s) == 0) {
			*ret = (enum calendar_unit)i;
			return true;
		}
	}
	return false;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Months since year 0, from days since 1970 (the civil calendar counted from 1 March, 400 years at a time). */
static int64_t month_of_day(int64_t days)
{
	int64_t z = days + 719468, era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	return (yoe + era * 400) * 12 + mp + 2;
}

int64_t calendar_year(int64_t at)
{
	return floor_div(month_of_day(floor_div(at, MS_DAY)), 12);
}

int64_t calendar_period(enum calendar_unit unit, int64_t at, const struct zone *zone)
{
	if (unit == PER_EVER || unit == PER_EVENT)
		return 0;
	int64_t days = floor_div(at + zone_offset(zone, at), MS_DAY);
	switch (unit) {
	case PER_DAY:
		return days;
	case PER_WEEK:
		return floor_div(days + 3, 7); /* 1970-01-01 was a Thursday */
	case PER_MONTH:
		return month_of_day(days);
	default:
		return 0;
	}
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

bool calendar_offset_parse(const char *s, int64_t *ret_ms)
{
	if (strcmp(s, "UTC") == 0 || strcmp(s, "Z") == 0) {
		*ret_ms = 0;
		return true;
	}
	if (strlen(s) != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':' || !digit(s[1]) || !digit(s[2]) ||
	    !digit(s[4]) || !digit(s[5]))
		return false;
	int64_t minutes = ((s[1] - '0') * 10 + s[2] - '0') * 60 + (s[4] - '0') * 10 + s[5] - '0';
	if (s[4] > '5' || minutes > 14 * 60)
		return false;
	*ret_ms = (s[0] == '-' ? -minutes : minutes) * MS_MINUTE;
	return true;
}
