/* The growing buffer. */
#include "base/buf.h"
#include "buf_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP ((size_t)256)

void buf_free(struct buf *b)
{
	if (!b)
		return;
	free(b->data);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->data)
		b->data[0] = '\0';
}

bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

bool buf_reserve(struct buf *b, size_t more)
{
	if (b->failed)
		return false;
	/* One byte beyond the content is always there for the NUL. */
	if (b->data && more < b->cap - b->len && (!b->limit || more <= b->limit - b->len))
		return true;
	size_t need;
	if (__builtin_add_overflow(b->len, more, &need) || need == SIZE_MAX || (b->limit && need > b->limit))
		goto fail;
	if (b->data && need < b->cap)
		return true;
	size_t cap = b->cap > SIZE_MAX / 2 ? SIZE_MAX : b->cap * 2;
	if (cap < FIRST_CAP)
		cap = FIRST_CAP;
	if (b->limit && cap > b->limit)
		cap = b->limit + 1;
	if (cap <= need)
		cap = need + 1;
	char *data = realloc(b->data, cap);
	if (!data)
		goto fail;
	if (!b->data)
		data[0] = '\0';
	b->data = data;
	b->cap = cap;
	return true;
fail:
	b->failed = true;
	return false;
}

char *buf_steal(struct buf *b)
{
	char *data = NULL;
	if (buf_reserve(b, 0)) {
		data = b->data;
		b->data = NULL;
	}
	free(b->data);
	size_t limit = b->limit;
	*b = (struct buf){.limit = limit};
	return data;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	if (!buf_reserve(b, 0))
		return;
	size_t room = b->cap - b->len;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(b->data + b->len, room, fmt, ap);
	va_end(ap);
	if (n < 0 || !buf_reserve(b, (size_t)n)) {
		b->failed = true;
		b->data[b->len] = '\0';
		return;
	}
	if ((size_t)n >= room) {
		va_start(ap, fmt);
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	b->len += (size_t)n;
}

void buf_put_i64(struct buf *b, int64_t v)
{
	char text[20];
	size_t at = sizeof(text);
	uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	do {
		text[--at] = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		text[--at] = '-';
	buf_put(b, text + at, sizeof(text) - at);
}

void buf_put_double(struct buf *b, double v)
{
	char text[40];
	int n = 0;
	for (int precision = 15; precision <= 17; precision++) {
		n = snprintf(text, sizeof(text), "%.*g", precision, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_put(b, text, (size_t)n);
}
