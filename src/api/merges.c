/* POST /v1/leads/{id}/merge and /unmerge, and /v1/duplicates/{id}/merge: each one command, run alone. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

#define REASON_MAX 255

static enum status take_reason(struct api_call *c, const json_t *body, const char **ret, struct err *e)
{
	enum status s = body_text_max(c, body, "reason", REASON_MAX, ret, e);
	*ret = *ret ? *ret : "";
	return s;
}

/* A member that is an id. *ret stays as it is when it is absent or null. */
static enum status take_id(const json_t *body, const char *key, bool *ret_given, struct uuid *ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	*ret_given = v && !json_is_null(v);
	if (!*ret_given)
		return ST_OK;
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
	if (!uuid_parse(json_string_value(v), json_string_length(v), ret) || uuid_is_nil(ret))
		return err_at(e, ST_INVALID, "id_invalid", at, "It is not an id (a UUID).");
	return ST_OK;
}

/* What the commands of this file have in common. */
static enum status begin(struct api_call *c, enum command_kind kind, struct command *ret, struct err *e)
{
	int64_t version;
	const char *author = call_author(c);
	if (!author)
		return out_of_memory(e);
	enum status s = etag_required(c, &version, e);
	*ret = (struct command){.kind = kind,
	    .by_id = true,
	    .at = c->received_at,
	    .received_at = c->received_at,
	    .if_version = version,
	    .type = "",
	    .author = author,
	    .want_lead = true};
	return s == ST_OK ? commands_begin(c, 1, e) : s;
}

static enum status keep(struct api_call *c, const struct command *command)
{
	*commands_next(c) = *command;
	commands_keep(c, 0, ST_OK, NULL);
	return ST_OK;
}

static enum status take_merge(struct api_call *c, const json_t *body, struct command *m, struct err *e)
{
	static const char *const known[] = {"other", "reason", NULL};
	bool given = false;
	enum status s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_id(body, "other", &given, &m->other_id, e);
	if (s == ST_OK && !given)
		s = err_at(
		    e, ST_INVALID, "field_required", "/other", "Name the lead that is to be merged into this one.");
	return s == ST_OK ? take_reason(c, body, &m->reason, e) : s;
}

static enum status take_unmerge(struct api_call *c, const json_t *body, struct command *m, struct err *e)
{
	static const char *const known[] = {"lead", "merge_id", NULL};
	bool by_lead = false, by_merge = false;
	(void)c;
	enum status s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_id(body, "lead", &by_lead, &m->other_id, e);
	if (s == ST_OK)
		s = take_id(body, "merge_id", &by_merge, &m->merge_id, e);
	if (s == ST_OK && by_lead == by_merge)
		s = err_at(e, ST_INVALID, "field_required", by_lead ? "/lead" : "/merge_id",
		    "Name either the lead that is to stand for itself again, or the merge.");
	return s;
}

static enum status prepare(struct api_call *c, enum command_kind kind,
    enum status (*take)(struct api_call *c, const json_t *body, struct command *m, struct err *e), struct err *e)
{
	struct command m;
	json_t *body;
	enum status s = begin(c, kind, &m, e);
	if (s == ST_OK)
		s = path_uuid(c, "id", "lead", &m.lead_id, e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take(c, body, &m, e);
	json_decref(body);
	return s == ST_OK ? keep(c, &m) : s;
}

enum status lead_merge_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, COMMAND_MERGE, take_merge, e);
}

enum status lead_unmerge_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, COMMAND_UNMERGE, take_unmerge, e);
}

/* The optional body {"keep", "reason"}. */
static enum status take_pair(struct api_call *c, struct command *m, struct err *e)
{
	static const char *const known[] = {"keep", "reason", NULL};
	json_t *body;
	bool given;
	m->reason = "";
	enum status s = body_read_optional(c, &body, e);
	if (s != ST_OK || !body)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_id(body, "keep", &given, &m->lead_id, e);
	if (s == ST_OK)
		s = take_reason(c, body, &m->reason, e);
	json_decref(body);
	return s;
}

enum status duplicate_merge_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct command m;
	enum status s = begin(c, COMMAND_MERGE, &m, e);
	if (s == ST_OK)
		s = path_uuid(c, "id", "duplicate", &m.duplicate_id, e);
	m.has_duplicate = true;
	if (s == ST_OK)
		s = take_pair(c, &m, e);
	return s == ST_OK ? keep(c, &m) : s;
}

static void put_merge(struct buf *b, const struct command_merge *m)
{
	buf_puts(b, ",\"merge\":{\"id\":");
	buf_json_uuid(b, m->id.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, m->lead_id.b);
	buf_puts(b, ",\"member_id\":");
	buf_json_uuid(b, m->member.b);
	buf_puts(b, ",\"at\":");
	render_time(b, m->at);
	buf_putc(b, '}');
}

static bool refused(struct api_call *c, const struct command_result *r)
{
	struct err e;
	if (r->err.status == ST_OK && !r->lead)
		err_set(&e, ST_INTERNAL, "lead_missing", "a committed lead came back without its row");
	else
		e = r->err;
	if (e.status != ST_OK)
		problem_reply(c, &e);
	return e.status != ST_OK;
}

static struct buf *begin_reply(struct api_call *c, const struct command_result *r)
{
	struct buf *b = reply_json(c, 200);
	reply_etag(c, r->lead->version);
	buf_puts(b, "{\"lead\":");
	render_lead(b, r->lead);
	if (r->duplicate)
		buf_puts(b, ",\"merge\":null");
	else
		put_merge(b, &r->merge);
	return b;
}

void lead_merge_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct command_result *r = &call_state(c)->job.commands[0].result;
	if (refused(c, r))
		return;
	struct buf *b = begin_reply(c, r);
	buf_puts(b, ",\"conflicts\":[");
	if (r->merge.owners_differ) {
		buf_puts(b, "{\"field\":\"owner\",\"lead\":");
		buf_json_str(b, r->merge.owner);
		buf_puts(b, ",\"member\":");
		buf_json_str(b, r->merge.other_owner);
		buf_puts(b, ",\"kept\":");
		buf_json_str(b, r->lead->owner);
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
}

void lead_unmerge_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct command_result *r = &call_state(c)->job.commands[0].result;
	if (refused(c, r))
		return;
	struct buf *b = begin_reply(c, r);
	buf_puts(b, ",\"unmerged\":");
	if (r->other_lead)
		render_lead(b, r->other_lead);
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}
