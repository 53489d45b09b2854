/* The accounts of one ingest batch: read once when a command may join one, written with everything else. */
#ifndef STORE_ACCOUNT_BATCH_H
#define STORE_ACCOUNT_BATCH_H

#include "store/db.h"

/* As stored; text is arena-owned. */
struct batch_account {
	struct uuid id;
	int64_t version;
	const char *profile;          /* JSON object */
	const char *const *kinds;     /* of the keys it has */
	size_t n_kinds;
};
struct batch_account_rows {
	struct batch_account *accounts; /* by id */
	size_t n;
	int32_t *of_key;              /* index into accounts, or -1; as many as keys were asked for */
};

/* `keys` are sorted, each once. Locks the accounts against changes until the batch ends; `exclusive`: because the batch changes some. */
enum status store_batch_accounts(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, bool exclusive,
	struct arena *arena, struct batch_account_rows *ret, struct err *e);

struct account_write {
	struct uuid id;
	bool created;
	int64_t version;
	const char *name, *domain, *industry, *owner; /* NULL: none */
	const char *profile;
};
struct account_key_write {
	struct uuid key, account_id;
	const char *kind, *value;
};
struct account_term_write {
	struct uuid account_id;
	const char *term;
};
struct account_mark_write {
	struct uuid id, account_id;
};
struct account_writes {
	struct account_write *accounts;
	size_t n_accounts;
	struct account_key_write *keys;
	size_t n_keys;
	struct account_term_write *terms; /* of all `accounts`: they replace what there is */
	size_t n_terms;
	struct account_mark_write *marks;
	size_t n_marks;
	int64_t lease_until;          /* who changes them tells their leads until then; INSTANT_NEVER: somebody else does, at once */
};
/* Queues the statements that have rows. */
enum status store_account_writes_send(struct db *db, const struct uuid *workspace, int64_t now, const struct account_writes *w, struct err *e);

#endif
