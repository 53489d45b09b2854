/* Who comes into segments and leaves them, told once, as transitions are.
 *
 * A lead's state says which segments it is in, unless it is stale: then the stored rows do, and what differs after the replay is told as what it is by the
 * change that made it stale: the segment's own, when its condition is newer than the lead's last look, or the model's. */
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static size_t count(const struct batch *b)
{
	return b->segments ? segment_set_count(b->segments) : 0;
}

enum status batch_segments_load(struct batch *b, struct work_lead *w, struct err *e)
{
	size_t n = count(b);
	w->segments_before = w->row ? scoring_state_segments(w->row->state, w->row->state_len) : 0;
	/* The workspace's row was read before the lead was locked, and meanwhile another has looked at it with newer segments. */
	if (w->segments_before > b->settings.segments)
		return err_set(e, ST_BUSY, "segments_changed", "The segments have changed; try again.");
	if (!n)
		return ST_OK;
	w->segments = arena_array(b->arena, n, sizeof *w->segments);
	w->segments_were = arena_array(b->arena, n, sizeof *w->segments_were);
	if (!w->segments || !w->segments_were)
		return nomem(e);
	/* Of one that is parted from what it was merged into there are no rows, whatever its state of before says. */
	if (w->row && w->own.lead && !w->restored)
		memcpy(w->segments, scoring_lead_segments(w->own.lead), n * sizeof *w->segments);
	memcpy(w->segments_were, w->segments, n * sizeof *w->segments);
	return ST_OK;
}

/* A row of a segment that is no more, or that a lead which was parted had before it was merged: it goes. */
static enum status drop_row(struct batch *b, const struct segment_member *m, struct err *e)
{
	struct segment_writes *w = &b->write.segments;
	size_t cap = w->n_left;
	if ((cap & (cap - 1)) == 0) {
		struct segment_member *more = arena_array(b->arena, cap ? 2 * cap : 8, sizeof *more);
		if (!more)
			return nomem(e);
		if (cap)
			memcpy(more, w->left, cap * sizeof *more);
		w->left = more;
	}
	w->left[w->n_left++] = *m;
	return ST_OK;
}

static size_t segment_by_id(const struct batch *b, const struct uuid *id)
{
	size_t i = 0, n = count(b);
	while (i < n && uuid_cmp(&segment_set_at(b->segments, i)->id, id))
		i++;
	return i;
}

static bool asks_rows(const struct batch *b, const struct work_lead *w, bool wanted)
{
	return wanted && b->settings.segments && w->row && w->own.stale && !w->restored;
}

enum status batch_segments_read(struct batch *b, const bool *wanted, struct err *e)
{
	struct uuid *ids = arena_array(b->arena, b->n_leads + 1, sizeof *ids);
	size_t n = 0, n_rows = 0, lead = 0;
	struct segment_member *rows;
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < b->n_leads; i++)
		if (asks_rows(b, &b->leads[i], wanted[i]))
			ids[n++] = b->leads[i].id;
	if (!n)
		return ST_OK;
	enum status s = store_segment_held(b->db, &b->workspace, ids, n, b->arena, &rows, &n_rows, e);
	for (size_t i = 0; s == ST_OK && i < n_rows; i++) {
		if (lead == b->n_leads || uuid_cmp(&b->leads[lead].id, &rows[i].lead_id))
			for (lead = 0; uuid_cmp(&b->leads[lead].id, &rows[i].lead_id);)
				lead++;
		size_t k = segment_by_id(b, &rows[i].segment_id);
		if (k < count(b))
			b->leads[lead].segments[k] = b->leads[lead].segments_were[k] = true;
		else
			s = drop_row(b, &rows[i], e);
	}
	return s;
}

static enum status note(struct batch *b, struct work_lead *w, const struct work_segment_move *move, struct err *e)
{
	if (w->n_segment_moves == w->segment_moves_cap) {
		size_t cap = w->segment_moves_cap ? 2 * w->segment_moves_cap : 4;
		struct work_segment_move *more = arena_array(b->arena, cap, sizeof *more);
		if (!more)
			return nomem(e);
		if (w->n_segment_moves)
			memcpy(more, w->segment_moves, w->n_segment_moves * sizeof *more);
		w->segment_moves = more;
		w->segment_moves_cap = cap;
	}
	w->segments[move->segment] = move->entered;
	w->segment_moves[w->n_segment_moves++] = *move;
	return ST_OK;
}

enum status batch_segments_compare(struct batch *b, struct work_lead *w, enum transition_cause cause, struct err *e)
{
	const bool *now = scoring_lead_segments(w->own.lead);
	struct scoring_view v;
	enum status s = ST_OK;
	if (!count(b))
		return ST_OK;
	scoring_lead_view(w->own.lead, false, &v);
	for (size_t i = 0; s == ST_OK && i < count(b); i++)
		if (now[i] != w->segments[i])
			s = note(b, w, &(struct work_segment_move){.segment = (uint16_t)i, .entered = now[i], .cause = cause, .at = v.as_of,
				.definition = w->own.stale && w->row && segment_set_at(b->segments, i)->since > w->segments_before && (cause == CAUSE_MODEL || cause == CAUSE_DECAY)}, e);
	return s;
}

enum status batch_segments_moved(struct batch *b, struct work_lead *w, const struct scoring_effects *fx, struct err *e)
{
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && count(b) && i < fx->n_segment_moves; i++) {
		const struct scoring_segment_move *m = &fx->segment_moves[i];
		s = note(b, w, &(struct work_segment_move){.segment = m->segment, .entered = m->entered, .cause = m->cause, .at = m->at}, e);
	}
	return s;
}

static const char *cause_of(const struct work_segment_move *m)
{
	return m->definition ? "definition" : transition_cause_name(m->cause);
}

static enum status tell(struct batch *b, struct work_lead *w, const struct work_segment_move *m, const struct uuid *id, struct err *e)
{
	const struct segment_entry *x = segment_set_at(b->segments, m->segment);
	const struct scoring_view *v = &w->own.view;
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, id->b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, w->id.b);
	buf_puts(&o, ",\"segment_id\":");
	buf_json_uuid(&o, x->id.b);
	buf_puts(&o, ",\"segment\":");
	buf_json_str(&o, x->name);
	buf_printf(&o, ",\"cause\":\"%s\",\"at\":", cause_of(m));
	buf_json_time(&o, m->at);
	buf_printf(&o, ",\"score\":%d,\"tier\":\"%c\",\"stage\":\"%s\"}", (int)v->shown_total, v->tier, stage_name(v->stage));
	const char *payload = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	return batch_outbox_row(b, w, m->entered ? "segment.entered" : "segment.left", payload, e);
}

static void start_row(struct batch *b, const struct work_lead *w, const struct segment_entry *x, int64_t at)
{
	b->write.segments.starts[b->write.segments.n_starts++] = (struct journey_start){.id = uuid_v7(b->now), .journey_id = x->id, .lead_id = w->id, .at = at};
}

static enum status move_row(struct batch *b, struct work_lead *w, const struct work_segment_move *m, struct err *e)
{
	struct segment_writes *out = &b->write.segments;
	const struct segment_entry *x = segment_set_at(b->segments, m->segment);
	bool counts = !m->definition || x->announce;
	if (!strcmp(x->kind, "journey")) {
		if (m->entered && counts)
			start_row(b, w, x, m->at);
		return ST_OK;
	}
	if (strcmp(x->kind, "segment"))
		return ST_OK;
	struct segment_move *row = &out->moves[out->n_moves++];
	*row = (struct segment_move){.id = uuid_v7(b->now), .lead_id = w->id, .segment_id = x->id, .kind = x->kind, .cause = cause_of(m), .entered = m->entered, .at = m->at};
	return counts ? tell(b, w, m, &row->id, e) : ST_OK;
}

/* The form that an event submits; NULL: none. */
static const char *form_of(const struct command *c, json_t **ret_owned)
{
	*ret_owned = !strcmp(c->type, "form_submit") && c->properties_text ? json_loads(c->properties_text, 0, NULL) : NULL;
	return json_string_value(json_object_get(*ret_owned, "form"));
}

static bool starts_by(const struct segment_entry *x, const char *form)
{
	return x->form && form && !strcmp(x->form, form);
}

void batch_form_starts(struct batch *b, const struct work_lead *w)
{
	for (size_t i = 0; i < w->n_list; i++) {
		json_t *properties;
		const char *form = form_of(w->list[i]->command, &properties);
		for (size_t k = 0; form && k < count(b); k++)
			if (starts_by(segment_set_at(b->segments, k), form))
				start_row(b, w, segment_set_at(b->segments, k), w->list[i]->command->at);
		json_decref(properties);
	}
}

enum status batch_segment_rows(struct batch *b, struct work_lead *w, struct err *e)
{
	struct segment_writes *out = &b->write.segments;
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < w->n_segment_moves; i++)
		s = move_row(b, w, &w->segment_moves[i], e);
	for (size_t k = 0; s == ST_OK && w->n_segment_moves && k < count(b); k++) {
		struct segment_member row = {.lead_id = w->id, .segment_id = segment_set_at(b->segments, k)->id};
		if (w->segments[k] == w->segments_were[k])
			continue;
		for (size_t i = 0; i < w->n_segment_moves; i++)
			if (w->segment_moves[i].segment == k)
				row.since = w->segment_moves[i].at;
		if (w->segments[k])
			out->entered[out->n_entered++] = row;
		else
			s = drop_row(b, &row, e);
	}
	return s;
}

enum status batch_segments_begin(struct batch *b, struct err *e)
{
	size_t n = 0, forms = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		n += b->leads[i].n_segment_moves;
		forms += b->segments && segment_set_has_forms(b->segments) ? b->leads[i].n_list * count(b) : 0;
	}
	struct segment_writes *w = &b->write.segments;
	w->moves = arena_array(b->arena, n + 1, sizeof *w->moves);
	w->entered = arena_array(b->arena, n + 1, sizeof *w->entered);
	w->starts = arena_array(b->arena, n + forms + 1, sizeof *w->starts);
	w->marks = arena_array(b->arena, b->segments && segment_set_has_playbooks(b->segments) ? b->n_leads : 1, sizeof *w->marks);
	return w->moves && w->entered && w->starts && w->marks ? ST_OK : nomem(e);
}
