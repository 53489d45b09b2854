/* Engagement rules: who is a candidate, what limits allow, and what an award adds. */
#include "lead_priv.h"

#include <string.h>

#include "base/ident.h"
#include "base/instant.h"
#include "decay_priv.h"

#define PLAIN_SUM_MAX ((__int128)1 << 50)

static enum status award(
    struct scoring_lead *l, size_t rule, int64_t at, const struct uuid *key, struct scoring_effects *fx)
{
	const struct model *m = l->model;
	const struct engagement_rule *r = &m->rules[rule];
	struct rule_state *s = &l->rules[rule];
	bool bounded = outlook_come(l, at);
	int64_t before = 0, after = 0;
	if (r->half_life != HALF_LIFE_NONE) {
		int64_t rest, half_life = m->half_lives[r->half_life];
		int64_t period = decay_period(at, half_life, &rest);
		__int128 weight = (__int128)r->points * decay_weight(rest, half_life);
		__int128 sum = s->sum ? decay_later(s->sum, period - s->half_life_period) : 0;
		s->sum = decay_add(sum, weight);
		s->half_life_period = s->sum ? period : 0;
		if (bounded) {
			uint32_t factor = decay_factor(rest, half_life);
			before = decay_worth(sum, factor);
			after = decay_worth(s->sum, factor);
		}
	} else if (r->life) {
		struct lasting *kept = &l->lasting[r->lasting];
		before = bounded ? lasting_worth(kept, r, at) : 0;
		if (r->points && !lasting_add(kept, at, r->life, LASTING_WHOLE))
			return ST_NOMEM;
		s->sum = kept->n;
		after = bounded ? lasting_worth(kept, r, at) : 0;
	} else {
		before = (int64_t)s->sum;
		s->sum += r->points;
		s->sum = s->sum > PLAIN_SUM_MAX ? PLAIN_SUM_MAX : s->sum < -PLAIN_SUM_MAX ? -PLAIN_SUM_MAX : s->sum;
		after = (int64_t)s->sum;
	}
	if (bounded)
		outlook_award(l, rule, before, after);
	s->awarded = true;
	if (r->keeps_newest)
		s->newest = at;
	if (l->observer)
		l->observer->awarded(l->observer, rule, at, key);
	return effects_award(fx, r->id, r->points, at);
}

/* Whether the limit lets a candidate count; if so it has been counted. */
static bool count(const struct model *m, const struct engagement_rule *r, struct rule_state *s, int64_t at)
{
	if (r->cooldown && s->awarded && at - s->newest < r->cooldown)
		return false;
	if (r->per == PER_EVENT)
		return true;
	int64_t period = calendar_period(r->per, at, &m->zone);
	if (s->counted && s->period == period && s->counted >= r->times)
		return false;
	if (!s->counted || s->period != period)
		s->counted = 0;
	s->period = period;
	s->counted++;
	return true;
}

/* A value of a run as 64 bits; 0 is kept for values that equal nothing. */
static uint64_t value_key(struct value v)
{
	uint64_t h;
	if (v.kind == V_STRING) {
		h = hash64(v.s, v.len);
	} else if (v.kind == V_NUMBER) {
		double n = v.n == 0 ? 0 : v.n;
		h = ~hash64(&n, sizeof(n));
	} else {
		return 0;
	}
	return h ? h : 1;
}

static void end_run(struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s)
{
	if (r->distinct)
		memset(l->values + r->first_value, 0, r->length * sizeof(*l->values));
	memset(l->broken + r->first_breaker, 0, r->n_breakers * sizeof(*l->broken));
	s->run = 0;
}

/* Adds a candidate to the run; true when the run is complete (and over). */
static bool extend_run(
    struct scoring_lead *l, const struct engagement_rule *r, struct rule_state *s, struct lead_env *e, enum status *st)
{
	if (r->distinct) {
		struct run run = {.env = &e->env};
		uint64_t *values = l->values + r->first_value, key = value_key(logic_field(&run, r->distinct));
		*st = run.failed;
		for (uint32_t i = 0; key && i < s->run; i++)
			if (values[i] == key)
				return false;
		values[s->run] = key;
	}
	memset(l->broken + r->first_breaker, 0, r->n_breakers * sizeof(*l->broken));
	if (++s->run < r->length)
		return false;
	end_run(l, r, s);
	return true;
}

static void break_runs(struct scoring_lead *l, const struct type_entry *type)
{
	for (size_t i = 0; i < type->n_breaks; i++) {
		const struct engagement_rule *r = &l->model->rules[type->breaks[i].rule];
		struct rule_state *s = &l->rules[type->breaks[i].rule];
		uint32_t *times = &l->broken[r->first_breaker + type->breaks[i].breaker];
		if (s->run == 0)
			continue; /* counts since the start of a run that is empty change nothing */
		if (++*times >= r->breakers[type->breaks[i].breaker].times)
			end_run(l, r, s);
	}
}

enum status lead_apply_rules(
    struct scoring_lead *l, const struct scoring_event *ev, const struct type_entry *type, struct scoring_effects *fx)
{
	const struct model *m = l->model;
	enum status st = ST_OK;
	struct lead_env e;
	break_runs(l, type);
	if (type->n_rules == 0)
		return ST_OK;
	lead_env_init(&e, l, ev, ev->at);
	for (size_t i = 0; i < type->n_rules && st == ST_OK; i++) {
		size_t rule = type->rules[i].rule;
		const struct engagement_rule *r = &m->rules[rule];
		struct rule_state *s = &l->rules[rule];
		bool candidate = true;
		if (r->kind == RULE_SEQUENCE)
			st = chain_step(l, rule, type->rules[i].steps, &e, &candidate);
		else if (r->where && l->assumed != rule + 1)
			st = logic_holds(r->where, &e.env, &candidate);
		if (st == ST_OK && candidate && r->kind == RULE_STREAK)
			candidate = extend_run(l, r, s, &e, &st);
		else if (st == ST_OK && candidate && r->kind == RULE_COUNT)
			candidate = chain_count(l, rule, ev->at);
		if (st == ST_OK && candidate && count(m, r, s, ev->at))
			st = award(l, rule, ev->at, &ev->key, fx);
	}
	lead_env_done(&e);
	return st;
}

void lead_keep(struct scoring_lead *l, uint32_t keep, int64_t at)
{
	const struct model *m = l->model;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		struct rule_state *s = &l->rules[i];
		if (!s->sum)
			continue;
		if (r->half_life != HALF_LIFE_NONE) {
			int64_t rest, period = decay_period(at, m->half_lives[r->half_life], &rest);
			s->sum = decay_keep(decay_later(s->sum, period - s->half_life_period), keep);
			s->half_life_period = s->sum ? period : 0;
		} else if (r->life) {
			lasting_keep(&l->lasting[r->lasting], keep);
			s->sum = l->lasting[r->lasting].n;
		} else {
			s->sum = plain_keep((int64_t)s->sum, keep);
		}
	}
	l->outlook.known = false;
	if (l->observer)
		l->observer->kept(l->observer, keep, at);
}

static int64_t due(const struct engagement_rule *r, const struct rule_state *s)
{
	return s->run < r->max_times ? s->clock + (int64_t)(s->run + 1) * r->after : INSTANT_NEVER;
}

int64_t lead_silence_due(const struct scoring_lead *l)
{
	const struct model *m = l->model;
	int64_t first = INSTANT_NEVER;
	for (size_t i = 0; i < m->n_silences; i++) {
		int64_t t = due(&m->rules[m->silence_rules[i]], &l->rules[m->silence_rules[i]]);
		if (t < first)
			first = t;
	}
	return first;
}

enum status lead_award_silences(struct scoring_lead *l, int64_t at, struct scoring_effects *fx)
{
	const struct model *m = l->model;
	for (size_t i = 0; i < m->n_silences; i++) {
		size_t rule = m->silence_rules[i];
		if (due(&m->rules[rule], &l->rules[rule]) != at)
			continue;
		l->rules[rule].run++;
		enum status st = award(l, rule, at, NULL, fx);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}
