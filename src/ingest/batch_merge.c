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

bool batch_among(const struct uuid *ids, size_t n, const struct uuid *id)
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

/* `part` leaves the lead. */
static enum status split(struct batch *b, int32_t lead, int32_t top, const struct uuid *part, size_t n_part, struct err *e)
{
	struct work_lead *w = &b->leads[lead], *p = &b->leads[top];
	struct uuid *rest = arena_array(b->arena, w->n_members + 1, sizeof *rest);
	size_t n = 0;
	if (!rest)
		return nomem(e);
	for (size_t i = 0; i < w->n_members; i++)
		if (!batch_among(part, n_part, &w->members[i]))
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
	bool ours = batch_among(members, n, &b->undo.member) || batch_among(members, n, &b->undo.lead_id);
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
