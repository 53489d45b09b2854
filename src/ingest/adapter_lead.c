/* Leads as clients describe them: identities and profile fields side by side in one object. */
#include "adapter_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

/* Identities as they are found, before they are put in order. */
struct found {
	struct identity external[COMMAND_IDENTITIES_MAX];
	size_t n_external;
	const char *anonymous, *device;
};

static enum status too_many(const struct place *at, struct err *e)
{
	return place_fault(at, e, "identities_too_many", "A lead may be named by at most %d identities at once.",
	    COMMAND_IDENTITIES_MAX);
}

bool source_name_good(const char *s)
{
	size_t n = strlen(s);
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') ||
			strchr("_.-", s[i])))
			return false;
	return n > 0 && n <= SOURCE_NAME_MAX;
}

/* A text that names the lead, noted when it was cleaned. *ret is the arena's. */
static enum status identity_text(const struct adapter_context *x, const json_t *v, const struct place *at, struct command *c, const char **ret, struct err *e)
{
	const char *text;
	unsigned why;
	struct cleaner k = cleaner_of(x, c);
	enum status st = clean_check(&k, v, at, &text, &why, e);
	if (st != ST_OK)
		return st;
	if (why && !clean_note(&k, at, json_string_value(v), text, why))
		return adapter_nomem(e);
	*ret = arena_strdup(x->arena, text);
	return *ret ? ST_OK : adapter_nomem(e);
}

static enum status external_add(const struct adapter_context *x, const char *source, const json_t *v,
    const struct place *at, struct command *c, struct found *found, struct err *e)
{
	if (!source_name_good(source))
		return place_fault(at, e, "external_source_invalid",
		    "The name of an external source has 1 to %d letters, digits, dots, hyphens and underscores.",
		    SOURCE_NAME_MAX);
	const char *value;
	enum status st = identity_text(x, v, at, c, &value, e);
	if (st != ST_OK)
		return st;
	if (found->n_external == COMMAND_IDENTITIES_MAX)
		return too_many(at, e);
	struct identity *i = &found->external[found->n_external];
	i->kind = arena_printf(x->arena, "external_id:%s", source);
	i->value = value;
	if (!i->kind)
		return adapter_nomem(e);
	found->n_external++;
	return ST_OK;
}

static enum status external_take(const struct adapter_context *x, const json_t *v, const struct place *at,
    struct command *c, struct found *found, struct err *e)
{
	if (json_is_string(v))
		return external_add(x, "default", v, at, c, found, e);
	if (!json_is_object(v))
		return type_fault(at, e, "a string, or an object of source names and ids");
	json_t *map = (json_t *)(uintptr_t)v;
	enum status st = ST_OK;
	for (void *it = json_object_iter(map); it && st == ST_OK; it = json_object_iter_next(map, it)) {
		const char *source = json_object_iter_key(it);
		st = external_add(x, source, json_object_iter_value(it), &(struct place){at, source, 0}, c, found, e);
	}
	return st;
}

static enum status id_take(const json_t *v, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	if (!uuid_parse(json_string_value(v), json_string_length(v), &c->lead_id))
		return place_fault(at, e, "id_invalid", "It is not the id of a lead (a UUID).");
	c->by_id = true;
	return ST_OK;
}

static enum status profile_take(const struct adapter_context *x, const char *key, json_t *v, const struct place *at,
    struct command *c, struct err *e)
{
	struct cleaner k = cleaner_of(x, c);
	struct profile_check check = {x->arena, x->country, true, &k};
	json_t *value;
	enum status st = profile_field(&check, key, v, at, &value, e);
	if (st != ST_OK)
		return st;
	if (!c->patch)
		c->patch = json_object();
	if (!c->patch) {
		json_decref(value);
		return adapter_nomem(e);
	}
	/* Frees the value itself when it fails. */
	return json_object_set_new_nocheck(c->patch, key, value) == 0 ? ST_OK : adapter_nomem(e);
}

static enum status member_take(const struct adapter_context *x, const char *key, json_t *v, enum lead_shape shape,
    const struct place *at, struct command *c, struct found *found, struct err *e)
{
	bool identity = strcmp(key, "external_id") == 0 || strcmp(key, "anonymous_id") == 0 || strcmp(key, "device_id") == 0 ||
			(strcmp(key, "id") == 0 && shape != LEAD_PATCH);
	if (identity && json_is_null(v)) {
		if (shape == LEAD_PATCH)
			return place_fault(at, e, "field_invalid", "An identity can be added here, but not removed.");
		return ST_OK;
	}
	if (identity && key[0] == 'i')
		return id_take(v, at, c, e);
	if (identity && key[0] == 'e')
		return external_take(x, v, at, c, found, e);
	if (identity)
		return identity_text(x, v, at, c, key[0] == 'a' ? &found->anonymous : &found->device, e);
	if (shape == LEAD_BODY && strcmp(key, "source") == 0) {
		struct cleaner k = cleaner_of(x, c);
		return json_is_null(v) ? ST_OK : source_value(&k, v, at, &c->source, e);
	}
	if (account_member(key))
		return account_take(x, key, v, at, c, e);
	return profile_take(x, key, v, at, c, e);
}

static enum status identity_add(
    struct command *c, const char *kind, const char *value, const struct place *at, struct err *e)
{
	if (!value)
		return ST_OK;
	if (c->n_identities == COMMAND_IDENTITIES_MAX)
		return too_many(at, e);
	struct identity *i = &c->identities[c->n_identities++];
	i->kind = kind;
	i->value = value;
	identity_seal(i);
	return ST_OK;
}

static int by_kind(const void *a, const void *b)
{
	const struct identity *x = a;
	const struct identity *y = b;
	return strcmp(x->kind, y->kind);
}

/* A text member of the patch, copied so that it outlives the patch. An e-mail or phone in an event only names the lead: it leaves the patch, or an
 * old address used as a name would overwrite a newer one. PATCH sets it outright. */
static enum status contact(const struct adapter_context *x, enum lead_shape shape, struct command *c, const char *key, const char **ret, struct err *e)
{
	const char *value = json_string_value(json_object_get(c->patch, key));
	*ret = value ? arena_strdup(x->arena, value) : NULL;
	if (value && !*ret)
		return adapter_nomem(e);
	if (value && shape != LEAD_PATCH) {
		json_object_del(c->patch, key);
		if (json_object_size(c->patch) == 0) {
			json_decref(c->patch);
			c->patch = NULL;
		}
	}
	return ST_OK;
}

static enum status identities_order(const struct adapter_context *x, enum lead_shape shape, struct found *found, const struct place *at, struct command *c,
    struct err *e)
{
	const char *email = NULL;
	const char *phone = NULL;
	enum status st = contact(x, shape, c, "email", &email, e);
	if (st == ST_OK)
		st = contact(x, shape, c, "phone", &phone, e);
	if (st == ST_OK && shape != LEAD_PATCH) {
		c->email = email;
		c->phone = phone;
	}
	if (found->n_external > 1)
		qsort(found->external, found->n_external, sizeof(found->external[0]), by_kind);
	for (size_t i = 0; i < found->n_external && st == ST_OK; i++)
		st = identity_add(c, found->external[i].kind, found->external[i].value, at, e);
	if (st == ST_OK)
		st = identity_add(c, "email", email, at, e);
	if (st == ST_OK)
		st = identity_add(c, "phone", phone, at, e);
	if (st == ST_OK)
		st = identity_add(c, "anonymous_id", found->anonymous, at, e);
	if (st == ST_OK)
		st = identity_add(c, "device_id", found->device, at, e);
	return st;
}

enum status lead_take(const struct adapter_context *x, const json_t *lead, enum lead_shape shape,
    const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_object(lead))
		return type_fault(at, e, "an object");
	struct found found;
	found.n_external = 0;
	found.anonymous = found.device = NULL;
	json_t *object = (json_t *)(uintptr_t)lead;
	enum status st = ST_OK;
	for (void *it = json_object_iter(object); it && st == ST_OK; it = json_object_iter_next(object, it)) {
		const char *key = json_object_iter_key(it);
		st = member_take(x, key, json_object_iter_value(it), shape, &(struct place){at, key, 0}, c, &found, e);
	}
	if (st == ST_OK)
		st = identities_order(x, shape, &found, at, c, e);
	if (st == ST_OK && !c->by_id && c->n_identities == 0)
		return place_fault(at, e, "identity_required",
		    "Name the lead by one of id, email, phone, external_id, anonymous_id and device_id.");
	return st;
}

enum status adapter_lead(const struct adapter_context *x, const json_t *lead, struct command *ret, struct err *e)
{
	struct command c;
	struct place root = {NULL, "", 0};
	command_begin(&c, x, "profile_updated");
	c.want_lead = true;
	enum status st = lead_take(x, lead, LEAD_BODY, &root, &c, e);
	if (st == ST_OK)
		st = command_texts(x, &c, &root, e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	c.event_key = made_key(x, "lead");
	*ret = c;
	return ST_OK;
}

enum status adapter_patch(const struct adapter_context *x, const struct uuid *lead_id, const json_t *patch,
    struct command *ret, struct err *e)
{
	struct command c;
	struct place root = {NULL, "", 0};
	command_begin(&c, x, "profile_updated");
	c.want_lead = true;
	c.by_id = true;
	c.lead_id = *lead_id;
	enum status st = lead_take(x, patch, LEAD_PATCH, &root, &c, e);
	if (st == ST_OK)
		st = command_texts(x, &c, &root, e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	if (c.n_identities > 0)
		c.guard = GUARD_NEW_IDENTITY;
	c.event_key = made_key(x, "patch");
	*ret = c;
	return ST_OK;
}
