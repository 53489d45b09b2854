/* Tracked messages to commands: who, what, and where it came from. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "track_priv.h"

#define USER_KIND "external_id:user_id"
#define GROUP_SOURCE "group_id"

static const char *const call_names[] = {"identify", "track", "page", "screen", "group", "alias"};

bool track_call_parse(const char *name, enum track_call *ret)
{
	for (size_t i = 0; i < sizeof call_names / sizeof *call_names; i++)
		if (name && !strcmp(call_names[i], name)) {
			*ret = (enum track_call)i;
			return true;
		}
	return false;
}

/* A member that is an id: a text, or a number that somebody did not quote. NULL: there is none, or it is blank. */
static enum status take_id(const struct track_context *x, const json_t *message, const char *key,
    const struct place *root, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(message, key);
	struct place at = {root, key, 0};
	const char *text = NULL;
	*ret = NULL;
	if (json_is_integer(v)) {
		*ret = arena_printf(x->adapter.arena, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		return *ret ? ST_OK : adapter_nomem(e);
	}
	if (!json_is_string(v))
		return ST_OK;
	enum status st = text_check(x->adapter.arena, v, &at, &text, e);
	if (st != ST_OK)
		return !strcmp(e->code, "field_empty") ? ST_OK : st;
	*ret = arena_strdup(x->adapter.arena, text);
	return *ret ? ST_OK : adapter_nomem(e);
}

static enum status add_identity(
    struct command *c, const char *kind, const char *value, const struct place *root, struct err *e)
{
	if (!value)
		return ST_OK;
	for (size_t i = 0; i < c->n_identities; i++)
		if (!strcmp(c->identities[i].kind, kind) && !strcmp(c->identities[i].value, value))
			return ST_OK;
	if (c->n_identities == COMMAND_IDENTITIES_MAX)
		return place_fault(root, e, "identities_too_many",
		    "A message may name its user by at most %d identities.", COMMAND_IDENTITIES_MAX);
	struct identity *i = &c->identities[c->n_identities++];
	i->kind = kind;
	i->value = value;
	identity_seal(i);
	return ST_OK;
}

/* The canonical e-mail or phone of a member, or NULL when it is none: then it is only a text. in: where the object
 * stands; c: where what cleaning does is noted. */
static enum status contact(const struct track_context *x, const char *kind, const json_t *object, const char *key,
    const char *in, struct command *c, const char **ret, struct err *e)
{
	struct cleaner k = cleaner_of(&x->adapter, c);
	struct profile_check check = {x->adapter.arena, x->adapter.country, true, &k};
	struct place at_object = {NULL, in, 0}, at = {&at_object, key, 0};
	struct err why = {0};
	json_t *v = json_object_get(object, key), *made = NULL;
	if (!json_is_string(v) || !json_string_length(v))
		return ST_OK;
	enum status st = profile_field(&check, kind, v, &at, &made, &why);
	if (st == ST_INVALID)
		return ST_OK;
	const char *text = st == ST_OK ? arena_strdup(x->adapter.arena, json_string_value(made)) : NULL;
	json_decref(made);
	if (!text)
		return adapter_nomem(e);
	*ret = text;
	return ST_OK;
}

struct named {
	const char *user, *anonymous, *previous, *email, *phone;
};

/* Whether it looks as the libraries make anonymous ids: then it never was a user's. */
static bool made_id(const char *s)
{
	struct uuid ignored;
	return uuid_parse(s, strlen(s), &ignored);
}

/* Strongest first. */
static enum status name_lead(const struct named *n, const struct place *root, struct command *c, struct err *e)
{
	bool was_user =
	    n->previous && !made_id(n->previous) && (!n->anonymous || strcmp(n->previous, n->anonymous) != 0);
	enum status st = add_identity(c, USER_KIND, n->user, root, e);
	if (st == ST_OK && was_user)
		st = add_identity(c, USER_KIND, n->previous, root, e);
	if (st == ST_OK)
		st = add_identity(c, "email", n->email, root, e);
	if (st == ST_OK)
		st = add_identity(c, "phone", n->phone, root, e);
	if (st == ST_OK)
		st = add_identity(c, "anonymous_id", n->anonymous, root, e);
	if (st == ST_OK)
		st = add_identity(c, "anonymous_id", n->previous, root, e);
	if (st == ST_OK && !c->n_identities)
		return place_fault(root, e, "identity_required", "A message has a userId or an anonymousId.");
	return st;
}

static const json_t *context_of(const struct track_context *x, const json_t *message)
{
	const json_t *v = json_object_get(message, "context");
	return json_is_object(v) ? v : json_object_get(x->batch, "context");
}

static enum status take_names(const struct track_context *x, const json_t *message, const json_t *traits,
    const struct place *root, struct command *c, struct named *n, struct err *e)
{
	const json_t *more = json_object_get(context_of(x, message), "traits");
	enum status st = take_id(x, message, "userId", root, &n->user, e);
	if (st == ST_OK)
		st = take_id(x, message, "anonymousId", root, &n->anonymous, e);
	if (st == ST_OK)
		st = contact(x, "email", traits, "email", "/traits", c, &n->email, e);
	if (st == ST_OK && !n->email)
		st = contact(x, "email", more, "email", "/context/traits", c, &n->email, e);
	if (st == ST_OK && !n->email && n->user && strchr(n->user, '@'))
		st = contact(x, "email", message, "userId", "", c, &n->email, e);
	if (st == ST_OK)
		st = contact(x, "phone", traits, "phone", "/traits", c, &n->phone, e);
	if (st == ST_OK && !n->phone)
		st = contact(x, "phone", more, "phone", "/context/traits", c, &n->phone, e);
	return st;
}

/* Where it came from: the library's family, the campaign, the page. What is missing is left out. */
static enum status take_source(const struct track_context *x, const json_t *message, struct command *c, struct err *e)
{
	const json_t *context = context_of(x, message), *page = json_object_get(context, "page"),
		     *campaign = json_object_get(context, "campaign");
	const char *library = json_string_value(json_object_get(json_object_get(context, "library"), "name")),
		   *referrer = json_string_value(json_object_get(page, "referrer")),
		   *url = json_string_value(json_object_get(page, "url"));
	bool rudder = library && strstr(library, "udder");
	struct place at = {NULL, "/context", 0};
	c->source = json_pack("{ss}", "name", rudder ? "rudderstack" : "segment");
	if (!c->source)
		return adapter_nomem(e);
	bool ok = true;
	if (json_object_size(campaign) && json_object_size(campaign) <= SOURCE_KEYS_MAX) {
		enum status st = free_check(campaign, &at, e);
		json_t *utm = st == ST_OK ? json_copy((json_t *)(uintptr_t)campaign) : NULL,
		       *name = json_object_get(utm, "name");
		if (st != ST_OK)
			return st;
		/* Segment says `name` for what everybody else calls utm_campaign. */
		if (json_is_string(name) && !json_object_get(utm, "campaign"))
			ok = json_object_set(utm, "campaign", name) == 0 && json_object_del(utm, "name") == 0;
		ok = ok && utm && json_object_set_new(c->source, "utm", utm) == 0;
	}
	/* "$direct" is RudderStack's word for none. */
	if (ok && referrer && *referrer && *referrer != '$')
		ok = json_object_set(c->source, "referrer", json_object_get(page, "referrer")) == 0;
	if (ok && url && *url)
		ok = json_object_set(c->source, "page", json_object_get(page, "url")) == 0;
	return ok ? ST_OK : adapter_nomem(e);
}

static bool add(json_t *to, const char *key, json_t *value)
{
	bool text = json_is_string(value) && json_string_length(value);
	return !text || json_object_get(to, key) || json_object_set(to, key, value) == 0;
}

/* The properties as they came; what the filter of robots reads; and of a page what makes it one. */
static enum status take_properties(const struct track_context *x, enum track_call call, json_t *message,
    const char *lost_name, struct command *c, struct err *e)
{
	static const char *const of_page[] = {"path", "url", "title", "referrer", "search"};
	json_t *v = json_object_get(message, "properties");
	const json_t *context = context_of(x, message), *page = json_object_get(context, "page");
	c->properties = json_is_object(v) ? json_incref(v) : json_object();
	if (!c->properties)
		return adapter_nomem(e);
	enum status st = free_check(c->properties, &(struct place){NULL, "/properties", 0}, e);
	if (st != ST_OK)
		return st;
	bool ok = add(c->properties, "user_agent", json_object_get(context, "userAgent")) &&
		  add(c->properties, "ip", json_object_get(context, "ip"));
	for (size_t i = 0; call == TRACK_PAGE && ok && i < sizeof of_page / sizeof *of_page; i++)
		ok = add(c->properties, of_page[i], json_object_get(page, of_page[i]));
	if (call == TRACK_PAGE || call == TRACK_SCREEN)
		ok = ok && add(c->properties, "name", json_object_get(message, "name")) &&
		     add(c->properties, "category", json_object_get(message, "category"));
	if (ok && lost_name) {
		json_t *name = json_string(lost_name);
		ok = name && add(c->properties, "event_name", name);
		json_decref(name);
	}
	return ok ? ST_OK : adapter_nomem(e);
}

static enum status take_event(
    const struct track_context *x, enum track_call call, json_t *message, struct command *c, struct err *e)
{
	char type[TRACK_TYPE_MAX + 1];
	const char *name = json_string_value(json_object_get(message, "event")), *lost = NULL;
	if (call != TRACK_TRACK) {
		c->type = call == TRACK_PAGE ? "page_view" : "screen_view";
	} else if (!name || !*name) {
		return place_fault(
		    &(struct place){NULL, "/event", 0}, e, "field_required", "A track call has the name of an event.");
	} else {
		if (!track_event_type(x->names, name, x->public, type))
			lost = name;
		c->type = arena_strdup(x->adapter.arena, type);
	}
	return c->type ? take_properties(x, call, message, lost, c, e) : adapter_nomem(e);
}

/* identify, group and alias say who somebody is: changes of the profile, which count for no rule by themselves. */
static enum status take_identify(const struct track_context *x, const json_t *message, const json_t *traits,
    const struct named *n, struct command *c, struct err *e)
{
	const json_t *context = context_of(x, message);
	json_t *email = n->email ? json_string(n->email) : NULL, *phone = n->phone ? json_string(n->phone) : NULL;
	/* Clean already: nothing is noted of where they stand. */
	struct place nowhere = {NULL, "", 0};
	enum status st = email ? track_field(x, "email", email, &nowhere, c, e) : ST_OK;
	if (st == ST_OK && phone)
		st = track_field(x, "phone", phone, &nowhere, c, e);
	json_decref(email);
	json_decref(phone);
	/* RudderStack's pages send traits in the context alone. */
	if (st == ST_OK)
		st = track_traits(x, traits, &(struct place){NULL, "/traits", 0}, c, e);
	if (st == ST_OK && !json_object_size(traits))
		st = track_traits(
		    x, json_object_get(context, "traits"), &(struct place){NULL, "/context/traits", 0}, c, e);
	json_t *locale = json_object_get(context, "locale");
	if (st == ST_OK && json_is_string(locale))
		st = track_field(x, "language", locale, &(struct place){NULL, "/context/locale", 0}, c, e);
	return st == ST_OK ? track_attributes_check(c, &(struct place){NULL, "/traits", 0}, e) : st;
}

/* The lead joins the account of the group, and what is said of that is the account's. */
static enum status take_group(
    const struct track_context *x, const json_t *message, const struct place *root, struct command *c, struct err *e)
{
	const char *id;
	const json_t *given = json_object_get(message, "traits");
	json_t *traits = NULL;
	enum status st = take_id(x, message, "groupId", root, &id, e);
	if (st != ST_OK)
		return st;
	if (!id)
		return place_fault(
		    &(struct place){root, "groupId", 0}, e, "field_required", "A group call has a groupId.");
	json_t *name = json_string(id);
	st = name ? ST_OK : adapter_nomem(e);
	if (st == ST_OK && json_is_object(given))
		st = track_group_traits(x, given, &traits, e);
	if (st == ST_OK)
		st = adapter_account(&x->adapter, GROUP_SOURCE, name, "/groupId", traits, "/traits", c, e);
	json_decref(name);
	json_decref(traits);
	return st;
}

static enum status take_alias(
    const struct track_context *x, const json_t *message, const struct place *root, struct named *n, struct err *e)
{
	enum status st = take_id(x, message, "previousId", root, &n->previous, e);
	if (st != ST_OK)
		return st;
	if (!n->previous)
		return place_fault(
		    &(struct place){root, "previousId", 0}, e, "field_required", "An alias call has a previousId.");
	return n->user ? ST_OK
		       : place_fault(
			     &(struct place){root, "userId", 0}, e, "field_required", "An alias call has a userId.");
}

static enum status take_key(
    const struct track_context *x, const json_t *message, const struct place *root, struct command *c, struct err *e)
{
	const char *source = json_string_value(json_object_get(c->source, "name"));
	enum status st = take_id(x, message, "messageId", root, &c->event_id, e);
	if (st == ST_OK)
		c->event_key = c->event_id ? hash128(source, strlen(source), c->event_id, strlen(c->event_id))
					   : made_key(&x->adapter, "track");
	return st;
}

static enum status take_message(
    const struct track_context *x, enum track_call call, json_t *message, struct command *c, struct err *e)
{
	struct place root = {NULL, "", 0};
	struct named n = {0};
	/* Traits of a group are the group's. */
	const json_t *traits = call == TRACK_GROUP ? NULL : json_object_get(message, "traits");
	enum status st = take_names(x, message, traits, &root, c, &n, e);
	if (st == ST_OK && call == TRACK_ALIAS)
		st = take_alias(x, message, &root, &n, e);
	if (st == ST_OK)
		st = name_lead(&n, &root, c, e);
	if (st == ST_OK)
		st = take_source(x, message, c, e);
	if (st == ST_OK)
		st = take_key(x, message, &root, c, e);
	if (st == ST_OK && call == TRACK_IDENTIFY)
		st = take_identify(x, message, traits, &n, c, e);
	if (st == ST_OK && call == TRACK_GROUP)
		st = take_group(x, message, &root, c, e);
	if (st == ST_OK && (call == TRACK_TRACK || call == TRACK_PAGE || call == TRACK_SCREEN))
		st = take_event(x, call, message, c, e);
	if (call != TRACK_IDENTIFY) {
		c->email = n.email;
		c->phone = n.phone;
	}
	track_time(x, message, c);
	return st == ST_OK ? command_texts(&x->adapter, c, &root, e) : st;
}

enum status adapter_track(
    const struct track_context *x, enum track_call call, json_t *message, struct command *ret, struct err *e)
{
	struct command c;
	struct place root = {NULL, "", 0};
	if (!json_is_object(message))
		return type_fault(&root, e, "an object");
	command_begin(&c, &x->adapter, "profile_updated");
	c.lenient = true; /* nobody reads the reply: refused is lost */
	enum status st = take_message(x, call, message, &c, e);
	if (st != ST_OK) {
		command_release(&c);
		return st;
	}
	*ret = c;
	return ST_OK;
}
