/* From moves to rows: the transition itself, and what it sets off: an outbox row, a handoff. */
#include <string.h>

#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

enum status batch_outbox_row(struct batch *b, const struct work_lead *w, const char *topic, const char *payload, struct err *e)
{
	if (!payload)
		return nomem(e);
	size_t n = b->write.n_outbox++;
	b->write.outbox[n] = (struct batch_outbox){.id = uuid_v7(b->now), .lead_id = w->id, .lead_version = w->version, .ordinal = (int32_t)n, .topic = topic, .payload = payload};
	return ST_OK;
}

static bool handoff_open(const struct work_lead *w)
{
	return w->has_handoff && w->handoff_state && (!strcmp(w->handoff_state, "pending") || !strcmp(w->handoff_state, "assigned") || !strcmp(w->handoff_state, "accepted"));
}

/* One open handoff per lead: raised again while it is open, it carries the new stage and what is known now. Several raises in one write become one. */
static enum status handoff_row(struct batch *b, struct work_lead *w, const struct uuid *transition_id, const char *stage, struct err *e)
{
	const char *context = batch_context_json(b, w);
	if (!context)
		return nomem(e);
	for (size_t i = 0; i < b->write.n_handoffs; i++)
		if (!uuid_cmp(&b->write.handoffs[i].lead_id, &w->id)) {
			b->write.handoffs[i].stage = stage;
			b->write.handoffs[i].transition_id = *transition_id;
			return ST_OK;
		}
	struct batch_handoff *h = &b->write.handoffs[b->write.n_handoffs++];
	*h = (struct batch_handoff){.id = w->handoff_id, .lead_id = w->id, .transition_id = *transition_id, .created = !handoff_open(w), .stage = stage, .context = context};
	if (h->created) {
		h->id = uuid_v7(b->now);
		w->has_handoff = true;
		w->handoff_id = h->id;
		w->handoff_state = "pending";
	}
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, h->id.b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, w->id.b);
	buf_printf(&o, ",\"stage\":\"%s\",\"context\":%s}", stage, context);
	const char *payload = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	return batch_outbox_row(b, w, h->created ? "handoff.created" : "handoff.raised", payload, e);
}

static const char *event_id_of(const struct batch *b, const struct work_lead *w, const struct uuid *key)
{
	for (int32_t i = w->first; i >= 0; i = b->entries[i].next)
		if (!uuid_cmp(&b->entries[i].command->event_key, key))
			return b->entries[i].command->event_id;
	return NULL;
}

/* A handoff that nobody has taken yet, of a lead that by its corrected history, or by that of what it consists of now, was never one for sales. */
static enum status close_handoff(struct batch *b, struct work_lead *w, const struct scoring_transition *t, struct err *e)
{
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, w->handoff_id.b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, w->id.b);
	bool voided = t->cause == CAUSE_CORRECTION;
	buf_printf(&o, ",\"state\":\"closed\",\"stage\":\"%s\",\"why\":\"%s\"", t->from, voided ? "event_voided" : b->has_undo ? "unmerged" : "merged");
	const char *id = voided ? event_id_of(b, w, &t->event_key) : NULL;
	if (voided) {
		buf_puts(&o, ",\"event_id\":");
		if (id)
			buf_json_str(&o, id);
		else
			buf_json_uuid(&o, t->event_key.b);
		buf_puts(&o, ",\"reason\":");
		buf_json_str(&o, t->reason);
	}
	buf_putc(&o, '}');
	const char *payload = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	b->write.closed_handoffs[b->write.n_closed_handoffs++] = w->handoff_id;
	w->handoff_state = "closed";
	return batch_outbox_row(b, w, "handoff.closed", payload, e);
}

static int32_t shown(int64_t milli)
{
	return (int32_t)((milli + (milli >= 0 ? 500 : -500)) / 1000);
}

enum status batch_tell(struct batch *b, struct work_lead *w, const char *line, int64_t version, const struct uuid *id, const struct scoring_transition *t, struct err *e)
{
	bool stage = t->kind == TRANSITION_STAGE, raised = stage && (!strcmp(t->to, "mql") || !strcmp(t->to, "sal"));
	const char *topic = !stage ? "tier.changed" : !raised ? "stage.changed" : t->to[0] == 'm' ? "stage.mql" : "stage.sal";
	enum status s = batch_outbox_row(b, w, topic, batch_transition_json(b, w, line, version, id, t), e);
	return s == ST_OK && raised && !line ? handoff_row(b, w, id, t->to[0] == 'm' ? "mql" : "sal", e) : s;
}

static enum status move_row(struct batch *b, struct work_lead *w, struct work_score *c, const struct scoring_transition *t, int32_t ordinal, struct err *e)
{
	bool stage = t->kind == TRANSITION_STAGE, has_event = t->cause == CAUSE_EVENT || t->cause == CAUSE_PERSON || t->cause == CAUSE_CORRECTION;
	/* The one place that decides what a change of model sets off. */
	enum model_wish wish = t->cause == CAUSE_MODEL && c->model_moves ? c->wish : WISH_RAISE;
	struct batch_transition *r = &b->write.transitions[b->write.n_transitions++];
	*r = (struct batch_transition){.id = uuid_v7(b->now), .lead_id = w->id, .has_event = has_event, .event_key = t->event_key, .lead_version = w->version, .ordinal = ordinal,
		.at = t->at, .score = shown(t->total), .fit = shown(t->fit), .engagement = shown(t->engagement), .model_version = model_version(c->model),
		.kind = stage ? "stage" : "tier", .from = arena_strdup(b->arena, t->from), .to = arena_strdup(b->arena, t->to), .cause = transition_cause_name(t->cause),
		.reason = arena_strdup(b->arena, t->reason), .event_id = has_event ? event_id_of(b, w, &t->event_key) : NULL, .line = c->other ? c->other->line : NULL,
		.held = wish == WISH_HOLD};
	if (!r->from || !r->to || !r->reason)
		return nomem(e);
	if (wish != WISH_RAISE)
		return ST_OK;
	enum status s = batch_tell(b, w, r->line, r->model_version, &r->id, t, e);
	bool rewritten = t->cause == CAUSE_CORRECTION || t->cause == CAUSE_MERGE;
	if (s == ST_OK && stage && rewritten && !c->other && !c->raised && w->has_handoff && !strcmp(w->handoff_state, "pending"))
		s = close_handoff(b, w, t, e);
	return s;
}

enum status batch_move_rows(struct batch *b, struct work_lead *w, struct work_score *c, int32_t *ordinal, struct err *e)
{
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < c->n_net; i++)
		s = move_row(b, w, c, &c->net[i], (*ordinal)++, e);
	for (size_t i = 0; s == ST_OK && i < c->effects.n_transitions; i++)
		s = move_row(b, w, c, &c->effects.transitions[i], (*ordinal)++, e);
	return s;
}
