/* Reading the routing document, and whose turn it is. */
#include "ingest/routing.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "desk_priv.h"

/* What is left of a capacity without a limit. */
#define ENDLESS 1000
/* So many parts that the smallest share of the largest pool is owed something. */
#define TURN INT64_C(100000000000)

static bool read_pool(struct arena *arena, const json_t *v, struct routing_pool *ret)
{
	return desk_read_words(arena, json_object_get(v, "roles"), &ret->roles, &ret->n_roles) &&
	       desk_read_words(arena, json_object_get(v, "languages"), &ret->languages, &ret->n_languages) &&
	       desk_read_words(arena, json_object_get(v, "territories"), &ret->territories, &ret->n_territories) &&
	       desk_read_words(arena, json_object_get(v, "tags"), &ret->tags, &ret->n_tags) &&
	       desk_read_words(arena, json_object_get(v, "users"), &ret->users, &ret->n_users);
}

static enum status read_rules(struct arena *arena, const json_t *list, struct routing *r, struct err *e)
{
	size_t n = json_array_size(list);
	bool ok = true;
	r->rules = arena_array(arena, n + 1, sizeof *r->rules);
	for (size_t i = 0; r->rules && i < n; i++) {
		const json_t *v = json_array_get(list, i), *when = json_object_get(v, "when");
		struct routing_rule *rule = &r->rules[i];
		*rule = (struct routing_rule){.id = desk_read_text(arena, v, "id", &ok)};
		const char *fallback = json_string_value(json_object_get(v, "fallback"));
		rule->wait = fallback && !strcmp(fallback, "wait");
		r->n_rules = i + 1;
		enum status s = json_is_true(when) ? ST_OK : logic_compile(when, "", &rule->when, e);
		if (s != ST_OK)
			return s;
		if (!ok || !read_pool(arena, json_object_get(v, "pool"), &rule->pool))
			return adapter_nomem(e);
	}
	return r->rules ? ST_OK : adapter_nomem(e);
}

static bool read_reasons(struct arena *arena, const json_t *list, struct handoff_reason **ret, size_t *ret_n)
{
	size_t n = json_array_size(list);
	bool ok = true;
	struct handoff_reason *reasons = arena_array(arena, n + 1, sizeof *reasons);
	for (size_t i = 0; reasons && i < n; i++) {
		const json_t *v = json_array_get(list, i);
		reasons[i] = (struct handoff_reason){.code = desk_read_text(arena, v, "code", &ok),
		    .stage = desk_read_text(arena, v, "stage", &ok),
		    .cooldown = desk_read_text(arena, v, "cooldown", &ok)};
		(void)json_milli(json_object_get(v, "keep"), 1000, &reasons[i].keep);
	}
	*ret = reasons;
	*ret_n = n;
	return reasons && ok;
}

static int64_t read_duration(const json_t *v)
{
	int64_t ms = 0;
	if (json_is_string(v))
		(void)duration_parse(json_string_value(v), json_string_length(v), &ms);
	return ms;
}

static void read_sla(const json_t *v, struct routing *r)
{
	static const char *const acts[] = {[BREACH_NONE] = "none", [BREACH_REASSIGN] = "reassign", [BREACH_ESCALATE] = "escalate", [BREACH_EXPIRE] = "expire"};
	const char *act = json_string_value(json_object_get(v, "on_breach"));
	r->has_sla = json_is_object(v);
	r->pending = read_duration(json_object_get(v, "pending"));
	r->acceptance = read_duration(json_object_get(v, "acceptance"));
	r->first_response = read_duration(json_object_get(v, "first_response"));
	r->warn_at = 1000;
	(void)json_milli(json_object_get(v, "warn_at"), 1000, &r->warn_at);
	r->max_reassigns = json_integer_value(json_object_get(v, "max_reassigns"));
	for (size_t i = 0; act && i < sizeof acts / sizeof acts[0]; i++)
		if (!strcmp(act, acts[i]))
			r->on_breach = (enum on_breach)i;
}

static bool read_calendar(struct arena *arena, const json_t *doc, const char *time_zone, struct team_calendar *ret)
{
	const json_t *days = json_object_get(doc, "holidays");
	bool ok = true;
	const char *zone = desk_read_text(arena, doc, "time_zone", &ok);
	int32_t *holidays = arena_array(arena, json_array_size(days) + 1, sizeof *holidays);
	*ret = (struct team_calendar){.time_zone = zone ? zone : arena_strdup(arena, time_zone), .holidays = holidays};
	week_read(json_object_get(doc, "working_hours"), &ret->week);
	for (size_t i = 0; holidays && i < json_array_size(days); i++) {
		const json_t *v = json_array_get(days, i);
		if (json_is_string(v) && local_day_parse(json_string_value(v), json_string_length(v), &holidays[ret->n_holidays]))
			ret->n_holidays++;
	}
	return ok && holidays && ret->time_zone;
}

static enum status make_team(struct arena *arena, struct routing *r, struct err *e)
{
	const struct team_calendar *c = &r->calendar;
	enum status s = worktime_make(c->time_zone, &c->week, c->holidays, c->n_holidays, NULL, 0, arena, &r->team);
	if (s == ST_OK || s == ST_NOMEM)
		return s == ST_OK ? s : adapter_nomem(e);
	return err_set(e, ST_INTERNAL, "routing_broken", "the time zone of a stored routing document is none");
}

enum status routing_read(struct arena *arena, const char *document, const char *time_zone, struct routing *ret, struct err *e)
{
	json_t *doc = document ? json_loads(document, 0, NULL) : routing_defaults();
	struct routing r = {.ownership = !json_is_false(json_object_get(doc, "ownership")), .has_default = json_is_object(json_object_get(doc, "default"))};
	if (!json_is_object(doc)) {
		json_decref(doc);
		return err_set(e, ST_INTERNAL, "routing_broken", "a stored routing document cannot be read");
	}
	enum status s = read_rules(arena, json_object_get(doc, "rules"), &r, e);
	if (s == ST_OK && !(read_pool(arena, json_object_get(doc, "default"), &r.otherwise) && read_calendar(arena, doc, time_zone, &r.calendar) &&
			      read_reasons(arena, json_object_get(doc, "reject_reasons"), &r.reject_reasons, &r.n_reject_reasons) &&
			      read_reasons(arena, json_object_get(doc, "close_reasons"), &r.close_reasons, &r.n_close_reasons)))
		s = adapter_nomem(e);
	if (s == ST_OK)
		s = make_team(arena, &r, e);
	read_sla(json_object_get(doc, "sla"), &r);
	json_decref(doc);
	if (s != ST_OK) {
		routing_free(&r);
		return s;
	}
	*ret = r;
	return ST_OK;
}

void routing_free(struct routing *r)
{
	for (size_t i = 0; i < r->n_rules; i++)
		logic_free(&r->rules[i].when);
	r->n_rules = 0;
}

const struct handoff_reason *routing_reason(const struct handoff_reason *list, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].code, code))
			return &list[i];
	return NULL;
}

static int by_id(const void *key, const void *user)
{
	return uuid_cmp(key, &((const struct sales_user *)user)->id);
}

struct sales_user *roster_find(const struct roster *r, const struct uuid *id)
{
	return r->n && !uuid_is_nil(id) ? bsearch(id, r->users, r->n, sizeof *r->users, by_id) : NULL;
}

static bool among(const char *const *words, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

/* No words asked for, or one of them held. */
static bool meets(const char *const *asked, size_t n, const char *const *held, size_t n_held)
{
	for (size_t i = 0; i < n_held; i++)
		if (among(asked, n, held[i]))
			return true;
	return !n;
}

static bool named(const struct routing_pool *p, const struct sales_user *u)
{
	char id[UUID_TEXT_MAX];
	uuid_format(&u->id, id);
	return (!p->n_roles || among(p->roles, p->n_roles, u->role)) && meets(p->languages, p->n_languages, u->languages, u->n_languages) &&
	       meets(p->territories, p->n_territories, u->territories, u->n_territories) && meets(p->tags, p->n_tags, u->tags, u->n_tags) &&
	       (!p->n_users || among(p->users, p->n_users, id));
}

static bool there(const struct sales_user *u, const struct routing_case *c, int64_t now)
{
	for (size_t i = 0; i < c->n_except; i++)
		if (!uuid_cmp(&c->except[i], &u->id))
			return false;
	return u->active && !user_absent(u, now);
}

/* A user's share of a turn, beside those of the others; 0: has none. */
static int64_t turn_share(const struct routing_pool *pool, const struct routing_case *c, const struct sales_user *u, int64_t now)
{
	int64_t left = u->capacity < 0 ? ENDLESS : u->capacity - u->open;
	return left > 0 && named(pool, u) && there(u, c, now) ? left * u->weight : 0;
}

/* One turn among those of a pool: each is owed their part of it more, and the one who is owed most has it. What is owed is counted in parts of turns, not in shares: whoever
 * had one while many were there would pay for it all too long when they are away. */
static enum status take_turn(struct roster *roster, const struct routing_pool *pool, const struct routing_case *c, int64_t now, json_t *turns, const char *rule,
    struct sales_user **ret, struct err *e)
{
	json_t *owed = json_object_get(turns, rule);
	struct sales_user *best = NULL;
	int64_t best_owed = 0, sum = 0, paid = 0;
	char id[UUID_TEXT_MAX];
	*ret = NULL;
	for (size_t i = 0; i < roster->n; i++)
		sum += turn_share(pool, c, &roster->users[i], now);
	if (!sum)
		return ST_OK;
	if (!owed) {
		owed = json_object();
		if (!owed || json_object_set_new(turns, rule, owed) != 0)
			return adapter_nomem(e);
	}
	for (size_t i = 0; i < roster->n; i++) {
		struct sales_user *u = &roster->users[i];
		int64_t part = turn_share(pool, c, u, now), more = part * TURN / sum;
		if (!part)
			continue;
		uuid_format(&u->id, id);
		int64_t now_owed = json_integer_value(json_object_get(owed, id)) + more;
		if (json_object_set_new(owed, id, json_integer(now_owed)) != 0)
			return adapter_nomem(e);
		paid += more;
		if (!best || now_owed > best_owed) {
			best = u;
			best_owed = now_owed;
		}
	}
	uuid_format(&best->id, id);
	if (json_object_set_new(owed, id, json_integer(best_owed - paid)) != 0)
		return adapter_nomem(e);
	best->open++;
	*ret = best;
	return ST_OK;
}

/* An owner has it whatever is open with them. */
static struct sales_user *owner(struct roster *roster, const struct routing_case *c, const char *text, int64_t now)
{
	for (size_t i = 0; text && i < roster->n; i++)
		if (user_named(&roster->users[i], text) && there(&roster->users[i], c, now)) {
			roster->users[i].open++;
			return &roster->users[i];
		}
	return NULL;
}

/* A rule that cannot be worked out for this lead does not hold. */
static enum status holds(const struct routing_rule *rule, const struct routing_case *c, struct arena *scratch, bool *ret, struct err *e)
{
	json_t *v = NULL;
	*ret = !rule->when;
	if (!rule->when)
		return ST_OK;
	enum status s = logic_apply(rule->when, c->lead, scratch, &v, e);
	if (s == ST_NOMEM)
		return s;
	*ret = s == ST_OK && logic_truthy(v);
	json_decref(v);
	return ST_OK;
}

enum status routing_pick(const struct routing *r, struct roster *roster, const struct routing_case *c, int64_t now, json_t *turns, struct arena *scratch,
    struct sales_user **ret_user, const char **ret_rule, struct err *e)
{
	enum status s = ST_OK;
	struct sales_user *user = NULL;
	const char *rule = "owner";
	*ret_user = NULL;
	if (r->ownership && !(user = owner(roster, c, c->owner, now)) && (user = owner(roster, c, c->account_owner, now)))
		rule = "account_owner";
	bool wait = false;
	for (size_t i = 0; s == ST_OK && !user && !wait && i < r->n_rules; i++) {
		bool now_holds;
		s = holds(&r->rules[i], c, scratch, &now_holds, e);
		if (s != ST_OK || !now_holds)
			continue;
		rule = r->rules[i].id;
		s = take_turn(roster, &r->rules[i].pool, c, now, turns, rule, &user, e);
		wait = r->rules[i].wait;
	}
	if (s == ST_OK && !user && !wait && r->has_default) {
		rule = "default";
		s = take_turn(roster, &r->otherwise, c, now, turns, rule, &user, e);
	}
	if (s == ST_OK && user) {
		*ret_user = user;
		*ret_rule = rule;
	}
	return s;
}

enum status routing_manager(struct roster *roster, const struct routing_case *c, int64_t now, json_t *turns, struct sales_user **ret, struct err *e)
{
	static const char *roles[] = {"manager"};
	struct routing_pool managers = {.roles = roles, .n_roles = 1};
	return take_turn(roster, &managers, c, now, turns, "escalation", ret, e);
}
