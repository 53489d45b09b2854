/* JSON helpers around jansson: writing, merge patch, and small questions. */
#include "base/json.h"
#include "buf_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_DEPTH 2048 /* jansson's own limit for reading; a deeper value is a cycle or a defect */

static bool write_value(const json_t *v, bool sorted, unsigned depth, struct buf *out);

struct pair {
	const char *key;
	size_t len;
	const json_t *value;
};

static int pair_cmp(const void *a, const void *b)
{
	const struct pair *x = a;
	const struct pair *y = b;
	int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
	return order ? order : (x->len > y->len) - (x->len < y->len);
}

static bool write_pair(const struct pair *p, bool first, bool sorted, unsigned depth, struct buf *out)
{
	if (!first)
		buf_putc(out, ',');
	buf_json_strn(out, p->key, p->len);
	buf_putc(out, ':');
	return write_value(p->value, sorted, depth, out);
}

static bool write_object(const json_t *v, bool sorted, unsigned depth, struct buf *out)
{
	/* jansson's iterators take a mutable object but do not change it. */
	json_t *object = (json_t *)(uintptr_t)v;
	size_t n = json_object_size(v);
	struct pair *pairs = NULL;
	if (sorted && n > 1) {
		pairs = calloc(n, sizeof(*pairs));
		if (!pairs)
			return false;
	}
	bool ok = true;
	size_t i = 0;
	buf_putc(out, '{');
	for (void *it = json_object_iter(object); it && ok; it = json_object_iter_next(object, it), i++) {
		struct pair p = {json_object_iter_key(it), json_object_iter_key_len(it), json_object_iter_value(it)};
		if (pairs)
			pairs[i] = p;
		else
			ok = write_pair(&p, i == 0, sorted, depth, out);
	}
	if (pairs) {
		qsort(pairs, n, sizeof(*pairs), pair_cmp);
		for (i = 0; i < n && ok; i++)
			ok = write_pair(&pairs[i], i == 0, sorted, depth, out);
		free(pairs);
	}
	buf_putc(out, '}');
	return ok;
}

static bool write_array(const json_t *v, bool sorted, unsigned depth, struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			buf_putc(out, ',');
		if (!write_value(json_array_get(v, i), sorted, depth, out))
			return false;
	}
	buf_putc(out, ']');
	return true;
}

/* A real stays a real when read back: one without a point or an exponent gets ".0". */
static void write_real(double v, struct buf *out)
{
	size_t start = out->len;
	buf_put_double(out, v);
	if (buf_ok(out) && !strpbrk(out->data + start, ".e"))
		buf_puts(out, ".0");
}

static bool write_value(const json_t *v, bool sorted, unsigned depth, struct buf *out)
{
	if (!v || depth == 0)
		return false;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return write_object(v, sorted, depth - 1, out);
	case JSON_ARRAY:
		return write_array(v, sorted, depth - 1, out);
	case JSON_STRING:
		buf_json_strn(out, json_string_value(v), json_string_length(v));
		break;
	case JSON_INTEGER:
		buf_put_i64(out, json_integer_value(v));
		break;
	case JSON_REAL:
		write_real(json_real_value(v), out);
		break;
	case JSON_TRUE:
		buf_puts(out, "true");
		break;
	case JSON_FALSE:
		buf_puts(out, "false");
		break;
	case JSON_NULL:
		buf_puts(out, "null");
		break;
	}
	return buf_ok(out);
}

bool json_write(const json_t *v, bool sorted, struct buf *out)
{
	return write_value(v, sorted, WRITE_DEPTH, out) && buf_ok(out);
}

/* A copy that shares nothing mutable with v. New reference. */
static json_t *detached(json_t *v)
{
	return json_is_array(v) || json_is_object(v) ? json_deep_copy(v) : json_incref(v);
}

bool json_merge_patch(json_t *target, const json_t *patch)
{
	if (!json_is_object(target) || !json_is_object(patch))
		return false;
	json_t *from = (json_t *)(uintptr_t)patch;
	for (void *it = json_object_iter(from); it; it = json_object_iter_next(from, it)) {
		const char *key = json_object_iter_key(it);
		size_t len = json_object_iter_key_len(it);
		json_t *value = json_object_iter_value(it);
		if (json_is_null(value)) {
			json_object_deln(target, key, len);
			continue;
		}
		if (!json_is_object(value)) {
			if (json_object_setn_new_nocheck(target, key, len, detached(value)) != 0)
				return false;
			continue;
		}
		/* An object merges into an object; into anything else, as if into {}: so that its nulls do not stay. */
		json_t *inner = json_object_getn(target, key, len);
		if (!json_is_object(inner)) {
			inner = json_object();
			if (json_object_setn_new_nocheck(target, key, len, inner) != 0)
				return false;
		}
		if (!json_merge_patch(inner, value))
			return false;
	}
	return true;
}

/* The thousandths that a real was written as; false when it has more decimals, or is too large to tell. */
static bool real_milli(double r, int64_t *ret_milli)
{
	/* Below 2^43 the gap between doubles is less than a thousandth, and dividing by 1000 rounds as reading the
	 * decimal text did: r has at most three decimals exactly when a quotient gives it back. The product may be off
	 * by one. Beyond, only whole numbers are sure. */
	if (fabs(r) < 8796093022208.0) {
		double scaled = nearbyint(r * 1000.0);
		for (int step = -1; step <= 1; step++)
			if ((scaled + step) / 1000.0 == r) {
				*ret_milli = (int64_t)scaled + step;
				return true;
			}
		return false;
	}
	return fabs(r) <= 9007199254740992.0 && r == trunc(r) &&
	       !__builtin_mul_overflow((int64_t)r, INT64_C(1000), ret_milli);
}

bool json_milli(const json_t *v, int64_t max_milli, int64_t *ret_milli)
{
	int64_t milli;
	if (json_is_integer(v)) {
		if (__builtin_mul_overflow((int64_t)json_integer_value(v), INT64_C(1000), &milli))
			return false;
	} else if (!json_is_real(v) || !real_milli(json_real_value(v), &milli)) {
		return false;
	}
	if (milli > max_milli || milli < -max_milli)
		return false;
	*ret_milli = milli;
	return true;
}

const char *json_unknown_key(const json_t *obj, const char *const *known)
{
	json_t *object = (json_t *)(uintptr_t)obj;
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *key = json_object_iter_key(it);
		const char *const *k = known;
		while (*k && strcmp(*k, key) != 0)
			k++;
		if (!*k)
			return key;
	}
	return NULL;
}
