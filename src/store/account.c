/* Reading accounts and their leads. */
#include "store/account.h"

#include <string.h>

#include "account_priv.h"
#include "lead_priv.h"
#include "planned_priv.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool texts(
    const struct db_result *r, size_t row, size_t col, struct arena *arena, const char *const **ret, size_t *ret_n)
{
	size_t n = db_array_length(r, row, col);
	const char **list = arena_array(arena, n + 1, sizeof *list);
	for (size_t i = 0; list && i < n; i++) {
		const char *s = "";
		size_t len = 0;
		(void)db_text_array(r, row, col, i, &s, &len);
		if (!(list[i] = arena_strndup(arena, s, len)))
			return false;
	}
	*ret = list;
	*ret_n = n;
	return list != NULL;
}

static bool take_row(const struct db_result *r, size_t i, struct arena *arena, struct account_row *ret)
{
	const char *tier = db_text(r, i, 5, NULL);
	*ret = (struct account_row){.id = db_uuid(r, i, 0),
	    .version = db_i64(r, i, 1),
	    .created_at = db_time(r, i, 2),
	    .updated_at = db_time(r, i, 3),
	    .score = db_i32(r, i, 4),
	    .tier = tier ? *tier : 'D',
	    .leads = db_i32(r, i, 6),
	    .last_activity_at = db_time(r, i, 8),
	    .told_version = db_i64(r, i, 10)};
	ret->profile = db_text(r, i, 9, &ret->profile_len);
	return texts(r, i, 7, arena, &ret->roles, &ret->n_roles);
}

bool store_account_sums_row(const struct db_result *r, size_t i, struct arena *arena, struct account_sums_row *ret)
{
	const char *tier = db_text(r, i, 6, NULL);
	*ret = (struct account_sums_row){.id = db_uuid(r, i, 0),
	    .leads = db_i64(r, i, 1),
	    .counted = db_i64(r, i, 2),
	    .sum = db_i64(r, i, 3),
	    .max = db_i64(r, i, 4),
	    .best_tier = tier ? *tier : 0,
	    .last_activity_at = db_time(r, i, 8),
	    .n_top = db_array_length(r, i, 5)};
	if (ret->n_top > 32)
		ret->n_top = 32;
	for (size_t k = 0; k < ret->n_top; k++)
		(void)db_i64_array(r, i, 5, k, &ret->top[k]);
	return texts(r, i, 7, arena, &ret->roles, &ret->n_roles);
}

static bool take_detail(struct db *db, struct arena *arena, struct account_detail *d)
{
	const struct db_result *keys = db_result_at(db, 1), *roles = db_result_at(db, 2), *sums = db_result_at(db, 3);
	d->n_keys = db_rows(keys);
	d->n_roles = db_rows(roles);
	d->keys = arena_array(arena, d->n_keys + 1, sizeof *d->keys);
	d->roles = arena_array(arena, d->n_roles + 1, sizeof *d->roles);
	d->sums = db_rows(sums) ? arena_zalloc(arena, sizeof *d->sums) : NULL;
	if (!d->keys || !d->roles || (db_rows(sums) && !d->sums))
		return false;
	for (size_t i = 0; i < d->n_keys; i++)
		d->keys[i] = (struct account_key_row){db_text(keys, i, 0, NULL), db_text(keys, i, 1, NULL)};
	for (size_t i = 0; i < d->n_roles; i++)
		d->roles[i] =
		    (struct account_role_row){db_text(roles, i, 0, NULL), db_i64(roles, i, 1), db_uuid(roles, i, 2)};
	return !d->sums || store_account_sums_row(sums, 0, arena, d->sums);
}

enum status store_account_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    struct account_detail *ret, struct err *e)
{
	static const enum statement statements[] = {
	    STATEMENT_ACCOUNT_READ, STATEMENT_ACCOUNT_KEYS, STATEMENT_ACCOUNT_COMMITTEE, STATEMENT_ACCOUNT_SUMS};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < 4; i++) {
		db_bind_uuid(db, workspace);
		if (statements[i] == STATEMENT_ACCOUNT_SUMS)
			db_bind_uuids(db, id, 1);
		else
			db_bind_uuid(db, id);
		s = db_send(db, statements[i], e);
	}
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(db_result_at(db, 0)))
		return err_set(e, ST_NOT_FOUND, "account_not_found", "There is no account with this id.");
	return take_row(db_result_at(db, 0), 0, arena, &ret->row) && take_detail(db, arena, ret) ? ST_OK : nomem(e);
}

/* A word that finds more accounts than this leaves them to be met on the way. */
#define FEW 2000

static bool ascending(enum account_sort s)
{
	return s == ACCOUNT_SORT_SCORE || s == ACCOUNT_SORT_CREATED || s == ACCOUNT_SORT_UPDATED;
}

static bool by_score(enum account_sort s)
{
	return s == ACCOUNT_SORT_SCORE || s == ACCOUNT_SORT_SCORE_DESC;
}

static bool by_update(enum account_sort s)
{
	return s == ACCOUNT_SORT_UPDATED || s == ACCOUNT_SORT_UPDATED_DESC;
}

static void bind_filters(struct db *db, const struct uuid *workspace, const struct account_filter *f)
{
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_textn(db, f->tier ? &f->tier : NULL, 1);
	db_bind_text(db, f->owner);
	db_bind_text(db, f->industry);
	db_bind_i32(db, f->min_score);
	db_bind_i32(db, f->max_score);
	db_bind_time(db, f->updated_since);
	if (!f->n_terms) {
		db_bind_null(db);
	} else {
		db_array_begin(db, DB_TEXT, f->n_terms);
		for (size_t i = 0; i < f->n_terms; i++)
			db_put_text(db, f->terms[i]);
		db_array_end(db);
	}
}

/* Where a list begins: behind the cursor, or before everything. */
static struct lead_cursor start_of(const struct account_filter *f)
{
	struct lead_cursor c = f->after;
	if (!c.set) {
		bool up = ascending(f->sort);
		memset(&c.id, up ? 0x00 : 0xff, sizeof c.id);
		c.value = by_update(f->sort) ? (up ? INT64_C(-2208988800000) : INT64_C(253402300799999))
			  : up               ? INT32_MIN
					     : INT32_MAX;
	}
	return c;
}

static enum status run_walk(
    struct db *db, const struct uuid *workspace, const struct account_filter *f, struct db_result **ret, struct err *e)
{
	static const enum statement statements[] = {STATEMENT_ACCOUNT_LIST_SCORE_DESC, STATEMENT_ACCOUNT_LIST_SCORE_ASC,
	    STATEMENT_ACCOUNT_LIST_CREATED_DESC, STATEMENT_ACCOUNT_LIST_CREATED_ASC,
	    STATEMENT_ACCOUNT_LIST_UPDATED_DESC, STATEMENT_ACCOUNT_LIST_UPDATED_ASC};
	struct lead_cursor c = start_of(f);
	enum status s = store_planned_begin(db, e);
	if (s == ST_OK) {
		bind_filters(db, workspace, f);
		db_bind_uuid(db, &c.id);
		if (by_score(f->sort))
			db_bind_i32(db, (int32_t)c.value);
		else if (by_update(f->sort))
			db_bind_time(db, c.value);
		s = db_send(db, statements[f->sort], e);
	}
	return store_planned_end(db, s, ret, e);
}

static enum status run_few(struct db *db, const struct uuid *workspace, const struct account_filter *f,
    const struct uuid *ids, size_t n, struct db_result **ret, struct err *e)
{
	struct lead_cursor c = start_of(f);
	bind_filters(db, workspace, f);
	db_bind_uuid(db, &c.id);
	db_bind_i64(db, by_score(f->sort) || by_update(f->sort) ? c.value : 0);
	db_bind_uuids(db, ids, n);
	db_bind_text(db, by_score(f->sort) ? "score" : by_update(f->sort) ? "updated" : "created");
	return db_run(
	    db, ascending(f->sort) ? STATEMENT_ACCOUNT_LIST_FEW_ASC : STATEMENT_ACCOUNT_LIST_FEW_DESC, ret, e);
}

/* The accounts that the longest word finds, when they are few. */
static enum status probe(struct db *db, const struct uuid *workspace, const struct account_filter *f,
    struct arena *arena, struct uuid **ret, size_t *ret_n, struct err *e)
{
	const char *longest = f->terms[0];
	for (size_t i = 1; i < f->n_terms; i++)
		if (strlen(f->terms[i]) > strlen(longest))
			longest = f->terms[i];
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_text(db, longest);
	enum status s = db_run(db, STATEMENT_ACCOUNT_PROBE_TERM, &r, e);
	if (s != ST_OK || db_rows(r) > FEW)
		return s;
	*ret_n = db_rows(r);
	*ret = arena_array(arena, *ret_n + 1, sizeof **ret);
	for (size_t i = 0; *ret && i < *ret_n; i++)
		(*ret)[i] = db_uuid(r, i, 0);
	return *ret ? ST_OK : nomem(e);
}

enum status store_account_list(struct db *db, const struct uuid *workspace, const struct account_filter *f,
    struct arena *arena, struct account_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct uuid *few = NULL;
	size_t n_few = 0;
	struct db_result *r = NULL;
	enum status s = f->n_terms ? probe(db, workspace, f, arena, &few, &n_few, e) : ST_OK;
	if (s == ST_OK)
		s = few ? run_few(db, workspace, f, few, n_few, &r, e) : run_walk(db, workspace, f, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	*ret_more = n > f->limit;
	if (*ret_more)
		n = f->limit;
	*ret = arena_array(arena, n + 1, sizeof **ret);
	for (size_t i = 0; *ret && i < n; i++)
		if (!take_row(r, i, arena, &(*ret)[i]))
			return nomem(e);
	*ret_n = n;
	return *ret ? ST_OK : nomem(e);
}

enum status store_account_leads(struct db *db, const struct uuid *workspace, const struct uuid *account,
    enum account_sort sort, const struct lead_cursor *after, size_t limit, struct arena *arena, struct lead_row **ret,
    size_t *ret_n, bool *ret_more, struct err *e)
{
	struct lead_cursor c = start_of(&(struct account_filter){.sort = sort, .after = *after});
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, account);
	db_bind_i64(db, (int64_t)limit + 1);
	db_bind_uuid(db, &c.id);
	if (sort == ACCOUNT_SORT_SCORE_DESC)
		db_bind_i32(db, (int32_t)c.value);
	enum status s = db_run(db,
	    sort == ACCOUNT_SORT_SCORE_DESC ? STATEMENT_ACCOUNT_LEADS_SCORE
	    : sort == ACCOUNT_SORT_CREATED  ? STATEMENT_ACCOUNT_LEADS_CREATED_ASC
					    : STATEMENT_ACCOUNT_LEADS_CREATED_DESC,
	    &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	*ret_more = n > limit;
	if (*ret_more)
		n = limit;
	*ret = arena_array(arena, n + 1, sizeof **ret);
	for (size_t i = 0; *ret && i < n; i++)
		if (!store_lead_row(r, i, arena, &(*ret)[i]))
			return nomem(e);
	*ret_n = n;
	return *ret ? ST_OK : nomem(e);
}
