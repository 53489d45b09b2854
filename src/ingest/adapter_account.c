/* Accounts in requests: named in a lead, by a tracker's group, or put by hand. */
#include "adapter_priv.h"

#include <string.h>

#include "base/domain.h"
#include "base/json.h"
#include "base/text.h"

static struct account_ref *ref_of(const struct adapter_context *x, struct command *c)
{
	struct account_ref *r = arena_zalloc(x->arena, sizeof *r);
	if (r && c->account)
		*r = *c->account;
	c->account = r;
	return r;
}

bool account_member(const char *key)
{
	return !strcmp(key, "account_id") || !strcmp(key, "account_external_id");
}

static enum status id_take(const json_t *v, const struct place *at, struct account_ref *r, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	if (!uuid_parse(json_string_value(v), json_string_length(v), &r->id))
		return place_fault(at, e, "id_invalid", "It is not the id of an account (a UUID).");
	r->by_id = true;
	return ST_OK;
}

static enum status external_id(const struct adapter_context *x, const char *source, const json_t *v,
    const struct place *at, struct account_ref *r, struct err *e)
{
	const char *text;
	if (!source_name_good(source))
		return place_fault(at, e, "external_source_invalid",
		    "The name of an external source has 1 to %d letters, digits, dots, hyphens and underscores.",
		    SOURCE_NAME_MAX);
	enum status s = text_check(x->arena, v, at, &text, e);
	if (s != ST_OK)
		return s;
	r->kind = arena_printf(x->arena, "external_id:%s", source);
	r->value = arena_strdup(x->arena, text);
	return r->kind && r->value ? ST_OK : adapter_nomem(e);
}

/* An id of the source "default", or an object of one source and its id. */
static enum status external_take(
    const struct adapter_context *x, const json_t *v, const struct place *at, struct account_ref *r, struct err *e)
{
	if (!json_is_object(v))
		return json_is_string(v) ? external_id(x, "default", v, at, r, e)
					 : type_fault(at, e, "a string, or an object of a source's name and an id");
	json_t *map = (json_t *)(uintptr_t)v;
	void *it = json_object_iter(map);
	if (json_object_size(map) != 1)
		return place_fault(at, e, "field_invalid", "It names one source.");
	const char *source = json_object_iter_key(it);
	return external_id(x, source, json_object_iter_value(it), &(struct place){at, source, 0}, r, e);
}

enum status account_take(const struct adapter_context *x, const char *key, const json_t *v, const struct place *at,
    struct command *c, struct err *e)
{
	if (json_is_null(v))
		return ST_OK;
	struct account_ref *r = ref_of(x, c);
	if (!r)
		return adapter_nomem(e);
	return !strcmp(key, "account_id") ? id_take(v, at, r, e) : external_take(x, v, at, r, e);
}

/* The host of "https://www.acme.cn/about". */
static json_t *host_of(const struct adapter_context *x, const json_t *website)
{
	const char *s = json_string_value(website), *domain;
	if (!s)
		return NULL;
	const char *after = strstr(s, "://");
	s = after ? after + 3 : s;
	bool nomem;
	if (!strncmp(s, "www.", 4))
		s += 4;
	return domain_canonical(x->arena, s, strcspn(s, "/:?#"), &domain, &nomem) ? json_string(domain) : NULL;
}

/* Puts a member where an account has it; false: it has none such, or of another kind. Takes the value's reference. */
static bool known_field(const struct adapter_context *x, json_t *out, const char *key, json_t *value)
{
	json_t *one = json_pack("{s:o}", key, value), *good = NULL;
	struct err ignored;
	bool ok = one && account_check(x->arena, one, true, "", &good, &ignored) == ST_OK &&
		  json_object_update(out, good) == 0;
	json_decref(good);
	json_decref(one);
	return ok;
}

static void address_fields(const struct adapter_context *x, json_t *out, const json_t *address)
{
	static const char *const names[][2] = {{"city", "city"}, {"state", "region"}, {"country", "country"}};
	for (size_t i = 0; i < 3; i++) {
		json_t *v = json_object_get(address, names[i][0]);
		if (json_is_string(v))
			(void)known_field(x, out, names[i][1], json_incref(v));
	}
}

static enum status traits_take(
    const struct adapter_context *x, const json_t *traits, const struct place *at, struct account_ref *r, struct err *e)
{
	json_t *given = (json_t *)(uintptr_t)traits, *out = json_object(), *attributes = json_object();
	enum status s = out && attributes ? free_check(given, at, e) : adapter_nomem(e);
	for (void *it = json_object_iter(given); it && s == ST_OK; it = json_object_iter_next(given, it)) {
		const char *key = json_object_iter_key(it);
		json_t *v = json_object_iter_value(it), *host = NULL;
		if (!strcmp(key, "website") && !json_object_get(given, "domain"))
			if ((host = host_of(x, v)) && known_field(x, out, "domain", host))
				continue;
		if (!strcmp(key, "address") && json_is_object(v))
			address_fields(x, out, v);
		if (!strcmp(key, "attributes") || !strcmp(key, "owner") || !known_field(x, out, key, json_incref(v)))
			s = json_object_set(attributes, key, v) == 0 ? ST_OK : adapter_nomem(e);
	}
	if (s == ST_OK && json_object_size(attributes) && json_object_set(out, "attributes", attributes) != 0)
		s = adapter_nomem(e);
	if (s == ST_OK)
		s = compact_text(x->arena, out, ACCOUNT_BYTES_MAX, at, &r->traits, e);
	const char *domain = json_string_value(json_object_get(out, "domain"));
	if (s == ST_OK && domain && !(r->domain = arena_strdup(x->arena, domain)))
		s = adapter_nomem(e);
	json_decref(attributes);
	json_decref(out);
	return s;
}

enum status adapter_account(const struct adapter_context *x, const char *source, const json_t *id,
    const char *id_pointer, const json_t *traits, const char *traits_pointer, struct command *io, struct err *e)
{
	struct place id_at = {NULL, id_pointer, 0}, traits_at = {NULL, traits_pointer, 0};
	struct account_ref *r = ref_of(x, io);
	if (!r)
		return adapter_nomem(e);
	enum status s = external_id(x, source, id, &id_at, r, e);
	return s == ST_OK && json_is_object(traits) && json_object_size(traits)
		   ? traits_take(x, traits, &traits_at, r, e)
		   : s;
}

enum status adapter_account_put(
    const struct adapter_context *x, const struct uuid *lead_id, const json_t *body, struct command *ret, struct err *e)
{
	static const char *const known[] = {"id", "external_id", "domain", NULL};
	struct place root = {NULL, "", 0}, domain_at = {&root, "domain", 0};
	struct command c;
	command_begin(&c, x, "account_joined");
	c.by_id = c.want_lead = true;
	c.lead_id = *lead_id;
	struct account_ref *r = ref_of(x, &c);
	if (!r)
		return adapter_nomem(e);
	r->by_hand = true;
	if (!json_is_object(body))
		return type_fault(&root, e, "an object");
	const char *stranger = json_unknown_key(body, known);
	if (stranger)
		return name_fault(&(struct place){&root, stranger, 0}, e, stranger, known, "");
	const json_t *id = json_object_get(body, "id"), *external = json_object_get(body, "external_id"),
		     *domain = json_object_get(body, "domain");
	if (!!id + !!external + !!domain != 1)
		return place_fault(
		    &root, e, "field_required", "Name the account by one of id, external_id and domain.");
	enum status s = ST_OK;
	if (id) {
		s = id_take(id, &(struct place){&root, "id", 0}, r, e);
	} else if (external) {
		s = external_take(x, external, &(struct place){&root, "external_id", 0}, r, e);
	} else {
		const char *text;
		bool nomem = false;
		s = text_check(x->arena, domain, &domain_at, &text, e);
		if (s == ST_OK && !domain_canonical(x->arena, text, strlen(text), &r->domain, &nomem))
			s = nomem ? adapter_nomem(e)
				  : place_fault(
					&domain_at, e, "field_invalid", "It must be a host name such as \"acme.com\".");
		if (s == ST_OK && !(r->domain = domain_registrable(r->domain)))
			s = place_fault(&domain_at, e, "field_invalid", "Nobody can have registered this name.");
	}
	if (s != ST_OK)
		return s;
	c.event_key = made_key(x, "account");
	*ret = c;
	return ST_OK;
}

enum status adapter_account_leave(
    const struct adapter_context *x, const struct uuid *lead_id, struct command *ret, struct err *e)
{
	struct place root = {NULL, "", 0};
	struct command c;
	command_begin(&c, x, "account_left");
	c.by_id = c.want_lead = true;
	c.lead_id = *lead_id;
	c.properties = json_pack("{s:b}", "keep_out", 1);
	enum status s = c.properties ? command_texts(x, &c, &root, e) : adapter_nomem(e);
	if (s != ST_OK) {
		command_release(&c);
		return s;
	}
	c.event_key = made_key(x, "account");
	*ret = c;
	return ST_OK;
}
