/* The life of a model. */
#include "model_priv.h"

#include <stdlib.h>

struct model *model_ref(struct model *m)
{
	if (m)
		atomic_fetch_add_explicit(&m->references, 1, memory_order_relaxed);
	return m;
}

void model_unref(struct model **m)
{
	if (!m || !*m)
		return;
	struct model *gone = *m;
	*m = NULL;
	if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	logic_free(&gone->applies_when);
	for (size_t i = 0; i < gone->n_fit; i++)
		logic_free(&gone->fit[i].when);
	for (size_t i = 0; i < gone->n_rules; i++) {
		logic_free(&gone->rules[i].where);
		for (size_t j = 0; j < gone->rules[i].n_steps; j++)
			logic_free(&gone->rules[i].steps[j].where);
	}
	for (size_t i = 0; i < gone->n_criteria; i++)
		logic_free(&gone->criteria[i].when);
	for (size_t i = 0; i < gone->n_exclusions; i++)
		logic_free(&gone->exclusions[i].when);
	for (size_t i = 0; i < STAGE_RULES; i++)
		logic_free(&gone->stages[i].when);
	for (size_t i = 0; i < gone->n_tags; i++)
		logic_free(&gone->tags[i].when);
	for (size_t i = 0; i < gone->n_segments; i++)
		logic_free(&gone->segments[i].when);
	for (size_t i = 0; i < gone->n_seen; i++)
		logic_free(&gone->seen_types[i].where);
	arena_free(&gone->memory);
	free(gone);
}

int64_t model_version(const struct model *m)
{
	return m->version;
}

const char *model_name(const struct model *m)
{
	return m->name;
}

const char *model_time_zone(const struct model *m)
{
	return m->time_zone;
}

const char *model_language(const struct model *m)
{
	return m->language;
}

int64_t model_local_time(const struct model *m, int64_t at)
{
	return at + zone_offset(&m->zone, at);
}

bool model_time_zone_valid(const char *name)
{
	struct arena *scratch = arena_new(0);
	struct zone zone;
	bool valid = scratch && zone_make(name, scratch, &zone) == ST_OK;
	arena_free(&scratch);
	return valid;
}

const char *model_time_zone_data(void)
{
	return zone_data_version;
}

size_t model_rule_count(const struct model *m)
{
	return m->n_fit + m->n_rules;
}

struct model_rule model_rule_at(const struct model *m, size_t i)
{
	if (i < m->n_fit)
		return (struct model_rule){m->fit[i].id, m->fit[i].label, true, m->fit[i].points};
	const struct engagement_rule *r = &m->rules[i - m->n_fit];
	return (struct model_rule){r->id, r->label, false, r->points};
}

bool model_applies_always(const struct model *m)
{
	const struct logic *l = m->applies_when;
	return !l || (l->nodes[0].op == OP_CONST && value_truthy(l->constants[l->nodes[0].extra].v));
}
