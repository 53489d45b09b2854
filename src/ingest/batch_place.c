/* From commands to leads: which lead each is about, by what it names it by.
 *
 * An identity of a person (strong) or of a browser or device (weak) leads to the lead that has it, and on to what that one has been merged into. The rules are those of
 * docs/identity.md. They are applied in memory, from the start each time something has to be read first. */
#include <string.h>

#include "batch_priv.h"

static bool has_kind(struct batch *b, int32_t lead, bool any_strong, const char *kind)
{
	struct work_lead *w = &b->leads[lead];
	for (size_t i = 0; i < b->n_new_identities; i++) {
		const char *k = b->new_identities[i].kind;
		if (batch_root(b, b->new_identity_of[i]) == lead && (any_strong ? identity_kind_strong(k) : !strcmp(k, kind)))
			return true;
	}
	if (!w->row)
		return false;
	if (!w->kinds_known) {
		w->want_kinds = b->need_kinds = true;
		return true;
	}
	for (size_t i = 0; i < w->n_kinds; i++)
		if (any_strong ? identity_kind_strong(w->kinds[i]) : !strcmp(w->kinds[i], kind))
			return true;
	return false;
}

static bool weak_only(struct batch *b, int32_t lead)
{
	return !has_kind(b, lead, true, NULL);
}

/* Whether the command names a person that cannot be this lead: by an identity that nobody has, of a kind of which the lead has another. Of a shared device the
 * second person is not the first. */
static bool clashes(struct batch *b, int32_t lead, const struct command *c)
{
	for (size_t k = 0; k < c->n_identities; k++)
		if (identity_strong(&c->identities[k]) && batch_slot(b, &c->identities[k].key)->lead < 0 && has_kind(b, lead, false, c->identities[k].kind))
			return true;
	return false;
}

/* What a person has parted is not joined again without one. */
static bool parted(const struct batch *b, int32_t x, int32_t y)
{
	for (size_t i = 0; i < b->n_parted; i++) {
		int32_t l = batch_root(b, b->parted[i][0]), m = batch_root(b, b->parted[i][1]);
		if ((l == x && m == y) || (l == y && m == x))
			return true;
	}
	return false;
}

static const char *conflict_reason(const char *kind)
{
	return !strcmp(kind, "phone") ? "same_phone" : !strcmp(kind, "email") ? "same_email" : "conflicting_identity";
}

/* A lead that this batch makes under the id that its exported rows name. They stand together, so the newest is looked at first. */
static int32_t made_by_id(const struct batch *b, const struct uuid *id)
{
	for (size_t i = b->n_leads; i > b->rows.n_leads; i--)
		if (!uuid_cmp(&b->leads[i - 1].id, id))
			return (int32_t)i - 1;
	return -1;
}

/* The lead by id, or of the strongest identity that somebody has: x->under, -1: there is none. Two strong identities of different leads are never joined here: that is a
 * person's decision. */
static enum status by_strong(struct batch *b, struct entry *x, struct err *e)
{
	const struct command *c = x->command;
	if (c->by_id)
		x->under = batch_lead_by_id(b, &c->lead_id);
	if (c->by_id && x->under < 0 && c->stored)
		x->under = made_by_id(b, &c->lead_id);
	if (c->by_id && x->under < 0 && !c->stored) {
		err_set(&x->err, ST_NOT_FOUND, "lead_not_found", "There is no lead with this id.");
		return ST_OK;
	}
	enum status s = ST_OK;
	for (size_t k = 0; s == ST_OK && k < c->n_identities; k++) {
		int32_t has = identity_strong(&c->identities[k]) ? batch_slot(b, &c->identities[k].key)->lead : -1;
		if (has < 0)
			continue;
		if (x->under < 0 && !c->stored) {
			x->under = has;
		} else if (x->under >= 0 && batch_root(b, has) == batch_root(b, x->under)) {
			continue;
		} else if (c->lenient && !c->stored) {
			s = batch_pair_up(b, batch_root(b, x->under), batch_root(b, has), conflict_reason(c->identities[k].kind), e);
		} else {
			err_set(&x->err, ST_CONFLICT, "identity_conflict", "The identity of kind %s belongs to another lead than the others named here.", c->identities[k].kind);
			return ST_OK;
		}
	}
	return s;
}

static enum status join_by_name(struct batch *b, int32_t lead, int32_t member, int32_t entry, struct err *e)
{
	const struct work_join j = {.lead = lead, .member = member, .named = lead, .id = uuid_v7(b->now), .at = b->now, .entry = entry, .cause = "identity", .author = "", .reason = ""};
	return batch_join(b, &j, e);
}

/* Another lead that the command's browser or device has. */
static enum status meet(struct batch *b, struct entry *x, int32_t other, struct err *e)
{
	const struct command *c = x->command;
	int32_t lead = batch_root(b, x->under), i = (int32_t)(x - b->entries);
	if (weak_only(b, other))
		return parted(b, lead, other) ? ST_OK : join_by_name(b, lead, other, i, e);
	if (!c->by_id && weak_only(b, lead) && !clashes(b, other, c))
		return parted(b, lead, other) ? ST_OK : join_by_name(b, other, lead, i, e);
	return parted(b, lead, other) ? ST_OK : batch_pair_up(b, lead, other, "same_device", e);
}

static enum status by_weak(struct batch *b, struct entry *x, int32_t aside[COMMAND_IDENTITIES_MAX], size_t *n_aside, struct err *e)
{
	const struct command *c = x->command;
	enum status s = ST_OK;
	for (size_t k = 0; s == ST_OK && k < c->n_identities; k++) {
		int32_t has = identity_strong(&c->identities[k]) ? -1 : batch_slot(b, &c->identities[k].key)->lead;
		if (has < 0 || (x->under >= 0 && batch_root(b, has) == batch_root(b, x->under)))
			continue;
		if (x->under >= 0)
			s = meet(b, x, batch_root(b, has), e);
		else if (clashes(b, batch_root(b, has), c))
			aside[(*n_aside)++] = batch_root(b, has);
		else
			x->under = has;
	}
	return s;
}

static void attach(struct batch *b, struct entry *x)
{
	for (size_t k = 0; k < x->command->n_identities; k++) {
		const struct identity *i = &x->command->identities[k];
		struct key_slot *slot = batch_slot(b, &i->key);
		if (slot->lead >= 0)
			continue;
		slot->lead = x->under;
		b->new_identity_of[b->n_new_identities] = x->under;
		b->new_identities[b->n_new_identities++] = (struct batch_identity){.key = i->key, .kind = i->kind, .value = i->value};
	}
}

static void make_lead(struct batch *b, struct entry *x)
{
	x->under = (int32_t)b->n_leads++;
	/* Lists take leads in order of their ids for the order in which they were made; ids of two lanes may be a millisecond ahead of their clocks. */
	struct uuid id = x->command->stored ? x->command->lead_id : uuid_v7(b->now);
	b->leads[x->under] = (struct work_lead){.id = id, .root = x->under, .first = -1, .last = -1, .created_at = uuid_v7_time(&id)};
	x->created = true;
}

static enum status place_merge(struct batch *b, struct entry *x, struct err *e)
{
	const struct command *c = x->command;
	int32_t lead = batch_root(b, x->under), member = batch_lead_by_id(b, &c->other_id);
	if (member < 0) {
		err_at(&x->err, ST_NOT_FOUND, "lead_not_found", c->cause ? "/properties/member" : "/other", "There is no lead with this id.");
		return ST_OK;
	}
	int32_t other = batch_root(b, member);
	if (c->has_duplicate) {
		/* The pair is b->extra[0] and other_id. */
		int32_t first = batch_root(b, batch_lead_by_id(b, &b->extra[0]));
		if (lead != first && lead != other) {
			err_at(&x->err, ST_INVALID, "field_invalid", "/keep", "It is none of the two leads of this pair.");
			return ST_OK;
		}
		other = lead == first ? other : first;
	}
	/* One of an export that was made here, and perhaps undone since, is not made again. */
	x->duplicate = lead == other || (c->cause && batch_knows_merge(b, &c->merge_id));
	if (x->duplicate)
		return ST_OK;
	if (c->cause && member != other) {
		err_at(&x->err, ST_CONFLICT, "lead_merged", "/properties/member", "This lead has been merged into another one than the row says.");
		return ST_OK;
	}
	const struct work_join j = {.lead = lead, .member = other, .named = c->cause ? x->under : lead, .id = c->cause ? c->merge_id : uuid_v7(b->now), .at = c->cause ? c->at : b->now,
		.entry = (int32_t)(x - b->entries), .cause = c->cause ? c->cause : "person", .author = c->author, .reason = c->reason ? c->reason : ""};
	return batch_join(b, &j, e);
}

static enum status place_one(struct batch *b, struct entry *x, struct err *e)
{
	const struct command *c = x->command;
	int32_t aside[COMMAND_IDENTITIES_MAX];
	size_t n_aside = 0;
	enum status s = by_strong(b, x, e);
	if (s == ST_OK && b->accounts)
		batch_account_check(b, x);
	if (s == ST_OK && c->move && x->err.status == ST_OK)
		batch_handoff_check(b, x);
	if (s != ST_OK || x->err.status != ST_OK)
		return s;
	if (c->if_version >= 0) {
		const struct work_lead *w = x->under >= 0 ? &b->leads[batch_root(b, x->under)] : NULL;
		if (!w || c->if_version != w->version || w->taken) {
			err_set(&x->err, ST_CONFLICT, "version_mismatch", "The lead was changed meanwhile; it is not at version %lld.", (long long)c->if_version);
			return ST_OK;
		}
	}
	if (c->kind == COMMAND_MERGE)
		s = place_merge(b, x, e);
	else if (c->kind == COMMAND_UNMERGE)
		s = batch_part(b, x, e);
	else if (!c->stored)
		s = by_weak(b, x, aside, &n_aside, e);
	if (s != ST_OK || x->err.status != ST_OK)
		return s;
	if (x->under < 0) {
		if (c->kind != COMMAND_EVENT || (!c->n_identities && !c->stored)) {
			err_set(&x->err, ST_NOT_FOUND, "lead_not_found", "There is no such lead.");
			return ST_OK;
		}
		make_lead(b, x);
	}
	attach(b, x);
	if (c->stored) {
		x->flag = c->stored_flag;
		x->void_reason = c->voided_at == INSTANT_NEVER ? NULL : c->reason ? c->reason : "";
	}
	b->leads[batch_root(b, x->under)].taken = true;
	for (size_t i = 0; s == ST_OK && i < n_aside; i++)
		s = batch_pair_up(b, batch_root(b, x->under), aside[i], "same_device", e);
	return s;
}

/* As it was read. */
static void begin(struct batch *b)
{
	b->n_leads = b->rows.n_leads;
	batch_handoffs_begin(b);
	b->n_new_identities = b->n_joins = b->n_pairs = 0;
	for (size_t i = 0; i < b->n_leads; i++) {
		const struct batch_lead *row = &b->rows.leads[i];
		struct work_lead *w = &b->leads[i];
		*w = (struct work_lead){.id = row->id, .row = row, .root = row->merged ? batch_lead_by_id(b, &row->root) : (int32_t)i, .first = -1, .last = -1,
			.version = row->version, .created_at = row->created_at, .has_handoff = row->has_handoff, .handoff_id = row->handoff_id, .handoff_state = row->handoff_state,
			.account_id = w->account_id, .account_rank = w->account_rank, .want_kinds = w->want_kinds, .kinds_known = w->kinds_known, .kinds = w->kinds, .n_kinds = w->n_kinds};
	}
	for (size_t i = 0; i < b->n_slots; i++)
		if (!uuid_is_nil(&b->slots[i].key))
			b->slots[i].lead = b->slots[i].stored;
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		x->lead = x->under = x->next = -1;
		x->duplicate = x->created = x->stored = x->released = x->told = x->copied = false;
		x->n_awards = x->n_transitions = 0;
		x->flag = x->void_reason = NULL;
		x->received_at = x->command->received_at;
		err_clear(&x->err);
	}
}

static enum status list_members(struct batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n_members;) {
		size_t n = 1;
		while (i + n < b->n_members && !uuid_cmp(&b->members[i].root, &b->members[i + n].root))
			n++;
		int32_t root = batch_lead_by_id(b, &b->members[i].root);
		struct uuid *list = arena_array(b->arena, n + 1, sizeof *list);
		if (!list || root < 0)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		list[0] = b->members[i].root;
		for (size_t k = 0; k < n; k++)
			list[k + 1] = b->members[i + k].id;
		b->leads[root].members = list;
		b->leads[root].n_members = n + 1;
		i += n;
	}
	return ST_OK;
}

/* Each lead's entries in the order of their arrival. */
static void chain(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct entry *x = &b->entries[i];
		if (x->err.status != ST_OK)
			continue;
		x->created &= !b->leads[x->under].dissolved;
		x->under = batch_home(b, x->under);
		x->lead = batch_root(b, x->under);
		struct work_lead *w = &b->leads[x->lead];
		if (w->first < 0)
			w->first = (int32_t)i;
		else
			b->entries[w->last].next = (int32_t)i;
		w->last = (int32_t)i;
	}
	for (size_t i = 0; i < b->n_new_identities; i++)
		b->new_identities[i].lead_id = b->leads[batch_home(b, b->new_identity_of[i])].id;
}

enum status batch_place(struct batch *b, struct err *e)
{
	begin(b);
	enum status s = list_members(b, e);
	for (size_t i = 0; s == ST_OK && i < b->n; i++)
		s = place_one(b, &b->entries[i], e);
	if (s == ST_OK)
		chain(b);
	return s;
}
