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
	bool foreseen = l->then_known && l->then_at == at;
	outlook_clear(l, at);
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		int64_t v = r->idle;
		if (l->rules[i].sum) {
			bool known = foreseen && l->worth_then[i] != WORTH_UNKNOWN;
			l->worth_now[i] = known ? l->worth_then[i] : worth(l, i, l->factors, at);
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

/* A sum that shrinks toward zero, so what lies between two instants lies between their values. Only negative half-life
 * sums are floored at each period, which may set them back by less than 2^-30 milli, so by one after rounding. */
static struct span between(const struct engagement_rule *r, int64_t a, int64_t b, bool floored)
{
	if (r->points >= 0)
		return (struct span){b, a};
	int64_t slack = floored && (a || b) ? 1 : 0;
	return (struct span){(a < b ? a : b) - slack, (a > b ? a : b) + slack};
}

static struct span rule_span(const struct scoring_lead *l, size_t rule, int64_t from, int64_t to)
{
	const struct factor *early = l->factors, *late = l->factors_high;
	const struct engagement_rule *r = &l->model->rules[rule];
	uint16_t h = r->half_life;
	int64_t a = worth(l, rule, early, from);
	if (h == HALF_LIFE_NONE && !r->life)
		return (struct span){a, a};
	return between(r, a, worth(l, rule, late, to), h != HALF_LIFE_NONE && early[h].period != late[h].period);
}

/* From what is known at figures_at; keeps what is found at `to`. */
static struct span reach_span(struct scoring_lead *l, size_t rule, int64_t to)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	int64_t a = l->worth_now[rule];
	if (r->half_life == HALF_LIFE_NONE && !r->life) {
		l->worth_then[rule] = a;
		return (struct span){a, a};
	}
	l->worth_then[rule] = worth(l, rule, l->factors_high, to);
	return between(r, a, l->worth_then[rule], r->half_life != HALF_LIFE_NONE);
}

static void sum_spans(struct scoring_lead *l, int64_t from, int64_t to, bool known, struct range *ret)
{
	const struct model *m = l->model;
	struct span sum = {0, 0};
	for (size_t i = 0; i < m->n_groups; i++)
		l->group_low[i] = l->group_high[i] = 0;
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		struct span v = {r->idle, r->idle};
		if (l->rules[i].sum)
			v = known ? reach_span(l, i, to) : rule_span(l, i, from, to);
		else if (!r->idle)
			continue;
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

void lead_range(struct scoring_lead *l, int64_t from, int64_t to, struct range *ret)
{
	lead_factors(l->model, to, l->factors_high);
	if (!l->factors_known || l->factors_at != from) {
		lead_factors(l->model, from, l->factors);
		l->factors_known = true;
		l->factors_at = from;
	}
	sum_spans(l, from, to, false, ret);
}

bool lead_reach(struct scoring_lead *l, int64_t from, int64_t to, struct range *ret)
{
	if (!l->figures_known || l->figures_at > from)
		return false;
	lead_factors(l->model, to, l->factors_high);
	sum_spans(l, from, to, true, ret);
	l->then_known = true;
	l->then_at = to;
	return true;
}
