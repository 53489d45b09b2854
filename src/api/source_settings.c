/* What is stored of a source: its mapping, from a preset or not, its secrets, its name among the sources of events. */
#include <string.h>

#include "base/json.h"
#include "sources_priv.h"

enum status source_within(const char *part, enum status s, struct err *e)
{
	char at[ERR_POINTER_MAX];
	if (s == ST_INVALID) {
		int n = snprintf(at, sizeof at, "%s%s", part, e->pointer);
		if (n >= 0)
			memcpy(e->pointer, at, sizeof at);
	}
	return s;
}

enum status source_mapping_of(const json_t *body, const json_t *base, json_t **ret, struct err *e)
{
	json_t *given = json_object_get(body, "mapping"), *name = json_object_get(body, "preset");
	const struct source_preset *p = json_is_string(name) ? source_preset_find(json_string_value(name)) : NULL;
	if (name && !json_is_null(name) && !p)
		return err_at(e, ST_INVALID, "preset_unknown", "/preset",
		    "There is no such preset: GET /v1/sources/presets lists them.");
	if (!p && !given && !base)
		return err_at(e, ST_INVALID, "field_required", "/mapping", "Give a mapping, or name a preset.");
	if (given && !json_is_object(given))
		return err_at(e, ST_INVALID, "field_type", "/mapping", "It must be an object.");
	json_t *doc = p ? json_loads(p->document, 0, NULL) : NULL;
	json_t *mapping = p      ? json_incref(json_object_get(doc, "mapping"))
			  : base ? json_deep_copy(base)
				 : json_object();
	json_decref(doc);
	if (!mapping || (given && !json_merge_patch(mapping, given))) {
		json_decref(mapping);
		return out_of_memory(e);
	}
	*ret = mapping;
	return ST_OK;
}

/* The name that its events' source has. */
static enum status source_name(json_t *settings, const char *name, struct err *e)
{
	json_t *v = json_object_get(settings, "source");
	if (!v || json_is_null(v))
		return json_object_set_new(settings, "source", json_string(name)) == 0 ? ST_OK : out_of_memory(e);
	size_t n = json_string_length(v);
	if (!json_is_string(v) || !n || n > 255)
		return err_at(e, ST_INVALID, "field_type", "/source", "It must be a string of 1 to 255 bytes.");
	return ST_OK;
}

enum status source_settings_check(json_t *settings, const char *name, struct err *e)
{
	const json_t *days = json_object_get(settings, "keep_days"), *mapping = json_object_get(settings, "mapping");
	if (!days || json_is_null(days))
		json_object_set_new(settings, "keep_days", json_integer(SOURCE_KEEP_DAYS));
	else if (!json_is_integer(days) || json_integer_value(days) < 1 ||
		 json_integer_value(days) > SOURCE_KEEP_DAYS_MAX)
		return err_at(e, ST_INVALID, "field_out_of_range", "/keep_days",
		    "It must be a whole number from 1 to %d.", SOURCE_KEEP_DAYS_MAX);
	if (!json_object_get(settings, "secrets"))
		json_object_set_new(settings, "secrets", json_array());
	enum status s = source_name(settings, name, e);
	if (s == ST_OK)
		s = source_within("/mapping", source_check(mapping, e), e);
	return s == ST_OK ? source_within(
				"/secrets", source_secrets_check(mapping, json_object_get(settings, "secrets"), e), e)
			  : s;
}
