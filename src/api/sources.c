/* /v1/sources: the other systems that post to this workspace. For administrators: the token in the URL lets anybody in
 * who has it. Secrets go in and never come out. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "models_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

#define PATCH_TRIES 3
#define REMOVE_STEP 1000

struct source_input {
	struct uuid id;
	int64_t if_revision;
	bool rotate;
};

static enum status put_source(struct buf *b, const struct door_row *d, bool whole, struct err *e)
{
	struct source_doc doc;
	enum status s = source_doc_read(d->settings, &doc, e);
	if (s != ST_OK)
		return s;
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, d->id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, d->name);
	buf_puts(b, ",\"preset\":");
	buf_json_str(b, doc.preset);
	buf_puts(b, ",\"source\":");
	buf_json_str(b, doc.source);
	buf_puts(b, ",\"token\":");
	buf_json_str(b, d->token);
	buf_puts(b, ",\"path\":\"/v1/in/");
	buf_puts(b, d->token);
	buf_printf(
	    b, "\",\"secret_count\":%zu,\"keep_days\":%lld", json_array_size(doc.secrets), (long long)doc.keep_days);
	if (whole) {
		buf_puts(b, ",\"mapping\":");
		(void)json_write(doc.mapping, false, b); /* the buffer remembers a failure */
	}
	buf_puts(b, d->disabled_at == INSTANT_NEVER ? ",\"disabled\":false" : ",\"disabled\":true");
	buf_puts(b, ",\"created_at\":");
	render_time(b, d->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, d->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, d->revision);
	source_doc_free(&doc);
	return ST_OK;
}

static enum status reply_source(struct api_call *c, int status, const struct door_row *d, struct err *e)
{
	char id[UUID_TEXT_MAX];
	struct buf *b = reply_json(c, status);
	enum status s = put_source(b, d, true, e);
	if (s != ST_OK)
		return s;
	buf_putc(b, '}');
	reply_etag(c, d->revision);
	uuid_format(&d->id, id);
	if (status == 201)
		reply_header(c, "Location", arena_printf(c->arena, "/v1/sources/%s", id));
	return ST_OK;
}

static enum status text_of(struct api_call *c, const json_t *v, const char **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	*ret = json_write(v, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	return *ret ? ST_OK : out_of_memory(e);
}

/* Ids of events are kept apart by the name of their source, so no two sources share one. */
static enum status name_free(
    struct api_call *c, struct db *db, const struct door_row *self, const char *settings, struct err *e)
{
	struct door_row *rows;
	struct source_doc mine, other;
	size_t n;
	enum status s = store_door_list(db, &c->workspace_id, DOOR_SOURCE, c->arena, &rows, &n, e);
	if (s == ST_OK)
		s = source_doc_read(settings, &mine, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		if (self && !uuid_cmp(&self->id, &rows[i].id))
			continue;
		s = source_doc_read(rows[i].settings, &other, e);
		if (s != ST_OK)
			break;
		if (!strcmp(mine.source, other.source))
			s = err_at(e, ST_CONFLICT, "source_taken", "/source",
			    "Another source's events have this name already.");
		source_doc_free(&other);
	}
	source_doc_free(&mine);
	return s;
}

enum status sources_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct door_row *rows;
	size_t n;
	enum status s = store_door_list(db, &c->workspace_id, DOOR_SOURCE, c->arena, &rows, &n, e);
	struct buf *b = s == ST_OK ? reply_list(c) : NULL;
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		s = put_source(reply_item(b), &rows[i], false, e);
		buf_putc(b, '}');
	}
	if (s == ST_OK)
		reply_list_end(c, "cursor", NULL);
	return s;
}

struct new_source {
	const char *name, *settings;
};

enum status sources_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {"name", "preset", "mapping", "secrets", "source", "keep_days", NULL};
	(void)a;
	struct new_source *in = call_input(c, sizeof *in, e);
	json_t *body, *mapping = NULL;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_text(c, body, "name", &in->name, e);
	if (s == ST_OK && !in->name)
		s = err_at(e, ST_INVALID, "field_required", "/name", "A source has a name.");
	if (s == ST_OK)
		s = source_mapping_of(body, NULL, &mapping, e);
	if (s == ST_OK) {
		json_object_del(body, "name");
		if (json_object_set_new(body, "mapping", mapping) != 0)
			s = out_of_memory(e);
	}
	if (s == ST_OK)
		s = source_settings_check(body, in->name, e);
	if (s == ST_OK)
		s = text_of(c, body, &in->settings, e);
	json_decref(body);
	return s;
}

enum status sources_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct new_source *in = call_state(c)->input;
	struct door_row d = {.kind = DOOR_SOURCE, .name = in->name, .settings = in->settings};
	enum status s = name_free(c, db, NULL, in->settings, e);
	if (s == ST_OK)
		s = store_door_create(db, &c->workspace_id, clock_now(a->config.clock), c->arena, &d, e);
	return s == ST_OK ? reply_source(c, 201, &d, e) : s;
}

enum status source_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct source_input *in = call_input(c, sizeof *in, e);
	return in ? path_uuid(c, "id", "source", &in->id, e) : ST_NOMEM;
}

static void put_health(struct buf *b, const struct source_request_counts *n)
{
	buf_printf(b, ",\"requests\":{\"ok\":%lld,\"ignored\":%lld,\"failed\":%lld,\"last_at\":", (long long)n->ok,
	    (long long)n->ignored, (long long)n->failed);
	render_time(b, n->last_at);
	buf_puts(b, ",\"last_ok_at\":");
	render_time(b, n->last_ok_at);
	buf_puts(b, ",\"last_failed_at\":");
	render_time(b, n->last_failed_at);
	buf_puts(b, ",\"last_error\":");
	render_text(b, n->last_error, "null");
	buf_puts(b, "}}");
}

enum status source_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct source_input *in = call_state(c)->input;
	struct source_request_counts counts;
	struct door_row d;
	enum status s = store_door_read(db, &c->workspace_id, DOOR_SOURCE, &in->id, c->arena, &d, e);
	if (s == ST_OK)
		s = store_source_request_counts(db, &c->workspace_id, &d.id, c->arena, &counts, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, 200);
	s = put_source(b, &d, true, e);
	if (s == ST_OK) {
		put_health(b, &counts);
		reply_etag(c, d.revision);
	}
	return s;
}

enum status source_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {
	    "name", "mapping", "secrets", "source", "keep_days", "disabled", "rotate_token", NULL};
	enum status s = source_get_prepare(a, c, e);
	struct source_input *in = call_state(c)->input;
	json_t *body;
	if (s == ST_OK)
		s = etag_required(c, &in->if_revision, e);
	if (s == ST_OK)
		s = body_read(c, true, &body, e);
	if (s != ST_OK)
		return s;
	const json_t *rotate = json_object_get(body, "rotate_token"), *disabled = json_object_get(body, "disabled");
	s = body_object(body, known, e);
	if (s == ST_OK && rotate && !json_is_true(rotate))
		s = err_at(e, ST_INVALID, "field_type", "/rotate_token", "It must be true.");
	if (s == ST_OK && disabled && !json_is_boolean(disabled))
		s = err_at(e, ST_INVALID, "field_type", "/disabled", "It must be true or false.");
	in->rotate = rotate != NULL;
	json_decref(body);
	return s;
}

static enum status patch_door(
    struct api_call *c, const json_t *patch, int64_t now, struct door_row *d, json_t *settings, struct err *e)
{
	const json_t *disabled = json_object_get(patch, "disabled");
	const char *name;
	enum status s = body_text(c, patch, "name", &name, e);
	if (s == ST_OK && json_object_get(patch, "name") && !name)
		s = err_at(e, ST_INVALID, "field_required", "/name", "A source has a name.");
	if (s != ST_OK)
		return s;
	if (name)
		d->name = name;
	if (disabled && json_is_true(disabled) != (d->disabled_at != INSTANT_NEVER))
		d->disabled_at = json_is_true(disabled) ? now : INSTANT_NEVER;
	json_t *rest = json_copy((json_t *)(uintptr_t)patch);
	if (!rest)
		return out_of_memory(e);
	json_object_del(rest, "name");
	json_object_del(rest, "disabled");
	json_object_del(rest, "rotate_token");
	bool good = json_merge_patch(settings, rest);
	json_decref(rest);
	s = good ? source_settings_check(settings, d->name, e) : out_of_memory(e);
	return s == ST_OK ? text_of(c, settings, &d->settings, e) : s;
}

static enum status patched(struct api_call *c, int64_t now, struct door_row *d, struct err *e)
{
	struct source_doc doc;
	json_t *patch;
	enum status s = source_doc_read(d->settings, &doc, e);
	if (s == ST_OK) {
		s = body_read(c, true, &patch, e);
		if (s == ST_OK) {
			s = patch_door(c, patch, now, d, doc.root, e);
			json_decref(patch);
		}
		source_doc_free(&doc);
	}
	return s;
}

static enum status rotated(struct api_call *c, const struct source_input *in, struct door_row *d, struct err *e)
{
	char *token = in->rotate ? arena_alloc(c->arena, DOOR_TOKEN_MAX) : NULL;
	if (!in->rotate)
		return ST_OK;
	enum status s = token ? store_door_token(DOOR_SOURCE, &c->workspace_id, token, e) : out_of_memory(e);
	if (s == ST_OK)
		d->token = token;
	return s;
}

/* Without If-Match the patch is made to whatever the source is: when that changes meanwhile, once more. */
enum status source_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct source_input *in = call_state(c)->input;
	int64_t now = clock_now(a->config.clock);
	struct door_row d;
	for (int tries = 1;; tries++) {
		enum status s = store_door_read(db, &c->workspace_id, DOOR_SOURCE, &in->id, c->arena, &d, e);
		if (s == ST_OK && in->if_revision >= 0 && d.revision != in->if_revision)
			return err_set(e, ST_CONFLICT, "version_mismatch", "The source is not what If-Match names.");
		const char *old = d.token;
		if (s == ST_OK)
			s = patched(c, now, &d, e);
		if (s == ST_OK)
			s = name_free(c, db, &d, d.settings, e);
		if (s == ST_OK)
			s = rotated(c, in, &d, e);
		if (s == ST_OK)
			s = store_door_change(db, now, &d, e);
		if (s == ST_CONFLICT && !strcmp(e->code, "version_mismatch") && in->if_revision < 0 &&
		    tries < PATCH_TRIES)
			continue;
		if (s != ST_OK)
			return s;
		door_changed(a, old);
		door_changed(a, d.token);
		return reply_source(c, 200, &d, e);
	}
}

enum status source_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	enum status s = source_get_prepare(a, c, e);
	struct source_input *in = call_state(c)->input;
	return s == ST_OK ? etag_required(c, &in->if_revision, e) : s;
}

/* Its requests go first, in steps: those that come meanwhile die of age. */
enum status source_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct source_input *in = call_state(c)->input;
	struct door_row d;
	bool more = true;
	enum status s = store_door_read(db, &c->workspace_id, DOOR_SOURCE, &in->id, c->arena, &d, e);
	if (s == ST_OK && in->if_revision >= 0 && d.revision != in->if_revision)
		s = err_set(e, ST_CONFLICT, "version_mismatch", "The source is not what If-Match names.");
	while (s == ST_OK && more)
		s = store_source_request_remove(db, &c->workspace_id, &d.id, REMOVE_STEP, &more, e);
	if (s == ST_OK)
		s = store_door_delete(db, &c->workspace_id, DOOR_SOURCE, &in->id, in->if_revision, e);
	if (s != ST_OK)
		return s;
	door_changed(a, d.token);
	reply_json(c, 204);
	return ST_OK;
}
