/* What an event would bring: it is applied to a copy. Of an event as a rule wants it nothing is known but its type and
 * that the rule's `where` holds for it; rules that ask for more of it do not count it. */
#include "next_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

struct candidate {
	size_t rule; /* SIZE_MAX: none */
	const char *type;
};

struct trial {
	struct scoring_lead *l;
	struct scoring_next *n;
	struct candidate *candidates;
	size_t n_candidates;
	int64_t idle[2]; /* the total a day and a week from now if nothing happens */
};

static const int64_t later[2] = {MS_DAY, MS_WEEK};

/* Each type once without a rule, or with one that takes any event of it. */
static bool is_bare(const struct model *m, const struct candidate *c)
{
	return c->rule == SIZE_MAX || !m->rules[c->rule].where;
}

static void add(struct trial *t, size_t rule, const char *type)
{
	const struct model *m = t->l->model;
	struct candidate c = {rule, type};
	if (event_type_internal(type) || model_type(m, type)->action != ACTION_NONE ||
	    t->n_candidates == NEXT_TRIES_MAX)
		return;
	for (size_t i = 0; is_bare(m, &c) && i < t->n_candidates; i++)
		if (is_bare(m, &t->candidates[i]) && strcmp(t->candidates[i].type, type) == 0)
			return;
	t->candidates[t->n_candidates++] = c;
}

static void add_hearing(struct trial *t, size_t rule, const struct hearing *h)
{
	if (h->any)
		add(t, rule, "*");
	for (size_t i = 0; i < h->n_on; i++)
		add(t, rule, h->on[i]);
}

static void gather(struct trial *t)
{
	const struct model *m = t->l->model;
	for (size_t i = 0; i < m->n_rules; i++)
		if (m->rules[i].kind == RULE_PLAIN || m->rules[i].kind == RULE_STREAK || m->rules[i].kind == RULE_COUNT)
			add_hearing(t, i, &m->rules[i].hears);
	for (size_t i = 0; i < m->n_rules; i++)
		for (size_t j = 0; j < m->rules[i].n_steps; j++)
			add_hearing(t, SIZE_MAX, &m->rules[i].steps[j].hears);
	for (size_t i = 0; i < m->n_seen; i++)
		add(t, SIZE_MAX, m->seen_types[i].type);
}

/* Applies the event; keys of all ones come after every other of the instant. */
static enum status happen(struct scoring_lead *l, const struct candidate *c, int64_t at)
{
	struct scoring_event ev = {.at = at, .type = c->type};
	memset(&ev.key, 0xff, sizeof(ev.key));
	l->assumed = c->rule == SIZE_MAX ? 0 : c->rule + 1;
	return scoring_lead_apply(l, &ev, NULL, NULL);
}

static int64_t total_of(struct scoring_lead *l)
{
	return lead_figures(l, l->as_of).total;
}

/* An event that points alone cannot stand in for. */
static enum status note_need(struct trial *t, struct scoring_lead *after, const struct candidate *c)
{
	for (size_t i = 0; i < t->n->n_stages; i++) {
		struct next_stage *s = &t->n->stages[i];
		int64_t short_of = 0;
		if (s->short_of >= 0)
			continue;
		if (stage_rank(after->stage) < stage_rank(s->stage)) {
			enum status st = next_short_of(after, s->stage == STAGE_MQL ? 0 : 1, &short_of);
			if (st != ST_OK)
				return st;
		}
		if (short_of < 0 || (s->n_needs && strcmp(s->needs[s->n_needs - 1], c->type) == 0))
			continue;
		const char **grown = realloc(s->needs, (s->n_needs + 1) * sizeof(*grown));
		if (!grown)
			return ST_NOMEM;
		s->needs = grown;
		grown[s->n_needs++] = c->type;
	}
	return ST_OK;
}

/* The second one, at its better time. */
static enum status try_again(
    struct trial *t, const struct scoring_lead *one, const struct candidate *c, struct next_event *ret)
{
	for (int i = 0; i < 2; i++) {
		struct scoring_lead *two = lead_copy(one);
		enum status st = two ? happen(two, c, t->l->as_of + later[i]) : ST_NOMEM;
		if (st == ST_OK) {
			int64_t gain = total_of(two) - t->idle[i];
			int higher = stage_rank(two->stage) - stage_rank(ret->stage_two);
			if (i == 0 || higher > 0 || (higher == 0 && gain > ret->gain_two)) {
				ret->gain_two = gain;
				ret->stage_two = two->stage;
			}
		}
		scoring_lead_free(&two);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status try(struct trial *t, const struct candidate *c, struct next_event *ret)
{
	const struct model *m = t->l->model;
	const struct engagement_rule *r = c->rule == SIZE_MAX ? NULL : &m->rules[c->rule];
	struct scoring_lead *one = lead_copy(t->l);
	enum status st = one ? happen(one, c, t->l->as_of) : ST_NOMEM;
	*ret = (struct next_event){.rule = r ? r->id : NULL, .label = r ? r->label : c->type, .type = c->type};
	if (st == ST_OK) {
		ret->gain = total_of(one) - t->n->now.total;
		ret->stage = one->stage;
		st = note_need(t, one, c);
	}
	if (st == ST_OK)
		st = try_again(t, one, c, ret);
	scoring_lead_free(&one);
	return st;
}

/* Thousandths of points an event, doubled. */
static int64_t yield_of(const struct next_event *e)
{
	return e->gain * 2 > e->gain_two ? e->gain * 2 : e->gain_two;
}

/* Stable: what is alike stays in model order. */
static void rank_events(struct next_event *events, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct next_event moved = events[i];
		size_t j = i;
		for (; j > 0 && yield_of(&events[j - 1]) < yield_of(&moved); j--)
			events[j] = events[j - 1];
		events[j] = moved;
	}
}

static enum status look_idle(struct trial *t)
{
	for (int i = 0; i < 2; i++) {
		struct scoring_lead *idle = lead_copy(t->l);
		enum status st = idle ? scoring_lead_advance(idle, t->l->as_of + later[i], NULL, NULL) : ST_NOMEM;
		if (st == ST_OK)
			t->idle[i] = total_of(idle);
		scoring_lead_free(&idle);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status next_events(struct scoring_lead *l, struct scoring_next *n)
{
	struct trial t = {.l = l, .n = n};
	t.candidates = calloc(NEXT_TRIES_MAX, sizeof(*t.candidates));
	enum status st = t.candidates ? look_idle(&t) : ST_NOMEM;
	if (st == ST_OK) {
		gather(&t);
		n->events = calloc(t.n_candidates + 1, sizeof(*n->events));
		st = n->events ? ST_OK : ST_NOMEM;
	}
	for (size_t i = 0; i < t.n_candidates && st == ST_OK; i++) {
		struct next_event *e = &n->events[n->n_events];
		st = try(&t, &t.candidates[i], e);
		bool lifts =
		    stage_rank(e->stage) > stage_rank(l->stage) || stage_rank(e->stage_two) > stage_rank(l->stage);
		if (st == ST_OK && (yield_of(e) > 0 || lifts))
			n->n_events++;
	}
	rank_events(n->events, n->n_events);
	free(t.candidates);
	return st;
}
