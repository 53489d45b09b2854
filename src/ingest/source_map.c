/* A payload's items, and the event each of them becomes. */
#include "source_priv.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/json.h"

struct walk {
	struct source_view *view;
	const char *name;
	struct source_item *items;
	size_t n, cap;
};

static const char *text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Sets a.b.c in an object. Takes over the value. */
static bool set_path(struct arena *arena, json_t *object, const char *path, json_t *value)
{
	for (const char *dot; (dot = strchr(path, '.')); path = dot + 1) {
		const char *key = arena_strndup(arena, path, (size_t)(dot - path));
		json_t *next = key ? json_object_get(object, key) : NULL;
		if (key && !json_is_object(next) && json_object_set_new(object, key, next = json_object()) != 0)
			next = NULL;
		if (!next) {
			json_decref(value);
			return false;
		}
		object = next;
	}
	return json_object_set_new(object, path, value) == 0;
}

const char *source_field_kind(const char *path)
{
	static const struct {
		const char *path, *as;
	} kinds[] = {{"company.employees", "integer"}, {"company.founded_year", "integer"},
	    {"company.annual_revenue", "number"}, {"needs.budget", "number"}, {"needs.purchase_within_days", "integer"},
	    {"decision.cycle_days", "integer"}, {"value.annual_spend", "number"}, {"company.technologies", "list"},
	    {"needs.pains", "list"}, {"consent.marketing", "boolean"}, {"value.potential", "as_is"},
	    {"value.reference", "as_is"}};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (!strcmp(kinds[i].path, path))
			return kinds[i].as;
	return strncmp(path, "attributes.", 11) ? "text" : "as_is";
}

/* The fields of `list`, by their paths. *ret NULL: none of them is there. */
static enum status fields(struct source_view *v, const json_t *list, bool profile, json_t **ret, struct err *e)
{
	const char *path;
	json_t *x, *made = NULL;
	enum status s = ST_OK;
	json_object_foreach((json_t *)(uintptr_t)list, path, x)
	{
		json_t *value;
		s = source_value_of(v, x, &value, e);
		if (s == ST_OK && value && profile)
			s = source_convert(v, source_field_kind(path), value, &value, e);
		if (s != ST_OK)
			break;
		if (!value)
			continue;
		made = made ? made : json_object();
		bool good = made != NULL;
		if (good && !profile && !strcmp(path, "*") && json_is_object(value)) {
			good = json_object_update_missing(made, value) == 0;
			json_decref(value);
		} else if (good) {
			good = profile ? set_path(v->arena, made, path, value)
				       : json_object_set_new(made, path, value) == 0;
		} else {
			json_decref(value);
		}
		if (!good) {
			s = adapter_nomem(e);
			break;
		}
	}
	if (s == ST_OK)
		*ret = made;
	else
		json_decref(made);
	return s;
}

/* ST_OK with *ret NULL: the item is none of our business. */
static enum status type_of(struct source_view *v, struct source_item *item, const char **ret, struct err *e)
{
	const json_t *x = json_object_get(v->mapping, "event_type");
	if (!json_is_object(x)) {
		*ret = x ? json_string_value(x) : "form_submit";
		return ST_OK;
	}
	const json_t *table = json_object_get(x, "table"), *otherwise = json_object_get(x, "default"),
		     *ignore = json_object_get(x, "ignore"), *found;
	enum status s = source_text_of(v, json_object_get(x, "at"), &item->type, e);
	if (s != ST_OK)
		return s;
	const char *says = item->type ? item->type : "";
	*ret = NULL;
	for (size_t i = 0; i < json_array_size(ignore); i++)
		if (!strcmp(json_string_value(json_array_get(ignore, i)), says))
			return ST_OK;
	found = json_object_get(table, says);
	found = found ? found : otherwise;
	if (!found)
		return err_at(e, ST_INVALID, "event_type_unknown", "/event_type",
		    "The mapping knows no event type for \"%.100s\", and has no default.", says);
	*ret = strcmp(json_string_value(found), "ignore") ? json_string_value(found) : NULL;
	return ST_OK;
}

static bool zone_read(const char *s, int64_t *ret_ms)
{
	int h, m;
	if (!s || !strcmp(s, "Z")) {
		*ret_ms = 0;
		return true;
	}
	if (strlen(s) != 6 || (*s != '+' && *s != '-') || sscanf(s + 1, "%2d:%2d", &h, &m) != 2 || h > 14 || m > 59)
		return false;
	*ret_ms = (*s == '-' ? -1 : 1) * (h * MS_HOUR + m * MS_MINUTE);
	return true;
}

bool source_zone_valid(const char *s)
{
	int64_t ms;
	return zone_read(s, &ms);
}

static bool formatted(const json_t *how, const char *format, const char *s, int64_t *ret)
{
	struct tm tm = {0};
	int64_t zone;
	const char *end = strptime(s, format, &tm);
	if (!end || *end || !zone_read(text(how, "zone"), &zone))
		return false;
	*ret = (int64_t)timegm(&tm) * MS_SECOND - zone;
	return true;
}

/* By itself a figure of today's size tells its unit: seconds have ten digits, milliseconds thirteen. */
static const char *unit_of(const char *s)
{
	size_t n = strspn(s, "0123456789");
	if (s[n] && s[n] != '.')
		return NULL;
	return n <= 11 ? "s" : n <= 14 ? "ms" : "us";
}

static bool instant_of(const json_t *how, const char *s, int64_t *ret)
{
	const char *unit = text(how, "unit");
	unit = unit ? unit : "rfc3339";
	if (!strcmp(unit, "format"))
		return formatted(how, text(how, "format"), s, ret);
	if (!strcmp(unit, "auto") && !(unit = unit_of(s)))
		return instant_parse(s, strlen(s), ret) || formatted(how, "%Y-%m-%d %H:%M:%S", s, ret) ||
		       formatted(how, "%Y-%m-%dT%H:%M:%S", s, ret);
	if (!strcmp(unit, "rfc3339"))
		return instant_parse(s, strlen(s), ret);
	char *end;
	double number = strtod(s, &end);
	if (end == s || *end || !(number >= 0) || number > 1e17)
		return false;
	*ret = (int64_t)(!strcmp(unit, "s") ? number * 1000 : !strcmp(unit, "us") ? number / 1000 : number);
	return true;
}

static enum status when_of(struct source_view *v, int64_t *ret, struct err *e)
{
	const json_t *how = json_object_get(v->mapping, "occurred_at");
	const char *s;
	*ret = INSTANT_NEVER;
	if (!how)
		return ST_OK;
	enum status st = source_text_of(v, json_object_get(how, "at"), &s, e);
	if (st != ST_OK || !s)
		return st;
	if (!instant_of(how, s, ret) || *ret < -62135596800000 || *ret > 253402300799999)
		return err_at(
		    e, ST_INVALID, "occurred_at_invalid", "/occurred_at", "\"%.100s\" is not a time of this form.", s);
	return ST_OK;
}

/* Of the key's parts those that are there; without any, of the bytes and the day: a vendor that delivers twice sends
 * the same. */
static enum status id_of(struct source_view *v, size_t index, const char **ret, struct err *e)
{
	const json_t *parts = json_object_get(v->mapping, "dedupe_key");
	struct buf b = BUF_INIT;
	enum status s = ST_OK;
	size_t found = 0;
	for (size_t i = 0; i < json_array_size(parts) && s == ST_OK; i++) {
		const char *one;
		s = source_text_of(v, json_array_get(parts, i), &one, e);
		if (i)
			buf_putc(&b, ':');
		if (s == ST_OK && one && ++found)
			buf_puts(&b, one);
	}
	uint8_t hash[32];
	char hex[65];
	const char *id = NULL;
	if (s == ST_OK && found && buf_ok(&b) && b.len <= 255) {
		id = arena_strndup(v->arena, b.data, b.len);
	} else if (s == ST_OK && found) {
		sha256(b.data, b.len, hash);
		hex_encode(hash, sizeof hash, hex);
		id = arena_strdup(v->arena, hex);
	} else if (s == ST_OK) {
		sha256(v->r->body, v->r->body_n, hash);
		hex_encode(hash, 16, hex);
		id = arena_printf(v->arena, "%s-%lld-%zu", hex, (long long)(v->r->received_at / MS_DAY), index);
	}
	buf_free(&b);
	if (s == ST_OK && !id)
		s = adapter_nomem(e);
	*ret = id;
	return s;
}

static enum status assemble(
    struct source_view *v, const char *name, bool lead_only, const char *type, struct source_item *item, struct err *e)
{
	json_t *lead = NULL, *properties = NULL, *source = NULL;
	enum status s = fields(v, json_object_get(v->mapping, "map"), true, &lead, e);
	if (s == ST_OK && !lead_only)
		s = fields(v, json_object_get(v->mapping, "properties"), false, &properties, e);
	if (s == ST_OK)
		s = fields(v, json_object_get(v->mapping, "source"), false, &source, e);
	source = source ? source : json_object();
	lead = lead ? lead : json_object();
	if (s == ST_OK && json_object_set_new(source, "name", json_string(name)) != 0)
		s = adapter_nomem(e);
	if (s == ST_OK && lead_only) {
		item->body = json_incref(lead);
		if (json_object_set(lead, "source", source) != 0)
			s = adapter_nomem(e);
	} else if (s == ST_OK) {
		char at[INSTANT_TEXT_MAX];
		if (item->at != INSTANT_NEVER)
			instant_format(item->at, at);
		item->body = json_pack("{s:s, s:s, s:s*, s:O, s:O*, s:O}", "event_id", item->event_id, "type", type,
		    "occurred_at", item->at == INSTANT_NEVER ? NULL : at, "lead", lead, "properties", properties,
		    "source", source);
		if (!item->body)
			s = adapter_nomem(e);
	}
	json_decref(lead);
	json_decref(properties);
	json_decref(source);
	return s;
}

static enum status take(struct walk *w, json_t *value, const char *pointer, struct err *e)
{
	struct source_view *v = w->view;
	if (w->n == SOURCE_ITEMS_MAX)
		return err_set(e, ST_TOO_LARGE, "items_too_many", "A request may hold %d items.", SOURCE_ITEMS_MAX);
	if (w->n == w->cap) {
		size_t cap = w->cap ? 2 * w->cap : 4;
		struct source_item *more = arena_array(v->arena, cap, sizeof *more);
		if (!more)
			return adapter_nomem(e);
		if (w->n)
			memcpy(more, w->items, w->n * sizeof *more);
		w->items = more;
		w->cap = cap;
	}
	struct source_item *item = &w->items[w->n];
	const char *type = NULL;
	item->at = INSTANT_NEVER;
	snprintf(item->pointer, sizeof item->pointer, "%s", pointer);
	v->item = value;
	enum status s = type_of(v, item, &type, &item->err);
	bool lead_only = type && !strcmp(type, "lead");
	item->outcome = !type ? SOURCE_IGNORED : lead_only ? SOURCE_LEAD : SOURCE_EVENT;
	if (s == ST_OK && type)
		s = id_of(v, w->n, &item->event_id, &item->err);
	if (s == ST_OK && type)
		s = when_of(v, &item->at, &item->err);
	if (s == ST_OK && type)
		s = assemble(v, w->name, lead_only, type, item, &item->err);
	source_answers_drop(v);
	w->n++;
	if (s == ST_NOMEM) {
		*e = item->err;
		return s;
	}
	if (s != ST_OK)
		item->outcome = SOURCE_FAILED;
	return ST_OK;
}

/* `path` is what is left of `each`. */
static enum status descend(struct walk *w, json_t *value, const char *path, const char *pointer, struct err *e)
{
	struct source_view *v = w->view;
	enum status s = ST_OK;
	char at[ERR_POINTER_MAX];
	if (!*path && !json_is_array(value))
		return value && !json_is_null(value) ? take(w, value, pointer, e) : ST_OK;
	if (!*path) {
		for (size_t i = 0; i < json_array_size(value) && s == ST_OK; i++) {
			json_pointer_index(at, pointer, i);
			s = take(w, json_array_get(value, i), at, e);
		}
		return s;
	}
	size_t n = strcspn(path + 1, "/");
	const char *rest = path + 1 + n;
	if (n == 1 && path[1] == '*' && v->n_keys < SOURCE_DEPTH_MAX) {
		const char *key;
		json_t *one;
		size_t depth = v->n_keys++;
		for (size_t i = 0; i < json_array_size(value) && s == ST_OK; i++) {
			json_pointer_index(at, pointer, i);
			v->keys[depth] = arena_printf(v->arena, "%zu", i);
			s = v->keys[depth] ? descend(w, json_array_get(value, i), rest, at, e) : adapter_nomem(e);
		}
		json_object_foreach(value, key, one)
		{
			json_pointer_join(at, pointer, key);
			v->keys[depth] = key;
			if (s == ST_OK)
				s = descend(w, one, rest, at, e);
		}
		v->n_keys = depth;
		return s;
	}
	const char *step = arena_strndup(v->arena, path, n + 1);
	json_t *next = step ? json_pointer_get(value, step) : NULL;
	if (!step)
		return adapter_nomem(e);
	snprintf(at, sizeof at, "%s%s", pointer, step);
	if (!next)
		return err_at(e, ST_INVALID, "items_missing", "/each", "The payload has nothing at \"%.150s\".", at);
	return descend(w, next, rest, at, e);
}

enum status source_map(const json_t *mapping, const char *name, const struct source_request *r, json_t *payload,
    struct arena *arena, struct source_item **ret, size_t *ret_n, struct err *e)
{
	struct source_view v = {.arena = arena, .mapping = mapping, .r = r, .payload = payload};
	struct walk w = {.view = &v, .name = name};
	const char *each = text(mapping, "each");
	enum status s = each ? descend(&w, payload, each, "", e) : take(&w, payload, "", e);
	if (s != ST_OK) {
		source_items_free(w.items, w.n);
		return s;
	}
	*ret = w.items;
	*ret_n = w.n;
	return ST_OK;
}

void source_items_free(struct source_item *items, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_decref(items[i].body);
		items[i].body = NULL;
	}
}
