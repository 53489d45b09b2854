/* What the files of accounts in a batch share: batch_account.c reads those in question, batch_account_join.c lets leads
 * join them. */
#ifndef INGEST_BATCH_ACCOUNT_PRIV_H
#define INGEST_BATCH_ACCOUNT_PRIV_H

#include "batch_priv.h"

/* How firmly a lead is in its account, by leads.account_by. */
enum rank { RANK_NONE, RANK_EMAIL, RANK_COMPANY, RANK_REFERENCE, RANK_HAND };
extern const char *const account_rank_names[];

struct work_account {
	struct uuid id;
	int64_t version;
	const char *profile;
	const char *const *kinds; /* of the keys it had before this batch */
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
	struct uuid *keys, *ids; /* keys: sorted, each once */
	size_t n_keys, n_ids;
	bool exclusive;  /* a command says something new of an account */
	int32_t *of_key; /* index into list, or -1 */
	struct work_account *list;
	size_t n, n_stored;
	struct account_key_write *new_keys;
	size_t n_new_keys;
};

/* What a command says of the account of a lead that is as firmly in one as `rank`. */
bool account_wishes(const struct account_settings *s, const struct command *c, enum rank rank, struct wish *ret);
/* Index into list of one that was there before this batch; -1: it was not read. */
int32_t account_stored(const struct batch_accounts *x, const struct uuid *id);

#endif
