/* Reading binary results. */
#include <endian.h>
#include <string.h>

#include "db_priv.h"

#define POSTGRES_EPOCH_MS INT64_C(946684800000)

struct db_result *db_result_at(struct db *db, size_t i)
{
	return i < db->n_results ? &db->results[i] : NULL;
}

void db_results_clear(struct db *db)
{
	for (size_t i = 0; i < db->n_results; i++)
		PQclear(db->results[i].pg);
	db->n_results = 0;
}

size_t db_rows(const struct db_result *r)
{
	return r ? (size_t)PQntuples(r->pg) : 0;
}

size_t db_affected(const struct db_result *r)
{
	size_t n = 0;
	for (const char *s = r ? PQcmdTuples(r->pg) : ""; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (size_t)(*s - '0');
	return n;
}

bool db_null(const struct db_result *r, size_t row, size_t col)
{
	return PQgetisnull(r->pg, (int)row, (int)col) != 0;
}

const void *db_bytes(const struct db_result *r, size_t row, size_t col, size_t *ret_n)
{
	if (db_null(r, row, col)) {
		if (ret_n)
			*ret_n = 0;
		return NULL;
	}
	if (ret_n)
		*ret_n = (size_t)PQgetlength(r->pg, (int)row, (int)col);
	return PQgetvalue(r->pg, (int)row, (int)col);
}

const char *db_text(const struct db_result *r, size_t row, size_t col, size_t *ret_n)
{
	return db_bytes(r, row, col, ret_n);
}

/* A value of exactly n bytes; false for null or another length. */
static bool fixed(const struct db_result *r, size_t row, size_t col, void *out, size_t n)
{
	size_t len;
	const void *p = db_bytes(r, row, col, &len);
	if (!p || len != n)
		return false;
	memcpy(out, p, n);
	return true;
}

struct uuid db_uuid(const struct db_result *r, size_t row, size_t col)
{
	struct uuid u = {{0}};
	(void)fixed(r, row, col, u.b, sizeof u.b);
	return u;
}

int64_t db_i64(const struct db_result *r, size_t row, size_t col)
{
	uint64_t v;
	return fixed(r, row, col, &v, sizeof v) ? (int64_t)be64toh(v) : 0;
}

int32_t db_i32(const struct db_result *r, size_t row, size_t col)
{
	uint32_t v;
	return fixed(r, row, col, &v, sizeof v) ? (int32_t)be32toh(v) : 0;
}

bool db_bool(const struct db_result *r, size_t row, size_t col)
{
	char c;
	return fixed(r, row, col, &c, 1) && c != 0;
}

int64_t db_time(const struct db_result *r, size_t row, size_t col)
{
	if (db_null(r, row, col))
		return INSTANT_NEVER;
	int64_t us = db_i64(r, row, col);
	int64_t ms = us / 1000 - (us % 1000 < 0 ? 1 : 0);
	return ms + POSTGRES_EPOCH_MS;
}

static uint32_t be32_at(const unsigned char *p)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return be32toh(v);
}

size_t db_array_length(const struct db_result *r, size_t row, size_t col)
{
	size_t len;
	const unsigned char *p = db_bytes(r, row, col, &len);
	return p && len >= 20 && be32_at(p) == 1 ? be32_at(p + 12) : 0;
}

bool db_text_array(const struct db_result *r, size_t row, size_t col, size_t i, const char **ret, size_t *ret_n)
{
	size_t len, n = db_array_length(r, row, col);
	const unsigned char *p = db_bytes(r, row, col, &len);
	if (i >= n)
		return false;
	size_t at = 20;
	for (size_t k = 0;; k++) {
		if (at + 4 > len)
			return false;
		uint32_t size = be32_at(p + at);
		at += 4;
		if (size == UINT32_MAX)
			size = 0;
		if (size > len - at)
			return false;
		if (k == i) {
			*ret = (const char *)p + at;
			*ret_n = size;
			return true;
		}
		at += size;
	}
}

bool db_i64_array(const struct db_result *r, size_t row, size_t col, size_t i, int64_t *ret)
{
	const char *p;
	size_t n;
	uint64_t v;
	if (!db_text_array(r, row, col, i, &p, &n) || n != sizeof v)
		return false;
	memcpy(&v, p, sizeof v);
	*ret = (int64_t)be64toh(v);
	return true;
}
