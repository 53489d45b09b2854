/* POST /v1/journeys, PATCH and DELETE of one. A PATCH replaces the members it names. */
#include "base/instant.h"
#include "base/json.h"
#include "body_priv.h"
#include "ingest/journey.h"
#include "journeys_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"

#define NAME_BYTES 255
#define DESCRIPTION_MAX 2000
#define REENTRY_MAX 3650

struct journey_input {
	struct uuid id;
	int64_t if_revision;
	const char *body; /* JSON text */
};

static enum status prepare(struct api_call *c, bool is_patch, struct err *e)
{
	static const char *const known[] = {"name", "description", "state", "trigger", "steps", "exit", "quiet_hours",
	    "reentry_after_days", "enrol_existing", NULL};
	struct journey_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	enum status s = body_of_write(c, is_patch ? "journey" : NULL, &in->id, &in->if_revision, &body, e);
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_keep(c, body, &in->body, e);
	json_decref(body);
	return s;
}

enum status journeys_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, false, e);
}

enum status journey_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, true, e);
}

static enum status take_words(struct api_call *c, const json_t *whole, struct journey_write *w, struct err *e)
{
	const json_t *name = json_object_get(whole, "name"), *description = json_object_get(whole, "description"),
		     *state = json_object_get(whole, "state");
	const json_t *again = json_object_get(whole, "reentry_after_days"),
		     *existing = json_object_get(whole, "enrol_existing");
	if (!name)
		return err_at(e, ST_INVALID, "field_required", "/name", "A journey has a name.");
	if (!json_is_string(name) || !json_string_length(name) || json_string_length(name) > NAME_BYTES)
		return err_at(
		    e, ST_INVALID, "field_invalid", "/name", "It must be a text of 1 to %d bytes.", NAME_BYTES);
	if (description && (!json_is_string(description) || json_string_length(description) > DESCRIPTION_MAX))
		return err_at(e, ST_INVALID, "field_invalid", "/description", "It must be a text of at most %d bytes.",
		    DESCRIPTION_MAX);
	if (state && (!json_is_string(state) ||
			 (strcmp(json_string_value(state), "active") && strcmp(json_string_value(state), "paused"))))
		return err_at(e, ST_INVALID, "field_invalid", "/state", "It must be active or paused.");
	if (again && !json_is_null(again) &&
	    (!json_is_integer(again) || json_integer_value(again) < 0 || json_integer_value(again) > REENTRY_MAX))
		return err_at(e, ST_INVALID, "field_invalid", "/reentry_after_days",
		    "It must be a whole number of days from 0 to %d.", REENTRY_MAX);
	if (existing && !json_is_boolean(existing))
		return err_at(e, ST_INVALID, "field_type", "/enrol_existing", "It must be true or false.");
	w->name = arena_strdup(c->arena, json_string_value(name));
	w->description = arena_strdup(c->arena, description ? json_string_value(description) : "");
	w->state = state && !strcmp(json_string_value(state), "paused") ? "paused" : "active";
	w->reentry_after = json_is_integer(again) ? json_integer_value(again) * MS_DAY : -1;
	w->enrol_existing = json_is_true(existing);
	return w->name && w->description ? ST_OK : out_of_memory(e);
}

/* Its conditions go with the model that leads have. */
static enum status check_conditions(
    struct api_call *c, struct db *db, const json_t *settings, const json_t *trigger, struct err *e)
{
	const char *text;
	char at[ERR_POINTER_MAX], inner[ERR_POINTER_MAX];
	const json_t *leaves = json_object_get(settings, "exit"), *steps = json_object_get(settings, "steps");
	enum status s = ST_OK;
	if (trigger && (s = body_keep(c, trigger, &text, e)) == ST_OK)
		s = segment_check(c, db, text, "/trigger/when", e);
	if (s == ST_OK && leaves && !json_is_null(leaves) && (s = body_keep(c, leaves, &text, e)) == ST_OK)
		s = segment_check(c, db, text, "/exit", e);
	for (size_t i = 0; s == ST_OK && i < json_array_size(steps); i++) {
		const json_t *branches = json_object_get(json_array_get(steps, i), "branches");
		json_pointer_index(at, "/steps", i);
		for (size_t k = 0; s == ST_OK && k < json_array_size(branches); k++) {
			snprintf(inner, sizeof inner, "%.100s/branches/%zu/when", at, k);
			s = body_keep(c, json_object_get(json_array_get(branches, k), "when"), &text, e);
			if (s == ST_OK)
				s = segment_check(c, db, text, inner, e);
		}
	}
	return s;
}

static json_t *settings_of(const json_t *whole)
{
	static const char *const keys[] = {"trigger", "steps", "exit", "quiet_hours"};
	json_t *settings = json_object();
	bool ok = settings != NULL;
	for (size_t i = 0; ok && i < sizeof keys / sizeof keys[0]; i++) {
		json_t *v = json_object_get(whole, keys[i]);
		ok = json_object_set_new(settings, keys[i], v ? json_incref(v) : json_null()) == 0;
	}
	if (ok && json_is_null(json_object_get(settings, "trigger")))
		json_object_del(settings, "trigger");
	if (!ok)
		json_decref(settings);
	return ok ? settings : NULL;
}

/* Checks the whole journey and calls `store` with it. */
static enum status write(struct api *a, struct api_call *c, struct db *db, const json_t *whole,
    enum status (*store)(struct api_call *c, struct db *db, const struct journey_write *w, struct err *e),
    struct err *e)
{
	struct journey_write w = {.now = clock_now(a->config.clock), .author = call_author(c)};
	struct journey_settings read = {0};
	struct uuid segment;
	struct segment_row row;
	json_t *settings = settings_of(whole);
	enum status s = settings && w.author ? take_words(c, whole, &w, e) : out_of_memory(e);
	if (s == ST_OK)
		s = journey_settings_read(settings, &read, e);
	if (s == ST_OK)
		s = check_conditions(c, db, settings, read.condition, e);
	if (s == ST_OK && read.segment) {
		(void)uuid_parse(read.segment, strlen(read.segment), &segment);
		s = store_segment_read(db, &c->workspace_id, &segment, c->arena, &row, e);
		if (s == ST_NOT_FOUND)
			s = err_at(
			    e, ST_INVALID, "field_invalid", "/trigger/segment", "There is no segment with this id.");
		w.segment = &segment;
	}
	if (s == ST_OK)
		s = body_keep(c, settings, &w.settings, e);
	if (s == ST_OK && read.condition)
		s = body_keep(c, read.condition, &w.condition, e);
	w.form = read.form;
	w.first_after = read.after[0];
	w.first_step = json_string_value(json_object_get(json_array_get(json_object_get(settings, "steps"), 0), "id"));
	if (s == ST_OK)
		s = store(c, db, &w, e);
	journey_settings_free(&read);
	json_decref(settings);
	return s;
}

static enum status add(struct api_call *c, struct db *db, const struct journey_write *w, struct err *e)
{
	struct journey_input *in = call_state(c)->input;
	return store_journey_add(db, &c->workspace_id, w, &in->id, e);
}

static enum status change(struct api_call *c, struct db *db, const struct journey_write *w, struct err *e)
{
	struct journey_input *in = call_state(c)->input;
	return store_journey_change(db, &c->workspace_id, &in->id, w, in->if_revision, e);
}

enum status journeys_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct journey_input *in = call_state(c)->input;
	char id[UUID_TEXT_MAX];
	json_t *whole = json_loads(in->body, 0, NULL);
	enum status s = whole ? write(a, c, db, whole, add, e) : out_of_memory(e);
	json_decref(whole);
	if (s == ST_OK)
		s = journey_reply(c, db, &in->id, 201, e);
	if (s != ST_OK)
		return s;
	uuid_format(&in->id, id);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/journeys/%s", id));
	return ST_OK;
}

enum status journey_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct journey_input *in = call_state(c)->input;
	struct journey_row row;
	struct buf b = BUF_INIT;
	enum status s = store_journey_read(db, &c->workspace_id, &in->id, c->arena, &row, e);
	if (s != ST_OK)
		return s;
	journey_put(&b, &row);
	json_t *whole = buf_ok(&b) ? json_loadb(b.data, b.len, 0, NULL) : NULL, *patch = json_loads(in->body, 0, NULL);
	buf_free(&b);
	if (!whole || !patch || json_object_update(whole, patch) != 0)
		s = out_of_memory(e);
	/* Between reading and writing another may change it. */
	if (in->if_revision < 0)
		in->if_revision = row.revision;
	if (s == ST_OK)
		s = write(a, c, db, whole, change, e);
	json_decref(whole);
	json_decref(patch);
	return s == ST_OK ? journey_reply(c, db, &in->id, 200, e) : s;
}

enum status journey_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct journey_input *in = call_input(c, sizeof *in, e);
	return in ? path_version_of(c, "journey", &in->id, &in->if_revision, e) : ST_NOMEM;
}

enum status journey_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct journey_input *in = call_state(c)->input;
	enum status s =
	    store_journey_delete(db, &c->workspace_id, &in->id, in->if_revision, clock_now(a->config.clock), e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
