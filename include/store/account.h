/* Accounts as readers see them, what their leads add up to, and changes by hand. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include "store/account_batch.h"
#include "store/lead.h"

struct account_row {
	struct uuid id;
	int64_t version, told_version, created_at, updated_at, last_activity_at;
	int32_t score, leads;
	char tier;
	const char *const *roles;  /* of the buying committee, those that are filled */
	size_t n_roles;
	const char *profile;       /* JSON object text */
	size_t profile_len;
};
struct account_key_row {
	const char *kind, *value;
};
struct account_role_row {
	const char *role;
	int64_t leads;
	struct uuid lead_id;       /* of the highest score */
};
/* As stored and, in `sums`, as its leads are at this moment. Text is borrowed from the connection until its next statement. */
struct account_detail {
	struct account_row row;
	struct account_key_row *keys;
	size_t n_keys;
	struct account_role_row *roles;
	size_t n_roles;
	struct account_sums_row *sums; /* NULL: it has no leads */
};

/* What the leads of one account add up to. */
struct account_sums_row {
	struct uuid id;
	int64_t leads, counted, sum, max, last_activity_at;
	int64_t top[32];
	size_t n_top;
	char best_tier;            /* 0: none */
	const char *const *roles;
	size_t n_roles;
};
/* ST_NOT_FOUND "account_not_found". */
enum status store_account_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct account_detail *ret, struct err *e);

enum account_sort { ACCOUNT_SORT_SCORE_DESC, ACCOUNT_SORT_SCORE, ACCOUNT_SORT_CREATED_DESC, ACCOUNT_SORT_CREATED, ACCOUNT_SORT_UPDATED_DESC, ACCOUNT_SORT_UPDATED };
struct account_filter {
	char tier;                 /* 0: any */
	const char *owner, *industry;
	int32_t min_score, max_score;
	const char *const *terms;  /* folded words that must all be found (prefix) */
	size_t n_terms;
	int64_t updated_since;     /* INSTANT_NEVER: any */
	enum account_sort sort;
	struct lead_cursor after;
	size_t limit;
};
enum status store_account_list(struct db *db, const struct uuid *workspace, const struct account_filter *f, struct arena *arena, struct account_row **ret, size_t *ret_n,
	bool *ret_more, struct err *e);
/* The leads of an account; sort: ACCOUNT_SORT_SCORE_DESC or by creation. */
enum status store_account_leads(struct db *db, const struct uuid *workspace, const struct uuid *account, enum account_sort sort, const struct lead_cursor *after, size_t limit,
	struct arena *arena, struct lead_row **ret, size_t *ret_n, bool *ret_more, struct err *e);

/* Changes: begin holds what is there, write commits. Between them the transaction is open; store_account_give_up ends it. */
struct account_held {
	struct uuid id;
	int64_t version;
	const char *profile;       /* arena-owned */
	size_t key;                /* which of the keys asked for named it */
};
/* By keys, at most n rows. */
enum status store_account_begin(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n, struct arena *arena, struct account_held *ret, size_t *ret_n,
	struct err *e);
/* By id: ST_NOT_FOUND "account_not_found". */
enum status store_account_begin_one(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct account_held *ret, struct err *e);
/* drop_kind: keys of this kind go before those of `w` come; NULL: none. ST_CONFLICT "duplicate": a key is another account's. */
enum status store_account_write(struct db *db, const struct uuid *workspace, int64_t now, const struct account_writes *w, const char *drop_kind, struct err *e);
/* The account is gone for readers and for those who join; its leads are to be told, and then it is forgotten. */
enum status store_account_delete_begin(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t lease_until, struct err *e);
void store_account_give_up(struct db *db);

/* Adding up. One transaction: takes the marks of some accounts, holds those accounts, adds up; `finish` writes what was made of it. */
enum status store_account_marked(struct db *db, struct uuid *ret, size_t max, size_t *ret_n, struct err *e);
enum status store_account_sums_begin(struct db *db, const struct uuid *workspace, size_t max_marks, int64_t large_before, struct arena *arena, struct uuid **ret_ids, size_t *ret_n,
	struct account_sums_row **ret_sums, size_t *ret_n_sums, size_t *ret_marks, struct err *e);
struct account_roll {
	struct uuid id;
	int32_t score, leads;
	char tier;
	const char *roles;         /* a PostgreSQL text[] literal */
	int64_t last_activity_at;
};
enum status store_account_roll(struct db *db, const struct uuid *workspace, int64_t now, const struct account_roll *rolls, size_t n, struct err *e);

/* Telling the leads. */
struct account_untold {
	struct uuid workspace_id, id;
};
enum status store_account_untold(struct db *db, int64_t now, struct account_untold *ret, size_t max, size_t *ret_n, struct err *e);
enum status store_account_claim(struct db *db, const struct account_untold *a, int64_t now, int64_t until, bool *ret_mine, struct err *e);
enum status store_account_lease(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t until, struct err *e);
struct account_news {
	int64_t version, told_version;
	bool deleting;
	const char *profile;       /* arena-owned */
};
/* ST_NOT_FOUND "account_not_found". */
enum status store_account_news(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct account_news *ret, struct err *e);
/* Leads after a cursor that do not know `version` yet. */
enum status store_account_news_leads(struct db *db, const struct uuid *workspace, const struct uuid *id, const struct uuid *after, int64_t version, struct uuid *ret, size_t max,
	size_t *ret_n, struct err *e);
/* How many leads it has, counted up to `max`. */
enum status store_account_lead_count(struct db *db, const struct uuid *workspace, const struct uuid *id, size_t max, size_t *ret, struct err *e);
enum status store_account_told(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t version, struct err *e);
enum status store_account_forget(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e);

#endif
