/* Bounds of the sums, from event to event. */
#include "outlook_priv.h"

#include "base/instant.h"
#include "lead_priv.h"

/* Of a rule that decays: each of two worths that are compared is rounded, and half-life sums are floored besides. */
#define SLACK 2
#define REACH_MAX (365 * MS_DAY)

typedef unsigned __int128 u128;

uint64_t fade_half_life(int64_t half_life)
{
	const uint64_t ln2 = UINT64_C(0xb17217f7d1d); /* 2^44 ln 2, rounded up: 1 - 2^-x <= x ln 2 */
	return ln2 / (uint64_t)half_life + 1;
}

uint64_t fade_linear(int64_t life)
{
	return (UINT64_C(1) << FADE_BITS) / (uint64_t)life + 1;
}

static struct outlook_sum *sum_of(const struct scoring_lead *l, const struct engagement_rule *r)
{
	return &l->outlook.sums[r->group == GROUP_NONE ? l->model->n_groups : r->group];
}

static uint64_t size_of(int64_t milli)
{
	return milli < 0 ? -(uint64_t)milli : (uint64_t)milli;
}

/* `size` more milli that fade. A sum beyond all reason makes the outlook unknown. */
static void add_slope(struct outlook *o, uint64_t *slope, uint64_t size, uint64_t fade)
{
	u128 more = (u128)size * fade + *slope;
	*slope = (uint64_t)more;
	o->known &= more >> 62 == 0;
}

/* Of a rule whose awards end at once, unlike linear ones, which have faded by then. */
static int64_t next_end(const struct scoring_lead *l, const struct engagement_rule *r, int64_t at)
{
	const struct lasting *a = &l->lasting[r->lasting];
	uint32_t live = lasting_live(a, at, r->life);
	return live ? lasting_at(a, live - 1) + r->life : INSTANT_NEVER;
}

void outlook_clear(struct scoring_lead *l, int64_t at)
{
	struct outlook *o = &l->outlook;
	o->known = true;
	o->at = at;
	o->end = INSTANT_NEVER;
	for (size_t i = 0; i <= l->model->n_groups; i++)
		o->sums[i] = (struct outlook_sum){0};
}

void outlook_take(struct scoring_lead *l, size_t rule, int64_t worth, int64_t clamped)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	struct outlook *o = &l->outlook;
	struct outlook_sum *s = sum_of(l, r);
	s->low += clamped;
	if (r->fade) {
		/* A linear rule's slope is that of all its awards, whatever is left of them. */
		uint64_t size = r->linear ? size_of(r->points) * (uint64_t)l->rules[rule].sum : size_of(worth) + 1;
		add_slope(o, r->points < 0 ? &s->up : &s->down, size, r->fade);
		s->step += SLACK;
	} else if (r->life) {
		int64_t end = next_end(l, r, o->at);
		o->end = end < o->end ? end : o->end;
	}
}

void outlook_settle(struct scoring_lead *l)
{
	for (size_t i = 0; i <= l->model->n_groups; i++) {
		struct outlook_sum *s = &l->outlook.sums[i];
		s->high = s->low + s->step;
		s->low -= s->step;
		s->step = 0;
	}
}

static int64_t faded(uint64_t slope, int64_t ms)
{
	return slope ? (int64_t)(((u128)slope * (uint64_t)ms) >> FADE_BITS) + 1 : 0;
}

/* What has ended at once until `to`, by rule; in the sums' steps, and where it widens them in low and high. */
static void step_ends(struct scoring_lead *l, int64_t to)
{
	const struct model *m = l->model;
	for (size_t i = 0; i < m->n_ending; i++) {
		const struct engagement_rule *r = &m->rules[m->ending_rules[i]];
		const struct lasting *a = &l->lasting[r->lasting];
		if (a->n == 0)
			continue;
		int64_t step =
		    clamp(lasting_worth(a, r, to), r->bounds) - clamp(lasting_worth(a, r, l->outlook.at), r->bounds);
		size_t group = r->group == GROUP_NONE ? m->n_groups : r->group;
		l->outlook.sums[group].step += step;
		(step < 0 ? l->group_low : l->group_high)[group] += step;
	}
}

static struct range range_of(const struct scoring_lead *l, const int64_t *low, const int64_t *high)
{
	const struct model *m = l->model;
	struct span sum = {low[m->n_groups], high[m->n_groups]};
	for (size_t i = 0; i < m->n_groups; i++) {
		sum.low += clamp(low[i], m->groups[i].bounds);
		sum.high += clamp(high[i], m->groups[i].bounds);
	}
	return range_of_engagement(l, sum);
}

bool outlook_reach(struct scoring_lead *l, int64_t to, struct range *ret)
{
	struct outlook *o = &l->outlook;
	size_t n = l->model->n_groups + 1;
	if (!o->known || to < o->at || to - o->at > REACH_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		o->sums[i].step = 0;
		l->group_low[i] = o->sums[i].low - faded(o->sums[i].down, to - o->at);
		l->group_high[i] = o->sums[i].high + faded(o->sums[i].up, to - o->at);
	}
	if (to >= o->end)
		step_ends(l, to);
	*ret = range_of(l, l->group_low, l->group_high);
	return true;
}

void outlook_move(struct scoring_lead *l, int64_t to)
{
	const struct model *m = l->model;
	struct outlook *o = &l->outlook;
	for (size_t i = 0; i <= m->n_groups; i++) {
		struct outlook_sum *s = &o->sums[i];
		s->low += s->step - faded(s->down, to - o->at);
		s->high += s->step + faded(s->up, to - o->at);
		s->step = 0;
	}
	o->at = to;
	if (to < o->end)
		return;
	o->end = INSTANT_NEVER;
	for (size_t i = 0; i < m->n_ending; i++) {
		int64_t end = next_end(l, &m->rules[m->ending_rules[i]], to);
		o->end = end < o->end ? end : o->end;
	}
}

bool outlook_come(struct scoring_lead *l, int64_t at)
{
	struct range unused;
	if (l->outlook.at == at || !outlook_reach(l, at, &unused))
		return l->outlook.known && l->outlook.at == at;
	outlook_move(l, at);
	return true;
}

struct range outlook_range(struct scoring_lead *l)
{
	for (size_t i = 0; i <= l->model->n_groups; i++) {
		l->group_low[i] = l->outlook.sums[i].low;
		l->group_high[i] = l->outlook.sums[i].high;
	}
	return range_of(l, l->group_low, l->group_high);
}

void outlook_award(struct scoring_lead *l, size_t rule, int64_t before, int64_t after)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	struct outlook *o = &l->outlook;
	struct outlook_sum *s = sum_of(l, r);
	int64_t step = clamp(after, r->bounds) - clamp(before, r->bounds);
	s->low += step;
	s->high += step;
	if (r->fade) {
		add_slope(o, r->points < 0 ? &s->up : &s->down, size_of(r->points) + 1, r->fade);
		s->low -= SLACK;
		s->high += SLACK;
	} else if (r->life && o->at + r->life < o->end) {
		o->end = o->at + r->life;
	}
}
