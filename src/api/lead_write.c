/* Writing leads: POST /v1/leads, PATCH and DELETE of one, PUT and DELETE of its tags and its offset. Each is one command; the reply is
 * the lead as committed. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

enum status leads_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct adapter_context x;
	json_t *body;
	enum status s = body_context(c, &x, e);
	if (s == ST_OK)
		s = commands_begin(c, 1, e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = adapter_lead(&x, body, commands_next(c), e);
	commands_keep(c, 0, s, e);
	json_decref(body);
	return s;
}

enum status commands_begin_by_id(struct api_call *c, struct by_id *ret, struct err *e)
{
	ret->body = NULL;
	enum status s = path_version_of(c, "lead", &ret->id, &ret->version, e);
	if (s == ST_OK)
		s = body_context(c, &ret->x, e);
	return s == ST_OK ? commands_begin(c, 1, e) : s;
}

enum status commands_begin_with_body(struct api_call *c, bool merge_patch, struct by_id *ret, struct err *e)
{
	enum status s = commands_begin_by_id(c, ret, e);
	return s == ST_OK ? body_read(c, merge_patch, &ret->body, e) : s;
}

enum status commands_keep_by_id(struct api_call *c, const struct by_id *r, enum status s, const struct err *e)
{
	if (s == ST_OK)
		commands_next(c)->if_version = r->version;
	commands_keep(c, 0, s, e);
	json_decref(r->body);
	return s;
}

enum status lead_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	enum status s = commands_begin_with_body(c, true, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r, adapter_patch(&r.x, &r.id, r.body, commands_next(c), e), e);
	return s;
}

enum status lead_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	enum status s = commands_begin_by_id(c, &r, e);
	if (s != ST_OK)
		return s;
	*commands_next(c) = (struct command){.kind = COMMAND_ERASE,
	    .by_id = true,
	    .lead_id = r.id,
	    .at = c->received_at,
	    .received_at = c->received_at,
	    .if_version = r.version,
	    .type = ""};
	commands_keep(c, 0, ST_OK, e);
	return ST_OK;
}

/* The optional body of PUT: {"expires_at": time or null}. */
static enum status read_expiry(const struct api_call *c, int64_t *ret, struct err *e)
{
	static const char *const known[] = {"expires_at", NULL};
	json_t *body;
	enum status s = body_read_optional(c, &body, e);
	if (s != ST_OK || !body)
		return s;
	const json_t *v = json_object_get(body, "expires_at");
	s = body_object(body, known, e);
	if (s == ST_OK && v && !json_is_null(v)) {
		if (!json_is_string(v) || !instant_parse(json_string_value(v), json_string_length(v), ret))
			s = err_at(e, ST_INVALID, "field_invalid", "/expires_at",
			    "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
		else if (*ret <= c->received_at)
			s = err_at(
			    e, ST_INVALID, "expires_at_past", "/expires_at", "The tag would have expired already.");
	}
	json_decref(body);
	return s;
}

enum status tag_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	int64_t expires_at = INSTANT_NEVER;
	enum status s = commands_begin_by_id(c, &r, e);
	if (s == ST_OK)
		s = read_expiry(c, &expires_at, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r,
		    adapter_tag_add(&r.x, &r.id, path_param(c, "tag"), expires_at, "hand", commands_next(c), e), e);
	return s;
}

enum status tag_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	enum status s = commands_begin_by_id(c, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r, adapter_tag_remove(&r.x, &r.id, path_param(c, "tag"), commands_next(c), e), e);
	return s;
}

enum status offset_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	const char *author = call_author(c);
	if (!author)
		return out_of_memory(e);
	enum status s = commands_begin_with_body(c, false, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(
		    c, &r, adapter_offset(&r.x, &r.id, r.body, author, commands_next(c), e), e);
	return s;
}

enum status offset_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct by_id r;
	const char *author = call_author(c);
	if (!author)
		return out_of_memory(e);
	enum status s = commands_begin_by_id(c, &r, e);
	if (s == ST_OK)
		s = commands_keep_by_id(c, &r, adapter_offset_end(&r.x, &r.id, author, commands_next(c), e), e);
	return s;
}

void lead_write_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct command_result *r = &call_state(c)->job.commands[0].result;
	if (r->err.status == ST_OK && !r->lead) {
		struct err e;
		err_set(&e, ST_INTERNAL, "lead_missing", "a committed lead came back without its row");
		problem_reply(c, &e);
		return;
	}
	if (r->err.status != ST_OK) {
		problem_reply(c, &r->err);
		return;
	}
	bool created = r->created && !strcmp(c->route->method, "POST");
	render_lead(reply_json(c, created ? 201 : 200), r->lead);
	reply_lead(c, &r->lead->id);
	reply_etag(c, r->lead->version);
	if (created) {
		char id[UUID_TEXT_MAX];
		uuid_format(&r->lead->id, id);
		reply_header(c, "Location", arena_printf(c->arena, "/v1/leads/%s", id));
	}
}

void lead_delete_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct err *e = &call_state(c)->job.commands[0].result.err;
	if (e->status != ST_OK)
		problem_reply(c, e);
	else
		reply_json(c, 204);
}
