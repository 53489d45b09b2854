/* Expressions: where in a request a value stands, and what is made of it.
 *
 * Short: "/a/b" in the item ("" is the item), "root:/a" in the whole payload, "header:x-topic", "query:utm", "key:0"
 * (the member that the first wildcard of `each` went through). Long: an object with one of at, first, const, join,
 * pick, and with when, get, as, table, default. */
#include "source_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

static bool nothing(const json_t *v)
{
	return !v || json_is_null(v) || (json_is_string(v) && !json_string_length(v)) ||
	       ((json_is_array(v) && !json_array_size(v)));
}

const char *source_pair_find(const struct source_pair *p, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(p[i].name, name))
			return p[i].value;
	return NULL;
}

const char *source_scalar(struct arena *arena, const json_t *v)
{
	if (json_is_string(v))
		return arena_strndup(arena, json_string_value(v), json_string_length(v));
	if (json_is_boolean(v))
		return json_is_true(v) ? "true" : "false";
	if (json_is_integer(v))
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_real(v)) {
		struct buf b = BUF_INIT;
		const char *text = json_write(v, false, &b) ? arena_strndup(arena, b.data, b.len) : NULL;
		buf_free(&b);
		return text;
	}
	return NULL;
}

static enum status own(json_t *v, json_t **ret, struct err *e)
{
	*ret = v;
	return v ? ST_OK : adapter_nomem(e);
}

/* New reference, NULL: nothing there. */
static enum status look(struct source_view *v, const char *s, json_t **ret, struct err *e)
{
	const char *text = NULL;
	*ret = NULL;
	if (!*s || *s == '/') {
		*ret = json_incref(json_pointer_get(v->item, s));
		return ST_OK;
	}
	if (!strncmp(s, "root:", 5)) {
		*ret = json_incref(json_pointer_get(v->payload, s + 5));
		return ST_OK;
	}
	if (!strncmp(s, "header:", 7))
		text = source_pair_find(v->r->headers, v->r->n_headers, s + 7);
	else if (!strncmp(s, "query:", 6))
		text = source_pair_find(v->r->query, v->r->n_query, s + 6);
	else if (!strncmp(s, "key:", 4) && (size_t)(s[4] - '0') < v->n_keys)
		text = v->keys[s[4] - '0'];
	/* A header may hold any byte. */
	return text && utf8_valid(text, strlen(text)) ? own(json_string(text), ret, e) : ST_OK;
}

static bool same_scalar(struct arena *arena, const json_t *a, const json_t *b)
{
	const char *x = source_scalar(arena, a), *y = source_scalar(arena, b);
	return x && y && !strcmp(x, y);
}

/* {"/a": value or list of values or "" (there is none), ...}: all of them. */
static enum status holds(struct source_view *v, const json_t *when, bool *ret, struct err *e)
{
	const char *at;
	json_t *want;
	*ret = true;
	json_object_foreach((json_t *)(uintptr_t)when, at, want)
	{
		json_t *is;
		enum status s = look(v, at, &is, e);
		if (s != ST_OK)
			return s;
		bool good = nothing(want) ? nothing(is) : same_scalar(v->arena, is, want);
		for (size_t i = 0; !good && i < json_array_size(want); i++)
			good = same_scalar(v->arena, is, json_array_get(want, i));
		json_decref(is);
		if (!good) {
			*ret = false;
			return ST_OK;
		}
	}
	return ST_OK;
}

static enum status first_of(struct source_view *v, const json_t *list, json_t **ret, struct err *e)
{
	enum status s = ST_OK;
	*ret = NULL;
	for (size_t i = 0; i < json_array_size(list) && s == ST_OK && !*ret; i++)
		s = source_value_of(v, json_array_get(list, i), ret, e);
	return s;
}

static enum status join(struct source_view *v, const json_t *list, const char *with, json_t **ret, struct err *e)
{
	struct buf b = BUF_INIT;
	enum status s = ST_OK;
	*ret = NULL;
	for (size_t i = 0; i < json_array_size(list) && s == ST_OK; i++) {
		const char *text;
		s = source_text_of(v, json_array_get(list, i), &text, e);
		if (s != ST_OK || !text)
			continue;
		if (b.len)
			buf_puts(&b, with);
		buf_puts(&b, text);
	}
	if (s == ST_OK && !buf_ok(&b))
		s = adapter_nomem(e);
	if (s == ST_OK && b.len)
		s = own(json_stringn(b.data, b.len), ret, e);
	buf_free(&b);
	return s;
}

/* Figures as people and CRMs write them: 1,200 and 1 200 and ￥500000 and "180人". */
static bool number_of(struct arena *arena, const json_t *v, double *ret)
{
	if (json_is_number(v)) {
		*ret = json_number_value(v);
		return true;
	}
	if (!json_is_string(v))
		return false;
	const char *s = text_clean(arena, json_string_value(v), json_string_length(v));
	char digits[64];
	size_t n = 0;
	if (!s)
		return false;
	for (; *s && n < sizeof digits - 1; s++) {
		bool digit = *s >= '0' && *s <= '9';
		if (digit || (*s == '.' && n) || (*s == '-' && !n))
			digits[n++] = *s;
		else if (n && *s != ',' && *s != ' ')
			break;
	}
	digits[n] = '\0';
	char *end;
	*ret = strtod(digits, &end);
	return n && end != digits && !*end && isfinite(*ret);
}

static json_t *boolean_of(const json_t *v)
{
	static const char *const yes[] = {"true", "1", "yes", "on", "y", "是", "同意", NULL}, *const no[] = {"false",
												  "0", "no", "off", "n",
												  "否", "不同意", NULL};
	const char *s = json_string_value(v);
	if (json_is_boolean(v))
		return json_boolean(json_is_true(v));
	if (json_is_integer(v))
		return json_boolean(json_integer_value(v) != 0);
	for (size_t i = 0; s && yes[i]; i++)
		if (!strcasecmp(s, yes[i]))
			return json_true();
	for (size_t i = 0; s && no[i]; i++)
		if (!strcasecmp(s, no[i]))
			return json_false();
	return NULL;
}

static json_t *text_made(struct arena *arena, const json_t *v)
{
	const char *s = source_scalar(arena, v);
	if (s)
		return json_string(s);
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < json_array_size(v); i++) {
		s = source_scalar(arena, json_array_get(v, i));
		if (s && b.len)
			buf_puts(&b, ", ");
		if (s)
			buf_puts(&b, s);
	}
	json_t *text = b.len && buf_ok(&b) ? json_stringn(b.data, b.len) : NULL;
	buf_free(&b);
	return text;
}

/* Commas of both scripts and semicolons part what people write into one field. */
static json_t *list_made(struct arena *arena, json_t *v)
{
	json_t *list = json_array();
	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++) {
			const char *s = source_scalar(arena, json_array_get(v, i));
			if (s && *s)
				json_array_append_new(list, json_string(s));
		}
		return list;
	}
	const char *s = source_scalar(arena, v);
	for (const char *at = s; at && *at;) {
		static const char *const marks[] = {",", ";", "，", "、", "；"};
		const char *end = at + strlen(at), *next = end;
		for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
			const char *m = strstr(at, marks[i]);
			if (m && m < end) {
				end = m;
				next = m + strlen(marks[i]);
			}
		}
		const char *one = text_clean(arena, at, (size_t)(end - at));
		if (one && *one)
			json_array_append_new(list, json_string(one));
		at = next;
	}
	return list;
}

enum status source_convert(struct source_view *v, const char *as, json_t *value, json_t **ret, struct err *e)
{
	double number;
	json_t *made = NULL;
	(void)e;
	if (!strcmp(as, "text")) {
		made = text_made(v->arena, value);
	} else if (!strcmp(as, "lower")) {
		json_t *text = text_made(v->arena, value);
		const char *s = text ? text_fold(v->arena, json_string_value(text), json_string_length(text)) : NULL;
		made = s ? json_string(s) : NULL;
		json_decref(text);
	} else if (!strcmp(as, "number")) {
		if (number_of(v->arena, value, &number))
			made = json_is_integer(value)                           ? json_incref(value)
			       : number == floor(number) && fabs(number) < 9e15 ? json_integer((json_int_t)number)
										: json_real(number);
	} else if (!strcmp(as, "integer")) {
		if (number_of(v->arena, value, &number) && fabs(number) < 9e15)
			made = json_integer((json_int_t)number);
	} else if (!strcmp(as, "boolean")) {
		made = boolean_of(value);
	} else if (!strcmp(as, "list")) {
		made = list_made(v->arena, value);
	} else if (!strcmp(as, "first")) {
		made = json_incref(json_is_array(value) ? json_array_get(value, 0) : value);
	} else {
		made = json_incref(value);
	}
	json_decref(value);
	if (nothing(made)) {
		json_decref(made);
		made = NULL;
	}
	*ret = made;
	return ST_OK;
}

static enum status base_value(struct source_view *v, const json_t *x, json_t **ret, struct err *e)
{
	const json_t *at;
	*ret = NULL;
	if (json_object_get(x, "const")) {
		*ret = json_incref(json_object_get(x, "const"));
		return ST_OK;
	}
	if (json_object_get(x, "pick") || json_object_get(x, "pick_type"))
		return source_pick(v, x, ret, e);
	if ((at = json_object_get(x, "join"))) {
		const char *with = json_string_value(json_object_get(x, "with"));
		return join(v, at, with ? with : " ", ret, e);
	}
	if ((at = json_object_get(x, "first")))
		return first_of(v, at, ret, e);
	if ((at = json_object_get(x, "at")))
		return source_value_of(v, at, ret, e);
	return ST_OK;
}

static enum status long_value(struct source_view *v, const json_t *x, json_t **ret, struct err *e)
{
	const json_t *when = json_object_get(x, "when"), *table = json_object_get(x, "table");
	const char *as = json_string_value(json_object_get(x, "as")),
		   *get = json_string_value(json_object_get(x, "get"));
	json_t *value = NULL;
	bool wanted = true;
	enum status s = when ? holds(v, when, &wanted, e) : ST_OK;
	if (s == ST_OK && wanted)
		s = base_value(v, x, &value, e);
	if (s == ST_OK && value && get) {
		json_t *inner = json_incref(json_pointer_get(value, get));
		json_decref(value);
		value = inner;
	}
	if (s == ST_OK && value && table) {
		const char *key = source_scalar(v->arena, value);
		json_t *found = key ? json_object_get(table, key) : NULL;
		/* Without a default, what the table does not know stays what it is. */
		if (found || json_object_get(x, "default")) {
			json_decref(value);
			value = json_incref(found);
		}
	}
	if (s == ST_OK && nothing(value) && wanted) {
		json_decref(value);
		value = json_incref(json_object_get(x, "default"));
	}
	if (s == ST_OK && value && as)
		return source_convert(v, as, value, ret, e);
	if (s == ST_OK)
		*ret = value;
	else
		json_decref(value);
	return s;
}

enum status source_value_of(struct source_view *v, const json_t *x, json_t **ret, struct err *e)
{
	json_t *value = NULL;
	enum status s = ST_OK;
	if (json_is_string(x))
		s = look(v, json_string_value(x), &value, e);
	else if (json_is_array(x))
		s = first_of(v, x, &value, e);
	else if (json_is_object(x))
		s = long_value(v, x, &value, e);
	if (s != ST_OK)
		return s;
	if (nothing(value)) {
		json_decref(value);
		value = NULL;
	}
	*ret = value;
	return ST_OK;
}

enum status source_text_of(struct source_view *v, const json_t *x, const char **ret, struct err *e)
{
	json_t *value;
	*ret = NULL;
	enum status s = source_value_of(v, x, &value, e);
	if (s == ST_OK)
		*ret = source_scalar(v->arena, value);
	if (s == ST_OK)
		json_decref(value);
	return s;
}
