/* /v1/forms: what the forms of a workspace's pages are. Whoever may read them sees their tokens, which stand in pages
 * anyway. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "forms_priv.h"
#include "models_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

#define PATCH_TRIES 3

struct form_input {
	struct uuid id;
	int64_t if_revision;
	const char *name, *settings; /* of a new one */
	const char *patch;           /* JSON text */
	bool disabled;
};

/* The stored settings are one compact object: its members become the form's. */
static void put_form(struct buf *b, const struct door_row *d)
{
	size_t n = strlen(d->settings);
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, d->id.b);
	buf_puts(b, ",\"token\":");
	buf_json_str(b, d->token);
	buf_puts(b, ",\"action\":\"/v1/forms/");
	buf_puts(b, d->token);
	buf_puts(b, "\",\"name\":");
	buf_json_str(b, d->name);
	buf_putc(b, ',');
	if (n > 2)
		buf_put(b, d->settings + 1, n - 2);
	buf_puts(b, d->disabled_at == INSTANT_NEVER ? ",\"disabled\":false" : ",\"disabled\":true");
	buf_puts(b, ",\"created_at\":");
	render_time(b, d->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, d->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, d->revision);
	buf_putc(b, '}');
}

static void reply_form(struct api_call *c, int status, const struct door_row *d)
{
	char id[UUID_TEXT_MAX];
	put_form(reply_json(c, status), d);
	reply_etag(c, d->revision);
	uuid_format(&d->id, id);
	if (status == 201)
		reply_header(c, "Location", arena_printf(c->arena, "/v1/forms/%s", id));
}

/* Takes `name` and `disabled` out of a form's document; what is left are its settings, completed. */
static enum status take_document(struct api_call *c, json_t *doc, const char **ret_name, bool *ret_disabled,
    const char **ret_settings, struct err *e)
{
	json_t *settings = NULL, *disabled = json_object_get(doc, "disabled");
	struct buf text = BUF_INIT;
	if (!json_is_object(doc))
		return err_at(e, ST_INVALID, "field_type", "", "It must be an object.");
	enum status s = body_text(c, doc, "name", ret_name, e);
	if (s == ST_OK && !*ret_name)
		s = err_at(e, ST_INVALID, "field_required", "/name", "A form has a name.");
	if (s == ST_OK && disabled && !json_is_null(disabled) && !json_is_boolean(disabled))
		s = err_at(e, ST_INVALID, "field_type", "/disabled", "It must be true or false.");
	if (s != ST_OK)
		return s;
	*ret_disabled = json_is_true(disabled);
	json_object_del(doc, "name");
	json_object_del(doc, "disabled");
	s = form_settings_complete(doc, &settings, e);
	if (s != ST_OK)
		return s;
	*ret_settings = json_write(settings, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	json_decref(settings);
	return *ret_settings ? ST_OK : out_of_memory(e);
}

enum status forms_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct door_row *rows;
	size_t n;
	enum status s = store_door_list(db, &c->workspace_id, DOOR_FORM, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_form(reply_item(b), &rows[i]);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

enum status forms_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct form_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	s = take_document(c, body, &in->name, &in->disabled, &in->settings, e);
	json_decref(body);
	if (s == ST_OK && in->disabled)
		s = err_at(
		    e, ST_INVALID, "field_invalid", "/disabled", "A new form is in use; it can be disabled later.");
	return s;
}

enum status forms_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct form_input *in = call_state(c)->input;
	struct door_row d = {.kind = DOOR_FORM, .name = in->name, .settings = in->settings};
	enum status s = store_door_create(db, &c->workspace_id, clock_now(a->config.clock), c->arena, &d, e);
	if (s == ST_OK)
		reply_form(c, 201, &d);
	return s;
}

enum status form_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct form_input *in = call_input(c, sizeof *in, e);
	return in ? path_uuid(c, "id", "form", &in->id, e) : ST_NOMEM;
}

enum status form_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct form_input *in = call_state(c)->input;
	struct door_row d;
	enum status s = store_door_read(db, &c->workspace_id, DOOR_FORM, &in->id, c->arena, &d, e);
	if (s != ST_OK)
		return s;
	if (!etag_matches(c->if_none_match, d.revision)) {
		reply_form(c, 200, &d);
		return ST_OK;
	}
	reply_json(c, 304);
	reply_etag(c, d.revision);
	return ST_OK;
}

/* What a form has no member for is told before it is looked whether there is such a form. */
enum status form_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const besides[] = {"name", "disabled", NULL};
	enum status s = form_get_prepare(a, c, e);
	struct form_input *in = call_state(c)->input;
	return s == ST_OK ? body_patch(c, form_settings_members, besides, &in->if_revision, &in->patch, e) : s;
}

/* Merges the patch into the door as it was read. */
static enum status patched(
    struct api_call *c, const struct form_input *in, int64_t now, struct door_row *d, struct err *e)
{
	json_t *doc, *patch;
	bool disabled;
	enum status s = json_read(
	    d->settings, strlen(d->settings), &(struct json_limits){.max_bytes = 2 * FORM_SETTINGS_MAX}, &doc, e);
	if (s != ST_OK)
		return err_set(e, ST_INTERNAL, "door_broken", "stored settings cannot be read");
	s = json_read(in->patch, strlen(in->patch), NULL, &patch, e);
	if (s != ST_OK) {
		json_decref(doc);
		return s;
	}
	if (json_object_set_new(doc, "name", json_string(d->name)) != 0 ||
	    json_object_set_new(doc, "disabled", json_boolean(d->disabled_at != INSTANT_NEVER)) != 0 ||
	    !json_merge_patch(doc, patch))
		s = out_of_memory(e);
	if (s == ST_OK)
		s = take_document(c, doc, &d->name, &disabled, &d->settings, e);
	json_decref(doc);
	json_decref(patch);
	if (s == ST_OK && disabled != (d->disabled_at != INSTANT_NEVER))
		d->disabled_at = disabled ? now : INSTANT_NEVER;
	return s;
}

/* Without If-Match the patch is made to whatever the form is: when that changes meanwhile, once more. */
static enum status change(struct api *a, struct api_call *c, struct db *db, const struct form_input *in, struct err *e)
{
	int64_t now = clock_now(a->config.clock);
	struct door_row d;
	for (int tries = 1;; tries++) {
		enum status s = store_door_read(db, &c->workspace_id, DOOR_FORM, &in->id, c->arena, &d, e);
		if (s == ST_OK && in->if_revision >= 0 && d.revision != in->if_revision)
			return err_set(e, ST_CONFLICT, "version_mismatch", "The form is not what If-Match names.");
		if (s == ST_OK)
			s = patched(c, in, now, &d, e);
		if (s == ST_OK)
			s = store_door_change(db, now, &d, e);
		if (s == ST_CONFLICT && in->if_revision < 0 && tries < PATCH_TRIES)
			continue;
		if (s != ST_OK)
			return s;
		door_changed(a, d.token);
		reply_form(c, 200, &d);
		return ST_OK;
	}
}

enum status form_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return change(a, c, db, call_state(c)->input, e);
}

enum status form_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	enum status s = form_get_prepare(a, c, e);
	struct form_input *in = call_state(c)->input;
	return s == ST_OK ? etag_required(c, &in->if_revision, e) : s;
}

enum status form_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct form_input *in = call_state(c)->input;
	struct door_row d;
	enum status s = store_door_read(db, &c->workspace_id, DOOR_FORM, &in->id, c->arena, &d, e);
	if (s == ST_OK)
		s = store_door_delete(db, &c->workspace_id, DOOR_FORM, &in->id, in->if_revision, e);
	if (s != ST_OK)
		return s;
	door_changed(a, d.token);
	reply_json(c, 204);
	return ST_OK;
}
