/* Sizes of texts. Robots refuse a text that is too long, and some count bytes. */
#include <stdlib.h>
#include <string.h>
#include <unigbrk.h>

#include "base/text.h"
#include "chat.h"

#define MARK "…"
#define ENTITY_MAX 6 /* bytes of the longest, without its semicolon */

static size_t json_size(const char *s, size_t n)
{
	size_t size = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		bool named = c == '"' || c == '\\' || (c && strchr("\b\f\n\r\t", c));
		size += named ? 2 : c < ' ' ? 6 : 1;
	}
	return size;
}

size_t chat_size(const char *s, size_t n, enum chat_measure measure)
{
	if (!n)
		return 0;
	return measure == CHAT_BYTES ? n : measure == CHAT_CHARACTERS ? utf8_length(s, n) : json_size(s, n);
}

/* Not behind the beginning of an entity whose end is cut off. */
static size_t before_entity(const char *s, size_t n)
{
	for (size_t back = 1; back <= ENTITY_MAX && back <= n; back++) {
		if (s[n - back] == ';')
			return n;
		if (s[n - back] == '&')
			return n - back;
	}
	return n;
}

void chat_cut(struct buf *text, size_t max, enum chat_measure measure)
{
	if (!buf_ok(text) || chat_size(text->data, text->len, measure) <= max)
		return;
	size_t room = max - chat_size(MARK, strlen(MARK), measure), kept = 0, used = 0;
	char *breaks = malloc(text->len);
	if (!breaks) {
		text->failed = true;
		return;
	}
	u8_grapheme_breaks((const uint8_t *)text->data, text->len, breaks);
	for (size_t next = 1; next < text->len; next++) {
		if (!breaks[next])
			continue;
		used += chat_size(text->data + kept, next - kept, measure);
		if (used > room)
			break;
		kept = next;
	}
	free(breaks);
	text->len = before_entity(text->data, kept);
	text->data[text->len] = '\0';
	buf_puts(text, MARK);
}
