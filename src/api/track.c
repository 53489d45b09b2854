/* POST /v1/identify, track, page, screen, group, alias and batch, and their short names: the Segment HTTP API, which
 * RudderStack's clients speak as well.
 *
 * Those clients know three answers: 200, never again (400, 401, 403, 413), and again later (429, 5xx). So a batch of
 * which a part is bad is 200 with what was wrong of which; and one of which any part could not be stored for want of
 * the database is 503 as a whole: it comes again, and what was stored already is known by its messageId. Replies tell
 * nothing of leads: the key may stand in a page. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "ingest/track.h"
#include "problem_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/key.h"

#define TOKENS_MAX 120000 /* as for arrays of events (body.c) */

/* Which call a path is: /v1/t, /v1/track, ... */
static enum track_call call_of(const struct api_call *c)
{
	static const enum track_call by_letter[] = {['i'] = TRACK_IDENTIFY,
	    ['t'] = TRACK_TRACK,
	    ['p'] = TRACK_PAGE,
	    ['s'] = TRACK_SCREEN,
	    ['g'] = TRACK_GROUP,
	    ['a'] = TRACK_ALIAS};
	return by_letter[(unsigned char)c->route->pattern[4]];
}

static enum status read_body(const struct api_call *c, json_t **ret, struct err *e)
{
	struct json_limits limits = {
	    .max_bytes = c->body_len + 1, .max_tokens = c->route->flags & ROUTE_BATCH ? TOKENS_MAX : 0};
	if (!c->body_len)
		return err_set(e, ST_INVALID, "body_required", "This request needs a JSON body.");
	/* Whatever its Content-Type: pages send text/plain, or call it a form, to be spared a preflight. */
	return json_read(c->body, c->body_len, &limits, ret, e);
}

/* Each message of a batch names its own key, if any does: one of another key is not for this workspace. A key in the
 * header or the query stands above them. */
static enum status check_key(const struct api_call *c, const json_t *message, struct err *e)
{
	const char *own = json_string_value(json_object_get(message, "writeKey"));
	struct uuid workspace;
	uint8_t hash[32];
	if (!own || c->authorization || c->n_query)
		return ST_OK;
	if (store_key_parse(own, &workspace, hash, NULL) == ST_OK &&
	    !memcmp(hash, call_state(c)->key_hash, sizeof hash))
		return ST_OK;
	return err_at(e, ST_INVALID, "write_key_mismatch", "/writeKey", "The messages of a batch are all of one key.");
}

static enum status take_message(
    struct api_call *c, const struct track_context *x, json_t *message, size_t size, struct err *e)
{
	enum track_call call;
	if (!json_is_object(message))
		return err_at(e, ST_INVALID, "field_type", "", "It must be an object.");
	if (!track_call_parse(json_string_value(json_object_get(message, "type")), &call))
		return err_at(
		    e, ST_INVALID, "call_unknown", "/type", "A type is identify, track, page, screen, group or alias.");
	if (size > BODY_CALL_MAX)
		return err_at(e, ST_INVALID, "field_too_large", "", "A message may have 32 KiB.");
	enum status s = check_key(c, message, e);
	return s == ST_OK ? adapter_track(x, call, message, commands_next(c), e) : s;
}

static enum status take_batch(struct api_call *c, struct track_context *x, json_t *body, struct err *e)
{
	json_t *batch = json_object_get(body, "batch");
	if (!json_is_array(batch))
		return err_at(e, ST_INVALID, batch ? "field_type" : "field_required", "/batch",
		    "A batch is an array of messages.");
	size_t n = json_array_size(batch), n_sizes = 0, *sizes = NULL;
	if (n > BATCH_ITEMS_MAX)
		return err_set(
		    e, ST_TOO_LARGE, "array_too_long", "A batch holds at most %d messages.", BATCH_ITEMS_MAX);
	enum status s = commands_begin(c, n, e);
	if (s != ST_OK)
		return s;
	if (c->body_len > BODY_CALL_MAX) {
		sizes = arena_array(c->arena, n + 1, sizeof *sizes);
		if (!sizes)
			return out_of_memory(e);
		n_sizes = track_message_sizes(c->body, c->body_len, sizes, n);
	}
	x->batch = body;
	struct err item = {0};
	for (size_t i = 0; i < n; i++) {
		x->adapter.index = i;
		s = take_message(c, x, json_array_get(batch, i), i < n_sizes ? sizes[i] : 0, &item);
		if (s == ST_NOMEM)
			return out_of_memory(e);
		commands_keep(c, i, s, &item);
	}
	return ST_OK;
}

static enum status take_body(struct api_call *c, json_t *body, struct err *e)
{
	struct track_context x = {.names = call_state(c)->names, .public = c->role == ROLE_PUBLISH};
	enum status s = body_context(c, &x.adapter, e);
	if (s != ST_OK)
		return s;
	if (!json_is_object(body))
		return err_at(e, ST_INVALID, "field_type", "", "It must be an object.");
	if (c->route->flags & ROUTE_BATCH) {
		call_state(c)->array = true;
		return take_batch(c, &x, body, e);
	}
	s = commands_begin(c, 1, e);
	if (s == ST_OK)
		s = adapter_track(&x, call_of(c), body, commands_next(c), e);
	if (s == ST_OK)
		commands_keep(c, 0, s, e);
	return s;
}

enum status track_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	json_t *body;
	enum status s = read_body(c, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, e);
	json_decref(body);
	return s;
}

/* What is wrong with the request itself may be told; what clashes with what is stored would tell of it. */
static void put_fault(struct buf *b, const char *in, const char *message_id, const struct err *e)
{
	bool own = e->status == ST_INVALID || e->status == ST_TOO_LARGE;
	char at[ERR_POINTER_MAX + 40];
	snprintf(at, sizeof at, "%s%s", in, own ? e->pointer : "");
	buf_puts(b, "{\"pointer\":");
	buf_json_str(b, at);
	buf_puts(b, ",\"message_id\":");
	if (message_id)
		buf_json_str(b, message_id);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"code\":");
	buf_json_str(b, own ? e->code : "not_stored");
	buf_puts(b, ",\"detail\":");
	buf_json_str(b, own ? e->detail : "It could not be stored beside what is known already.");
	buf_putc(b, '}');
}

static const struct err *item_error(const struct call_state *s, size_t i)
{
	return s->item_err[i].status != ST_OK ? &s->item_err[i] : &s->job.commands[s->command_of[i]].result.err;
}

void track_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct call_state *s = call_state(c);
	size_t failed = 0;
	for (size_t i = 0; i < s->n_items; i++) {
		const struct err *e = item_error(s, i);
		int status = problem_status(e);
		failed += e->status != ST_OK;
		if (status >= 500) {
			problem_reply(c, e);
			return;
		}
	}
	struct buf *b = reply_json(c, 200);
	buf_puts(b, failed && failed == s->n_items ? "{\"success\":false" : "{\"success\":true");
	for (size_t i = 0, n = 0; failed && i < s->n_items; i++) {
		const struct err *e = item_error(s, i);
		if (e->status == ST_OK)
			continue;
		char in[32] = "";
		if (s->array)
			snprintf(in, sizeof in, "/batch/%zu", i);
		buf_puts(b, n++ ? "," : ",\"errors\":[");
		put_fault(b, in, s->item_err[i].status == ST_OK ? s->job.commands[s->command_of[i]].event_id : NULL, e);
	}
	buf_puts(b, failed ? "]}" : "}");
}
