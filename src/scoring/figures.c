/* The sums: rules into groups into engagement into the total, at an instant. */
#include "lead_priv.h"

#include "base/instant.h"
#include "decay_priv.h"

int32_t milli_shown(int64_t milli)
{
	int64_t shown = milli >= 0 ? (milli + 500) / 1000 : -((500 - milli) / 1000);
	return shown > INT32_MAX ? INT32_MAX : shown < INT32_MIN ? INT32_MIN : (int32_t)shown;
}

char grade_of(const struct model *m, int64_t engagement)
{
	for (int i = 0; i < 3; i++)
		if (engagement >= m->grades[i])
			return (char)('1' + i);
	return '4';
}

void lead_factors(const struct model *m, int64_t at, struct factor *ret)
{
	for (size_t i = 0; i < m->n_half_lives; i++) {
		int64_t rest;
		ret[i].period = decay_period(at, m->half_lives[i], &rest);
		ret[i].factor = decay_factor(rest, m->half_lives[i]);
	}
}

/* Before the rule's own bounds. */
static inline int64_t worth(const struct scoring_lead *l, size_t rule, const struct factor *factors, int64_t at)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	const struct rule_state *s = &l->rules[rule];
	uint16_t h = r->half_life;
	if (h != HALF_LIFE_NONE)
		return decay_worth(decay_later(s->sum, factors[h].period - s->half_life_period), factors[h].factor);
	return r->life ? lasting_worth(&l->lasting[r->lasting], r, at) : (int64_t)s->sum;
}

int64_t rule_worth(const struct scoring_lead *l, size_t rule, const struct factor *factors, int64_t at)
{
	return l->rules[rule].sum ? worth(l, rule, factors, at) : 0;
}

struct figures lead_figures(struct scoring_lead *l, int64_t at)
{
	const struct model *m = l->model;
	if (!l->begun)
		return (struct figures){0, 0, 0};
	if (l->figures_known && l->figures_at == at)
		return l->figures;
	if (!l->factors_known || l->factors_at != at) {
		lead_factors(m, at, l->factors);
		l->factors_known = true;
		l->factors_at = at;
	}
	outlook_clear(l, at);
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		int64_t v = r->idle;
		if (l->rules[i].sum) {
			l->worth_now[i] = worth(l, i, l->factors, at);
			v = clamp(l->worth_now[i], r->bounds);
			outlook_take(l, i, l->worth_now[i], v);
		} else if (v) {
			outlook_take(l, i, 0, v);
		}
	}
	const struct outlook_sum *groups = l->outlook.sums;
	int64_t sum = groups[m->n_groups].low;
	for (size_t i = 0; i < m->n_groups; i++)
		sum += clamp(groups[i].low, m->groups[i].bounds);
	outlook_settle(l);
	l->figures.fit = l->fit;
	l->figures.engagement = clamp(sum, m->engagement_bounds);
	l->figures.total = clamp(l->fit + l->figures.engagement + l->offset, m->score_bounds);
	l->figures_known = true;
	l->figures_at = at;
	return l->figures;
}

struct range range_of_engagement(const struct scoring_lead *l, struct span sum)
{
	const struct model *m = l->model;
	struct span e = {clamp(sum.low, m->engagement_bounds), clamp(sum.high, m->engagement_bounds)};
	return (struct range){.engagement = e,
	    .total = {clamp(l->fit + e.low + l->offset, m->score_bounds),
		clamp(l->fit + e.high + l->offset, m->score_bounds)}};
}
