/* The sums: rules into groups into engagement into the total, at an instant and over an interval. */
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
static int64_t worth(const struct model *m, const struct rule_state *s, size_t rule, const struct factor *factors)
{
	uint16_t h = m->rules[rule].half_life;
	if (h == HALF_LIFE_NONE)
		return (int64_t)s->sum;
	return decay_worth(decay_later(s->sum, factors[h].period - s->half_life_period), factors[h].factor);
}

int64_t rule_worth(const struct scoring_lead *l, size_t rule, const struct factor *factors)
{
	return worth(l->model, &l->rules[rule], rule, factors);
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
	int64_t *groups = l->group_low, sum = 0;
	for (size_t i = 0; i < m->n_groups; i++)
		groups[i] = 0;
	for (size_t i = 0; i < m->n_rules; i++) {
		int64_t v = clamp(l->rules[i].sum ? worth(m, &l->rules[i], i, l->factors) : 0, m->rules[i].bounds);
		if (m->rules[i].group == GROUP_NONE)
			sum += v;
		else
			groups[m->rules[i].group] += v;
	}
	for (size_t i = 0; i < m->n_groups; i++)
		sum += clamp(groups[i], m->groups[i].bounds);
	l->figures.fit = l->fit;
	l->figures.engagement = clamp(sum, m->engagement_bounds);
	l->figures.total = clamp(l->fit + l->figures.engagement + l->offset, m->score_bounds);
	l->figures_known = true;
	l->figures_at = at;
	return l->figures;
}

/* A sum that shrinks toward zero: positive ones never rise. Negative ones are floored at each period, which may set
 * them back by less than 2^-30 milli, so by one after rounding. */
static struct span rule_span(const struct model *m, const struct rule_state *s, size_t rule, const struct factor *early,
    const struct factor *late)
{
	int64_t a = worth(m, s, rule, early);
	uint16_t h = m->rules[rule].half_life;
	if (h == HALF_LIFE_NONE)
		return (struct span){a, a};
	int64_t b = worth(m, s, rule, late);
	if (s->sum >= 0)
		return (struct span){b, a};
	int64_t slack = early[h].period != late[h].period && (a || b) ? 1 : 0;
	return (struct span){(a < b ? a : b) - slack, (a > b ? a : b) + slack};
}

void lead_range(struct scoring_lead *l, int64_t from, int64_t to, struct range *ret)
{
	const struct model *m = l->model;
	struct span sum = {0, 0};
	lead_factors(m, to, l->factors_high);
	if (!l->factors_known || l->factors_at != from) {
		lead_factors(m, from, l->factors);
		l->factors_known = true;
		l->factors_at = from;
	}
	for (size_t i = 0; i < m->n_groups; i++)
		l->group_low[i] = l->group_high[i] = 0;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		struct span v = {0, 0};
		if (l->rules[i].sum)
			v = rule_span(m, &l->rules[i], i, l->factors, l->factors_high);
		int64_t *low = r->group == GROUP_NONE ? &sum.low : &l->group_low[r->group];
		int64_t *high = r->group == GROUP_NONE ? &sum.high : &l->group_high[r->group];
		*low += clamp(v.low, r->bounds);
		*high += clamp(v.high, r->bounds);
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		sum.low += clamp(l->group_low[i], m->groups[i].bounds);
		sum.high += clamp(l->group_high[i], m->groups[i].bounds);
	}
	ret->engagement = (struct span){clamp(sum.low, m->engagement_bounds), clamp(sum.high, m->engagement_bounds)};
	ret->total = (struct span){clamp(l->fit + ret->engagement.low + l->offset, m->score_bounds),
	    clamp(l->fit + ret->engagement.high + l->offset, m->score_bounds)};
}
