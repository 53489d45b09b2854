#include "ingest/journey.h"

#include <stdio.h>
#include <string.h>

#include "base/ident.h"
#include "base/instant.h"
#include "base/json.h"
#include "scoring/lead.h"
#include "scoring/local.h"
#include "scoring/model.h"

#define AFTER_MAX (365 * MS_DAY)
#define TEXT_MAX 255

static enum status wrong(const char *pointer, const char *what, struct err *e)
{
	return err_at(e, ST_INVALID, "field_invalid", pointer, "It must be %s.", what);
}

static enum status known_only(const json_t *v, const char *pointer, const char *const *known, struct err *e)
{
	if (!json_is_object(v))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be an object.");
	const char *stranger = json_unknown_key(v, known);
	char at[ERR_POINTER_MAX];
	if (!stranger)
		return ST_OK;
	json_pointer_join(at, pointer, stranger);
	return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
}

/* A text of 1 to 255 bytes; absent or null is NULL. */
static enum status text_of(const json_t *object, const char *pointer, const char *key, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(object, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, pointer, key);
	*ret = NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
	if (!json_string_length(v) || json_string_length(v) > TEXT_MAX)
		return wrong(at, "1 to 255 bytes long", e);
	*ret = json_string_value(v);
	return ST_OK;
}

static enum status read_trigger(const json_t *v, struct journey_settings *ret, struct err *e)
{
	static const char *const known[] = {"segment", "when", "stage", "tag", "form", NULL};
	const char *stage = NULL, *tag = NULL;
	enum stage ignored;
	struct uuid id;
	if (!v)
		return err_at(e, ST_INVALID, "field_required", "/trigger", "Something starts a journey.");
	enum status s = known_only(v, "/trigger", known, e);
	if (s == ST_OK)
		s = text_of(v, "/trigger", "segment", &ret->segment, e);
	if (s == ST_OK)
		s = text_of(v, "/trigger", "stage", &stage, e);
	if (s == ST_OK)
		s = text_of(v, "/trigger", "tag", &tag, e);
	if (s == ST_OK)
		s = text_of(v, "/trigger", "form", &ret->form, e);
	const json_t *when = json_object_get(v, "when");
	int given = (ret->segment != NULL) + (stage != NULL) + (tag != NULL) + (ret->form != NULL) + (when != NULL);
	if (s == ST_OK && given != 1)
		s = wrong("/trigger", "one of segment, when, stage, tag and form", e);
	if (s == ST_OK && ret->segment && !uuid_parse(ret->segment, strlen(ret->segment), &id))
		s = wrong("/trigger/segment", "the id of a segment", e);
	if (s == ST_OK && stage && !stage_parse(stage, &ignored))
		s = wrong("/trigger/stage", "a stage", e);
	if (s != ST_OK || (!when && !stage && !tag))
		return s;
	ret->condition = when    ? json_incref((json_t *)(uintptr_t)when)
			 : stage ? json_pack("{s:[{s:s},s]}", "===", "var", "stage", stage)
				 : json_pack("{s:[s,{s:s}]}", "in", tag, "var", "tags");
	return ret->condition ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status read_sending(const json_t *v, const char *pointer, struct err *e)
{
	const char *ignored;
	const json_t *data = json_object_get(v, "data");
	char at[ERR_POINTER_MAX];
	enum status s = text_of(v, pointer, "template", &ignored, e);
	if (s == ST_OK)
		s = text_of(v, pointer, "channel", &ignored, e);
	json_pointer_join(at, pointer, "data");
	if (s == ST_OK && data && !json_is_object(data))
		s = err_at(e, ST_INVALID, "field_type", at, "It must be an object.");
	return s;
}

static enum status read_branch(const json_t *settings, size_t step, const json_t *v, const char *pointer, struct err *e)
{
	static const char *const known[] = {"when", "template", "channel", "data", "goto", "end", NULL};
	const char *next = NULL;
	const json_t *end = json_object_get(v, "end");
	char at[ERR_POINTER_MAX];
	enum status s = known_only(v, pointer, known, e);
	if (s == ST_OK)
		s = read_sending(v, pointer, e);
	if (s == ST_OK)
		s = text_of(v, pointer, "goto", &next, e);
	json_pointer_join(at, pointer, "when");
	if (s == ST_OK && !json_object_get(v, "when"))
		s = err_at(e, ST_INVALID, "field_required", at, "A branch says when it is taken.");
	json_pointer_join(at, pointer, "end");
	if (s == ST_OK && end && !json_is_boolean(end))
		s = err_at(e, ST_INVALID, "field_type", at, "It must be true or false.");
	json_pointer_join(at, pointer, "goto");
	if (s == ST_OK && next && journey_step_find(settings, next) <= step)
		s = wrong(at, "the id of a later step", e);
	if (s == ST_OK && next &&
	    journey_step_find(settings, next) >= json_array_size(json_object_get(settings, "steps")))
		s = wrong(at, "the id of a later step", e);
	return s;
}

static enum status read_after(
    const json_t *v, const char *pointer, size_t i, struct journey_settings *ret, struct err *e)
{
	const json_t *after = json_object_get(v, "after");
	const char *text = json_string_value(after);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, pointer, "after");
	if (!after)
		return err_at(e, ST_INVALID, "field_required", at, "A step says how long after the start it is due.");
	int64_t ms = 0;
	bool zero = text && !strcmp(text, "PT0S");
	if (!text || (!zero && !duration_parse(text, strlen(text), &ms)) || ms > AFTER_MAX)
		return wrong(at, "an ISO 8601 duration of at most P365D", e);
	if (i && ms < ret->after[i - 1])
		return wrong(at, "no less than that of the step before", e);
	ret->after[i] = ms;
	return ST_OK;
}

static enum status read_step(const json_t *settings, size_t i, struct journey_settings *ret, struct err *e)
{
	static const char *const known[] = {"id", "after", "template", "channel", "data", "branches", NULL};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
	const json_t *v = json_array_get(json_object_get(settings, "steps"), i),
		     *branches = json_object_get(v, "branches");
	const char *id = NULL;
	char pointer[ERR_POINTER_MAX], at[ERR_POINTER_MAX], inner[ERR_POINTER_MAX];
	json_pointer_index(pointer, "/steps", i);
	enum status s = known_only(v, pointer, known, e);
	if (s == ST_OK)
		s = text_of(v, pointer, "id", &id, e);
	json_pointer_join(at, pointer, "id");
	if (s == ST_OK && !id)
		s = err_at(e, ST_INVALID, "field_required", at, "A step has an id.");
	if (s == ST_OK && (strlen(id) > 64 || id[strspn(id, letters)]))
		s = wrong(at, "1 to 64 letters, digits, _ and -", e);
	if (s == ST_OK && journey_step_find(settings, id) != i)
		s = wrong(at, "an id of its own", e);
	if (s == ST_OK)
		s = read_after(v, pointer, i, ret, e);
	if (s == ST_OK)
		s = read_sending(v, pointer, e);
	json_pointer_join(at, pointer, "branches");
	if (s == ST_OK && branches && (!json_is_array(branches) || json_array_size(branches) > JOURNEY_BRANCHES_MAX))
		s = wrong(at, "a list of at most 8 branches", e);
	for (size_t k = 0; s == ST_OK && k < json_array_size(branches); k++) {
		json_pointer_index(inner, at, k);
		s = read_branch(settings, i, json_array_get(branches, k), inner, e);
	}
	return s;
}

static bool read_clock(const json_t *v, int64_t *ret)
{
	const char *s = json_string_value(v);
	int hour, minute;
	char rest;
	if (!s || strlen(s) != 5 || sscanf(s, "%2d:%2d%c", &hour, &minute, &rest) != 2 || hour < 0 || hour > 23 ||
	    minute < 0 || minute > 59)
		return false;
	*ret = hour * MS_HOUR + minute * (MS_HOUR / 60);
	return true;
}

static enum status read_quiet(const json_t *v, struct journey_settings *ret, struct err *e)
{
	static const char *const known[] = {"from", "to", "time_zone", "weekdays_only", NULL};
	const json_t *weekdays = json_object_get(v, "weekdays_only"), *from = json_object_get(v, "from"),
		     *to = json_object_get(v, "to");
	if (!v || json_is_null(v))
		return ST_OK;
	enum status s = known_only(v, "/quiet_hours", known, e);
	if (s == ST_OK && !from != !to)
		s = wrong("/quiet_hours", "an object with both `from` and `to`, or neither", e);
	if (s == ST_OK && from && !read_clock(from, &ret->quiet_from))
		s = wrong("/quiet_hours/from", "a time of the day, such as 21:00", e);
	if (s == ST_OK && to && !read_clock(to, &ret->quiet_to))
		s = wrong("/quiet_hours/to", "a time of the day, such as 08:00", e);
	if (s == ST_OK)
		s = text_of(v, "/quiet_hours", "time_zone", &ret->time_zone, e);
	if (s == ST_OK && ret->time_zone && !model_time_zone_valid(ret->time_zone))
		s = wrong("/quiet_hours/time_zone", "UTC, an offset or a name like Asia/Shanghai", e);
	if (s == ST_OK && weekdays && !json_is_boolean(weekdays))
		s = err_at(e, ST_INVALID, "field_type", "/quiet_hours/weekdays_only", "It must be true or false.");
	ret->weekdays_only = json_is_true(weekdays);
	return s;
}

enum status journey_settings_read(const json_t *settings, struct journey_settings *ret, struct err *e)
{
	const json_t *steps = json_object_get(settings, "steps");
	*ret = (struct journey_settings){0};
	enum status s = read_trigger(json_object_get(settings, "trigger"), ret, e);
	if (s == ST_OK &&
	    (!json_is_array(steps) || !json_array_size(steps) || json_array_size(steps) > JOURNEY_STEPS_MAX))
		s = wrong("/steps", "a list of 1 to 30 steps", e);
	for (size_t i = 0; s == ST_OK && i < json_array_size(steps); i++)
		s = read_step(settings, i, ret, e);
	if (s == ST_OK)
		s = read_quiet(json_object_get(settings, "quiet_hours"), ret, e);
	ret->n_steps = json_array_size(steps);
	if (s != ST_OK)
		journey_settings_free(ret);
	return s;
}

void journey_settings_free(struct journey_settings *s)
{
	json_decref(s->condition);
	s->condition = NULL;
}

/* Who became an MQL or more, is excluded, has unsubscribed or takes the consent back. */
static json_t *usual_exit(void)
{
	return json_pack("{s:[{s:[{s:s},[s,s,s,s,s,s,s]]},{s:[s]},{s:[{s:s},b]}]}", "or", "in", "var", "stage", "mql",
	    "sal", "sql", "opportunity", "customer", "disqualified", "lost", "seen", "email_unsubscribe", "===", "var",
	    "consent.marketing", 0);
}

static bool add(json_t *list, json_t *when)
{
	return when && json_array_append_new(list, json_pack("{s:s,s:o}", "id", "condition", "when", when)) == 0;
}

json_t *journey_conditions(const json_t *settings)
{
	json_t *list = json_array(), *given = json_object_get(settings, "exit");
	const json_t *steps = json_object_get(settings, "steps");
	bool ok = list && add(list, given && !json_is_null(given) ? json_deep_copy(given) : usual_exit());
	for (size_t i = 0; ok && i < json_array_size(steps); i++) {
		const json_t *branches = json_object_get(json_array_get(steps, i), "branches");
		for (size_t k = 0; ok && k < json_array_size(branches); k++)
			ok = add(list, json_deep_copy(json_object_get(json_array_get(branches, k), "when")));
	}
	if (!ok)
		json_decref(list);
	return ok ? list : NULL;
}

size_t journey_first_condition(const json_t *settings, size_t step)
{
	size_t n = 1;
	for (size_t i = 0; i < step; i++)
		n +=
		    json_array_size(json_object_get(json_array_get(json_object_get(settings, "steps"), i), "branches"));
	return n;
}

size_t journey_step_find(const json_t *settings, const char *id)
{
	const json_t *steps = json_object_get(settings, "steps");
	size_t i = 0;
	for (; i < json_array_size(steps); i++) {
		const char *there = json_string_value(json_object_get(json_array_get(steps, i), "id"));
		if (there && !strcmp(there, id))
			break;
	}
	return i;
}

static bool is_quiet(const struct journey_settings *s, int64_t of_day)
{
	return s->quiet_from < s->quiet_to   ? of_day >= s->quiet_from && of_day < s->quiet_to
	       : s->quiet_from > s->quiet_to ? of_day >= s->quiet_from || of_day < s->quiet_to
					     : false;
}

int64_t journey_waking(const struct journey_settings *s, const struct zone *zone, int64_t at)
{
	int64_t local = local_time(zone, at), begin = local;
	for (int i = 0; i < 10; i++) {
		int64_t day = local_day(local), of_day = local - day * MS_DAY;
		if (s->weekdays_only && local_weekday(day) > 4)
			local = (day + 1) * MS_DAY;
		else if (is_quiet(s, of_day))
			local = of_day < s->quiet_to ? day * MS_DAY + s->quiet_to : (day + 1) * MS_DAY + s->quiet_to;
		else
			break;
	}
	if (local == begin)
		return at;
	int64_t waking = local_instant(zone, local);
	return waking > at ? waking : at;
}
