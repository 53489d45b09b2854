/* /v1/webhooks: who is told of what. For administrators: a URL may be a secret, and a secret is one. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "models_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "webhooks_priv.h"

#define PATCH_TRIES 3

enum status webhook_input_of(struct api_call *c, struct webhook_input **ret, struct err *e)
{
	*ret = call_input(c, sizeof **ret, e);
	return *ret ? path_uuid(c, "id", "webhook", &(*ret)->id, e) : ST_NOMEM;
}

/* Without the secrets in them. */
static void put_settings(struct buf *b, const struct webhook_row *w)
{
	json_t *settings = json_loads(w->settings, 0, NULL);
	json_t *shown = settings ? webhook_settings_seal(webhook_kind_find(w->kind), settings) : NULL;
	if (!shown || !json_write(shown, false, b))
		b->failed = true;
	json_decref(shown);
	json_decref(settings);
}

static void put_webhook(struct buf *b, const struct webhook_row *w)
{
	bool disabled = strcmp(w->state, "enabled") != 0;
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, w->id.b);
	buf_puts(b, ",\"kind\":");
	buf_json_str(b, w->kind);
	buf_puts(b, ",\"url\":");
	buf_json_str(b, w->url);
	buf_puts(b, ",\"types\":[");
	for (size_t i = 0; i < w->n_types; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, w->types[i]);
	}
	buf_puts(b, "],\"description\":");
	buf_json_str(b, w->description);
	buf_puts(b, ",\"settings\":");
	put_settings(b, w);
	buf_printf(b, ",\"disabled\":%s,\"disabled_reason\":", disabled ? "true" : "false");
	buf_json_str(b, w->disabled_reason);
	buf_puts(b, ",\"disabled_at\":");
	render_time(b, w->disabled_at);
	buf_printf(b, ",\"failures\":%d,\"failing_since\":", (int)w->failures);
	render_time(b, w->failing_since);
	buf_puts(b, ",\"created_at\":");
	render_time(b, w->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, w->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, w->revision);
}

void webhook_reply(struct api_call *c, int status, const struct webhook_row *w, const char *secrets)
{
	char id[UUID_TEXT_MAX];
	struct buf *b = reply_json(c, status);
	put_webhook(b, w);
	if (secrets) {
		buf_puts(b, ",\"secrets\":");
		buf_puts(b, secrets);
	}
	buf_putc(b, '}');
	reply_etag(c, w->revision);
	uuid_format(&w->id, id);
	if (status == 201)
		reply_header(c, "Location", arena_printf(c->arena, "/v1/webhooks/%s", id));
}

enum status webhooks_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct webhook_row *rows;
	size_t n;
	enum status s = store_webhook_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		put_webhook(reply_item(b), &rows[i]);
		buf_putc(b, '}');
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

enum status webhooks_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	struct webhook_input *in = call_input(c, sizeof *in, e);
	bool disabled = false;
	json_t *body;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	if (json_is_object(body)) {
		s = webhook_take_secret(c, body, &in->secret, e);
		json_object_del(body, "secret");
	}
	if (s == ST_OK)
		s = webhook_take(a, c, body, &in->row, &disabled, e);
	if (s == ST_OK && disabled)
		s = err_at(
		    e, ST_INVALID, "field_invalid", "/disabled", "A new webhook is in use; it can be disabled later.");
	if (s == ST_OK && in->secret && !webhook_kind_find(in->row.kind)->has_secrets)
		s = err_at(e, ST_INVALID, "field_unknown", "/secret", "This kind of webhook has no such secret.");
	json_decref(body);
	return s;
}

enum status webhooks_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct webhook_input *in = call_state(c)->input;
	const char *names[WEBHOOK_OPTIONAL_MAX];
	struct webhook_row w = in->row;
	struct webhook_secret secret;
	bool signs = webhook_kind_find(w.kind)->has_secrets;
	enum status s = signs ? webhook_new_secret(in, &secret, e) : ST_OK;
	if (s == ST_OK)
		s = webhook_secrets_text(c, &secret, signs, &w.secrets, e);
	if (s == ST_OK)
		s = store_webhook_create(
		    db, &c->workspace_id, clock_now(a->config.clock), names, webhook_optional(names), &w, e);
	if (s == ST_OK)
		webhook_reply(c, 201, &w, w.secrets);
	return s;
}

enum status webhook_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	struct webhook_input *in;
	(void)a;
	return webhook_input_of(c, &in, e);
}

enum status webhook_read_it(struct api_call *c, struct db *db, struct webhook_row *ret, struct err *e)
{
	const struct webhook_input *in = call_state(c)->input;
	return store_webhook_read(db, &c->workspace_id, &in->id, c->arena, ret, e);
}

enum status webhook_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct webhook_row w;
	enum status s = webhook_read_it(c, db, &w, e);
	if (s != ST_OK)
		return s;
	if (!etag_matches(c->if_none_match, w.revision)) {
		webhook_reply(c, 200, &w, NULL);
		return ST_OK;
	}
	reply_json(c, 304);
	reply_etag(c, w.revision);
	return ST_OK;
}

enum status webhook_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {"url", "types", "description", "settings", "disabled", NULL};
	struct webhook_input *in;
	(void)a;
	enum status s = webhook_input_of(c, &in, e);
	return s == ST_OK ? body_patch(c, known, NULL, &in->if_revision, &in->patch, e) : s;
}

static json_t *document_of(const struct webhook_row *w)
{
	json_t *types = json_array(), *settings = json_loads(w->settings, 0, NULL);
	for (size_t i = 0; types && i < w->n_types; i++)
		json_array_append_new(types, json_string(w->types[i]));
	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:b}", "kind", w->kind, "url", w->url, "types", types,
	    "description", w->description, "settings", settings, "disabled", strcmp(w->state, "enabled") != 0);
}

static void set_state(struct webhook_row *w, bool disabled, int64_t now)
{
	if (disabled == (strcmp(w->state, "enabled") != 0))
		return;
	w->state = disabled ? "disabled" : "enabled";
	w->disabled_reason = disabled ? "person" : NULL;
	w->disabled_at = disabled ? now : INSTANT_NEVER;
	w->failures = 0;
	w->failing_since = INSTANT_NEVER;
}

static enum status patched(struct api *a, struct api_call *c, const char *text, struct webhook_row *w, struct err *e)
{
	json_t *doc = document_of(w), *patch = NULL;
	bool disabled = false;
	enum status s = doc ? json_read(text, strlen(text), NULL, &patch, e) : out_of_memory(e);
	const struct webhook_kind *kind = webhook_kind_find(w->kind);
	if (s == ST_OK && kind) {
		const char *to = json_string_value(json_object_get(patch, "url"));
		if (to)
			webhook_settings_move(kind, w->url, to, json_object_get(doc, "settings"));
		webhook_settings_unseal(kind, json_object_get(patch, "settings"));
	}
	if (s == ST_OK && !json_merge_patch(doc, patch))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = webhook_take(a, c, doc, w, &disabled, e);
	if (s == ST_OK)
		set_state(w, disabled, clock_now(a->config.clock));
	json_decref(doc);
	json_decref(patch);
	return s;
}

/* Without If-Match the change is made to whatever the webhook is: when that changes meanwhile, once more. */
enum status webhook_change(
    struct api *a, struct api_call *c, struct db *db, webhook_change_fn fn, struct webhook_row *ret, struct err *e)
{
	const struct webhook_input *in = call_state(c)->input;
	const char *names[WEBHOOK_OPTIONAL_MAX];
	size_t n = webhook_optional(names);
	for (int tries = 1;; tries++) {
		struct webhook_row w;
		enum status s = webhook_read_it(c, db, &w, e);
		if (s == ST_OK && in->if_revision >= 0 && w.revision != in->if_revision)
			return err_set(e, ST_CONFLICT, "version_mismatch", "The webhook is not what If-Match names.");
		if (s == ST_OK)
			s = fn(a, c, in, &w, e);
		if (s == ST_OK)
			s = store_webhook_change(db, &c->workspace_id, clock_now(a->config.clock), names, n, &w, e);
		if (s == ST_CONFLICT && in->if_revision < 0 && tries < PATCH_TRIES)
			continue;
		if (s == ST_OK)
			*ret = w;
		return s;
	}
}

static enum status by_patch(
    struct api *a, struct api_call *c, const struct webhook_input *in, struct webhook_row *w, struct err *e)
{
	return patched(a, c, in->patch, w, e);
}

static enum status by_enabling(
    struct api *a, struct api_call *c, const struct webhook_input *in, struct webhook_row *w, struct err *e)
{
	(void)c;
	(void)in;
	(void)e;
	set_state(w, false, clock_now(a->config.clock));
	return ST_OK;
}

enum status webhook_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct webhook_row w;
	enum status s = webhook_change(a, c, db, by_patch, &w, e);
	if (s == ST_OK)
		webhook_reply(c, 200, &w, NULL);
	return s;
}

enum status webhook_enable_prepare(struct api *a, struct api_call *c, struct err *e)
{
	struct webhook_input *in;
	(void)a;
	enum status s = webhook_input_of(c, &in, e);
	return s == ST_OK ? etag_required(c, &in->if_revision, e) : s;
}

enum status webhook_enable_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct webhook_row w;
	enum status s = webhook_change(a, c, db, by_enabling, &w, e);
	if (s == ST_OK)
		webhook_reply(c, 200, &w, NULL);
	return s;
}

enum status webhook_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return webhook_enable_prepare(a, c, e);
}

enum status webhook_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct webhook_input *in = call_state(c)->input;
	const char *names[WEBHOOK_OPTIONAL_MAX];
	enum status s = store_webhook_delete(db, &c->workspace_id, &in->id, in->if_revision, clock_now(a->config.clock),
	    names, webhook_optional(names), e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
