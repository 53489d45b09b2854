#include "cell.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/json.h"

#define YEAR_9999_MS INT64_C(253402300799999)

static const char *const type_names[] = {"text", "number", "boolean", "time", "list", "json"};
static const char *const type_nouns[] = {
    "text", "a number", "yes or no", "a time of the mapping's format", "a list", "JSON"};

bool cell_type_parse(const char *s, enum cell_type *ret)
{
	for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
		if (!strcmp(s, type_names[i])) {
			*ret = (enum cell_type)i;
			return true;
		}
	return false;
}

const char *cell_type_noun(enum cell_type t)
{
	return type_nouns[t];
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Copies a number with "." as the mark and without group marks; false when it has not the shape of one. */
static bool plain_number(const struct cell_form *f, const char *s, char *out, size_t cap, bool *ret_whole)
{
	size_t n = 0, digits = 0;
	bool whole = true;
	if (*s == '-' || *s == '+') {
		if (*s == '-')
			out[n++] = '-';
		s++;
	}
	for (; *s; s++) {
		if (n + 2 >= cap)
			return false;
		if (digit(*s)) {
			digits++;
			out[n++] = *s;
		} else if (*s == f->decimal_mark && whole && digits && digit(s[1])) {
			whole = false;
			out[n++] = '.';
		} else if (!f->group_mark || *s != f->group_mark || !whole || !digits || !digit(s[1])) {
			return false;
		}
	}
	out[n] = '\0';
	*ret_whole = whole && digits <= 18;
	return digits > 0;
}

static json_t *number_value(const struct cell_form *f, const char *s)
{
	char text[64];
	bool whole;
	if (!plain_number(f, s, text, sizeof text, &whole))
		return NULL;
	if (whole)
		return json_integer(strtoll(text, NULL, 10));
	double v = strtod(text, NULL);
	return isfinite(v) ? json_real(v) : NULL;
}

static json_t *boolean_value(const char *s)
{
	static const char *const yes[] = {"true", "yes", "y", "t", "1"}, *const no[] = {"false", "no", "n", "f", "0"};
	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
		if (!strcasecmp(s, yes[i]))
			return json_true();
		if (!strcasecmp(s, no[i]))
			return json_false();
	}
	return NULL;
}

static json_t *list_value(const struct cell_form *f, const char *s)
{
	json_t *list = json_array();
	while (list && *s) {
		const char *end = strchr(s, f->separator), *from = s;
		size_t n = end ? (size_t)(end - s) : strlen(s);
		s = end ? end + 1 : s + n;
		while (n && (*from == ' ' || *from == '\t')) {
			from++;
			n--;
		}
		while (n && (from[n - 1] == ' ' || from[n - 1] == '\t'))
			n--;
		if (n && json_array_append_new(list, json_stringn(from, n)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *json_value(const char *s, size_t n)
{
	struct err ignored;
	json_t *v;
	return json_read(s, n, NULL, &v, &ignored) == ST_OK ? v : NULL;
}

/* The parts of a time while they are read. */
struct parts {
	int year, month, day, hour, minute, second;
	char fraction[10], zone[8];
	int64_t unix_ms;
	bool is_unix;
};

/* Up to `most` digits, at least `least`. */
static bool take_digits(const char **s, int least, int most, int64_t *ret)
{
	int64_t v = 0;
	int n = 0;
	for (; n < most && digit(**s); n++)
		v = v * 10 + (*(*s)++ - '0');
	*ret = v;
	return n >= least;
}

static bool take_fraction(const char **s, char out[10])
{
	size_t n = 0;
	for (; digit(**s); (*s)++)
		if (n < 9)
			out[n++] = **s;
	out[n] = '\0';
	return n > 0;
}

static bool take_zone(const char **s, char out[8])
{
	const char *p = *s;
	if (*p == 'Z' || *p == 'z') {
		*s = p + 1;
		memcpy(out, "Z", 2);
		return true;
	}
	if ((*p != '+' && *p != '-') || !digit(p[1]) || !digit(p[2]))
		return false;
	const char *m = p[3] == ':' ? p + 4 : p + 3;
	if (!digit(m[0]) || !digit(m[1]))
		return false;
	snprintf(out, 8, "%c%c%c:%c%c", p[0], p[1], p[2], m[0], m[1]);
	*s = m + 2;
	return true;
}

static bool take_part(char what, const char **s, struct parts *t)
{
	int64_t v = 0;
	switch (what) {
	case 'Y':
		return take_digits(s, 4, 4, &v) && ((t->year = (int)v), true);
	case 'm':
		return take_digits(s, 1, 2, &v) && ((t->month = (int)v), true);
	case 'd':
		return take_digits(s, 1, 2, &v) && ((t->day = (int)v), true);
	case 'H':
		return take_digits(s, 1, 2, &v) && ((t->hour = (int)v), true);
	case 'M':
		return take_digits(s, 1, 2, &v) && ((t->minute = (int)v), true);
	case 'S':
		return take_digits(s, 1, 2, &v) && ((t->second = (int)v), true);
	case 'f':
		return take_fraction(s, t->fraction);
	case 'z':
		return take_zone(s, t->zone);
	case 's':
	case 'Q':
		t->is_unix = true;
		if (!take_digits(s, 1, 15, &v))
			return false;
		t->unix_ms = what == 's' ? v * 1000 : v;
		return t->unix_ms <= YEAR_9999_MS;
	case '%':
		return *(*s)++ == '%';
	default:
		return false;
	}
}

bool cell_format_valid(const char *format)
{
	bool any = false;
	for (; *format; format++) {
		if (*format != '%')
			continue;
		format++;
		if (!*format || !strchr("YmdHMSfzsQ%", *format))
			return false;
		any = any || *format != '%';
	}
	return any;
}

static bool time_parse(const char *format, const char *s, const char *zone, int64_t *ret_ms)
{
	struct parts t = {.month = 1, .day = 1};
	for (; *format; format++) {
		if (*format == '%') {
			if (!take_part(*++format, &s, &t))
				return false;
		} else if (*s++ != *format) {
			return false;
		}
	}
	if (*s)
		return false;
	if (t.is_unix) {
		*ret_ms = t.unix_ms;
		return true;
	}
	/* instant_parse knows the calendar. */
	char text[64];
	int n = snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d%s%s%s", t.year, t.month, t.day, t.hour,
	    t.minute, t.second, *t.fraction ? "." : "", t.fraction, *t.zone ? t.zone : zone);
	return n > 0 && instant_parse(text, (size_t)n, ret_ms);
}

static json_t *time_value(const struct cell_form *f, const char *s, size_t n)
{
	int64_t ms;
	bool ok = !f->n_formats && instant_parse(s, n, &ms);
	for (size_t i = 0; !ok && i < f->n_formats; i++)
		ok = time_parse(f->formats[i], s, f->time_zone, &ms);
	if (!ok)
		return NULL;
	char text[INSTANT_TEXT_MAX];
	instant_format(ms, text);
	return json_string(text);
}

json_t *cell_value(const struct cell_form *f, const char *s, size_t n)
{
	switch (f->type) {
	case CELL_NUMBER:
		return number_value(f, s);
	case CELL_BOOLEAN:
		return boolean_value(s);
	case CELL_TIME:
		return time_value(f, s, n);
	case CELL_LIST:
		return list_value(f, s);
	case CELL_JSON:
		return json_value(s, n);
	case CELL_TEXT:
		break;
	}
	return json_stringn(s, n);
}
