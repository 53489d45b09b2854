/* multipart/form-data: RFC 7578 over RFC 2046, as browsers write it. */
#include "form_priv.h"

#include <string.h>

#include "base/json.h"

#define HEADERS_MAX 16
#define HEADERS_BYTES_MAX 8192

/* What the headers of a part say. */
struct part {
	bool disposed; /* there was a Content-Disposition */
	bool nested;
	char *name, *filename; /* the arena's; NULL: none */
	size_t name_len, filename_len;
	bool filename_extended; /* it came as filename*, which wins */
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* The text of a quoted parameter. Browsers write quotes and line ends as %22, %0D and %0A and leave a backslash alone;
 * others put a backslash before a quote or another backslash. */
static char *unquote(struct arena *a, const struct form_param_text *p, size_t *ret_n)
{
	char *out = arena_alloc(a, p->value_len + 1);
	size_t to = 0;
	for (size_t i = 0; out && i < p->value_len; i++) {
		const char *s = p->value + i;
		size_t left = p->value_len - i;
		char c = *s;
		if (p->quoted && c == '\\' && left > 1 && (s[1] == '"' || s[1] == '\\')) {
			c = s[1];
			i++;
		} else if (p->quoted && c == '%' && left > 2) {
			char is = form_word(s, 3, "%22")   ? '"'
				  : form_word(s, 3, "%0d") ? '\r'
				  : form_word(s, 3, "%0a") ? '\n'
							   : '\0';
			c = is ? is : c;
			i += is ? 2 : 0;
		}
		out[to++] = c;
	}
	if (out)
		out[to] = '\0';
	*ret_n = to;
	return out;
}

/* RFC 8187: UTF-8'language'percent-encoded. NULL with *ret_bad: it is none. */
static char *extended(struct arena *a, const struct form_param_text *p, size_t *ret_n, bool *ret_bad)
{
	const char *s = p->value, *end = s + p->value_len;
	const char *first = memchr(s, '\'', p->value_len);
	const char *second = first ? memchr(first + 1, '\'', (size_t)(end - first - 1)) : NULL;
	*ret_bad = !second || !form_word(s, (size_t)(first - s), "utf-8");
	char *out = *ret_bad ? NULL : arena_alloc(a, (size_t)(end - second));
	size_t to = 0;
	for (s = second ? second + 1 : end; out && s < end; s++) {
		int high = *s == '%' && end - s > 2 ? form_hex(s[1]) : 0,
		    low = *s == '%' && end - s > 2 ? form_hex(s[2]) : 0;
		if ((*s == '%' && end - s <= 2) || high < 0 || low < 0) {
			*ret_bad = true;
			return NULL;
		}
		char c = *s;
		if (c == '%') {
			c = (char)(high << 4 | low);
			s += 2;
		}
		out[to++] = c;
	}
	if (out)
		out[to] = '\0';
	*ret_n = to;
	return out;
}

static enum status disposition_param(struct arena *a, struct part *x, const struct form_param_text *p, struct err *e)
{
	bool bad = false;
	if (form_word(p->name, p->name_len, "name")) {
		if (x->name)
			return form_malformed(e, "a part is named twice");
		x->name = unquote(a, p, &x->name_len);
		return x->name ? ST_OK : nomem(e);
	}
	if (form_word(p->name, p->name_len, "filename*")) {
		if (x->filename_extended)
			return form_malformed(e, "a part has two names of a file");
		x->filename = extended(a, p, &x->filename_len, &bad);
		x->filename_extended = true;
		return bad ? form_malformed(e, "a filename* is broken") : x->filename ? ST_OK : nomem(e);
	}
	if (form_word(p->name, p->name_len, "filename") && !x->filename_extended) {
		if (x->filename)
			return form_malformed(e, "a part has two names of a file");
		x->filename = unquote(a, p, &x->filename_len);
		return x->filename ? ST_OK : nomem(e);
	}
	return ST_OK;
}

static enum status disposition(struct arena *a, struct part *x, const char *s, const char *end, struct err *e)
{
	size_t n = 0;
	while (s + n < end && s[n] != ';' && s[n] != ' ' && s[n] != '\t')
		n++;
	if (x->disposed || !form_word(s, n, "form-data"))
		return form_malformed(e, "a part has not one Content-Disposition of form-data");
	x->disposed = true;
	s += n;
	struct form_param_text p;
	enum form_param more;
	enum status st = ST_OK;
	while (st == ST_OK && (more = form_param_next(&s, end, &p)) == FORM_PARAM)
		st = disposition_param(a, x, &p, e);
	if (st == ST_OK && (more == FORM_PARAM_BROKEN || !x->name))
		st = form_malformed(e, "a Content-Disposition has no name, or is broken");
	return st;
}

static enum status content_type(struct part *x, const char *s, const char *end, struct err *e)
{
	size_t n = 0;
	while (s + n < end && s[n] != ';' && s[n] != ' ' && s[n] != '\t')
		n++;
	x->nested = n >= 10 && form_word(s, 10, "multipart/");
	s += n;
	struct form_param_text p;
	while (form_param_next(&s, end, &p) == FORM_PARAM)
		if (form_word(p.name, p.name_len, "charset") && !form_word(p.value, p.value_len, "utf-8") &&
		    !form_word(p.value, p.value_len, "us-ascii"))
			return err_set(e, ST_INVALID, "form_encoding",
			    "A part of the form is not in UTF-8. A page in another encoding needs "
			    "accept-charset=\"utf-8\" on its form.");
	return ST_OK;
}

/* One header line, without its end. */
static enum status header(struct arena *a, struct part *x, const char *s, const char *end, struct err *e)
{
	const char *colon = memchr(s, ':', (size_t)(end - s));
	if (!colon || colon == s || *s == ' ' || *s == '\t')
		return form_malformed(e, "a part has a header line that is none");
	size_t n = (size_t)(colon - s);
	const char *value = colon + 1;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	if (form_word(s, n, "Content-Disposition"))
		return disposition(a, x, value, end, e);
	if (form_word(s, n, "Content-Type"))
		return content_type(x, value, end, e);
	size_t len = (size_t)(end - value);
	if (form_word(s, n, "Content-Transfer-Encoding") && !form_word(value, len, "7bit") &&
	    !form_word(value, len, "8bit") && !form_word(value, len, "binary"))
		return form_malformed(e, "a part has a Content-Transfer-Encoding");
	return ST_OK;
}

/* Reads the headers of the part that begins at *at, and leaves *at at its content. */
static enum status headers(struct arena *a, struct part *x, const char **at, const char *end, struct err *e)
{
	const char *limit = end - *at > HEADERS_BYTES_MAX ? *at + HEADERS_BYTES_MAX : end;
	for (int i = 0; i <= HEADERS_MAX; i++) {
		const char *stop = memmem(*at, (size_t)(limit - *at), "\r\n", 2);
		const char *line = *at;
		if (!stop)
			break;
		if (memchr(line, '\n', (size_t)(stop - line)) || memchr(line, '\0', (size_t)(stop - line)))
			return form_malformed(e, "a header of a part has a line feed or NUL in it");
		*at = stop + 2;
		if (stop == line)
			return x->disposed ? ST_OK : form_malformed(e, "a part has no Content-Disposition");
		enum status st = header(a, x, line, stop, e);
		if (st != ST_OK)
			return st;
	}
	return form_malformed(e, "the headers of a part do not end");
}

static enum status keep(struct form_builder *b, struct part *x, const char *s, size_t n, struct err *e)
{
	enum form_kind kind = x->nested ? FORM_NESTED : x->filename ? FORM_FILE : FORM_TEXT;
	const char *value = kind == FORM_TEXT ? arena_strndup(b->arena, s, n) : "";
	if (!value)
		return nomem(e);
	return form_add(b, kind, x->name, x->name_len, x->filename, x->filename_len, value, n, e);
}

/* *at is behind a delimiter. True: it was the closing one, or what follows it is no end of a line (*ret_broken). */
static bool closed(const char **at, const char *end, bool *ret_broken)
{
	const char *s = *at;
	*ret_broken = false;
	if (end - s >= 2 && s[0] == '-' && s[1] == '-')
		return true;
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	*ret_broken = end - s < 2 || s[0] != '\r' || s[1] != '\n';
	*at = s + 2;
	return *ret_broken;
}

/* The delimiter at or after s: CRLF, two hyphens, the boundary. */
static const char *delimiter(const char *s, const char *end, const char *text)
{
	return memmem(s, (size_t)(end - s), text, strlen(text));
}

enum status form_multipart(struct form_builder *b, const char *boundary, const char *body, size_t n, struct err *e)
{
	char text[FORM_BOUNDARY_MAX + 5] = "\r\n--";
	size_t len = strlen(strcat(text, boundary));
	const char *end = body + n, *at;
	bool broken;
	/* With nothing before it, the first delimiter does without the line end. */
	if (n >= len - 2 && !memcmp(body, text + 2, len - 2))
		at = body + len - 2;
	else if ((at = delimiter(body, end, text)))
		at += len;
	else
		return form_malformed(e, "its boundary is nowhere in it");
	while (!closed(&at, end, &broken)) {
		struct part x = {0};
		enum status st = headers(b->arena, &x, &at, end, e);
		if (st != ST_OK)
			return st;
		/* A part without content: the end of its headers is that of the delimiter's line before too. */
		const char *stop = delimiter(at - 2, end, text);
		if (!stop)
			return form_malformed(e, "it ends before its closing boundary");
		st = keep(b, &x, at, stop < at ? 0 : (size_t)(stop - at), e);
		if (st != ST_OK)
			return st;
		at = stop + len;
	}
	return broken ? form_malformed(e, "a boundary is not followed by the end of its line") : ST_OK;
}
