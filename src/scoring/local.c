#include "scoring/local.h"

#include "base/instant.h"
#include "zone_priv.h"

const struct zone *local_zone(const char *name, struct arena *memory)
{
	struct zone *z = arena_zalloc(memory, sizeof *z);
	return z && zone_make(name, memory, z) == ST_OK ? z : NULL;
}

int64_t local_time(const struct zone *z, int64_t at)
{
	return at + zone_offset(z, at);
}

/* Offsets are less than a day, so what holds a day before and after are those on both sides of a change. */
int64_t local_instant(const struct zone *z, int64_t local)
{
	int64_t before = zone_offset(z, local - MS_DAY), after = zone_offset(z, local + MS_DAY);
	int64_t early = local - before, late = local - after;
	if (local_time(z, early) == local)
		return early;
	if (local_time(z, late) == local)
		return late;
	/* Skipped: the clocks go from before it to after it within these two. */
	int64_t low = late < early ? late : early, high = late < early ? early : late;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;
		if (local_time(z, middle) < local)
			low = middle;
		else
			high = middle;
	}
	return high;
}

int64_t local_day(int64_t local)
{
	return local >= 0 ? local / MS_DAY : -((-local + MS_DAY - 1) / MS_DAY);
}

int local_weekday(int64_t day)
{
	int64_t w = (day + 3) % 7;
	return (int)(w < 0 ? w + 7 : w);
}

/* Days are counted from 1 March of year 0, so that a leap day is the last of its year. */
#define TO_1970 719468

struct local_date local_date(int64_t day)
{
	int64_t z = day + TO_1970, era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
	int calendar = (int)(month < 10 ? month + 3 : month - 9);
	return (struct local_date){.year = year + era * 400 + (calendar <= 2),
	    .month = calendar,
	    .day = (int)(of_year - (153 * month + 2) / 5 + 1)};
}

static int days_of(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

int64_t local_day_of(struct local_date d)
{
	int last = days_of(d.year, d.month);
	int64_t year = d.year - (d.month <= 2), era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
	int64_t month = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t of_year = (153 * month + 2) / 5 + (d.day < last ? d.day : last) - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970;
}

int64_t local_add_months(int64_t day, int months)
{
	struct local_date d = local_date(day);
	int64_t month = d.year * 12 + d.month - 1 + months;
	d.year = month >= 0 ? month / 12 : -((-month + 11) / 12);
	d.month = (int)(month - d.year * 12) + 1;
	return local_day_of(d);
}
