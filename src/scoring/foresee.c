/* Where the search for an exit looks first. Worths that fade by half-lives are solved for in floating point, which is
 * right to a millisecond or two: the search finds out what is so, and is only saved most of its way. */
#include <math.h>

#include "base/instant.h"
#include "decay_priv.h"
#include "lead_priv.h"

#define RULES_MAX 12
#define STEPS_MAX 64
#define FAR_MS 9e15
#define NEWTON_MAX 8
#define NEWTON_MS 1000.0 /* near enough */

struct fading {
	double half_life, start; /* of the period that it is in: after `from` */
	double amount;           /* A there */
	double worth, shown;     /* milli at `from`; as rounded, then as the steps taken leave it */
	double next;             /* when it is a milli less, after `from`; INFINITY */
};

static bool take(const struct scoring_lead *l, size_t rule, int64_t from, struct fading *ret)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	const struct rule_state *s = &l->rules[rule];
	if (r->half_life == HALF_LIFE_NONE || clamp(l->worth_low[rule], r->bounds) != l->worth_low[rule])
		return false;
	const struct factor *f = &l->factors[r->half_life];
	int64_t half_life = l->model->half_lives[r->half_life];
	double amount = (double)decay_later(s->sum, f->period - s->half_life_period);
	*ret = (struct fading){.half_life = (double)half_life,
	    .start = (double)(f->period * half_life - from),
	    .amount = amount,
	    .worth = ldexp(amount * f->factor, -2 * DECAY_ONE_BITS),
	    .shown = (double)l->worth_low[rule]};
	return true;
}

/* The first millisecond at which the rule rounds to less than is shown: when its factor is below a whole number. */
static double next_step(const struct fading *f)
{
	double wanted = ldexp(f->shown - 0.5, 2 * DECAY_ONE_BITS), amount = f->amount, start = f->start;
	if (f->shown <= 0 || amount <= 0)
		return INFINITY;
	for (; wanted <= ldexp(amount, DECAY_ONE_BITS - 1); amount /= 2)
		start += f->half_life;
	double after = floor(f->half_life * (DECAY_ONE_BITS - log2(ceil(wanted / amount))));
	return start + (after < 0 ? 0 : after + 1);
}

/* When as many milli are gone, one after the other; INFINITY: never. */
static double count_down(struct fading *f, size_t n, int64_t fall)
{
	double at = 0;
	for (size_t i = 0; i < n; i++)
		f[i].next = next_step(&f[i]);
	while (fall-- > 0) {
		struct fading *first = f;
		for (size_t i = 1; i < n; i++)
			if (f[i].next < first->next)
				first = &f[i];
		at = first->next;
		if (!isfinite(at))
			break;
		first->shown--;
		first->next = next_step(first);
	}
	return at;
}

/* A little before the sum, unrounded, is `wanted`: sums of half-lives are convex, so Newton comes from the left. */
static double come_near(const struct fading *f, size_t n, double wanted)
{
	double at = 0, slope = 0;
	for (int round = 0; round < NEWTON_MAX; round++) {
		double worth = 0;
		slope = 0;
		for (size_t i = 0; i < n; i++) {
			double w = f[i].worth * exp2(-at / f[i].half_life);
			worth += w;
			slope += w * M_LN2 / f[i].half_life;
		}
		double step = (worth - wanted) / slope;
		at += step;
		if (!(step > NEWTON_MS))
			break;
	}
	return at - (double)(n + 1) / slope;
}

/* Whether the rule's group is worth more, or less, than its bounds let it: it makes no difference then, for a while. */
static bool idle(const struct scoring_lead *l, const uint16_t *rules, size_t n, size_t rule)
{
	uint16_t group = l->model->rules[rule].group;
	if (group == GROUP_NONE)
		return false;
	int64_t sum = l->fixed[group];
	for (size_t i = 0; i < n; i++)
		if (l->model->rules[rules[i]].group == group)
			sum += clamp(l->worth_low[rules[i]], l->model->rules[rules[i]].bounds);
	return clamp(sum, l->model->groups[group].bounds) != sum;
}

static int64_t after(int64_t from, double ms)
{
	int64_t at;
	return ms < FAR_MS && !__builtin_add_overflow(from, (int64_t)ms, &at) ? at : INSTANT_NEVER;
}

int64_t lead_foresee(const struct scoring_lead *l, const uint16_t *rules, size_t n, int64_t from, int64_t fall)
{
	struct fading f[RULES_MAX];
	double shown = 0, at;
	size_t all = n;
	if (n > RULES_MAX || fall <= 0)
		return INSTANT_NEVER;
	n = 0;
	for (size_t i = 0; i < all; i++) {
		/* What takes points gives them back meanwhile; bounds do not see that, and what they cannot prove is no
		 * good place to look. So it counts as if it stayed, and comes into the next guess. */
		if (l->rules[rules[i]].sum < 0 || idle(l, rules, all, rules[i]))
			continue;
		if (!take(l, rules[i], from, &f[n++]))
			return INSTANT_NEVER;
		shown += (double)l->worth_low[rules[i]];
	}
	if (n == 0 || shown < (double)fall)
		return INSTANT_NEVER;
	if (fall > 3 * (int64_t)n + 4 && (at = come_near(f, n, shown - (double)fall)) >= 1)
		return after(from, at);
	if (fall > STEPS_MAX)
		return INSTANT_NEVER;
	/* The millisecond before, so that little is left when it holds. */
	at = count_down(f, n, fall);
	return after(from, at > 2 ? at - 1 : 1);
}
