/* RFC 3339 instants by civil-date arithmetic: no locale, no time zone database, no libc time functions.
 *
 * The calendar formulas are those of Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in
 * March, so that the leap day is the last of the year, and 400 years are 146,097 days. */
#include "base/instant.h"

#include <string.h>
#include <time.h>

#define EPOCH_DAYS 719468                        /* from 0000-03-01 to 1970-01-01 */
#define FIRST_MS INT64_C(-2208988800000)         /* 1900-01-01T00:00:00Z */
#define END_MS INT64_C(253402300800000)          /* 10000-01-01T00:00:00Z */
#define FORMAT_FIRST_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00Z */

/* Days since 1970-01-01 of a date in year 0 or later. */
static int64_t days_from_civil(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int era = (y >= 0 ? y : y - 399) / 400;
	int year_of_era = y - era * 400;
	int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return (int64_t)era * 146097 + day_of_era - EPOCH_DAYS;
}

static bool leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Two decimal digits as a number, or -1. */
static int two(const char *s)
{
	unsigned a = (unsigned)(unsigned char)s[0] - '0';
	unsigned b = (unsigned)(unsigned char)s[1] - '0';
	return a <= 9 && b <= 9 ? (int)(a * 10 + b) : -1;
}

/* The fraction after the seconds in milliseconds; *at moves behind it. False when the digits are none or more than
 * nine. */
static bool fraction(const char *s, size_t n, size_t *at, int *ret_ms)
{
	int ms = 0;
	int digits = 0;
	size_t i = *at + 1;
	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++, digits++)
		if (digits < 3)
			ms = ms * 10 + (s[i] - '0');
	if (digits == 0 || digits > 9)
		return false;
	for (; digits < 3; digits++)
		ms *= 10;
	*at = i;
	*ret_ms = ms;
	return true;
}

/* "Z", "+08:00" and the like, which must end the text, as minutes east of UTC. */
static bool offset(const char *s, size_t n, int *ret_minutes)
{
	if (n == 1 && (s[0] == 'Z' || s[0] == 'z')) {
		*ret_minutes = 0;
		return true;
	}
	if (n != 6 || (s[0] != '+' && s[0] != '-') || s[3] != ':')
		return false;
	int hours = two(s + 1);
	int minutes = two(s + 4);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*ret_minutes = (s[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
	return true;
}

bool instant_parse(const char *s, size_t n, int64_t *ret_ms)
{
	if (n < 20 || s[4] != '-' || s[7] != '-' || (s[10] != 'T' && s[10] != 't') || s[13] != ':' || s[16] != ':')
		return false;
	int century = two(s);
	int year = two(s + 2);
	int month = two(s + 5);
	int day = two(s + 8);
	int hour = two(s + 11);
	int minute = two(s + 14);
	int second = two(s + 17);
	if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 60)
		return false;
	year += century * 100;
	if (day > month_days(year, month))
		return false;
	size_t at = 19;
	int ms = 0;
	int east = 0;
	if (s[at] == '.' && !fraction(s, n, &at, &ms))
		return false;
	if (!offset(s + at, n - at, &east))
		return false;
	int64_t minutes = days_from_civil(year, month, day) * 1440 + hour * 60 + minute - east;
	if (second == 60) {
		/* A leap second ends a UTC day: RFC 3339, section 5.7. */
		if ((minutes % 1440 + 1440) % 1440 != 1439)
			return false;
		second = 59;
		ms = 999;
	}
	int64_t t = minutes * MS_MINUTE + second * MS_SECOND + ms;
	if (t < FIRST_MS || t >= END_MS)
		return false;
	*ret_ms = t;
	return true;
}

static void put_digits(char *out, int v, int n)
{
	while (n-- > 0) {
		out[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

void instant_format(int64_t ms, char out[INSTANT_TEXT_MAX])
{
	if (ms < FORMAT_FIRST_MS || ms >= END_MS) {
		out[0] = '\0';
		return;
	}
	/* Counted from 0000-03-01 less one era, so that every quotient below is of non-negative numbers. */
	int64_t shifted = ms + (EPOCH_DAYS + INT64_C(146097)) * MS_DAY;
	int day_number = (int)(shifted / MS_DAY);
	int rest = (int)(shifted % MS_DAY);
	int era = day_number / 146097;
	int day_of_era = day_number % 146097;
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted_month = (5 * day_of_year + 2) / 153;
	int month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
	int year = year_of_era + (era - 1) * 400 + (month <= 2);
	memcpy(out, "0000-00-00T00:00:00.000Z", 25);
	put_digits(out, year, 4);
	put_digits(out + 5, month, 2);
	put_digits(out + 8, day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
	put_digits(out + 11, rest / (int)MS_HOUR, 2);
	put_digits(out + 14, rest / (int)MS_MINUTE % 60, 2);
	put_digits(out + 17, rest / (int)MS_SECOND % 60, 2);
	put_digits(out + 20, rest % 1000, 3);
}

int64_t clock_now(const struct clock *c)
{
	return c->now_ms(c->ctx);
}

static int64_t system_now_ms(void *ctx)
{
	(void)ctx;
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

const struct clock clock_system = {system_now_ms, NULL};

int64_t monotonic_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}
