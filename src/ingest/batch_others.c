/* The models beside the primary one: what a lead is worth under them, kept with each write of the lead.
 *
 * A row is fresh while it names the lead's version: every write of the lead writes the rows of all models in use, so a model that was out of use for a while is found out. A
 * line's moves are told from where it was told to stand last, be it by another version; a shadow's are not told at all, so when it becomes active, what it would have
 * told meanwhile is its model's move. */
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status batch_models(struct batch *b, struct err *e)
{
	enum status s = models_get_segmented(b->models, b->db, &b->workspace, b->settings.active_model, b->settings.segments, &b->model, &b->segments, e);
	size_t n = b->settings.n_others;
	if (s != ST_OK || !n)
		return s;
	b->others = arena_array(b->arena, n, sizeof(*b->others));
	if (!b->others)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = models_get(b->models, b->db, &b->workspace, b->settings.others[i].version, &b->others[i], e);
	if (s == ST_OK && !b->rows.has_scores)
		s = store_batch_scores(b->db, &b->workspace, &b->rows, b->arena, e);
	return s;
}

/* The stored scores of one lead: a run in b->rows.scores. */
static size_t rows_of(const struct batch *b, const struct uuid *lead, const struct batch_score **ret)
{
	size_t from = 0, end = b->rows.n_scores;
	while (from < end) {
		size_t mid = (from + end) / 2;
		if (uuid_cmp(&b->rows.scores[mid].lead_id, lead) < 0)
			from = mid + 1;
		else
			end = mid;
	}
	size_t to = from;
	while (to < b->rows.n_scores && !uuid_cmp(&b->rows.scores[to].lead_id, lead))
		to++;
	*ret = b->rows.scores + from;
	return to - from;
}

static enum status load(struct work_lead *w, struct work_score *c, const struct batch_score *rows, size_t n, struct err *e)
{
	const struct batch_score *own = NULL;
	for (size_t i = 0; i < n; i++) {
		if (rows[i].version == c->other->version)
			own = &rows[i];
		/* Of several versions that were told, and are not removed yet, the newest spoke last. */
		if (rows[i].told && c->other->line && !strcmp(rows[i].line, c->other->line))
			c->told = &rows[i];
	}
	if (own && own->told)
		c->told = own;
	c->model_moves = !own || !own->told || own->lead_version != w->version;
	if (!w->row)
		return scoring_lead_new(c->model, &c->lead, e);
	if (own && own->lead_version == w->version) {
		c->row = own;
		enum status s = scoring_lead_load(c->model, w->row->profile, own->state, own->state_len, &c->lead, e);
		if (s != ST_CONFLICT)
			return s;
	}
	c->row = own && own->told ? own : NULL;
	c->stale = true;
	return ST_OK;
}

enum status batch_load_others(struct batch *b, struct work_lead *w, struct err *e)
{
	size_t n = b->settings.n_others;
	if (!n || w->others)
		return ST_OK;
	w->others = arena_array(b->arena, n, sizeof(*w->others));
	if (!w->others)
		return nomem(e);
	const struct batch_score *rows;
	size_t n_rows = rows_of(b, &w->id, &rows);
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		struct work_score *c = &w->others[i];
		*c = (struct work_score){.model = b->others[i], .other = &b->settings.others[i], .wish = b->settings.others[i].wish};
		s = load(w, c, rows, n_rows, e);
	}
	return s;
}

/* Versions of the line that were told before this one. */
static enum status replace_rows(struct batch *b, const struct work_lead *w, const struct work_score *c, struct err *e)
{
	const struct batch_score *rows;
	size_t n = c->other->line ? rows_of(b, &w->id, &rows) : 0, old = 0;
	for (size_t i = 0; i < n; i++)
		old += rows[i].told && rows[i].version != c->other->version && !strcmp(rows[i].line, c->other->line);
	if (!old)
		return ST_OK;
	struct batch_score_write *more = arena_array(b->arena, b->write.n_old_scores + old, sizeof *more);
	if (!more)
		return nomem(e);
	if (b->write.n_old_scores)
		memcpy(more, b->write.old_scores, b->write.n_old_scores * sizeof *more);
	b->write.old_scores = more;
	for (size_t i = 0; i < n; i++)
		if (rows[i].told && rows[i].version != c->other->version && !strcmp(rows[i].line, c->other->line))
			more[b->write.n_old_scores++] = (struct batch_score_write){.lead_id = w->id, .version = rows[i].version};
	return ST_OK;
}

static enum status score_row(struct batch *b, const struct work_lead *w, const struct work_score *c, struct err *e)
{
	const struct scoring_view *v = &c->view;
	struct batch_score_write *r = &b->write.scores[b->write.n_scores++];
	*r = (struct batch_score_write){.lead_id = w->id, .version = c->other->version, .lead_version = w->version, .as_of = v->as_of, .next_change_at = v->next_change_at,
		.applies = c->applies, .told = c->other->line != NULL, .score = v->shown_total, .fit = v->shown_fit, .engagement = v->shown_engagement, .tier = v->tier,
		.grade = arena_strdup(b->arena, v->grade), .stage = stage_name(v->stage)};
	struct buf state = BUF_INIT;
	if (scoring_lead_save(c->lead, &state) && buf_ok(&state))
		r->state = arena_strndup(b->arena, state.data, state.len);
	r->state_len = state.len;
	buf_free(&state);
	return r->state && r->grade ? ST_OK : nomem(e);
}

enum status batch_other_rows(struct batch *b, struct work_lead *w, struct err *e)
{
	enum status s = ST_OK;
	int32_t ordinal = (int32_t)(w->own.n_net + w->own.effects.n_transitions);
	for (size_t i = 0; s == ST_OK && i < b->settings.n_others; i++) {
		struct work_score *c = &w->others[i];
		if (!w->touched && !c->changed)
			continue;
		s = score_row(b, w, c, e);
		if (s == ST_OK)
			s = replace_rows(b, w, c, e);
		if (s == ST_OK)
			s = batch_move_rows(b, w, c, &ordinal, e);
	}
	return s;
}
