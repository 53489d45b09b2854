/* Running one batch to its end: attempts, retries, splits, results. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "batch_priv.h"

/* A transaction may take this long; a frozen server costs no more. */
#define BATCH_DEADLINE_US (INT64_C(4) * 1000 * 1000)
#define ATTEMPTS_MAX 8

static void forget_score(struct work_score *c)
{
	scoring_lead_free(&c->lead);
	scoring_effects_free(&c->effects);
}

void batch_forget(struct batch *b)
{
	for (size_t i = 0; i < b->n_leads; i++) {
		struct work_lead *w = &b->leads[i];
		forget_score(&w->own);
		for (size_t k = 0; w->others && k < b->settings.n_others; k++)
			forget_score(&w->others[k]);
	}
	b->n_leads = 0;
	model_unref(&b->model);
	segment_set_unref(&b->segments);
	for (size_t i = 0; b->others && i < b->settings.n_others; i++)
		model_unref(&b->others[i]);
	b->others = NULL;
}

static struct lead_row *shown_lead(const struct batch *b, const struct work_lead *w, struct arena *out)
{
	const struct scoring_tag *tags;
	size_t n = scoring_lead_tags(w->own.lead, &tags);
	struct lead_row *r = arena_zalloc(out, sizeof *r);
	const char **names = arena_array(out, n + 1, sizeof(*names));
	if (!r || !names)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (!(names[i] = arena_strdup(out, tags[i].tag)))
			return NULL;
	const struct scoring_view *v = &w->own.view;
	*r = (struct lead_row){.id = w->id, .version = w->version, .created_at = w->created_at, .updated_at = w->touched ? b->now : w->row->updated_at, .as_of = v->as_of,
		.last_event_at = v->last_event_at, .next_change_at = v->next_change_at, .model_version = model_version(b->model), .score = v->shown_total, .score_offset = v->shown_offset, .fit = v->shown_fit,
		.engagement = v->shown_engagement, .tier = v->tier, .grade = arena_strdup(out, v->grade), .stage = stage_name(v->stage), .tags = names, .n_tags = n,
		.has_handoff = w->has_handoff, .handoff_id = w->handoff_id, .handoff_state = w->has_handoff ? arena_strdup(out, w->handoff_state) : NULL};
	json_t *profile = scoring_lead_profile(w->own.lead);
	const char *owner = json_string_value(json_object_get(profile, "owner"));
	r->owner = owner ? arena_strdup(out, owner) : NULL;
	struct buf text = BUF_INIT;
	if (profile && json_write(profile, false, &text) && buf_ok(&text)) {
		r->profile = arena_strndup(out, text.data, text.len);
		r->profile_len = text.len;
	}
	buf_free(&text);
	return r->profile && r->grade ? r : NULL;
}

static void note_rescore(const struct batch *b, const struct work_lead *w, struct command_result *r)
{
	r->rescored = w->touched;
	r->n_moves = w->touched ? w->own.n_net + w->own.effects.n_transitions : 0;
	for (size_t i = 0; w->others && i < b->settings.n_others; i++)
		if (w->touched || w->others[i].changed) {
			r->rescored = true;
			r->n_moves += w->others[i].n_net + w->others[i].effects.n_transitions;
		}
}

/* What the voids of this batch moved, of the lead's own. */
static bool corrections(const struct work_lead *w, const struct entry *x, struct command_result *r)
{
	struct scoring_transition *t = arena_array(x->out, NET_MAX, sizeof *t);
	r->transitions = t;
	r->n_transitions = 0;
	for (size_t i = 0; t && i < w->own.n_net; i++)
		if (w->own.net[i].cause == CAUSE_CORRECTION)
			t[r->n_transitions++] = w->own.net[i];
	return t != NULL;
}

void batch_results(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		struct command_result *r = &x->command->result;
		*r = (struct command_result){.err = x->err};
		if (x->err.status != ST_OK)
			continue;
		const struct work_lead *w = &b->leads[x->lead];
		r->lead_id = w->id;
		if (x->command->kind == COMMAND_ERASE)
			continue;
		r->duplicate = x->duplicate;
		r->created = x->created;
		r->flag = x->flag;
		r->voided = x->void_reason != NULL;
		r->lead_version = w->version;
		r->view = w->own.view;
		if (x->command->kind == COMMAND_RESCORE)
			note_rescore(b, w, r);
		r->released = x->released;
		r->told = x->told;
		r->model_version = model_version(b->model);
		r->awards = x->awards;
		r->n_awards = x->duplicate ? 0 : x->n_awards;
		r->transitions = x->transitions;
		r->n_transitions = x->duplicate ? 0 : x->n_transitions;
		bool whole = x->command->kind != COMMAND_VOID || x->duplicate || corrections(w, x, r);
		if (w->own.view.exclusion) {
			r->view.exclusion = arena_strdup(x->out, w->own.view.exclusion);
			whole = r->view.exclusion != NULL;
		}
		if (whole && x->command->want_lead)
			whole = (r->lead = shown_lead(b, w, x->out)) != NULL;
		if (whole && b->n_joins + b->has_undo)
			whole = batch_merge_result(b, x);
		if (whole && b->has_undo && !x->duplicate)
			whole = (r->other_lead = shown_lead(b, &b->leads[batch_lead_by_id(b, &b->undo.member)], x->out)) != NULL;
		if (!whole) /* it is committed; only the reply cannot be made */
			err_set(&r->err, ST_UNCERTAIN, "outcome_unknown", "Stored, but out of memory for the reply; a retry with the same ids is safe.");
	}
	batch_account_results(b);
}

static enum status attempt(struct batch_lane *lane, struct batch *b, struct err *e)
{
	enum status s = batch_open(b, e);
	if (s != ST_OK)
		return s;
	if (!b->settings.exists)
		s = err_set(e, ST_NOT_FOUND, "workspace_not_found", "The workspace does not exist.");
	if (s == ST_OK)
		s = batch_models(b, e);
	if (s == ST_OK) {
		b->filter = batch_filter_of(lane, &b->workspace, b->settings.filters);
		batch_filter_events(b);
		s = batch_accounts_join(b, e);
	}
	if (s == ST_OK)
		s = batch_score(b, e);
	if (s == ST_OK)
		s = batch_answers(b, e);
	if (s == ST_OK)
		s = batch_read_held(b, e);
	if (s == ST_OK)
		s = batch_contexts(b, e);
	if (s == ST_OK)
		s = batch_render(b, e);
	if (s != ST_OK) {
		db_rollback(b->db);
		return s;
	}
	return store_batch_commit(b->db, &b->workspace, &b->write, e);
}

static void fail_all(struct entry *entries, size_t n, const struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		memset(&entries[i].command->result, 0, sizeof entries[i].command->result);
		entries[i].command->result.err = *e;
	}
}

/* What can be tried again as it is; what only a smaller batch can tell apart; what is final. */
static bool worth_retrying(enum status s, int tries)
{
	if (s == ST_BUSY || s == ST_CONFLICT)
		return tries < ATTEMPTS_MAX;
	return s == ST_UNAVAILABLE && tries < 2; /* a connection that died while idle is noticed only when used */
}

static bool worth_splitting(enum status s)
{
	return s == ST_INVALID || s == ST_NOMEM || s == ST_TOO_LARGE || s == ST_CONFLICT;
}

static struct lane_guess *guess_place(struct batch_lane *lane, const struct uuid *workspace)
{
	return &lane->guesses[hash64(workspace->b, sizeof workspace->b) % LANE_GUESSES];
}

static unsigned guess(struct batch_lane *lane, const struct uuid *workspace)
{
	const struct lane_guess *g = guess_place(lane, workspace);
	return !uuid_cmp(&g->workspace, workspace) ? g->wants : 0;
}

/* That leads are merged is seen only when one of them comes by, so it is believed until the place is another's. */
static void note_wants(struct batch_lane *lane, const struct batch *b)
{
	struct lane_guess *g = guess_place(lane, &b->workspace);
	unsigned wants = (b->settings.n_others ? BATCH_SCORES : 0) | (b->saw_merged || b->n_joins ? BATCH_ROOTS : 0);
	if (!uuid_cmp(&g->workspace, &b->workspace))
		g->wants = wants | (g->wants & BATCH_ROOTS);
	else if (wants)
		*g = (struct lane_guess){b->workspace, wants};
}

static void run(struct batch_lane *lane, const struct uuid *workspace, struct entry *entries, size_t n, int64_t deadline_us)
{
	struct err e = {0};
	bool check_known = false;
	for (int tries = 1;; tries++) {
		arena_reset(lane->arena);
		struct batch b = {.models = lane->models, .arena = lane->arena, .workspace = *workspace, .now = clock_now(lane->clock), .entries = entries, .n = n, .check_known = check_known,
			.wants = guess(lane, workspace)};
		err_clear(&e);
		enum status s = db_pool_get(lane->pool, lane->slot, deadline_us, &b.db, &e);
		if (s == ST_OK)
			s = attempt(lane, &b, &e);
		lane->healthy = s != ST_UNAVAILABLE && s != ST_DEADLINE && s != ST_UNCERTAIN;
		if (b.settings.exists)
			note_wants(lane, &b);
		if (s == ST_OK) {
			batch_results(&b);
			metric_add(lane->commits, 1);
			if (b.write.n_outbox || b.write.n_transitions)
				hints_give(lane->hints, workspace);
		}
		batch_forget(&b);
		if (s == ST_OK)
			return;
		if (worth_retrying(s, tries) && monotonic_us() < deadline_us) {
			/* A key that exists is nearly always an event sent twice: look before the next attempt. */
			check_known = check_known || s == ST_CONFLICT;
			metric_add(lane->retries, 1);
			if (s == ST_BUSY)
				usleep((useconds_t)(500 * tries));
			continue;
		}
		if (worth_splitting(s) && n > 1) {
			metric_add(lane->splits, 1);
			run(lane, workspace, entries, n / 2, deadline_us);
			run(lane, workspace, entries + n / 2, n - n / 2, deadline_us);
			return;
		}
		if (s == ST_CONFLICT)
			err_set(&e, ST_BUSY, "contention", "Too many writers are changing the same lead; try again.");
		fail_all(entries, n, &e);
		return;
	}
}

void batch_run(struct batch_lane *lane, const struct uuid *workspace, struct entry *entries, size_t n)
{
	run(lane, workspace, entries, n, monotonic_us() + BATCH_DEADLINE_US);
}
