/* Rows of accounts, what a lead's row says of its own, and what a joining adds to the reply of its cause. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status batch_account_lead(struct batch *b, struct work_lead *w, const json_t *profile, struct batch_lead_write *l, struct err *e)
{
	const json_t *account = json_object_get(profile, "account"), *id = json_object_get(account, "id");
	const char *by = json_string_value(json_object_get(account, "by"));
	if (id && json_is_string(id))
		(void)uuid_parse(json_string_value(id), json_string_length(id), &l->account_id);
	l->account_version = json_integer_value(json_object_get(account, "version"));
	l->buying_role = buying_role_of(json_string_value(json_object_get(json_object_get(profile, "decision"), "role")), scoring_lead_title_level(w->own.lead));
	l->account_by = by ? arena_strdup(b->arena, by) : NULL;
	return !by || l->account_by ? ST_OK : nomem(e);
}

static void mark(struct batch *b, const struct uuid *account)
{
	if (!uuid_is_nil(account))
		b->write.accounts.marks[b->write.accounts.n_marks++].account_id = *account;
}

/* What an account is made of moved: with the lead's score, tier, stage or role, its coming and going, and once an hour with its activity. l NULL: it is erased. */
enum status batch_account_mark(struct batch *b, const struct work_lead *w, const struct batch_lead_write *l, struct err *e)
{
	(void)e;
	const struct batch_lead *row = w->row;
	struct uuid none = {{0}}, before = row ? row->account_id : none, after = !l ? none : l->profile ? l->account_id : before;
	bool same = row && l && !uuid_cmp(&before, &after);
	if (same && !l->profile_changed && l->score == row->score && l->tier == row->tier && !strcmp(l->stage, row->stage) &&
		row->updated_at / MS_HOUR == b->now / MS_HOUR)
		return ST_OK;
	mark(b, &before);
	if (!same)
		mark(b, &after);
	return ST_OK;
}

static int by_account(const void *a, const void *b)
{
	return uuid_cmp(&((const struct account_mark_write *)a)->account_id, &((const struct account_mark_write *)b)->account_id);
}

static void unique_marks(struct batch *b)
{
	struct account_writes *w = &b->write.accounts;
	size_t n = 0;
	qsort(w->marks, w->n_marks, sizeof *w->marks, by_account);
	for (size_t i = 0; i < w->n_marks; i++) {
		if (n && !uuid_cmp(&w->marks[n - 1].account_id, &w->marks[i].account_id))
			continue;
		w->marks[n] = w->marks[i];
		w->marks[n++].id = uuid_v7(b->now);
	}
	w->n_marks = n;
}

static int by_key(const void *a, const void *b)
{
	return uuid_cmp(&((const struct account_key_write *)a)->key, &((const struct account_key_write *)b)->key);
}

enum status batch_account_rows(struct batch *b, const struct batch_account_change *changes, size_t n, struct err *e)
{
	struct account_writes *w = &b->write.accounts;
	unique_marks(b);
	w->lease_until = INSTANT_NEVER;
	if (!n && !w->n_keys)
		return ST_OK;
	w->accounts = arena_array(b->arena, n + 1, sizeof *w->accounts);
	w->terms = arena_array(b->arena, n * ACCOUNT_TERMS_MAX + 1, sizeof *w->terms);
	if (!w->accounts || !w->terms)
		return nomem(e);
	for (size_t i = 0; i < n; i++) {
		struct account_write *a = &w->accounts[w->n_accounts++];
		*a = (struct account_write){.id = changes[i].id, .created = changes[i].created, .version = changes[i].version};
		json_t *profile = json_loads(changes[i].profile, 0, NULL);
		bool whole = profile && account_columns(b->arena, profile, a);
		json_decref(profile);
		char *terms[ACCOUNT_TERMS_MAX];
		int n_terms = whole ? account_terms(b->arena, a, terms) : -1;
		if (n_terms < 0)
			return nomem(e);
		for (int k = 0; k < n_terms; k++)
			w->terms[w->n_terms++] = (struct account_term_write){a->id, terms[k]};
	}
	/* In key order, so that two batches that make the same accounts wait for each other and do not deadlock. */
	qsort(w->keys, w->n_keys, sizeof *w->keys, by_key);
	return ST_OK;
}

static bool append(struct entry *x, struct command_result *r)
{
	struct scoring_award *awards = arena_array(x->out, r->n_awards + x->n_awards + 1, sizeof *awards);
	struct scoring_transition *moves = arena_array(x->out, r->n_transitions + x->n_transitions + 1, sizeof *moves);
	if (!awards || !moves)
		return false;
	/* What came first stands first. */
	memcpy(awards, x->awards, x->n_awards * sizeof *awards);
	memcpy(moves, x->transitions, x->n_transitions * sizeof *moves);
	if (r->n_awards)
		memcpy(awards + x->n_awards, r->awards, r->n_awards * sizeof *awards);
	if (r->n_transitions)
		memcpy(moves + x->n_transitions, r->transitions, r->n_transitions * sizeof *moves);
	r->awards = awards;
	r->transitions = moves;
	r->n_awards += x->n_awards;
	r->n_transitions += x->n_transitions;
	return true;
}

void batch_account_results(struct batch *b)
{
	for (size_t i = b->n; b->accounts && i-- > 0;) {
		struct entry *x = &b->entries[i];
		if (!x->cause || !x->stored || x->cause->duplicate || !(x->n_awards + x->n_transitions))
			continue;
		struct command_result *r = &x->cause->command->result;
		if (r->err.status == ST_OK && !append(x, r))
			err_set(&r->err, ST_UNCERTAIN, "outcome_unknown", "Stored, but out of memory for the reply; a retry with the same ids is safe.");
	}
}
