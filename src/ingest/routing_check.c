/* Checking and completing the routing document. */
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "desk_priv.h"
#include "ingest/routing.h"
#include "scoring/lead.h"
#include "scoring/model.h"

#define RULES_MAX 100
#define WORDS_MAX 200
#define REASONS_MAX 50
#define HOLIDAYS_MAX 1000
#define SLA_DAYS_MAX 366
#define RESPONSE_EVENTS_MAX 50

extern const char routing_default_document[];

json_t *routing_defaults(void)
{
	return json_loads(routing_default_document, 0, NULL);
}

static enum status unknown_member(const json_t *v, const char *const *known, const struct place *at, struct err *e)
{
	if (!json_is_object(v))
		return type_fault(at, e, "an object");
	const char *stranger = json_unknown_key(v, known);
	return stranger ? name_fault(&(struct place){at, stranger, 0}, e, stranger, known, "") : ST_OK;
}

static enum status check_flag(const json_t *v, const struct place *at, bool otherwise, json_t *out, struct err *e)
{
	if (v && !json_is_boolean(v))
		return type_fault(at, e, "true or false");
	return desk_put(out, at->key, json_boolean(v ? json_is_true(v) : otherwise), e);
}

static bool is_role(const char *s, char *canonical)
{
	(void)canonical;
	return !strcmp(s, "manager") || !strcmp(s, "representative") || !strcmp(s, "assistant");
}

static bool is_id(const char *s, char *canonical)
{
	struct uuid id;
	if (!uuid_parse(s, strlen(s), &id))
		return false;
	uuid_format(&id, canonical);
	return true;
}

static bool is_language(const char *s, char *canonical)
{
	return language_canonical(s, canonical);
}

static enum status check_pool(struct arena *arena, json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	static const char *const known[] = {"roles", "languages", "territories", "tags", "users", NULL};
	static const struct {
		desk_word_fn *check;
		const char *what;
	} kinds[] = {{is_role, "manager, representative or assistant"}, {is_language, "a language such as \"zh\" or \"en-GB\""}, {NULL, ""}, {NULL, ""}, {is_id, "the id of a user"}};
	enum status s = unknown_member(v, known, at, e);
	if (s != ST_OK)
		return s;
	json_t *out = json_object();
	s = out ? ST_OK : adapter_nomem(e);
	for (size_t i = 0; s == ST_OK && known[i]; i++) {
		json_t *list = NULL;
		s = desk_words(arena, json_object_get(v, known[i]), &(struct place){at, known[i], 0}, WORDS_MAX, kinds[i].check, kinds[i].what, &list, e);
		if (s == ST_OK)
			s = desk_put(out, known[i], list, e);
	}
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}

static bool is_code(const char *s)
{
	size_t n = strlen(s);
	return n >= 1 && n <= 64 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_-") == n;
}

static enum status check_code(const json_t *v, const struct place *at, const char *key, json_t *out, json_t *seen, struct err *e)
{
	struct place here = {at, key, 0};
	if (!v)
		return place_fault(&here, e, "field_required", "It needs a name of its own.");
	if (!json_is_string(v) || !is_code(json_string_value(v)))
		return place_fault(&here, e, "field_invalid", "It has 1 to 64 lower-case letters, digits, hyphens and underscores.");
	if (json_object_get(seen, json_string_value(v)))
		return place_fault(&here, e, "field_invalid", "There is another \"%.64s\" before it.", json_string_value(v));
	enum status s = desk_put(seen, json_string_value(v), json_true(), e);
	return s == ST_OK ? desk_put(out, key, json_string(json_string_value(v)), e) : s;
}

static enum status check_rule(struct arena *arena, json_t *v, const struct place *at, json_t *seen, json_t *out, struct err *e)
{
	static const char *const known[] = {"id", "label", "when", "pool", "fallback", NULL};
	static const char *const reserved[] = {"owner", "account_owner", "default", "person", "escalation", "accepted"};
	static const char *const fallbacks[] = {"next", "wait", NULL};
	json_t *label = NULL, *pool = NULL, *when = json_object_get(v, "when"), *given_pool = json_object_get(v, "pool");
	const char *fallback;
	char pointer[ERR_POINTER_MAX];
	enum status s = unknown_member(v, known, at, e);
	if (s == ST_OK)
		s = check_code(json_object_get(v, "id"), at, "id", out, seen, e);
	for (size_t i = 0; s == ST_OK && i < sizeof reserved / sizeof reserved[0]; i++)
		if (!strcmp(json_string_value(json_object_get(out, "id")), reserved[i]))
			s = place_fault(&(struct place){at, "id", 0}, e, "field_invalid", "That is a name of the service's own.");
	if (s == ST_OK)
		s = desk_text(arena, json_object_get(v, "label"), &(struct place){at, "label", 0}, &label, e);
	if (s == ST_OK)
		s = desk_put(out, "label", label, e);
	if (s == ST_OK && when) {
		struct logic *l = NULL;
		place_spell(&(struct place){at, "when", 0}, pointer);
		s = logic_compile(when, pointer, &l, e);
		logic_free(&l);
	}
	if (s == ST_OK)
		s = desk_put(out, "when", when ? json_incref(when) : json_true(), e);
	struct place pool_at = {at, "pool", 0};
	if (s == ST_OK)
		s = given_pool ? check_pool(arena, given_pool, &pool_at, &pool, e) : place_fault(&pool_at, e, "field_required", "Say who has a turn; {} is everybody.");
	if (s == ST_OK)
		s = desk_put(out, "pool", pool, e);
	if (s == ST_OK)
		s = desk_word(json_object_get(v, "fallback"), &(struct place){at, "fallback", 0}, fallbacks, &fallback, e);
	return s == ST_OK ? desk_put(out, "fallback", json_string(fallback), e) : s;
}

static enum status check_reason(struct arena *arena, json_t *v, const struct place *at, json_t *seen, json_t *out, struct err *e)
{
	static const char *const known[] = {"code", "label", "stage", "keep", "cooldown", NULL}, *const languages[] = {"zh", "en", NULL};
	static const char *const stages[] = {"recycled", "disqualified", "lost", NULL};
	const json_t *keep = json_object_get(v, "keep"), *cooldown = json_object_get(v, "cooldown");
	json_t *label = json_object_get(v, "label"), *labels = NULL;
	const char *stage;
	int64_t milli = 500, ms;
	enum status s = unknown_member(v, known, at, e);
	if (s == ST_OK)
		s = check_code(json_object_get(v, "code"), at, "code", out, seen, e);
	struct place label_at = {at, "label", 0};
	if (s == ST_OK && label)
		s = unknown_member(label, languages, &label_at, e);
	if (s == ST_OK)
		s = desk_put(out, "label", labels = json_object(), e);
	for (size_t i = 0; s == ST_OK && languages[i]; i++) {
		json_t *text = NULL;
		s = desk_text(arena, json_object_get(label, languages[i]), &(struct place){&label_at, languages[i], 0}, &text, e);
		if (s == ST_OK)
			s = desk_put(labels, languages[i], text, e);
	}
	if (s == ST_OK)
		s = desk_word(json_object_get(v, "stage"), &(struct place){at, "stage", 0}, stages, &stage, e);
	if (s == ST_OK)
		s = desk_put(out, "stage", json_string(stage), e);
	if (s == ST_OK && keep && (!json_milli(keep, 1000, &milli) || milli < 0))
		s = place_fault(&(struct place){at, "keep", 0}, e, "field_invalid", "It must be a number from 0 to 1 with at most three decimals.");
	if (s == ST_OK)
		s = desk_put(out, "keep", keep ? json_incref((json_t *)(uintptr_t)keep) : json_real(0.5), e);
	if (s == ST_OK && cooldown && !json_is_null(cooldown))
		s = desk_duration(cooldown, &(struct place){at, "cooldown", 0}, 3660, &ms, e);
	return s == ST_OK ? desk_put(out, "cooldown", cooldown ? json_incref((json_t *)(uintptr_t)cooldown) : json_string("P30D"), e) : s;
}

typedef enum status item_fn(struct arena *arena, json_t *v, const struct place *at, json_t *seen, json_t *out, struct err *e);

static enum status check_items(struct arena *arena, json_t *v, const struct place *at, size_t max, item_fn *check, json_t **ret, struct err *e)
{
	json_t *list = json_array(), *seen = json_object();
	enum status s = list && seen ? ST_OK : adapter_nomem(e);
	if (s == ST_OK && !json_is_array(v))
		s = type_fault(at, e, "a list");
	else if (s == ST_OK && json_array_size(v) > max)
		s = place_fault(at, e, "field_too_large", "It has more than %zu entries.", max);
	for (size_t i = 0; s == ST_OK && i < json_array_size(v); i++) {
		json_t *item = json_object();
		s = item ? check(arena, json_array_get(v, i), &(struct place){at, NULL, i}, seen, item, e) : adapter_nomem(e);
		if (s == ST_OK && json_array_append(list, item) != 0)
			s = adapter_nomem(e);
		json_decref(item);
	}
	json_decref(seen);
	if (s == ST_OK)
		*ret = list;
	else
		json_decref(list);
	return s;
}

static enum status check_holidays(const json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_array(v))
		return type_fault(at, e, "a list of days");
	if (json_array_size(v) > HOLIDAYS_MAX)
		return place_fault(at, e, "field_too_large", "It has more than %d entries.", HOLIDAYS_MAX);
	for (size_t i = 0; i < json_array_size(v); i++) {
		const json_t *day = json_array_get(v, i);
		int32_t unused;
		if (!json_is_string(day) || !local_day_parse(json_string_value(day), json_string_length(day), &unused))
			return place_fault(&(struct place){at, NULL, i}, e, "field_invalid", "It must be a day such as \"2026-10-01\".");
	}
	*ret = json_incref((json_t *)(uintptr_t)v);
	return ST_OK;
}

static bool is_event_type(const char *s, char *canonical)
{
	(void)canonical;
	size_t n = strlen(s);
	return n && n <= 100 && strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-") == n && !scoring_event_type_reserved(s);
}

static enum status check_sla(struct arena *arena, json_t *v, const json_t *defaults, const struct place *at, json_t **ret, struct err *e)
{
	static const char *const known[] = {"acceptance", "first_response", "pending", "warn_at", "on_breach", "max_reassigns", "response_events", NULL},
			   *const acts[] = {"reassign", "escalate", "expire", "none", NULL};
	if (json_is_null(v)) {
		*ret = json_null();
		return ST_OK;
	}
	const json_t *warn = json_object_get(v, "warn_at"), *reassigns = json_object_get(v, "max_reassigns");
	json_t *given = json_object_get(v, "response_events"), *events = NULL;
	const char *act = NULL;
	int64_t n;
	enum status s = unknown_member(v, known, at, e);
	for (size_t i = 0; s == ST_OK && i < 3; i++) {
		const json_t *span = json_object_get(v, known[i]);
		if (span && !json_is_null(span))
			s = desk_duration(span, &(struct place){at, known[i], 0}, SLA_DAYS_MAX, &n, e);
	}
	if (s == ST_OK && warn && (!json_milli(warn, 1000, &n) || n < 1))
		s = place_fault(&(struct place){at, "warn_at", 0}, e, "field_invalid", "It must be a share of the time: above 0, 1 at most, with at most three decimals.");
	if (s == ST_OK)
		s = desk_word(json_object_get(v, "on_breach"), &(struct place){at, "on_breach", 0}, acts, &act, e);
	if (s == ST_OK && reassigns)
		s = desk_whole(reassigns, &(struct place){at, "max_reassigns", 0}, 0, 20, &n, e);
	if (s == ST_OK && given)
		s = desk_words(arena, given, &(struct place){at, "response_events", 0}, RESPONSE_EVENTS_MAX, is_event_type, "a type of events", &events, e);
	json_t *out = s == ST_OK ? json_object() : NULL;
	if (s == ST_OK && !out)
		s = adapter_nomem(e);
	for (size_t i = 0; s == ST_OK && known[i]; i++) {
		json_t *member = json_object_get(v, known[i]);
		if (events && member == given)
			member = events;
		s = desk_put(out, known[i], json_incref(member ? member : json_object_get(defaults, known[i])), e);
	}
	json_decref(events);
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}

static enum status check_zone(json_t *v, const struct place *at, json_t **ret, struct err *e)
{
	if (!json_is_null(v) && (!json_is_string(v) || !model_time_zone_valid(json_string_value(v))))
		return place_fault(at, e, "time_zone_invalid", "A time zone is an IANA name such as \"Asia/Shanghai\", \"UTC\", or an offset such as \"+08:00\"; null is the workspace's.");
	*ret = json_incref(v);
	return ST_OK;
}

/* One member of the document, given or the default. */
static enum status check_member(struct arena *arena, const char *key, json_t *v, const json_t *defaults, const struct place *root, json_t *out, struct err *e)
{
	struct place at = {root, key, 0};
	json_t *clean = NULL;
	enum status s;
	if (!strcmp(key, "ownership"))
		return check_flag(v, &at, true, out, e);
	if (!strcmp(key, "rules"))
		s = check_items(arena, v, &at, RULES_MAX, check_rule, &clean, e);
	else if (!strcmp(key, "default"))
		s = json_is_null(v) ? (clean = json_null(), ST_OK) : check_pool(arena, v, &at, &clean, e);
	else if (!strcmp(key, "working_hours"))
		s = week_check(v, &at, &clean, e);
	else if (!strcmp(key, "time_zone"))
		s = check_zone(v, &at, &clean, e);
	else if (!strcmp(key, "holidays"))
		s = check_holidays(v, &at, &clean, e);
	else if (!strcmp(key, "sla"))
		s = check_sla(arena, v, json_object_get(defaults, "sla"), &at, &clean, e);
	else
		s = check_items(arena, v, &at, REASONS_MAX, check_reason, &clean, e);
	return s == ST_OK ? desk_put(out, key, clean, e) : s;
}

enum status routing_check(struct arena *arena, json_t *given, json_t **ret, struct err *e)
{
	static const char *const known[] = {"ownership", "rules", "default", "working_hours", "time_zone", "holidays", "sla", "reject_reasons", "close_reasons", NULL};
	struct place root = {NULL, "", 0};
	enum status s = unknown_member(given, known, &root, e);
	if (s != ST_OK)
		return s;
	json_t *out = json_object(), *defaults = routing_defaults();
	s = out && defaults ? ST_OK : adapter_nomem(e);
	for (size_t i = 0; s == ST_OK && known[i]; i++) {
		json_t *v = json_object_get(given, known[i]);
		s = check_member(arena, known[i], v ? v : json_object_get(defaults, known[i]), defaults, &root, out, e);
	}
	json_decref(defaults);
	if (s == ST_OK)
		*ret = out;
	else
		json_decref(out);
	return s;
}
