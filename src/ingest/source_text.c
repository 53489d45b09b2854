/* Texts with places: {/a/b}, {root:/a}, {header:x}, {query:x}, and {body}, {method}, {url}, {timestamp}, {count}. A
 * brace that opens none of these is itself, so that JSON and XML can be written as they are. */
#include "source_priv.h"

#include <string.h>

static bool opens(const char *s, size_t n)
{
	static const char *const whole[] = {"body", "method", "url", "count", "timestamp"};
	static const char *const begin[] = {"/", "root:", "header:", "query:", "key:"};
	for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
		if (strlen(whole[i]) == n && !memcmp(s, whole[i], n))
			return true;
	for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++)
		if (n >= strlen(begin[i]) && !memcmp(s, begin[i], strlen(begin[i])))
			return !memchr(s, '{', n) && !memchr(s, '"', n) && !memchr(s, '\n', n);
	return false;
}

static void put_xml(struct buf *b, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '<':
			buf_puts(b, "&lt;");
			break;
		case '>':
			buf_puts(b, "&gt;");
			break;
		case '&':
			buf_puts(b, "&amp;");
			break;
		case '"':
			buf_puts(b, "&quot;");
			break;
		default:
			buf_putc(b, *s);
		}
}

/* JSON places stand inside quotes already: what is between those of the text as JSON. */
static void put_json(struct buf *b, const char *s)
{
	struct buf quoted = BUF_INIT;
	buf_json_str(&quoted, s);
	if (buf_ok(&quoted) && quoted.len >= 2)
		buf_put(b, quoted.data + 1, quoted.len - 2);
	else
		b->failed = true;
	buf_free(&quoted);
}

static void put(struct buf *b, const char *s, const char *type)
{
	if (type && strstr(type, "xml"))
		put_xml(b, s);
	else if (type && strstr(type, "json"))
		put_json(b, s);
	else
		buf_puts(b, s);
}

static enum status place(struct source_view *v, const char *name, const char *type, struct buf *b, struct err *e)
{
	if (!strcmp(name, "body")) {
		buf_put(b, v->r->body, v->r->body_n);
	} else if (!strcmp(name, "method")) {
		buf_puts(b, v->r->method);
	} else if (!strcmp(name, "url")) {
		buf_puts(b, v->base ? v->base : "");
		buf_puts(b, v->r->target);
	} else if (!strcmp(name, "timestamp")) {
		buf_puts(b, v->timestamp ? v->timestamp : "");
	} else if (!strcmp(name, "count")) {
		buf_printf(b, "%zu", v->n_items);
	} else {
		json_t *expression = json_string(name);
		const char *text;
		enum status s = expression ? source_text_of(v, expression, &text, e) : adapter_nomem(e);
		json_decref(expression);
		if (s != ST_OK)
			return s;
		put(b, text ? text : "", type);
	}
	return ST_OK;
}

enum status source_fill(
    struct source_view *v, const char *text, const char *content_type, struct buf *out, struct err *e)
{
	while (*text) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL;
		if (!end || !opens(text + 1, (size_t)(end - text - 1))) {
			buf_putc(out, *text++);
			continue;
		}
		const char *name = arena_strndup(v->arena, text + 1, (size_t)(end - text - 1));
		enum status s = name ? place(v, name, content_type, out, e) : adapter_nomem(e);
		if (s != ST_OK)
			return s;
		text = end + 1;
	}
	return buf_ok(out) ? ST_OK : adapter_nomem(e);
}
