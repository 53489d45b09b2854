/* Events as clients post them. */
#include "adapter_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

#define TYPE_MAX 100
#define AHEAD_MAX (5 * MS_MINUTE)
#define EARLIEST INT64_C(946684800000) /* 2000-01-01T00:00:00Z */
#define PATCH_BYTES_MAX 131072

void command_begin(struct command *c, const struct adapter_context *x, const char *type)
{
	memset(c, 0, sizeof(*c));
	c->kind = COMMAND_EVENT;
	c->type = type;
	c->at = x->now;
	c->at_now = true;
	c->received_at = x->now;
	c->if_version = -1;
}

struct uuid made_key(const struct adapter_context *x, const char *scope)
{
	if (!x->idempotency_key)
		return uuid_v7(x->now);
	/* The NUL in front keeps these apart from the names of sources. */
	char name[64];
	int n = snprintf(name, sizeof(name), "%cidempotency:%s:%zu", '\0', scope, x->index);
	return hash128(name, (size_t)n, x->idempotency_key, strlen(x->idempotency_key));
}

enum status command_texts(const struct adapter_context *x, struct command *c, const struct place *root, struct err *e)
{
	struct place properties = {root, "properties", 0};
	struct place source = {root, "source", 0};
	enum status st = compact_text(x->arena, c->properties, FREE_BYTES_MAX, &properties, &c->properties_text, e);
	if (st == ST_OK)
		st = compact_text(x->arena, c->patch, PATCH_BYTES_MAX, root, &c->patch_text, e);
	if (st == ST_OK)
		st = compact_text(x->arena, c->source, SOURCE_BYTES_MAX, &source, &c->source_text, e);
	if (st == ST_OK && c->notes && !clean_text_of(x->arena, c->notes, &c->cleaned_text))
		st = adapter_nomem(e);
	return st;
}

static enum status type_take(
    const struct adapter_context *x, const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);
	bool good = n >= 1 && n <= TYPE_MAX;
	for (size_t i = 0; i < n && good; i++)
		good = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
		       s[i] == '_' || s[i] == '.' || s[i] == ':' || s[i] == '-';
	if (!good)
		return place_fault(at, e, "type_invalid",
		    "A type has 1 to %d letters, digits, underscores, dots, colons and hyphens.", TYPE_MAX);
	if (scoring_event_type_reserved(s))
		return place_fault(at, e, "type_reserved", "The service itself makes events of this type.");
	c->type = arena_strndup(x->arena, s, n);
	return c->type ? ST_OK : adapter_nomem(e);
}

static enum status event_id_take(
    const struct adapter_context *x, const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	size_t n = json_string_length(v);
	if (n == 0)
		return place_fault(at, e, "field_empty", "It is empty; leave it out to have one made.");
	if (n > TEXT_MAX)
		return place_fault(at, e, "field_too_long", "It is longer than %d bytes.", TEXT_MAX);
	c->event_id = arena_strndup(x->arena, json_string_value(v), n);
	return c->event_id ? ST_OK : adapter_nomem(e);
}

static enum status occurred_at_take(
    const struct adapter_context *x, const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	int64_t ms;
	if (!instant_parse(json_string_value(v), json_string_length(v), &ms))
		return place_fault(
		    at, e, "occurred_at_invalid", "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	if (ms > x->now + AHEAD_MAX)
		return place_fault(at, e, "occurred_at_in_future", "It lies more than 5 minutes ahead.");
	if (ms < EARLIEST)
		return place_fault(at, e, "occurred_at_too_old", "It lies before the year 2000.");
	c->at = ms;
	c->at_now = false;
	return ST_OK;
}

static enum status properties_take(const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	enum status st = free_check(v, at, e);
	if (st == ST_OK && json_object_size(v) > 0)
		c->properties = json_incref((json_t *)(uintptr_t)v);
	return st;
}

static enum status member_take(const struct adapter_context *x, const char *key, json_t *v, const struct place *root,
    struct command *c, struct err *e)
{
	static const char *const known[] = {"event_id", "type", "occurred_at", "lead", "properties", "source", NULL};
	struct place at = {root, key, 0};
	size_t which = 0;
	while (known[which] && strcmp(known[which], key) != 0)
		which++;
	/* null is the same as left out, but for what is required. */
	if (json_is_null(v) && which != 1 && which != 3 && known[which])
		return ST_OK;
	switch (which) {
	case 0:
		return event_id_take(x, v, &at, c, e);
	case 1:
		return type_take(x, v, &at, c, e);
	case 2:
		return occurred_at_take(x, v, &at, c, e);
	case 3:
		return lead_take(x, v, LEAD_IN_EVENT, &at, c, e);
	case 4:
		return properties_take(v, &at, c, e);
	case 5:
		return source_value(&(struct cleaner){x->arena, x->without, &c->notes}, v, &at, &c->source, e);
	default:
		return name_fault(&at, e, key, known, " What happened goes under \"properties\".");
	}
}

static enum status event_take(
    const struct adapter_context *x, const json_t *event, const struct place *root, struct command *c, struct err *e)
{
	if (!json_is_object(event))
		return type_fault(root, e, "an object");
	json_t *object = (json_t *)(uintptr_t)event;
	enum status st = ST_OK;
	for (void *it = json_object_iter(object); it && st == ST_OK; it = json_object_iter_next(object, it))
		st = member_take(x, json_object_iter_key(it), json_object_iter_value(it), root, c, e);
	if (st != ST_OK)
		return st;
	if (!c->type)
		return place_fault(&(struct place){root, "type", 0}, e, "field_required", "An event has a type.");
	if (!c->by_id && c->n_identities == 0)
		return place_fault(&(struct place){root, "lead", 0}, e, "field_required", "An event names its lead.");
	return command_texts(x, c, root, e);
}

enum status adapter_event(const struct adapter_context *x, const json_t *event, struct command *ret, struct err *e)
{
	struct command c;
	struct place root = {NULL, "", 0};
	command_begin(&c, x, NULL);
	enum status st = event_take(x, event, &root, &c, e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	if (c.event_id) {
		const char *source = json_string_value(json_object_get(c.source, "name"));
		c.event_key =
		    hash128(source ? source : "", source ? strlen(source) : 0, c.event_id, strlen(c.event_id));
	} else {
		c.event_key = made_key(x, "event");
	}
	*ret = c;
	return ST_OK;
}
