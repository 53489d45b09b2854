/* Replaying leads under two models, and counting. One thread each. */
#include "simulate_priv.h"

#include <stdlib.h>
#include <string.h>

#include "scoring/lead.h"

#define SLOTS 4096 /* more than twice RULES_MAX, a power of two */

const char tier_letters[TIERS + 1] = "ABCDX";

struct rule_slot {
	const char *id; /* the model's own text: compared by address */
	uint32_t rule;
};

struct simulate_work {
	struct model *model[SIDES];
	const struct simulate_wish *wish;
	struct scoring_lead *lead[SIDES];
	struct scoring_effects fx[SIDES];
	struct uuid id;
	size_t n_events;
	struct rule_slot slots[SLOTS];
	uint64_t fired_for[RULES_MAX]; /* the number of the last lead for which it did */
	uint64_t number;
	struct tally tally;
};

bool stage_qualified(enum stage s)
{
	return s == STAGE_MQL || s == STAGE_SAL || s == STAGE_SQL || s == STAGE_OPPORTUNITY || s == STAGE_CUSTOMER;
}

static struct rule_slot *slot_of(struct simulate_work *w, const char *id)
{
	size_t i = ((uintptr_t)id >> 2) * 0x9E3779B97F4A7C15u >> 52;
	while (w->slots[i % SLOTS].id && w->slots[i % SLOTS].id != id)
		i++;
	return &w->slots[i % SLOTS];
}

static bool movers_init(struct movers *m, size_t max, int by)
{
	*m = (struct movers){.list = calloc(max + 1, sizeof *m->list), .max = max, .by = by};
	return m->list != NULL;
}

struct simulate_work *simulate_work_new(struct model *const models[SIDES], const struct simulate_wish *wish)
{
	struct simulate_work *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->wish = wish;
	for (int k = 0; k < SIDES; k++)
		w->model[k] = models[k];
	for (size_t i = 0; i < model_rule_count(models[AFTER]); i++) {
		const char *id = model_rule_at(models[AFTER], i).id;
		*slot_of(w, id) = (struct rule_slot){id, (uint32_t)i};
	}
	bool ok = movers_init(&w->tally.gainers, wish->names, AFTER);
	if (!movers_init(&w->tally.losers, wish->names, BEFORE) || !ok)
		simulate_work_free(&w);
	return w;
}

void simulate_work_free(struct simulate_work **wp)
{
	if (!*wp)
		return;
	struct simulate_work *w = *wp;
	*wp = NULL;
	for (int k = 0; k < SIDES; k++) {
		scoring_lead_free(&w->lead[k]);
		scoring_effects_free(&w->fx[k]);
	}
	free(w->tally.gainers.list);
	free(w->tally.losers.list);
	free(w);
}

struct tally *simulate_tally(struct simulate_work *w)
{
	return &w->tally;
}

static int mover_order(const struct mover *a, const struct mover *b, int by)
{
	int32_t x = a->side[by].score, y = b->side[by].score;
	return x != y ? (x < y) - (x > y) : uuid_cmp(&a->lead, &b->lead);
}

static void movers_add(struct movers *m, const struct mover *x)
{
	size_t at = m->n;
	while (at > 0 && mover_order(x, &m->list[at - 1], m->by) < 0)
		at--;
	if (at >= m->max)
		return;
	if (m->n < m->max)
		m->n++;
	memmove(&m->list[at + 1], &m->list[at], (m->n - 1 - at) * sizeof m->list[0]);
	m->list[at] = *x;
}

static struct standing standing_of(const struct scoring_lead *l)
{
	struct scoring_view v;
	scoring_lead_view(l, false, &v);
	const char *tier = strchr(tier_letters, v.tier);
	return (struct standing){v.shown_total, tier && *tier ? (int)(tier - tier_letters) : 3, v.stage};
}

/* Moves that the model made: who came to sales' notice, week by week. */
static void count_moves(struct simulate_work *w, int side)
{
	struct tally *t = &w->tally;
	const struct scoring_effects *fx = &w->fx[side];
	int entries = 0;
	for (size_t i = 0; i < fx->n_transitions; i++) {
		const struct scoring_transition *x = &fx->transitions[i];
		int64_t age = w->wish->as_of - x->at;
		enum stage from, to;
		if (x->kind != TRANSITION_STAGE || x->cause == CAUSE_PERSON || age < 0 || age >= WEEKS * MS_WEEK ||
		    !stage_parse(x->from, &from) || !stage_parse(x->to, &to) || (to != STAGE_MQL && to != STAGE_SAL))
			continue;
		t->sals[side][age / MS_WEEK] += to == STAGE_SAL;
		if (stage_qualified(from))
			continue;
		t->entries[side][age / MS_WEEK]++;
		entries++;
	}
	spread_add(&t->entries_of_lead[side], entries);
}

static void count_rules(struct simulate_work *w)
{
	const struct scoring_effects *fx = &w->fx[AFTER];
	const struct model *m = w->model[AFTER];
	w->number++;
	for (size_t i = 0; i < fx->n_awards; i++) {
		const struct rule_slot *s = slot_of(w, fx->awards[i].rule);
		if (!s->id || w->fired_for[s->rule] == w->number || model_rule_at(m, s->rule).fit)
			continue;
		w->fired_for[s->rule] = w->number;
		w->tally.fired[s->rule]++;
	}
	for (size_t i = 0; i < model_rule_count(m) && model_rule_at(m, i).fit; i++)
		w->tally.fired[i] += scoring_lead_fit_holds(w->lead[AFTER], i);
}

static void count(struct simulate_work *w)
{
	struct tally *t = &w->tally;
	struct mover m = {.lead = w->id};
	t->leads++;
	for (int k = 0; k < SIDES; k++) {
		m.side[k] = standing_of(w->lead[k]);
		int32_t s = m.side[k].score;
		s = s < SCORES_MIN ? SCORES_MIN : s > SCORES_MAX ? SCORES_MAX : s;
		t->scores[k][s - SCORES_MIN]++;
		count_moves(w, k);
	}
	count_rules(w);
	t->tiers[m.side[BEFORE].tier][m.side[AFTER].tier]++;
	t->stages[m.side[BEFORE].stage][m.side[AFTER].stage]++;
	bool was = stage_qualified(m.side[BEFORE].stage), is = stage_qualified(m.side[AFTER].stage);
	if (is && !was) {
		t->gained++;
		movers_add(&t->gainers, &m);
	} else if (was && !is) {
		t->lost++;
		movers_add(&t->losers, &m);
	}
}

static enum status on_lead(void *ctx, const struct uuid *lead, struct err *e)
{
	struct simulate_work *w = ctx;
	enum status s = ST_OK;
	w->id = *lead;
	w->n_events = 0;
	for (int k = 0; s == ST_OK && k < SIDES; k++) {
		scoring_lead_free(&w->lead[k]);
		scoring_effects_clear(&w->fx[k]);
		s = scoring_lead_new(w->model[k], &w->lead[k], e);
	}
	return s;
}

static enum status on_event(void *ctx, const struct sweep_event *ev, struct err *e)
{
	struct simulate_work *w = ctx;
	enum status s = ST_OK;
	if (ev->at > w->wish->as_of)
		return s;
	struct scoring_event event = pass_event(ev);
	for (int k = 0; s == ST_OK && k < SIDES; k++)
		s = scoring_lead_apply(w->lead[k], &event, &w->fx[k], e);
	w->n_events++;
	return s;
}

static enum status on_done(void *ctx, struct err *e)
{
	struct simulate_work *w = ctx;
	w->tally.visited++;
	if (!w->n_events) {
		w->tally.empty++;
		return ST_OK;
	}
	enum status s = ST_OK;
	for (int k = 0; s == ST_OK && k < SIDES; k++)
		s = scoring_lead_advance(w->lead[k], w->wish->as_of, &w->fx[k], e);
	if (s != ST_OK)
		return s;
	if (model_applies_always(w->model[AFTER]) || scoring_lead_applies(w->lead[AFTER]))
		count(w);
	else
		w->tally.not_for++;
	return ST_OK;
}

struct sweep_visitor simulate_visitor(struct simulate_work *w)
{
	return (struct sweep_visitor){w, on_lead, on_event, on_done};
}

static void add_counts(int64_t *to, const int64_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] += from[i];
}

void tally_join(struct tally *to, const struct tally *from)
{
	to->visited += from->visited;
	to->empty += from->empty;
	to->not_for += from->not_for;
	to->leads += from->leads;
	to->gained += from->gained;
	to->lost += from->lost;
	add_counts(&to->tiers[0][0], &from->tiers[0][0], TIERS * TIERS);
	add_counts(&to->stages[0][0], &from->stages[0][0], STAGE_COUNT * STAGE_COUNT);
	add_counts(to->fired, from->fired, RULES_MAX);
	for (int k = 0; k < SIDES; k++) {
		add_counts(to->scores[k], from->scores[k], SCORES);
		add_counts(to->entries[k], from->entries[k], WEEKS);
		add_counts(to->sals[k], from->sals[k], WEEKS);
		spread_join(&to->entries_of_lead[k], &from->entries_of_lead[k]);
	}
	for (size_t i = 0; i < from->gainers.n; i++)
		movers_add(&to->gainers, &from->gainers.list[i]);
	for (size_t i = 0; i < from->losers.n; i++)
		movers_add(&to->losers, &from->losers.list[i]);
}
