/* Which encoding a form has; the urlencoded one; what is kept of either. */
#include "form_priv.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/text.h"

#define ENTRIES_MAX 500
#define NAME_MAX_BYTES 255

enum status form_malformed(struct err *e, const char *what)
{
	return err_set(e, ST_INVALID, "form_malformed", "The form cannot be read: %s.", what);
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

int form_hex(char c)
{
	char letter = (char)(c | 0x20);
	return c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool form_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && strncasecmp(s, word, n) == 0;
}

static const char *skip_spaces(const char *s, const char *end)
{
	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	return s;
}

static bool token_char(char c)
{
	return c > 0x20 && c < 0x7f && !strchr("()<>@,;:\\\"/[]?=", c);
}

/* `"...": ` the text between the quotes; *at behind them. */
static bool quoted(const char **at, const char *end, struct form_param_text *p)
{
	const char *s = *at + 1;
	p->value = s;
	p->quoted = true;
	while (s < end && *s != '"')
		s += *s == '\\' && s + 1 < end ? 2 : 1;
	if (s >= end)
		return false;
	p->value_len = (size_t)(s - p->value);
	*at = s + 1;
	return true;
}

enum form_param form_param_next(const char **at, const char *end, struct form_param_text *ret)
{
	struct form_param_text p = {0};
	const char *s = skip_spaces(*at, end);
	if (s == end)
		return FORM_PARAM_END;
	if (*s != ';')
		return FORM_PARAM_BROKEN;
	s = skip_spaces(s + 1, end);
	if (s == end) { /* a semicolon at the end separates nothing */
		*at = s;
		return FORM_PARAM_END;
	}
	p.name = s;
	while (s < end && token_char(*s))
		s++;
	p.name_len = (size_t)(s - p.name);
	if (!p.name_len || s == end || *s != '=')
		return FORM_PARAM_BROKEN;
	s++;
	if (s < end && *s == '"') {
		if (!quoted(&s, end, &p))
			return FORM_PARAM_BROKEN;
	} else {
		p.value = s;
		while (s < end && token_char(*s))
			s++;
		p.value_len = (size_t)(s - p.value);
		if (!p.value_len)
			return FORM_PARAM_BROKEN;
	}
	*ret = p;
	*at = s;
	return FORM_PARAM;
}

/* RFC 2046: 70 of these, the last no space. */
static bool take_boundary(const struct form_param_text *p, struct form_type *t)
{
	static const char chars[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? ";
	if (!p->value_len || p->value_len > FORM_BOUNDARY_MAX || p->value[p->value_len - 1] == ' ' || *t->boundary)
		return false;
	for (size_t i = 0; i < p->value_len; i++)
		if (!p->value[i] || !strchr(chars, p->value[i]))
			return false;
	memcpy(t->boundary, p->value, p->value_len);
	t->boundary[p->value_len] = '\0';
	return true;
}

enum status form_type_read(const char *content_type, struct form_type *ret, struct err *e)
{
	struct form_type t = {FORM_NONE, ""};
	const char *s = content_type ? content_type : "", *end = s + strlen(s);
	s = skip_spaces(s, end);
	size_t n = strcspn(s, "; \t");
	if (form_word(s, n, "application/x-www-form-urlencoded"))
		t.encoding = FORM_URLENCODED;
	else if (form_word(s, n, "multipart/form-data"))
		t.encoding = FORM_MULTIPART;
	s += n;
	struct form_param_text p;
	enum form_param more = FORM_PARAM_END;
	while (t.encoding != FORM_NONE && (more = form_param_next(&s, end, &p)) == FORM_PARAM) {
		if (form_word(p.name, p.name_len, "charset") && !form_word(p.value, p.value_len, "utf-8") &&
		    !form_word(p.value, p.value_len, "utf8") && !form_word(p.value, p.value_len, "us-ascii"))
			return err_set(e, ST_INVALID, "content_type_unsupported", "A form must come in UTF-8.");
		if (t.encoding == FORM_MULTIPART && form_word(p.name, p.name_len, "boundary") && !take_boundary(&p, &t))
			return form_malformed(e, "its Content-Type has no good boundary");
	}
	if (more == FORM_PARAM_BROKEN)
		return form_malformed(e, "a parameter of its Content-Type is broken");
	if (t.encoding == FORM_MULTIPART && !*t.boundary)
		return form_malformed(e, "its Content-Type has no boundary");
	*ret = t;
	return ST_OK;
}

static enum status grow(struct form_builder *b, struct err *e)
{
	size_t room = b->room ? b->room * 2 : 32;
	struct form_entry *more = arena_array(b->arena, room, sizeof *more);
	if (!more)
		return nomem(e);
	if (b->n)
		memcpy(more, b->entries, b->n * sizeof *more);
	b->entries = more;
	b->room = room;
	return ST_OK;
}

static enum status not_utf8(const char *pointer, const char *what, struct err *e)
{
	return err_at(e, ST_INVALID, "form_encoding", pointer,
	    "%s not UTF-8 text. A page in another encoding needs accept-charset=\"utf-8\" on its form.", what);
}

enum status form_add(struct form_builder *b, enum form_kind kind, const char *name, size_t name_len,
    const char *filename, size_t filename_len, const char *value, size_t size, struct err *e)
{
	char at[ERR_POINTER_MAX], what[64];
	if (b->n == b->limits.entries)
		return err_set(
		    e, ST_TOO_LARGE, "form_too_large", "The form has more than %zu fields.", b->limits.entries);
	snprintf(what, sizeof what, "The name of field %zu is", b->n + 1);
	if (!utf8_valid(name, name_len))
		return not_utf8("", what, e);
	if (name_len > b->limits.name)
		return err_set(e, ST_TOO_LARGE, "form_too_large", "The name of field %zu is longer than %zu bytes.",
		    b->n + 1, b->limits.name);
	json_pointer_join(at, "", name);
	if (kind == FORM_TEXT && size > b->limits.value)
		return err_at(e, ST_TOO_LARGE, "form_too_large", at, "It is longer than %zu bytes.", b->limits.value);
	if (kind == FORM_TEXT && !utf8_valid(value, size))
		return not_utf8(at, "It is", e);
	if (filename && !utf8_valid(filename, filename_len))
		return not_utf8(at, "The name of its file is", e);
	if (b->n == b->room && grow(b, e) != ST_OK)
		return ST_NOMEM;
	b->entries[b->n++] = (struct form_entry){kind, name, kind == FORM_TEXT ? value : "", filename, size};
	return ST_OK;
}

/* Decodes into the arena; NULL with e set. */
static char *unescape(struct form_builder *b, const char *s, size_t n, size_t *ret_n, struct err *e)
{
	char *out = arena_alloc(b->arena, n + 1);
	size_t to = 0;
	if (!out) {
		(void)nomem(e);
		return NULL;
	}
	for (size_t i = 0; i < n; i++) {
		char c = s[i] == '+' ? ' ' : s[i];
		if (c == '%') {
			int high = i + 2 < n ? form_hex(s[i + 1]) : -1, low = i + 2 < n ? form_hex(s[i + 2]) : -1;
			if (high < 0 || low < 0) {
				(void)form_malformed(e, "a percent sign has no two hexadecimal digits behind it");
				return NULL;
			}
			c = (char)(high << 4 | low);
			i += 2;
		}
		out[to++] = c;
	}
	out[to] = '\0';
	*ret_n = to;
	return out;
}

static enum status pair(struct form_builder *b, const char *s, size_t n, struct err *e)
{
	const char *sign = memchr(s, '=', n);
	size_t raw = sign ? (size_t)(sign - s) : n, name_len, size = 0;
	const char *name = unescape(b, s, raw, &name_len, e), *value = "";
	if (!name)
		return e->status;
	if (sign && !(value = unescape(b, sign + 1, n - raw - 1, &size, e)))
		return e->status;
	return form_add(b, FORM_TEXT, name, name_len, NULL, 0, value, size, e);
}

static enum status urlencoded(struct form_builder *b, const char *s, size_t n, struct err *e)
{
	const char *end = s + n;
	enum status st = ST_OK;
	while (s < end && st == ST_OK) {
		const char *stop = memchr(s, '&', (size_t)(end - s));
		size_t len = stop ? (size_t)(stop - s) : (size_t)(end - s);
		if (len)
			st = pair(b, s, len, e);
		s += len + 1;
	}
	return st;
}

enum status form_read(const struct form_type *type, const char *body, size_t n, const struct form_limits *limits,
    struct arena *arena, struct form *ret, struct err *e)
{
	struct form_builder b = {.arena = arena};
	struct err local;
	if (limits)
		b.limits = *limits;
	if (!b.limits.entries)
		b.limits.entries = ENTRIES_MAX;
	if (!b.limits.name)
		b.limits.name = NAME_MAX_BYTES;
	if (!b.limits.value)
		b.limits.value = SIZE_MAX;
	if (!e)
		e = &local;
	enum status s = type->encoding == FORM_MULTIPART ? form_multipart(&b, type->boundary, body, n, e)
							 : urlencoded(&b, body, n, e);
	if (s == ST_OK)
		*ret = (struct form){b.entries, b.n};
	return s;
}

/* A second value makes an array of the first. */
static bool put(json_t *object, const char *name, json_t *value)
{
	json_t *old = json_object_get(object, name);
	if (!old)
		return json_object_set_new_nocheck(object, name, value) == 0;
	if (json_is_array(old))
		return json_array_append_new(old, value) == 0;
	json_t *list = json_array();
	if (!list || json_array_append(list, old) != 0) {
		json_decref(list);
		json_decref(value);
		return false;
	}
	if (json_array_append_new(list, value) != 0) {
		json_decref(list);
		return false;
	}
	return json_object_set_new_nocheck(object, name, list) == 0;
}

json_t *form_object(const struct form *f)
{
	json_t *object = json_object();
	for (size_t i = 0; object && i < f->n; i++) {
		const struct form_entry *x = &f->entries[i];
		json_t *value = x->kind == FORM_TEXT ? json_stringn_nocheck(x->value, x->size) : NULL;
		if (x->kind == FORM_TEXT && (!value || !put(object, x->name, value))) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}
