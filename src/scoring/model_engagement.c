/* Reading the engagement part: groups, limits, decay; what kind a rule is of, model_kinds.c. */
#include "model_read_priv.h"

#include <string.h>

#include "base/instant.h"
#include "outlook_priv.h"

#define DECAY_MIN MS_MINUTE
#define DECAY_MAX (3650 * MS_DAY)

void read_limit(struct reader *r, const struct place *p, struct engagement_rule *rule)
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
	if (ms)
		rule->fade = fade_half_life(ms);
	rule->linear = read_duration(r, &linear, DECAY_MIN, DECAY_MAX, &rule->life);
	read_duration(r, &expires_after, DECAY_MIN, DECAY_MAX, &rule->life);
	if (rule->life)
		rule->lasting = (uint16_t)r->m->n_lasting++;
	if (rule->linear)
		rule->fade = fade_linear(rule->life);
	if ((none.v != NULL) + (half_life.v != NULL) + (linear.v != NULL) + (expires_after.v != NULL) != 1)
		read_fault(r, "value_invalid", p->pointer,
		    "A decay is one of {\"none\": true}, {\"half_life\": duration}, {\"linear\": duration} and "
		    "{\"expires_after\": duration}.");
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

static void read_engagement_rule(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"id", "label", "on", "where", "points", "group", "limit", "decay", "streak",
	    "sequence", "count", "inactive_for", "min", "max", "tags", "tag_for", NULL};
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
	read_rule_kind(r, p, rule);
	read_group(r, &group, rule);
	read_decay(r, &decay, rule);
	read_bounds(r, p, &rule->bounds);
	rule->idle = clamp(0, rule->bounds);
	read_tags(r, &tags, &rule->tags);
	if (read_duration(r, &tag_for, 1, 36500 * MS_DAY, &rule->tag_for) && rule->tags.n == 0)
		read_fault(r, "value_invalid", tag_for.pointer, "`tag_for` is for rules with `tags`.");
	rule->keeps_newest = rule->cooldown || rule->tag_for;
	r->m->tags_expire |= rule->tag_for != 0;
	if (rule->life && !rule->linear)
		r->m->ending_rules[r->m->n_ending++] = (uint16_t)(rule - r->m->rules);
	if (rule->tags.n)
		r->m->tagging_rules[r->m->n_tagging++] = (uint16_t)(rule - r->m->rules);
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
	m->ending_rules = read_array(r, n, sizeof(*m->ending_rules));
	m->tagging_rules = read_array(r, n, sizeof(*m->tagging_rules));
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
		mentions += model_rule_types(rule);
		m->n_rules++;
	}
	if (mentions > MODEL_TYPES_MAX)
		read_fault(r, "limit_exceeded", rules.pointer, "The rules name event types more than %d times.",
		    MODEL_TYPES_MAX);
}
