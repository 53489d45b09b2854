/* Reading the engagement part: groups, limits, decay, streaks and silences. */
#include "model_read_priv.h"

#include <string.h>

#include "base/instant.h"

#define DECAY_MIN MS_MINUTE
#define DECAY_MAX (3650 * MS_DAY)

/* "*", a type, or a list of types. */
static void read_on(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	if (json_is_string(p->v) && strcmp(json_string_value(p->v), "*") == 0) {
		rule->any = true;
		return;
	}
	bool list = json_is_array(p->v);
	size_t n = list ? read_list(r, p, MODEL_RULE_TYPES_MAX) : 1;
	if (n == 0 && json_array_size(p->v) == 0)
		read_fault(r, "value_invalid", p->pointer, "At least one event type is needed.");
	rule->on = read_array(r, n, sizeof(*rule->on));
	for (size_t i = 0; rule->on && i < n; i++) {
		struct place item = list ? place_item(p, i) : *p;
		if (!read_text(r, &item, MODEL_TEXT_MAX, &rule->on[rule->n_on]))
			continue;
		if (strcmp(rule->on[rule->n_on], "*") == 0)
			read_fault(r, "value_invalid", item.pointer, "\"*\" stands alone, not in a list.");
		rule->n_on++;
	}
}

static void read_limit(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"times", "per", "cooldown", NULL};
	if (!read_object(r, p, known))
		return;
	struct place times = place_at(p, "times"), per = place_at(p, "per"), cooldown = place_at(p, "cooldown");
	const char *unit = NULL;
	if (json_object_size(p->v) == 0)
		read_fault(r, "value_invalid", p->pointer, "A limit needs `times`, `per` or `cooldown`.");
	if (read_text(r, &per, MODEL_TEXT_MAX, &unit)) {
		rule->times = 1;
		if (!calendar_unit_parse(unit, &rule->per))
			read_fault(r, "value_invalid", per.pointer, "`per` is event, day, week, month or ever.");
	}
	if (read_count(r, &times, 1, 1000000, &rule->times) && !per.v)
		rule->per = PER_EVER;
	read_duration(r, &cooldown, 1, 36500 * MS_DAY, &rule->cooldown);
}

static uint16_t half_life_index(struct model *m, int64_t half_life)
{
	for (size_t i = 0; i < m->n_half_lives; i++)
		if (m->half_lives[i] == half_life)
			return (uint16_t)i;
	m->half_lives[m->n_half_lives] = half_life;
	return (uint16_t)m->n_half_lives++;
}

static void read_decay(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"none", "half_life", "linear", "expires_after", NULL};
	if (!read_object(r, p, known))
		return;
	struct place none = place_at(p, "none"), half_life = place_at(p, "half_life");
	struct place linear = place_at(p, "linear"), expires_after = place_at(p, "expires_after");
	bool without = false;
	int64_t ms = 0;
	if (read_bool(r, &none, &without) && !without)
		read_fault(r, "value_invalid", none.pointer, "`none` can only be true.");
	if (read_duration(r, &half_life, DECAY_MIN, DECAY_MAX, &ms))
		rule->half_life = half_life_index(r->m, ms);
	rule->linear = read_duration(r, &linear, DECAY_MIN, DECAY_MAX, &rule->life);
	read_duration(r, &expires_after, DECAY_MIN, DECAY_MAX, &rule->life);
	if (rule->life)
		rule->lasting = r->m->n_lasting++;
	if ((none.v != NULL) + (half_life.v != NULL) + (linear.v != NULL) + (expires_after.v != NULL) != 1)
		read_fault(r, "value_invalid", p->pointer,
		    "A decay is one of {\"none\": true}, {\"half_life\": duration}, {\"linear\": duration} and "
		    "{\"expires_after\": duration}.");
}

static void read_breaker(struct reader *r, const struct place *p, struct breaker *ret)
{
	static const char *const known[] = {"type", "times", NULL};
	ret->times = 1;
	struct place type = *p;
	if (json_is_object(p->v)) {
		read_object(r, p, known);
		struct place times = place_at(p, "times");
		read_count(r, &times, 1, 1000000, &ret->times);
		type = place_at(p, "type");
		if (!read_required(r, &type))
			return;
	}
	if (read_text(r, &type, MODEL_TEXT_MAX, &ret->type) && strcmp(ret->type, "*") == 0)
		read_fault(r, "value_invalid", type.pointer, "A streak is broken by event types, not by \"*\".");
}

static void read_streak(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"length", "broken_by", "distinct", NULL};
	if (!read_object(r, p, known))
		return;
	struct place length = place_at(p, "length"), broken_by = place_at(p, "broken_by"),
		     distinct = place_at(p, "distinct");
	rule->length = 1;
	if (read_required(r, &length))
		read_count(r, &length, 1, MODEL_STREAK_MAX, &rule->length);
	size_t n = read_list(r, &broken_by, MODEL_RULE_TYPES_MAX);
	rule->breakers = read_array(r, n, sizeof(*rule->breakers));
	for (size_t i = 0; rule->breakers && i < n; i++) {
		struct place item = place_item(&broken_by, i);
		struct breaker b = {0};
		read_breaker(r, &item, &b);
		if (b.type)
			rule->breakers[rule->n_breakers++] = b;
	}
	const char *path = NULL;
	if (read_text(r, &distinct, MODEL_TEXT_MAX, &path)) {
		enum logic_name name;
		if (!logic_name_parse(LOGIC_EVENT, path, strcspn(path, "."), &name) ||
		    (name == NAME_TAXONOMY && !read_knows_taxonomy(r, path)))
			read_fault(r, "name_unavailable", distinct.pointer, "`%.*s` is not available here.",
			    (int)strcspn(path, "."), path);
		rule->distinct = read_array(r, 1, sizeof(*rule->distinct));
		if (rule->distinct && !logic_path_split(r->m->memory, LOGIC_EVENT, path, strlen(path), rule->distinct))
			r->out_of_memory = true;
	}
	rule->first_value = r->m->n_streak_values;
	rule->first_breaker = r->m->n_breaker_counts;
	r->m->n_streak_values += rule->distinct ? rule->length : 0;
	r->m->n_breaker_counts += rule->n_breakers;
}

static void read_silence(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"after", "repeat", "max_times", NULL};
	if (!read_object(r, p, known))
		return;
	struct place after = place_at(p, "after"), repeat = place_at(p, "repeat"), max_times = place_at(p, "max_times");
	bool repeats = false;
	uint32_t times = 12;
	rule->after = MS_DAY;
	if (read_required(r, &after))
		read_duration(r, &after, MS_MINUTE, 3650 * MS_DAY, &rule->after);
	read_bool(r, &repeat, &repeats);
	read_count(r, &max_times, 1, 120, &times);
	rule->max_times = repeats ? times : 1;
	r->m->silence_rules[r->m->n_silences++] = (uint16_t)(rule - r->m->rules);
}

static void read_group(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	const char *id = NULL;
	if (!read_text(r, p, MODEL_TEXT_MAX, &id))
		return;
	for (size_t i = 0; i < r->m->n_groups; i++)
		if (r->m->groups[i].id && strcmp(r->m->groups[i].id, id) == 0)
			rule->group = (uint16_t)i;
	if (rule->group == GROUP_NONE)
		read_fault(r, "group_unknown", p->pointer, "No group \"%.80s\" is declared in engagement.groups.", id);
}

static void read_kind(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	struct place on = place_at(p, "on"), where = place_at(p, "where"), limit = place_at(p, "limit");
	struct place streak = place_at(p, "streak"), silence = place_at(p, "inactive_for");
	if (streak.v && silence.v)
		read_fault(r, "value_invalid", silence.pointer, "A rule is a streak or a silence, not both.");
	rule->kind = silence.v ? RULE_SILENCE : streak.v ? RULE_STREAK : RULE_PLAIN;
	if (on.v)
		read_on(r, &on, rule);
	else if (rule->kind == RULE_SILENCE)
		rule->any = rule->passive_spared = true;
	else
		read_required(r, &on);
	read_streak(r, &streak, rule);
	if (rule->kind == RULE_SILENCE) {
		read_silence(r, &silence, rule);
		if (where.v)
			read_fault(r, "value_invalid", where.pointer, "A silence has no `where`.");
		if (limit.v)
			read_fault(r, "value_invalid", limit.pointer, "A silence has no `limit`.");
		return;
	}
	read_rule(r, &where, LOGIC_EVENT, &rule->where);
	read_limit(r, &limit, rule);
}

static void read_engagement_rule(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"id", "label", "on", "where", "points", "group", "limit", "decay", "streak",
	    "inactive_for", "min", "max", "tags", "tag_for", NULL};
	rule->group = GROUP_NONE;
	rule->half_life = HALF_LIFE_NONE;
	if (!read_object(r, p, known))
		return;
	read_id(r, p, &rule->id, &rule->label);
	rule->source = read_source(r, rule->id);
	struct place points = place_at(p, "points"), group = place_at(p, "group"), decay = place_at(p, "decay");
	struct place tags = place_at(p, "tags"), tag_for = place_at(p, "tag_for");
	if (read_required(r, &points))
		read_milli(r, &points, MODEL_POINTS_MAX, &rule->points);
	read_kind(r, p, rule);
	read_group(r, &group, rule);
	read_decay(r, &decay, rule);
	read_bounds(r, p, &rule->bounds);
	read_tags(r, &tags, &rule->tags);
	if (read_duration(r, &tag_for, 1, 36500 * MS_DAY, &rule->tag_for) && rule->tags.n == 0)
		read_fault(r, "value_invalid", tag_for.pointer, "`tag_for` is for rules with `tags`.");
	rule->keeps_newest = rule->cooldown || rule->tag_for;
	r->m->tags_expire |= rule->tag_for != 0;
}

static void read_groups(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"id", "label", "min", "max", NULL};
	size_t n = read_list(r, p, MODEL_GROUPS_MAX);
	struct group *groups = read_array(r, n, sizeof(*groups));
	r->m->groups = groups;
	for (size_t i = 0; groups && i < n; i++) {
		struct place item = place_item(p, i);
		bool repeated = false;
		if (!read_object(r, &item, known)) {
			groups[i].bounds = (struct bounds){INT64_MIN, INT64_MAX};
		} else {
			read_id(r, &item, &groups[i].id, &groups[i].label);
			read_bounds(r, &item, &groups[i].bounds);
			for (size_t j = 0; groups[i].id && j < i; j++)
				repeated |= groups[j].id && strcmp(groups[j].id, groups[i].id) == 0;
			read_unique(r, &item, "id", groups[i].id, repeated);
		}
		r->m->n_groups++;
	}
}

void read_engagement(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"min", "max", "groups", "rules", NULL};
	struct model *m = r->m;
	m->engagement_bounds = (struct bounds){INT64_MIN, INT64_MAX};
	if (!read_object(r, p, known))
		return;
	read_bounds(r, p, &m->engagement_bounds);
	struct place groups = place_at(p, "groups"), rules = place_at(p, "rules");
	read_groups(r, &groups);
	size_t n = read_list(r, &rules, MODEL_RULES_MAX), mentions = 0;
	m->rules = read_array(r, n, sizeof(*m->rules));
	m->half_lives = read_array(r, n, sizeof(*m->half_lives));
	m->silence_rules = read_array(r, n, sizeof(*m->silence_rules));
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(&rules, i);
		struct engagement_rule *rule = &m->rules[i];
		if (!json_is_object(item.v))
			read_fault(r, "type_wrong", item.pointer, "This is to be an object.");
		else
			read_engagement_rule(r, &item, rule);
		bool repeated = false;
		for (size_t j = 0; rule->id && j < i; j++)
			repeated |= m->rules[j].id && strcmp(m->rules[j].id, rule->id) == 0;
		read_unique(r, &item, "id", rule->id, repeated);
		mentions += rule->n_on + rule->n_breakers;
		m->n_rules++;
	}
	if (mentions > MODEL_TYPES_MAX)
		read_fault(r, "limit_exceeded", rules.pointer, "The rules name event types more than %d times.",
		    MODEL_TYPES_MAX);
}
