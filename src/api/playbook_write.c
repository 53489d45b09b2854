/* POST /v1/playbooks, PATCH and DELETE of one. A PATCH replaces the members it names. */
#include "base/json.h"
#include "body_priv.h"
#include "ingest/playbook.h"
#include "playbooks_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"

#define NAME_BYTES 255
#define DESCRIPTION_MAX 2000
#define PRIORITY 100
#define PRIORITY_MAX 10000

struct playbook_input {
	struct uuid id;
	int64_t if_revision;
	const char *body; /* JSON text */
};

/* What a playbook is for stays: its open follow-ups are of its kind. */
static const char *const patched[] = {"name", "description", "priority", "enabled", "when", "match", "owner_role",
    "actions", "offer", "cadence", "first_after", "on_change", NULL};

enum status playbooks_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const known[] = {"kind", "name", "description", "priority", "enabled", "when", "match",
	    "owner_role", "actions", "offer", "cadence", "first_after", "on_change", NULL};
	struct playbook_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_keep(c, body, &in->body, e);
	json_decref(body);
	return s;
}

enum status playbook_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct playbook_input *in = call_input(c, sizeof *in, e);
	enum status s = in ? path_uuid(c, "id", "playbook", &in->id, e) : ST_NOMEM;
	return s == ST_OK ? body_patch(c, patched, NULL, &in->if_revision, &in->body, e) : s;
}

static enum status take_words(struct api_call *c, const json_t *whole, struct playbook_write *w, struct err *e)
{
	const json_t *name = json_object_get(whole, "name"), *description = json_object_get(whole, "description"),
		     *kind = json_object_get(whole, "kind"), *priority = json_object_get(whole, "priority"),
		     *enabled = json_object_get(whole, "enabled");
	const char *word = kind ? json_string_value(kind) : "follow_up";
	if (!name)
		return err_at(e, ST_INVALID, "field_required", "/name", "A playbook has a name.");
	if (!json_is_string(name) || !json_string_length(name) || json_string_length(name) > NAME_BYTES)
		return err_at(
		    e, ST_INVALID, "field_invalid", "/name", "It must be a text of 1 to %d bytes.", NAME_BYTES);
	if (description && (!json_is_string(description) || json_string_length(description) > DESCRIPTION_MAX))
		return err_at(e, ST_INVALID, "field_invalid", "/description", "It must be a text of at most %d bytes.",
		    DESCRIPTION_MAX);
	if (!word || (strcmp(word, "follow_up") != 0 && strcmp(word, "review") != 0))
		return err_at(e, ST_INVALID, "field_invalid", "/kind", "It must be follow_up or review.");
	if (priority && (!json_is_integer(priority) || json_integer_value(priority) < 0 ||
			    json_integer_value(priority) > PRIORITY_MAX))
		return err_at(e, ST_INVALID, "field_invalid", "/priority", "It must be a whole number from 0 to %d.",
		    PRIORITY_MAX);
	if (enabled && !json_is_boolean(enabled))
		return err_at(e, ST_INVALID, "field_type", "/enabled", "It must be true or false.");
	w->name = arena_strdup(c->arena, json_string_value(name));
	w->description = arena_strdup(c->arena, description ? json_string_value(description) : "");
	w->kind = strcmp(word, "review") != 0 ? "follow_up" : "review";
	w->priority = priority ? (int32_t)json_integer_value(priority) : PRIORITY;
	w->enabled = !enabled || json_is_true(enabled);
	return w->name && w->description ? ST_OK : out_of_memory(e);
}

/* The members that are kept as they were given. */
static enum status keep_settings(struct api_call *c, const json_t *whole, const char **ret, struct err *e)
{
	static const char *const keys[] = {"when", "match", "owner_role", "actions", "offer"};
	json_t *settings = json_object();
	bool ok = settings != NULL;
	for (size_t i = 0; ok && i < sizeof keys / sizeof keys[0]; i++) {
		json_t *v = json_object_get(whole, keys[i]);
		json_t *none = !strcmp(keys[i], "actions") ? json_array() : json_null();
		ok = json_object_set(settings, keys[i], v && !json_is_null(v) ? v : none) == 0;
		json_decref(none);
	}
	enum status s = ok ? body_keep(c, settings, ret, e) : out_of_memory(e);
	json_decref(settings);
	return s;
}

/* Checks the whole playbook, and what it says as what is stored. */
static enum status make(
    struct api *a, struct api_call *c, struct db *db, const json_t *whole, struct playbook_write *w, struct err *e)
{
	struct playbook_settings read = {0};
	const json_t *when = json_object_get(whole, "when");
	const char *text;
	*w = (struct playbook_write){.now = clock_now(a->config.clock), .author = call_author(c)};
	enum status s = w->author ? take_words(c, whole, w, e) : out_of_memory(e);
	if (s == ST_OK)
		s = playbook_settings_read(whole, !strcmp(w->kind, "review"), &read, e);
	if (s != ST_OK)
		return s;
	if (when && !json_is_null(when)) {
		s = body_keep(c, when, &text, e);
		if (s == ST_OK)
			s = segment_check(c, db, text, "/when", e);
	}
	if (s == ST_OK)
		s = body_keep(c, read.condition, &w->condition, e);
	/* As of a condition of one's own: there must be a model to ask it with. */
	if (s == ST_OK && json_is_object(json_object_get(whole, "match")))
		s = segment_check(c, db, w->condition, "/match", e);
	if (s == ST_OK)
		s = keep_settings(c, whole, &w->settings, e);
	w->cadence = arena_strdup(c->arena, read.cadence);
	w->first_after = read.first_after ? arena_strdup(c->arena, read.first_after) : NULL;
	w->on_change = read.on_change ? arena_strdup(c->arena, read.on_change) : NULL;
	if (s == ST_OK && (!w->cadence || (read.first_after && !w->first_after) || (read.on_change && !w->on_change)))
		s = out_of_memory(e);
	playbook_settings_free(&read);
	return s;
}

enum status playbooks_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct playbook_input *in = call_state(c)->input;
	struct playbook_write w;
	char id[UUID_TEXT_MAX];
	json_t *whole = json_loads(in->body, 0, NULL);
	enum status s = whole ? make(a, c, db, whole, &w, e) : out_of_memory(e);
	json_decref(whole);
	if (s == ST_OK)
		s = store_playbook_add(db, &c->workspace_id, &w, &in->id, e);
	if (s == ST_OK)
		s = playbook_reply(a, c, db, &in->id, 201, e);
	if (s != ST_OK)
		return s;
	uuid_format(&in->id, id);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/playbooks/%s", id));
	return ST_OK;
}

/* One way of saying whom it is for takes the place of the other. */
static bool put_in(json_t *whole, const json_t *patch)
{
	static const char *const ways[] = {"when", "match"};
	for (size_t i = 0; i < 2; i++) {
		const json_t *given = json_object_get(patch, ways[i]);
		if (given && !json_is_null(given) && !json_object_get(patch, ways[1 - i]))
			json_object_del(whole, ways[1 - i]);
	}
	return json_object_update(whole, (json_t *)(uintptr_t)patch) == 0;
}

enum status playbook_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct playbook_input *in = call_state(c)->input;
	struct playbook_row row;
	struct playbook_write w;
	struct buf b = BUF_INIT;
	enum status s = store_playbook_read(db, &c->workspace_id, &in->id, c->received_at, c->arena, &row, e);
	if (s != ST_OK)
		return s;
	playbook_put(&b, &row, false);
	json_t *whole = buf_ok(&b) ? json_loadb(b.data, b.len, 0, NULL) : NULL, *patch = json_loads(in->body, 0, NULL);
	buf_free(&b);
	s = whole && patch && put_in(whole, patch) ? make(a, c, db, whole, &w, e) : out_of_memory(e);
	json_decref(whole);
	json_decref(patch);
	if (s != ST_OK)
		return s;
	w.new_condition = strcmp(w.condition, row.condition) != 0 || !w.on_change != !row.on_change;
	w.new_order = w.priority != row.priority || w.enabled != row.enabled;
	/* Between reading and writing another may change it. */
	if (in->if_revision < 0)
		in->if_revision = row.revision;
	s = store_playbook_change(db, &c->workspace_id, &in->id, &w, in->if_revision, e);
	return s == ST_OK ? playbook_reply(a, c, db, &in->id, 200, e) : s;
}

enum status playbook_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct playbook_input *in = call_input(c, sizeof *in, e);
	return in ? path_version_of(c, "playbook", &in->id, &in->if_revision, e) : ST_NOMEM;
}

enum status playbook_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct playbook_input *in = call_state(c)->input;
	enum status s =
	    store_playbook_delete(db, &c->workspace_id, &in->id, in->if_revision, clock_now(a->config.clock), e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
