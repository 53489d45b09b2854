/* Tags by hand: PUT and DELETE become internal events. */
#include "adapter_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"

/* "dimension:value": both parts cleaned, neither empty, at most TEXT_MAX bytes together. */
static enum status tag_clean(const struct adapter_context *x, const char *tag, const char **ret, struct err *e)
{
	struct place at = {NULL, ":tag", 0};
	size_t n = strlen(tag);
	if (n > (size_t)4 * TEXT_MAX)
		return place_fault(&at, e, "tag_invalid", "A tag has at most %d bytes.", TEXT_MAX);
	/* Normalising makes an ordinary colon of a full-width one. */
	char *text = text_clean(x->arena, tag, n);
	if (!text)
		return adapter_nomem(e);
	char *colon = strchr(text, ':');
	char *value = colon ? colon + 1 : NULL;
	while (value && *value == ' ')
		value++;
	while (colon && colon > text && colon[-1] == ' ')
		colon--;
	if (!colon || colon == text || !*value)
		return place_fault(&at, e, "tag_invalid", "A tag has the form dimension:value.");
	const char *clean = arena_printf(x->arena, "%.*s:%s", (int)(colon - text), text, value);
	if (!clean)
		return adapter_nomem(e);
	if (strlen(clean) > TEXT_MAX)
		return place_fault(&at, e, "tag_invalid", "A tag has at most %d bytes.", TEXT_MAX);
	*ret = clean;
	return ST_OK;
}

/* Takes over `properties`, which is NULL when memory ran out making it. */
static enum status tag_command(const struct adapter_context *x, const struct uuid *lead_id, const char *type,
    json_t *properties, struct command *ret, struct err *e)
{
	struct place root = {NULL, "", 0};
	struct command c;
	command_begin(&c, x, type);
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

enum status adapter_tag_add(const struct adapter_context *x, const struct uuid *lead_id, const char *tag,
    int64_t expires_at, const char *tag_source, struct command *ret, struct err *e)
{
	const char *clean;
	enum status st = tag_clean(x, tag, &clean, e);
	if (st != ST_OK)
		return st;
	char expires[INSTANT_TEXT_MAX];
	if (expires_at != INSTANT_NEVER)
		instant_format(expires_at, expires);
	json_t *properties = json_pack("{s:s, s:s, s:s?}", "tag", clean, "source", tag_source, "expires_at",
	    expires_at == INSTANT_NEVER ? NULL : expires);
	return tag_command(x, lead_id, "tag_added", properties, ret, e);
}

enum status adapter_tag_remove(
    const struct adapter_context *x, const struct uuid *lead_id, const char *tag, struct command *ret, struct err *e)
{
	const char *clean;
	enum status st = tag_clean(x, tag, &clean, e);
	if (st != ST_OK)
		return st;
	st = tag_command(x, lead_id, "tag_removed", json_pack("{s:s}", "tag", clean), ret, e);
	if (st == ST_OK)
		ret->guard = GUARD_TAG_BY_HAND;
	return st;
}
