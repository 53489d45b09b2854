/* POST /v1/score: what a lead that is not there would be worth: a profile and events under a model, nothing stored. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "body_priv.h"
#include "explanation_priv.h"
#include "params_priv.h"
#include "problem_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/key.h"

#define MODEL_AT "/model"
#define NOBODY "dry-run" /* the anonymous id of a lead that names itself by nothing */

struct try_input {
	int64_t at, version;  /* version 0: the active model's */
	const char *document; /* of a model that is not stored either; NULL: `version` */
	bool has_lead;        /* the first command is the profile */
};

static enum status fault(const char *pointer, const char *code, const char *detail, struct err *e)
{
	return err_at(e, ST_INVALID, code, pointer, "%s", detail);
}

/* Puts `prefix` in front of the place that an adapter named. */
static enum status at_place(enum status s, const char *prefix, struct err *e)
{
	char pointer[ERR_POINTER_MAX];
	size_t n = strlen(prefix), rest = strlen(e->pointer);
	if (s != ST_INVALID || n + rest >= sizeof pointer)
		return s;
	memcpy(pointer, prefix, n);
	memcpy(pointer + n, e->pointer, rest + 1);
	memcpy(e->pointer, pointer, n + rest + 1);
	return s;
}

static bool names_itself(const json_t *lead)
{
	static const char *const names[] = {"id", "email", "phone", "external_id", "anonymous_id"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const json_t *v = json_object_get(lead, names[i]);
		if (v && !json_is_null(v))
			return true;
	}
	return false;
}

/* The object with a name for the lead if it has none. New reference. */
static json_t *named(const json_t *lead)
{
	json_t *copy = lead ? json_copy((json_t *)(uintptr_t)lead) : json_object();
	if (copy && !names_itself(copy) && json_object_set_new(copy, "anonymous_id", json_string(NOBODY)) != 0) {
		json_decref(copy);
		return NULL;
	}
	return copy;
}

static enum status take_lead(struct api_call *c, const struct adapter_context *x, const json_t *lead, struct err *e)
{
	if (!json_is_object(lead))
		return fault("/lead", "field_type", "It must be an object.", e);
	json_t *v = named(lead);
	if (!v)
		return out_of_memory(e);
	enum status s = adapter_lead(x, v, commands_next(c), e);
	json_decref(v);
	if (s == ST_OK)
		commands_keep(c, 0, s, e);
	return at_place(s, "/lead", e);
}

static enum status take_event(
    struct api_call *c, struct adapter_context *x, size_t item, size_t index, const json_t *event, struct err *e)
{
	char prefix[40];
	json_pointer_index(prefix, "/events", index);
	if (!json_is_object(event))
		return fault(prefix, "field_type", "It must be an object.", e);
	json_t *copy = json_copy((json_t *)(uintptr_t)event);
	const json_t *lead = json_object_get(event, "lead");
	if (!copy)
		return out_of_memory(e);
	if (!lead || json_is_object(lead)) {
		json_t *v = named(lead);
		if (!v || json_object_set_new(copy, "lead", v) != 0) {
			json_decref(copy);
			return out_of_memory(e);
		}
	}
	x->index = index;
	enum status s = adapter_event(x, copy, commands_next(c), e);
	json_decref(copy);
	if (s == ST_OK)
		commands_keep(c, item, s, e);
	return at_place(s, prefix, e);
}

static enum status take_model(struct api_call *c, const json_t *body, struct try_input *in, struct err *e)
{
	const json_t *version = json_object_get(body, "model_version"), *model = json_object_get(body, "model");
	if (version && model)
		return fault(MODEL_AT, "field_invalid", "Give a model or a model_version, not both.", e);
	if (version) {
		if (!json_is_integer(version) || json_integer_value(version) < 1)
			return fault("/model_version", "field_type", "It must be a whole number above 0.", e);
		in->version = json_integer_value(version);
	}
	if (!model)
		return ST_OK;
	if (!json_is_object(model))
		return fault(MODEL_AT, "field_type", "It must be a model's document.", e);
	char *text = json_dumps(model, JSON_COMPACT);
	in->document = text ? arena_strdup(c->arena, text) : NULL;
	free(text);
	return in->document ? ST_OK : out_of_memory(e);
}

static enum status take_at(const json_t *v, struct try_input *in, struct err *e)
{
	if (!v)
		return ST_OK;
	if (!json_is_string(v))
		return fault("/at", "field_type", "It must be a string.", e);
	if (!instant_parse(json_string_value(v), json_string_length(v), &in->at))
		return fault(
		    "/at", "field_invalid", "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".", e);
	return ST_OK;
}

static enum status take_body(struct api_call *c, const json_t *body, struct try_input *in, struct err *e)
{
	static const char *const known[] = {"at", "lead", "events", "model", "model_version"};
	const char *key;
	json_t *v;
	if (!json_is_object(body))
		return fault("", "field_type", "The body must be an object.", e);
	json_object_foreach((json_t *)(uintptr_t)body, key, v)
	{
		size_t i = 0;
		while (i < sizeof known / sizeof known[0] && strcmp(known[i], key) != 0)
			i++;
		if (i == sizeof known / sizeof known[0]) {
			char pointer[ERR_POINTER_MAX];
			json_pointer_join(pointer, "", key);
			return fault(pointer, "field_unknown", "No such field.", e);
		}
	}
	const json_t *lead = json_object_get(body, "lead"), *events = json_object_get(body, "events");
	size_t n = json_array_size(events);
	if (events && !json_is_array(events))
		return fault("/events", "field_type", "It must be an array.", e);
	if (n > ARRAY_ITEMS_MAX)
		return err_at(
		    e, ST_TOO_LARGE, "array_too_long", "/events", "An array holds at most %d events.", ARRAY_ITEMS_MAX);
	struct adapter_context x;
	in->has_lead = lead != NULL;
	enum status s = body_context(c, &x, e);
	if (s == ST_OK)
		s = take_at(json_object_get(body, "at"), in, e);
	if (s == ST_OK)
		s = take_model(c, body, in, e);
	if (s == ST_OK)
		s = commands_begin(c, n + 1, e);
	if (s == ST_OK && lead)
		s = take_lead(c, &x, lead, e);
	for (size_t i = 0; i < n && s == ST_OK; i++)
		s = take_event(c, &x, i + in->has_lead, i, json_array_get(events, i), e);
	return s;
}

enum status score_try_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct try_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	*in = (struct try_input){.at = c->received_at};
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, in, e);
	json_decref(body);
	return s;
}

static enum status compile(const char *document, struct model **ret, struct err *e)
{
	json_error_t where;
	json_t *doc = json_loads(document, JSON_REJECT_DUPLICATES, &where);
	if (!doc)
		return out_of_memory(e);
	enum status s = model_compile(doc, 1, ret, NULL, e);
	json_decref(doc);
	return at_place(s, MODEL_AT, e);
}

static enum status find_model(
    struct api *a, struct api_call *c, struct db *db, const struct try_input *in, struct model **ret, struct err *e)
{
	if (in->document)
		return compile(in->document, ret, e);
	int64_t version = in->version;
	if (!version) {
		char id[UUID_TEXT_MAX];
		struct workspace_row w;
		uuid_format(&c->workspace_id, id);
		enum status s = store_workspace_find(db, id, &w, e);
		if (s != ST_OK)
			return s;
		version = w.active_model;
	}
	return models_get(ingest_models(a->config.ingest), db, &c->workspace_id, version, ret, e);
}

/* The commands as events: what the lead is was known before anything happened. */
static enum status as_events(struct api_call *c, const struct try_input *in, struct scoring_event **ret,
    struct event_name **ret_names, struct err *e)
{
	const struct ingest_job *job = &call_state(c)->job;
	struct scoring_event *events = arena_array(c->arena, job->n + 1, sizeof *events);
	struct event_name *names = arena_array(c->arena, job->n + 1, sizeof *names);
	if (!events || !names)
		return out_of_memory(e);
	int64_t first = in->at;
	for (size_t i = 0; i < job->n; i++) {
		const struct command *k = &job->commands[i];
		bool profile = in->has_lead && i == 0;
		int64_t at = k->at_now ? in->at : k->at;
		if (!profile && at < first)
			first = at;
		events[i] = (struct scoring_event){.key = k->event_key,
		    .at = at,
		    .type = k->type,
		    .properties = k->properties,
		    .patch = k->patch,
		    .source = k->source,
		    .email = k->email,
		    .phone = k->phone};
		names[i] = (struct event_name){k->event_key, k->event_id};
	}
	if (in->has_lead && job->n) {
		events[0].at = first;
		memset(&events[0].key, 0, sizeof events[0].key);
		names[0] = (struct event_name){events[0].key, "lead"};
	}
	*ret = events;
	*ret_names = names;
	return ST_OK;
}

enum status score_try_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct try_input *in = call_state(c)->input;
	struct model *m = NULL;
	struct scoring_event *events = NULL;
	struct event_name *names = NULL;
	struct explanation x = {0};
	size_t n = call_state(c)->job.n;
	enum status s = find_model(a, c, db, in, &m, e);
	if (s == ST_OK)
		s = as_events(c, in, &events, &names, e);
	if (s == ST_OK)
		s = scoring_explain(m, events, n, in->at, &x, e);
	if (s == ST_OK) {
		explanation_put(reply_json(c, 200), NULL, in->at, in->document ? 0 : model_version(m), &x, names, n);
		scoring_explanation_free(&x);
	}
	model_unref(&m);
	return s;
}
