/* From commands to scores: each lead gets its new events, in order, in memory. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static struct scoring_event as_event(const struct entry *x)
{
	const struct command *c = x->command;
	return (struct scoring_event){.key = c->event_key, .at = c->at, .type = c->type, .properties = c->properties, .patch = c->patch, .source = c->source,
		.properties_text = c->properties_text, .patch_text = c->patch_text, .source_text = c->source_text, .email = c->email, .phone = c->phone};
}

static struct scoring_event as_stored(const struct batch_event *v)
{
	return (struct scoring_event){.key = v->key, .at = v->at, .type = v->type, .properties_text = v->properties, .patch_text = v->patch, .source_text = v->source,
		.email = v->email, .phone = v->phone};
}

static int event_order(int64_t a_at, const struct uuid *a, int64_t b_at, const struct uuid *b)
{
	return a_at != b_at ? (a_at < b_at ? -1 : 1) : uuid_cmp(a, b);
}

static int entry_order(const void *pa, const void *pb)
{
	const struct command *a = (*(struct entry *const *)pa)->command, *b = (*(struct entry *const *)pb)->command;
	return event_order(a->at, &a->event_key, b->at, &b->event_key);
}

/* The stored events of one lead: a run in b->history, which is in lead, then event order. */
static size_t history_of(const struct batch *b, const struct uuid *lead, const struct batch_event **ret)
{
	size_t from = 0, end = b->n_history;
	while (from < end) {
		size_t mid = (from + end) / 2;
		if (uuid_cmp(&b->history[mid].lead_id, lead) < 0)
			from = mid + 1;
		else
			end = mid;
	}
	size_t to = from;
	while (to < b->n_history && !uuid_cmp(&b->history[to].lead_id, lead))
		to++;
	*ret = b->history + from;
	return to - from;
}

/* The instant of events that name none: now, but not before what the lead has had already. Requests overtake each other between their arrival and their batch, by
 * less than this; taken at their arrival, each that was overtaken would cost its lead a replay. */
#define OVERTAKEN_MS 1000

static void set_instants(const struct batch *b, const struct work_lead *w, struct entry **list, size_t n)
{
	struct scoring_view view;
	scoring_lead_view(w->lead, false, &view);
	int64_t at = b->now;
	if (view.last_event_at != INSTANT_NEVER && view.last_event_at >= at && view.last_event_at - at < OVERTAKEN_MS)
		at = view.last_event_at + 1;
	for (size_t i = 0; i < n; i++)
		if (list[i]->command->at_now)
			list[i]->command->at = at;
}

/* The lead's events of this batch without repeats of one key (the first to arrive stays), in scoring order. */
static enum status new_events(struct batch *b, struct work_lead *w, struct entry ***ret, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		n++;
	struct entry **list = arena_array(b->arena, n + 1, sizeof(*list));
	if (!list)
		return nomem(e);
	n = 0;
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		if (x->command->kind == COMMAND_EVENT && x->err.status == ST_OK && !x->duplicate)
			list[n++] = x;
	}
	/* Repeats within a batch are rare and leads with many events in one batch too: a plain scan up to a size, then a sort by key. */
	for (size_t i = 1; i < n && n <= 32; i++)
		for (size_t k = 0; k < i && !list[i]->duplicate; k++)
			if (!list[k]->duplicate && !uuid_cmp(&list[k]->command->event_key, &list[i]->command->event_key))
				list[i]->duplicate = true;
	if (n > 32) {
		size_t size = 64;
		while (size < 2 * n)
			size *= 2;
		struct entry **seen = arena_array(b->arena, size, sizeof(*seen));
		if (!seen)
			return nomem(e);
		for (size_t i = 0; i < n; i++) {
			uint64_t h;
			memcpy(&h, list[i]->command->event_key.b + 8, sizeof h);
			size_t at = h & (size - 1);
			while (seen[at] && uuid_cmp(&seen[at]->command->event_key, &list[i]->command->event_key) != 0)
				at = (at + 1) & (size - 1);
			if (seen[at])
				list[i]->duplicate = true;
			else
				seen[at] = list[i];
		}
	}
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!list[i]->duplicate)
			list[kept++] = list[i];
	set_instants(b, w, list, kept);
	qsort(list, kept, sizeof(*list), entry_order);
	*ret = list;
	*ret_n = kept;
	return ST_OK;
}

/* Applies one event and keeps what it did for its reply. */
static enum status apply(struct work_lead *w, struct entry *x, const struct scoring_event *ev, struct scoring_effects *fx, struct err *e)
{
	size_t a0 = fx->n_awards, t0 = fx->n_transitions;
	enum status s = scoring_lead_apply(w->lead, ev, fx, e);
	if (s != ST_OK || !x)
		return s;
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

/* From nothing, over stored and new events merged. What it raises is the difference to what is stored, once: transitions of the past were told when they
 * happened. */
static enum status replay(struct batch *b, struct work_lead *w, struct entry **list, size_t n, struct err *e)
{
	const struct batch_event *history;
	size_t n_history = history_of(b, &w->id, &history), h = 0, i = 0;
	scoring_lead_free(&w->lead);
	w->replayed = true;
	enum status s = scoring_lead_new(b->model, &w->lead, e);
	struct scoring_effects fx = {0};
	while (s == ST_OK && (h < n_history || i < n)) {
		bool stored_first = h < n_history && (i == n || event_order(history[h].at, &history[h].key, list[i]->command->at, &list[i]->command->event_key) < 0);
		struct scoring_event ev = stored_first ? as_stored(&history[h]) : as_event(list[i]);
		scoring_effects_clear(&fx);
		s = apply(w, stored_first ? NULL : list[i], &ev, &fx, e);
		if (stored_first)
			h++;
		else
			i++;
	}
	scoring_effects_free(&fx);
	return s;
}

static void copy_text(char *out, size_t cap, const char *s)
{
	size_t n = utf8_cut(s, strlen(s), cap - 1);
	memcpy(out, s, n);
	out[n] = 0;
}

static void net_transition(struct work_lead *w, enum transition_kind kind, const char *from, const char *to, struct scoring_transition *out, size_t *n)
{
	if (!strcmp(from, to))
		return;
	struct scoring_transition *t = &out[(*n)++];
	*t = (struct scoring_transition){.kind = kind, .cause = w->has_cause ? CAUSE_EVENT : CAUSE_MODEL, .event_key = w->cause_key, .at = w->view.as_of, .total = w->view.total,
		.fit = w->view.fit, .engagement = w->view.engagement};
	copy_text(t->from, sizeof t->from, from);
	copy_text(t->to, sizeof t->to, to);
	if (w->view.exclusion && kind == TRANSITION_STAGE)
		copy_text(t->reason, sizeof t->reason, w->view.exclusion);
}

static enum status net_effects(struct work_lead *w, struct err *e)
{
	struct scoring_transition net[2];
	size_t n = 0;
	char tier_from[2] = {w->row ? w->row->tier : 'D', 0}, tier_to[2] = {w->view.tier, 0};
	net_transition(w, TRANSITION_TIER, tier_from, tier_to, net, &n);
	net_transition(w, TRANSITION_STAGE, w->row ? w->row->stage : "lead", stage_name(w->view.stage), net, &n);
	scoring_effects_free(&w->effects);
	w->effects = (struct scoring_effects){0};
	if (!n)
		return ST_OK;
	w->effects.transitions = malloc(n * sizeof net[0]);
	if (!w->effects.transitions)
		return nomem(e);
	memcpy(w->effects.transitions, net, n * sizeof net[0]);
	w->effects.n_transitions = n;
	return ST_OK;
}

static bool tag_held(const struct scoring_lead *l, const char *tag, bool *by_hand)
{
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(l, &tags);
	bool held = false;
	*by_hand = false;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(tags[i].tag, tag)) {
			held = true;
			*by_hand |= strncmp(tags[i].source, "rule:", 5) != 0;
		}
	return held;
}

static void check_guards(struct batch *b, struct work_lead *w)
{
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next) {
		struct entry *x = &b->entries[i];
		if (x->command->guard != GUARD_TAG_BY_HAND || x->err.status != ST_OK)
			continue;
		const char *tag = json_string_value(json_object_get(x->command->properties, "tag"));
		bool by_hand;
		if (!tag || !tag_held(w->lead, tag, &by_hand))
			err_set(&x->err, ST_NOT_FOUND, "tag_not_found", "The lead does not have this tag.");
		else if (!by_hand)
			err_set(&x->err, ST_CONFLICT, "tag_held_by_rule", "This tag is held by a rule of the model; it goes when the rule ceases to hold.");
	}
}

/* The state as stored; ST_CONFLICT when only a replay can tell. */
static enum status load(struct batch *b, struct work_lead *w, struct err *e)
{
	if (!w->row)
		return scoring_lead_new(b->model, &w->lead, e);
	return scoring_lead_load(b->model, w->row->profile, w->row->state, w->row->state_len, &w->lead, e);
}

static enum status score_lead(struct batch *b, struct work_lead *w, bool *need_history, struct err *e)
{
	bool has_history = *need_history;
	struct entry **list = NULL;
	size_t n = 0;
	enum status s = ST_OK;
	if (!w->lead) {
		s = load(b, w, e);
		if (s == ST_CONFLICT && !has_history) {
			*need_history = true;
			return ST_OK;
		}
		if (s == ST_CONFLICT)
			s = replay(b, w, NULL, 0, e);
	}
	if (s != ST_OK)
		return s;
	if (!w->tags_before)
		w->tags_before = batch_tags_literal(b->arena, w->lead);
	check_guards(b, w);
	s = new_events(b, w, &list, &n, e);
	if (s != ST_OK)
		return s;
	if (n && !scoring_lead_in_order(w->lead, list[0]->command->at, &list[0]->command->event_key)) {
		if (!has_history && w->row) {
			*need_history = true;
			return ST_OK;
		}
		s = replay(b, w, list, n, e);
	} else {
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			struct scoring_event ev = as_event(list[i]);
			s = apply(w, list[i], &ev, &w->effects, e);
		}
	}
	if (s == ST_OK)
		s = scoring_lead_advance(w->lead, b->now, &w->effects, e);
	if (s != ST_OK)
		return s;
	scoring_lead_view(w->lead, true, &w->view);
	w->touched = n > 0 || w->replayed;
	if (!w->touched)
		for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
			w->touched |= b->entries[i].command->kind == COMMAND_REFRESH;
	return w->replayed ? net_effects(w, e) : ST_OK;
}

/* Marks the entries whose event is stored already. */
static enum status mark_known(struct batch *b, struct err *e)
{
	struct uuid *leads = arena_array(b->arena, b->n + 1, sizeof *leads), *keys = arena_array(b->arena, b->n + 1, sizeof *keys);
	bool *known = arena_array(b->arena, b->n + 1, sizeof *known);
	struct entry **of = arena_array(b->arena, b->n + 1, sizeof(*of));
	if (!leads || !keys || !known || !of)
		return nomem(e);
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		if (x->err.status != ST_OK || x->lead < 0 || x->command->kind != COMMAND_EVENT || !b->leads[x->lead].row)
			continue;
		leads[n] = b->leads[x->lead].id;
		keys[n] = x->command->event_key;
		of[n++] = x;
	}
	if (!n)
		return ST_OK;
	enum status s = store_batch_known(b->db, &b->workspace, leads, keys, n, known, e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		of[i]->duplicate = known[i];
	return s;
}

/* Reads the history of the leads that need it and marks what of this batch is in it. */
static enum status read_history(struct batch *b, const bool *wanted, struct err *e)
{
	struct uuid *ids = arena_array(b->arena, b->n_leads + 1, sizeof *ids);
	if (!ids)
		return nomem(e);
	size_t n = 0;
	for (size_t i = 0; i < b->n_leads; i++)
		if (wanted[i])
			ids[n++] = b->leads[i].id;
	enum status s = store_batch_history(b->db, &b->workspace, ids, n, b->arena, &b->history, &b->n_history, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		if (!wanted[i])
			continue;
		const struct batch_event *history;
		size_t n_history = history_of(b, &b->leads[i].id, &history);
		for (int32_t k = b->leads[i].first; k >= 0; k = b->entries[k].next)
			for (size_t h = 0; h < n_history; h++)
				if (b->entries[k].command->kind == COMMAND_EVENT && !uuid_cmp(&history[h].key, &b->entries[k].command->event_key))
					b->entries[k].duplicate = true;
	}
	return s;
}

enum status batch_score(struct batch *b, struct err *e)
{
	bool *wanted = arena_array(b->arena, b->n_leads + 1, sizeof *wanted), any = false;
	if (!wanted)
		return nomem(e);
	enum status s = b->check_known ? mark_known(b, e) : ST_OK;
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		if (b->leads[i].first < 0 || b->entries[b->leads[i].first].command->kind == COMMAND_ERASE)
			continue;
		s = score_lead(b, &b->leads[i], &wanted[i], e);
		any |= wanted[i];
	}
	if (s == ST_OK && any)
		s = read_history(b, wanted, e);
	for (size_t i = 0; s == ST_OK && any && i < b->n_leads; i++)
		if (wanted[i])
			s = score_lead(b, &b->leads[i], &wanted[i], e);
	return s;
}
