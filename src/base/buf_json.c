/* JSON scalars into a buffer. */
#include "base/buf.h"
#include "base/ident.h"
#include "base/instant.h"
#include "utf8_priv.h"

#include <string.h>

/* Bytes that a JSON string cannot hold as they are, and all that are not ASCII. */
static inline bool special(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c >= 0x80;
}

static void put_escape(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', 0};
	size_t n = 2;
	switch (c) {
	case '"':
	case '\\':
		text[1] = (char)c;
		break;
	case '\b':
		text[1] = 'b';
		break;
	case '\f':
		text[1] = 'f';
		break;
	case '\n':
		text[1] = 'n';
		break;
	case '\r':
		text[1] = 'r';
		break;
	case '\t':
		text[1] = 't';
		break;
	default:
		memcpy(text + 1, "u00", 3);
		text[4] = hex[c >> 4];
		text[5] = hex[c & 15];
		n = 6;
	}
	buf_put(b, text, n);
}

void buf_json_strn(struct buf *b, const char *s, size_t n)
{
	if (!s) {
		buf_puts(b, "null");
		return;
	}
	const unsigned char *p = (const unsigned char *)s;
	buf_reserve(b, n <= SIZE_MAX - 2 ? n + 2 : n);
	buf_putc(b, '"');
	size_t start = 0;
	for (size_t i = 0; i < n;) {
		if (!special(p[i])) {
			i++;
			continue;
		}
		uint32_t cp;
		size_t len = utf8_decode(p + i, n - i, &cp);
		if (len > 1) {
			i += len;
			continue;
		}
		buf_put(b, s + start, i - start);
		if (len == 1)
			put_escape(b, p[i]);
		else
			buf_puts(b, "\xEF\xBF\xBD"); /* U+FFFD: the text must stay JSON whatever the bytes are */
		start = ++i;
	}
	buf_put(b, s + start, n - start);
	buf_putc(b, '"');
}

void buf_json_str(struct buf *b, const char *s)
{
	buf_json_strn(b, s, s ? strlen(s) : 0);
}

void buf_json_milli(struct buf *b, int64_t milli)
{
	uint64_t u = milli < 0 ? -(uint64_t)milli : (uint64_t)milli;
	if (milli < 0)
		buf_putc(b, '-');
	buf_put_i64(b, (int64_t)(u / 1000));
	unsigned rest = (unsigned)(u % 1000);
	if (!rest)
		return;
	char text[4] = {'.', (char)('0' + rest / 100), (char)('0' + rest / 10 % 10), (char)('0' + rest % 10)};
	size_t n = 4;
	while (text[n - 1] == '0')
		n--;
	buf_put(b, text, n);
}

void buf_json_time(struct buf *b, int64_t ms)
{
	char text[INSTANT_TEXT_MAX];
	instant_format(ms, text);
	if (text[0])
		buf_printf(b, "\"%s\"", text);
	else
		buf_puts(b, "null");
}

void buf_json_uuid(struct buf *b, const uint8_t id[16])
{
	struct uuid u;
	char text[UUID_TEXT_MAX + 2];
	memcpy(u.b, id, sizeof(u.b));
	uuid_format(&u, text + 1);
	text[0] = '"';
	text[37] = '"';
	buf_put(b, text, 38);
}
