/* The half of a mapping that is about items: expressions, fields, answers, types, keys and times. */
#include "source_check_priv.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "profile_priv.h"

#define FIELDS_MAX 100
#define TEXT_LONGEST 255
#define TABLE_MAX 500

enum status source_pointer(const json_t *v, const char *at, struct err *e)
{
	const char *s = json_string_value(v);
	if (!s || (*s && *s != '/') || strlen(s) > TEXT_LONGEST)
		return source_fault(at, e, "pointer_invalid",
		    "It must be a JSON Pointer such as \"/contact/email\", or \"\" for the whole.");
	return ST_OK;
}

static enum status short_expression(const char *s, const char *at, struct err *e)
{
	static const char *const begin[] = {"root:", "header:", "query:", "key:"};
	if ((!*s || *s == '/') && strlen(s) <= TEXT_LONGEST)
		return ST_OK;
	for (size_t i = 0; i < sizeof begin / sizeof begin[0]; i++) {
		size_t n = strlen(begin[i]);
		if (strncmp(s, begin[i], n) != 0 || strlen(s) > TEXT_LONGEST)
			continue;
		const char *rest = s + n;
		bool good = i == 0 ? !*rest || *rest == '/' : *rest;
		if (i == 1)
			for (const char *c = rest; *c; c++)
				good = good && (*c < 'A' || *c > 'Z');
		if (i == 3)
			good = rest[0] >= '0' && rest[0] < '0' + SOURCE_DEPTH_MAX && !rest[1];
		if (good)
			return ST_OK;
	}
	return source_fault(at, e, "expression_invalid",
	    "It must be a JSON Pointer (\"/a/b\", \"root:/a\"), \"header:name\" in lower case, \"query:name\" or "
	    "\"key:0\".");
}

static enum status list_of(const json_t *list, const char *at, unsigned depth, struct err *e)
{
	char place[ERR_POINTER_MAX];
	if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > 20)
		return source_fault(at, e, "expression_invalid", "It must be a list of 1 to 20 expressions.");
	enum status s = ST_OK;
	for (size_t i = 0; i < json_array_size(list) && s == ST_OK; i++) {
		json_pointer_index(place, at, i);
		s = source_expression(json_array_get(list, i), place, depth + 1, e);
	}
	return s;
}

static enum status labels_of(const json_t *v, const char *at, struct err *e)
{
	bool good = json_is_string(v) || (json_is_array(v) && json_array_size(v) && json_array_size(v) <= 30);
	for (size_t i = 0; good && i < json_array_size(v); i++)
		good = json_is_string(json_array_get(v, i));
	return good ? ST_OK : source_fault(at, e, "expression_invalid", "A pick names a label, or a list of up to 30.");
}

static enum status conditions(const json_t *when, const char *at, struct err *e)
{
	char place[ERR_POINTER_MAX];
	const char *key;
	json_t *v;
	if (!json_is_object(when) || !json_object_size(when) || json_object_size(when) > 10)
		return source_fault(
		    at, e, "expression_invalid", "A when is an object of places and the values they must have.");
	json_object_foreach((json_t *)(uintptr_t)when, key, v)
	{
		json_pointer_join(place, at, key);
		enum status s = short_expression(key, place, e);
		if (s != ST_OK)
			return s;
		if (json_is_object(v))
			return source_fault(place, e, "expression_invalid",
			    "It must be a value, a list of values, or an empty text for none.");
	}
	return ST_OK;
}

static enum status table_of(const json_t *table, const char *at, struct err *e)
{
	char place[ERR_POINTER_MAX];
	const char *key;
	json_t *v;
	if (!json_is_object(table) || json_object_size(table) > TABLE_MAX)
		return source_fault(at, e, "expression_invalid", "A table is an object.");
	json_object_foreach((json_t *)(uintptr_t)table, key, v) if (json_is_object(v) || json_is_array(v))
	{
		json_pointer_join(place, at, key);
		return source_fault(place, e, "expression_invalid", "A table has texts, numbers, true and false.");
	}
	return ST_OK;
}

static enum status one_origin(const json_t *x, const char *at, struct err *e)
{
	static const char *const origins[] = {"at", "first", "const", "join", "pick", "pick_type"};
	size_t n = 0;
	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++)
		n += json_object_get(x, origins[i]) != NULL;
	if (json_object_get(x, "pick") && json_object_get(x, "pick_type"))
		n--;
	return n == 1 ? ST_OK
		      : source_fault(at, e, "expression_invalid", "It has one of at, first, const, join and pick.");
}

static enum status long_expression(const json_t *x, const char *at, unsigned depth, struct err *e)
{
	static const char *const known[] = {
	    "at", "first", "const", "join", "with", "pick", "pick_type", "get", "when", "as", "table", "default", NULL};
	static const char *const as[] = {"text", "number", "integer", "boolean", "list", "lower", "first", NULL};
	char place[ERR_POINTER_MAX];
	const json_t *v;
	enum status s = source_members(x, at, known, e);
	if (s == ST_OK)
		s = one_origin(x, at, e);
	if (s == ST_OK)
		s = source_word(x, at, "as", as, e);
	if (s == ST_OK)
		s = source_string(x, at, "with", false, 16, e);
	if (s == ST_OK)
		s = source_string(x, at, "pick_type", false, TEXT_LONGEST, e);
	if (s == ST_OK && (v = json_object_get(x, "get"))) {
		json_pointer_join(place, at, "get");
		s = source_pointer(v, place, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "at"))) {
		json_pointer_join(place, at, "at");
		s = source_expression(v, place, depth + 1, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "first"))) {
		json_pointer_join(place, at, "first");
		s = list_of(v, place, depth, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "join"))) {
		json_pointer_join(place, at, "join");
		s = list_of(v, place, depth, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "pick"))) {
		json_pointer_join(place, at, "pick");
		s = labels_of(v, place, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "when"))) {
		json_pointer_join(place, at, "when");
		s = conditions(v, place, e);
	}
	if (s == ST_OK && (v = json_object_get(x, "table"))) {
		json_pointer_join(place, at, "table");
		s = table_of(v, place, e);
	}
	return s;
}

enum status source_expression(const json_t *x, const char *at, unsigned depth, struct err *e)
{
	if (depth >= SOURCE_DEPTH_MAX)
		return source_fault(at, e, "expression_invalid", "Expressions stand too deep inside each other.");
	if (json_is_string(x))
		return short_expression(json_string_value(x), at, e);
	if (json_is_array(x))
		return list_of(x, at, depth, e);
	if (json_is_object(x))
		return long_expression(x, at, depth, e);
	return source_fault(at, e, "expression_invalid", "It must be a string, a list or an object.");
}

/* Whether a lead has such a field, as the adapter sees it: a null of it is tried. */
static enum status field_known(const char *path, const char *at, struct err *e)
{
	const char *dot = strchr(path, '.');
	size_t n = dot ? (size_t)(dot - path) : strlen(path);
	bool external = n == 11 && !strncmp(path, "external_id", n);
	if (!strcmp(path, "anonymous_id") || !strcmp(path, "external_id") ||
	    (external && dot[1] && !strchr(dot + 1, '.')))
		return ST_OK;
	struct arena *arena = arena_new(0);
	json_t *null = json_object(), *checked = NULL;
	const char *key = arena ? arena_strndup(arena, path, n) : NULL;
	enum status s = adapter_nomem(e);
	if (key && null && (!dot || (dot[1] && json_object_set_new(null, dot + 1, json_null()) == 0))) {
		struct profile_check x = {arena, "CN", true};
		struct place place = {NULL, at, 0};
		s = profile_field(&x, key, dot ? null : json_null(), &place, &checked, e);
		if (s == ST_INVALID)
			snprintf(e->pointer, sizeof e->pointer, "%s", at);
	} else if (dot && !dot[1]) {
		s = source_fault(at, e, "field_unknown", "There is no such field of a lead.");
	}
	json_decref(checked);
	json_decref(null);
	arena_free(&arena);
	return s;
}

static enum status fields_check(const json_t *m, const char *name, bool lead, struct err *e)
{
	char at[ERR_POINTER_MAX], place[ERR_POINTER_MAX];
	const json_t *list = json_object_get(m, name);
	const char *key;
	json_t *x;
	json_pointer_join(at, "", name);
	if (!list)
		return lead ? source_fault(at, e, "field_required", "Say where a lead's fields stand.") : ST_OK;
	if (!json_is_object(list) || (lead && !json_object_size(list)) || json_object_size(list) > FIELDS_MAX)
		return source_fault(at, e, "field_type", "It must be an object of 1 to 100 fields and expressions.");
	json_object_foreach((json_t *)(uintptr_t)list, key, x)
	{
		json_pointer_join(place, at, key);
		enum status s = strlen(key) > TEXT_LONGEST
				    ? source_fault(place, e, "key_too_long", "A name has at most 255 bytes.")
				    : ST_OK;
		if (s == ST_OK && lead)
			s = field_known(key, place, e);
		if (s == ST_OK)
			s = source_expression(x, place, 0, e);
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

/* Inside `pick` nothing is picked. */
static bool picks(const json_t *x)
{
	const char *key;
	json_t *v;
	bool found = json_object_get(x, "pick") || json_object_get(x, "pick_type");
	for (size_t i = 0; i < json_array_size(x) && !found; i++)
		found = picks(json_array_get(x, i));
	json_object_foreach((json_t *)(uintptr_t)x, key, v) found = found || picks(v);
	return found;
}

static bool picked_in(const json_t *fields)
{
	const char *key;
	json_t *v;
	bool found = false;
	json_object_foreach((json_t *)(uintptr_t)fields, key, v) found = found || picks(v);
	return found;
}

static enum status lookup_check(const json_t *x, const char *at, const char *const *known, bool of, struct err *e)
{
	char place[ERR_POINTER_MAX];
	if (!x)
		return ST_OK;
	enum status s = source_members(x, at, known, e);
	for (size_t i = 0; known[i] && s == ST_OK; i++) {
		json_pointer_join(place, at, known[i]);
		s = of && !strcmp(known[i], "of") ? source_expression(json_object_get(x, "of"), place, 0, e)
						  : source_pointer(json_object_get(x, known[i]), place, e);
	}
	return s;
}

static enum status pick_check(const json_t *p, bool needed, struct err *e)
{
	static const char *const known[] = {
	    "in", "labels", "value", "type", "titles", "options", "after", "begins", NULL};
	static const char *const titles[] = {"in", "key", "of", "title", NULL}, *const options[] = {
										    "in", "key", "text", NULL};
	if (!p)
		return needed ? source_fault(
				    "/pick", e, "field_required", "Say where the answers stand that others pick from.")
			      : ST_OK;
	enum status s = source_members(p, "/pick", known, e);
	if (s == ST_OK && picks(p))
		s = source_fault("/pick", e, "expression_invalid", "Inside of pick nothing can be picked.");
	if (s == ST_OK)
		s = source_expression(json_object_get(p, "in"), "/pick/in", 0, e);
	if (s == ST_OK && json_object_get(p, "labels"))
		s = list_of(json_object_get(p, "labels"), "/pick/labels", 0, e);
	if (s == ST_OK && json_object_get(p, "value"))
		s = source_expression(json_object_get(p, "value"), "/pick/value", 0, e);
	if (s == ST_OK && json_object_get(p, "type"))
		s = source_expression(json_object_get(p, "type"), "/pick/type", 0, e);
	if (s == ST_OK)
		s = source_string(p, "/pick", "after", false, 8, e);
	if (s == ST_OK)
		s = source_string(p, "/pick", "begins", false, 32, e);
	if (s == ST_OK)
		s = lookup_check(json_object_get(p, "titles"), "/pick/titles", titles, true, e);
	return s == ST_OK ? lookup_check(json_object_get(p, "options"), "/pick/options", options, false, e) : s;
}

static enum status type_word(const json_t *v, const char *at, struct err *e)
{
	const char *s = json_string_value(v);
	size_t n = s ? strlen(s) : 0;
	bool good = n >= 1 && n <= 100;
	for (size_t i = 0; good && i < n; i++)
		good = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
		       strchr("_.:-", s[i]);
	if (!good)
		return source_fault(at, e, "type_invalid",
		    "A type has 1 to 100 letters, digits, underscores, dots, colons and hyphens; null ignores the "
		    "item.");
	return scoring_event_type_reserved(s)
		   ? source_fault(at, e, "type_reserved", "The service itself makes events of this type.")
		   : ST_OK;
}

static enum status type_check(const json_t *x, struct err *e)
{
	static const char *const known[] = {"at", "table", "default", "ignore", NULL};
	char place[ERR_POINTER_MAX];
	const char *key;
	json_t *v;
	if (!x || json_is_string(x))
		return x ? type_word(x, "/event_type", e) : ST_OK;
	enum status s = source_members(x, "/event_type", known, e);
	if (s == ST_OK)
		s = source_expression(json_object_get(x, "at"), "/event_type/at", 0, e);
	if (s == ST_OK && json_object_get(x, "table") && !json_is_object(json_object_get(x, "table")))
		s = source_fault("/event_type/table", e, "field_type", "It must be an object.");
	if (s == ST_OK)
		json_object_foreach(json_object_get(x, "table"), key, v)
		{
			json_pointer_join(place, "/event_type/table", key);
			if (s == ST_OK)
				s = type_word(v, place, e);
		}
	if (s == ST_OK && (v = json_object_get(x, "default")))
		s = type_word(v, "/event_type/default", e);
	v = json_object_get(x, "ignore");
	if (s == ST_OK && v && !json_is_array(v))
		s = source_fault("/event_type/ignore", e, "field_type", "It must be a list of texts.");
	for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++)
		if (!json_is_string(json_array_get(v, i)))
			s = source_fault("/event_type/ignore", e, "field_type", "It must be a list of texts.");
	return s;
}

static enum status time_check(const json_t *x, struct err *e)
{
	static const char *const known[] = {"at", "unit", "format", "zone", NULL}, *const units[] = {"auto", "rfc3339",
										       "s", "ms", "us", "format", NULL};
	if (!x)
		return ST_OK;
	enum status s = source_members(x, "/occurred_at", known, e);
	if (s == ST_OK)
		s = source_expression(json_object_get(x, "at"), "/occurred_at/at", 0, e);
	if (s == ST_OK)
		s = source_word(x, "/occurred_at", "unit", units, e);
	const char *unit = json_string_value(json_object_get(x, "unit")),
		   *zone = json_string_value(json_object_get(x, "zone"));
	if (s == ST_OK)
		s = source_string(x, "/occurred_at", "format", unit && !strcmp(unit, "format"), 64, e);
	if (s == ST_OK && json_object_get(x, "zone") && (!zone || !source_zone_valid(zone)))
		s = source_fault(
		    "/occurred_at/zone", e, "field_invalid", "A zone is Z, or hours and minutes such as +08:00.");
	return s;
}

enum status source_check_items(const json_t *m, struct err *e)
{
	const json_t *key = json_object_get(m, "dedupe_key");
	bool picked = picked_in(json_object_get(m, "map")) || picked_in(json_object_get(m, "properties")) ||
		      picked_in(json_object_get(m, "source")) || picks(key) ||
		      picks(json_object_get(m, "event_type")) || picks(json_object_get(m, "occurred_at"));
	enum status s = pick_check(json_object_get(m, "pick"), picked, e);
	if (s == ST_OK)
		s = fields_check(m, "map", true, e);
	if (s == ST_OK)
		s = fields_check(m, "properties", false, e);
	if (s == ST_OK)
		s = fields_check(m, "source", false, e);
	if (s == ST_OK)
		s = type_check(json_object_get(m, "event_type"), e);
	if (s == ST_OK && key)
		s = list_of(key, "/dedupe_key", 0, e);
	return s == ST_OK ? time_check(json_object_get(m, "occurred_at"), e) : s;
}
