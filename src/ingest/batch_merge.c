/* Leads that become one in a batch, and that part. Nothing is moved: what a lead consists of changes, and it is scored anew over the events of all.
 *
 * A lead made by this very batch has nothing that could be parted again: it dissolves in the other. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"
#include "store/duplicate.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

int32_t batch_home(const struct batch *b, int32_t lead)
{
	while (b->leads[lead].dissolved)
		lead = b->leads[lead].root;
	return lead;
}

int32_t batch_root(const struct batch *b, int32_t lead)
{
	while (b->leads[lead].root != lead)
		lead = b->leads[lead].root;
	return lead;
}

size_t batch_members_of(const struct work_lead *w, const struct uuid **ret)
{
	*ret = w->n_members ? w->members : &w->id;
	return w->n_members ? w->n_members : 1;
}

static bool among(const struct uuid *ids, size_t n, const struct uuid *id)
{
	for (size_t i = 0; i < n; i++)
		if (!uuid_cmp(&ids[i], id))
			return true;
	return false;
}

static void dissolve(struct work_lead *w, struct work_lead *into, int32_t root)
{
	w->dissolved = true;
	w->root = root;
	into->taken |= w->taken;
}

/* *list grown by one of `size` bytes; NULL: out of memory. */
static void *grow(struct batch *b, void *list, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return list;
	size_t more = 2 * *cap + 8;
	void *grown = arena_array(b->arena, more, size);
	if (grown && n)
		memcpy(grown, list, n * size);
	if (grown)
		*cap = more;
	return grown;
}

/* Keeps what a lead consists of as it is, before that changes. */
static void keep(struct work_lead *w)
{
	if (!w->joined)
		w->n_was = batch_members_of(w, &w->was);
	w->joined = true;
}

enum status batch_join(struct batch *b, const struct work_join *j, struct err *e)
{
	struct work_lead *w = &b->leads[j->lead], *m = &b->leads[j->member];
	if (!m->row || !w->row) {
		dissolve(m->row ? w : m, m->row ? m : w, m->row ? j->member : j->lead);
		return ST_OK;
	}
	const struct uuid *own, *theirs;
	size_t n = batch_members_of(w, &own), k = batch_members_of(m, &theirs);
	struct uuid *all = arena_array(b->arena, n + k, sizeof *all);
	struct work_join *joins = grow(b, b->joins, b->n_joins, &b->joins_cap, sizeof *joins);
	if (!all || !joins)
		return nomem(e);
	memcpy(all, own, n * sizeof *all);
	memcpy(all + n, theirs, k * sizeof *all);
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < k; i++)
		if (batch_lead_by_id(b, &theirs[i]) < 0)
			s = batch_want_lead(b, &theirs[i], e);
	keep(w);
	w->members = all;
	w->n_members = n + k;
	m->gone = true;
	m->root = j->lead;
	b->joins = joins;
	joins[b->n_joins++] = *j;
	return s;
}

enum status batch_pair_up(struct batch *b, int32_t x, int32_t y, const char *reason, struct err *e)
{
	struct work_pair *pairs = grow(b, b->pairs, b->n_pairs, &b->pairs_cap, sizeof *pairs);
	if (!pairs)
		return nomem(e);
	b->pairs = pairs;
	pairs[b->n_pairs++] = (struct work_pair){x, y, reason};
	return ST_OK;
}

enum status batch_plan_undo(struct batch *b, struct err *e)
{
	const struct command *c = b->n == 1 ? b->entries[0].command : NULL;
	b->has_undo = false;
	if (!c || c->kind != COMMAND_UNMERGE)
		return ST_OK;
	int32_t lead = batch_lead_by_id(b, &c->lead_id);
	enum status s = store_merge_named(b->db, &b->workspace, uuid_is_nil(&c->merge_id) ? NULL : &c->merge_id, &c->other_id, b->arena, &b->undo, e);
	if (s == ST_NOT_FOUND || lead < 0)
		return ST_OK;
	b->has_undo = s == ST_OK;
	if (s != ST_OK || b->undo.undone_at != INSTANT_NEVER)
		return s;
	const struct uuid *root = b->rows.leads[lead].merged ? &b->rows.leads[lead].root : &b->rows.leads[lead].id;
	struct uuid *members = arena_array(b->arena, b->n_members + 1, sizeof *members);
	size_t n = 0;
	if (!members)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < b->n_members; i++) {
		if (uuid_cmp(&b->members[i].root, root) != 0)
			continue;
		members[n++] = b->members[i].id;
		if (batch_lead_by_id(b, &b->members[i].id) < 0)
			s = batch_want_lead(b, &b->members[i].id, e);
	}
	return s == ST_OK ? store_merge_edges(b->db, &b->workspace, members, n, b->arena, &b->edges, &b->n_edges, e) : s;
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

enum status batch_known_merges(struct batch *b, struct err *e)
{
	size_t n = 0;
	b->n_known_merges = 0;
	if (!b->n || !b->entries[0].command->cause)
		return ST_OK;
	struct uuid *ids = arena_array(b->arena, b->n, sizeof *ids);
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < b->n; i++)
		if (b->entries[i].command->cause)
			ids[n++] = b->entries[i].command->merge_id;
	return store_merge_known(b->db, &b->workspace, ids, n, b->arena, &b->known_merges, &b->n_known_merges, e);
}

bool batch_knows_merge(const struct batch *b, const struct uuid *id)
{
	for (size_t i = 0; i < b->n_joins; i++)
		if (!uuid_cmp(&b->joins[i].id, id))
			return true;
	return b->n_known_merges && bsearch(id, b->known_merges, b->n_known_merges, sizeof *id, by_id);
}

/* What had been merged into a member when it was merged, and since through it: itself first. */
static size_t tree_of(const struct batch *b, const struct uuid *top, struct uuid *ret)
{
	size_t n = 1;
	ret[0] = *top;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < b->n_edges; k++)
			if (!uuid_cmp(&b->edges[k].lead_id, &ret[i]))
				ret[n++] = b->edges[k].member;
	return n;
}

static bool open_state(const char *state)
{
	return state && (!strcmp(state, "pending") || !strcmp(state, "assigned") || !strcmp(state, "accepted"));
}

/* `part` leaves the lead. */
static enum status split(struct batch *b, int32_t lead, int32_t top, const struct uuid *part, size_t n_part, struct err *e)
{
	struct work_lead *w = &b->leads[lead], *p = &b->leads[top];
	struct uuid *rest = arena_array(b->arena, w->n_members + 1, sizeof *rest);
	size_t n = 0;
	if (!rest)
		return nomem(e);
	for (size_t i = 0; i < w->n_members; i++)
		if (!among(part, n_part, &w->members[i]))
			rest[n++] = w->members[i];
	keep(w);
	w->members = rest;
	w->n_members = n;
	p->joined = p->restored = true;
	p->members = part;
	p->n_members = n_part;
	for (size_t i = 0; i < n_part; i++) {
		int32_t k = batch_lead_by_id(b, &part[i]);
		if (k >= 0)
			b->leads[k].root = top;
	}
	if (b->undo.has_handoff && !uuid_cmp(&p->handoff_id, &b->undo.handoff_id) && p->handoff_state && !strcmp(p->handoff_state, "closed"))
		p->handoff_state = b->undo.handoff_state;
	return ST_OK;
}

enum status batch_part(struct batch *b, struct entry *x, struct err *e)
{
	const char *at = uuid_is_nil(&x->command->merge_id) ? "/lead" : "/merge_id";
	int32_t lead = batch_root(b, x->under), top = b->has_undo ? batch_lead_by_id(b, &b->undo.member) : -1;
	const struct uuid *members;
	size_t n = batch_members_of(&b->leads[lead], &members);
	if (!b->has_undo) {
		err_at(&x->err, ST_NOT_FOUND, "merge_not_found", at, "There is no such merge.");
		return ST_OK;
	}
	bool ours = among(members, n, &b->undo.member) || among(members, n, &b->undo.lead_id);
	if (!ours || (b->undo.undone_at == INSTANT_NEVER && (top < 0 || batch_root(b, top) != lead))) {
		err_at(&x->err, ST_NOT_FOUND, "merge_not_found", at, "It is no merge of this lead.");
		return ST_OK;
	}
	x->duplicate = b->undo.undone_at != INSTANT_NEVER;
	if (x->duplicate)
		return ST_OK;
	/* Also when it was named by the one that leaves it. */
	x->under = lead;
	struct uuid *part = arena_array(b->arena, b->n_edges + 1, sizeof *part);
	return part ? split(b, lead, top, part, tree_of(b, &b->undo.member, part), e) : nomem(e);
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
		if (among(w->was, w->n_was, &w->members[i]))
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
