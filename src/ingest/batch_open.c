/* Opening a batch: its leads are resolved and locked, and its commands placed on them.
 *
 * Rows are locked by one statement, in id order, so that batches never wait for each other in a circle. What else must be locked is known only when rows have been
 * read: the lead that one of them has been merged into, the members of one that is merged now. Then the transaction is given up and begun again with those named too. */
#include <stdlib.h>
#include <string.h>

#include "batch_priv.h"
#include "store/duplicate.h"

/* Each time something may have been merged or parted meanwhile. */
#define OPENINGS_MAX 6

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

struct key_slot *batch_slot(struct batch *b, const struct uuid *key)
{
	uint64_t h;
	memcpy(&h, key->b + 8, sizeof h);
	for (size_t i = h & (b->n_slots - 1);; i = (i + 1) & (b->n_slots - 1))
		if (uuid_is_nil(&b->slots[i].key) || !uuid_cmp(&b->slots[i].key, key))
			return &b->slots[i];
}

/* Rows are in id order. */
int32_t batch_lead_by_id(const struct batch *b, const struct uuid *id)
{
	size_t lo = 0, hi = b->rows.n_leads;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = uuid_cmp(&b->leads[mid].id, id);
		if (!c)
			return (int32_t)mid;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return -1;
}

enum status batch_want_lead(struct batch *b, const struct uuid *id, struct err *e)
{
	if (b->n_extra == b->extra_cap) {
		size_t cap = 2 * b->extra_cap + 16;
		struct uuid *more = arena_array(b->arena, cap, sizeof *more);
		if (!more)
			return nomem(e);
		if (b->n_extra)
			memcpy(more, b->extra, b->n_extra * sizeof *more);
		b->extra = more;
		b->extra_cap = cap;
	}
	b->extra[b->n_extra++] = *id;
	return ST_OK;
}

static int by_id(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

/* The leads named by id and those wanted besides, each once. */
static enum status gather_ids(struct batch *b, struct uuid **ret, size_t *ret_n, struct err *e)
{
	struct uuid *ids = arena_array(b->arena, 2 * b->n + b->n_extra + 1, sizeof *ids);
	size_t n = 0, unique = 0;
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < b->n; i++) {
		const struct command *c = b->entries[i].command;
		if (c->by_id && !uuid_is_nil(&c->lead_id))
			ids[n++] = c->lead_id;
		if (!uuid_is_nil(&c->other_id))
			ids[n++] = c->other_id;
	}
	for (size_t i = 0; i < b->n_extra; i++)
		ids[n++] = b->extra[i];
	qsort(ids, n, sizeof *ids, by_id);
	for (size_t i = 0; i < n; i++)
		if (!unique || uuid_cmp(&ids[unique - 1], &ids[i]) != 0)
			ids[unique++] = ids[i];
	*ret = ids;
	*ret_n = unique;
	return ST_OK;
}

/* The identities named, each once, in slots. */
static enum status gather_keys(struct batch *b, struct uuid **ret, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += b->entries[i].command->n_identities;
	b->n_slots = 16;
	while (b->n_slots < 2 * n + 2)
		b->n_slots *= 2;
	b->slots = arena_array(b->arena, b->n_slots, sizeof *b->slots);
	struct uuid *keys = arena_array(b->arena, n + 1, sizeof *keys);
	b->new_identities = arena_array(b->arena, n + 1, sizeof *b->new_identities);
	b->new_identity_of = arena_array(b->arena, n + 1, sizeof *b->new_identity_of);
	if (!b->slots || !keys || !b->new_identities || !b->new_identity_of)
		return nomem(e);
	n = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct command *c = b->entries[i].command;
		for (size_t k = 0; k < c->n_identities; k++) {
			struct key_slot *slot = batch_slot(b, &c->identities[k].key);
			if (!uuid_is_nil(&slot->key))
				continue;
			slot->key = c->identities[k].key;
			keys[n++] = slot->key;
		}
	}
	*ret = keys;
	*ret_n = n;
	return ST_OK;
}

static enum status take_rows(struct batch *b, const struct uuid *keys, size_t n_keys, struct err *e)
{
	b->leads = arena_array(b->arena, b->rows.n_leads + b->n + 1, sizeof *b->leads);
	if (!b->leads)
		return nomem(e);
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		const struct batch_lead *row = &b->rows.leads[i];
		b->leads[i] = (struct work_lead){.id = row->id, .row = row};
		b->saw_merged |= row->merged || row->has_members;
	}
	for (size_t i = 0; i < n_keys; i++)
		batch_slot(b, &keys[i])->stored = batch_slot(b, &keys[i])->lead = b->rows.lead_of_key[i];
	return ST_OK;
}

/* Whether the leads are all there that rows have been merged into; else they are wanted. */
static enum status have_roots(struct batch *b, bool *ret, struct err *e)
{
	enum status s = ST_OK;
	*ret = true;
	for (size_t i = 0; s == ST_OK && i < b->rows.n_leads; i++)
		if (b->rows.leads[i].merged && batch_lead_by_id(b, &b->rows.leads[i].root) < 0) {
			s = batch_want_lead(b, &b->rows.leads[i].root, e);
			*ret = false;
		}
	return s;
}

static enum status read_members(struct batch *b, struct err *e)
{
	struct uuid *roots = NULL;
	size_t n = 0;
	b->n_members = 0;
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		if (!b->rows.leads[i].has_members)
			continue;
		if (!roots && !(roots = arena_array(b->arena, b->rows.n_leads, sizeof *roots)))
			return nomem(e);
		roots[n++] = b->rows.leads[i].id;
	}
	return n ? store_merge_members(b->db, &b->workspace, roots, n, b->arena, &b->members, &b->n_members, e) : ST_OK;
}

/* The lead, as stored, that an id is part of; -1: none of those read. */
static int32_t stored_root(const struct batch *b, const struct uuid *id)
{
	int32_t i = batch_lead_by_id(b, id);
	if (i >= 0)
		return b->rows.leads[i].merged ? batch_lead_by_id(b, &b->rows.leads[i].root) : i;
	for (size_t k = 0; k < b->n_members; k++)
		if (!uuid_cmp(&b->members[k].id, id))
			return batch_lead_by_id(b, &b->members[k].root);
	return -1;
}

static enum status take_facts(struct batch *b, const struct merge_facts *f, struct err *e)
{
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		struct work_lead *w = &b->leads[i];
		w->n_kinds = 0;
		if (w->kinds_known && !(w->kinds = arena_array(b->arena, f->n_kinds + 1, sizeof(*w->kinds))))
			return nomem(e);
	}
	for (size_t i = 0; i < f->n_kinds; i++) {
		int32_t root = stored_root(b, &f->kinds[i].lead_id);
		if (root >= 0 && b->leads[root].kinds_known)
			b->leads[root].kinds[b->leads[root].n_kinds++] = f->kinds[i].kind;
	}
	b->parted = arena_array(b->arena, f->n_undone + 1, sizeof(*b->parted));
	if (!b->parted)
		return nomem(e);
	b->n_parted = 0;
	for (size_t i = 0; i < f->n_undone; i++) {
		int32_t pair[] = {stored_root(b, &f->undone[i].lead_id), stored_root(b, &f->undone[i].member)};
		if (pair[0] >= 0 && pair[1] >= 0)
			memcpy(b->parted[b->n_parted++], pair, sizeof pair);
	}
	return ST_OK;
}

/* What decides who may be joined, of the leads that placing stumbled over. */
static enum status read_facts(struct batch *b, struct err *e)
{
	struct uuid *ids = arena_array(b->arena, b->rows.n_leads + b->n_members + 1, sizeof *ids);
	struct merge_facts facts;
	size_t n = 0;
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		b->leads[i].kinds_known |= b->leads[i].want_kinds;
		if (b->leads[i].kinds_known)
			ids[n++] = b->leads[i].id;
	}
	for (size_t k = 0; k < b->n_members; k++)
		if (b->leads[batch_lead_by_id(b, &b->members[k].root)].kinds_known)
			ids[n++] = b->members[k].id;
	enum status s = store_merge_facts(b->db, &b->workspace, ids, n, b->arena, &facts, e);
	return s == ST_OK ? take_facts(b, &facts, e) : s;
}

static enum status place(struct batch *b, struct err *e)
{
	enum status s;
	do {
		b->need_kinds = false;
		s = batch_place(b, e);
		if (s == ST_OK && b->need_kinds)
			s = read_facts(b, e);
	} while (s == ST_OK && b->need_kinds);
	return s;
}

/* The pair of the review list that is to be merged; its leads never change. */
static enum status read_pair(struct batch *b, struct err *e)
{
	struct command *c = b->n == 1 ? b->entries[0].command : NULL;
	if (!c || c->kind != COMMAND_MERGE || !c->has_duplicate)
		return ST_OK;
	struct uuid first, second;
	enum status s = store_duplicate_leads(b->db, &b->workspace, &c->duplicate_id, &first, &second, e);
	if (s != ST_OK)
		return s;
	if (uuid_is_nil(&c->lead_id))
		c->lead_id = first;
	/* Which of them the one that survives belongs to is seen when all three are there. */
	c->other_id = second;
	return batch_want_lead(b, &first, e);
}

enum status batch_open(struct batch *b, struct err *e)
{
	struct uuid *keys = NULL, *ids = NULL;
	size_t n_keys = 0, n_ids = 0;
	enum status s = read_pair(b, e);
	if (s == ST_OK)
		s = gather_keys(b, &keys, &n_keys, e);
	for (int i = 0; s == ST_OK && i < OPENINGS_MAX; i++) {
		size_t before = b->n_extra;
		bool whole = true;
		b->accounts = NULL;
		s = gather_ids(b, &ids, &n_ids, e);
		if (s == ST_OK)
			s = store_batch_open(b->db, &b->workspace, keys, n_keys, ids, n_ids, b->wants, b->arena, &b->settings, &b->rows, e);
		if (s != ST_OK || !b->settings.exists)
			return s;
		s = take_rows(b, keys, n_keys, e);
		if (s == ST_OK)
			s = have_roots(b, &whole, e);
		if (s == ST_OK && whole)
			s = read_members(b, e);
		if (s == ST_OK && whole)
			s = batch_plan_undo(b, e);
		if (s == ST_OK && whole && b->n_extra == before)
			s = batch_known_merges(b, e);
		if (s == ST_OK && whole && b->n_extra == before)
			s = batch_accounts_read(b, e);
		if (s == ST_OK && whole && b->n_extra == before)
			s = batch_handoffs_read(b, e);
		if (s == ST_OK && whole && b->n_extra == before)
			s = place(b, e);
		if (s == ST_OK && b->n_extra == before)
			return ST_OK;
		db_rollback(b->db);
	}
	return s == ST_OK ? err_set(e, ST_BUSY, "contention", "Leads are merged and parted faster than this can follow; try again.") : s;
}
