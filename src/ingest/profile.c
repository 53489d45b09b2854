/* The well-known fields of a profile (DESIGN 7), their types and ranges, in one table; and the walk that checks against
 * it. */
#include "clean_priv.h"

#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/account.h"
#include "ingest/adapter.h"

enum kind {
	TEXT,
	NAME, /* of a person */
	EMAIL,
	PHONE,
	LANGUAGE,
	COUNTRY,
	CURRENCY,
	DOMAIN,
	WHOLE,  /* integer in low..high */
	NUMBER, /* number in low..high */
	FLAG,   /* true or false */
	TIME,   /* RFC 3339, kept as UTC with milliseconds */
	TEXTS,  /* list of at most `high` texts */
	TEXT_OR_TEXTS,
	PLAIN, /* text, number or flag */
	GROUP, /* object of the fields in `members` */
	SOURCE,
	FREE, /* object of anything */
};

struct field {
	const char *name;
	enum kind kind;
	double low, high;
	const struct field *members; /* ends with a NULL name */
};

#define MOST_PEOPLE 100000000.0       /* 10^8 */
#define MOST_MONEY 1000000000000000.0 /* 10^15 */
#define MOST_DAYS 36500.0
#define MOST_TEXTS 100.0

/* clang-format off */
#define COMPANY_FIELDS                                                                                                 \
	{"name", TEXT}, {"domain", DOMAIN}, {"industry", TEXT}, {"employees", WHOLE, 0, MOST_PEOPLE},                  \
	{"annual_revenue", NUMBER, 0, MOST_MONEY}, {"currency", CURRENCY}, {"founded_year", WHOLE, 1000, 2100},        \
	{"stage", TEXT}, {"region", TEXT}, {"city", TEXT}, {"technologies", TEXTS, 0, MOST_TEXTS}
/* clang-format on */
static const struct field company[] = {COMPANY_FIELDS, {NULL}};
static const struct field account[] = {
    COMPANY_FIELDS, {"country", COUNTRY}, {"owner", TEXT}, {"attributes", FREE}, {NULL}};
static const struct field needs[] = {{"pains", TEXTS, 0, MOST_TEXTS}, {"budget", NUMBER, 0, MOST_MONEY},
    {"purchase_within_days", WHOLE, 0, MOST_DAYS}, {NULL}};
static const struct field decision[] = {
    {"role", TEXT}, {"chain", TEXT_OR_TEXTS, 0, MOST_TEXTS}, {"cycle_days", WHOLE, 0, MOST_DAYS}, {NULL}};
static const struct field worth[] = {
    {"annual_spend", NUMBER, 0, MOST_MONEY}, {"potential", PLAIN}, {"reference", PLAIN}, {NULL}};
static const struct field consent[] = {{"marketing", FLAG}, {"source", TEXT}, {"at", TIME}, {NULL}};
static const struct field profile[] = {{"email", EMAIL}, {"phone", PHONE}, {"name", NAME}, {"title", TEXT},
    {"language", LANGUAGE}, {"country", COUNTRY}, {"region", TEXT}, {"city", TEXT}, {"owner", TEXT},
    {"company", GROUP, 0, 0, company}, {"needs", GROUP, 0, 0, needs}, {"decision", GROUP, 0, 0, decision},
    {"value", GROUP, 0, 0, worth}, {"consent", GROUP, 0, 0, consent}, {"source", SOURCE}, {"attributes", FREE}, {NULL}};

static const char *const server_owned[] = {"id", "score", "tier", "grade", "stage", "tags", "handoff", "created_at",
    "updated_at", "version", "title_level", "email_kind", "phone_country", "account", NULL};

#define FIELDS_MOST 20

static const struct field *find(const struct field *fields, const char *key)
{
	for (const struct field *f = fields; f->name; f++)
		if (f->name[0] == key[0] && strcmp(f->name, key) == 0)
			return f;
	return NULL;
}

static enum status unknown(const struct field *fields, const char *key, const struct place *at, struct err *e)
{
	if (fields == profile)
		for (const char *const *o = server_owned; *o; o++)
			if (strcmp(*o, key) == 0)
				return place_fault(at, e, "field_read_only", "The service itself sets this field.");
	const char *names[FIELDS_MOST + 1];
	size_t n = 0;
	for (; fields[n].name && n < FIELDS_MOST; n++)
		names[n] = fields[n].name;
	names[n] = NULL;
	return name_fault(at, e, key, names,
	    fields == account ? " Fields of your own go under \"attributes\"."
			      : " Fields of your own go under \"attributes\" of the lead.");
}

static enum status field_value(const struct profile_check *x, const struct field *f, json_t *v, const struct place *at,
    json_t **ret, struct err *e);

/* `why` is what is known of a change so far; of what the text differs in besides, case is one reason, format the other. */
static enum status keep_text(const struct profile_check *x, const json_t *v, const char *text, const char *cleaned,
    unsigned why, const struct place *at, json_t **ret, struct err *e)
{
	bool same = strcmp(text, json_string_value(v)) == 0;
	if (!same && strcmp(text, cleaned) != 0)
		why |= strcasecmp(text, cleaned) == 0 ? CLEAN_CASE : CLEAN_FORMAT;
	if (!same && !clean_note(x->cleaner, at, json_string_value(v), text, why))
		return adapter_nomem(e);
	json_t *made = same ? json_incref((json_t *)(uintptr_t)v) : json_string_nocheck(text);
	if (!made)
		return adapter_nomem(e);
	*ret = made;
	return ST_OK;
}

/* E-mail and phone: base normalises and says what is wrong; the place is added here. */
static enum status contact_value(const struct profile_check *x, const struct field *f, json_t *v,
    const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	char *text;
	struct err why;
	unsigned did = 0;
	struct arena *arena = x->arena;
	size_t n = json_string_length(v);
	const char *core = clean_unwrap(x->cleaner, json_string_value(v), &n, f->kind == PHONE, &did);
	enum status st = f->kind == EMAIL ? email_normalise(arena, core, n, &text, &why)
					  : phone_normalise(arena, core, n, x->country, &text, &why);
	if (st == ST_INVALID)
		return place_fault(at, e, why.code, "%s", why.detail);
	if (st != ST_OK)
		return err_set(e, st, why.code, "%s", why.detail);
	const char *cleaned = text;
	if (strcmp(text, json_string_value(v)) != 0) {
		unsigned changed;
		cleaned = text_clean_without(arena, core, n, 0, &changed);
		if (!cleaned)
			return adapter_nomem(e);
		did |= changed;
	}
	return keep_text(x, v, text, cleaned, did, at, ret, e);
}

static enum status code_value(const struct profile_check *x, const struct field *f, json_t *v, const struct place *at,
    json_t **ret, struct err *e)
{
	const char *text, *cleaned;
	unsigned why;
	enum status st = clean_check(x->cleaner, v, at, &text, &why, e);
	if (st != ST_OK)
		return st;
	cleaned = text;
	char code[64];
	bool nomem = false;
	bool good = false;
	const char *want = "";
	switch (f->kind) {
	case LANGUAGE:
		good = language_canonical(text, code);
		want = "a language tag such as \"en\" or \"zh-Hans-CN\"";
		break;
	case COUNTRY:
		good = country_canonical(text, code);
		want = "a country code of two letters (ISO 3166-1), such as \"CN\"";
		break;
	case CURRENCY:
		good = currency_canonical(text, code);
		want = "a currency code of three letters (ISO 4217), such as \"CNY\"";
		break;
	default:
		good = domain_canonical(x->arena, text, strlen(text), &text, &nomem);
		want = "a host name such as \"example.com\"";
		break;
	}
	if (nomem)
		return adapter_nomem(e);
	if (!good)
		return place_fault(at, e, "field_invalid", "It must be %s.", want);
	return keep_text(x, v, f->kind == DOMAIN ? text : code, cleaned, why, at, ret, e);
}

static enum status number_value(const struct field *f, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_number(v))
		return type_fault(at, e, "a number");
	double d = json_number_value(v);
	bool whole = json_is_integer(v);
	if (f->kind == WHOLE && !whole && (d < -9e15 || d > 9e15 || d != (double)(json_int_t)d))
		return type_fault(at, e, "a whole number");
	if (!(d >= f->low && d <= f->high))
		return place_fault(at, e, "field_out_of_range", "It must lie between %.0f and %.0f.", f->low, f->high);
	json_t *made = f->kind == WHOLE && !whole ? json_integer((json_int_t)d) : json_incref(v);
	if (!made)
		return adapter_nomem(e);
	*ret = made;
	return ST_OK;
}

static enum status time_value(
    const struct profile_check *x, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	int64_t ms;
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	if (!instant_parse(json_string_value(v), json_string_length(v), &ms))
		return place_fault(
		    at, e, "field_invalid", "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	char text[INSTANT_TEXT_MAX];
	instant_format(ms, text);
	return keep_text(x, v, text, json_string_value(v), 0, at, ret, e);
}

static enum status name_value(
    const struct profile_check *x, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	const char *text;
	unsigned why;
	enum status st = clean_check(x->cleaner, v, at, &text, &why, e);
	if (st != ST_OK)
		return st;
	text = clean_name(x->cleaner, text, &why);
	return text ? keep_text(x, v, text, text, why, at, ret, e) : adapter_nomem(e);
}

/* A list of texts; *ret is the list itself while every text is clean, and a new list from the first that is not. */
static enum status texts_value(const struct profile_check *x, const struct field *f, json_t *v, const struct place *at,
    json_t **ret, struct err *e)
{
	if (!json_is_array(v))
		return type_fault(at, e, "a list of strings");
	size_t n = json_array_size(v);
	if ((double)n > f->high)
		return place_fault(at, e, "field_too_large", "It has more than %.0f entries.", f->high);
	json_t *made = json_incref(v);
	for (size_t i = 0; i < n; i++) {
		json_t *item;
		enum status st = clean_value(x->cleaner, json_array_get(v, i), &(struct place){at, NULL, i}, &item, e);
		if (st == ST_OK && item != json_array_get(v, i)) {
			if (made == v) {
				json_decref(made);
				made = json_copy(v);
			}
			if (!made || json_array_set(made, i, item) != 0)
				st = adapter_nomem(e);
			json_decref(item);
		} else if (st == ST_OK) {
			json_decref(item);
		}
		if (st != ST_OK) {
			json_decref(made);
			return st;
		}
	}
	*ret = made;
	return ST_OK;
}

static enum status free_value(
    const struct profile_check *x, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	if (json_object_size(v) > FREE_KEYS_MAX)
		return place_fault(at, e, "field_too_large", "It has more than %d members.", FREE_KEYS_MAX);
	const char *text;
	enum status st = free_check(v, at, e);
	if (st == ST_OK)
		st = compact_text(x->arena, v, FREE_BYTES_MAX, at, &text, e);
	if (st == ST_OK)
		*ret = json_incref(v);
	return st;
}

/* *ret is the object itself while every member is canonical, and a changed copy from the first that is not. */
static enum status group_value(const struct profile_check *x, const struct field *members, json_t *v,
    const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	json_t *made = json_incref(v);
	enum status st = ST_OK;
	for (void *it = json_object_iter(v); it && st == ST_OK; it = json_object_iter_next(v, it)) {
		const char *key = json_object_iter_key(it);
		struct place here = {at, key, 0};
		const struct field *f = find(members, key);
		json_t *old = json_object_iter_value(it);
		json_t *value = NULL;
		st = f ? field_value(x, f, old, &here, &value, e) : unknown(members, key, &here, e);
		if (st == ST_OK && value != old) {
			if (made == v) {
				json_decref(made);
				made = json_copy(v);
			}
			if (!made || json_object_set_nocheck(made, key, value) != 0)
				st = adapter_nomem(e);
		}
		json_decref(value);
	}
	if (st == ST_OK)
		*ret = made;
	else
		json_decref(made);
	return st;
}

static enum status field_value(const struct profile_check *x, const struct field *f, json_t *v, const struct place *at,
    json_t **ret, struct err *e)
{
	if (json_is_null(v) && x->nulls) {
		*ret = json_incref(v);
		return ST_OK;
	}
	switch (f->kind) {
	case EMAIL:
	case PHONE:
		return contact_value(x, f, v, at, ret, e);
	case LANGUAGE:
	case COUNTRY:
	case CURRENCY:
	case DOMAIN:
		return code_value(x, f, v, at, ret, e);
	case WHOLE:
	case NUMBER:
		return number_value(f, v, at, ret, e);
	case FLAG:
		if (!json_is_boolean(v))
			return type_fault(at, e, "true or false");
		break;
	case TIME:
		return time_value(x, v, at, ret, e);
	case TEXTS:
		return texts_value(x, f, v, at, ret, e);
	case TEXT_OR_TEXTS:
		if (json_is_array(v))
			return texts_value(x, f, v, at, ret, e);
		return clean_value(x->cleaner, v, at, ret, e);
	case PLAIN:
		if (!json_is_number(v) && !json_is_boolean(v) && !json_is_string(v))
			return type_fault(at, e, "a string, a number, true or false");
		if (json_is_string(v))
			return clean_value(x->cleaner, v, at, ret, e);
		break;
	case GROUP:
		return group_value(x, f->members, v, at, ret, e);
	case SOURCE:
		return source_value(x->cleaner, v, at, ret, e);
	case FREE:
		return free_value(x, v, at, ret, e);
	case NAME:
		return name_value(x, v, at, ret, e);
	case TEXT:
		return clean_value(x->cleaner, v, at, ret, e);
	}
	*ret = json_incref(v);
	return ST_OK;
}

enum status profile_field(
    const struct profile_check *x, const char *key, json_t *value, const struct place *at, json_t **ret, struct err *e)
{
	const struct field *f = find(profile, key);
	struct cleaner plain = {.arena = x->arena};
	struct profile_check noting = *x;
	if (!x->cleaner)
		noting.cleaner = &plain;
	return f ? field_value(&noting, f, value, at, ret, e) : unknown(profile, key, at, e);
}

enum status profile_check(
    struct arena *arena, json_t *object, bool is_patch, const char *country, const char *pointer, struct err *e)
{
	struct cleaner cleaner = {.arena = arena};
	struct profile_check x = {arena, country, is_patch, &cleaner};
	struct place root = {NULL, pointer, 0};
	json_t *checked = NULL;
	enum status st = group_value(&x, profile, object, &root, &checked, e);
	if (st != ST_OK)
		return st;
	/* Nothing of the profile changes unless all of it is good. */
	int rc = checked == object ? 0 : json_object_update_existing(object, checked);
	json_decref(checked);
	return rc == 0 ? ST_OK : adapter_nomem(e);
}

enum status account_check(
    struct arena *arena, json_t *object, bool is_patch, const char *pointer, json_t **ret, struct err *e)
{
	struct cleaner cleaner = {.arena = arena};
	struct profile_check x = {arena, "", is_patch, &cleaner};
	struct place root = {NULL, pointer, 0};
	const char *text;
	enum status st = group_value(&x, account, object, &root, ret, e);
	if (st == ST_OK && (st = compact_text(arena, *ret, ACCOUNT_BYTES_MAX, &root, &text, e)) != ST_OK)
		json_decref(*ret);
	return st;
}
