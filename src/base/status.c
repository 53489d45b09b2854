/* Filling an err, and the words for a status. */
#include "base/status.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static void copy_word(char *out, size_t cap, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	if (n >= cap)
		n = utf8_cut(s, n, cap - 1);
	if (n)
		memmove(out, s, n);
	out[n] = '\0';
}

static void fill(struct err *e, enum status status, const char *code, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));

static void fill(struct err *e, enum status status, const char *code, const char *fmt, va_list ap)
{
	/* Formatted aside first: an argument may point into *e, as when an error is wrapped. */
	char detail[ERR_DETAIL_MAX];
	int n = vsnprintf(detail, sizeof(detail), fmt, ap);
	size_t len = n < 0 ? 0 : (size_t)n;
	if (len >= sizeof(detail))
		len = utf8_cut(detail, sizeof(detail) - 1, sizeof(detail) - 1);
	memcpy(e->detail, detail, len);
	e->detail[len] = '\0';
	e->status = status;
	copy_word(e->code, sizeof(e->code), code);
	e->sqlstate[0] = '\0';
	e->pointer[0] = '\0';
}

enum status err_set(struct err *e, enum status status, const char *code, const char *fmt, ...)
{
	if (!e)
		return status;
	va_list ap;
	va_start(ap, fmt);
	fill(e, status, code, fmt, ap);
	va_end(ap);
	return status;
}

enum status err_at(struct err *e, enum status status, const char *code, const char *pointer, const char *fmt, ...)
{
	if (!e)
		return status;
	char at[ERR_POINTER_MAX];
	copy_word(at, sizeof(at), pointer);
	va_list ap;
	va_start(ap, fmt);
	fill(e, status, code, fmt, ap);
	va_end(ap);
	memcpy(e->pointer, at, sizeof(at));
	return status;
}

void err_clear(struct err *e)
{
	if (e)
		memset(e, 0, sizeof(*e));
}

const char *status_name(enum status status)
{
	switch (status) {
	case ST_OK:
		return "ok";
	case ST_INVALID:
		return "invalid";
	case ST_NOT_FOUND:
		return "not_found";
	case ST_CONFLICT:
		return "conflict";
	case ST_DENIED:
		return "denied";
	case ST_TOO_LARGE:
		return "too_large";
	case ST_BUSY:
		return "busy";
	case ST_UNAVAILABLE:
		return "unavailable";
	case ST_UNCERTAIN:
		return "uncertain";
	case ST_DEADLINE:
		return "deadline";
	case ST_NOMEM:
		return "out_of_memory";
	case ST_INTERNAL:
		return "internal";
	}
	return "internal";
}
