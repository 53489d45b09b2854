/* How far the next stage is: the condition is asked again with more and more points, from one value at which its answer
 * may turn to the next. */
#include "next_priv.h"

#include "base/instant.h"

#define TURNS_MAX 1000

/* With `more` points than the lead has: whether the rule's condition holds, and else how many more are to be tried; 0:
 * no number of them matters. */
static enum status ask(struct scoring_lead *l, const struct stage_rule *r, struct figures f, int64_t more,
    bool *ret_holds, int64_t *ret_step)
{
	const struct model *m = l->model;
	struct lead_env e;
	*ret_step = 0;
	*ret_holds = false;
	if (more && f.total + more > m->score_bounds.max)
		return ST_OK;
	lead_env_init(&e, l, NULL, l->as_of);
	int64_t *quantity = e.env.quantity;
	quantity[QUANTITY_SCORE] = f.total + more;
	quantity[QUANTITY_ENGAGEMENT] = clamp(f.engagement + more, m->engagement_bounds);
	enum status st = ST_OK;
	if (r->has_rearm && quantity[QUANTITY_SCORE] < r->rearm_below) {
		*ret_step = r->rearm_below - quantity[QUANTITY_SCORE];
	} else {
		st = logic_holds(r->when, &e.env, ret_holds);
		for (int i = 0; i < QUANTITY_COUNT && !*ret_holds; i++) {
			int64_t step = e.env.span[i].high == INT64_MAX ? 0 : e.env.span[i].high - quantity[i] + 1;
			if (step > 0 && (*ret_step == 0 || step < *ret_step))
				*ret_step = step;
		}
	}
	lead_env_done(&e);
	return st;
}

enum status next_short_of(struct scoring_lead *l, size_t stage_rule, int64_t *ret)
{
	const struct stage_rule *r = &l->model->stages[stage_rule];
	struct figures f = lead_figures(l, l->as_of);
	int64_t more = 0, step = 0;
	*ret = -1;
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		bool holds;
		enum status st = ask(l, r, f, more, &holds, &step);
		if (st != ST_OK)
			return st;
		if (holds) {
			*ret = more;
			return ST_OK;
		}
		if (step == 0)
			return ST_OK;
		more += step;
	}
	return ST_OK;
}

enum status next_stages(struct scoring_lead *l, struct scoring_next *n)
{
	bool open =
	    l->stage == STAGE_LEAD || l->stage == STAGE_RECYCLED || l->stage == STAGE_MQL || l->stage == STAGE_SAL;
	for (size_t i = 0; i < STAGE_RULES && open && !l->exclusion; i++) {
		const struct stage_rule *r = &l->model->stages[i];
		const struct stage_state *s = &l->stages[i];
		if (!r->present || stage_rank(r->stage) <= stage_rank(l->stage))
			continue;
		struct next_stage *next = &n->stages[n->n_stages];
		*next = (struct next_stage){.stage = r->stage,
		    .label = r->label ? r->label : stage_name(r->stage),
		    .armed = s->armed,
		    .rearm_below = r->has_rearm ? r->rearm_below : INT64_MIN,
		    .not_before = INSTANT_NEVER};
		if (r->cooldown && s->fired && l->as_of - s->fired_at < r->cooldown)
			next->not_before = s->fired_at + r->cooldown;
		enum status st = next_short_of(l, i, &next->short_of);
		if (st != ST_OK)
			return st;
		n->n_stages++;
	}
	return ST_OK;
}
