/* One connection to PostgreSQL with a deadline on every call.
 *
 * Asynchronous libpq under poll: a stopped or frozen server costs the caller its deadline, never more; after that, or after any loss, the
 * connection is not usable and its owner opens another. Statements are named (store/statement.h), prepared on first use, with binary
 * parameters and binary results. One thread per connection. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ident.h"
#include "base/instant.h"
#include "base/status.h"
#include "store/statement.h"

struct db;
struct db_result; /* rows of one statement; owned by the connection until the next call that waits */

enum db_use {
	DB_GENERAL, /* any statement */
	DB_BATCH,   /* ingest: plans pinned to index look-ups, so that a plan made on an empty table does not live on */
	DB_PLANNED, /* few statements, much in each: planned anew each time, for the tables as they have grown */
};

/* Opens within timeout_ms. url: a libpq URL or key=value string. Errors: ST_UNAVAILABLE. */
enum status db_open(const char *url, enum db_use use, int timeout_ms, struct db **ret, struct err *e);
void db_close(struct db **db);
bool db_usable(const struct db *db);
/* All following calls must end by this monotonic_us() instant (0: 5 s each). */
void db_deadline(struct db *db, int64_t deadline_us);

/* Parameters: begin, bind in order, send or run. Bound memory is copied into the connection's buffer. */
void db_bind_uuid(struct db *db, const struct uuid *u);        /* NULL: SQL null, for all bind_ functions taking a pointer */
void db_bind_text(struct db *db, const char *s);
void db_bind_textn(struct db *db, const char *s, size_t n);
void db_bind_bytes(struct db *db, const void *p, size_t n);
void db_bind_i64(struct db *db, int64_t v);
void db_bind_i32(struct db *db, int32_t v);
void db_bind_bool(struct db *db, bool v);
void db_bind_time(struct db *db, int64_t ms);                  /* INSTANT_NEVER: null */
void db_bind_null(struct db *db);
void db_bind_revision(struct db *db, int64_t v);               /* negative: null, for any revision */

/* Array parameters, element by element; the number of elements must be exact. The SQL spells the same element type. */
enum db_type { DB_UUID = 2950, DB_TEXT = 25, DB_BYTEA = 17, DB_INT8 = 20, DB_INT4 = 23, DB_TIME = 1184, DB_JSON = 114, DB_CHAR = 18, DB_BOOL = 16 };
void db_array_begin(struct db *db, enum db_type type, size_t n);
void db_put_uuid(struct db *db, const struct uuid *u);
void db_put_text(struct db *db, const char *s);                /* DB_TEXT, DB_JSON */
void db_put_bytes(struct db *db, const void *p, size_t n);     /* DB_BYTEA, DB_TEXT, DB_JSON */
void db_put_i64(struct db *db, int64_t v);
void db_put_i32(struct db *db, int32_t v);
void db_put_char(struct db *db, char c);
void db_put_bool(struct db *db, bool v);
void db_put_time(struct db *db, int64_t ms);
void db_array_end(struct db *db);
void db_bind_uuids(struct db *db, const struct uuid *ids, size_t n); /* a whole array at once */

/* One statement now: sends the bound parameters and waits. *ret (may be NULL) is valid until the next db_run, db_flush, db_exec or
 * db_results_clear on this connection. Errors: by SQLSTATE: 40001/40P01 ST_BUSY "serialization",
 * 23505 ST_CONFLICT "duplicate", other 22/23 ST_INVALID "data_refused", 57P0x/08/53 ST_UNAVAILABLE, deadline ST_DEADLINE (the connection is dropped),
 * connection lost ST_UNAVAILABLE, else ST_INTERNAL. e->sqlstate is set. */
enum status db_run(struct db *db, enum statement s, struct db_result **ret, struct err *e);

/* Several statements in one round trip: db_send each (after its binds), then db_flush, which waits for all. Results are numbered from 0 in the
 * order of db_send. When one fails the later ones are not executed and db_flush returns its error. If a COMMIT was among them and the connection was lost before its
 * answer: ST_UNCERTAIN. */
enum status db_send(struct db *db, enum statement s, struct err *e);
enum status db_flush(struct db *db, struct err *e);
struct db_result *db_result_at(struct db *db, size_t i); /* after db_flush */
void db_results_clear(struct db *db);                     /* frees all results */

/* Plain SQL text without parameters (BEGIN, migrations); may hold several statements. */
enum status db_exec(struct db *db, const char *sql, struct err *e);
/* BEGIN / COMMIT / ROLLBACK as pipeline members. */
enum status db_send_begin(struct db *db, struct err *e);
enum status db_send_commit(struct db *db, struct err *e);
/* Ends a transaction that is open or failed; the connection is unusable after a failure here. */
void db_rollback(struct db *db);

size_t db_rows(const struct db_result *r);
size_t db_affected(const struct db_result *r);
bool db_null(const struct db_result *r, size_t row, size_t col);
/* Values; a null reads as zero, nil, INSTANT_NEVER or NULL. Text and bytes are borrowed until db_results_clear and NUL-terminated. */
struct uuid db_uuid(const struct db_result *r, size_t row, size_t col);
const char *db_text(const struct db_result *r, size_t row, size_t col, size_t *ret_n); /* ret_n may be NULL; also json, "char" */
const void *db_bytes(const struct db_result *r, size_t row, size_t col, size_t *ret_n);
int64_t db_i64(const struct db_result *r, size_t row, size_t col);  /* int8 */
int32_t db_i32(const struct db_result *r, size_t row, size_t col);  /* int4 */
bool db_bool(const struct db_result *r, size_t row, size_t col);
int64_t db_time(const struct db_result *r, size_t row, size_t col); /* milliseconds */
/* A text[] value: element i of n; the elements are borrowed and NOT NUL-terminated. False: malformed. */
bool db_text_array(const struct db_result *r, size_t row, size_t col, size_t i, const char **ret, size_t *ret_n);
bool db_i64_array(const struct db_result *r, size_t row, size_t col, size_t i, int64_t *ret); /* the same of an int8[] without nulls */
size_t db_array_length(const struct db_result *r, size_t row, size_t col);

/* A small pool for readers: one connection per thread index, opened when needed, reopened after loss. */
struct db_pool;
enum status db_pool_new(const char *url, enum db_use use, size_t n, struct db_pool **ret, struct err *e);
void db_pool_free(struct db_pool **p);
/* The connection of slot i (each slot belongs to one thread); opens or reopens it by the deadline. */
enum status db_pool_get(struct db_pool *p, size_t i, int64_t deadline_us, struct db **ret, struct err *e);

#endif
