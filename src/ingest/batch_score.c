/* From commands to scores: each lead gets its new events, in order, in memory, under every model that is in use.
 *
 * Two passes: the first loads what is stored and finds out which leads need their history (stale state, late events); the history of all of them is read at once; the
 * second scores. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool has_entry(const struct batch *b, const struct work_lead *w, enum command_kind kind)
{
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		if (b->entries[i].command->kind == kind && b->entries[i].err.status == ST_OK)
			return true;
	return false;
}

static bool forced(const struct batch *b, const struct work_lead *w)
{
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		if (b->entries[i].command->kind == COMMAND_RESCORE && b->entries[i].command->force && b->entries[i].err.status == ST_OK)
			return true;
	return false;
}

static enum status load_own(struct batch *b, struct work_lead *w, struct err *e)
{
	struct work_score *c = &w->own;
	c->model = b->model;
	if (!w->row) {
		w->tags_before = "{}";
		return scoring_lead_new(b->model, &c->lead, e);
	}
	c->model_moves = w->row->model_version != model_version(b->model);
	enum status s = scoring_lead_load(b->model, w->row->profile, w->row->state, w->row->state_len, &c->lead, e);
	if (s != ST_OK && s != ST_CONFLICT)
		return s;
	c->stale = s == ST_CONFLICT;
	/* When neither tells, they are written anew. */
	if (w->row->has_tags)
		w->tags_before = batch_tags_list(b->arena, w->row->tags, w->row->n_tags);
	else
		w->tags_before = c->lead ? batch_tags_literal(b->arena, c->lead) : "";
	return w->tags_before ? ST_OK : nomem(e);
}

static void make_stale(struct work_score *c)
{
	c->stale = true;
	scoring_lead_free(&c->lead);
}

/* What is stored, and whether the history is needed too. */
static enum status prepare(struct batch *b, struct work_lead *w, bool *need_history, struct err *e)
{
	enum status s = load_own(b, w, e);
	if (s == ST_OK && b->settings.segments)
		s = batch_segments_load(b, w, e);
	if (s == ST_OK)
		s = batch_load_others(b, w, e);
	if (s != ST_OK)
		return s;
	size_t n = w->others ? b->settings.n_others : 0;
	bool force = w->row && forced(b, w);
	if (force)
		make_stale(&w->own);
	*need_history = w->own.stale || w->joined || has_entry(b, w, COMMAND_VOID);
	for (size_t i = 0; i < n; i++) {
		if (force)
			make_stale(&w->others[i]);
		*need_history |= w->others[i].stale;
	}
	if (w->own.stale)
		return ST_OK;
	s = batch_list_events(b, w, e);
	if (s != ST_OK || !w->row)
		return s;
	*need_history |= batch_out_of_order(w, &w->own);
	for (size_t i = 0; i < n && !*need_history; i++)
		*need_history = batch_out_of_order(w, &w->others[i]);
	return ST_OK;
}

static enum status score_lead(struct batch *b, struct work_lead *w, bool has_history, struct err *e)
{
	enum status s = ST_OK;
	if (has_history && !w->own.lead)
		s = batch_replay(w, &w->own, e);
	/* With the history it is known which events are stored already. */
	if (has_history && s == ST_OK)
		s = batch_list_events(b, w, e);
	if (s == ST_OK)
		s = batch_score_one(b, w, &w->own, e);
	w->touched = w->n_list > 0 || w->stored_void || w->own.replayed || w->joined || has_entry(b, w, COMMAND_REFRESH) || has_entry(b, w, COMMAND_HANDOFF);
	for (size_t i = 0; s == ST_OK && w->others && i < b->settings.n_others; i++)
		s = batch_score_one(b, w, &w->others[i], e);
	return s;
}

/* Whether its event may be stored already: when that was asked for, and always when several leads may have it. */
static bool asked_for(const struct batch *b, const struct entry *x)
{
	return x->err.status == ST_OK && x->lead >= 0 && x->command->kind == COMMAND_EVENT && b->leads[x->lead].row && (b->check_known || b->leads[x->lead].n_members > 1);
}

/* The event of an entry is stored under a lead since an instant. Under another member than its own: it is stored there too, as received later. */
static void note_known(const struct batch *b, struct entry *x, const struct uuid *lead, int64_t received_at)
{
	bool own = !uuid_cmp(&b->leads[x->under].id, lead);
	x->copied = !own && (!x->duplicate || x->copied);
	x->duplicate = true;
	if (x->received_at <= received_at)
		x->received_at = received_at + 1;
}

/* Marks the entries whose event is stored already. */
static enum status mark_known(struct batch *b, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		if (asked_for(b, &b->entries[i]))
			n += b->leads[b->entries[i].lead].n_members + 1;
	if (!n)
		return ST_OK;
	struct uuid *leads = arena_array(b->arena, n, sizeof *leads), *keys = arena_array(b->arena, n, sizeof *keys);
	int64_t *received = arena_array(b->arena, n, sizeof *received);
	struct entry **of = arena_array(b->arena, n, sizeof(*of));
	if (!leads || !keys || !received || !of)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		const struct uuid *members;
		size_t k = asked_for(b, x) ? batch_members_of(&b->leads[x->lead], &members) : 0;
		for (size_t m = 0; m < k; m++) {
			leads[n] = members[m];
			keys[n] = x->command->event_key;
			of[n++] = x;
		}
	}
	enum status s = store_batch_known(b->db, &b->workspace, leads, keys, n, b->arena, received, e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		if (received[i] != INSTANT_NEVER)
			note_known(b, of[i], &leads[i], received[i]);
	return s;
}

static int by_key(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

/* Marks what of this batch's events is in the history that was read. */
static enum status mark_stored(struct batch *b, const struct work_lead *w, struct err *e)
{
	const struct batch_event *history = w->history;
	size_t n = w->n_history;
	struct uuid *keys = NULL;
	for (int32_t k = w->first; k >= 0; k = b->entries[k].next) {
		struct entry *x = &b->entries[k];
		if (x->command->kind != COMMAND_EVENT)
			continue;
		if (!keys) {
			if (!(keys = arena_array(b->arena, n + 1, sizeof *keys)))
				return nomem(e);
			for (size_t i = 0; i < n; i++)
				keys[i] = history[i].key;
			qsort(keys, n, sizeof *keys, by_key);
		}
		x->duplicate |= bsearch(&x->command->event_key, keys, n, sizeof *keys, by_key) != NULL;
	}
	return ST_OK;
}

/* Reads the history of the leads that need it, and what is to become of the moves of a new model. */
static enum status read_history(struct batch *b, const bool *wanted, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n_leads; i++)
		n += wanted[i] ? b->leads[i].n_members + 1 : 0;
	struct uuid *ids = arena_array(b->arena, n + 1, sizeof *ids);
	if (!ids)
		return nomem(e);
	n = 0;
	bool new_model = false;
	for (size_t i = 0; i < b->n_leads; i++) {
		const struct uuid *members;
		size_t k = wanted[i] ? batch_members_of(&b->leads[i], &members) : 0;
		for (size_t m = 0; m < k; m++)
			ids[n++] = members[m];
		new_model |= wanted[i] && b->leads[i].own.model_moves;
	}
	enum model_wish wish = WISH_RAISE;
	enum status s = new_model ? store_batch_wish(b->db, &b->workspace, b->settings.active_model, &wish, e) : ST_OK;
	if (s == ST_OK)
		s = store_batch_history(b->db, &b->workspace, ids, n, b->arena, &b->history, &b->n_history, e);
	if (s == ST_OK)
		s = batch_share_history(b, wanted, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		if (!wanted[i])
			continue;
		b->leads[i].own.wish = wish;
		s = mark_stored(b, &b->leads[i], e);
	}
	return s;
}

enum status batch_score(struct batch *b, struct err *e)
{
	bool *wanted = arena_array(b->arena, b->n_leads + 1, sizeof *wanted), any = false;
	if (!wanted)
		return nomem(e);
	enum status s = mark_known(b, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++) {
		const struct work_lead *w = &b->leads[i];
		if (w->gone || (w->first < 0 && !w->joined) || (w->first >= 0 && b->entries[w->first].command->kind == COMMAND_ERASE))
			continue;
		s = prepare(b, &b->leads[i], &wanted[i], e);
		any |= wanted[i];
	}
	if (s == ST_OK)
		s = batch_filter_around(b, wanted, e);
	for (size_t i = 0; i < b->n_leads; i++)
		any |= wanted[i];
	if (s == ST_OK && any)
		s = read_history(b, wanted, e);
	if (s == ST_OK && any)
		s = batch_segments_read(b, wanted, e);
	if (s == ST_OK && any)
		s = batch_voids(b, wanted, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++)
		if (b->leads[i].own.model)
			s = score_lead(b, &b->leads[i], wanted[i], e);
	return s;
}
