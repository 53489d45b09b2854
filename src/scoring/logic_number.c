/* Numbers as JavaScript reads and writes them, for the coercions of JsonLogic. */
#include "logic_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS_MAX 17

/* The shortest decimal digits that read back as n > 0; *ret_point is the place of the decimal point relative to them.
 */
static size_t shortest_digits(double n, char digits[DIGITS_MAX + 1], int *ret_point)
{
	char text[40];
	for (int precision = 1; precision <= DIGITS_MAX; precision++) {
		snprintf(text, sizeof(text), "%.*e", precision - 1, n);
		if (precision == DIGITS_MAX || strtod(text, NULL) == n)
			break;
	}
	size_t count = 0;
	const char *p = text;
	for (; *p != 'e'; p++)
		if (*p >= '0' && *p <= '9')
			digits[count++] = *p;
	*ret_point = atoi(p + 1) + 1;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	digits[count] = '\0';
	return count;
}

size_t number_format(double n, char out[NUMBER_TEXT_MAX])
{
	if (isnan(n))
		return (size_t)snprintf(out, NUMBER_TEXT_MAX, "NaN");
	if (isinf(n))
		return (size_t)snprintf(out, NUMBER_TEXT_MAX, n > 0 ? "Infinity" : "-Infinity");
	if (n == 0)
		return (size_t)snprintf(out, NUMBER_TEXT_MAX, "0");
	char digits[DIGITS_MAX + 1];
	int point;
	int count = (int)shortest_digits(fabs(n), digits, &point);
	const char *sign = n < 0 ? "-" : "";
	int len;
	if (count <= point && point <= 21)
		len = snprintf(out, NUMBER_TEXT_MAX, "%s%s%.*s", sign, digits, point - count, "00000000000000000000");
	else if (point > 0 && point <= 21)
		len = snprintf(out, NUMBER_TEXT_MAX, "%s%.*s.%s", sign, point, digits, digits + point);
	else if (point > -6 && point <= 0)
		len = snprintf(out, NUMBER_TEXT_MAX, "%s0.%.*s%s", sign, -point, "000000", digits);
	else if (count == 1)
		len = snprintf(out, NUMBER_TEXT_MAX, "%s%se%+d", sign, digits, point - 1);
	else
		len = snprintf(out, NUMBER_TEXT_MAX, "%s%c.%se%+d", sign, digits[0], digits + 1, point - 1);
	return (size_t)len;
}

/* White space as JavaScript trims it; returns the bytes of the character at s, or 0. */
static size_t space_at(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	if (n && (u[0] == ' ' || (u[0] >= 9 && u[0] <= 13)))
		return 1;
	if (n >= 2 && u[0] == 0xc2 && u[1] == 0xa0)
		return 2;
	if (n < 3)
		return 0;
	unsigned c = (unsigned)(u[0] & 15) << 12 | (unsigned)(u[1] & 63) << 6 | (unsigned)(u[2] & 63);
	bool space =
	    (u[0] & 0xf0) == 0xe0 && (c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
					 c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff);
	return space ? 3 : 0;
}

static void trim(const char **s, size_t *n)
{
	size_t w;
	while ((w = space_at(*s, *n))) {
		*s += w;
		*n -= w;
	}
	while (*n) {
		w = 1;
		while (w < 3 && w < *n && ((unsigned char)(*s)[*n - w] & 0xc0) == 0x80)
			w++;
		if (space_at(*s + *n - w, w) != w)
			break;
		*n -= w;
	}
}

static size_t digits_at(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && s[i] >= '0' && s[i] <= '9')
		i++;
	return i;
}

/* Length of the longest decimal literal at s; 0: none. */
static size_t decimal_at(const char *s, size_t n)
{
	size_t i = n && (*s == '+' || *s == '-') ? 1 : 0;
	if (n - i >= 8 && memcmp(s + i, "Infinity", 8) == 0)
		return i + 8;
	size_t whole = digits_at(s + i, n - i);
	i += whole;
	size_t part = 0;
	if (i < n && s[i] == '.') {
		part = digits_at(s + i + 1, n - i - 1);
		if (whole || part)
			i += 1 + part;
	}
	if (!whole && !part)
		return 0;
	if (i < n && (s[i] == 'e' || s[i] == 'E')) {
		size_t j = i + 1;
		if (j < n && (s[j] == '+' || s[j] == '-'))
			j++;
		size_t exponent = digits_at(s + j, n - j);
		if (exponent)
			i = j + exponent;
	}
	return i;
}

static double decimal_value(const char *s, size_t n)
{
	char small[64];
	char *text = n < sizeof(small) ? small : malloc(n + 1);
	if (!text)
		return NAN;
	memcpy(text, s, n);
	text[n] = '\0';
	double v = strtod(text, NULL); /* the program never leaves the C locale */
	if (text != small)
		free(text);
	return v;
}

static double radix_value(const char *s, size_t n, unsigned radix)
{
	double v = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d;
		if (s[i] >= '0' && s[i] <= '9')
			d = (unsigned)(s[i] - '0');
		else if ((s[i] | 32) >= 'a' && (s[i] | 32) <= 'f')
			d = (unsigned)((s[i] | 32) - 'a') + 10;
		else
			return NAN;
		if (d >= radix)
			return NAN;
		v = v * radix + d;
	}
	return n ? v : NAN;
}

double number_parse(const char *s, size_t n)
{
	trim(&s, &n);
	if (n == 0)
		return 0;
	if (n > 2 && s[0] == '0') {
		char c = (char)(s[1] | 32);
		if (c == 'x' || c == 'o' || c == 'b')
			return radix_value(s + 2, n - 2, c == 'x' ? 16 : c == 'o' ? 8 : 2);
	}
	return decimal_at(s, n) == n ? decimal_value(s, n) : NAN;
}

double number_parse_prefix(const char *s, size_t n)
{
	trim(&s, &n);
	size_t len = decimal_at(s, n);
	return len ? decimal_value(s, len) : NAN;
}
