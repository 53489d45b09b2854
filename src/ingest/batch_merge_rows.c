/* What a batch writes of leads that became one or parted, and what it tells of that. */
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"
#include "store/duplicate.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool open_state(const char *state)
{
	return state && (!strcmp(state, "pending") || !strcmp(state, "assigned") || !strcmp(state, "accepted"));
}

static const char *merge_json(struct batch *b, const struct uuid *id, const struct uuid *lead, const struct uuid *member, int64_t at, const char *cause, const char *author,
	const char *reason)
{
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"merge_id\":");
	buf_json_uuid(&o, id->b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, lead->b);
	buf_puts(&o, ",\"member_id\":");
	buf_json_uuid(&o, member->b);
	buf_printf(&o, ",\"cause\":\"%s\",\"author\":", cause);
	buf_json_str(&o, author);
	buf_puts(&o, ",\"reason\":");
	buf_json_str(&o, reason);
	buf_puts(&o, ",\"at\":");
	buf_json_time(&o, at);
	buf_putc(&o, '}');
	const char *text = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	return text;
}

static const char *handoff_json(struct batch *b, const struct work_lead *w, const char *state, const char *why)
{
	struct buf o = BUF_INIT;
	buf_puts(&o, "{\"id\":");
	buf_json_uuid(&o, w->handoff_id.b);
	buf_puts(&o, ",\"lead_id\":");
	buf_json_uuid(&o, w->id.b);
	buf_printf(&o, ",\"state\":\"%s\",\"why\":\"%s\"}", state, why);
	const char *text = buf_ok(&o) ? arena_strndup(b->arena, o.data, o.len) : NULL;
	buf_free(&o);
	return text;
}

static enum status turn_handoff(struct batch *b, const struct work_lead *w, const char *state, const char *was, const char *topic, const char *why, struct err *e)
{
	b->write.handoff_states[b->write.n_handoff_states++] = (struct batch_handoff_state){.id = w->handoff_id, .state = state, .was = was};
	return batch_outbox_row(b, w, topic, handoff_json(b, w, state, why), e);
}

static enum status join_row(struct batch *b, const struct work_join *j, struct err *e)
{
	const struct work_lead *w = &b->leads[j->lead], *m = &b->leads[j->member];
	bool open = m->has_handoff && open_state(m->handoff_state);
	b->write.merges[b->write.n_merges++] = (struct batch_merge){.id = j->id, .lead_id = b->leads[j->named].id, .member = m->id, .at = j->at, .cause = j->cause, .author = j->author,
		.reason = j->reason, .has_handoff = open, .handoff_id = m->handoff_id, .handoff_state = open ? m->handoff_state : NULL};
	(void)batch_account_mark(b, m, NULL, e);
	b->write.retag[b->write.n_retag++] = m->id;
	b->write.reterm[b->write.n_reterm++] = m->id;
	b->write.resting[b->write.n_resting++] = m->id;
	enum status s = open ? turn_handoff(b, m, "closed", m->handoff_state, "handoff.closed", "merged", e) : ST_OK;
	return s == ST_OK ? batch_outbox_row(b, w, "lead.merged", merge_json(b, &j->id, &w->id, &m->id, j->at, j->cause, j->author, j->reason), e) : s;
}

static enum status undo_row(struct batch *b, struct err *e)
{
	const struct command *c = b->entries[0].command;
	const struct work_lead *p = &b->leads[batch_lead_by_id(b, &b->undo.member)];
	enum status s = ST_OK;
	b->write.has_undone = true;
	b->write.undone = b->undo.id;
	b->write.undone_by = c->author;
	if (b->undo.has_handoff && !uuid_cmp(&p->row->handoff_id, &b->undo.handoff_id) && !strcmp(p->row->handoff_state, "closed"))
		s = turn_handoff(b, p, b->undo.handoff_state, "closed", "handoff.reopened", "unmerged", e);
	return s == ST_OK ? batch_outbox_row(b, p, "lead.unmerged", merge_json(b, &b->undo.id, &b->leads[b->entries[0].lead].id, &p->id, b->now, b->undo.cause, c->author, b->undo.reason), e) : s;
}

static void link_rows(struct batch *b, const struct work_lead *w)
{
	b->write.links[b->write.n_links++] = (struct batch_link){.id = w->id, .has_members = w->n_members > 1};
	for (size_t i = 1; i < w->n_members; i++) {
		if (batch_among(w->was, w->n_was, &w->members[i]))
			continue;
		const struct work_lead *m = &b->leads[batch_lead_by_id(b, &w->members[i])];
		b->write.links[b->write.n_links++] = (struct batch_link){.id = m->id, .merged = true, .root = w->id,
			.handoff_state = m->gone && m->has_handoff && open_state(m->handoff_state) ? "closed" : NULL};
	}
}

/* Each pair once, and none of leads that are one by now. */
static enum status pair_rows(struct batch *b, struct err *e)
{
	b->write.pairs = arena_array(b->arena, b->n_pairs + 1, sizeof *b->write.pairs);
	if (!b->write.pairs)
		return nomem(e);
	for (size_t i = 0; i < b->n_pairs; i++) {
		const struct uuid *x = &b->leads[batch_root(b, b->pairs[i].a)].id, *y = &b->leads[batch_root(b, b->pairs[i].b)].id;
		struct uuid id = duplicate_id(x, y);
		bool known = !uuid_cmp(x, y);
		for (size_t k = 0; k < b->write.n_pairs && !known; k++)
			known = !uuid_cmp(&b->write.pairs[k].id, &id);
		if (!known)
			b->write.pairs[b->write.n_pairs++] = (struct batch_pair){.id = id, .lead_a = uuid_cmp(x, y) < 0 ? *x : *y, .lead_b = uuid_cmp(x, y) < 0 ? *y : *x,
				.reason = b->pairs[i].reason};
	}
	return ST_OK;
}

enum status batch_merge_rows(struct batch *b, struct err *e)
{
	size_t n_links = 0;
	for (size_t i = 0; i < b->n_leads; i++)
		n_links += b->leads[i].joined ? b->leads[i].n_members + 1 : 0;
	enum status s = b->n_pairs ? pair_rows(b, e) : ST_OK;
	if (s != ST_OK || !n_links)
		return s;
	struct batch_write *w = &b->write;
	bool undone = b->has_undo && b->entries[0].err.status == ST_OK && !b->entries[0].duplicate;
	w->merges = arena_array(b->arena, b->n_joins + 1, sizeof *w->merges);
	w->links = arena_array(b->arena, n_links, sizeof *w->links);
	w->resting = arena_array(b->arena, b->n_joins + 1, sizeof *w->resting);
	w->handoff_states = arena_array(b->arena, b->n_joins + 1, sizeof *w->handoff_states);
	if (!w->merges || !w->links || !w->resting || !w->handoff_states)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < b->n_joins; i++)
		s = join_row(b, &b->joins[i], e);
	if (s == ST_OK && undone)
		s = undo_row(b, e);
	for (size_t i = 0; s == ST_OK && i < b->n_leads; i++)
		if (b->leads[i].joined && !b->leads[i].gone)
			link_rows(b, &b->leads[i]);
	if (b->settings.segments) {
		w->segments.gone = w->resting;
		w->segments.n_gone = w->n_resting;
	}
	return s;
}

/* Copied into `out`; NULL: none, or out of memory. */
static const char *owner_of(struct arena *out, const struct work_lead *w)
{
	struct err ignored;
	json_t *profile = NULL;
	if (json_read(w->row->profile, strlen(w->row->profile), &(struct json_limits){.max_bytes = 1u << 20, .max_tokens = 100000}, &profile, &ignored) != ST_OK)
		return NULL;
	const char *owner = arena_strdup(out, json_string_value(json_object_get(profile, "owner")));
	json_decref(profile);
	return owner;
}

bool batch_merge_result(const struct batch *b, struct entry *x)
{
	struct command_result *r = &x->command->result;
	int32_t i = (int32_t)(x - b->entries);
	size_t n = 0;
	for (size_t k = 0; k < b->n_joins; k++)
		n += b->joins[k].entry == i;
	if (b->has_undo)
		r->merge = (struct command_merge){.id = b->undo.id, .lead_id = b->undo.lead_id, .member = b->undo.member, .at = b->undo.at};
	if (!n)
		return true;
	if (!(r->joined = arena_array(x->out, n, sizeof *r->joined)))
		return false;
	for (size_t k = 0; k < b->n_joins; k++) {
		const struct work_join *j = &b->joins[k];
		if (j->entry != i)
			continue;
		const struct work_lead *w = &b->leads[j->lead], *m = &b->leads[j->member];
		r->joined[r->n_joined++] = m->id;
		r->merge = (struct command_merge){.id = j->id, .lead_id = w->id, .member = m->id, .at = j->at};
		if (x->command->kind != COMMAND_MERGE)
			continue;
		r->merge.owner = owner_of(x->out, w);
		r->merge.other_owner = owner_of(x->out, m);
		r->merge.owners_differ = r->merge.owner && r->merge.other_owner && strcmp(r->merge.owner, r->merge.other_owner) != 0;
	}
	return true;
}
