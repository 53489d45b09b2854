/* A growing byte buffer with a sticky failure: append freely, check buf_ok once at the end.
 *
 * `data` is always NUL-terminated after the first append (the NUL is not counted in len). One thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
	char *data;   /* owned; NULL while empty */
	size_t len;
	size_t cap;
	size_t limit; /* most bytes it may hold; 0: no limit */
	bool failed;  /* an append failed (memory or limit): the content is not to be used */
};

#define BUF_INIT {0}

void buf_free(struct buf *b);           /* frees and zeroes */
void buf_clear(struct buf *b);          /* keeps the memory */
bool buf_ok(const struct buf *b);
char *buf_steal(struct buf *b);         /* the caller owns the bytes (free()); b is empty after; NULL when failed */

bool buf_reserve(struct buf *b, size_t more);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_put_i64(struct buf *b, int64_t v);        /* decimal */

/* Here, so that the length of a literal is known and its copy is a move or two: replies are made of a hundred of these a lead. */
static inline void buf_put(struct buf *b, const void *p, size_t n)
{
	bool fits = b->data && !b->failed && !b->limit && n < b->cap - b->len;
	if (!fits && !buf_reserve(b, n))
		return;
	if (n)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

static inline void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

static inline void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

/* JSON text: */
void buf_json_str(struct buf *b, const char *s);                 /* quoted and escaped; NULL writes null */
void buf_json_strn(struct buf *b, const char *s, size_t n);
void buf_json_milli(struct buf *b, int64_t milli);               /* 12500 -> 12.5, -40 -> -0.04, 3000 -> 3 */
void buf_json_time(struct buf *b, int64_t ms);                   /* quoted RFC 3339 UTC with milliseconds */
void buf_json_uuid(struct buf *b, const uint8_t id[16]);         /* quoted */

#endif
