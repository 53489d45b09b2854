/* Values and JavaScript's coercions between them. */
#include "logic_priv.h"

#include <math.h>
#include <string.h>

const struct value value_undefined = {.kind = V_UNDEFINED};
const struct value value_null = {.kind = V_NULL};

struct value value_bool(bool b)
{
	return (struct value){.kind = V_BOOL, .b = b};
}

struct value value_number(double n)
{
	return (struct value){.kind = V_NUMBER, .n = n};
}

struct value value_string(const char *s, size_t n)
{
	return (struct value){.kind = V_STRING, .len = (uint32_t)n, .s = s};
}

struct value value_of_json(json_t *v)
{
	if (!v)
		return value_undefined;
	switch (json_typeof(v)) {
	case JSON_STRING:
		return value_string(json_string_value(v), json_string_length(v));
	case JSON_INTEGER:
		return value_number((double)json_integer_value(v));
	case JSON_REAL:
		return value_number(json_real_value(v));
	case JSON_TRUE:
		return value_bool(true);
	case JSON_FALSE:
		return value_bool(false);
	case JSON_NULL:
		return value_null;
	case JSON_OBJECT:
	case JSON_ARRAY:
		break;
	}
	return (struct value){.kind = V_JSON, .json = v};
}

bool value_is_list(struct value v)
{
	return v.kind == V_LIST || (v.kind == V_JSON && json_is_array(v.json));
}

size_t value_count(struct value v)
{
	return v.kind == V_LIST ? v.len : json_array_size(v.json);
}

struct value value_at(struct value v, size_t i)
{
	return v.kind == V_LIST ? v.items[i] : value_of_json(json_array_get(v.json, i));
}

bool value_truthy(struct value v)
{
	switch (v.kind) {
	case V_UNDEFINED:
	case V_NULL:
		return false;
	case V_BOOL:
		return v.b;
	case V_NUMBER:
		return v.n != 0 && !isnan(v.n);
	case V_STRING:
		return v.len != 0;
	case V_JSON:
	case V_LIST:
		break;
	}
	return !value_is_list(v) || value_count(v) > 0;
}

bool logic_truthy(const json_t *v)
{
	return value_truthy(value_of_json((json_t *)(uintptr_t)v));
}

static bool string_equal(struct value a, struct value b)
{
	return a.len == b.len && memcmp(a.s, b.s, a.len) == 0;
}

bool value_same(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case V_UNDEFINED:
	case V_NULL:
		return true;
	case V_BOOL:
		return a.b == b.b;
	case V_NUMBER:
		return a.n == b.n;
	case V_STRING:
		return string_equal(a, b);
	case V_JSON:
		return a.json == b.json; /* objects are equal to themselves only */
	case V_LIST:
		return a.items == b.items && a.len == b.len; /* an empty list has items of its own too */
	}
	return false;
}

static bool is_object(struct value v)
{
	return v.kind == V_JSON || v.kind == V_LIST;
}

static bool is_nothing(struct value v)
{
	return v.kind == V_UNDEFINED || v.kind == V_NULL;
}

bool value_equal(struct run *r, struct value a, struct value b)
{
	if (is_nothing(a) || is_nothing(b))
		return is_nothing(a) && is_nothing(b);
	if (is_object(a) && is_object(b))
		return value_same(a, b);
	if (is_object(a))
		a = value_to_string(r, a);
	if (is_object(b))
		b = value_to_string(r, b);
	if (a.kind == b.kind)
		return value_same(a, b);
	return value_to_number(r, a) == value_to_number(r, b);
}

/* By UTF-16 code units, as JavaScript does: characters beyond the first plane come before U+E000..U+FFFF. */
static enum value_order string_order(struct value a, struct value b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	for (size_t i = 0; i < n; i++) {
		unsigned x = (unsigned char)a.s[i], y = (unsigned char)b.s[i];
		if (x == y)
			continue;
		if (x >= 0xee && y >= 0xee && (x >= 0xf0) != (y >= 0xf0))
			return x >= 0xf0 ? ORDER_LESS : ORDER_GREATER;
		return x < y ? ORDER_LESS : ORDER_GREATER;
	}
	return a.len < b.len ? ORDER_LESS : a.len > b.len ? ORDER_GREATER : ORDER_EQUAL;
}

enum value_order value_compare(struct run *r, struct value a, struct value b)
{
	if (is_object(a))
		a = value_to_string(r, a);
	if (is_object(b))
		b = value_to_string(r, b);
	if (a.kind == V_STRING && b.kind == V_STRING)
		return string_order(a, b);
	double x = value_to_number(r, a), y = value_to_number(r, b);
	return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : x == y ? ORDER_EQUAL : ORDER_NONE;
}

double value_to_number(struct run *r, struct value v)
{
	switch (v.kind) {
	case V_UNDEFINED:
		return NAN;
	case V_NULL:
		return 0;
	case V_BOOL:
		return v.b ? 1 : 0;
	case V_NUMBER:
		return v.n;
	case V_STRING:
		return number_parse(v.s, v.len);
	case V_JSON:
	case V_LIST:
		break;
	}
	struct value s = value_to_string(r, v);
	return number_parse(s.s, s.len);
}

double value_parse_float(struct run *r, struct value v)
{
	if (v.kind == V_NUMBER)
		return v.n == 0 ? 0 : v.n;
	if (v.kind != V_STRING && !is_object(v))
		return NAN;
	struct value s = value_to_string(r, v);
	return number_parse_prefix(s.s, s.len);
}

static struct value join(struct run *r, struct value list)
{
	size_t n = value_count(list);
	struct value *parts = logic_alloc(r, (n + 1) * sizeof(*parts));
	if (!parts)
		return value_string("", 0);
	size_t len = n ? n - 1 : 0;
	for (size_t i = 0; i < n; i++) {
		struct value item = value_at(list, i);
		parts[i] = is_nothing(item) ? value_string("", 0) : value_to_string(r, item);
		len += parts[i].len;
	}
	char *text = logic_alloc(r, len + 1);
	if (!text)
		return value_string("", 0);
	char *p = text;
	for (size_t i = 0; i < n; i++) {
		if (i)
			*p++ = ',';
		memcpy(p, parts[i].s, parts[i].len);
		p += parts[i].len;
	}
	return value_string(text, len);
}

struct value value_to_string(struct run *r, struct value v)
{
	switch (v.kind) {
	case V_UNDEFINED:
		return value_string("undefined", 9);
	case V_NULL:
		return value_string("null", 4);
	case V_BOOL:
		return v.b ? value_string("true", 4) : value_string("false", 5);
	case V_STRING:
		return v;
	case V_NUMBER: {
		char *text = logic_alloc(r, NUMBER_TEXT_MAX);
		return text ? value_string(text, number_format(v.n, text)) : value_string("", 0);
	}
	case V_JSON:
	case V_LIST:
		break;
	}
	return value_is_list(v) ? join(r, v) : value_string("[object Object]", 15);
}

static json_t *number_to_json(double n)
{
	if (isnan(n) || isinf(n))
		return json_null();
	if (n == trunc(n) && fabs(n) < 9007199254740992.0)
		return json_integer((json_int_t)n);
	return json_real(n);
}

json_t *value_to_json(struct value v)
{
	switch (v.kind) {
	case V_UNDEFINED:
	case V_NULL:
		return json_null();
	case V_BOOL:
		return json_boolean(v.b);
	case V_NUMBER:
		return number_to_json(v.n);
	case V_STRING:
		return json_stringn(v.s, v.len);
	case V_JSON:
		return json_deep_copy(v.json);
	case V_LIST:
		break;
	}
	json_t *list = json_array();
	for (size_t i = 0; list && i < v.len; i++) {
		if (json_array_append_new(list, value_to_json(v.items[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}
