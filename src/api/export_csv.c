#include <string.h>

#include "export_priv.h"

static bool plain_number(const char *s)
{
	s += *s == '-';
	size_t whole = strspn(s, "0123456789");
	if (!whole)
		return false;
	s += whole;
	if (*s == '.') {
		size_t part = strspn(++s, "0123456789");
		if (!part)
			return false;
		s += part;
	}
	return !*s;
}

static bool needs_guard(const char *s)
{
	static const char *const signs[] = {
	    "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
	if (plain_number(s))
		return false;
	s += strspn(s, "'");
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (!strncmp(s, signs[i], strlen(signs[i])))
			return true;
	return false;
}

void csv_text(struct buf *b, bool first, const char *s)
{
	if (!first)
		buf_putc(b, ',');
	if (!s)
		return;
	bool guard = needs_guard(s), quote = strpbrk(s, "\",\r\n") != NULL || *s == ' ' || *s == '\t';
	size_t n = strlen(s);
	quote = quote || (n && (s[n - 1] == ' ' || s[n - 1] == '\t'));
	if (quote)
		buf_putc(b, '"');
	if (guard)
		buf_putc(b, '\'');
	for (; quote && *s; s++) {
		if (*s == '"')
			buf_putc(b, '"');
		buf_putc(b, *s);
	}
	if (quote)
		buf_putc(b, '"');
	else
		buf_put(b, s, n);
}

void csv_number(struct buf *b, bool first, int64_t v)
{
	if (!first)
		buf_putc(b, ',');
	buf_put_i64(b, v);
}

void csv_time(struct buf *b, bool first, int64_t at)
{
	char text[INSTANT_TEXT_MAX] = "";
	if (at != INSTANT_NEVER)
		instant_format(at, text);
	csv_text(b, first, text);
}

void csv_uuid(struct buf *b, bool first, const struct uuid *u)
{
	char text[UUID_TEXT_MAX];
	uuid_format(u, text);
	csv_text(b, first, text);
}
