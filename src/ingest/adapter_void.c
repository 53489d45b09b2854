/* Events to be voided, and the offset by hand. */
#include "adapter_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

#define POINTS_MAX 10000.0

static enum status required(const struct place *root, const char *key, const char *what, struct err *e)
{
	return place_fault(&(struct place){root, key, 0}, e, "field_required", "%s", what);
}

/* A text member, copied; absent or null: NULL. */
static enum status text_member(const struct adapter_context *x, const json_t *object, const char *key,
    const struct place *root, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(object, key);
	const char *text = NULL;
	*ret = NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	enum status st = text_check(x->arena, v, &(struct place){root, key, 0}, &text, e);
	if (st == ST_OK && !(*ret = arena_strdup(x->arena, text)))
		st = adapter_nomem(e);
	return st;
}

static enum status known_members(
    const json_t *object, const char *const *known, const struct place *root, struct err *e)
{
	if (!json_is_object(object))
		return type_fault(root, e, "an object");
	const char *stranger = json_unknown_key(object, known);
	return stranger ? name_fault(&(struct place){root, stranger, 0}, e, stranger, known, "") : ST_OK;
}

/* The id as it was given, and not tidied: as in an event. */
static enum status event_id_member(
    const struct adapter_context *x, const json_t *v, const struct place *at, const char **ret, struct err *e)
{
	if (!v || json_is_null(v))
		return place_fault(at, e, "field_required", "Name the event that is to be voided.");
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	if (!json_string_length(v) || json_string_length(v) > TEXT_MAX)
		return place_fault(at, e, json_string_length(v) ? "field_too_long" : "field_empty",
		    "An event's id has 1 to %d bytes.", TEXT_MAX);
	*ret = arena_strdup(x->arena, json_string_value(v));
	return *ret ? ST_OK : adapter_nomem(e);
}

enum status adapter_void(const struct adapter_context *x, const json_t *item, const char *author, struct command *ret,
    struct err *e)
{
	static const char *const known[] = {"lead_id", "event_id", "source", "reason", NULL};
	struct place root = {NULL, "", 0};
	struct command c = {.kind = COMMAND_VOID,
	    .by_id = true,
	    .at = x->now,
	    .received_at = x->now,
	    .if_version = -1,
	    .type = "",
	    .author = author};
	const char *source = NULL;
	enum status st = known_members(item, known, &root, e);
	if (st != ST_OK)
		return st;
	const json_t *lead = json_object_get(item, "lead_id");
	struct place lead_at = {&root, "lead_id", 0};
	if (!lead)
		return required(&root, "lead_id", "Name the lead that has the event.", e);
	if (!json_is_string(lead))
		return type_fault(&lead_at, e, "a string");
	if (!uuid_parse(json_string_value(lead), json_string_length(lead), &c.lead_id))
		return place_fault(&lead_at, e, "id_invalid", "It is not the id of a lead (a UUID).");
	st = event_id_member(
	    x, json_object_get(item, "event_id"), &(struct place){&root, "event_id", 0}, &c.event_id, e);
	if (st == ST_OK)
		st = text_member(x, item, "source", &root, &source, e);
	if (st == ST_OK)
		st = text_member(x, item, "reason", &root, &c.reason, e);
	if (st == ST_OK && !c.reason)
		st = required(&root, "reason", "Say why: the timeline shows it.", e);
	if (st != ST_OK)
		return st;
	c.event_key = hash128(source ? source : "", source ? strlen(source) : 0, c.event_id, strlen(c.event_id));
	/* An event that came without an id is shown with the one that was made for it. */
	if (!source)
		(void)uuid_parse(c.event_id, strlen(c.event_id), &c.other_key);
	*ret = c;
	return ST_OK;
}

/* A number of at most three decimals, so that it is a whole number of thousandths. */
static enum status points_member(const json_t *v, const struct place *at, double *ret, struct err *e)
{
	if (!v || json_is_null(v))
		return place_fault(at, e, "field_required", "Say how many points.");
	if (!json_is_number(v))
		return type_fault(at, e, "a number");
	double points = json_number_value(v);
	char text[64], exact[64];
	if (!(points >= -POINTS_MAX && points <= POINTS_MAX))
		return place_fault(at, e, "field_out_of_range", "It lies between -10000 and 10000.");
	snprintf(text, sizeof text, "%.3f", points);
	snprintf(exact, sizeof exact, "%.9f", points);
	if (strncmp(text, exact, strlen(text)) != 0 || strcmp(exact + strlen(text), "000000") != 0)
		return place_fault(at, e, "field_invalid", "It has at most three decimals.");
	*ret = points;
	return ST_OK;
}

static enum status expiry_member(
    const struct adapter_context *x, const json_t *v, const struct place *at, int64_t *ret, struct err *e)
{
	*ret = INSTANT_NEVER;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v) || !instant_parse(json_string_value(v), json_string_length(v), ret))
		return place_fault(
		    at, e, "field_invalid", "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	if (*ret <= x->now)
		return place_fault(at, e, "expires_at_past", "The offset would have ended already.");
	return ST_OK;
}

/* Takes over `properties`, which is NULL when memory ran out making it. */
static enum status offset_command(const struct adapter_context *x, const struct uuid *lead_id, json_t *properties,
    struct command *ret, struct err *e)
{
	struct place root = {NULL, "", 0};
	struct command c;
	command_begin(&c, x, "score_offset");
	c.properties = properties;
	c.by_id = true;
	c.lead_id = *lead_id;
	c.want_lead = true;
	enum status st = properties ? command_texts(x, &c, &root, e) : adapter_nomem(e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	c.event_key = uuid_v7(x->now);
	*ret = c;
	return ST_OK;
}

enum status adapter_offset(const struct adapter_context *x, const struct uuid *lead_id, const json_t *body,
    const char *author, struct command *ret, struct err *e)
{
	static const char *const known[] = {"points", "reason", "expires_at", NULL};
	struct place root = {NULL, "", 0};
	double points = 0;
	const char *reason = NULL;
	int64_t expires_at = INSTANT_NEVER;
	enum status st = known_members(body, known, &root, e);
	if (st == ST_OK)
		st = points_member(
		    json_object_get(body, "points"), &(struct place){&root, "points", 0}, &points, e);
	if (st == ST_OK)
		st = text_member(x, body, "reason", &root, &reason, e);
	if (st == ST_OK && !reason)
		st = required(&root, "reason", "Say why: the explanation of the score shows it.", e);
	if (st == ST_OK)
		st = expiry_member(x, json_object_get(body, "expires_at"), &(struct place){&root, "expires_at", 0},
		    &expires_at, e);
	if (st != ST_OK)
		return st;
	char expires[INSTANT_TEXT_MAX];
	if (expires_at != INSTANT_NEVER)
		instant_format(expires_at, expires);
	/* As it was written: 20 stays 20. */
	json_t *v = json_incref(json_object_get(body, "points"));
	return offset_command(x, lead_id,
	    json_pack("{s:o, s:s, s:s, s:s?}", "points", v, "reason", reason, "author", author, "expires_at",
		expires_at == INSTANT_NEVER ? NULL : expires),
	    ret, e);
}

enum status adapter_offset_end(const struct adapter_context *x, const struct uuid *lead_id, const char *author,
    struct command *ret, struct err *e)
{
	enum status st = offset_command(x, lead_id,
	    json_pack("{s:i, s:s, s:s}", "points", 0, "reason", "ended", "author", author), ret, e);
	if (st == ST_OK)
		ret->guard = GUARD_OFFSET;
	return st;
}
