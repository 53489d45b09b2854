/* Changing accounts by hand, adding up their leads, and what is kept of telling them. */
#include <stdlib.h>

#include "account_priv.h"
#include "store/account.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "account_not_found", "There is no account with this id.");
}

void store_account_give_up(struct db *db)
{
	db_rollback(db);
}

static bool held(const struct db_result *r, size_t i, size_t col, struct arena *arena, struct account_held *ret)
{
	size_t n = 0;
	const char *profile = db_text(r, i, col + 1, &n);
	ret->version = db_i64(r, i, col);
	ret->profile = arena_strndup(arena, profile ? profile : "{}", profile ? n : 2);
	return ret->profile != NULL;
}

enum status store_account_begin(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n,
    struct arena *arena, struct account_held *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	enum status s = db_exec(db, "BEGIN", e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, keys, n);
	s = db_run(db, STATEMENT_ACCOUNT_FIND, &r, e);
	*ret_n = s == ST_OK ? db_rows(r) : 0;
	for (size_t i = 0; s == ST_OK && i < *ret_n; i++) {
		struct uuid key = db_uuid(r, i, 0);
		ret[i] = (struct account_held){.id = db_uuid(r, i, 1)};
		while (ret[i].key + 1 < n && uuid_cmp(&keys[ret[i].key], &key) != 0)
			ret[i].key++;
		if (!held(r, i, 2, arena, &ret[i]))
			s = nomem(e);
	}
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_account_begin_one(struct db *db, const struct uuid *workspace, const struct uuid *id,
    struct arena *arena, struct account_held *ret, struct err *e)
{
	struct db_result *r;
	enum status s = db_exec(db, "BEGIN", e);
	if (s != ST_OK)
		return s;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	s = db_run(db, STATEMENT_ACCOUNT_HOLD, &r, e);
	*ret = (struct account_held){.id = *id};
	if (s == ST_OK && !db_rows(r))
		s = not_found(e);
	if (s == ST_OK && !held(r, 0, 0, arena, ret))
		s = nomem(e);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

static enum status commit(struct db *db, enum status s, struct err *e)
{
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

enum status store_account_write(struct db *db, const struct uuid *workspace, int64_t now,
    const struct account_writes *w, const char *drop_kind, struct err *e)
{
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && drop_kind && i < w->n_accounts; i++) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, &w->accounts[i].id);
		db_bind_text(db, drop_kind);
		s = db_send(db, STATEMENT_ACCOUNT_KEY_DROP, e);
	}
	if (s == ST_OK)
		s = store_account_writes_send(db, workspace, now, w, e);
	return commit(db, s, e);
}

enum status store_account_delete_begin(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t lease_until, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_send(db, STATEMENT_ACCOUNT_UNNAME, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, id);
		db_bind_time(db, lease_until);
		s = db_send(db, STATEMENT_ACCOUNT_DELETE_BEGIN, e);
	}
	return commit(db, s, e);
}

enum status store_account_marked(struct db *db, struct uuid *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_ACCOUNT_MARKED_WORKSPACES, &r, e);
	*ret_n = s == ST_OK ? db_rows(r) : 0;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = db_uuid(r, i, 0);
	return s;
}

static int by_uuid(const void *a, const void *b)
{
	return uuid_cmp(a, b);
}

static enum status take_marks(struct db *db, const struct uuid *workspace, size_t max, int64_t large_before,
    struct arena *arena, struct uuid **ret, size_t *ret_n, size_t *ret_marks, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)max);
	db_bind_time(db, large_before);
	enum status s = db_run(db, STATEMENT_ACCOUNT_MARKS_TAKE, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r), unique = 0;
	struct uuid *ids = arena_array(arena, n + 1, sizeof *ids);
	if (!ids)
		return nomem(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = db_uuid(r, i, 0);
	qsort(ids, n, sizeof *ids, by_uuid);
	for (size_t i = 0; i < n; i++)
		if (!i || uuid_cmp(&ids[i - 1], &ids[i]) != 0)
			ids[unique++] = ids[i];
	*ret = ids;
	*ret_n = unique;
	*ret_marks = n;
	return ST_OK;
}

enum status store_account_sums_begin(struct db *db, const struct uuid *workspace, size_t max_marks,
    int64_t large_before, struct arena *arena, struct uuid **ret_ids, size_t *ret_n, struct account_sums_row **ret_sums,
    size_t *ret_n_sums, size_t *ret_marks, struct err *e)
{
	struct db_result *r;
	enum status s = db_exec(db, "BEGIN", e);
	if (s != ST_OK)
		return s;
	s = take_marks(db, workspace, max_marks, large_before, arena, ret_ids, ret_n, ret_marks, e);
	/* A statement of its own: what it sees of the leads is from after the accounts were held. */
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, *ret_ids, *ret_n);
		s = db_run(db, STATEMENT_ACCOUNT_LOCK, NULL, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, *ret_ids, *ret_n);
		s = db_run(db, STATEMENT_ACCOUNT_SUMS, &r, e);
	}
	if (s == ST_OK) {
		*ret_n_sums = db_rows(r);
		*ret_sums = arena_array(arena, *ret_n_sums + 1, sizeof **ret_sums);
		for (size_t i = 0; s == ST_OK && i < *ret_n_sums; i++)
			if (!*ret_sums || !store_account_sums_row(r, i, arena, &(*ret_sums)[i]))
				s = nomem(e);
	}
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

#define COLUMN(type_, put_)                                                                                            \
	do {                                                                                                           \
		db_array_begin(db, (type_), n);                                                                        \
		for (size_t i = 0; i < n; i++)                                                                         \
			put_;                                                                                          \
		db_array_end(db);                                                                                      \
	} while (0)

enum status store_account_roll(
    struct db *db, const struct uuid *workspace, int64_t now, const struct account_roll *rolls, size_t n, struct err *e)
{
	enum status s = ST_OK;
	if (n) {
		db_bind_uuid(db, workspace);
		db_bind_time(db, now);
		COLUMN(DB_UUID, db_put_uuid(db, &rolls[i].id));
		COLUMN(DB_INT4, db_put_i32(db, rolls[i].score));
		COLUMN(DB_CHAR, db_put_char(db, rolls[i].tier));
		COLUMN(DB_INT4, db_put_i32(db, rolls[i].leads));
		COLUMN(DB_TEXT, db_put_text(db, rolls[i].roles));
		COLUMN(DB_TIME, db_put_time(db, rolls[i].last_activity_at));
		s = db_send(db, STATEMENT_ACCOUNT_ROLL, e);
	}
	return commit(db, s, e);
}

enum status store_account_untold(
    struct db *db, int64_t now, struct account_untold *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_ACCOUNT_UNTOLD, &r, e);
	*ret_n = s == ST_OK ? db_rows(r) : 0;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct account_untold){db_uuid(r, i, 0), db_uuid(r, i, 1)};
	return s;
}

static void bind_account(struct db *db, const struct uuid *workspace, const struct uuid *id)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
}

enum status store_account_claim(
    struct db *db, const struct account_untold *a, int64_t now, int64_t until, bool *ret_mine, struct err *e)
{
	struct db_result *r;
	bind_account(db, &a->workspace_id, &a->id);
	db_bind_time(db, until);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_ACCOUNT_CLAIM, &r, e);
	*ret_mine = s == ST_OK && db_affected(r) == 1;
	return s;
}

enum status store_account_lease(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t until, struct err *e)
{
	bind_account(db, workspace, id);
	db_bind_time(db, until);
	return db_run(db, STATEMENT_ACCOUNT_LEASE, NULL, e);
}

enum status store_account_news(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct account_news *ret, struct err *e)
{
	struct db_result *r;
	bind_account(db, workspace, id);
	enum status s = db_run(db, STATEMENT_ACCOUNT_NEWS, &r, e);
	if (s == ST_OK && !db_rows(r))
		s = not_found(e);
	if (s != ST_OK)
		return s;
	*ret = (struct account_news){.version = db_i64(r, 0, 0),
	    .told_version = db_i64(r, 0, 1),
	    .deleting = db_bool(r, 0, 2),
	    .profile = arena_strdup(arena, db_text(r, 0, 3, NULL))};
	return ret->profile ? ST_OK : nomem(e);
}

enum status store_account_news_leads(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct uuid *after, int64_t version, struct uuid *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	bind_account(db, workspace, id);
	db_bind_uuid(db, after);
	db_bind_i64(db, version);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_ACCOUNT_NEWS_LEADS, &r, e);
	*ret_n = s == ST_OK ? db_rows(r) : 0;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = db_uuid(r, i, 0);
	return s;
}

enum status store_account_lead_count(
    struct db *db, const struct uuid *workspace, const struct uuid *id, size_t max, size_t *ret, struct err *e)
{
	struct db_result *r;
	bind_account(db, workspace, id);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_ACCOUNT_LEAD_COUNT, &r, e);
	*ret = s == ST_OK ? (size_t)db_i64(r, 0, 0) : 0;
	return s;
}

enum status store_account_told(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t version, struct err *e)
{
	bind_account(db, workspace, id);
	db_bind_i64(db, version);
	return db_run(db, STATEMENT_ACCOUNT_TOLD, NULL, e);
}

enum status store_account_forget(struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e)
{
	bind_account(db, workspace, id);
	return db_run(db, STATEMENT_ACCOUNT_DELETE, NULL, e);
}
