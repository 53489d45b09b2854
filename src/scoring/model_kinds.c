/* Reading what kind an engagement rule is of: plain, a streak, a sequence, a count or a silence. */
#include "model_read_priv.h"

#include <string.h>

#include "base/instant.h"

#define WITHIN_MAX (36500 * MS_DAY)

/* "*", a type, or a list of types. */
static void read_on(struct reader *r, const struct place *p, struct hearing *ret)
{
	if (json_is_string(p->v) && strcmp(json_string_value(p->v), "*") == 0) {
		ret->any = true;
		return;
	}
	bool list = json_is_array(p->v);
	size_t n = list ? read_list(r, p, MODEL_RULE_TYPES_MAX) : 1;
	if (n == 0 && json_array_size(p->v) == 0)
		read_fault(r, "value_invalid", p->pointer, "At least one event type is needed.");
	ret->on = read_array(r, n, sizeof(*ret->on));
	for (size_t i = 0; ret->on && i < n; i++) {
		struct place item = list ? place_item(p, i) : *p;
		if (!read_text(r, &item, MODEL_TEXT_MAX, &ret->on[ret->n_on]))
			continue;
		if (strcmp(ret->on[ret->n_on], "*") == 0)
			read_fault(r, "value_invalid", item.pointer, "\"*\" stands alone, not in a list.");
		ret->n_on++;
	}
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

/* Event types and no "*". */
static void read_without(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	size_t n = read_list(r, p, MODEL_RULE_TYPES_MAX);
	rule->without = read_array(r, n, sizeof(*rule->without));
	for (size_t i = 0; rule->without && i < n; i++) {
		struct place item = place_item(p, i);
		if (!read_text(r, &item, MODEL_TEXT_MAX, &rule->without[rule->n_without]))
			continue;
		if (strcmp(rule->without[rule->n_without], "*") == 0)
			read_fault(
			    r, "value_invalid", item.pointer, "A sequence is broken by event types, not by \"*\".");
		rule->n_without++;
	}
}

static void read_step(struct reader *r, const struct place *p, struct sequence_step *ret)
{
	static const char *const known[] = {"on", "where", NULL};
	if (!read_object(r, p, known))
		return;
	struct place on = place_at(p, "on"), where = place_at(p, "where");
	if (read_required(r, &on))
		read_on(r, &on, &ret->hears);
	read_rule(r, &where, LOGIC_EVENT, &ret->where);
}

static void read_within(struct reader *r, const struct place *object, struct engagement_rule *rule)
{
	struct place within = place_at(object, "within");
	rule->within = MS_DAY;
	if (read_required(r, &within))
		read_duration(r, &within, 1, WITHIN_MAX, &rule->within);
}

static void read_sequence(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"steps", "within", "without", NULL};
	if (!read_object(r, p, known))
		return;
	struct place steps = place_at(p, "steps"), without = place_at(p, "without");
	size_t n = read_required(r, &steps) ? read_list(r, &steps, MODEL_SEQUENCE_MAX) : 0;
	if (json_is_array(steps.v) && json_array_size(steps.v) < 2)
		read_fault(r, "value_invalid", steps.pointer, "A sequence has at least two steps.");
	rule->steps = read_array(r, n, sizeof(*rule->steps));
	for (size_t i = 0; rule->steps && i < n; i++) {
		struct place item = place_item(&steps, i);
		read_step(r, &item, &rule->steps[rule->n_steps++]);
	}
	read_within(r, p, rule);
	read_without(r, &without, rule);
	rule->first_mark = r->m->n_marks;
	r->m->n_marks += n ? n - 1 : 0;
}

static void read_count_rule(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	static const char *const known[] = {"at_least", "within", NULL};
	if (!read_object(r, p, known))
		return;
	struct place at_least = place_at(p, "at_least");
	rule->length = 2;
	if (read_required(r, &at_least))
		read_count(r, &at_least, 2, MODEL_COUNT_MAX, &rule->length);
	read_within(r, p, rule);
	rule->first_mark = r->m->n_marks;
	r->m->n_marks += rule->length - 1;
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

/* The one of these keys that stands there says the kind. */
static struct place read_kind_key(struct reader *r, const struct place *p, enum rule_kind *ret)
{
	static const struct {
		const char *key;
		enum rule_kind kind;
	} kinds[] = {{"streak", RULE_STREAK}, {"sequence", RULE_SEQUENCE}, {"count", RULE_COUNT},
	    {"inactive_for", RULE_SILENCE}};
	struct place found = {0};
	*ret = RULE_PLAIN;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct place at = place_at(p, kinds[i].key);
		if (!at.v)
			continue;
		if (found.v)
			read_fault(r, "value_invalid", at.pointer,
			    "A rule is one of `streak`, `sequence`, `count` and `inactive_for`, not two.");
		else
			*ret = kinds[i].kind;
		found = found.v ? found : at;
	}
	return found;
}

static void refuse(struct reader *r, const struct place *p, const char *sentence)
{
	if (p->v)
		read_fault(r, "value_invalid", p->pointer, "%s", sentence);
}

void read_rule_kind(struct reader *r, const struct place *p, struct engagement_rule *rule)
{
	struct place on = place_at(p, "on"), where = place_at(p, "where"), limit = place_at(p, "limit");
	struct place kind = read_kind_key(r, p, &rule->kind);
	if (rule->kind == RULE_SEQUENCE) {
		refuse(r, &on, "A sequence has its `on` in its steps.");
		refuse(r, &where, "A sequence has its `where` in its steps.");
	} else if (on.v) {
		read_on(r, &on, &rule->hears);
	} else if (rule->kind == RULE_SILENCE) {
		rule->hears.any = rule->hears.passive_spared = true;
	} else {
		read_required(r, &on);
	}
	if (rule->kind == RULE_SILENCE) {
		read_silence(r, &kind, rule);
		refuse(r, &where, "A silence has no `where`.");
		refuse(r, &limit, "A silence has no `limit`.");
		return;
	}
	if (rule->kind == RULE_STREAK)
		read_streak(r, &kind, rule);
	else if (rule->kind == RULE_SEQUENCE)
		read_sequence(r, &kind, rule);
	else if (rule->kind == RULE_COUNT)
		read_count_rule(r, &kind, rule);
	if (rule->kind != RULE_SEQUENCE)
		read_rule(r, &where, LOGIC_EVENT, &rule->where);
	read_limit(r, &limit, rule);
}
