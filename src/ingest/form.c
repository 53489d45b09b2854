/* A submission of a form becomes an event. */
#include "ingest/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/form.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "form_priv.h"

#define SOURCE_TEXT_MAX 1000 /* of an address or a campaign's word */
#define FORM_NAME_SHOWN 150

/* The event under construction: owned objects. */
struct draft {
	json_t *lead, *properties, *source;
	const char *flag;
	const char *submission;
	bool agreed;
};

static const char *const source_names[] = {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "utm_id", "gclid", "msclkid", "fbclid", "ttclid", "li_fat_id", "bd_vid", "qhclickid", NULL};

static bool listed(const char *const *names, const char *name)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static bool is(const char *wanted, const char *name)
{
	return wanted && !strcmp(wanted, name);
}

/* Steals v. */
static enum status set(json_t *object, const char *key, json_t *v, struct err *e)
{
	return v && json_object_set_new(object, key, v) == 0 ? ST_OK : adapter_nomem(e);
}

static enum status keep(json_t *object, const char *key, const json_t *v, struct err *e)
{
	return set(object, key, json_incref((json_t *)(uintptr_t)v), e);
}

/* Text of a stranger, cut to what a source may hold. */
static enum status set_source(struct draft *d, const char *key, const char *text, bool anew, struct err *e)
{
	if (!text || !*text || (!anew && json_object_get(d->source, key)))
		return ST_OK;
	return set(d->source, key, json_stringn(text, utf8_cut(text, strlen(text), SOURCE_TEXT_MAX)), e);
}

/* utm_... of the query of an address; one that cannot be read has none. */
static enum status take_query(struct arena *arena, struct draft *d, const char *url, struct err *e)
{
	const char *query = url ? strchr(url, '?') : NULL;
	struct form_type type = {FORM_URLENCODED, ""};
	struct form pairs;
	struct err ignored;
	if (!query++)
		return ST_OK;
	enum status s = form_read(&type, query, strcspn(query, "#"), NULL, arena, &pairs, &ignored);
	if (s != ST_OK)
		return s == ST_NOMEM ? adapter_nomem(e) : ST_OK;
	for (size_t i = 0; s == ST_OK && i < pairs.n; i++)
		if (listed(source_names, pairs.entries[i].name))
			s = set_source(d, pairs.entries[i].name, pairs.entries[i].value, false, e);
	return s;
}

static enum status take_source(
    struct arena *arena, struct draft *d, const struct form_settings *f, const struct form_post *p, struct err *e)
{
	enum status s = ST_OK;
	for (const char *const *n = source_names; *n && s == ST_OK; n++)
		s = set_source(d, *n, form_text(json_object_get(p->fields, *n)), true, e);
	const char *page = form_text(json_object_get(p->fields, "page_url"));
	if (!page)
		page = p->referer;
	if (s == ST_OK)
		s = set_source(d, "page", page, true, e);
	if (s == ST_OK)
		s = set_source(d, "referrer", form_text(json_object_get(p->fields, "referrer")), true, e);
	if (s == ST_OK)
		s = take_query(arena, d, page, e);
	return s == ST_OK ? set_source(d, "name", f->source, true, e) : s;
}

/* Members of one group come one by one. */
static enum status set_profile(struct draft *d, const struct form_target *t, json_t *value, struct err *e)
{
	json_t *group = t->group ? json_object_get(d->lead, t->group) : NULL;
	if (!group)
		return set(d->lead, t->group ? t->group : t->key, value, e);
	int rc = json_object_update_missing(group, value);
	json_decref(value);
	return rc == 0 ? ST_OK : adapter_nomem(e);
}

static enum status set_attribute(struct draft *d, const char *key, const json_t *value, struct err *e)
{
	json_t *attributes = json_object_get(d->lead, "attributes");
	if (!attributes && (set(d->lead, "attributes", json_object(), e) != ST_OK))
		return ST_NOMEM;
	return keep(json_object_get(d->lead, "attributes"), key, value, e);
}

static bool taken(const struct draft *d, const struct form_target *t)
{
	const json_t *at = t->group ? json_object_get(d->lead, t->group) : d->lead;
	return t->place != FORM_PROPERTY && t->place != FORM_ATTRIBUTE && json_object_get(at, t->key);
}

/* A field that the settings name: *ret_fits false: it stays a property. */
static enum status take_mapped(const struct adapter_context *x, struct draft *d, const char *name, const char *target,
    const json_t *value, bool *ret_fits, struct err *e)
{
	struct place root = {NULL, "", 0}, at = {&root, name, 0};
	struct form_target t;
	json_t *v = NULL;
	enum status s = form_target_read(x->arena, target, &at, &t, e);
	*ret_fits = false;
	if (s != ST_OK || taken(d, &t)) /* of two fields for one thing the first counts */
		return s;
	*ret_fits = true;
	switch (t.place) {
	case FORM_PROPERTY:
		return keep(d->properties, t.key, value, e);
	case FORM_ATTRIBUTE:
		return set_attribute(d, t.key, value, e);
	case FORM_IDENTITY:
		s = form_identity_value(x, &t, value, &at, &v, e);
		return s == ST_OK ? set(d->lead, t.key, v, e) : s;
	case FORM_PROFILE:
		break;
	}
	s = form_profile_value(x, &t, value, &v, e);
	*ret_fits = v != NULL;
	return v ? set_profile(d, &t, v, e) : s;
}

/* `interest[]`, as PHP wants its lists, is `interest`. */
static const char *plain_name(struct arena *arena, const char *name)
{
	size_t n = strlen(name);
	return n > 2 && !strcmp(name + n - 2, "[]") ? arena_strndup(arena, name, n - 2) : name;
}

/* Fields that say something of the submission and nothing of the person. */
static bool control(const struct form_settings *f, const char *name)
{
	return is(f->honeypot, name) || is(f->fill_field, name) || is(f->consent_field, name) ||
	       is(f->submission_field, name) || !strcmp(name, "_charset_") || !strcmp(name, "page_url") ||
	       !strcmp(name, "referrer") || listed(source_names, name);
}

static enum status take_field(const struct adapter_context *x, const struct form_settings *f, struct draft *d,
    const char *name, const json_t *value, struct err *e)
{
	const char *plain = plain_name(x->arena, name);
	if (!plain)
		return adapter_nomem(e);
	if (form_blank(value))
		return ST_OK;
	const json_t *target = json_object_get(f->fields, name);
	if (!target)
		target = json_object_get(f->fields, plain);
	bool fits = false;
	enum status s = ST_OK;
	if (target)
		s = take_mapped(x, d, name, json_string_value(target), value, &fits, e);
	else if (control(f, name))
		return ST_OK;
	return s == ST_OK && !fits ? keep(d->properties, plain, value, e) : s;
}

static bool too_quick(const struct form_settings *f, const json_t *fields)
{
	const json_t *v = json_object_get(fields, f->fill_field);
	const char *s = form_text(v);
	char *end;
	double ms = s ? strtod(s, &end) : json_number_value(v);
	return (s ? *end || !*s : !json_is_number(v)) || !(ms >= (double)f->fill_ms);
}

static bool ticked(const json_t *v)
{
	static const char *const no[] = {"0", "false", "off", "no", "否"};
	const char *s = form_text(v);
	for (size_t i = 0; s && i < sizeof no / sizeof no[0]; i++)
		if (!strcasecmp(s, no[i]))
			return false;
	return json_is_true(v) || (json_is_integer(v) && json_integer_value(v)) || (s && !form_blank(v));
}

/* What the settings and the request say wins over what a stranger wrote into fields of these names. */
static enum status take_rest(const struct adapter_context *x, const struct form_settings *f, const struct form_post *p,
    struct draft *d, struct err *e)
{
	enum status s = set(d->properties, "form", json_string(p->form_name), e);
	if (s == ST_OK && json_object_update(d->properties, (json_t *)(uintptr_t)f->properties) != 0)
		s = adapter_nomem(e);
	json_object_del(d->properties, "user_agent");
	json_object_del(d->properties, "ip");
	json_object_del(d->properties, "consent");
	if (s == ST_OK && p->user_agent)
		s = set(d->properties, "user_agent",
		    json_stringn(p->user_agent, utf8_cut(p->user_agent, strlen(p->user_agent), SOURCE_TEXT_MAX)), e);
	if (s == ST_OK && f->keep_ip && p->ip)
		s = set(d->properties, "ip", json_string(p->ip), e);
	if (s != ST_OK || !f->consent_field || !ticked(json_object_get(p->fields, f->consent_field)))
		return s;
	char at[INSTANT_TEXT_MAX];
	instant_format(x->now, at);
	s = set(d->properties, "consent",
	    json_pack("{s:b,s:s,s:s*}", "marketing", 1, "text", f->consent_text, "version", f->consent_version), e);
	return s == ST_OK
		   ? set(d->lead, "consent",
			 json_pack("{s:b,s:o,s:s}", "marketing", 1, "source",
			     json_sprintf("form:%.*s%s%s",
				 (int)utf8_cut(p->form_name, strlen(p->form_name), FORM_NAME_SHOWN), p->form_name,
				 f->consent_version ? " " : "", f->consent_version ? f->consent_version : ""),
			     "at", at),
			 e)
		   : s;
}

static enum status fill(const struct adapter_context *x, const struct form_settings *f, const struct form_post *p,
    struct draft *d, struct err *e)
{
	enum status s = take_source(x->arena, d, f, p, e);
	const char *name;
	json_t *value;
	json_object_foreach((json_t *)(uintptr_t)p->fields, name, value)
	{
		if (s != ST_OK)
			return s;
		s = take_field(x, f, d, name, value, e);
	}
	if (s == ST_OK)
		s = take_rest(x, f, p, d, e);
	if (f->honeypot && !form_blank(json_object_get(p->fields, f->honeypot)))
		d->flag = "form_honeypot";
	else if (f->fill_field && too_quick(f, p->fields))
		d->flag = "form_too_quick";
	d->submission = f->submission_field ? form_text(json_object_get(p->fields, f->submission_field)) : NULL;
	return s;
}

/* The same submission of the same form has the same key; the NUL in front keeps it apart from the names of sources. */
static struct uuid submission_key(const struct form_post *p, const char *submission)
{
	char scope[] = "\0form:0123456789abcdef";
	memcpy(scope + 6, p->form_id.b, sizeof p->form_id.b);
	return hash128(scope, 6 + sizeof p->form_id.b, submission, strlen(submission));
}

enum status adapter_form(const struct adapter_context *x, const struct form_settings *f, const struct form_post *p,
    struct command *ret, struct err *e)
{
	struct draft d = {.lead = json_object(), .properties = json_object(), .source = json_object()};
	enum status s = d.lead && d.properties && d.source ? fill(x, f, p, &d, e) : adapter_nomem(e);
	if (s == ST_OK && !json_object_get(d.lead, "email") && !json_object_get(d.lead, "phone") &&
	    !json_object_get(d.lead, "anonymous_id"))
		s = err_set(e, ST_INVALID, "identity_required", "Give an e-mail address or a phone number.");
	if (s == ST_OK) {
		json_t *event = json_pack("{s:s,s:O,s:O,s:O}", "type", f->type, "lead", d.lead, "properties",
		    d.properties, "source", d.source);
		s = event ? adapter_event(x, event, ret, e) : adapter_nomem(e);
		json_decref(event);
		/* What is left to be wrong is none of the fields alone. */
		if (s == ST_INVALID && e)
			e->pointer[0] = '\0';
	}
	if (s == ST_OK) {
		if (d.submission)
			ret->event_key = submission_key(p, d.submission);
		ret->flag = d.flag;
	}
	json_decref(d.lead);
	json_decref(d.properties);
	json_decref(d.source);
	return s;
}
