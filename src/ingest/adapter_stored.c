/* Events as an export writes them: rows of a history, to be stored as they were; and merges, as rows of the same shape.
 */
#include "adapter_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"

#define TYPE_MAX 100
#define KIND_MAX 80
#define VALUE_MAX 255

static enum status uuid_member(
    const json_t *row, const char *key, const struct place *root, struct uuid *ret, struct err *e)
{
	const json_t *v = json_object_get(row, key);
	struct place at = {root, key, 0};
	if (!json_is_string(v) || !uuid_parse(json_string_value(v), json_string_length(v), ret))
		return place_fault(&at, e, "id_invalid", "It must be an id (a UUID).");
	return ST_OK;
}

/* Text kept to the byte, 1 to `max` of them; null or absent: NULL. */
static enum status text_member(const struct adapter_context *x, const json_t *row, const char *key, size_t max,
    const struct place *root, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(row, key);
	struct place at = {root, key, 0};
	*ret = NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v))
		return type_fault(&at, e, "a string");
	if (!json_string_length(v) || json_string_length(v) > max)
		return place_fault(&at, e, json_string_length(v) ? "field_too_long" : "field_empty",
		    "It must have 1 to %zu bytes.", max);
	*ret = arena_strdup(x->arena, json_string_value(v));
	return *ret ? ST_OK : adapter_nomem(e);
}

static enum status time_member(const struct adapter_context *x, const json_t *row, const char *key, int64_t otherwise,
    const struct place *root, int64_t *ret, struct err *e)
{
	const json_t *v = json_object_get(row, key);
	struct place at = {root, key, 0};
	*ret = otherwise;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v) || !instant_parse(json_string_value(v), json_string_length(v), ret))
		return place_fault(&at, e, "time_invalid", "It must be an RFC 3339 time.");
	if (*ret > x->now + 5 * MS_MINUTE)
		return place_fault(&at, e, "occurred_at_in_future", "It lies more than 5 minutes ahead.");
	return ST_OK;
}

static enum status object_member(
    const json_t *row, const char *key, const struct place *root, json_t **ret, struct err *e)
{
	json_t *v = json_object_get(row, key);
	struct place at = {root, key, 0};
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_object(v))
		return type_fault(&at, e, "an object");
	enum status st = free_check(v, &at, e);
	if (st == ST_OK && json_object_size(v) > 0)
		*ret = json_incref(v);
	return st;
}

static enum status identity_take(
    const struct adapter_context *x, const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	const char *kind, *value;
	enum status st = json_is_object(v) ? ST_OK : type_fault(at, e, "an object of kind and value");
	if (st == ST_OK)
		st = text_member(x, v, "kind", KIND_MAX, at, &kind, e);
	if (st == ST_OK)
		st = text_member(x, v, "value", VALUE_MAX, at, &value, e);
	if (st != ST_OK)
		return st;
	if (!kind || !value)
		return place_fault(at, e, "field_required", "An identity has a kind and a value.");
	struct identity *i = &c->identities[c->n_identities++];
	*i = (struct identity){.kind = kind, .value = value};
	identity_seal(i);
	return ST_OK;
}

static enum status identities_take(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	const json_t *list = json_object_get(row, "identities");
	struct place at = {root, "identities", 0};
	if (!list || json_is_null(list))
		return ST_OK;
	if (!json_is_array(list) || json_array_size(list) > COMMAND_IDENTITIES_MAX)
		return type_fault(&at, e, "a list of at most 8 identities");
	enum status st = ST_OK;
	for (size_t i = 0; i < json_array_size(list) && st == ST_OK; i++)
		st = identity_take(x, json_array_get(list, i), &(struct place){&at, NULL, i}, c, e);
	return st;
}

static bool type_good(const char *s)
{
	size_t n = strlen(s);
	return n <= TYPE_MAX && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") == n;
}

static enum status times_take(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	enum status st = time_member(x, row, "occurred_at", INSTANT_NEVER, root, &c->at, e);
	if (st == ST_OK && c->at == INSTANT_NEVER)
		return place_fault(
		    &(struct place){root, "occurred_at", 0}, e, "field_required", "A stored event has an instant.");
	if (st == ST_OK)
		st = time_member(x, row, "received_at", x->now, root, &c->received_at, e);
	if (st == ST_OK)
		st = time_member(x, row, "voided_at", INSTANT_NEVER, root, &c->voided_at, e);
	c->at_now = false;
	return st;
}

/* Whether it is a patch; what it says is left as it was, by whatever rules it was cleaned then. */
static enum status patch_check(const struct adapter_context *x, const json_t *patch, struct err *e)
{
	if (!patch)
		return ST_OK;
	json_t *copy = json_deep_copy(patch);
	enum status st = copy ? profile_check(x->arena, copy, true, x->country, "/profile_patch", e) : adapter_nomem(e);
	json_decref(copy);
	return st;
}

static enum status cleaned_take(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	const json_t *v = json_object_get(row, "cleaned");
	struct place at = {root, "cleaned", 0};
	if (!v || json_is_null(v))
		return ST_OK;
	return json_is_array(v) ? compact_text(x->arena, v, FREE_BYTES_MAX, &at, &c->cleaned_text, e)
				: type_fault(&at, e, "a list of what was changed");
}

static enum status row_take(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	static const char *const known[] = {"key", "lead_id", "event_id", "type", "occurred_at", "received_at", "email",
	    "phone", "properties", "profile_patch", "source", "identities", "voided_at", "void_reason", "flag",
	    "cleaned", NULL};
	const char *stranger = json_unknown_key(row, known);
	if (stranger)
		return name_fault(&(struct place){root, stranger, 0}, e, stranger, known, "");
	enum status st = uuid_member(row, "key", root, &c->event_key, e);
	if (st == ST_OK)
		st = uuid_member(row, "lead_id", root, &c->lead_id, e);
	if (st == ST_OK)
		st = text_member(x, row, "type", TYPE_MAX, root, &c->type, e);
	if (st == ST_OK && (!c->type || !type_good(c->type)))
		return place_fault(&(struct place){root, "type", 0}, e, "type_invalid", "It is no type of events.");
	if (st == ST_OK)
		st = times_take(x, row, root, c, e);
	if (st == ST_OK)
		st = text_member(x, row, "event_id", TEXT_MAX, root, &c->event_id, e);
	if (st == ST_OK)
		st = text_member(x, row, "email", TEXT_MAX, root, &c->email, e);
	if (st == ST_OK)
		st = text_member(x, row, "phone", TEXT_MAX, root, &c->phone, e);
	if (st == ST_OK)
		st = text_member(x, row, "void_reason", 2000, root, &c->reason, e);
	if (st == ST_OK)
		st = text_member(x, row, "flag", TEXT_MAX, root, &c->stored_flag, e);
	if (st == ST_OK)
		st = object_member(row, "properties", root, &c->properties, e);
	if (st == ST_OK)
		st = object_member(row, "profile_patch", root, &c->patch, e);
	if (st == ST_OK)
		st = object_member(row, "source", root, &c->source, e);
	if (st == ST_OK)
		st = identities_take(x, row, root, c, e);
	if (st == ST_OK)
		st = patch_check(x, c->patch, e);
	if (st == ST_OK)
		st = cleaned_take(x, row, root, c, e);
	return st == ST_OK ? command_texts(x, c, root, e) : st;
}

/* Text that may be empty; absent or null it is. */
static enum status words_member(const struct adapter_context *x, const json_t *row, const char *key,
    const struct place *root, const char **ret, struct err *e)
{
	if (json_is_string(json_object_get(row, key)) && !json_string_length(json_object_get(row, key))) {
		*ret = "";
		return ST_OK;
	}
	enum status st = text_member(x, row, key, TEXT_MAX, root, ret, e);
	if (st == ST_OK && !*ret)
		*ret = "";
	return st;
}

static enum status cause_member(const json_t *row, const struct place *root, const char **ret, struct err *e)
{
	static const char *const causes[] = {"person", "identity"};
	const char *given = json_string_value(json_object_get(row, "cause"));
	for (size_t i = 0; given && i < sizeof causes / sizeof causes[0]; i++)
		if (!strcmp(given, causes[i])) {
			*ret = causes[i];
			return ST_OK;
		}
	return place_fault(&(struct place){root, "cause", 0}, e, "field_invalid", "It is \"person\" or \"identity\".");
}

static enum status merge_properties(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	static const char *const known[] = {"member", "cause", "author", "reason", NULL};
	const json_t *v = json_object_get(row, "properties");
	struct place at = {root, "properties", 0};
	if (!json_is_object(v))
		return type_fault(&at, e, "an object");
	const char *stranger = json_unknown_key(v, known);
	if (stranger)
		return name_fault(&(struct place){&at, stranger, 0}, e, stranger, known, "");
	enum status st = uuid_member(v, "member", &at, &c->other_id, e);
	if (st == ST_OK && !uuid_cmp(&c->other_id, &c->lead_id))
		st = place_fault(&(struct place){&at, "member", 0}, e, "field_invalid",
		    "A lead is merged into another than itself.");
	if (st == ST_OK)
		st = cause_member(v, &at, &c->cause, e);
	if (st == ST_OK)
		st = words_member(x, v, "author", &at, &c->author, e);
	return st == ST_OK ? words_member(x, v, "reason", &at, &c->reason, e) : st;
}

static enum status merge_take(
    const struct adapter_context *x, const json_t *row, const struct place *root, struct command *c, struct err *e)
{
	static const char *const known[] = {"key", "lead_id", "type", "occurred_at", "received_at", "properties", NULL};
	const char *stranger = json_unknown_key(row, known);
	if (stranger)
		return name_fault(&(struct place){root, stranger, 0}, e, stranger, known, "");
	enum status st = uuid_member(row, "key", root, &c->merge_id, e);
	if (st == ST_OK)
		st = uuid_member(row, "lead_id", root, &c->lead_id, e);
	if (st == ST_OK)
		st = times_take(x, row, root, c, e);
	if (st == ST_OK)
		st = merge_properties(x, row, root, c, e);
	c->kind = COMMAND_MERGE;
	c->event_key = c->merge_id;
	return st;
}

enum status adapter_stored(const struct adapter_context *x, const json_t *row, struct command *ret, struct err *e)
{
	struct command c;
	struct place root = {NULL, "", 0};
	static const char merged[] = "lead_merged";
	const char *type = json_string_value(json_object_get(row, "type"));
	bool merge = type && !strcmp(type, merged);
	command_begin(&c, x, merge ? merged : NULL);
	c.by_id = true;
	c.stored = !merge;
	if (!json_is_object(row))
		return type_fault(&root, e, "an object");
	enum status st = merge ? merge_take(x, row, &root, &c, e) : row_take(x, row, &root, &c, e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	*ret = c;
	return ST_OK;
}
