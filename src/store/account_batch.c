#include "store/account_batch.h"

#include <stdlib.h>
#include <string.h>

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool read_account(const struct db_result *r, size_t row, struct arena *arena, struct batch_account *a)
{
	size_t n = 0, k = db_array_length(r, row, 4);
	const char *profile = db_text(r, row, 3, &n);
	const char **kinds = arena_array(arena, k + 1, sizeof *kinds);
	*a = (struct batch_account){.id = db_uuid(r, row, 1),
	    .version = db_i64(r, row, 2),
	    .profile = arena_strndup(arena, profile ? profile : "{}", profile ? n : 2),
	    .kinds = kinds,
	    .n_kinds = k};
	for (size_t i = 0; kinds && i < k; i++) {
		const char *s = "";
		(void)db_text_array(r, row, 4, i, &s, &n);
		if (!(kinds[i] = arena_strndup(arena, s, n)))
			return false;
	}
	return a->profile && kinds;
}

static int by_uuid(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

enum status store_batch_accounts(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys,
    const struct uuid *ids, size_t n_ids, bool exclusive, struct arena *arena, struct batch_account_rows *ret,
    struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, keys, n_keys);
	db_bind_uuids(db, ids, n_ids);
	enum status s = db_run(db, exclusive ? STATEMENT_BATCH_ACCOUNTS_EXCLUSIVE : STATEMENT_BATCH_ACCOUNTS, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct batch_account_rows out = {.accounts = arena_array(arena, rows + 1, sizeof *out.accounts),
	    .of_key = arena_array(arena, n_keys + 1, sizeof *out.of_key)};
	if (!out.accounts || !out.of_key)
		return nomem(e);
	memset(out.of_key, 0xff, (n_keys + 1) * sizeof *out.of_key);
	for (size_t i = 0; i < rows; i++) {
		/* Rows come in id order; an account that several keys name comes several times. */
		struct uuid id = db_uuid(r, i, 1);
		if (!out.n || uuid_cmp(&out.accounts[out.n - 1].id, &id) != 0)
			if (!read_account(r, i, arena, &out.accounts[out.n++]))
				return nomem(e);
		struct uuid key = db_uuid(r, i, 0);
		const struct uuid *hit = db_null(r, i, 0) ? NULL : bsearch(&key, keys, n_keys, sizeof *keys, by_uuid);
		if (hit)
			out.of_key[hit - keys] = (int32_t)out.n - 1;
	}
	db_results_clear(db);
	*ret = out;
	return ST_OK;
}

#define COLUMN(type_, put_)                                                                                            \
	do {                                                                                                           \
		db_array_begin(db, (type_), n);                                                                        \
		for (size_t i = 0; i < n; i++)                                                                         \
			put_;                                                                                          \
		db_array_end(db);                                                                                      \
	} while (0)
#define ACCOUNTS(type_, put_)                                                                                          \
	do {                                                                                                           \
		db_array_begin(db, (type_), n);                                                                        \
		for (size_t i = 0; i < w->n_accounts; i++) {                                                           \
			const struct account_write *a = &w->accounts[i];                                               \
			if (a->created == created)                                                                     \
				put_;                                                                                  \
		}                                                                                                      \
		db_array_end(db);                                                                                      \
	} while (0)

static enum status send_accounts(struct db *db, const struct uuid *workspace, int64_t now,
    const struct account_writes *w, bool created, struct err *e)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n_accounts; i++)
		n += w->accounts[i].created == created;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	ACCOUNTS(DB_UUID, db_put_uuid(db, &a->id));
	ACCOUNTS(DB_INT8, db_put_i64(db, a->version));
	ACCOUNTS(DB_TEXT, db_put_text(db, a->name));
	ACCOUNTS(DB_TEXT, db_put_text(db, a->domain));
	ACCOUNTS(DB_TEXT, db_put_text(db, a->industry));
	ACCOUNTS(DB_TEXT, db_put_text(db, a->owner));
	ACCOUNTS(DB_JSON, db_put_text(db, a->profile));
	if (!created)
		db_bind_time(db, w->lease_until);
	return db_send(db, created ? STATEMENT_ACCOUNT_INSERT : STATEMENT_ACCOUNT_UPDATE, e);
}

static enum status send_keys(
    struct db *db, const struct uuid *workspace, int64_t now, const struct account_writes *w, struct err *e)
{
	size_t n = w->n_keys;
	if (!n)
		return ST_OK;
	db_bind_uuid(db, workspace);
	COLUMN(DB_UUID, db_put_uuid(db, &w->keys[i].key));
	COLUMN(DB_UUID, db_put_uuid(db, &w->keys[i].account_id));
	COLUMN(DB_TEXT, db_put_text(db, w->keys[i].kind));
	COLUMN(DB_TEXT, db_put_text(db, w->keys[i].value));
	db_bind_time(db, now);
	return db_send(db, STATEMENT_ACCOUNT_KEY_INSERT, e);
}

static enum status send_terms(
    struct db *db, const struct uuid *workspace, const struct account_writes *w, struct err *e)
{
	size_t n = w->n_accounts;
	bool changed = false;
	for (size_t i = 0; i < n; i++)
		changed |= !w->accounts[i].created;
	enum status s = ST_OK;
	if (changed) {
		db_bind_uuid(db, workspace);
		COLUMN(DB_UUID, db_put_uuid(db, &w->accounts[i].id));
		s = db_send(db, STATEMENT_ACCOUNT_TERM_DELETE, e);
	}
	n = w->n_terms;
	if (s == ST_OK && n) {
		db_bind_uuid(db, workspace);
		COLUMN(DB_UUID, db_put_uuid(db, &w->terms[i].account_id));
		COLUMN(DB_TEXT, db_put_text(db, w->terms[i].term));
		s = db_send(db, STATEMENT_ACCOUNT_TERM_INSERT, e);
	}
	return s;
}

enum status store_account_writes_send(
    struct db *db, const struct uuid *workspace, int64_t now, const struct account_writes *w, struct err *e)
{
	enum status s = send_accounts(db, workspace, now, w, true, e);
	if (s == ST_OK)
		s = send_accounts(db, workspace, now, w, false, e);
	if (s == ST_OK)
		s = send_keys(db, workspace, now, w, e);
	if (s == ST_OK && w->n_accounts)
		s = send_terms(db, workspace, w, e);
	size_t n = w->n_marks;
	if (s == ST_OK && n) {
		db_bind_uuid(db, workspace);
		COLUMN(DB_UUID, db_put_uuid(db, &w->marks[i].id));
		COLUMN(DB_UUID, db_put_uuid(db, &w->marks[i].account_id));
		s = db_send(db, STATEMENT_ACCOUNT_MARK_INSERT, e);
	}
	return s;
}
