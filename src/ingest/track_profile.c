/* What tracked messages say of people and their companies. Whatever fits no field of ours is kept as an attribute under
 * the name it came with: nothing that a library sends is an error of its user's. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "track_priv.h"

/* A name of theirs, in lower case and without underscores, hyphens and spaces, and the field of ours. Segment's
 * reserved traits, and what else people write. */
struct trait {
	const char *name, *field;
};
static const struct trait person[] = {{"name", "name"}, {"title", "title"}, {"jobtitle", "title"},
    {"position", "title"}, {"language", "language"}, {"locale", "language"}, {"country", "country"},
    {"countrycode", "country"}, {"region", "region"}, {"state", "region"}, {"province", "region"}, {"city", "city"},
    {"needs", "needs"}, {"decision", "decision"}, {"value", "value"}, {"consent", "consent"}, {NULL, NULL}};
static const struct trait address[] = {{"city", "city"}, {"country", "country"}, {"countrycode", "country"},
    {"region", "region"}, {"state", "region"}, {"province", "region"}, {NULL, NULL}};
static const struct trait company[] = {{"name", "name"}, {"industry", "industry"}, {"employees", "employees"},
    {"employeecount", "employees"}, {"numberofemployees", "employees"}, {"numemployees", "employees"},
    {"size", "employees"}, {"domain", "domain"}, {"website", "domain"}, {"url", "domain"},
    {"annualrevenue", "annual_revenue"}, {"revenue", "annual_revenue"}, {"currency", "currency"},
    {"foundedyear", "founded_year"}, {"founded", "founded_year"}, {"stage", "stage"}, {"region", "region"},
    {"state", "region"}, {"province", "region"}, {"city", "city"}, {"technologies", "technologies"}, {NULL, NULL}};

#define NAME_MOST 40

/* Into out (NAME_MOST + 1 bytes); "" for a name that is none of ours anyway. */
static void plain_name(const char *name, char *out)
{
	size_t n = 0;
	for (; *name && n < NAME_MOST; name++)
		if (*name != '_' && *name != '-' && *name != ' ')
			out[n++] = *name >= 'A' && *name <= 'Z' ? (char)(*name | 0x20) : *name;
	out[*name ? 0 : n] = '\0';
}

static const char *field_of(const struct trait *known, const char *name)
{
	char plain[NAME_MOST + 1];
	plain_name(name, plain);
	for (; known->name; known++)
		if (!strcmp(known->name, plain))
			return known->field;
	return NULL;
}

static bool is(const char *name, const char *plain)
{
	char text[NAME_MOST + 1];
	plain_name(name, text);
	return !strcmp(text, plain);
}

/* The object under `key` of parent, made if it is not there. NULL: out of memory. */
static json_t *child(json_t *parent, const char *key)
{
	json_t *v = json_object_get(parent, key);
	if (json_is_object(v))
		return v;
	v = json_object();
	return v && json_object_set_new_nocheck(parent, key, v) == 0 ? v : NULL;
}

static json_t *patch_of(struct command *c)
{
	return c->patch ? c->patch : (c->patch = json_object());
}

/* Keeps a value as attributes.NAME, or attributes.GROUP.NAME. */
static enum status keep(struct command *c, const char *group, const char *name, json_t *value, struct err *e)
{
	json_t *to = patch_of(c);
	if (to)
		to = child(to, "attributes");
	if (to && group)
		to = child(to, group);
	return to && json_object_set_nocheck(to, name, value) == 0 ? ST_OK : adapter_nomem(e);
}

/* A number that came as text; "https://www.acme.example/x" where a domain is meant. A new reference, or NULL: it is as
 * it is. */
static json_t *guessed(const struct track_context *x, const char *field, const json_t *value)
{
	const char *s = json_string_value(value);
	size_t n = json_string_length(value);
	if (!s || !n)
		return NULL;
	if (!strcmp(field, "employees") || !strcmp(field, "annual_revenue") || !strcmp(field, "founded_year")) {
		json_int_t v = 0;
		for (size_t i = 0; i < n; i++) {
			if (n > 15 || s[i] < '0' || s[i] > '9')
				return NULL;
			v = v * 10 + (s[i] - '0');
		}
		return json_integer(v);
	}
	if (strcmp(field, "domain") != 0)
		return NULL;
	const char *host = strstr(s, "://");
	host = host ? host + 3 : s;
	if (!strncmp(host, "www.", 4))
		host += 4;
	size_t len = strcspn(host, "/:?#");
	host = len == n ? NULL : arena_strndup(x->adapter.arena, host, len);
	return host ? json_string(host) : NULL;
}

/* What the profile makes of a value, or nothing if it does not fit. at: where it stands, or what it stands in where
 * there is a group; c: where what cleaning does is noted, NULL: nowhere. */
static enum status fitting(const struct track_context *x, const char *group, const char *field, json_t *value,
    const struct place *at, struct command *c, json_t **ret, struct err *e)
{
	struct cleaner k = {x->adapter.arena, x->adapter.without, c ? &c->notes : NULL};
	struct profile_check check = {x->adapter.arena, x->adapter.country, true, &k};
	struct err why = {0};
	json_t *better = guessed(x, field, value), *checked = NULL;
	json_t *whole =
	    group ? json_pack("{sO}", field, better ? better : value) : json_incref(better ? better : value);
	json_decref(better);
	if (!whole)
		return adapter_nomem(e);
	enum status st = profile_field(&check, group ? group : field, whole, at, &checked, &why);
	json_decref(whole);
	if (st == ST_INVALID)
		return ST_OK;
	if (st != ST_OK)
		return adapter_nomem(e);
	*ret = group ? json_incref(json_object_get(checked, field)) : json_incref(checked);
	json_decref(checked);
	return ST_OK;
}

/* Sets a field that fits and is not there. */
static enum status set_field(const struct track_context *x, const char *group, const char *field, json_t *value,
    const struct place *at, struct command *c, bool *ret_taken, struct err *e)
{
	json_t *fits = NULL, *to = patch_of(c);
	*ret_taken = false;
	if (!to)
		return adapter_nomem(e);
	if (json_object_get(group ? json_object_get(to, group) : to, field))
		return ST_OK;
	enum status st = fitting(x, group, field, value, at, c, &fits, e);
	if (st != ST_OK || !fits)
		return st;
	if (group)
		to = child(to, group);
	if (!to || json_object_set_new_nocheck(to, field, fits) != 0) {
		if (!to)
			json_decref(fits);
		return adapter_nomem(e);
	}
	*ret_taken = true;
	return ST_OK;
}

enum status track_field(const struct track_context *x, const char *field, json_t *value, const struct place *at,
    struct command *c, struct err *e)
{
	bool ignored;
	return set_field(x, NULL, field, value, at, c, &ignored, e);
}

/* The members of an object that a group of fields of ours stands for, the others as attributes. into: the group, NULL:
 * the profile itself. */
static enum status members(const struct track_context *x, const json_t *object, const struct trait *known,
    const char *into, const char *kept, const struct place *at, struct command *c, struct err *e)
{
	json_t *v = (json_t *)(uintptr_t)object;
	enum status st = ST_OK;
	for (void *it = json_object_iter(v); it && st == ST_OK; it = json_object_iter_next(v, it)) {
		const char *name = json_object_iter_key(it), *field = field_of(known, name);
		struct place here = {at, name, 0};
		bool taken = false;
		if (field)
			st = set_field(x, into, field, json_object_iter_value(it), into ? at : &here, c, &taken, e);
		if (st == ST_OK && !taken)
			st = keep(c, kept, name, json_object_iter_value(it), e);
	}
	return st;
}

static bool has_han(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0xe3 && (unsigned char)*s <= 0xe9)
			return true;
	return false;
}

/* firstName and lastName, in the order of their language: 李伟, but Li Wei. */
static enum status join_name(const struct track_context *x, const char *first, const char *last, const struct place *at,
    struct command *c, bool *ret_taken, struct err *e)
{
	const char *text = !first || !last                   ? (first ? first : last)
			   : has_han(first) && has_han(last) ? arena_printf(x->adapter.arena, "%s%s", last, first)
							     : arena_printf(x->adapter.arena, "%s %s", first, last);
	json_t *v = text ? json_string(text) : NULL;
	*ret_taken = false;
	if (!v)
		return adapter_nomem(e);
	enum status st = set_field(x, NULL, "name", v, &(struct place){at, "name", 0}, c, ret_taken, e);
	json_decref(v);
	return st;
}

static const char *text_named(const json_t *traits, const char *plain)
{
	json_t *v = (json_t *)(uintptr_t)traits;
	for (void *it = json_object_iter(v); it; it = json_object_iter_next(v, it))
		if (json_is_string(json_object_iter_value(it)) && is(json_object_iter_key(it), plain))
			return json_string_value(json_object_iter_value(it));
	return NULL;
}

static enum status one_trait(const struct track_context *x, const char *name, json_t *value, bool named,
    const struct place *in, struct command *c, struct err *e)
{
	const char *field = field_of(person, name);
	struct place at = {in, name, 0};
	bool taken = false;
	enum status st = ST_OK;
	if (is(name, "company") && json_is_object(value))
		return members(x, value, company, "company", "company", &at, c, e);
	if (is(name, "address") && json_is_object(value))
		return members(x, value, address, NULL, "address", &at, c, e);
	if (is(name, "company") || is(name, "companyname"))
		st = set_field(x, "company", "name", value, &at, c, &taken, e);
	else if (is(name, "email") || is(name, "phone"))
		taken = json_is_null(value) || json_object_get(c->patch, is(name, "email") ? "email" : "phone");
	else if (field)
		st = set_field(x, NULL, field, value, &at, c, &taken, e);
	else if (named && (is(name, "firstname") || is(name, "lastname")))
		taken = true;
	if (st == ST_OK && !taken)
		st = keep(c, NULL, name, value, e);
	return st;
}

enum status track_traits(
    const struct track_context *x, const json_t *traits, const struct place *at, struct command *c, struct err *e)
{
	if (!json_is_object(traits))
		return ST_OK;
	json_t *v = (json_t *)(uintptr_t)traits;
	const char *first = text_named(traits, "firstname"), *last = text_named(traits, "lastname");
	bool named = false;
	enum status st = free_check(traits, at, e);
	if (st == ST_OK && (first || last) && !text_named(traits, "name"))
		st = join_name(x, first, last, at, c, &named, e);
	for (void *it = json_object_iter(v); it && st == ST_OK; it = json_object_iter_next(v, it))
		st = one_trait(x, json_object_iter_key(it), json_object_iter_value(it), named, at, c, e);
	return st;
}

enum status track_group_traits(const struct track_context *x, const json_t *traits, json_t **ret, struct err *e)
{
	json_t *v = (json_t *)(uintptr_t)traits, *out = json_object();
	enum status st = out ? ST_OK : adapter_nomem(e);
	for (void *it = json_object_iter(v); it && st == ST_OK; it = json_object_iter_next(v, it)) {
		const char *name = json_object_iter_key(it), *field = field_of(company, name);
		json_t *value = json_object_iter_value(it), *fits = NULL;
		if (field && !json_object_get(out, field))
			st = fitting(x, "company", field, value, &(struct place){NULL, "", 0}, NULL, &fits, e);
		if (st == ST_OK && json_object_set(out, fits ? field : name, fits ? fits : value) != 0)
			st = adapter_nomem(e);
		json_decref(fits);
	}
	if (st == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return st;
}

enum status track_attributes_check(const struct command *c, const struct place *at, struct err *e)
{
	const json_t *v = json_object_get(c->patch, "attributes");
	if (json_object_size(v) > FREE_KEYS_MAX)
		return place_fault(at, e, "field_too_large",
		    "It has more than %d members that are no field of a profile.", FREE_KEYS_MAX);
	return ST_OK;
}
