/* A webhook's document, checked. */
#include <string.h>

#include "base/json.h"
#include "models_priv.h"
#include "webhooks_priv.h"

static enum status take_types(struct api_call *c, const json_t *v, struct webhook_row *w, struct err *e)
{
	if (!v || json_is_null(v))
		return err_at(e, ST_INVALID, "field_required", "/types",
		    "Say what it is to be told of: an array such as [\"stage.*\", \"handoff.created\"], or [\"*\"].");
	if (!json_is_array(v) || !json_array_size(v) || json_array_size(v) > WEBHOOK_FILTERS_MAX)
		return err_at(e, ST_INVALID, "field_type", "/types", "It must be an array of 1 to %d texts.",
		    WEBHOOK_FILTERS_MAX);
	w->n_types = json_array_size(v);
	const char **types = arena_array(c->arena, w->n_types, sizeof *types);
	if (!types)
		return out_of_memory(e);
	for (size_t i = 0; i < w->n_types; i++) {
		const char *text = json_string_value(json_array_get(v, i));
		char at[ERR_POINTER_MAX];
		json_pointer_index(at, "/types", i);
		if (!text || !webhook_filter_known(text))
			return err_at(e, ST_INVALID, "type_unknown", at,
			    "There is no such type; a family of them is named as \"handoff.*\", all as \"*\".");
		if (!(types[i] = arena_strdup(c->arena, text)))
			return out_of_memory(e);
	}
	w->types = types;
	return ST_OK;
}

static enum status take_settings(
    struct api_call *c, const struct webhook_kind *kind, const json_t *v, struct webhook_row *w, struct err *e)
{
	json_t *none = json_object();
	const json_t *settings = v && !json_is_null(v) ? v : none;
	struct buf text = BUF_INIT;
	enum status s = none ? webhook_settings_check(kind, settings, e) : out_of_memory(e);
	if (s == ST_OK) {
		w->settings = json_write(settings, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
		s = w->settings ? ST_OK : out_of_memory(e);
	}
	buf_free(&text);
	json_decref(none);
	return s;
}

enum status webhook_take(
    struct api *a, struct api_call *c, const json_t *doc, struct webhook_row *w, bool *ret_disabled, struct err *e)
{
	static const char *const known[] = {"kind", "url", "types", "description", "settings", "disabled", NULL};
	const json_t *disabled = json_object_get(doc, "disabled");
	enum status s = body_object(doc, known, e);
	if (s == ST_OK)
		s = body_text(c, doc, "kind", &w->kind, e);
	if (s == ST_OK)
		s = body_text(c, doc, "url", &w->url, e);
	if (s == ST_OK)
		s = body_text(c, doc, "description", &w->description, e);
	if (s != ST_OK)
		return s;
	w->kind = w->kind ? w->kind : "standard";
	w->description = w->description ? w->description : "";
	const struct webhook_kind *kind = webhook_kind_find(w->kind);
	if (!kind)
		return err_at(e, ST_INVALID, "kind_unknown", "/kind", "There is no such kind of webhook.");
	if (!w->url)
		return err_at(e, ST_INVALID, "field_required", "/url", "A webhook has a URL.");
	if (strlen(w->description) > WEBHOOK_DESCRIPTION_MAX)
		return err_at(e, ST_INVALID, "field_too_long", "/description", "It is longer than %d bytes.",
		    WEBHOOK_DESCRIPTION_MAX);
	if (disabled && !json_is_null(disabled) && !json_is_boolean(disabled))
		return err_at(e, ST_INVALID, "field_type", "/disabled", "It must be true or false.");
	*ret_disabled = json_is_true(disabled);
	s = webhook_url_check(&a->config.webhooks, w->url, e);
	if (s == ST_OK)
		s = take_types(c, json_object_get(doc, "types"), w, e);
	return s == ST_OK ? take_settings(c, kind, json_object_get(doc, "settings"), w, e) : s;
}

enum status webhook_secrets_text(
    struct api_call *c, const struct webhook_secret *list, size_t n, const char **ret, struct err *e)
{
	struct buf b = BUF_INIT;
	buf_putc(&b, '[');
	for (size_t i = 0; i < n; i++) {
		buf_puts(&b, i ? ",{\"secret\":" : "{\"secret\":");
		buf_json_str(&b, list[i].text);
		buf_puts(&b, ",\"expires_at\":");
		if (list[i].expires_at == INSTANT_NEVER)
			buf_puts(&b, "null");
		else
			buf_json_time(&b, list[i].expires_at);
		buf_putc(&b, '}');
	}
	buf_putc(&b, ']');
	*ret = buf_ok(&b) ? arena_strndup(c->arena, b.data, b.len) : NULL;
	buf_free(&b);
	return *ret ? ST_OK : out_of_memory(e);
}
