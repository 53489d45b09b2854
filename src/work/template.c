#include "template.h"

#include <string.h>

#include "base/json.h"

#define DEPTH_MAX 8
#define END "{{end}}"

/* A place: {{ pointer | otherwise }} or {{? pointer }}. */
struct place {
	bool section;
	char pointer[ERR_POINTER_MAX];
	const char *otherwise; /* NULL: none */
	size_t otherwise_n;
	const char *after; /* behind its }} */
};

static bool nothing(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
	       (json_is_array(v) && !json_array_size(v));
}

/* False: it is no place; `why` says so. */
static bool place_read(const char *at, struct place *ret, const char **why)
{
	const char *s = at + 2, *end = strstr(s, "}}");
	*why = "A place begins with {{ and ends with }}.";
	if (!end)
		return false;
	ret->after = end + 2;
	ret->section = *s == '?';
	s += ret->section;
	const char *bar = memchr(s, '|', (size_t)(end - s)), *stop = bar ? bar : end;
	*why = "A place has a JSON Pointer in it, as {{/data/score}}.";
	if (*s != '/' || (size_t)(stop - s) >= sizeof ret->pointer)
		return false;
	for (const char *p = s; p < stop; p++)
		if (*p == '{' || *p == '}' || (unsigned char)*p <= ' ' || (*p == '~' && p[1] != '0' && p[1] != '1'))
			return false;
	*why = "What may be left out ends with {{end}}; a text for where there is none is not for it.";
	if (ret->section && bar)
		return false;
	memcpy(ret->pointer, s, (size_t)(stop - s));
	ret->pointer[stop - s] = '\0';
	ret->otherwise = bar ? bar + 1 : NULL;
	ret->otherwise_n = bar ? (size_t)(end - bar - 1) : 0;
	return true;
}

static bool root_known(const char *pointer, const char *const *roots)
{
	size_t n = strcspn(pointer + 1, "/");
	for (; *roots; roots++)
		if (strlen(*roots) == n && !strncmp(*roots, pointer + 1, n))
			return true;
	return false;
}

enum status template_check(const char *text, const char *const *roots, const char *pointer, struct err *e)
{
	int depth = 0;
	for (const char *at = text; (at = strstr(at, "{{"));) {
		struct place p;
		const char *why;
		if (!strncmp(at, END, strlen(END))) {
			if (!depth--)
				return err_at(
				    e, ST_INVALID, "template_invalid", pointer, "There is an {{end}} of nothing.");
			at += strlen(END);
			continue;
		}
		if (!place_read(at, &p, &why))
			return err_at(e, ST_INVALID, "template_invalid", pointer, "%s", why);
		if (!root_known(p.pointer, roots))
			return err_at(e, ST_INVALID, "template_invalid", pointer,
			    "There is nothing at \"%.150s\" in any message.", p.pointer);
		if (p.section && ++depth > DEPTH_MAX)
			return err_at(e, ST_INVALID, "template_invalid", pointer,
			    "More than %d parts that may be left out stand in one another.", DEPTH_MAX);
		at = p.after;
	}
	if (depth)
		return err_at(
		    e, ST_INVALID, "template_invalid", pointer, "There is no {{end}} of a part that may be left out.");
	return ST_OK;
}

enum status template_check_json(const json_t *t, const char *const *roots, const char *pointer, struct err *e)
{
	enum status s = ST_OK;
	const char *key;
	json_t *v;
	size_t i;
	char at[ERR_POINTER_MAX];
	if (json_is_string(t))
		return template_check(json_string_value(t), roots, pointer, e);
	if (json_is_object(t)) {
		json_object_foreach((json_t *)t, key, v)
		{
			json_pointer_join(at, pointer, key);
			if (s == ST_OK)
				s = template_check_json(v, roots, at, e);
		}
	} else if (json_is_array(t)) {
		json_array_foreach(t, i, v)
		{
			json_pointer_index(at, pointer, i);
			if (s == ST_OK)
				s = template_check_json(v, roots, at, e);
		}
	}
	return s;
}

static void put_url(unsigned char c, struct buf *out)
{
	bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("-._~", c);
	if (c && plain)
		buf_putc(out, (char)c);
	else
		buf_printf(out, "%%%02X", c);
}

/* What a character becomes; NULL: it stays. */
static const char *sign_of(unsigned char c, enum template_escape escape)
{
	static const char signs[] = "<>[]()*_`#~!|\\";
	static const char *const wide[] = {
	    "＜", "＞", "［", "］", "（", "）", "＊", "＿", "｀", "＃", "～", "！", "｜", "＼"};
	static const char *const entity[] = {"&#60;", "&#62;", "&#91;", "&#93;", "&#40;", "&#41;", "&#42;", "&#95;",
	    "&#96;", "&#35;", "&#126;", "&#33;", "&#124;", "&#92;"};
	if (c < ' ' || c == 0x7f)
		return " ";
	if (escape == TEMPLATE_HEADER)
		return NULL;
	if (escape == TEMPLATE_SLACK)
		return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : NULL;
	if (escape == TEMPLATE_LARK && c == '&')
		return "&#38;";
	const char *found = memchr(signs, c, sizeof signs - 1);
	if (!found || (escape == TEMPLATE_LINE && c != '<' && c != '>'))
		return NULL;
	return escape == TEMPLATE_LARK ? entity[found - signs] : wide[found - signs];
}

static void put_escaped(const char *s, size_t n, enum template_escape escape, struct buf *out)
{
	for (size_t i = 0; escape != TEMPLATE_PLAIN && i < n; i++) {
		const char *sign = escape == TEMPLATE_URL ? NULL : sign_of((unsigned char)s[i], escape);
		if (escape == TEMPLATE_URL)
			put_url((unsigned char)s[i], out);
		else if (sign)
			buf_puts(out, sign);
		else
			buf_putc(out, s[i]);
	}
	if (escape == TEMPLATE_PLAIN)
		buf_put(out, s, n);
}

void template_put(const json_t *v, enum template_escape escape, struct buf *out)
{
	if (json_is_string(v)) {
		put_escaped(json_string_value(v), json_string_length(v), escape, out);
	} else if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++) {
			if (i)
				put_escaped(", ", 2, escape, out);
			template_put(json_array_get(v, i), escape, out);
		}
	} else if (v && !json_is_null(v)) {
		struct buf text = BUF_INIT;
		if (!json_write(v, false, &text))
			out->failed = true;
		else
			put_escaped(text.data, text.len, escape, out);
		buf_free(&text);
	}
}

void template_text(const char *text, json_t *doc, enum template_escape escape, struct buf *out, char *missing)
{
	int off = 0; /* parts begun since the first that is left out, itself included */
	for (const char *at = text, *next; at; at = next) {
		struct place p;
		const char *why, *place = strstr(at, "{{");
		if (!off)
			buf_put(out, at, place ? (size_t)(place - at) : strlen(at));
		next = NULL;
		if (!place)
			continue;
		if (!strncmp(place, END, strlen(END))) {
			off -= off > 0;
			next = place + strlen(END);
			continue;
		}
		if (!place_read(place, &p, &why)) {
			out->failed = true;
			return;
		}
		next = p.after;
		const json_t *v = json_pointer_get(doc, p.pointer);
		if (p.section)
			off += off || nothing(v);
		else if (!off && !nothing(v))
			template_put(v, escape, out);
		else if (!off && p.otherwise)
			buf_put(out, p.otherwise, p.otherwise_n);
		else if (!off && missing && !*missing)
			memcpy(missing, p.pointer, sizeof p.pointer);
	}
}

/* New reference; NULL and *ret_none: nothing is there. */
static json_t *fill_text(const char *text, json_t *doc, bool *ret_none)
{
	struct place p;
	const char *why;
	if (!strncmp(text, "{{/", 3) && place_read(text, &p, &why) && !*p.after) {
		json_t *v = json_pointer_get(doc, p.pointer);
		if (!nothing(v))
			return json_incref(v);
		*ret_none = !p.otherwise;
		return p.otherwise ? json_stringn(p.otherwise, p.otherwise_n) : NULL;
	}
	struct buf out = BUF_INIT;
	template_text(text, doc, TEMPLATE_PLAIN, &out, NULL);
	json_t *v = buf_ok(&out) ? json_stringn(out.data ? out.data : "", out.len) : NULL;
	buf_free(&out);
	return v;
}

static json_t *fill(const json_t *t, json_t *doc, bool *ret_none)
{
	*ret_none = false;
	if (json_is_string(t))
		return fill_text(json_string_value(t), doc, ret_none);
	if (!json_is_object(t) && !json_is_array(t))
		return json_incref((json_t *)t);
	json_t *made = json_is_object(t) ? json_object() : json_array(), *v;
	bool good = made != NULL, none;
	const char *key;
	size_t i;
	if (json_is_object(t)) {
		json_object_foreach((json_t *)t, key, v)
		{
			json_t *member = good ? fill(v, doc, &none) : NULL;
			good = good && (member ? json_object_set_new(made, key, member) == 0 : none);
		}
	} else {
		json_array_foreach(t, i, v)
		{
			json_t *element = good ? fill(v, doc, &none) : NULL;
			good = good && (element ? json_array_append_new(made, element) == 0 : none);
		}
	}
	if (!good) {
		json_decref(made);
		return NULL;
	}
	return made;
}

json_t *template_json(const json_t *t, json_t *doc)
{
	bool none;
	json_t *v = fill(t, doc, &none);
	return v || !none ? v : json_null();
}
