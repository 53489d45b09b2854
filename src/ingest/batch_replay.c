/* One score of one lead: from its stored state, or from nothing over its history, to what it is now, and what moved on the way.
 *
 * Moves are told once: after a replay they are the difference between where the lead stood in the eyes of the outside and where it stands now, for what happened in
 * the past was told when it happened. A change of model, a merge, a correction and late events are compared one after the other, so that each move has its own cause. */
#include <string.h>

#include "base/text.h"
#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* Keeps what an event did under the lead's own model for its reply. */
static enum status keep_effects(struct work_lead *w, struct entry *x, const struct scoring_event *ev, const struct scoring_effects *fx, size_t a0, size_t t0, struct err *e)
{
	x->stored = true;
	x->n_awards = fx->n_awards - a0;
	x->n_transitions = fx->n_transitions - t0;
	x->awards = arena_array(x->out, x->n_awards + 1, sizeof *x->awards);
	x->transitions = arena_array(x->out, x->n_transitions + 1, sizeof *x->transitions);
	if (!x->awards || !x->transitions)
		return nomem(e);
	for (size_t i = 0; i < x->n_awards; i++) {
		x->awards[i] = fx->awards[a0 + i];
		x->awards[i].rule = arena_strdup(x->out, x->awards[i].rule);
		if (!x->awards[i].rule)
			return nomem(e);
	}
	if (x->n_transitions)
		memcpy(x->transitions, fx->transitions + t0, x->n_transitions * sizeof *x->transitions);
	if (!w->has_cause || x->n_transitions) {
		w->cause_key = ev->key;
		w->event_type = ev->type;
		w->has_cause = true;
	}
	return ST_OK;
}

static enum status apply(struct work_lead *w, struct work_score *c, struct entry *x, const struct scoring_event *ev, struct scoring_effects *fx, struct err *e)
{
	size_t a0 = fx->n_awards, t0 = fx->n_transitions;
	enum status s = scoring_lead_apply(c->lead, ev, fx, e);
	return s == ST_OK && x && !c->other ? keep_effects(w, x, ev, fx, a0, t0, e) : s;
}

static bool raises(const struct scoring_effects *fx)
{
	for (size_t i = 0; i < fx->n_transitions; i++)
		if (fx->transitions[i].kind == TRANSITION_STAGE && (!strcmp(fx->transitions[i].to, "mql") || !strcmp(fx->transitions[i].to, "sal")))
			return true;
	return false;
}

/* From nothing, over stored and new events merged; `as_was`: as if nothing were voided now, nor merged or parted. */
static enum status replay_with(struct work_lead *w, struct work_score *c, bool as_was, struct entry **list, size_t n, struct err *e)
{
	bool before = as_was && w->joined && !w->restored;
	const struct batch_event *history = before ? w->history_was : w->history;
	size_t n_history = before ? w->n_history_was : w->n_history, h = 0, i = 0;
	scoring_lead_free(&c->lead);
	c->replayed = true;
	c->raised = false;
	enum status s = scoring_lead_new(c->model, &c->lead, e);
	struct scoring_effects fx = {0};
	while (s == ST_OK && (h < n_history || i < n)) {
		if (!as_was && h < n_history && batch_voided(w, &history[h].key)) {
			h++;
			continue;
		}
		bool stored_first = h < n_history &&
			(i == n || batch_event_order(history[h].at, &history[h].key, list[i]->command->at, &list[i]->command->event_key) < 0);
		struct scoring_event ev = stored_first ? batch_event_stored(&history[h]) : batch_event_of(list[i]);
		scoring_effects_clear(&fx);
		s = apply(w, c, stored_first ? NULL : list[i], &ev, &fx, e);
		c->raised |= raises(&fx);
		if (stored_first)
			h++;
		else
			i++;
	}
	scoring_effects_free(&fx);
	return s;
}

enum status batch_replay(struct work_lead *w, struct work_score *c, struct err *e)
{
	return replay_with(w, c, true, NULL, 0, e);
}

bool batch_out_of_order(const struct work_lead *w, const struct work_score *c)
{
	return w->n_list && !scoring_lead_in_order(c->lead, w->list[0]->command->at, &w->list[0]->command->event_key);
}

/* Of another model: where the lead stands for those who were told of its line. A model that is not for the lead holds it at nothing. */
static struct standing standing_before(const struct work_lead *w, const struct work_score *c)
{
	if (!c->other)
		return w->row ? (struct standing){w->row->tier, w->row->stage} : (struct standing){'D', "lead"};
	return c->told && c->told->applies ? (struct standing){c->told->tier, c->told->stage} : (struct standing){'D', "lead"};
}

static struct standing standing_now(struct work_score *c)
{
	c->applies = !c->other || model_applies_always(c->model) || scoring_lead_applies(c->lead);
	return c->applies ? (struct standing){c->view.tier, stage_name(c->view.stage)} : (struct standing){'D', "lead"};
}

static void copy_text(char *out, size_t cap, const char *s)
{
	size_t n = utf8_cut(s, strlen(s), cap - 1);
	memcpy(out, s, n);
	out[n] = 0;
}

static void net_move(const struct work_lead *w, struct work_score *c, enum transition_kind kind, const char *from, const char *to, enum transition_cause cause)
{
	if (!strcmp(from, to))
		return;
	struct scoring_transition *t = &c->net[c->n_net++];
	*t = (struct scoring_transition){.kind = kind, .cause = cause, .at = c->view.as_of, .total = c->view.total, .fit = c->view.fit, .engagement = c->view.engagement};
	if (cause == CAUSE_EVENT)
		t->event_key = w->cause_key;
	if (cause == CAUSE_CORRECTION) {
		t->event_key = w->void_cause->key;
		copy_text(t->reason, sizeof t->reason, w->void_cause->reason);
	}
	copy_text(t->from, sizeof t->from, from);
	copy_text(t->to, sizeof t->to, to);
	if (c->view.exclusion && kind == TRANSITION_STAGE && c->applies)
		copy_text(t->reason, sizeof t->reason, c->view.exclusion);
}

/* Notes the moves from where the lead was to where it is as of its instant, and that it is there now. */
static enum status compare(struct batch *b, struct work_lead *w, struct work_score *c, struct standing *was, enum transition_cause cause, struct err *e)
{
	if (!c->net && !(c->net = arena_array(b->arena, NET_MAX, sizeof *c->net)))
		return nomem(e);
	scoring_lead_view(c->lead, false, &c->view);
	struct standing is = standing_now(c);
	const char from[] = {was->tier, 0}, to[] = {is.tier, 0};
	net_move(w, c, TRANSITION_TIER, from, to, cause);
	net_move(w, c, TRANSITION_STAGE, was->stage, is.stage, cause);
	*was = is;
	return c->other ? ST_OK : batch_segments_compare(b, w, cause, e);
}

/* Lets time pass up to now, or to the first new event if that comes before and can still be applied. */
static enum status pass(const struct batch *b, const struct work_lead *w, struct work_score *c, struct err *e)
{
	int64_t to = b->now;
	if (w->n_list && !batch_out_of_order(w, c) && w->list[0]->command->at < to)
		to = w->list[0]->command->at;
	return scoring_lead_advance(c->lead, to, NULL, e);
}

/* The new events, in order or by a replay of everything. */
static enum status take_events(struct batch *b, struct work_lead *w, struct work_score *c, struct standing *was, struct err *e)
{
	enum status s = ST_OK;
	if (batch_out_of_order(w, c)) {
		s = replay_with(w, c, false, w->list, w->n_list, e);
		if (s == ST_OK)
			s = scoring_lead_advance(c->lead, b->now, NULL, e);
		return s == ST_OK ? compare(b, w, c, was, CAUSE_EVENT, e) : s;
	}
	for (size_t i = 0; s == ST_OK && i < w->n_list; i++) {
		struct scoring_event ev = batch_event_of(w->list[i]);
		s = apply(w, c, w->list[i], &ev, &c->effects, e);
	}
	return s == ST_OK ? scoring_lead_advance(c->lead, b->now, &c->effects, e) : s;
}

/* A model that is for some leads only: what moved while it was for this one counts as told, and so does its coming and going. */
static enum status follow_applies(struct batch *b, struct work_lead *w, struct work_score *c, bool applied, struct standing *was, struct err *e)
{
	scoring_lead_view(c->lead, false, &c->view);
	(void)standing_now(c);
	if (c->applies && applied)
		return ST_OK;
	c->effects.n_transitions = 0;
	return compare(b, w, c, was, w->has_cause ? CAUSE_EVENT : CAUSE_DECAY, e);
}

/* The model is what it was, and stale the state only because the segments are others: what moved is time's doing. */
static bool only_segments(const struct batch *b, const struct work_lead *w, const struct work_score *c)
{
	return !c->other && !c->model_moves && w->segments_before != (b->segments ? b->settings.segments : 0);
}

enum status batch_score_one(struct batch *b, struct work_lead *w, struct work_score *c, struct err *e)
{
	struct standing was = standing_before(w, c);
	bool untold = c->other && c->other->line && w->row && c->told != c->row;
	enum status s = ST_OK;
	if ((c->stale || untold) && !w->restored) {
		if (!c->lead)
			s = batch_replay(w, c, e);
		if (s == ST_OK)
			s = pass(b, w, c, e);
		if (s == ST_OK)
			s = compare(b, w, c, &was, only_segments(b, w, c) ? CAUSE_DECAY : CAUSE_MODEL, e);
		c->changed = true;
	} else if (w->joined && !c->stale) {
		/* What time did by itself is none of the merge's. */
		s = pass(b, w, c, e);
		if (s == ST_OK)
			s = compare(b, w, c, &was, CAUSE_DECAY, e);
	}
	if (s == ST_OK && w->joined) {
		s = replay_with(w, c, false, NULL, 0, e);
		if (s == ST_OK)
			s = pass(b, w, c, e);
		if (s == ST_OK)
			s = compare(b, w, c, &was, CAUSE_MERGE, e);
		c->changed = true;
	}
	if (s == ST_OK && w->n_voids) {
		s = replay_with(w, c, false, NULL, 0, e);
		if (s == ST_OK)
			s = pass(b, w, c, e);
		if (s == ST_OK)
			s = compare(b, w, c, &was, CAUSE_CORRECTION, e);
	}
	bool applied = c->other && s == ST_OK ? model_applies_always(c->model) || scoring_lead_applies(c->lead) : true;
	if (s == ST_OK)
		s = take_events(b, w, c, &was, e);
	if (s == ST_OK && !c->other)
		s = batch_segments_moved(b, w, &c->effects, e);
	if (s == ST_OK && c->other && !model_applies_always(c->model))
		s = follow_applies(b, w, c, applied, &was, e);
	if (s != ST_OK)
		return s;
	scoring_lead_view(c->lead, true, &c->view);
	if (c->other) {
		c->applies = model_applies_always(c->model) || scoring_lead_applies(c->lead);
		if (!c->other->line)
			c->n_net = c->effects.n_transitions = 0;
	}
	return ST_OK;
}
