/* Leads join accounts, which are made when there are none yet, and the events that say so.
 *
 * A joining stands at the instant of the event that named the account, directly before it: that event's own rules see the account. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "batch_account_priv.h"

static int by_uuid(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
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
		*ret = account_stored(x, &ref->id);
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
		c->properties_text = account_properties(b->arena, &a->id, a->version, account_rank_names[RANK_HAND], a->profile);
		return c->properties_text ? ST_OK : nomem(e);
	}
	/* To a lead that is there already only what is new is told; how it came there stays. */
	if (there)
		return a->version != before ? add_event(b, w, x, "account_changed", account_properties(b->arena, &a->id, a->version, NULL, a->profile), e) : ST_OK;
	return add_event(b, w, x, "account_joined", account_properties(b->arena, &a->id, a->version, account_rank_names[wish->rank], a->profile), e);
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
		if (x->err.status == ST_OK && x->lead >= 0 && !x->void_reason && account_wishes(&b->accounts->settings, x->command, (enum rank)b->leads[x->lead].account_rank, &wish))
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
