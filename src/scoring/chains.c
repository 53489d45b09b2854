/* Rules that look at several events in time: sequences and counts; docs/scoring.md 4. What they keep is a few instants;
 * those as old as `within` decide nothing any more. */
#include "lead_priv.h"

#include <string.h>

static enum status step_matches(const struct sequence_step *step, struct lead_env *e, bool *ret)
{
	*ret = true;
	return step->where ? logic_holds(step->where, &e->env, ret) : ST_OK;
}

enum status chain_step(struct scoring_lead *l, size_t rule, uint16_t steps, struct lead_env *e, bool *ret_complete)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	struct rule_state *s = &l->rules[rule];
	int64_t *began = l->marks + r->first_mark; /* of the chain that did step k; bit k of `run`: there is one */
	bool matches;
	*ret_complete = false;
	if (steps & SEQUENCE_BROKEN)
		s->run = 0;
	for (size_t k = r->n_steps; k-- > 1;) {
		bool ready = s->run >> (k - 1) & 1 && e->env.at - began[k - 1] < r->within;
		if (!ready || !(steps >> k & 1))
			continue;
		enum status st = step_matches(&r->steps[k], e, &matches);
		if (st != ST_OK)
			return st;
		if (!matches)
			continue;
		if (k + 1 == r->n_steps) {
			s->run = 0;
			*ret_complete = true;
			return ST_OK;
		}
		if (!(s->run >> k & 1) || began[k - 1] > began[k])
			began[k] = began[k - 1];
		s->run |= 1u << k;
	}
	if (!(steps & 1))
		return ST_OK;
	enum status st = step_matches(&r->steps[0], e, &matches);
	if (st == ST_OK && matches) {
		began[0] = e->env.at;
		s->run |= 1;
	}
	return st;
}

bool chain_count(struct scoring_lead *l, size_t rule, int64_t at)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	struct rule_state *s = &l->rules[rule];
	int64_t *kept = l->marks + r->first_mark; /* `run` of them, oldest first */
	uint32_t old = 0;
	while (old < s->run && at - kept[old] >= r->within)
		old++;
	s->run -= old;
	memmove(kept, kept + old, s->run * sizeof(*kept));
	if (s->run + 1 < r->length) {
		kept[s->run++] = at;
		return false;
	}
	s->run = 0;
	return true;
}
