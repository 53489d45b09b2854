/* From commands to leads: resolve identities, create leads, refuse what clashes. */
#include <string.h>

#include "batch_priv.h"

struct key_slot *batch_slot(struct batch *b, const struct uuid *key)
{
	uint64_t h;
	memcpy(&h, key->b + 8, sizeof h);
	for (size_t i = h & (b->n_slots - 1);; i = (i + 1) & (b->n_slots - 1))
		if (uuid_is_nil(&b->slots[i].key) || !uuid_cmp(&b->slots[i].key, key))
			return &b->slots[i];
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status batch_open(struct batch *b, struct err *e)
{
	size_t n_keys = 0, n_ids = 0;
	for (size_t i = 0; i < b->n; i++) {
		n_keys += b->entries[i].command->n_identities;
		n_ids += b->entries[i].command->by_id;
	}
	b->n_slots = 16;
	while (b->n_slots < 2 * n_keys + 2)
		b->n_slots *= 2;
	b->slots = arena_array(b->arena, b->n_slots, sizeof *b->slots);
	struct uuid *keys = arena_array(b->arena, n_keys + 1, sizeof *keys), *ids = arena_array(b->arena, n_ids + 1, sizeof *ids);
	if (!b->slots || !keys || !ids)
		return nomem(e);
	n_keys = n_ids = 0;
	for (size_t i = 0; i < b->n; i++) {
		const struct command *c = b->entries[i].command;
		if (c->by_id)
			ids[n_ids++] = c->lead_id;
		for (size_t k = 0; k < c->n_identities; k++) {
			struct key_slot *slot = batch_slot(b, &c->identities[k].key);
			if (!uuid_is_nil(&slot->key))
				continue;
			*slot = (struct key_slot){.key = c->identities[k].key, .lead = -1};
			keys[n_keys++] = slot->key;
		}
	}
	/* One id named by several commands would give several rows; they are few, so the list is made unique the simple way. */
	size_t unique = 0;
	for (size_t i = 0; i < n_ids; i++) {
		bool again = false;
		for (size_t k = 0; k < unique && !again; k++)
			again = !uuid_cmp(&ids[k], &ids[i]);
		if (!again)
			ids[unique++] = ids[i];
	}
	enum status s = store_batch_open(b->db, &b->workspace, keys, n_keys, ids, unique, b->want_scores, b->arena, &b->settings, &b->rows, e);
	if (s != ST_OK)
		return s;
	b->leads = arena_array(b->arena, b->rows.n_leads + b->n + 1, sizeof *b->leads);
	b->new_identities = arena_array(b->arena, n_keys + 1, sizeof *b->new_identities);
	if (!b->leads || !b->new_identities)
		return nomem(e);
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		const struct batch_lead *row = &b->rows.leads[i];
		b->leads[i] = (struct work_lead){.id = row->id, .row = row, .first = -1, .last = -1, .version = row->version, .created_at = row->created_at,
			.has_handoff = row->has_handoff, .handoff_id = row->handoff_id, .handoff_state = row->handoff_state};
	}
	b->n_leads = b->rows.n_leads;
	for (size_t i = 0; i < n_keys; i++) {
		if (b->rows.lead_of_key[i] < 0)
			continue;
		struct key_slot *slot = batch_slot(b, &keys[i]);
		slot->lead = b->rows.lead_of_key[i];
		slot->stored = true;
	}
	return ST_OK;
}

/* Rows are in id order. */
static int32_t lead_by_id(const struct batch *b, const struct uuid *id)
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

/* A lead that this batch makes under the id that its exported rows name. They stand together, so the newest is looked at first. */
static int32_t made_by_id(const struct batch *b, const struct uuid *id)
{
	for (size_t i = b->n_leads; i > b->rows.n_leads; i--)
		if (!uuid_cmp(&b->leads[i - 1].id, id))
			return (int32_t)i - 1;
	return -1;
}

/* Which lead a command is about: by id, or the lead of its strongest known identity. Two strong identities of different leads are never joined
 * here: that is a person's decision (merge). */
static void resolve(struct batch *b, struct entry *x)
{
	const struct command *c = x->command;
	int32_t lead = -1;
	if (c->by_id) {
		lead = lead_by_id(b, &c->lead_id);
		if (lead < 0 && c->stored)
			lead = made_by_id(b, &c->lead_id);
		if (lead < 0 && !c->stored) {
			err_set(&x->err, ST_NOT_FOUND, "lead_not_found", "There is no lead with this id.");
			return;
		}
	}
	for (size_t k = 0; k < c->n_identities; k++) {
		int32_t has = batch_slot(b, &c->identities[k].key)->lead;
		if (has < 0 || has == lead)
			continue;
		if (lead < 0 && !c->stored) {
			lead = has;
		} else if (identity_strong(&c->identities[k])) {
			err_set(&x->err, ST_CONFLICT, "identity_conflict", "The identity of kind %s belongs to another lead than the others named here.", c->identities[k].kind);
			return;
		}
	}
	x->lead = lead;
}

static void attach(struct batch *b, struct entry *x, struct work_lead *w)
{
	for (size_t k = 0; k < x->command->n_identities; k++) {
		const struct identity *i = &x->command->identities[k];
		struct key_slot *slot = batch_slot(b, &i->key);
		if (slot->lead >= 0)
			continue;
		slot->lead = x->lead;
		b->new_identities[b->n_new_identities++] = (struct batch_identity){.key = i->key, .lead_id = w->id, .kind = i->kind, .value = i->value};
	}
}

void batch_place(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		const struct command *c = x->command;
		x->lead = x->next = -1;
		x->duplicate = x->created = x->stored = x->released = x->told = false;
		x->n_awards = x->n_transitions = 0;
		x->flag = x->void_reason = NULL;
		err_clear(&x->err);
		resolve(b, x);
		if (b->accounts)
			batch_account_check(b, x);
		if (x->err.status != ST_OK)
			continue;
		if (x->lead < 0) {
			if (c->kind != COMMAND_EVENT || (!c->n_identities && !c->stored)) {
				err_set(&x->err, ST_NOT_FOUND, "lead_not_found", "There is no such lead.");
				continue;
			}
			x->lead = (int32_t)b->n_leads++;
			/* Lists take leads in order of their ids for the order in which they were made; ids of two lanes may be a millisecond ahead of their clocks. */
			struct uuid id = c->stored ? c->lead_id : uuid_v7(b->now);
			b->leads[x->lead] = (struct work_lead){.id = id, .first = -1, .last = -1, .created_at = uuid_v7_time(&id)};
			x->created = true;
		}
		struct work_lead *w = &b->leads[x->lead];
		if (c->if_version >= 0 && (c->if_version != w->version || w->first >= 0)) {
			err_set(&x->err, ST_CONFLICT, "version_mismatch", "The lead was changed meanwhile; it is not at version %lld.", (long long)c->if_version);
			continue;
		}
		attach(b, x, w);
		if (c->stored) {
			x->flag = c->stored_flag;
			x->void_reason = c->voided_at == INSTANT_NEVER ? NULL : c->reason ? c->reason : "";
		}
		if (w->first < 0)
			w->first = (int32_t)i;
		else
			b->entries[w->last].next = (int32_t)i;
		w->last = (int32_t)i;
	}
}
