/* The document of a sales person. */
#include "ingest/user.h"

#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/json.h"
#include "desk_priv.h"
#include "scoring/model.h"

#define WORDS_MAX 50
#define ABSENCES_MAX 100
#define CAPACITY_DEFAULT 50

static const char *const roles[] = {"representative", "manager", "assistant", NULL};
const char *const user_members[] = {"name", "email", "role", "active", "languages", "territories", "tags", "capacity", "weight", "working_hours", "time_zone", "absences",
	"feishu_user_id", "wecom_userid", "wecom_mobile", "dingtalk_user_id", "dingtalk_mobile", "slack_user_id", NULL};

static bool is_language(const char *s, char *canonical)
{
	return language_canonical(s, canonical);
}

static enum status take_email(struct arena *arena, json_t *v, const struct place *at, json_t *out, struct err *e)
{
	json_t *clean = NULL;
	if (!v || json_is_null(v))
		return desk_put(out, "email", json_null(), e);
	enum status s = profile_field(&(struct profile_check){arena, "", false, NULL}, "email", v, at, &clean, e);
	return s == ST_OK ? desk_put(out, "email", clean, e) : s;
}

/* A day, or an instant. */
static bool is_moment(const json_t *v)
{
	int32_t day;
	int64_t at;
	const char *s = json_string_value(v);
	return s && (local_day_parse(s, json_string_length(v), &day) || instant_parse(s, json_string_length(v), &at));
}

static enum status take_absence(struct arena *arena, json_t *v, const struct place *at, json_t *list, struct err *e)
{
	static const char *const known[] = {"from", "to", "reason", NULL};
	if (!json_is_object(v))
		return type_fault(at, e, "an object of from and to");
	const char *stranger = json_unknown_key(v, known);
	if (stranger)
		return name_fault(&(struct place){at, stranger, 0}, e, stranger, known, "");
	for (size_t i = 0; i < 2; i++) {
		struct place here = {at, known[i], 0};
		if (!json_object_get(v, known[i]))
			return place_fault(&here, e, "field_required", "An absence has a beginning and an end.");
		if (!is_moment(json_object_get(v, known[i])))
			return place_fault(&here, e, "field_invalid", "It must be a day such as \"2026-10-01\", or an RFC 3339 time.");
	}
	const char *from = json_string_value(json_object_get(v, "from")), *to = json_string_value(json_object_get(v, "to"));
	/* Of one kind and without an offset they compare as texts; what is left is seen when it is read. */
	if (strlen(from) == 10 && strlen(to) == 10 && strcmp(to, from) < 0)
		return place_fault(&(struct place){at, "to", 0}, e, "field_invalid", "It ends before it begins.");
	json_t *absence = json_object(), *reason = NULL;
	enum status s = absence ? desk_text(arena, json_object_get(v, "reason"), &(struct place){at, "reason", 0}, &reason, e) : adapter_nomem(e);
	if (s == ST_OK)
		s = desk_put(absence, "from", json_incref(json_object_get(v, "from")), e);
	if (s == ST_OK)
		s = desk_put(absence, "to", json_incref(json_object_get(v, "to")), e);
	if (s == ST_OK)
		s = desk_put(absence, "reason", json_incref(reason), e);
	json_decref(reason);
	if (s == ST_OK && json_array_append(list, absence) != 0)
		s = adapter_nomem(e);
	json_decref(absence);
	return s;
}

static enum status take_absences(struct arena *arena, const json_t *v, const struct place *at, json_t *out, struct err *e)
{
	json_t *list = json_array();
	enum status s = list ? ST_OK : adapter_nomem(e);
	if (v && !json_is_null(v) && !json_is_array(v))
		s = type_fault(at, e, "a list");
	else if (json_array_size(v) > ABSENCES_MAX)
		s = place_fault(at, e, "field_too_large", "It has more than %d entries.", ABSENCES_MAX);
	for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++)
		s = take_absence(arena, json_array_get(v, i), &(struct place){at, NULL, i}, list, e);
	if (s == ST_OK)
		return desk_put(out, "absences", list, e);
	json_decref(list);
	return s;
}

static enum status take_hours(struct arena *arena, json_t *given, const struct place *root, json_t *out, struct err *e)
{
	json_t *hours = json_object_get(given, "working_hours"), *week = NULL, *zone = NULL;
	struct place at = {root, "working_hours", 0}, zone_at = {root, "time_zone", 0};
	enum status s = hours && !json_is_null(hours) ? week_check(hours, &at, &week, e) : ST_OK;
	if (s == ST_OK)
		s = desk_put(out, "working_hours", week ? week : json_null(), e);
	if (s == ST_OK)
		s = desk_text(arena, json_object_get(given, "time_zone"), &zone_at, &zone, e);
	if (s == ST_OK && json_is_string(zone) && !model_time_zone_valid(json_string_value(zone))) {
		json_decref(zone);
		return place_fault(&zone_at, e, "time_zone_invalid", "A time zone is an IANA name such as \"Asia/Shanghai\", \"UTC\", or an offset such as \"+08:00\".");
	}
	return s == ST_OK ? desk_put(out, "time_zone", zone, e) : s;
}

static enum status take_numbers(const json_t *given, const struct place *root, json_t *out, struct err *e)
{
	const json_t *capacity = json_object_get(given, "capacity"), *weight = json_object_get(given, "weight");
	int64_t n = CAPACITY_DEFAULT, w = 1;
	enum status s = ST_OK;
	if (capacity && !json_is_null(capacity))
		s = desk_whole(capacity, &(struct place){root, "capacity", 0}, 0, USER_CAPACITY_MAX, &n, e);
	if (s == ST_OK)
		s = desk_put(out, "capacity", capacity && json_is_null(capacity) ? json_null() : json_integer(n), e);
	if (s == ST_OK && weight)
		s = desk_whole(weight, &(struct place){root, "weight", 0}, 1, USER_WEIGHT_MAX, &w, e);
	return s == ST_OK ? desk_put(out, "weight", json_integer(w), e) : s;
}

static enum status take_lists(struct arena *arena, const json_t *given, const struct place *root, json_t *out, struct err *e)
{
	static const struct {
		const char *key;
		desk_word_fn *check;
	} lists[] = {{"languages", is_language}, {"territories", NULL}, {"tags", NULL}};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < sizeof lists / sizeof lists[0]; i++) {
		json_t *list = NULL;
		s = desk_words(arena, json_object_get(given, lists[i].key), &(struct place){root, lists[i].key, 0}, WORDS_MAX, lists[i].check,
		    "a language such as \"zh\" or \"en-GB\"", &list, e);
		if (s == ST_OK)
			s = desk_put(out, lists[i].key, list, e);
	}
	return s;
}

/* It will stand in markup that calls somebody. */
static bool chat_id(const char *s)
{
	size_t n = strlen(s);
	return n <= 64 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-@") == n && strcasecmp(s, "all") != 0 && strcasecmp(s, "@all") != 0;
}

static enum status take_all(struct arena *arena, json_t *given, const struct place *root, json_t *out, struct err *e)
{
	static const char *const chats[] = {"feishu_user_id", "wecom_userid", "wecom_mobile", "dingtalk_user_id", "dingtalk_mobile", "slack_user_id"};
	json_t *name = json_object_get(given, "name"), *text = NULL;
	const json_t *active = json_object_get(given, "active");
	const char *role = NULL;
	if (!name || json_is_null(name))
		return place_fault(&(struct place){root, "name", 0}, e, "field_required", "A user has a name.");
	enum status s = text_value(arena, name, &(struct place){root, "name", 0}, &text, e);
	if (s == ST_OK)
		s = desk_put(out, "name", text, e);
	if (s == ST_OK)
		s = take_email(arena, json_object_get(given, "email"), &(struct place){root, "email", 0}, out, e);
	if (s == ST_OK)
		s = desk_word(json_object_get(given, "role"), &(struct place){root, "role", 0}, roles, &role, e);
	if (s == ST_OK)
		s = desk_put(out, "role", json_string(role), e);
	if (s == ST_OK && active && !json_is_boolean(active))
		s = type_fault(&(struct place){root, "active", 0}, e, "true or false");
	if (s == ST_OK)
		s = desk_put(out, "active", json_boolean(!json_is_false(active)), e);
	if (s == ST_OK)
		s = take_lists(arena, given, root, out, e);
	if (s == ST_OK)
		s = take_numbers(given, root, out, e);
	if (s == ST_OK)
		s = take_hours(arena, given, root, out, e);
	if (s == ST_OK)
		s = take_absences(arena, json_object_get(given, "absences"), &(struct place){root, "absences", 0}, out, e);
	for (size_t i = 0; s == ST_OK && i < sizeof chats / sizeof chats[0]; i++) {
		struct place at = {root, chats[i], 0};
		s = desk_text(arena, json_object_get(given, chats[i]), &at, &text, e);
		if (s == ST_OK && json_is_string(text) && !chat_id(json_string_value(text))) {
			json_decref(text);
			s = place_fault(&at, e, "field_invalid", "It has 1 to 64 letters, digits and . _ + - @, and names one person.");
		}
		if (s == ST_OK)
			s = desk_put(out, chats[i], text, e);
	}
	return s;
}

enum status user_check(struct arena *arena, json_t *given, json_t **ret, struct err *e)
{
	struct place root = {NULL, "", 0};
	if (!json_is_object(given))
		return type_fault(&root, e, "an object");
	const char *stranger = json_unknown_key(given, user_members);
	if (stranger)
		return name_fault(&(struct place){&root, stranger, 0}, e, stranger, user_members, "");
	json_t *out = json_object();
	enum status s = out ? take_all(arena, given, &root, out, e) : adapter_nomem(e);
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}

/* An end that is a day is the end of that day. */
static int64_t moment(const json_t *v, const struct worktime *w, bool end)
{
	int32_t day;
	int64_t at = 0;
	if (local_day_parse(json_string_value(v), json_string_length(v), &day))
		return worktime_day_begin(w, day + (end ? 1 : 0));
	(void)instant_parse(json_string_value(v), json_string_length(v), &at);
	return at;
}

static enum status read_time(struct arena *arena, const json_t *doc, const struct team_calendar *team, struct sales_user *u)
{
	const json_t *hours = json_object_get(doc, "working_hours"), *absences = json_object_get(doc, "absences");
	const char *zone = json_string_value(json_object_get(doc, "time_zone"));
	struct work_week week = team->week;
	struct worktime *clock;
	if (json_is_object(hours))
		week_read(hours, &week);
	zone = zone ? zone : team->time_zone;
	enum status s = worktime_make(zone, &week, NULL, 0, NULL, 0, arena, &clock);
	if (s != ST_OK)
		return s;
	u->absences = arena_array(arena, json_array_size(absences) + 1, sizeof *u->absences);
	for (size_t i = 0; u->absences && i < json_array_size(absences); i++) {
		const json_t *a = json_array_get(absences, i);
		struct work_span span = {moment(json_object_get(a, "from"), clock, false), moment(json_object_get(a, "to"), clock, true)};
		if (span.from < span.to)
			u->absences[u->n_absences++] = span;
	}
	if (!u->absences)
		return ST_NOMEM;
	return worktime_make(zone, &week, team->holidays, team->n_holidays, u->absences, u->n_absences, arena, &u->time);
}

enum status user_read(struct arena *arena, const struct uuid *id, const char *document, const struct team_calendar *team, struct sales_user *ret, struct err *e)
{
	json_t *doc = json_loads(document, 0, NULL);
	bool ok = true;
	if (!json_is_object(doc)) {
		json_decref(doc);
		return err_set(e, ST_INTERNAL, "user_broken", "a stored user cannot be read");
	}
	const json_t *capacity = json_object_get(doc, "capacity");
	struct sales_user u = {.id = *id,
	    .name = desk_read_text(arena, doc, "name", &ok),
	    .email = desk_read_text(arena, doc, "email", &ok),
	    .role = desk_read_text(arena, doc, "role", &ok),
	    .active = json_is_true(json_object_get(doc, "active")),
	    .capacity = json_is_null(capacity) ? -1 : json_integer_value(capacity),
	    .weight = json_integer_value(json_object_get(doc, "weight"))};
	ok = ok && desk_read_words(arena, json_object_get(doc, "languages"), &u.languages, &u.n_languages) &&
	     desk_read_words(arena, json_object_get(doc, "territories"), &u.territories, &u.n_territories) &&
	     desk_read_words(arena, json_object_get(doc, "tags"), &u.tags, &u.n_tags);
	enum status s = ok ? read_time(arena, doc, team, &u) : ST_NOMEM;
	json_decref(doc);
	if (s != ST_OK)
		return s == ST_NOMEM ? adapter_nomem(e) : err_set(e, ST_INTERNAL, "user_broken", "a stored user's time zone is none");
	*ret = u;
	return ST_OK;
}

bool user_absent(const struct sales_user *u, int64_t now)
{
	for (size_t i = 0; i < u->n_absences; i++)
		if (u->absences[i].from <= now && now < u->absences[i].to)
			return true;
	return false;
}

bool user_named(const struct sales_user *u, const char *text)
{
	struct uuid id;
	if (!text)
		return false;
	if (uuid_parse(text, strlen(text), &id))
		return !uuid_cmp(&id, &u->id);
	return u->email && !strcasecmp(text, u->email);
}
