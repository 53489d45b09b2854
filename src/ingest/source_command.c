/* An item as a command; and the replies of a source. */
#include "source_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"

#define DROPS_MAX 16

static const char *text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Leaves out what the lead's field at e->pointer refuses; an event remembers it. False: it is no such fault. */
static bool drop(struct source_item *item, struct arena *arena, const struct err *e)
{
	bool event = item->outcome == SOURCE_EVENT;
	const char *field = event && !strncmp(e->pointer, "/lead/", 6) ? e->pointer + 5 : !event ? e->pointer : "";
	json_t *lead = event ? json_object_get(item->body, "lead") : item->body;
	if (e->status != ST_INVALID || field[0] != '/' || !field[1] || !strcmp(field, "/source"))
		return false;
	json_t *was = source_remove(arena, lead, field);
	if (was && event) {
		json_t *properties = json_object_get(item->body, "properties"), *refused;
		if (!properties)
			(void)json_object_set_new(item->body, "properties", properties = json_object());
		if (!(refused = json_object_get(properties, "refused")))
			(void)json_object_set_new(properties, "refused", refused = json_object());
		(void)json_object_set(refused, field + 1, was);
	}
	json_decref(was);
	return was != NULL;
}

static enum status lead_command(
    const struct adapter_context *x, const struct source_item *item, struct command *ret, struct err *e)
{
	const char *name = text(json_object_get(item->body, "source"), "name");
	struct adapter_context own = *x;
	own.idempotency_key = arena_printf(x->arena, "%s\n%s", name ? name : "", item->event_id);
	own.index = 0;
	if (!own.idempotency_key)
		return adapter_nomem(e);
	enum status s = adapter_lead(&own, item->body, ret, e);
	if (s == ST_OK && item->at != INSTANT_NEVER) {
		if (item->at > x->now + 5 * MS_MINUTE) {
			command_release(ret);
			return err_at(e, ST_INVALID, "occurred_at_in_future", "/occurred_at",
			    "It lies more than 5 minutes ahead.");
		}
		ret->at = item->at;
		ret->at_now = false;
	}
	if (s == ST_OK)
		ret->want_lead = false;
	return s;
}

enum status source_command(const json_t *mapping, const struct adapter_context *x, struct source_item *item,
    struct command *ret, struct err *e)
{
	const char *invalid = text(mapping, "invalid");
	bool may_drop = !invalid || strcmp(invalid, "refuse") != 0;
	for (size_t i = 0;; i++) {
		enum status s =
		    item->outcome == SOURCE_LEAD ? lead_command(x, item, ret, e) : adapter_event(x, item->body, ret, e);
		ret->lenient = s == ST_OK; /* nobody there can settle who is who */
		if (s == ST_OK || !may_drop || i == DROPS_MAX || !drop(item, x->arena, e))
			return s;
	}
}

static enum status reply_of(struct source_view *v, const json_t *reply, struct source_reply *ret, struct err *e)
{
	const json_t *status = json_object_get(reply, "status");
	const char *type = text(reply, "content_type"), *body = text(reply, "body");
	struct buf b = BUF_INIT;
	type = type ? type : "application/json";
	body = body ? body : !reply || !strcmp(type, "application/json") ? "{\"accepted\":true}" : "";
	enum status s = source_fill(v, body, type, &b, e);
	const char *copy = s == ST_OK ? arena_strndup(v->arena, b.data ? b.data : "", b.len) : NULL;
	type = arena_strdup(v->arena, type);
	if (s == ST_OK && (!copy || !type))
		s = adapter_nomem(e);
	if (s == ST_OK)
		*ret = (struct source_reply){.status = status ? (int)json_integer_value(status) : 200,
		    .content_type = type,
		    .body = copy,
		    .body_n = b.len};
	buf_free(&b);
	return s;
}

static enum status greet(const json_t *mapping, const json_t *secrets, const struct source_request *r,
    struct arena *arena, struct source_reply *ret, struct err *e)
{
	const struct source_scheme *x = source_scheme_find(text(json_object_get(mapping, "auth"), "scheme"));
	if (!x || !x->greet)
		return err_set(
		    e, ST_NOT_FOUND, "source_not_found", "This source has no answer to a GET: it takes POST.");
	enum status s = source_denied(e, "signature_invalid", "The signature is not one of this source's secrets.");
	for (size_t i = 0; i < json_array_size(secrets) && s == ST_DENIED; i++)
		s = x->greet(json_array_get(secrets, i), r, arena, &ret->body, &ret->body_n, e);
	if (s == ST_OK) {
		ret->status = 200;
		ret->content_type = "text/plain; charset=utf-8";
	}
	return s;
}

enum status source_handshake(const json_t *mapping, const json_t *secrets, const struct source_request *r,
    json_t *payload, struct arena *arena, bool *ret_is, struct source_reply *ret, struct err *e)
{
	const json_t *hello = json_object_get(mapping, "handshake");
	struct source_view v = {.arena = arena, .mapping = mapping, .r = r, .payload = payload, .item = payload};
	bool get = !strcmp(r->method, "GET");
	*ret_is = true;
	if (get && !hello)
		return greet(mapping, secrets, r, arena, ret, e);
	json_t *seen = NULL;
	enum status s = hello ? source_value_of(&v, json_object_get(hello, "when"), &seen, e) : ST_OK;
	*ret_is = s == ST_OK && seen;
	json_decref(seen);
	if (s == ST_OK && !*ret_is && get)
		return greet(mapping, secrets, r, arena, ret, e);
	return s == ST_OK && *ret_is ? reply_of(&v, json_object_get(hello, "reply"), ret, e) : s;
}

enum status source_answer(const json_t *mapping, const struct source_request *r, json_t *payload, size_t n_items,
    struct arena *arena, struct source_reply *ret, struct err *e)
{
	struct source_view v = {
	    .arena = arena, .mapping = mapping, .r = r, .payload = payload, .item = payload, .n_items = n_items};
	return reply_of(&v, json_object_get(mapping, "reply"), ret, e);
}

bool source_accepts_failures(const json_t *mapping)
{
	const char *s = text(json_object_get(mapping, "reply"), "on_failure");
	return !s || strcmp(s, "refuse") != 0;
}
