/* Values that may stand anywhere in a command: cleaned text, free objects, sources. */
#include "clean_priv.h"

#include <string.h>

#include "base/json.h"

enum status clean_check(const struct cleaner *k, const json_t *v, const struct place *at, const char **ret_text,
    unsigned *ret_why, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	/* Cleaning can shorten a text, by what it drops; far longer ones are not worth the work. */
	if (n > (size_t)4 * TEXT_MAX)
		return place_fault(at, e, "field_too_long", "It is longer than %d bytes.", TEXT_MAX);
	*ret_why = 0;
	if (!clean_at_a_glance(s, n)) {
		const char *text = clean_words(k, s, n, ret_why);
		if (!text)
			return adapter_nomem(e);
		s = *ret_why ? text : s;
		n = strlen(s);
	}
	if (n == 0)
		return place_fault(at, e, "field_empty", "It is blank; leave it out, or use null to remove a value.");
	if (n > TEXT_MAX)
		return place_fault(at, e, "field_too_long", "It is longer than %d bytes.", TEXT_MAX);
	*ret_text = s;
	return ST_OK;
}

enum status text_check(
    struct arena *arena, const json_t *v, const struct place *at, const char **ret_text, struct err *e)
{
	unsigned why;
	return clean_check(&(struct cleaner){.arena = arena}, v, at, ret_text, &why, e);
}

enum status clean_value(const struct cleaner *k, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	const char *text;
	unsigned why;
	enum status st = clean_check(k, v, at, &text, &why, e);
	if (st != ST_OK)
		return st;
	if (why && !clean_note(k, at, json_string_value(v), text, why))
		return adapter_nomem(e);
	json_t *made = why ? json_string_nocheck(text) : json_incref(v);
	if (!made)
		return adapter_nomem(e);
	*ret = made;
	return ST_OK;
}

enum status text_value(struct arena *arena, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	return clean_value(&(struct cleaner){.arena = arena}, v, at, ret, e);
}

enum status free_check(const json_t *v, const struct place *at, struct err *e)
{
	enum status st = ST_OK;
	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v) && st == ST_OK; i++)
			st = free_check(json_array_get(v, i), &(struct place){at, NULL, i}, e);
		return st;
	}
	if (!json_is_object(v))
		return ST_OK;
	/* jansson's iterators take a mutable object but do not change it. */
	json_t *object = (json_t *)(uintptr_t)v;
	for (void *it = json_object_iter(object); it && st == ST_OK; it = json_object_iter_next(object, it)) {
		if (json_object_iter_key_len(it) > TEXT_MAX)
			return place_fault(at, e, "key_too_long", "A key in it is longer than %d bytes.", TEXT_MAX);
		const json_t *child = json_object_iter_value(it);
		if (json_is_object(child) || json_is_array(child))
			st = free_check(child, &(struct place){at, json_object_iter_key(it), 0}, e);
	}
	return st;
}

enum status compact_text(
    struct arena *arena, const json_t *v, size_t limit, const struct place *at, const char **ret_text, struct err *e)
{
	if (!v) {
		*ret_text = NULL;
		return ST_OK;
	}
	struct buf text = BUF_INIT;
	buf_reserve(&text, 512);
	enum status st = ST_OK;
	char *copy = NULL;
	if (!json_write(v, false, &text))
		st = adapter_nomem(e);
	else if (text.len > limit)
		st = place_fault(at, e, "field_too_large", "It is larger than %zu KiB as compact JSON.", limit / 1024);
	else if (!(copy = arena_strndup(arena, text.data, text.len)))
		st = adapter_nomem(e);
	buf_free(&text);
	if (st == ST_OK)
		*ret_text = copy;
	return st;
}

static enum status source_object(const struct cleaner *k, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (json_object_size(v) > SOURCE_KEYS_MAX)
		return place_fault(at, e, "field_too_large", "It has more than %d members.", SOURCE_KEYS_MAX);
	enum status st = free_check(v, at, e);
	if (st != ST_OK)
		return st;
	json_t *name = json_object_get(v, "name");
	if (!name || json_is_null(name)) {
		*ret = json_incref(v);
		return ST_OK;
	}
	json_t *clean;
	st = clean_value(k, name, &(struct place){at, "name", 0}, &clean, e);
	if (st != ST_OK)
		return st;
	json_t *made = clean == name ? json_incref(v) : json_copy(v);
	if (!made || (clean != name && json_object_set_nocheck(made, "name", clean) != 0)) {
		json_decref(made);
		made = NULL;
	}
	json_decref(clean);
	if (!made)
		return adapter_nomem(e);
	*ret = made;
	return ST_OK;
}

enum status source_value(const struct cleaner *k, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (json_is_object(v))
		return source_object(k, v, at, ret, e);
	if (!json_is_string(v))
		return type_fault(at, e, "an object or the name of the source");
	json_t *name;
	enum status st = clean_value(k, v, at, &name, e);
	if (st != ST_OK)
		return st;
	json_t *made = json_object();
	if (!made || json_object_set_new_nocheck(made, "name", name) != 0) {
		if (!made)
			json_decref(name);
		json_decref(made);
		return adapter_nomem(e);
	}
	*ret = made;
	return ST_OK;
}
