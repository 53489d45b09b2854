/* Reading fit, the ICP, grades, stages and the model's tags. */
#include "model_read_priv.h"

#include <string.h>

#include "base/instant.h"

static void read_fit_rule(struct reader *r, const struct place *p, struct fit_rule *rule)
{
	static const char *const known[] = {"id", "label", "when", "points", "tags", NULL};
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return;
	}
	read_object(r, p, known);
	read_id(r, p, &rule->id, &rule->label);
	rule->source = read_source(r, rule->id);
	struct place when = place_at(p, "when"), points = place_at(p, "points"), tags = place_at(p, "tags");
	if (read_required(r, &when))
		read_rule(r, &when, LOGIC_PROFILE, &rule->when);
	if (read_required(r, &points))
		read_milli(r, &points, MODEL_POINTS_MAX, &rule->points);
	read_tags(r, &tags, &rule->tags);
}

void read_fit(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"min", "max", "rules", NULL};
	struct model *m = r->m;
	m->fit_bounds = (struct bounds){INT64_MIN, INT64_MAX};
	if (!read_object(r, p, known))
		return;
	read_bounds(r, p, &m->fit_bounds);
	struct place rules = place_at(p, "rules");
	size_t n = read_list(r, &rules, MODEL_RULES_MAX);
	m->fit = read_array(r, n, sizeof(*m->fit));
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(&rules, i);
		read_fit_rule(r, &item, &m->fit[i]);
		bool repeated = false;
		for (size_t j = 0; m->fit[i].id && j < i; j++)
			repeated |= m->fit[j].id && strcmp(m->fit[j].id, m->fit[i].id) == 0;
		read_unique(r, &item, "id", m->fit[i].id, repeated);
		m->n_fit++;
	}
}

static void read_dimension(struct reader *r, const struct place *p, struct criterion *c)
{
	static const char *const dimensions[] = {
	    "base", "pain", "decision", "purchasing_power", "behaviour", "long_term_value", NULL};
	if (!read_text(r, p, MODEL_TEXT_MAX, &c->dimension))
		return;
	for (size_t i = 0; dimensions[i]; i++)
		if (strcmp(dimensions[i], c->dimension) == 0)
			return;
	read_fault(r, "value_invalid", p->pointer,
	    "`dimension` is base, pain, decision, purchasing_power, behaviour or long_term_value.");
}

static void read_criterion(struct reader *r, const struct place *p, struct criterion *c)
{
	static const char *const known[] = {"id", "label", "part", "dimension", "core", "weight", "when", "ask", NULL};
	c->core = true;
	c->weight = 1000;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return;
	}
	read_object(r, p, known);
	read_id(r, p, &c->id, &c->label);
	struct place part = place_at(p, "part"), core = place_at(p, "core"), when = place_at(p, "when"),
		     ask = place_at(p, "ask");
	struct place dimension = place_at(p, "dimension"), weight = place_at(p, "weight");
	read_text(r, &part, MODEL_TEXT_MAX, &c->part);
	read_dimension(r, &dimension, c);
	read_bool(r, &core, &c->core);
	if (read_milli(r, &weight, MODEL_WEIGHT_MAX, &c->weight) && c->weight <= 0)
		read_fault(r, "value_invalid", weight.pointer, "A weight is above 0.");
	read_text(r, &ask, TEXT_LONG_MAX, &c->ask);
	if (read_required(r, &when))
		read_rule(r, &when, LOGIC_PROFILE, &c->when);
}

static void read_criteria(struct reader *r, const struct place *p)
{
	struct model *m = r->m;
	size_t n = read_list(r, p, MODEL_CRITERIA_MAX);
	m->criteria = read_array(r, n, sizeof(*m->criteria));
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(p, i);
		struct criterion *c = &m->criteria[i];
		read_criterion(r, &item, c);
		bool repeated = false;
		for (size_t j = 0; c->id && j < i; j++)
			repeated |= m->criteria[j].id && strcmp(m->criteria[j].id, c->id) == 0;
		read_unique(r, &item, "id", c->id, repeated);
		m->core_weight += c->core ? c->weight : 0;
		m->n_criteria++;
	}
}

static void read_exclusions(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"id", "label", "when", "reason", NULL};
	struct model *m = r->m;
	size_t n = read_list(r, p, MODEL_CRITERIA_MAX);
	m->exclusions = read_array(r, n, sizeof(*m->exclusions));
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(p, i);
		struct exclusion *x = &m->exclusions[i];
		m->n_exclusions++;
		if (!json_is_object(item.v)) {
			read_fault(r, "type_wrong", item.pointer, "This is to be an object.");
			continue;
		}
		read_object(r, &item, known);
		const char *label = NULL;
		read_id(r, &item, &x->id, &label);
		struct place reason = place_at(&item, "reason"), when = place_at(&item, "when");
		if (!read_text(r, &reason, TEXT_LONG_MAX, &x->reason))
			x->reason = x->id;
		if (read_required(r, &when))
			read_rule(r, &when, LOGIC_PROFILE, &x->when);
		bool repeated = false;
		for (size_t j = 0; x->id && j < i; j++)
			repeated |= m->exclusions[j].id && strcmp(m->exclusions[j].id, x->id) == 0;
		read_unique(r, &item, "id", x->id, repeated);
	}
}

static void read_tiers(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"A", "B", "C", NULL};
	if (!read_object(r, p, known))
		return;
	for (size_t i = 0; i < 3; i++) {
		struct place share = place_at(p, known[i]);
		if (read_milli(r, &share, 100000, &r->m->tiers[i]) && r->m->tiers[i] < 0)
			read_fault(r, "value_invalid", share.pointer, "A tier's share is 0 to 100 percent.");
		if (i && r->m->tiers[i] > r->m->tiers[i - 1])
			read_fault(r, "value_invalid", share.pointer, "Tier %s asks for more than the tier before it.",
			    known[i]);
	}
}

void read_icp(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"criteria", "exclusions", "tiers", NULL};
	r->m->tiers[0] = 100000;
	r->m->tiers[1] = 80000;
	r->m->tiers[2] = 50000;
	if (!read_object(r, p, known))
		return;
	struct place criteria = place_at(p, "criteria"), exclusions = place_at(p, "exclusions"),
		     tiers = place_at(p, "tiers");
	read_criteria(r, &criteria);
	read_exclusions(r, &exclusions);
	read_tiers(r, &tiers);
}

void read_grades(struct reader *r, const struct place *p)
{
	int64_t *grades = r->m->grades;
	grades[0] = 60000;
	grades[1] = 30000;
	grades[2] = 10000;
	if (!p->v)
		return;
	if (!json_is_array(p->v) || json_array_size(p->v) != 3) {
		read_fault(r, "type_wrong", p->pointer, "`grades` is a list of three numbers of points.");
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		struct place item = place_item(p, i);
		if (read_milli(r, &item, MODEL_BOUND_MAX, &grades[i]) && i && grades[i] > grades[i - 1])
			read_fault(r, "value_invalid", item.pointer, "`grades` are to descend.");
	}
}

static void read_stage(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"stage", "label", "when", "rearm_below", "fall_back", "cooldown", NULL};
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return;
	}
	read_object(r, p, known);
	struct place stage = place_at(p, "stage"), label = place_at(p, "label"), when = place_at(p, "when");
	struct place rearm = place_at(p, "rearm_below"), fall_back = place_at(p, "fall_back"),
		     cooldown = place_at(p, "cooldown");
	const char *name = NULL;
	struct stage_rule rule = {.present = true};
	enum stage which = STAGE_LEAD;
	if (read_required(r, &stage) && read_text(r, &stage, MODEL_TEXT_MAX, &name) &&
	    (!stage_parse(name, &which) || (which != STAGE_MQL && which != STAGE_SAL)))
		read_fault(r, "value_invalid", stage.pointer, "Rules lead to the stages \"mql\" and \"sal\".");
	read_text(r, &label, MODEL_TEXT_MAX, &rule.label);
	rule.has_rearm = read_milli(r, &rearm, MODEL_BOUND_MAX, &rule.rearm_below);
	read_bool(r, &fall_back, &rule.fall_back);
	read_duration(r, &cooldown, 1, 36500 * MS_DAY, &rule.cooldown);
	struct stage_rule *into = which == STAGE_MQL ? &r->m->stages[0] : which == STAGE_SAL ? &r->m->stages[1] : NULL;
	struct stage_rule nowhere = {0};
	if (!into) {
		into = &nowhere;
	} else if (into->present) {
		read_fault(r, "duplicate_id", stage.pointer, "There are two rules for stage %s.", name);
		into = &nowhere;
	}
	*into = rule;
	into->stage = which;
	if (read_required(r, &when))
		read_rule(r, &when, LOGIC_STAGES, &into->when);
	logic_free(&nowhere.when);
}

void read_stages(struct reader *r, const struct place *p)
{
	for (size_t i = 0, n = read_list(r, p, 8); i < n; i++) {
		struct place item = place_item(p, i);
		read_stage(r, &item);
	}
}

void read_model_tags(struct reader *r, const struct place *p)
{
	static const char *const known[] = {"tag", "label", "when", NULL};
	struct model *m = r->m;
	size_t n = read_list(r, p, MODEL_TAGS_MAX);
	m->tags = read_array(r, n, sizeof(*m->tags));
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(p, i);
		m->n_tags++;
		if (!json_is_object(item.v)) {
			read_fault(r, "type_wrong", item.pointer, "This is to be an object.");
			continue;
		}
		read_object(r, &item, known);
		struct place tag = place_at(&item, "tag"), label = place_at(&item, "label"),
			     when = place_at(&item, "when");
		const char *unused = NULL;
		if (read_required(r, &tag))
			read_text(r, &tag, MODEL_TEXT_MAX, &m->tags[i].tag);
		m->tags[i].source = read_source(r, m->tags[i].tag);
		read_text(r, &label, MODEL_TEXT_MAX, &unused);
		if (read_required(r, &when))
			read_rule(r, &when, LOGIC_TAGS, &m->tags[i].when);
	}
}
