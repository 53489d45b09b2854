/* Members of the desk's documents, and weeks of working hours. */
#include "desk_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "ingest/user.h"

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

enum status desk_put(json_t *to, const char *key, json_t *v, struct err *e)
{
	return v && json_object_set_new(to, key, v) == 0 ? ST_OK : adapter_nomem(e);
}

enum status desk_words(struct arena *arena, const json_t *v, const struct place *at, size_t max, desk_word_fn *check, const char *what, json_t **ret, struct err *e)
{
	json_t *list = json_array();
	enum status s = list ? ST_OK : adapter_nomem(e);
	if (v && !json_is_null(v) && !json_is_array(v))
		s = type_fault(at, e, "a list of texts");
	else if (json_array_size(v) > max)
		s = place_fault(at, e, "field_too_large", "It has more than %zu entries.", max);
	for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++) {
		struct place here = {at, NULL, i};
		const char *text;
		char canonical[64] = "";
		s = text_check(arena, json_array_get(v, i), &here, &text, e);
		if (s == ST_OK && check && !check(text, canonical))
			s = place_fault(&here, e, "field_invalid", "It must be %s.", what);
		if (s == ST_OK && json_array_append_new(list, json_string(*canonical ? canonical : text)) != 0)
			s = adapter_nomem(e);
	}
	if (s == ST_OK)
		*ret = list;
	else
		json_decref(list);
	return s;
}

enum status desk_text(struct arena *arena, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (v && !json_is_null(v))
		return text_value(arena, v, at, ret, e);
	*ret = json_null();
	return ST_OK;
}

enum status desk_whole(const json_t *v, const struct place *at, int64_t min, int64_t max, int64_t *ret, struct err *e)
{
	if (!json_is_integer(v))
		return type_fault(at, e, "a whole number");
	if (json_integer_value(v) < min || json_integer_value(v) > max)
		return place_fault(at, e, "field_out_of_range", "It lies between %lld and %lld.", (long long)min, (long long)max);
	*ret = json_integer_value(v);
	return ST_OK;
}

enum status desk_word(const json_t *v, const struct place *at, const char *const *words, const char **ret, struct err *e)
{
	char all[128] = "";
	*ret = words[0];
	if (!v)
		return ST_OK;
	for (size_t i = 0; words[i]; i++) {
		if (json_is_string(v) && !strcmp(json_string_value(v), words[i])) {
			*ret = words[i];
			return ST_OK;
		}
		if (strlen(all) + strlen(words[i]) + 3 < sizeof all) {
			strcat(all, i ? ", " : "");
			strcat(all, words[i]);
		}
	}
	return json_is_string(v) ? place_fault(at, e, "field_invalid", "It must be one of: %s.", all) : type_fault(at, e, "a string");
}

enum status desk_duration(const json_t *v, const struct place *at, int64_t max_days, int64_t *ret, struct err *e)
{
	if (!json_is_string(v))
		return type_fault(at, e, "a string");
	if (!duration_parse(json_string_value(v), json_string_length(v), ret))
		return place_fault(at, e, "duration_invalid", "It must be an ISO 8601 duration such as \"PT4H\".");
	if (*ret > max_days * MS_DAY)
		return place_fault(at, e, "field_out_of_range", "It is %lld days at most.", (long long)max_days);
	return ST_OK;
}

bool desk_read_words(struct arena *arena, const json_t *list, const char ***ret, size_t *ret_n)
{
	size_t n = json_array_size(list), kept = 0;
	const char **words = arena_array(arena, n + 1, sizeof(*words));
	for (size_t i = 0; words && i < n; i++) {
		const char *s = json_string_value(json_array_get(list, i));
		if (s && !(words[kept++] = arena_strdup(arena, s)))
			return false;
	}
	*ret = words;
	*ret_n = kept;
	return words != NULL;
}

const char *desk_read_text(struct arena *arena, const json_t *object, const char *key, bool *io_ok)
{
	const char *s = json_string_value(json_object_get(object, key)), *copy = s ? arena_strdup(arena, s) : NULL;
	*io_ok = *io_ok && (!s || copy);
	return copy;
}

/* "09:30" as minutes; "24:00" is the end of a day. -1: it is none. */
static int minutes_of(const json_t *v)
{
	const char *s = json_string_value(v);
	if (!s || json_string_length(v) != 5 || s[2] != ':')
		return -1;
	for (int i = 0; i < 5; i++)
		if (i != 2 && (s[i] < '0' || s[i] > '9'))
			return -1;
	int hour = (s[0] - '0') * 10 + s[1] - '0', minute = (s[3] - '0') * 10 + s[4] - '0';
	return hour > 24 || minute > 59 || (hour == 24 && minute) ? -1 : hour * 60 + minute;
}

static enum status range_check(const json_t *v, const struct place *at, int *io_end, struct err *e)
{
	int from = json_array_size(v) == 2 ? minutes_of(json_array_get(v, 0)) : -1, to = from < 0 ? -1 : minutes_of(json_array_get(v, 1));
	if (from < 0 || to < 0)
		return place_fault(at, e, "field_invalid", "It must be two times of day such as [\"09:00\", \"18:00\"].");
	if (to <= from)
		return place_fault(at, e, "field_invalid", "It ends before it begins.");
	if (from < *io_end)
		return place_fault(at, e, "field_invalid", "Ranges of a day stand in order and do not overlap.");
	*io_end = to;
	return ST_OK;
}

enum status week_check(json_t *given, const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_object(given))
		return type_fault(at, e, "an object of mon, tue, wed, thu, fri, sat and sun");
	const char *stranger = json_unknown_key(given, weekdays);
	if (stranger)
		return name_fault(&(struct place){at, stranger, 0}, e, stranger, weekdays, "");
	json_t *out = json_object();
	enum status s = out ? ST_OK : adapter_nomem(e);
	for (size_t d = 0; s == ST_OK && weekdays[d]; d++) {
		json_t *v = json_object_get(given, weekdays[d]);
		struct place here = {at, weekdays[d], 0};
		int end = 0;
		if (v && !json_is_array(v))
			s = type_fault(&here, e, "a list of ranges");
		else if (json_array_size(v) > WORKTIME_RANGES_MAX)
			s = place_fault(&here, e, "field_too_large", "A day has at most %d ranges.", WORKTIME_RANGES_MAX);
		for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++)
			s = range_check(json_array_get(v, i), &(struct place){&here, NULL, i}, &end, e);
		if (s == ST_OK)
			s = desk_put(out, weekdays[d], v ? json_incref(v) : json_array(), e);
	}
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}

void week_read(const json_t *document, struct work_week *ret)
{
	*ret = (struct work_week){0};
	for (size_t d = 0; weekdays[d]; d++) {
		const json_t *list = json_object_get(document, weekdays[d]);
		for (size_t i = 0; i < json_array_size(list) && i < WORKTIME_RANGES_MAX; i++) {
			const json_t *r = json_array_get(list, i);
			ret->ranges[d][ret->n[d]++] = (struct work_range){minutes_of(json_array_get(r, 0)), minutes_of(json_array_get(r, 1))};
		}
	}
}

bool local_day_parse(const char *s, size_t n, int32_t *ret)
{
	char text[24];
	int64_t ms;
	if (n != 10 || memchr(s, 'T', n))
		return false;
	memcpy(text, s, n);
	memcpy(text + n, "T00:00:00Z", 11);
	if (!instant_parse(text, n + 10, &ms))
		return false;
	*ret = (int32_t)(ms / MS_DAY - (ms % MS_DAY < 0));
	return true;
}
