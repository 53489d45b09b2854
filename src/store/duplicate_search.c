/* The search for duplicates in the background: what it claims, reads and writes. */
#include <stdlib.h>

#include "column_priv.h"
#include "store/duplicate.h"

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static void take_ids(const struct db_result *r, struct uuid *ret, size_t max, size_t *ret_n)
{
	*ret_n = db_rows(r) < max ? db_rows(r) : max;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = db_uuid(r, i, 0);
}

enum status store_duplicate_workspaces(
    struct db *db, int64_t now, struct uuid *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_time(db, now);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DUPLICATE_WORKSPACES, &r, e);
	if (s == ST_OK)
		take_ids(r, ret, max, ret_n);
	return s;
}

enum status store_duplicate_claim(struct db *db, const struct uuid *workspace, int64_t now, int64_t until,
    struct batch_lead_mark *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_time(db, now);
	db_bind_time(db, until);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DUPLICATE_CLAIM, &r, e);
	if (s != ST_OK)
		return s;
	*ret_n = db_rows(r) < max ? db_rows(r) : max;
	for (size_t i = 0; i < *ret_n; i++)
		ret[i] = (struct batch_lead_mark){db_uuid(r, i, 0), db_i64(r, i, 1)};
	return ST_OK;
}

enum status store_duplicate_done(
    struct db *db, const struct uuid *workspace, const struct batch_lead_mark *marks, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(marks, n, lead_id);
	COLUMN(DB_INT8, db_put_i64, marks, n, lead_version);
	return db_run(db, STATEMENT_DUPLICATE_DONE, NULL, e);
}

static bool copy(struct arena *arena, const struct db_result *r, size_t i, size_t col, const char **ret)
{
	const char *s = db_text(r, i, col, NULL);
	*ret = arena_strdup(arena, s);
	return !s || *ret;
}

enum status store_duplicate_profiles(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct duplicate_profile **ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuids(db, ids, n);
	enum status s = db_run(db, STATEMENT_DUPLICATE_PROFILES, &r, e);
	if (s != ST_OK)
		return s;
	struct duplicate_profile *list = arena_array(arena, db_rows(r) + 1, sizeof *list);
	bool whole = list != NULL;
	for (size_t i = 0; whole && i < db_rows(r); i++) {
		list[i].id = db_uuid(r, i, 0);
		whole = copy(arena, r, i, 1, &list[i].email) && copy(arena, r, i, 2, &list[i].phone) &&
			copy(arena, r, i, 3, &list[i].name) && copy(arena, r, i, 4, &list[i].company) &&
			copy(arena, r, i, 5, &list[i].domain);
	}
	if (!whole)
		return nomem(e);
	*ret = list;
	*ret_n = db_rows(r);
	return ST_OK;
}

static void bind_keys(struct db *db, const struct uuid *workspace, const struct duplicate_key *keys, size_t n)
{
	db_bind_uuid(db, workspace);
	COLUMN_UUID(keys, n, key);
	COLUMN_UUID(keys, n, lead_id);
	COLUMN(DB_TEXT, db_put_text, keys, n, reason);
}

enum status store_duplicate_keys(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n_leads,
    const struct duplicate_key *keys, size_t n, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuids(db, leads, n_leads);
		s = db_send(db, STATEMENT_BATCH_ERASE_DUPLICATE_KEY, e);
	}
	if (s == ST_OK && n) {
		bind_keys(db, workspace, keys, n);
		s = db_send(db, STATEMENT_DUPLICATE_KEYS_WRITE, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	db_results_clear(db);
	if (s != ST_OK)
		db_rollback(db);
	return s;
}

struct found {
	struct batch_pair pair;
	bool written;
};

static int by_pair(const void *pa, const void *pb)
{
	return uuid_cmp(&((const struct found *)pa)->pair.id, &((const struct found *)pb)->pair.id);
}

/* Each pair once a statement: what two leads have in common several times is told in several. */
static enum status write_pairs(struct db *db, const struct uuid *workspace, struct found *found, size_t n, int64_t now,
    struct arena *arena, struct err *e)
{
	struct batch_pair *pairs = arena_array(arena, n + 1, sizeof *pairs);
	if (!pairs)
		return nomem(e);
	for (size_t left = n; left;) {
		size_t k = 0;
		for (size_t i = 0; i < n; i++) {
			if (found[i].written || (k && !uuid_cmp(&pairs[k - 1].id, &found[i].pair.id)))
				continue;
			found[i].written = true;
			pairs[k++] = found[i].pair;
		}
		left -= k;
		db_bind_uuid(db, workspace);
		COLUMN_UUID(pairs, k, id);
		COLUMN_UUID(pairs, k, lead_a);
		COLUMN_UUID(pairs, k, lead_b);
		COLUMN(DB_TEXT, db_put_text, pairs, k, reason);
		db_bind_time(db, now);
		enum status s = db_run(db, STATEMENT_BATCH_DUPLICATE_INSERT, NULL, e);
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

enum status store_duplicate_find(struct db *db, const struct uuid *workspace, const struct duplicate_key *keys,
    size_t n, int64_t now, struct arena *arena, size_t *ret_found, struct err *e)
{
	struct db_result *r;
	bind_keys(db, workspace, keys, n);
	enum status s = db_run(db, STATEMENT_DUPLICATE_FIND, &r, e);
	if (s != ST_OK)
		return s;
	size_t rows = db_rows(r);
	struct found *found = arena_array(arena, rows + 1, sizeof *found);
	if (!found)
		return nomem(e);
	for (size_t i = 0; i < rows; i++) {
		struct uuid x = db_uuid(r, i, 0), y = db_uuid(r, i, 1);
		bool swap = uuid_cmp(&x, &y) > 0;
		const char *reason = arena_strdup(arena, db_text(r, i, 2, NULL));
		if (!reason)
			return nomem(e);
		found[i].pair = (struct batch_pair){duplicate_id(&x, &y), swap ? y : x, swap ? x : y, reason};
	}
	qsort(found, rows, sizeof *found, by_pair);
	*ret_found = rows;
	return write_pairs(db, workspace, found, rows, now, arena, e);
}

enum status store_duplicate_page(struct db *db, const struct uuid *workspace, const struct uuid *after, size_t max,
    struct uuid *ret, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_DUPLICATE_PAGE, &r, e);
	if (s == ST_OK)
		take_ids(r, ret, max, ret_n);
	return s;
}

enum status store_duplicate_count(struct db *db, const struct uuid *workspace, int64_t *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_DUPLICATE_COUNT, &r, e);
	if (s == ST_OK)
		*ret = db_rows(r) ? db_i64(r, 0, 0) : 0;
	return s;
}
