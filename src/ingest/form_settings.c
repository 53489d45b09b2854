/* What a workspace says of a form: checked, completed, opened. */
#include "ingest/form.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "form_priv.h"

#define FIELDS_MAX 200
#define ORIGINS_MAX 50
#define URL_MAX 2000
#define FILL_MS_MAX 600000
#define PER_MINUTE_MAX 10000

const char *const form_settings_members[] = {"fields", "event", "source", "redirect_url", "error_url", "origins",
    "honeypot", "fill_time", "consent", "rate_per_minute", "submission_field", "spam", "keep_ip", NULL};

bool form_origin_of(const char *url, char *out, size_t cap)
{
	size_t scheme = !strncmp(url, "https://", 8) ? 8 : !strncmp(url, "http://", 7) ? 7 : 0;
	size_t n = scheme + strcspn(url + scheme, "/?#");
	if (!scheme || n == scheme || n >= cap)
		return false;
	memcpy(out, url, n);
	out[n] = '\0';
	return true;
}

static enum status text_of(const json_t *v, const struct place *at, size_t max, const char **ret, struct err *e)
{
	*ret = NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	size_t n = json_string_length(v);
	if (!n || n > max)
		return place_fault(at, e, n ? "field_too_long" : "field_empty", "It has 1 to %zu bytes.", max);
	*ret = json_string_value(v);
	return ST_OK;
}

static enum status member_text(
    const json_t *doc, const char *key, size_t max, const struct place *up, const char **ret, struct err *e)
{
	return text_of(json_object_get(doc, key), &(struct place){up, key, 0}, max, ret, e);
}

static enum status only(const json_t *v, const char *const *known, const struct place *at, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	const char *stranger = json_unknown_key(v, known);
	return stranger ? name_fault(&(struct place){at, stranger, 0}, e, stranger, known, "") : ST_OK;
}

static enum status check_fields(struct arena *arena, const json_t *doc, const struct place *root, struct err *e)
{
	json_t *fields = json_object_get(doc, "fields");
	struct place at = {root, "fields", 0};
	if (!fields || json_is_null(fields))
		return ST_OK;
	if (!json_is_object(fields))
		return type_fault(&at, e, "an object of fields of the form");
	if (json_object_size(fields) > FIELDS_MAX)
		return place_fault(&at, e, "field_too_large", "It has more than %d members.", FIELDS_MAX);
	enum status s = ST_OK;
	const char *name;
	json_t *target;
	json_object_foreach(fields, name, target)
	{
		struct place here = {&at, name, 0};
		struct form_target t;
		if (!*name || strlen(name) > TEXT_MAX)
			return place_fault(
			    &here, e, "key_too_long", "The name of a field has 1 to %d bytes.", TEXT_MAX);
		if (!json_is_string(target))
			return type_fault(&here, e, "a string");
		s = form_target_read(arena, json_string_value(target), &here, &t, e);
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

/* The type and the constants are those of any event: the adapter of events says whether they are good. */
static enum status check_event(struct arena *arena, const json_t *doc, const struct place *root, struct err *e)
{
	static const char *const known[] = {"type", "properties", NULL};
	const json_t *event = json_object_get(doc, "event");
	struct place at = {root, "event", 0};
	if (!event || json_is_null(event))
		return ST_OK;
	enum status s = only(event, known, &at, e);
	if (s != ST_OK)
		return s;
	struct adapter_context x = {.arena = arena, .country = "CN"};
	struct command c;
	json_t *type = json_object_get(event, "type"), *properties = json_object_get(event, "properties");
	json_t *trial = json_pack("{s:O*, s:{s:s}, s:O*}", "type", json_is_null(type) ? NULL : type, "lead", "id",
	    "00000000-0000-7000-8000-000000000000", "properties", json_is_null(properties) ? NULL : properties);
	if (!trial)
		return adapter_nomem(e);
	if (!json_object_get(trial, "type"))
		json_object_set_new(trial, "type", json_string("form_submit"));
	struct err why = {0};
	s = adapter_event(&x, trial, &c, &why);
	json_decref(trial);
	if (s == ST_OK)
		command_release(&c);
	else if (e) {
		*e = why;
		snprintf(e->pointer, sizeof e->pointer, "/event%.180s", why.pointer);
	}
	return s;
}

static enum status check_origins(const json_t *doc, const struct place *root, struct err *e)
{
	const json_t *list = json_object_get(doc, "origins");
	struct place at = {root, "origins", 0};
	if (!list || json_is_null(list))
		return ST_OK;
	if (!json_is_array(list) || json_array_size(list) > ORIGINS_MAX)
		return type_fault(&at, e, "an array of at most 50 origins");
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct place here = {&at, NULL, i};
		const char *s = json_string_value(json_array_get(list, i));
		char origin[TEXT_MAX + 1];
		if (!s || !form_origin_of(s, origin, sizeof origin) || strcmp(origin, s) != 0 ||
		    strspn(strchr(s, ':') + 3, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]_") !=
			strlen(strchr(s, ':') + 3))
			return place_fault(&here, e, "origin_invalid",
			    "An origin is what browsers send, in lower case: https://shop.example or "
			    "http://localhost:5173.");
	}
	return ST_OK;
}

static enum status check_url(const json_t *doc, const char *key, const struct place *root, struct err *e)
{
	const char *url;
	char origin[TEXT_MAX + 1];
	struct place at = {root, key, 0};
	enum status s = member_text(doc, key, URL_MAX, root, &url, e);
	if (s != ST_OK || !url)
		return s;
	bool good = form_origin_of(url, origin, sizeof origin), listed = false;
	for (const char *c = url; *c; c++)
		good = good && *c > 0x20 && *c < 0x7f && !strchr("\"<>\\", *c);
	const json_t *origins = json_object_get(doc, "origins");
	for (size_t i = 0; good && i < json_array_size(origins); i++)
		listed |= !strcmp(json_string_value(json_array_get(origins, i)), origin);
	if (!good || (strncmp(url, "https://", 8) != 0 && !listed))
		return place_fault(
		    &at, e, "url_invalid", "It must be an https URL in ASCII, or one on an origin of \"origins\".");
	return ST_OK;
}

static enum status check_fill_time(const json_t *doc, const struct place *root, struct err *e)
{
	static const char *const known[] = {"field", "min_ms", NULL};
	const json_t *v = json_object_get(doc, "fill_time");
	struct place at = {root, "fill_time", 0};
	const char *field;
	if (!v || json_is_null(v))
		return ST_OK;
	enum status s = only(v, known, &at, e);
	if (s == ST_OK)
		s = member_text(v, "field", TEXT_MAX, &at, &field, e);
	if (s != ST_OK)
		return s;
	const json_t *ms = json_object_get(v, "min_ms");
	if (!field)
		return place_fault(
		    &(struct place){&at, "field", 0}, e, "field_required", "It names a field of the form.");
	if (!json_is_integer(ms) || json_integer_value(ms) < 1 || json_integer_value(ms) > FILL_MS_MAX)
		return place_fault(&(struct place){&at, "min_ms", 0}, e, "field_out_of_range",
		    "It must be a whole number from 1 to %d.", FILL_MS_MAX);
	return ST_OK;
}

static enum status check_consent(const json_t *doc, const struct place *root, struct err *e)
{
	static const char *const known[] = {"field", "text", "version", NULL};
	const json_t *v = json_object_get(doc, "consent");
	struct place at = {root, "consent", 0};
	const char *field, *text, *version;
	if (!v || json_is_null(v))
		return ST_OK;
	enum status s = only(v, known, &at, e);
	if (s == ST_OK)
		s = member_text(v, "field", TEXT_MAX, &at, &field, e);
	if (s == ST_OK)
		s = member_text(v, "text", 4000, &at, &text, e);
	if (s == ST_OK)
		s = member_text(v, "version", 64, &at, &version, e);
	if (s == ST_OK && (!field || !text))
		s = place_fault(&(struct place){&at, field ? "text" : "field", 0}, e, "field_required",
		    "It names the box that is ticked, and what is agreed to by it.");
	return s;
}

static enum status check_rest(const json_t *doc, const struct place *root, struct err *e)
{
	const char *text;
	enum status s = member_text(doc, "source", TEXT_MAX, root, &text, e);
	if (s == ST_OK)
		s = member_text(doc, "honeypot", TEXT_MAX, root, &text, e);
	if (s == ST_OK)
		s = member_text(doc, "submission_field", TEXT_MAX, root, &text, e);
	if (s == ST_OK)
		s = member_text(doc, "spam", TEXT_MAX, root, &text, e);
	if (s != ST_OK)
		return s;
	if (text && strcmp(text, "void") != 0 && strcmp(text, "drop") != 0)
		return place_fault(&(struct place){root, "spam", 0}, e, "field_invalid", "It is \"void\" or \"drop\".");
	const json_t *rate = json_object_get(doc, "rate_per_minute"), *keep = json_object_get(doc, "keep_ip");
	if (rate && !json_is_null(rate) &&
	    (!json_is_integer(rate) || json_integer_value(rate) < 0 || json_integer_value(rate) > PER_MINUTE_MAX))
		return place_fault(&(struct place){root, "rate_per_minute", 0}, e, "field_out_of_range",
		    "It must be a whole number from 0 to %d.", PER_MINUTE_MAX);
	if (keep && !json_is_null(keep) && !json_is_boolean(keep))
		return type_fault(&(struct place){root, "keep_ip", 0}, e, "true or false");
	return ST_OK;
}

/* null and left out are the same: what is not said is filled in from the defaults, nulls where there are none. */
static json_t *completed(const json_t *given)
{
	json_t *doc = json_pack("{s:{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}, s:{s:s,s:{}}, s:s, s:n, s:n, s:[], s:n, s:n, "
				"s:n, s:i, s:s, s:s, s:b}",
	    "fields", "email", "email", "phone", "phone", "name", "name", "title", "title", "company", "company.name",
	    "country", "country", "city", "city", "anonymous_id", "anonymous_id", "event", "type", "form_submit",
	    "properties", "source", "form", "redirect_url", "error_url", "origins", "honeypot", "fill_time", "consent",
	    "rate_per_minute", 10, "submission_field", "_submission", "spam", "void", "keep_ip", 0);
	for (const char *const *m = form_settings_members; doc && *m; m++) {
		json_t *v = json_object_get(given, *m);
		if (!v || json_is_null(v) || !strcmp(*m, "event"))
			continue;
		if (json_object_set_new(doc, *m, json_deep_copy(v)) != 0) {
			json_decref(doc);
			return NULL;
		}
	}
	const char *key;
	json_t *v;
	json_object_foreach(json_object_get(given, "event"), key,
	    v) if (!json_is_null(v) && json_object_set_new(json_object_get(doc, "event"), key, json_deep_copy(v)) != 0)
	{
		json_decref(doc);
		return NULL;
	}
	return doc;
}

enum status form_settings_complete(const json_t *given, json_t **ret, struct err *e)
{
	struct place root = {NULL, "", 0};
	struct arena *arena = arena_new(0);
	const char *text = NULL;
	if (!arena)
		return adapter_nomem(e);
	enum status s = only(given, form_settings_members, &root, e);
	if (s == ST_OK)
		s = check_fields(arena, given, &root, e);
	if (s == ST_OK)
		s = check_event(arena, given, &root, e);
	if (s == ST_OK)
		s = check_origins(given, &root, e);
	if (s == ST_OK)
		s = check_url(given, "redirect_url", &root, e);
	if (s == ST_OK)
		s = check_url(given, "error_url", &root, e);
	if (s == ST_OK)
		s = check_fill_time(given, &root, e);
	if (s == ST_OK)
		s = check_consent(given, &root, e);
	if (s == ST_OK)
		s = check_rest(given, &root, e);
	json_t *doc = s == ST_OK ? completed(given) : NULL;
	if (s == ST_OK && !doc)
		s = adapter_nomem(e);
	if (s == ST_OK)
		s = compact_text(arena, doc, FORM_SETTINGS_MAX, &root, &text, e);
	arena_free(&arena);
	if (s == ST_OK)
		*ret = doc;
	else
		json_decref(doc);
	return s;
}

enum status form_settings_open(const char *text, size_t n, struct form_settings **ret, struct err *e)
{
	struct form_settings *f = calloc(1, sizeof *f);
	if (!f)
		return adapter_nomem(e);
	enum status s = json_read(text, n, &(struct json_limits){.max_bytes = 2 * FORM_SETTINGS_MAX}, &f->doc, e);
	if (s != ST_OK) {
		form_settings_free(&f);
		return s;
	}
	const json_t *event = json_object_get(f->doc, "event"), *fill = json_object_get(f->doc, "fill_time"),
		     *consent = json_object_get(f->doc, "consent");
	f->fields = json_object_get(f->doc, "fields");
	f->properties = json_object_get(event, "properties");
	f->type = json_string_value(json_object_get(event, "type"));
	f->source = json_string_value(json_object_get(f->doc, "source"));
	f->redirect_url = json_string_value(json_object_get(f->doc, "redirect_url"));
	f->error_url = json_string_value(json_object_get(f->doc, "error_url"));
	f->origins = json_object_get(f->doc, "origins");
	f->honeypot = json_string_value(json_object_get(f->doc, "honeypot"));
	f->fill_field = json_string_value(json_object_get(fill, "field"));
	f->fill_ms = json_integer_value(json_object_get(fill, "min_ms"));
	f->consent_field = json_string_value(json_object_get(consent, "field"));
	f->consent_text = json_string_value(json_object_get(consent, "text"));
	f->consent_version = json_string_value(json_object_get(consent, "version"));
	f->submission_field = json_string_value(json_object_get(f->doc, "submission_field"));
	f->rate_per_minute = (unsigned)json_integer_value(json_object_get(f->doc, "rate_per_minute"));
	f->drop = !strcmp(json_string_value(json_object_get(f->doc, "spam")), "drop");
	f->keep_ip = json_is_true(json_object_get(f->doc, "keep_ip"));
	*ret = f;
	return ST_OK;
}

void form_settings_free(struct form_settings **fp)
{
	if (!fp || !*fp)
		return;
	json_decref((*fp)->doc);
	free(*fp);
	*fp = NULL;
}
