/* The stage machine: docs/scoring.md 7. Settling twice at one instant is settling once, so it may be done at any
 * instant. */
#include "lead_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/text.h"

char lead_tier(const struct scoring_lead *l)
{
	return !l->begun ? 'D' : l->exclusion ? 'X' : l->icp_tier;
}

struct moment lead_moment(const struct scoring_lead *l)
{
	return (struct moment){lead_tier(l), l->stage};
}

int stage_rank(enum stage s)
{
	static const int ranks[STAGE_COUNT] = {
	    [STAGE_MQL] = 1, [STAGE_SAL] = 2, [STAGE_SQL] = 3, [STAGE_OPPORTUNITY] = 4, [STAGE_CUSTOMER] = 5};
	return ranks[s];
}

/* The stages that the model may leave. */
static bool open_stage(enum stage s)
{
	return s == STAGE_LEAD || s == STAGE_RECYCLED || s == STAGE_MQL || s == STAGE_SAL;
}

static void set_by_model(struct scoring_lead *l, enum stage s)
{
	l->stage = s;
	l->by_model = true;
}

/* The total is watched: the settling holds only as long as it stays on its side of the threshold. */
static bool below(struct lead_env *e, int64_t threshold)
{
	struct span *s = &e->env.span[QUANTITY_SCORE];
	bool is_below = e->env.quantity[QUANTITY_SCORE] < threshold;
	if (is_below && threshold - 1 < s->high)
		s->high = threshold - 1;
	if (!is_below && threshold > s->low)
		s->low = threshold;
	return is_below;
}

static void gate(struct scoring_lead *l)
{
	if (l->exclusion && open_stage(l->stage))
		set_by_model(l, STAGE_DISQUALIFIED);
	if (!l->exclusion && l->stage == STAGE_DISQUALIFIED && l->by_model) {
		set_by_model(l, STAGE_LEAD);
		for (size_t i = 0; i < STAGE_RULES; i++)
			l->stages[i].armed = true;
	}
}

static void rearm(struct scoring_lead *l, struct lead_env *e)
{
	for (size_t i = 0; i < STAGE_RULES; i++) {
		const struct stage_rule *r = &l->model->stages[i];
		if (!r->present || !r->has_rearm || !below(e, r->rearm_below))
			continue;
		l->stages[i].armed = true;
		if (r->fall_back && l->stage == r->stage && l->by_model)
			set_by_model(l, STAGE_LEAD);
	}
}

/* Whether rule i fires now. */
static enum status fires(struct scoring_lead *l, struct lead_env *e, size_t i, bool *ret)
{
	const struct stage_rule *r = &l->model->stages[i];
	const struct stage_state *s = &l->stages[i];
	*ret = false;
	if (!r->present || !s->armed || stage_rank(r->stage) <= stage_rank(l->stage))
		return ST_OK;
	if (r->has_rearm && below(e, r->rearm_below))
		return ST_OK;
	if (r->cooldown && s->fired && e->env.at - s->fired_at < r->cooldown) {
		if (s->fired_at + r->cooldown < e->env.valid_until)
			e->env.valid_until = s->fired_at + r->cooldown;
		return ST_OK;
	}
	return logic_holds(r->when, &e->env, ret);
}

static void fire(struct scoring_lead *l, struct lead_env *e, size_t i)
{
	set_by_model(l, l->model->stages[i].stage);
	l->stages[i] = (struct stage_state){.armed = false, .fired = true, .fired_at = e->env.at};
	for (size_t lower = 0; lower < i; lower++) {
		const struct stage_rule *r = &l->model->stages[lower];
		if (!(r->present && r->has_rearm && below(e, r->rearm_below)))
			l->stages[lower].armed = false;
	}
}

static enum status promote(struct scoring_lead *l, struct lead_env *e)
{
	for (size_t i = STAGE_RULES; !l->rests_until && open_stage(l->stage) && i-- > 0;) {
		bool now;
		enum status st = fires(l, e, i, &now);
		if (st != ST_OK)
			return st;
		if (now) {
			fire(l, e, i);
			i = STAGE_RULES; /* again from the highest: a rule may wait for the stage just reached */
		}
	}
	return ST_OK;
}

static enum status take_tags(struct scoring_lead *l, struct lead_env *e)
{
	const struct model *m = l->model;
	for (size_t i = 0; i < m->n_tags; i++) {
		bool holds = false;
		e->tags_upto = i;
		enum status st = logic_holds(m->tags[i].when, &e->env, &holds);
		if (st != ST_OK)
			return st;
		l->tag_holds[i] = holds;
	}
	e->tags_upto = m->n_tags;
	return ST_OK;
}

/* Last: nothing looks at them. */
static enum status take_segments(struct scoring_lead *l, struct lead_env *e)
{
	const struct model *m = l->model;
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < m->n_segments; i++) {
		bool holds = false;
		if (m->segments[i].when)
			st = logic_holds(m->segments[i].when, &e->env, &holds);
		l->segment_holds[i] = holds;
	}
	return st;
}

static bool stages_equal(const struct stage_state *a, const struct stage_state *b)
{
	return a->armed == b->armed && a->fired == b->fired && a->fired_at == b->fired_at;
}

static void set_horizon(struct scoring_lead *l, const struct lead_env *e, int64_t at)
{
	struct horizon *h = &l->horizon;
	int64_t silence = lead_silence_due(l);
	int64_t tag = l->n_hand || l->model->tags_expire ? lead_tag_expiry(l, at) : INSTANT_NEVER;
	h->known = true;
	h->from = at;
	h->until = e->env.valid_until;
	if (silence < h->until)
		h->until = silence;
	if (tag < h->until)
		h->until = tag;
	if (l->offset && l->offset_until < h->until)
		h->until = l->offset_until;
	if (l->rests_until && l->rests_until < h->until)
		h->until = l->rests_until;
	for (int i = 0; i < QUANTITY_COUNT; i++)
		h->span[i] = e->env.span[i];
}

/* What settling moves. */
struct standing {
	enum stage stage;
	bool by_model;
	struct stage_state stages[STAGE_RULES];
};

static struct standing stand(const struct scoring_lead *l)
{
	struct standing s = {.stage = l->stage, .by_model = l->by_model};
	memcpy(s.stages, l->stages, sizeof(s.stages));
	memcpy(l->tag_held, l->tag_holds, l->model->n_tags * sizeof(*l->tag_held));
	memcpy(l->segment_held, l->segment_holds, l->model->n_segments * sizeof(*l->segment_held));
	return s;
}

static void stand_again(struct scoring_lead *l, const struct standing *s)
{
	l->stage = s->stage;
	l->by_model = s->by_model;
	memcpy(l->stages, s->stages, sizeof(s->stages));
	memcpy(l->tag_holds, l->tag_held, l->model->n_tags * sizeof(*l->tag_held));
}

static bool moved(const struct scoring_lead *l, const struct standing *s)
{
	bool changed = l->stage != s->stage || l->by_model != s->by_model ||
		       memcmp(l->tag_holds, l->tag_held, l->model->n_tags * sizeof(*l->tag_held)) != 0 ||
		       memcmp(l->segment_holds, l->segment_held, l->model->n_segments * sizeof(*l->segment_held)) != 0;
	for (size_t i = 0; i < STAGE_RULES; i++)
		changed |= !stages_equal(&s->stages[i], &l->stages[i]);
	return changed;
}

/* Steps 1 to 5 with the lowest values of a range; *ret_sure: every other value of it leads to the same. */
static enum status settle_within(struct scoring_lead *l, int64_t at, const struct range *r, bool *ret_sure)
{
	struct lead_env e;
	lead_env_init(&e, l, NULL, at);
	e.env.quantity[QUANTITY_SCORE] = r->total.low;
	e.env.quantity[QUANTITY_ENGAGEMENT] = r->engagement.low;
	enum status st = take_tags(l, &e);
	if (st == ST_OK) {
		gate(l);
		rearm(l, &e);
		st = promote(l, &e);
	}
	if (st == ST_OK)
		st = take_segments(l, &e);
	*ret_sure = st != ST_OK || range_within(r, e.env.span);
	if (st == ST_OK && *ret_sure)
		set_horizon(l, &e, at);
	lead_env_done(&e);
	return st;
}

enum status lead_settle(struct scoring_lead *l, int64_t at, bool *ret_changed)
{
	struct standing before = stand(l);
	struct range r;
	bool sure = false, changed = l->n_hand && lead_expire_tags(l, at);
	changed |= l->offset && lead_expire_offset(l, at);
	if (l->rests_until && l->rests_until <= at) {
		l->rests_until = 0;
		changed = true;
	}
	enum status st = ST_OK;
	if (outlook_come(l, at)) {
		r = outlook_range(l);
		st = settle_within(l, at, &r, &sure);
	}
	if (!sure && st == ST_OK) {
		stand_again(l, &before);
		struct figures f = lead_figures(l, at);
		r = (struct range){.total = {f.total, f.total}, .engagement = {f.engagement, f.engagement}};
		st = settle_within(l, at, &r, &sure);
	}
	if (l->stage == STAGE_LEAD)
		l->by_model = false; /* nobody set it, or it makes no difference who did */
	*ret_changed = changed || moved(l, &before);
	return st;
}

static void fill(struct scoring_lead *l, struct scoring_transition *t, int64_t at, const struct scoring_event *ev,
    enum transition_cause cause)
{
	struct figures f = lead_figures(l, at);
	t->cause = cause;
	t->at = at;
	t->total = f.total;
	t->fit = f.fit;
	t->engagement = f.engagement;
	if (ev)
		t->event_key = ev->key;
}

static void set_reason(struct scoring_transition *t, const char *reason)
{
	size_t n = utf8_cut(reason, strlen(reason), sizeof(t->reason) - 1);
	memcpy(t->reason, reason, n);
	t->reason[n] = '\0';
}

static enum status segment_moves(struct scoring_lead *l, int64_t at, const struct scoring_event *ev,
    enum transition_cause cause, struct scoring_effects *fx)
{
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < l->model->n_segments; i++) {
		if (l->segment_holds[i] == l->segment_held[i])
			continue;
		struct scoring_segment_move move = {
		    .segment = (uint16_t)i, .entered = l->segment_holds[i], .cause = cause, .at = at};
		if (ev)
			move.event_key = ev->key;
		st = effects_segment(fx, &move);
	}
	return st;
}

enum status lead_transitions(struct scoring_lead *l, struct moment before, int64_t at, const struct scoring_event *ev,
    const char *reason, struct scoring_effects *fx)
{
	struct moment now = lead_moment(l);
	enum event_action action = ev ? model_type(l->model, ev->type)->action : ACTION_NONE;
	bool person = action == ACTION_STAGE_SET || action == ACTION_SCORE_OFFSET;
	enum transition_cause cause = !ev ? CAUSE_DECAY : person ? CAUSE_PERSON : CAUSE_EVENT;
	const char *excluded = l->exclusion ? l->model->exclusions[l->exclusion - 1].reason : "";
	enum status st = ST_OK;
	if (!fx)
		return ST_OK;
	if (now.tier != before.tier) {
		struct scoring_transition t = {.kind = TRANSITION_TIER, .from = {before.tier}, .to = {now.tier}};
		fill(l, &t, at, ev, cause);
		if (now.tier == 'X')
			set_reason(&t, excluded);
		st = effects_transition(fx, &t);
	}
	if (now.stage != before.stage && st == ST_OK) {
		struct scoring_transition t = {.kind = TRANSITION_STAGE};
		fill(l, &t, at, ev, cause);
		memcpy(t.from, stage_name(before.stage), strlen(stage_name(before.stage)) + 1);
		memcpy(t.to, stage_name(now.stage), strlen(stage_name(now.stage)) + 1);
		set_reason(&t, now.stage == STAGE_DISQUALIFIED && l->by_model ? excluded : reason ? reason : "");
		st = effects_transition(fx, &t);
	}
	return st == ST_OK ? segment_moves(l, at, ev, cause, fx) : st;
}
