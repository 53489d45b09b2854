/* The profile: patched by events, judged by fit rules, criteria and exclusions. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

/* A part of an event as an object, or NULL. *ret_owned is to be released. */
static bool part(json_t *given, const char *text, json_t **ret_owned, json_t **ret)
{
	*ret_owned = NULL;
	if (!given && text) {
		json_error_t why;
		*ret_owned = given = json_loads(text, 0, &why);
		if (!given && json_error_code(&why) == json_error_out_of_memory)
			return false;
	}
	*ret = json_is_object(given) ? given : NULL;
	return true;
}

static bool present(const json_t *profile, const char *key)
{
	const json_t *v = json_object_get(profile, key);
	return v && !json_is_null(v);
}

static void note_presence(struct scoring_lead *l)
{
	l->has_source = present(l->profile, "source");
	l->has_email = present(l->profile, "email");
	l->has_phone = present(l->profile, "phone");
}

/* Sets a field that the profile lacks; takes the reference. */
static bool fill(struct scoring_lead *l, const char *key, json_t *value)
{
	return value && lead_parse_profile(l) && json_object_set_new(l->profile, key, value) == 0;
}

void lead_profile_changed(struct scoring_lead *l)
{
	l->profile_changed = true;
	l->level_known = l->kind_known = false;
	memset(l->taxa, 0, l->model->n_taxonomies * sizeof(*l->taxa));
}

enum status lead_patch(struct scoring_lead *l, const struct scoring_event *ev, bool *ret_changed)
{
	enum status st = ST_NOMEM;
	json_t *patch_owned = NULL, *source_owned = NULL, *patch = NULL, *source = NULL;
	*ret_changed = false;
	if (!part(ev->patch, ev->patch_text, &patch_owned, &patch))
		goto out;
	if (json_object_size(patch) > 0) {
		if (!lead_parse_profile(l) || !json_merge_patch(l->profile, patch))
			goto out;
		note_presence(l);
		*ret_changed = true;
	}
	/* What is there already is not looked at: the profile of most leads stays text. */
	if (ev->email && !l->has_email) {
		if (!fill(l, "email", json_string(ev->email)))
			goto out;
		l->has_email = *ret_changed = true;
	}
	if (ev->phone && !l->has_phone) {
		if (!fill(l, "phone", json_string(ev->phone)))
			goto out;
		l->has_phone = *ret_changed = true;
	}
	if (!l->has_source && !part(ev->source, ev->source_text, &source_owned, &source))
		goto out;
	if (source) {
		if (!fill(l, "source", json_deep_copy(source)))
			goto out;
		l->has_source = *ret_changed = true;
	}
	if (*ret_changed)
		lead_profile_changed(l);
	st = ST_OK;
out:
	json_decref(patch_owned);
	json_decref(source_owned);
	return st;
}

enum status lead_criterion(struct scoring_lead *l, const struct criterion *c, int *ret_met)
{
	struct lead_env e;
	bool met = false;
	lead_env_init(&e, l, NULL, 0);
	enum status st = logic_holds(c->when, &e.env, &met);
	*ret_met = met ? 1 : e.env.absent ? -1 : 0;
	lead_env_done(&e);
	return st;
}

bool scoring_lead_applies(struct scoring_lead *l)
{
	struct lead_env e;
	bool applies = true;
	if (model_applies_always(l->model))
		return true;
	lead_env_init(&e, l, NULL, 0);
	if (logic_holds(l->model->applies_when, &e.env, &applies) != ST_OK)
		applies = true;
	lead_env_done(&e);
	return applies;
}

static enum status refit_rules(
    struct scoring_lead *l, struct lead_env *e, const struct scoring_event *ev, struct scoring_effects *fx)
{
	const struct model *m = l->model;
	int64_t sum = 0;
	for (size_t i = 0; i < m->n_fit; i++) {
		const struct fit_rule *r = &m->fit[i];
		bool holds = false;
		enum status st = logic_holds(r->when, &e->env, &holds);
		if (st == ST_OK && holds != l->fit_holds[i]) {
			st = effects_award(fx, r->id, holds ? r->points : -r->points, ev->at);
			if (l->observer)
				l->observer->fit_changed(l->observer, i, holds, ev->at, &ev->key);
		}
		if (st != ST_OK)
			return st;
		l->fit_holds[i] = holds;
		sum += holds ? r->points : 0;
	}
	l->fit = clamp(sum, m->fit_bounds);
	return ST_OK;
}

char tier_of(const struct model *m, int64_t met)
{
	for (int i = 0; i < 3 && m->core_weight > 0; i++)
		if (met * 100000 >= m->tiers[i] * m->core_weight)
			return (char)('A' + i);
	return 'D';
}

static enum status refit_icp(struct scoring_lead *l, struct lead_env *e)
{
	const struct model *m = l->model;
	int64_t met = 0;
	for (size_t i = 0; i < m->n_criteria; i++) {
		bool holds = false;
		if (!m->criteria[i].core)
			continue;
		enum status st = logic_holds(m->criteria[i].when, &e->env, &holds);
		if (st != ST_OK)
			return st;
		met += holds ? m->criteria[i].weight : 0;
	}
	l->icp_tier = tier_of(m, met);
	l->exclusion = 0;
	for (size_t i = 0; i < m->n_exclusions && !l->exclusion; i++) {
		bool holds = false;
		enum status st = logic_holds(m->exclusions[i].when, &e->env, &holds);
		if (st != ST_OK)
			return st;
		if (holds)
			l->exclusion = (uint16_t)(i + 1);
	}
	return ST_OK;
}

enum status lead_refit(struct scoring_lead *l, const struct scoring_event *ev, struct scoring_effects *fx)
{
	struct lead_env e;
	lead_env_init(&e, l, NULL, ev->at);
	enum status st = refit_rules(l, &e, ev, fx);
	if (st == ST_OK)
		st = refit_icp(l, &e);
	lead_env_done(&e);
	return st;
}
