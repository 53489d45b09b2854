/* POST /v1/segments, PATCH and DELETE of one, and POST /v1/segments/preview: how many would be in it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "jobs_priv.h"
#include "models_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"
#include "store/job.h"
#include "store/workspace.h"

#define NAME_MAX_BYTES 255
#define DESCRIPTION_MAX 2000
#define SEED_DEFAULT 1

struct segment_input {
	struct uuid id;
	int64_t if_revision;
	struct segment_write write;
	const char *input; /* of a preview's job */
};

/* A pointer into the condition instead of the list that it was compiled in. */
static void strip(char *pointer)
{
	static const char within[] = "/segments/0/when";
	size_t n = sizeof within - 1, len = strlen(pointer);
	if (len >= n && !memcmp(pointer, within, n))
		memmove(pointer, pointer + n, len - n + 1);
}

enum status segment_check(struct api_call *c, struct db *db, const char *condition, const char *pointer, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	struct workspace_settings w;
	const char *text;
	json_t *doc = NULL, *when = json_loads(condition, JSON_DECODE_ANY, NULL);
	struct model *m = NULL;
	struct model_faults *faults = arena_zalloc(c->arena, sizeof *faults);
	enum status s =
	    when && faults ? store_workspace_settings(db, &c->workspace_id, c->arena, &w, e) : out_of_memory(e);
	if (s == ST_OK && !w.active_model)
		s = err_set(e, ST_CONFLICT, "model_missing", "The workspace has no active model.");
	if (s == ST_OK)
		s = store_model_read(db, &c->workspace_id, w.active_model, c->arena, &text, NULL, e);
	if (s == ST_OK)
		s = json_read(text, strlen(text), &limits, &doc, e);
	json_t *list = json_pack("[{s:s,s:O}]", "id", "new", "when", when);
	if (s == ST_OK && !list)
		s = out_of_memory(e);
	if (s == ST_OK)
		s = model_compile_with(
		    doc, w.active_model, &(struct model_segments){.list = list, .revision = 1}, &m, faults, e);
	for (size_t i = 0; s == ST_INVALID && i < faults->count && i < MODEL_FAULTS_MAX; i++)
		strip(faults->fault[i].pointer);
	if (s == ST_INVALID) {
		s = keep_faults(c, faults, pointer, e);
		if (s == ST_INVALID)
			err_at(e, s, "condition_invalid", pointer, "The condition has %zu fault%s. The first: %s",
			    faults->count, faults->count == 1 ? "" : "s", faults->fault[0].detail);
	}
	model_unref(&m);
	json_decref(list);
	json_decref(doc);
	json_decref(when);
	return s;
}

static enum status take_text(
    struct api_call *c, const json_t *body, const char *key, size_t min, size_t max, const char **ret, struct err *e)
{
	char at[ERR_POINTER_MAX];
	const json_t *v = json_object_get(body, key);
	json_pointer_join(at, "", key);
	if (!v)
		return ST_OK;
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
	if (json_string_length(v) < min || json_string_length(v) > max)
		return err_at(e, ST_INVALID, "field_invalid", at, "It must be %zu to %zu bytes long.", min, max);
	*ret = arena_strdup(c->arena, json_string_value(v));
	return *ret ? ST_OK : out_of_memory(e);
}

static enum status take_condition(struct api_call *c, const json_t *body, struct segment_input *in, struct err *e)
{
	const json_t *when = json_object_get(body, "when"), *from = json_object_get(body, "template");
	if (from && !json_is_null(from)) {
		const struct segment_template *t =
		    json_is_string(from) ? segment_template_find(json_string_value(from)) : NULL;
		if (!t)
			return err_at(e, ST_INVALID, "template_unknown", "/template", "There is no such template.");
		in->write.template = t->name;
		in->write.condition = t->condition;
	}
	if (!when)
		return ST_OK;
	return body_keep(c, when, &in->write.condition, e);
}

static enum status take_body(
    struct api_call *c, const json_t *body, bool is_patch, struct segment_input *in, struct err *e)
{
	static const char *const known[] = {"name", "description", "when", "announce", "template", NULL};
	static const char *const patched[] = {"name", "description", "when", "announce", NULL};
	const json_t *announce = json_object_get(body, "announce");
	in->write.announce = is_patch ? -1 : 0;
	enum status s = body_object(body, is_patch ? patched : known, e);
	if (s == ST_OK)
		s = take_text(c, body, "name", 1, NAME_MAX_BYTES, &in->write.name, e);
	if (s == ST_OK)
		s = take_text(c, body, "description", 0, DESCRIPTION_MAX, &in->write.description, e);
	if (s == ST_OK)
		s = take_condition(c, body, in, e);
	if (s == ST_OK && announce && !json_is_boolean(announce))
		s = err_at(e, ST_INVALID, "field_type", "/announce", "It must be true or false.");
	if (s == ST_OK && announce)
		in->write.announce = json_is_true(announce);
	if (s == ST_OK && !is_patch && !in->write.name)
		s = err_at(e, ST_INVALID, "field_required", "/name", "A segment has a name.");
	if (s == ST_OK && !is_patch && !in->write.condition)
		s = err_at(
		    e, ST_INVALID, "field_required", "/when", "A segment has a condition, its own or a template's.");
	return s;
}

static enum status prepare(struct api_call *c, bool is_patch, struct err *e)
{
	struct segment_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	enum status s = body_of_write(c, is_patch ? "segment" : NULL, &in->id, &in->if_revision, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, is_patch, in, e);
	json_decref(body);
	return s;
}

enum status segments_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, false, e);
}

enum status segment_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, true, e);
}

enum status segments_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct segment_input *in = call_state(c)->input;
	char id[UUID_TEXT_MAX];
	in->write.now = clock_now(a->config.clock);
	in->write.author = call_author(c);
	enum status s = in->write.author ? segment_check(c, db, in->write.condition, "/when", e) : out_of_memory(e);
	if (s == ST_OK)
		s = store_segment_add(db, &c->workspace_id, &in->write, &in->id, e);
	if (s == ST_OK)
		s = segment_reply(a, c, db, &in->id, 201, e);
	if (s != ST_OK)
		return s;
	uuid_format(&in->id, id);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/segments/%s", id));
	return ST_OK;
}

enum status segment_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct segment_input *in = call_state(c)->input;
	in->write.now = clock_now(a->config.clock);
	enum status s = in->write.condition ? segment_check(c, db, in->write.condition, "/when", e) : ST_OK;
	if (s == ST_OK)
		s = store_segment_change(db, &c->workspace_id, &in->id, &in->write, in->if_revision, e);
	return s == ST_OK ? segment_reply(a, c, db, &in->id, 200, e) : s;
}

enum status segment_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct segment_input *in = call_input(c, sizeof *in, e);
	return in ? path_version_of(c, "segment", &in->id, &in->if_revision, e) : ST_NOMEM;
}

enum status segment_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct segment_input *in = call_state(c)->input;
	enum status s =
	    store_segment_delete(db, &c->workspace_id, &in->id, in->if_revision, clock_now(a->config.clock), e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}

static enum status take_preview(struct api_call *c, const json_t *body, struct segment_input *in, struct err *e)
{
	static const char *const known[] = {"when", "template", "sample", NULL};
	const json_t *sample = json_object_get(body, "sample");
	enum status s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_condition(c, body, in, e);
	if (s == ST_OK && !in->write.condition)
		s = err_at(e, ST_INVALID, "field_required", "/when", "What is previewed is a condition.");
	if (s == ST_OK && sample &&
	    !(json_is_number(sample) && json_number_value(sample) > 0 && json_number_value(sample) <= 1))
		s = err_at(e, ST_INVALID, "field_invalid", "/sample",
		    "It must be a share of the base, above 0 and at most 1.");
	if (s != ST_OK)
		return s;
	in->input = arena_printf(c->arena, "{\"when\":%s,\"sample\":{\"share\":%.17g},\"seed\":%d}",
	    in->write.condition, sample ? json_number_value(sample) : 1.0, SEED_DEFAULT);
	return in->input ? ST_OK : out_of_memory(e);
}

enum status segment_preview_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct segment_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	enum status s = in ? body_read(c, false, &body, e) : ST_NOMEM;
	if (s != ST_OK)
		return s;
	s = take_preview(c, body, in, e);
	json_decref(body);
	return s;
}

enum status segment_preview_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct segment_input *in = call_state(c)->input;
	struct workspace_settings w;
	char text[UUID_TEXT_MAX];
	struct job_row j = {.kind = "segment",
	    .state = "waiting",
	    .input = in->input,
	    .created_at = clock_now(a->config.clock),
	    .started_at = INSTANT_NEVER,
	    .finished_at = INSTANT_NEVER};
	enum status s = segment_check(c, db, in->write.condition, "/when", e);
	if (s == ST_OK)
		s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	if (s == ST_OK)
		s = store_job_add(db, &c->workspace_id, j.kind, w.active_model, j.input, j.created_at, &j.id, e);
	if (s != ST_OK)
		return s;
	j.model_version = w.active_model;
	job_put(reply_json(c, 202), &j, j.created_at, true);
	uuid_format(&j.id, text);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/jobs/%s", text));
	return ST_OK;
}
