/* From commands to accounts: which of them a lead joins, and the events that say so.
 *
 * Most batches join nobody: their leads have accounts, or nothing tells which. Else the accounts in question are read in one round trip before commands are placed, and held
 * against changes until the batch ends, so that a lead that joins has the newest of its account: whoever changes one waits, and then finds the lead among those to tell.
 * A joining stands at the instant of the event that named the account, directly before it: that event's own rules see the account. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"

/* How firmly a lead is in its account, by leads.account_by. */
enum rank { RANK_NONE, RANK_EMAIL, RANK_COMPANY, RANK_REFERENCE, RANK_HAND };
static const char *const by_names[] = {"", "email", "company", "reference", "hand"};

struct work_account {
	struct uuid id;
	int64_t version;
	const char *profile;
	const char *const *kinds;     /* of the keys it had before this batch */
	size_t n_kinds;
	bool created, changed;
};

/* An account that a command names: by id, by an external id, by a domain, or by both of these. */
struct wish {
	enum rank rank;
	const struct account_ref *ref; /* NULL: by the lead's own domain */
	const char *domain;
};

struct batch_accounts {
	struct account_settings settings;
	struct uuid *keys, *ids;      /* keys: sorted, each once */
	size_t n_keys, n_ids;
	bool exclusive;               /* a command says something new of an account */
	int32_t *of_key;              /* index into list, or -1 */
	struct work_account *list;
	size_t n, n_stored;
	struct account_key_write *new_keys;
	size_t n_new_keys;
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum rank rank_of(const char *by)
{
	for (int i = RANK_HAND; i > RANK_NONE; i--)
		if (!strcmp(by_names[i], by))
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

/* What a command says of the account of a lead that is as firmly in one as `rank`. */
static bool wishes(const struct account_settings *s, const struct command *c, enum rank rank, struct wish *ret)
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
		if (!(c->account || c->patch || c->n_identities) || !wishes(&x->settings, c, likely_rank(b, c), &wish))
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

/* Rows are in id order. */
static int32_t account_by_id(const struct batch_accounts *x, const struct uuid *id)
{
	for (size_t i = 0; i < x->n_stored; i++)
		if (!uuid_cmp(&x->list[i].id, id))
			return (int32_t)i;
	return -1;
}

void batch_account_check(const struct batch *b, struct entry *x)
{
	const struct account_ref *ref = x->command->account;
	if (x->err.status == ST_OK && ref && ref->by_id && account_by_id(b->accounts, &ref->id) < 0 && wishes(&b->accounts->settings, x->command, RANK_NONE, &(struct wish){0}))
		err_set(&x->err, ST_NOT_FOUND, "account_not_found", "There is no account with this id.");
}

static int32_t *place_of_key(const struct batch_accounts *x, const char *kind, const char *value)
{
	struct uuid key = account_key(kind, value);
	const struct uuid *hit = bsearch(&key, x->keys, x->n_keys, sizeof *x->keys, by_uuid);
	return hit ? &x->of_key[hit - x->keys] : NULL;
}

static void give_key(struct batch_accounts *x, int32_t account, const char *kind, const char *value, int32_t *place)
{
	*place = account;
	x->new_keys[x->n_new_keys++] = (struct account_key_write){.key = account_key(kind, value), .account_id = x->list[account].id, .kind = kind, .value = value};
}

static bool has_kind(const struct batch_accounts *x, int32_t account, const char *kind)
{
	const struct work_account *a = &x->list[account];
	for (size_t i = 0; i < a->n_kinds; i++)
		if (!strcmp(a->kinds[i], kind))
			return true;
	for (size_t i = 0; i < x->n_new_keys; i++)
		if (!uuid_cmp(&x->new_keys[i].account_id, &a->id) && !strcmp(x->new_keys[i].kind, kind))
			return true;
	return false;
}

/* A new account says of itself what the command knows: its domain, and the company's name. */
static enum status create(struct batch *b, const struct wish *wish, const struct command *c, int32_t *ret, struct err *e)
{
	struct batch_accounts *x = b->accounts;
	const char *name = c->patch ? json_string_value(json_object_get(json_object_get(c->patch, "company"), "name")) : NULL;
	struct buf text = BUF_INIT;
	buf_putc(&text, '{');
	if (name) {
		buf_puts(&text, "\"name\":");
		buf_json_str(&text, name);
	}
	if (wish->domain) {
		buf_puts(&text, name ? ",\"domain\":" : "\"domain\":");
		buf_json_str(&text, wish->domain);
	}
	buf_putc(&text, '}');
	const char *profile = buf_ok(&text) ? arena_strndup(b->arena, text.data, text.len) : NULL;
	buf_free(&text);
	if (!profile)
		return nomem(e);
	x->list[x->n] = (struct work_account){.id = uuid_v7(b->now), .version = 1, .profile = profile, .created = true};
	*ret = (int32_t)x->n++;
	return ST_OK;
}

/* The account that is wished for, which is made when there is none yet. *ret -1: it was not read; the lead joins with its next event. */
static enum status find(struct batch *b, const struct wish *wish, const struct command *c, int32_t *ret, struct err *e)
{
	struct batch_accounts *x = b->accounts;
	const struct account_ref *ref = wish->ref;
	*ret = -1;
	if (ref && ref->by_id) {
		*ret = account_by_id(x, &ref->id);
		return ST_OK;
	}
	int32_t *external = ref && ref->kind ? place_of_key(x, ref->kind, ref->value) : NULL;
	int32_t *domain = wish->domain ? place_of_key(x, "domain", wish->domain) : NULL;
	if ((ref && ref->kind && !external) || (wish->domain && !domain))
		return ST_OK;
	if (external && *external >= 0) {
		*ret = *external;
		return ST_OK;
	}
	/* Two of one source are two, though they share a domain. */
	bool taken = domain && *domain >= 0 && external && has_kind(x, *domain, ref->kind);
	struct wish own = *wish;
	if (taken)
		own.domain = NULL;
	if (domain && *domain >= 0 && !taken) {
		*ret = *domain;
	} else {
		enum status s = create(b, &own, c, ret, e);
		if (s != ST_OK)
			return s;
		if (domain && !taken)
			give_key(x, *ret, "domain", wish->domain, domain);
	}
	if (external)
		give_key(x, *ret, ref->kind, ref->value, external);
	return ST_OK;
}

static enum status take_traits(struct batch *b, const struct account_ref *ref, int32_t account, struct err *e)
{
	struct work_account *a = &b->accounts->list[account];
	struct buf text = BUF_INIT;
	json_t *profile = json_loads(a->profile, 0, NULL), *patch = json_loads(ref->traits, 0, NULL);
	bool ok = profile && patch && json_merge_patch(profile, patch) && json_write(profile, false, &text) && buf_ok(&text);
	json_decref(profile);
	json_decref(patch);
	if (ok && strcmp(text.data, a->profile) != 0 && text.len <= ACCOUNT_BYTES_MAX) {
		ok = (a->profile = arena_strndup(b->arena, text.data, text.len)) != NULL;
		a->version += !a->created;
		a->changed = true;
	}
	buf_free(&text);
	int32_t *domain = ok && ref->domain && account_domain(&b->accounts->settings, ref->domain) ? place_of_key(b->accounts, "domain", account_domain(&b->accounts->settings, ref->domain)) : NULL;
	if (domain && *domain < 0)
		give_key(b->accounts, account, "domain", account_domain(&b->accounts->settings, ref->domain), domain);
	return ok ? ST_OK : nomem(e);
}

/* The key before: what stands directly before an event of the same instant. */
static struct uuid key_before(struct uuid key)
{
	for (size_t i = sizeof key.b; i > 0 && key.b[i - 1]-- == 0; i--)
		continue;
	return key;
}

static enum status add_event(struct batch *b, struct work_lead *w, struct entry *cause, const char *type, const char *properties, struct err *e)
{
	struct command *c = arena_zalloc(b->arena, sizeof *c);
	if (!c || !properties)
		return nomem(e);
	*c = (struct command){.kind = COMMAND_EVENT, .by_id = true, .lead_id = w->id, .event_key = key_before(cause->command->event_key), .at = cause->command->at,
		.at_now = cause->command->at_now, .received_at = cause->command->received_at, .type = type, .properties_text = properties, .if_version = -1};
	b->entries[w->last].next = (int32_t)b->n;
	w->last = (int32_t)b->n;
	b->entries[b->n++] = (struct entry){.command = c, .out = cause->out, .lead = cause->lead, .under = cause->under, .received_at = c->received_at, .next = -1, .cause = cause};
	return ST_OK;
}

static enum status join(struct batch *b, struct entry *x, const struct wish *wish, struct err *e)
{
	struct work_lead *w = &b->leads[x->lead];
	struct command *c = x->command;
	int32_t account;
	enum status s = find(b, wish, c, &account, e);
	if (s != ST_OK || account < 0)
		return s;
	int64_t before = b->accounts->list[account].version;
	if (wish->ref && wish->ref->traits)
		s = take_traits(b, wish->ref, account, e);
	if (s != ST_OK)
		return s;
	const struct work_account *a = &b->accounts->list[account];
	bool there = !uuid_cmp(&w->account_id, &a->id), firmer = (int)wish->rank > w->account_rank;
	w->account_id = a->id;
	w->account_rank = (int)wish->rank > w->account_rank || !there ? (int)wish->rank : w->account_rank;
	if (wish->ref && wish->ref->by_hand) {
		x->duplicate = there && !firmer;
		c->properties_text = account_properties(b->arena, &a->id, a->version, by_names[RANK_HAND], a->profile);
		return c->properties_text ? ST_OK : nomem(e);
	}
	/* To a lead that is there already only what is new is told; how it came there stays. */
	if (there)
		return a->version != before ? add_event(b, w, x, "account_changed", account_properties(b->arena, &a->id, a->version, NULL, a->profile), e) : ST_OK;
	return add_event(b, w, x, "account_joined", account_properties(b->arena, &a->id, a->version, by_names[wish->rank], a->profile), e);
}

enum status batch_accounts_join(struct batch *b, struct err *e)
{
	if (!b->accounts)
		return ST_OK;
	struct entry *entries = arena_array(b->arena, 2 * b->n + 1, sizeof *entries);
	if (!entries)
		return nomem(e);
	memcpy(entries, b->entries, b->n * sizeof *entries);
	b->entries = entries;
	enum status s = ST_OK;
	for (size_t i = 0, n = b->n; s == ST_OK && i < n; i++) {
		struct entry *x = &b->entries[i];
		struct wish wish;
		if (x->err.status == ST_OK && x->lead >= 0 && !x->void_reason && wishes(&b->accounts->settings, x->command, (enum rank)b->leads[x->lead].account_rank, &wish))
			s = join(b, x, &wish, e);
	}
	return s;
}

enum status batch_accounts_render(struct batch *b, struct err *e)
{
	struct batch_accounts *x = b->accounts;
	size_t n = 0;
	struct batch_account_change *changes = x ? arena_array(b->arena, x->n + 1, sizeof *changes) : NULL;
	if (x && !changes)
		return nomem(e);
	for (size_t i = 0; x && i < x->n; i++)
		if (x->list[i].created || x->list[i].changed)
			changes[n++] = (struct batch_account_change){x->list[i].id, x->list[i].created, x->list[i].version, x->list[i].profile};
	if (x) {
		b->write.accounts.keys = x->new_keys;
		b->write.accounts.n_keys = x->n_new_keys;
	}
	return batch_account_rows(b, changes, n, e);
}
