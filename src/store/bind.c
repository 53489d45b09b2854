/* Binary parameters: scalars and one-dimensional arrays in PostgreSQL's wire format. */
#include <endian.h>
#include <string.h>

#include "db_priv.h"

#define POSTGRES_EPOCH_MS INT64_C(946684800000) /* 2000-01-01 */

void db_bind_reset(struct db *db)
{
	buf_clear(&db->bytes);
	db->n_params = 0;
	db->bind_failed = false;
	db->array_left = 0;
}

static bool param_begin(struct db *db)
{
	if (db->n_params >= DB_PARAMS_MAX || db->array_left) {
		db->bind_failed = true;
		return false;
	}
	db->param[db->n_params].at = db->bytes.len;
	db->param[db->n_params].null = false;
	return true;
}

static void param_end(struct db *db)
{
	db->param[db->n_params].len = db->bytes.len - db->param[db->n_params].at;
	db->n_params++;
}

static void put32(struct buf *b, uint32_t v)
{
	v = htobe32(v);
	buf_put(b, &v, 4);
}

static void put64(struct buf *b, uint64_t v)
{
	v = htobe64(v);
	buf_put(b, &v, 8);
}

static void bind_raw(struct db *db, const void *p, size_t n)
{
	if (!param_begin(db))
		return;
	/* A parameter of no bytes still needs an address that is not NULL. */
	buf_put(&db->bytes, n ? p : "", n);
	if (!n)
		(void)buf_reserve(&db->bytes, 1);
	param_end(db);
}

void db_bind_null(struct db *db)
{
	if (!param_begin(db))
		return;
	db->param[db->n_params].null = true;
	param_end(db);
}

void db_bind_revision(struct db *db, int64_t v)
{
	if (v >= 0)
		db_bind_i64(db, v);
	else
		db_bind_null(db);
}

void db_bind_uuid(struct db *db, const struct uuid *u)
{
	if (u)
		bind_raw(db, u->b, sizeof u->b);
	else
		db_bind_null(db);
}

void db_bind_textn(struct db *db, const char *s, size_t n)
{
	if (s)
		bind_raw(db, s, n);
	else
		db_bind_null(db);
}

void db_bind_text(struct db *db, const char *s)
{
	db_bind_textn(db, s, s ? strlen(s) : 0);
}

void db_bind_bytes(struct db *db, const void *p, size_t n)
{
	db_bind_textn(db, p, n);
}

void db_bind_i64(struct db *db, int64_t v)
{
	uint64_t x = htobe64((uint64_t)v);
	bind_raw(db, &x, sizeof x);
}

void db_bind_i32(struct db *db, int32_t v)
{
	uint32_t x = htobe32((uint32_t)v);
	bind_raw(db, &x, sizeof x);
}

void db_bind_bool(struct db *db, bool v)
{
	char c = v ? 1 : 0;
	bind_raw(db, &c, 1);
}

void db_bind_time(struct db *db, int64_t ms)
{
	if (ms == INSTANT_NEVER)
		db_bind_null(db);
	else
		db_bind_i64(db, (ms - POSTGRES_EPOCH_MS) * 1000);
}

void db_array_begin(struct db *db, enum db_type type, size_t n)
{
	if (!param_begin(db))
		return;
	db->array_at = db->bytes.len;
	db->array_left = n;
	put32(&db->bytes, n ? 1 : 0); /* dimensions */
	put32(&db->bytes, 1);         /* may hold nulls */
	put32(&db->bytes, (uint32_t)type);
	if (n) {
		put32(&db->bytes, (uint32_t)n);
		put32(&db->bytes, 1); /* lower bound */
	}
}

static bool element(struct db *db)
{
	if (!db->array_left) {
		db->bind_failed = true;
		return false;
	}
	db->array_left--;
	return true;
}

void db_put_bytes(struct db *db, const void *p, size_t n)
{
	if (!element(db))
		return;
	if (!p) {
		put32(&db->bytes, UINT32_MAX); /* null */
		return;
	}
	put32(&db->bytes, (uint32_t)n);
	buf_put(&db->bytes, p, n);
}

void db_put_uuid(struct db *db, const struct uuid *u)
{
	db_put_bytes(db, u ? u->b : NULL, sizeof u->b);
}

void db_put_text(struct db *db, const char *s)
{
	db_put_bytes(db, s, s ? strlen(s) : 0);
}

void db_put_char(struct db *db, char c)
{
	db_put_bytes(db, &c, 1);
}

void db_put_bool(struct db *db, bool v)
{
	char c = v ? 1 : 0;
	db_put_bytes(db, &c, 1);
}

void db_put_i64(struct db *db, int64_t v)
{
	if (!element(db))
		return;
	put32(&db->bytes, 8);
	put64(&db->bytes, (uint64_t)v);
}

void db_put_i32(struct db *db, int32_t v)
{
	if (!element(db))
		return;
	put32(&db->bytes, 4);
	put32(&db->bytes, (uint32_t)v);
}

void db_put_time(struct db *db, int64_t ms)
{
	if (ms == INSTANT_NEVER)
		db_put_bytes(db, NULL, 0);
	else
		db_put_i64(db, (ms - POSTGRES_EPOCH_MS) * 1000);
}

void db_array_end(struct db *db)
{
	if (db->bind_failed)
		return;
	if (db->array_left)
		db->bind_failed = true;
	else
		param_end(db);
}

void db_bind_uuids(struct db *db, const struct uuid *ids, size_t n)
{
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, &ids[i]);
	db_array_end(db);
}
