/* From commands to accounts: which of them commands may be about, read before they are placed; joining is batch_account_join.c's.
 *
 * Most batches join nobody: their leads have accounts, or nothing tells which. Else the accounts in question are read in one round trip before commands are placed, and held
 * against changes until the batch ends, so that a lead that joins has the newest of its account: whoever changes one waits, and then finds the lead among those to tell. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "batch_account_priv.h"

const char *const account_rank_names[] = {"", "email", "company", "reference", "hand"};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum rank rank_of(const char *by)
{
	for (int i = RANK_HAND; i > RANK_NONE; i--)
		if (!strcmp(account_rank_names[i], by))
			return (enum rank)i;
	return RANK_NONE;
}

static const char *company_domain(const struct account_settings *s, const struct command *c)
{
	const char *host = c->patch ? json_string_value(json_object_get(json_object_get(c->patch, "company"), "domain")) : NULL;
	return host ? account_domain(s, host) : NULL;
}

static const char *email_domain(const struct account_settings *s, const struct command *c)
{
	for (size_t i = 0; i < c->n_identities; i++)
		if (!strcmp(c->identities[i].kind, "email")) {
			const char *at = strrchr(c->identities[i].value, '@');
			return at ? account_domain(s, at + 1) : NULL;
		}
	return NULL;
}

bool account_wishes(const struct account_settings *s, const struct command *c, enum rank rank, struct wish *ret)
{
	const char *company, *email;
	/* A row of an export has its joinings beside it. */
	if (c->kind != COMMAND_EVENT || c->stored)
		return false;
	if (c->account && (c->account->by_hand || rank != RANK_HAND)) {
		*ret = (struct wish){.rank = c->account->by_hand ? RANK_HAND : RANK_REFERENCE, .ref = c->account, .domain = c->account->domain};
		/* An account that is only now told by its external id may be known by its domain already. */
		if (!c->account->by_id && !c->account->by_hand) {
			if (ret->domain)
				ret->domain = account_domain(s, ret->domain);
			if (!ret->domain && s->join && !(ret->domain = company_domain(s, c)))
				ret->domain = email_domain(s, c);
		}
		return true;
	}
	if (s->join && rank <= RANK_COMPANY && (company = company_domain(s, c))) {
		*ret = (struct wish){.rank = RANK_COMPANY, .domain = company};
		return true;
	}
	if (s->join && rank == RANK_NONE && (email = email_domain(s, c))) {
		*ret = (struct wish){.rank = RANK_EMAIL, .domain = email};
		return true;
	}
	return false;
}

static int by_lead_id(const void *key, const void *lead)
{
	return uuid_cmp(key, &((const struct work_lead *)lead)->id);
}

/* Before leads are placed: of the lead that the command is likely to be about. Asking for more than is needed does no harm. */
static enum rank likely_rank(struct batch *b, const struct command *c)
{
	enum rank least = RANK_HAND;
	const struct work_lead *named = c->by_id ? bsearch(&c->lead_id, b->leads, b->rows.n_leads, sizeof *b->leads, by_lead_id) : NULL;
	bool known = named != NULL;
	if (named)
		least = (enum rank)named->account_rank;
	for (size_t k = 0; k < c->n_identities; k++) {
		int32_t lead = batch_slot(b, &c->identities[k].key)->lead;
		if (lead >= 0 && (!known || b->leads[lead].account_rank < (int)least))
			least = (enum rank)b->leads[lead].account_rank;
		known |= lead >= 0;
	}
	return known ? least : RANK_NONE;
}

static int by_uuid(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

static void want_key(struct batch_accounts *x, const char *kind, const char *value)
{
	if (value)
		x->keys[x->n_keys++] = account_key(kind, value);
}

enum status batch_accounts_read(struct batch *b, struct err *e)
{
	struct batch_accounts *x = arena_zalloc(b->arena, sizeof *x);
	if (!x || !account_settings_read(b->arena, b->settings.accounts, &x->settings))
		return nomem(e);
	for (size_t i = 0; i < b->rows.n_leads; i++) {
		/* What has been merged is in the account of the lead that it is part of. */
		const struct batch_lead *row = &b->rows.leads[i];
		if (row->merged)
			row = b->leads[batch_lead_by_id(b, &row->root)].row;
		b->leads[i].account_id = row->account_id;
		b->leads[i].account_rank = rank_of(row->account_by);
	}
	size_t wanted = 0;
	for (size_t i = 0; i < b->n; i++) {
		struct wish wish;
		const struct command *c = b->entries[i].command;
		if (!(c->account || c->patch || c->n_identities) || !account_wishes(&x->settings, c, likely_rank(b, c), &wish))
			continue;
		if (!x->keys) {
			x->keys = arena_array(b->arena, 2 * (b->n - i) + 1, sizeof *x->keys);
			x->ids = arena_array(b->arena, b->n - i + 1, sizeof *x->ids);
			if (!x->keys || !x->ids)
				return nomem(e);
		}
		wanted++;
		if (wish.ref && wish.ref->by_id)
			x->ids[x->n_ids++] = wish.ref->id;
		if (wish.ref && wish.ref->kind)
			want_key(x, wish.ref->kind, wish.ref->value);
		want_key(x, "domain", wish.domain);
		x->exclusive |= wish.ref && wish.ref->traits;
	}
	if (!wanted)
		return ST_OK;
	qsort(x->keys, x->n_keys, sizeof *x->keys, by_uuid);
	size_t unique = 0;
	for (size_t i = 0; i < x->n_keys; i++)
		if (!i || uuid_cmp(&x->keys[i - 1], &x->keys[i]) != 0)
			x->keys[unique++] = x->keys[i];
	x->n_keys = unique;
	struct batch_account_rows rows;
	enum status s = store_batch_accounts(b->db, &b->workspace, x->keys, x->n_keys, x->ids, x->n_ids, x->exclusive, b->arena, &rows, e);
	if (s != ST_OK)
		return s;
	x->list = arena_array(b->arena, rows.n + wanted + 1, sizeof *x->list);
	x->new_keys = arena_array(b->arena, 2 * wanted + 1, sizeof *x->new_keys);
	if (!x->list || !x->new_keys)
		return nomem(e);
	for (; x->n < rows.n; x->n++) {
		const struct batch_account *a = &rows.accounts[x->n];
		x->list[x->n] = (struct work_account){.id = a->id, .version = a->version, .profile = a->profile, .kinds = a->kinds, .n_kinds = a->n_kinds};
	}
	x->n_stored = x->n;
	x->of_key = rows.of_key;
	b->accounts = x;
	return ST_OK;
}

int32_t account_stored(const struct batch_accounts *x, const struct uuid *id)
{
	for (size_t i = 0; i < x->n_stored; i++)
		if (!uuid_cmp(&x->list[i].id, id))
			return (int32_t)i;
	return -1;
}

void batch_account_check(const struct batch *b, struct entry *x)
{
	const struct account_ref *ref = x->command->account;
	if (x->err.status == ST_OK && ref && ref->by_id && account_stored(b->accounts, &ref->id) < 0 && account_wishes(&b->accounts->settings, x->command, RANK_NONE, &(struct wish){0}))
		err_set(&x->err, ST_NOT_FOUND, "account_not_found", "There is no account with this id.");
}
