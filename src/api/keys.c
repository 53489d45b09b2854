/* GET and POST /v1/keys, DELETE /v1/keys/{id}: for administrators. The key itself is in the reply to POST and nowhere
 * else. */
#include <string.h>

#include "auth_priv.h"
#include "base/json.h"
#include "body_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/key.h"

#define ORIGINS_MAX KEY_ORIGINS_MAX

static void put_key(struct buf *b, const struct key_row *k, const char *text)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, k->id.b);
	if (text) {
		buf_puts(b, ",\"key\":");
		buf_json_str(b, text);
	}
	buf_puts(b, ",\"role\":");
	buf_json_str(b, k->role);
	buf_puts(b, ",\"label\":");
	buf_json_str(b, k->label);
	buf_puts(b, ",\"hint\":");
	buf_json_str(b, k->hint);
	buf_puts(b, ",\"origins\":[");
	for (size_t i = 0; i < k->n_origins; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, k->origins[i]);
	}
	buf_puts(b, "],\"created_at\":");
	render_time(b, k->created_at);
	buf_puts(b, ",\"expires_at\":");
	render_time(b, k->expires_at);
	buf_puts(b, ",\"revoked_at\":");
	render_time(b, k->revoked_at);
	buf_putc(b, '}');
}

enum status keys_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct key_row *rows;
	size_t n;
	enum status s = store_key_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_key(reply_item(b), &rows[i], NULL);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

static enum status wrong_type(const char *pointer, const char *what, struct err *e)
{
	return err_at(e, ST_INVALID, "field_type", pointer, "It must be %s.", what);
}

static enum status take_origins(struct api_call *c, const json_t *v, struct key_row *k, struct err *e)
{
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_array(v) || json_array_size(v) > ORIGINS_MAX)
		return wrong_type("/origins", "an array of at most 20 origins", e);
	k->n_origins = json_array_size(v);
	const char **origins = arena_array(c->arena, k->n_origins + 1, sizeof *origins);
	if (!origins)
		return out_of_memory(e);
	for (size_t i = 0; i < k->n_origins; i++) {
		const json_t *o = json_array_get(v, i);
		char at[ERR_POINTER_MAX];
		json_pointer_index(at, "/origins", i);
		if (!json_is_string(o))
			return wrong_type(at, "a string", e);
		if (!(origins[i] = arena_strdup(c->arena, json_string_value(o))))
			return out_of_memory(e);
	}
	k->origins = origins;
	return ST_OK;
}

static enum status take_body(struct api_call *c, const json_t *body, struct key_row *k, struct err *e)
{
	static const char *const known[] = {"role", "label", "origins", "expires_at", NULL};
	enum status s = body_object(body, known, e);
	if (s != ST_OK)
		return s;
	const json_t *role = json_object_get(body, "role"), *label = json_object_get(body, "label"),
		     *expires = json_object_get(body, "expires_at");
	enum role parsed;
	if (!role)
		return err_at(e, ST_INVALID, "field_required", "/role", "A key has a role.");
	if (!json_is_string(role) || !role_parse(json_string_value(role), &parsed))
		return err_at(
		    e, ST_INVALID, "role_invalid", "/role", "A role is publish, ingest, read, sales or admin.");
	snprintf(k->role, sizeof k->role, "%s", role_name(parsed));
	if (label && !json_is_null(label)) {
		if (!json_is_string(label))
			return wrong_type("/label", "a string", e);
		if (json_string_length(label) >= sizeof k->label)
			return err_at(e, ST_INVALID, "field_too_long", "/label", "It is longer than 255 bytes.");
		snprintf(k->label, sizeof k->label, "%s", json_string_value(label));
	}
	if (expires && !json_is_null(expires) &&
	    (!json_is_string(expires) ||
		!instant_parse(json_string_value(expires), json_string_length(expires), &k->expires_at)))
		return err_at(e, ST_INVALID, "field_invalid", "/expires_at",
		    "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	s = take_origins(c, json_object_get(body, "origins"), k, e);
	if (s == ST_OK && parsed == ROLE_PUBLISH && !k->n_origins)
		return err_at(
		    e, ST_INVALID, "field_required", "/origins", "A publish key is bound to the origins of its pages.");
	return s;
}

enum status keys_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct key_row *k = call_input(c, sizeof *k, e);
	json_t *body;
	if (!k)
		return ST_NOMEM;
	k->expires_at = k->revoked_at = INSTANT_NEVER;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, k, e);
	json_decref(body);
	return s;
}

enum status keys_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct key_row *k = call_state(c)->input;
	char text[KEY_TEXT_MAX];
	int64_t now = clock_now(a->config.clock);
	enum status s = store_key_create(
	    db, &c->workspace_id, k->role, k->label, k->origins, k->n_origins, k->expires_at, now, text, &k->id, e);
	if (s != ST_OK)
		return s;
	k->created_at = now;
	snprintf(k->hint, sizeof k->hint, "%s", text + strlen(text) - 4);
	put_key(reply_json(c, 201), k, text);
	char id[UUID_TEXT_MAX];
	uuid_format(&k->id, id);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/keys/%s", id));
	return ST_OK;
}

enum status key_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "key", id, e) : ST_NOMEM;
}

enum status key_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct uuid *id = call_state(c)->input;
	enum status s = store_key_revoke(db, &c->workspace_id, id, clock_now(a->config.clock), e);
	if (s != ST_OK)
		return s;
	known_key_forget(a->keys, &c->workspace_id, id);
	reply_json(c, 204);
	return ST_OK;
}
