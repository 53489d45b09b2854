/* ISO 8601 durations of fixed length: weeks, or days, hours, minutes and seconds.
 *
 * Numbers are whole; only the seconds may have up to three decimals, without which the milliseconds that a duration
 * holds could not be written. */
#include "base/instant.h"

#include <stdio.h>

#define LONGEST_MS (36525 * MS_DAY) /* 100 Julian years */

/* The whole number at *at; false when there is no digit or it is beyond any duration. */
static bool whole(const char *s, size_t n, size_t *at, int64_t *ret)
{
	int64_t v = 0;
	size_t i = *at;
	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
		v = v * 10 + (s[i] - '0');
		if (v > LONGEST_MS)
			return false;
	}
	if (i == *at)
		return false;
	*at = i;
	*ret = v;
	return true;
}

/* ".5" as 500; false when the digits are none or more than three. */
static bool decimals(const char *s, size_t n, size_t *at, int64_t *ret_ms)
{
	int64_t weight = 100;
	int64_t ms = 0;
	size_t i = *at + 1;
	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++, weight /= 10) {
		if (weight == 0)
			return false;
		ms += weight * (s[i] - '0');
	}
	if (i == *at + 1)
		return false;
	*at = i;
	*ret_ms = ms;
	return true;
}

bool duration_parse(const char *s, size_t n, int64_t *ret_ms)
{
	static const struct {
		char letter;
		bool in_time;
		int64_t ms;
	} units[] = {{'D', false, MS_DAY}, {'H', true, MS_HOUR}, {'M', true, MS_MINUTE}, {'S', true, MS_SECOND}};
	if (n < 3 || s[0] != 'P')
		return false;
	int64_t total = 0;
	bool in_time = false;
	bool after_t = false;
	size_t next_unit = 0;
	for (size_t i = 1; i < n;) {
		if (s[i] == 'T') {
			if (in_time)
				return false;
			in_time = after_t = true;
			i++;
			continue;
		}
		int64_t v;
		int64_t ms = 0;
		if (!whole(s, n, &i, &v))
			return false;
		bool decimal = i < n && s[i] == '.';
		if ((decimal && !decimals(s, n, &i, &ms)) || i == n)
			return false;
		int64_t unit = 0;
		if (s[i] == 'W' && i + 1 == n && total == 0 && next_unit == 0 && !in_time && !decimal)
			unit = MS_WEEK;
		for (size_t u = next_unit; !unit && u < sizeof(units) / sizeof(units[0]); u++)
			if (units[u].letter == s[i] && units[u].in_time == in_time && (!decimal || s[i] == 'S')) {
				unit = units[u].ms;
				next_unit = u + 1;
			}
		if (!unit || __builtin_mul_overflow(v, unit, &v) || __builtin_add_overflow(total, v + ms, &total))
			return false;
		after_t = false;
		i++;
	}
	if (after_t || total < 1 || total > LONGEST_MS)
		return false;
	*ret_ms = total;
	return true;
}

void duration_format(int64_t ms, char *out, size_t cap)
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t rest = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	if (rest == 0) {
		snprintf(out, cap, "PT0S");
		return;
	}
	if (rest % MS_WEEK == 0) {
		snprintf(out, cap, "%sP%lluW", sign, (unsigned long long)(rest / MS_WEEK));
		return;
	}
	static const struct {
		char letter;
		uint64_t ms;
	} units[] = {{'D', MS_DAY}, {'H', MS_HOUR}, {'M', MS_MINUTE}};
	size_t at = (size_t)snprintf(out, cap, "%sP", sign);
	bool in_time = false;
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]) && at < cap; u++) {
		uint64_t count = rest / units[u].ms;
		rest %= units[u].ms;
		if (!count)
			continue;
		const char *t = u > 0 && !in_time ? "T" : "";
		in_time |= u > 0;
		at += (size_t)snprintf(out + at, cap - at, "%s%llu%c", t, (unsigned long long)count, units[u].letter);
	}
	if (!rest || at >= cap)
		return;
	unsigned milli = (unsigned)(rest % MS_SECOND);
	at +=
	    (size_t)snprintf(out + at, cap - at, "%s%llu", in_time ? "" : "T", (unsigned long long)(rest / MS_SECOND));
	if (milli && at < cap) {
		at += (size_t)snprintf(out + at, cap - at, ".%03u", milli);
		while (at < cap && out[at - 1] == '0')
			out[--at] = '\0';
	}
	if (at < cap)
		snprintf(out + at, cap - at, "S");
}
