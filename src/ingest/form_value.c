/* Where a form's field goes, and its text as what is wanted there. */
#include "form_priv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define NUMBER_TEXT_MAX 40
#define COUNTRY_ANY "CN"

static bool grouped(const char *name)
{
	static const char *const groups[] = {"company", "needs", "decision", "value", NULL};
	for (const char *const *g = groups; *g; g++)
		if (!strcmp(*g, name))
			return true;
	return false;
}

/* What nobody may set by filling in a form, though a profile has it. */
static bool withheld(const char *name)
{
	static const char *const names[] = {"consent", "owner", "source", "attributes", NULL};
	for (const char *const *g = names; *g; g++)
		if (!strcmp(*g, name))
			return true;
	return false;
}

static enum status check_member(
    const struct profile_check *x, const char *key, json_t *value, json_t **ret, struct err *e)
{
	return profile_field(x, key, value, &(struct place){NULL, "", 0}, ret, e);
}

/* Whether a profile has it: null would delete it. */
static enum status known(struct arena *arena, const struct form_target *t, bool *ret, struct err *e)
{
	struct profile_check x = {arena, COUNTRY_ANY, true};
	struct err why = {0};
	json_t *value = t->group ? json_pack("{s:n}", t->key) : json_null(), *out = NULL;
	if (!value)
		return adapter_nomem(e);
	enum status s = check_member(&x, t->group ? t->group : t->key, value, &out, &why);
	json_decref(value);
	json_decref(out);
	if (s != ST_OK && s != ST_INVALID)
		return adapter_nomem(e);
	*ret = s == ST_OK;
	return ST_OK;
}

enum status form_target_read(
    struct arena *arena, const char *text, const struct place *at, struct form_target *ret, struct err *e)
{
	struct form_target t = {FORM_PROFILE, NULL, text};
	const char *dot = strchr(text, '.');
	bool good = false;
	if (!strcmp(text, "email") || !strcmp(text, "phone") || !strcmp(text, "anonymous_id")) {
		t.place = FORM_IDENTITY;
		good = true;
	} else if (!strncmp(text, "attributes.", 11) || !strncmp(text, "properties.", 11)) {
		t.place = *text == 'a' ? FORM_ATTRIBUTE : FORM_PROPERTY;
		t.key = text + 11;
		good = *t.key && strlen(t.key) <= TEXT_MAX;
	} else if (dot) {
		t.group = arena_strndup(arena, text, (size_t)(dot - text));
		t.key = dot + 1;
		if (!t.group)
			return adapter_nomem(e);
		good = grouped(t.group) && *t.key;
	} else {
		good = *text && !grouped(text) && !withheld(text);
	}
	if (good && t.place == FORM_PROFILE) {
		enum status s = known(arena, &t, &good, e);
		if (s != ST_OK)
			return s;
	}
	if (!good)
		return place_fault(at, e, "target_unknown",
		    "A field goes to email, phone, anonymous_id, a profile field such as \"name\" or "
		    "\"company.employees\", "
		    "\"attributes.KEY\" or \"properties.KEY\".");
	*ret = t;
	return ST_OK;
}

bool form_blank(const json_t *v)
{
	if (json_is_array(v)) {
		for (size_t i = 0; i < json_array_size(v); i++)
			if (!form_blank(json_array_get(v, i)))
				return false;
		return true;
	}
	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		return !s[strspn(s, " \t\r\n\f\v")];
	}
	return !v || json_is_null(v);
}

const char *form_text(const json_t *v)
{
	if (!json_is_array(v))
		return json_string_value(v);
	for (size_t i = 0; i < json_array_size(v); i++)
		if (!form_blank(json_array_get(v, i)))
			return json_string_value(json_array_get(v, i));
	return NULL;
}

/* "1,200", "１２００", "12.5": as a number; NULL: it is none. */
static json_t *as_number(struct arena *arena, const char *s)
{
	char digits[NUMBER_TEXT_MAX];
	size_t n = 0;
	const char *clean = text_clean(arena, s, strlen(s));
	if (!clean)
		return NULL;
	for (; *clean; clean++) {
		if (*clean == ',' || *clean == ' ')
			continue;
		if (n + 1 == sizeof digits || !strchr("0123456789.-", *clean))
			return NULL;
		digits[n++] = *clean;
	}
	digits[n] = '\0';
	char *end;
	double d = strtod(digits, &end);
	if (!n || *end || !isfinite(d))
		return NULL;
	return strchr(digits, '.') || fabs(d) > 9e15 ? json_real(d) : json_integer((json_int_t)d);
}

static json_t *as_flag(const char *s)
{
	static const char *const yes[] = {"true", "yes", "on", "1", "是", NULL}, *const no[] = {"false", "no", "off",
										     "0", "否", NULL};
	for (size_t i = 0; yes[i]; i++) {
		if (!strcasecmp(s, yes[i]))
			return json_true();
		if (!strcasecmp(s, no[i]))
			return json_false();
	}
	return NULL;
}

/* The texts of a list side by side. */
static json_t *as_line(const json_t *list)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (!s)
			continue;
		buf_puts(&b, b.len ? ", " : "");
		buf_puts(&b, s);
	}
	json_t *line = buf_ok(&b) && b.len ? json_stringn(b.data, b.len) : NULL;
	buf_free(&b);
	return line;
}

/* The n-th way to read a value; a new reference, NULL: there is none such. */
static json_t *reading(struct arena *arena, const json_t *value, int n)
{
	const char *s = json_string_value(value);
	switch (n) {
	case 0:
		return json_incref((json_t *)(uintptr_t)value);
	case 1:
		return s ? as_number(arena, s) : json_is_array(value) ? as_line(value) : NULL;
	case 2:
		return s ? as_flag(s) : json_is_number(value) ? json_sprintf("%.15g", json_number_value(value)) : NULL;
	default:
		return s ? json_pack("[s]", s) : NULL;
	}
}
#define READINGS 4

enum status form_profile_value(
    const struct adapter_context *x, const struct form_target *t, const json_t *value, json_t **ret, struct err *e)
{
	struct profile_check check = {x->arena, x->country, false};
	*ret = NULL;
	for (int i = 0; i < READINGS; i++) {
		json_t *v = reading(x->arena, value, i), *out = NULL;
		struct err why = {0};
		if (!v)
			continue;
		json_t *member = t->group ? json_pack("{s:o}", t->key, v) : v;
		if (!member)
			return adapter_nomem(e);
		enum status s = check_member(&check, t->group ? t->group : t->key, member, &out, &why);
		json_decref(member);
		if (s == ST_OK) {
			*ret = out;
			return ST_OK;
		}
		if (s != ST_INVALID)
			return adapter_nomem(e);
	}
	return ST_OK;
}

enum status form_identity_value(const struct adapter_context *x, const struct form_target *t, const json_t *value,
    const struct place *at, json_t **ret, struct err *e)
{
	struct profile_check check = {x->arena, x->country, false};
	const char *text = form_text(value);
	json_t *v = text ? json_string(text) : json_incref((json_t *)(uintptr_t)value);
	if (!v)
		return adapter_nomem(e);
	enum status s = !strcmp(t->key, "anonymous_id") ? text_value(x->arena, v, at, ret, e)
							: profile_field(&check, t->key, v, at, ret, e);
	json_decref(v);
	return s;
}
