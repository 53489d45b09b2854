#include "ingest/playbook.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "scoring/lead.h"
#include "scoring/local.h"

#define LIST_MAX 20
#define TEXT_BYTES 255
#define ROLE_BYTES 64
#define OFFER_BYTES 1000
#define MONTHS_LONGEST 120
#define DAYS_LONGEST 3653
#define CHANGE_SHORTEST MS_HOUR
#define CHANGE_LONGEST (90 * MS_DAY)

/* ---- cadence ---- */

/* The number in front of `unit` at *at, which moves behind it; false: there is none. */
static bool take_number(const char **at, char unit, int *ret)
{
	const char *s = *at;
	int v = 0;
	for (; *s >= '0' && *s <= '9' && v <= 10000; s++)
		v = v * 10 + (*s - '0');
	if (s == *at || *s != unit)
		return false;
	*ret = v;
	*at = s + 1;
	return true;
}

/* What is left of a duration behind years and months: weeks or days, then a time. */
static bool read_rest(const char *s, struct cadence *c)
{
	const char *t = strchr(s, 'T');
	char part[64] = "P";
	size_t n = t ? (size_t)(t - s) : strlen(s);
	int64_t ms = 0;
	if (n + 2 > sizeof part)
		return false;
	memcpy(part + 1, s, n);
	if (n && !duration_parse(part, n + 1, &ms))
		return false;
	c->days = ms / MS_DAY;
	n = t ? strlen(t) : 0;
	if (n + 2 > sizeof part)
		return false;
	if (n)
		memcpy(part + 1, t, n);
	return !n || !strcmp(t, "T0S") || duration_parse(part, n + 1, &c->ms);
}

bool cadence_parse(const char *text, struct cadence *ret)
{
	static const struct {
		const char *word;
		struct cadence is;
	} words[] = {{"weekly", {0, 7, 0}}, {"biweekly", {0, 14, 0}}, {"monthly", {1, 0, 0}}, {"quarterly", {3, 0, 0}}};
	struct cadence c = {0};
	int years = 0;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(words[i].word, text)) {
			*ret = words[i].is;
			return true;
		}
	if (text[0] != 'P' || !text[1])
		return false;
	const char *s = text + 1;
	(void)take_number(&s, 'Y', &years);
	(void)take_number(&s, 'M', &c.months);
	c.months += 12 * years;
	if (c.months > MONTHS_LONGEST || !read_rest(s, &c) || c.days > DAYS_LONGEST || c.ms > DAYS_LONGEST * MS_DAY)
		return false;
	*ret = c;
	return true;
}

int64_t cadence_after(const struct cadence *c, const struct zone *zone, int64_t at)
{
	if (!c->months && !c->days)
		return at + c->ms;
	int64_t local = local_time(zone, at), day = local_day(local), of_day = local - day * MS_DAY;
	day = local_add_months(day, c->months) + c->days;
	return local_instant(zone, day * MS_DAY + of_day) + c->ms;
}

/* ---- settings ---- */

static enum status wrong(const char *pointer, const char *what, struct err *e)
{
	return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be %s.", what);
}

static const json_t *given(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return v && !json_is_null(v) ? v : NULL;
}

static enum status check_text(const json_t *v, const char *pointer, size_t max, struct err *e)
{
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be a string.");
	if (!json_string_length(v) || json_string_length(v) > max)
		return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be 1 to %zu bytes long.", max);
	return ST_OK;
}

static bool any_text(const char *s)
{
	(void)s;
	return true;
}

static bool is_tier(const char *s)
{
	return strlen(s) == 1 && strchr("ABCDX", *s);
}

static bool is_stage(const char *s)
{
	enum stage ignored;
	return stage_parse(s, &ignored);
}

static enum status check_list(
    const json_t *v, const char *pointer, const char *what, bool (*fits)(const char *s), struct err *e)
{
	char at[ERR_POINTER_MAX];
	enum status s = ST_OK;
	if (!json_is_array(v) || json_array_size(v) > LIST_MAX)
		return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be a list of at most %d.", LIST_MAX);
	for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++) {
		json_pointer_index(at, pointer, i);
		s = check_text(json_array_get(v, i), at, TEXT_BYTES, e);
		if (s == ST_OK && !fits(json_string_value(json_array_get(v, i))))
			s = wrong(at, what, e);
	}
	return s;
}

static const struct {
	const char *key, *pointer, *what;
	bool (*fits)(const char *s);
} lists[] = {{"tags", "/match/tags", "a tag", any_text}, {"tiers", "/match/tiers", "A, B, C, D or X", is_tier},
    {"stages", "/match/stages", "a stage", is_stage}};

static enum status check_match(const json_t *match, struct err *e)
{
	static const char *const known[] = {"tags", "tiers", "stages", NULL};
	char at[ERR_POINTER_MAX];
	size_t n = 0;
	enum status s = ST_OK;
	if (!json_is_object(match))
		return err_at(e, ST_INVALID, "field_type", "/match", "It must be an object.");
	const char *stranger = json_unknown_key(match, known);
	if (stranger) {
		json_pointer_join(at, "/match", stranger);
		return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
	}
	for (size_t i = 0; s == ST_OK && i < sizeof lists / sizeof lists[0]; i++) {
		const json_t *list = given(match, lists[i].key);
		if (list)
			s = check_list(list, lists[i].pointer, lists[i].what, lists[i].fits, e);
		n += json_array_size(list);
	}
	return s == ST_OK && !n ? wrong("/match", "an object with some tags, tiers or stages", e) : s;
}

/* All of the tags, one of the tiers, one of the stages. */
static json_t *match_condition(const json_t *match)
{
	static const char *const one_of[][2] = {{"tiers", "tier"}, {"stages", "stage"}};
	json_t *all = json_array();
	const json_t *tags = json_object_get(match, "tags");
	bool ok = all != NULL;
	for (size_t i = 0; ok && i < json_array_size(tags); i++)
		ok = json_array_append_new(
			 all, json_pack("{s:[O,{s:s}]}", "in", json_array_get(tags, i), "var", "tags")) == 0;
	for (size_t i = 0; ok && i < 2; i++) {
		json_t *list = json_object_get(match, one_of[i][0]);
		if (json_array_size(list))
			ok = json_array_append_new(all, json_pack("{s:[{s:s},O]}", "in", "var", one_of[i][1], list)) ==
			     0;
	}
	if (!ok)
		json_decref(all);
	return ok ? json_pack("{s:o}", "and", all) : NULL;
}

static enum status read_whom(const json_t *settings, struct playbook_settings *ret, struct err *e)
{
	json_t *when = (json_t *)(uintptr_t)given(settings, "when");
	const json_t *match = given(settings, "match");
	if (!when && !match)
		return err_at(e, ST_INVALID, "field_required", "/when",
		    "A playbook says whom it is for, by `when` or by `match`.");
	if (when && match)
		return wrong("/match", "absent where there is `when`", e);
	enum status s = match ? check_match(match, e) : ST_OK;
	if (s != ST_OK)
		return s;
	json_t *whom = match ? match_condition(match) : json_incref(when);
	ret->condition =
	    whom ? json_pack("{s:[{s:[{s:s},s]},o]}", "and", "!==", "var", "stage", "disqualified", whom) : NULL;
	return ret->condition ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status read_cadence(
    const json_t *settings, const char *key, const char *pointer, const char **ret, struct err *e)
{
	const json_t *v = given(settings, key);
	struct cadence c;
	if (!v)
		return ST_OK;
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be a string.");
	if (!cadence_parse(json_string_value(v), &c))
		return wrong(
		    pointer, "weekly, biweekly, monthly, quarterly or an ISO 8601 duration of at most ten years", e);
	*ret = json_string_value(v);
	return ST_OK;
}

static enum status read_times(const json_t *settings, bool review, struct playbook_settings *ret, struct err *e)
{
	const json_t *change = given(settings, "on_change");
	const char *text = json_string_value(change);
	struct cadence c;
	int64_t ms;
	enum status s = read_cadence(settings, "cadence", "/cadence", &ret->cadence, e);
	if (s == ST_OK && !ret->cadence)
		s = err_at(e, ST_INVALID, "field_required", "/cadence", "A playbook says how often.");
	if (s == ST_OK && cadence_parse(ret->cadence, &c) && !c.months && !c.days && c.ms < MS_HOUR)
		s = wrong("/cadence", "an hour at least", e);
	if (s == ST_OK)
		s = read_cadence(settings, "first_after", "/first_after", &ret->first_after, e);
	if (s != ST_OK || !change)
		return s;
	if (!review)
		return wrong("/on_change", "absent where `kind` is not review", e);
	if (!text || !duration_parse(text, strlen(text), &ms) || ms < CHANGE_SHORTEST || ms > CHANGE_LONGEST)
		return wrong("/on_change", "an ISO 8601 duration from PT1H to P90D", e);
	ret->on_change = text;
	return ST_OK;
}

enum status playbook_settings_read(const json_t *settings, bool review, struct playbook_settings *ret, struct err *e)
{
	const json_t *role = given(settings, "owner_role"), *actions = given(settings, "actions"),
		     *offer = given(settings, "offer");
	*ret = (struct playbook_settings){0};
	enum status s = role ? check_text(role, "/owner_role", ROLE_BYTES, e) : ST_OK;
	if (s == ST_OK && actions)
		s = check_list(actions, "/actions", "a text", any_text, e);
	if (s == ST_OK && offer)
		s = check_text(offer, "/offer", OFFER_BYTES, e);
	if (s == ST_OK)
		s = read_times(settings, review, ret, e);
	if (s == ST_OK)
		s = read_whom(settings, ret, e);
	if (s != ST_OK)
		playbook_settings_free(ret);
	return s;
}

void playbook_settings_free(struct playbook_settings *s)
{
	json_decref(s->condition);
	s->condition = NULL;
}
