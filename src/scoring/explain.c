/* Every point explained: docs/scoring.md 11. */
#include "replay_priv.h"

#include <stdlib.h>
#include <string.h>

#include "decay_priv.h"

struct award_seen {
	size_t rule;
	int64_t at;
	size_t keeps; /* partial resets before it */
	bool has_key;
	struct uuid key;
};

struct keep_seen {
	int64_t at;
	uint32_t keep;
};

struct fit_seen {
	int64_t since;
	struct uuid key;
};

struct offset_seen {
	char *reason; /* owned; NULL: none given */
	int64_t at;
	struct uuid key;
};

/* Notes awards, since when fit rules hold and whence the offset is, during the replay. */
struct watch {
	struct lead_observer observer; /* first */
	struct offset_seen offset;
	struct award_seen *awards;
	size_t n, cap;
	struct keep_seen *keeps;
	size_t n_keeps;
	struct fit_seen *fit;
	bool out_of_memory;
};

static void see_award(struct lead_observer *o, size_t rule, int64_t at, const struct uuid *key)
{
	struct watch *w = (struct watch *)(void *)o;
	if (w->n == w->cap) {
		size_t cap = w->cap ? w->cap * 2 : 64;
		struct award_seen *grown = realloc(w->awards, cap * sizeof(*grown));
		if (!grown) {
			w->out_of_memory = true;
			return;
		}
		w->awards = grown;
		w->cap = cap;
	}
	struct award_seen *a = &w->awards[w->n++];
	*a = (struct award_seen){.rule = rule, .at = at, .keeps = w->n_keeps, .has_key = key != NULL};
	if (key)
		a->key = *key;
}

static void see_fit(struct lead_observer *o, size_t rule, bool holds, int64_t at, const struct uuid *key)
{
	struct watch *w = (struct watch *)(void *)o;
	if (holds)
		w->fit[rule] = (struct fit_seen){at, *key};
}

static void see_offset(struct lead_observer *o, const char *reason, int64_t at, const struct uuid *key)
{
	struct watch *w = (struct watch *)(void *)o;
	free(w->offset.reason);
	w->offset = (struct offset_seen){.at = at, .key = *key};
	if (!reason || !*reason)
		return;
	w->offset.reason = strdup(reason);
	w->out_of_memory |= !w->offset.reason;
}

static void see_keep(struct lead_observer *o, uint32_t keep, int64_t at)
{
	struct watch *w = (struct watch *)(void *)o;
	struct keep_seen *grown = realloc(w->keeps, (w->n_keeps + 1) * sizeof(*grown));
	if (!grown) {
		w->out_of_memory = true;
		return;
	}
	w->keeps = grown;
	w->keeps[w->n_keeps++] = (struct keep_seen){at, keep};
}

static void add(struct explanation *x, struct contribution c)
{
	x->contributions[x->n_contributions++] = c;
}

static void add_cap(
    struct explanation *x, const char *id, const char *label, int64_t at, int64_t clamped, int64_t unclamped)
{
	int64_t cut = clamped - unclamped;
	if (cut)
		add(x, (struct contribution){.rule = id,
			   .label = label,
			   .kind = CONTRIBUTION_CAP,
			   .at = at,
			   .points = cut,
			   .points_now = cut});
}

static void explain_fit(const struct scoring_lead *l, const struct watch *w, int64_t at, struct explanation *x)
{
	const struct model *m = l->model;
	int64_t sum = 0;
	for (size_t i = 0; i < m->n_fit; i++) {
		const struct fit_rule *r = &m->fit[i];
		if (!l->fit_holds[i])
			continue;
		add(x, (struct contribution){.rule = r->id,
			   .label = r->label,
			   .kind = CONTRIBUTION_FIT,
			   .has_event = true,
			   .event_key = w->fit[i].key,
			   .at = w->fit[i].since,
			   .points = r->points,
			   .points_now = r->points});
		sum += r->points;
	}
	add_cap(x, "fit", "fit", at, l->fit, sum);
}

/* The sum of a rule's first awards, partial resets included. */
struct prefix {
	__int128 sum;
	int64_t period;
	uint64_t weights, rest; /* of awards that end and live */
	size_t keeps;           /* resets that are in it */
};

/* The resets from p->keeps to `upto` take their share. */
static void keep_prefix(struct prefix *p, const struct watch *w, size_t upto, int64_t half_life)
{
	for (; p->keeps < upto; p->keeps++) {
		const struct keep_seen *k = &w->keeps[p->keeps];
		if (half_life && p->sum) {
			int64_t rest, period = decay_period(k->at, half_life, &rest);
			p->sum = decay_keep(decay_later(p->sum, period - p->period), k->keep);
			p->period = period;
		} else if (!half_life) {
			p->sum = plain_keep((int64_t)p->sum, k->keep);
		}
	}
}

static uint32_t weight_left(const struct award_seen *a, const struct watch *w)
{
	uint32_t weight = LASTING_WHOLE;
	for (size_t i = a->keeps; i < w->n_keeps; i++)
		weight = weight * w->keeps[i].keep / LASTING_WHOLE;
	return weight;
}

/* One more award; what those up to it are worth at the instant asked for. */
static int64_t extend(struct prefix *p, const struct scoring_lead *l, const struct engagement_rule *r,
    const struct award_seen *a, bool displaced, const struct watch *w, int64_t at)
{
	int64_t half_life = r->half_life == HALF_LIFE_NONE ? 0 : l->model->half_lives[r->half_life];
	if (r->life) {
		if (!displaced && a->at + r->life > at) {
			uint32_t weight = weight_left(a, w);
			p->weights += weight;
			p->rest += weight * (uint64_t)(a->at + r->life - at);
		}
		return lasting_points(r, p->weights, p->rest);
	}
	keep_prefix(p, w, a->keeps, half_life);
	if (half_life) {
		int64_t rest, period = decay_period(a->at, half_life, &rest);
		p->sum = decay_add(p->sum ? decay_later(p->sum, period - p->period) : 0,
		    (__int128)r->points * decay_weight(rest, half_life));
		p->period = period;
	} else {
		p->sum += r->points;
	}
	struct prefix now = *p;
	keep_prefix(&now, w, w->n_keeps, half_life);
	if (!half_life)
		return (int64_t)now.sum;
	const struct factor *f = &l->factors[r->half_life];
	return now.sum ? decay_worth(decay_later(now.sum, f->period - now.period), f->factor) : 0;
}

/* The awards of one rule. */
static void explain_rule(const struct scoring_lead *l, size_t rule, const struct award_seen *awards, size_t n,
    const struct watch *w, int64_t at, struct explanation *x)
{
	const struct engagement_rule *r = &l->model->rules[rule];
	struct prefix p = {0};
	int64_t before = 0;
	for (size_t i = 0; i < n; i++) {
		const struct award_seen *a = &awards[i];
		int64_t now = extend(&p, l, r, a, n - i > LASTING_MAX, w, at);
		add(x, (struct contribution){.rule = r->id,
			   .label = r->label,
			   .kind = CONTRIBUTION_ENGAGEMENT,
			   .has_event = a->has_key,
			   .event_key = a->key,
			   .at = a->at,
			   .points = r->points,
			   .points_now = now - before});
		before = now;
	}
}

/* Stable: awards come in order of time, and rules in model order. */
static bool group_by_rule(struct watch *w, size_t n_rules)
{
	size_t *start = calloc(n_rules + 1, sizeof(*start));
	struct award_seen *sorted = calloc(w->n + 1, sizeof(*sorted));
	if (start && sorted) {
		for (size_t i = 0; i < w->n; i++)
			start[w->awards[i].rule + 1]++;
		for (size_t i = 0; i < n_rules; i++)
			start[i + 1] += start[i];
		for (size_t i = 0; i < w->n; i++)
			sorted[start[w->awards[i].rule]++] = w->awards[i];
		free(w->awards);
		w->awards = sorted;
		sorted = NULL;
		free(start);
		return true;
	}
	free(start);
	free(sorted);
	return false;
}

/* Returns the engagement. */
static int64_t explain_engagement(struct scoring_lead *l, const struct watch *w, int64_t at, struct explanation *x)
{
	const struct model *m = l->model;
	int64_t *groups = l->group_low, sum = 0;
	size_t next = 0;
	for (size_t i = 0; i < m->n_groups; i++)
		groups[i] = 0;
	for (size_t i = 0; i < m->n_rules; i++) {
		size_t n = 0;
		while (next + n < w->n && w->awards[next + n].rule == i)
			n++;
		explain_rule(l, i, w->awards + next, n, w, at, x);
		next += n;
	}
	for (size_t i = 0; i < m->n_rules; i++) {
		const struct engagement_rule *r = &m->rules[i];
		int64_t v = rule_worth(l, i, l->factors, at), clamped = clamp(v, r->bounds);
		add_cap(x, r->id, r->label, at, clamped, v);
		*(r->group == GROUP_NONE ? &sum : &groups[r->group]) += clamped;
	}
	for (size_t i = 0; i < m->n_groups; i++) {
		int64_t clamped = clamp(groups[i], m->groups[i].bounds);
		add_cap(x, m->groups[i].id, m->groups[i].label, at, clamped, groups[i]);
		sum += clamped;
	}
	int64_t engagement = clamp(sum, m->engagement_bounds);
	add_cap(x, "engagement", "engagement", at, engagement, sum);
	return engagement;
}

static void explain_total(
    const struct scoring_lead *l, struct watch *w, int64_t engagement, int64_t at, struct explanation *x)
{
	int64_t sum = l->fit + engagement + l->offset;
	if (l->offset) {
		x->offset_reason = w->offset.reason;
		w->offset.reason = NULL;
		add(x, (struct contribution){.rule = "offset",
			   .label = x->offset_reason ? x->offset_reason : "offset",
			   .kind = CONTRIBUTION_OFFSET,
			   .has_event = true,
			   .event_key = w->offset.key,
			   .at = w->offset.at,
			   .points = l->offset,
			   .points_now = l->offset});
	}
	add_cap(x, "score", "score", at, clamp(sum, l->model->score_bounds), sum);
}

static enum status explain_criteria(struct scoring_lead *l, struct explanation *x)
{
	const struct model *m = l->model;
	for (size_t i = 0; i < m->n_criteria; i++) {
		const struct criterion *c = &m->criteria[i];
		struct criterion_view *v = &x->criteria[x->n_criteria++];
		*v = (struct criterion_view){.id = c->id,
		    .label = c->label,
		    .ask = c->ask,
		    .part = c->part,
		    .dimension = c->dimension,
		    .core = c->core,
		    .weight = c->weight};
		enum status st = lead_criterion(l, c, &v->met);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status scoring_explain(
    struct model *m, const struct scoring_event *events, size_t n, int64_t at, struct explanation *ret, struct err *e)
{
	struct watch w = {.observer = {see_award, see_fit, see_offset, see_keep}};
	struct explanation x = {0};
	struct scoring_lead *l = NULL;
	enum status st = ST_NOMEM;
	w.fit = calloc(m->n_fit + 1, sizeof(*w.fit));
	if (!w.fit)
		goto out;
	st = replay_observed(m, events, n, at, &w.observer, &l, NULL, e);
	if (st != ST_OK)
		goto out;
	st = ST_NOMEM;
	x.contributions = calloc(m->n_fit + w.n + m->n_rules + m->n_groups + 4, sizeof(*x.contributions));
	x.criteria = calloc(m->n_criteria + 1, sizeof(*x.criteria));
	if (w.out_of_memory || !x.contributions || !x.criteria || !group_by_rule(&w, m->n_rules))
		goto out;
	scoring_lead_view(l, true, &x.view);
	if (l->begun) {
		lead_factors(m, at, l->factors);
		explain_fit(l, &w, at, &x);
		explain_total(l, &w, explain_engagement(l, &w, at, &x), at, &x);
	}
	st = explain_criteria(l, &x);
out:
	free(w.fit);
	free(w.awards);
	free(w.keeps);
	free(w.offset.reason);
	scoring_lead_free(&l);
	if (st != ST_OK) {
		scoring_explanation_free(&x);
		return st == ST_NOMEM ? err_set(e, st, NULL, "Out of memory.") : st;
	}
	*ret = x;
	return ST_OK;
}

void scoring_explanation_free(struct explanation *x)
{
	free(x->contributions);
	free(x->criteria);
	free(x->offset_reason);
	*x = (struct explanation){0};
}
