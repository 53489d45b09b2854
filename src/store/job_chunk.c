#include "store/job_chunk.h"

#define CANDIDATES 16

static const struct uuid first_id;

enum status store_job_chunk_bound(struct db *db, const struct uuid *workspace, const struct uuid *after, int64_t size,
    bool *ret_found, struct uuid *ret, int64_t *ret_rest, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after ? after : &first_id);
	db_bind_i64(db, size);
	enum status s = db_run(db, STATEMENT_JOB_CHUNK_BOUND, &r, e);
	if (s != ST_OK)
		return s;
	if (db_rows(r)) {
		*ret_found = true;
		*ret = db_uuid(r, 0, 0);
		return ST_OK;
	}
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after ? after : &first_id);
	db_bind_i64(db, size);
	s = db_run(db, STATEMENT_JOB_CHUNK_REST, &r, e);
	if (s != ST_OK)
		return s;
	*ret_found = false;
	*ret_rest = db_i64(r, 0, 0);
	return ST_OK;
}

enum status store_job_chunk_add(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *chunks, size_t n, struct err *e)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, job);
	db_array_begin(db, DB_INT4, n);
	for (size_t i = 0; i < n; i++)
		db_put_i32(db, chunks[i].ordinal);
	db_array_end(db);
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, &chunks[i].first_lead);
	db_array_end(db);
	db_array_begin(db, DB_UUID, n);
	for (size_t i = 0; i < n; i++)
		db_put_uuid(db, &chunks[i].last_lead);
	db_array_end(db);
	db_array_begin(db, DB_INT4, n);
	for (size_t i = 0; i < n; i++)
		db_put_i32(db, chunks[i].leads);
	db_array_end(db);
	return db_run(db, STATEMENT_JOB_CHUNK_ADD, NULL, e);
}

static void bind_chunk(struct db *db, const struct uuid *workspace, const struct uuid *job, int32_t ordinal)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, job);
	db_bind_i32(db, ordinal);
}

enum status store_job_chunk_claim(struct db *db, const struct uuid *workspace, const struct uuid *job, int64_t lease_ms,
    uint64_t random, bool *ret_mine, struct job_chunk *ret, struct err *e)
{
	/* Those who see the same open pieces take different ones, mostly; who comes second looks again. */
	for (;;) {
		struct db_result *r;
		int32_t ordinals[CANDIDATES];
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, job);
		db_bind_i64(db, CANDIDATES);
		enum status s = db_run(db, STATEMENT_JOB_CHUNK_OPEN, &r, e);
		if (s != ST_OK)
			return s;
		size_t n = db_rows(r);
		if (!n) {
			*ret_mine = false;
			return ST_OK;
		}
		for (size_t i = 0; i < n; i++)
			ordinals[i] = db_i32(r, i, 0);
		bind_chunk(db, workspace, job, ordinals[random++ % n]);
		db_bind_i64(db, lease_ms);
		s = db_run(db, STATEMENT_JOB_CHUNK_CLAIM, &r, e);
		if (s != ST_OK)
			return s;
		if (!db_rows(r))
			continue;
		*ret = (struct job_chunk){.ordinal = db_i32(r, 0, 0),
		    .first_lead = db_uuid(r, 0, 1),
		    .last_lead = db_uuid(r, 0, 2),
		    .leads = db_i32(r, 0, 3),
		    .generation = db_i32(r, 0, 4)};
		*ret_mine = true;
		return ST_OK;
	}
}

enum status store_job_chunk_renew(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *c, int64_t lease_ms, bool *ret_mine, struct err *e)
{
	struct db_result *r;
	bind_chunk(db, workspace, job, c->ordinal);
	db_bind_i32(db, c->generation);
	db_bind_i64(db, lease_ms);
	enum status s = db_run(db, STATEMENT_JOB_CHUNK_RENEW, &r, e);
	if (s == ST_OK)
		*ret_mine = db_affected(r) > 0;
	return s;
}

enum status store_job_chunk_release(
    struct db *db, const struct uuid *workspace, const struct uuid *job, const struct job_chunk *c, struct err *e)
{
	bind_chunk(db, workspace, job, c->ordinal);
	db_bind_i32(db, c->generation);
	return db_run(db, STATEMENT_JOB_CHUNK_RELEASE, NULL, e);
}

enum status store_job_chunk_done(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *c, int64_t now, int32_t changed, int32_t transitions, bool *ret_mine, struct err *e)
{
	struct db_result *r;
	bind_chunk(db, workspace, job, c->ordinal);
	db_bind_i32(db, c->generation);
	db_bind_time(db, now);
	db_bind_i32(db, changed);
	db_bind_i32(db, transitions);
	enum status s = db_run(db, STATEMENT_JOB_CHUNK_DONE, &r, e);
	if (s == ST_OK)
		*ret_mine = db_affected(r) > 0;
	return s;
}

enum status store_job_chunk_sums(
    struct db *db, const struct uuid *workspace, const struct uuid *job, struct job_chunk_sums *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, job);
	enum status s = db_run(db, STATEMENT_JOB_CHUNK_SUMS, &r, e);
	if (s != ST_OK)
		return s;
	*ret = (struct job_chunk_sums){.chunks = db_i64(r, 0, 0),
	    .chunks_done = db_i64(r, 0, 1),
	    .leads = db_i64(r, 0, 2),
	    .leads_done = db_i64(r, 0, 3),
	    .changed = db_i64(r, 0, 4),
	    .transitions = db_i64(r, 0, 5)};
	return ST_OK;
}

enum status store_rescore_role(struct db *db, const struct uuid *workspace, int64_t version, enum rescore_role *ret,
    int64_t *ret_segments, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, version);
	enum status s = db_run(db, STATEMENT_RESCORE_MODELS, &r, e);
	if (s != ST_OK)
		return s;
	*ret = !db_rows(r)                  ? RESCORE_NONE
	       : db_i64(r, 0, 0) == version ? RESCORE_PRIMARY
	       : db_bool(r, 0, 1)           ? RESCORE_OTHER
					    : RESCORE_NONE;
	*ret_segments = db_rows(r) ? db_i64(r, 0, 2) : 0;
	return ST_OK;
}

enum status store_rescore_stale(struct db *db, const struct uuid *workspace, enum rescore_role role, int64_t version,
    bool all, const void *head, size_t n_head, const struct uuid *after, const struct uuid *last, struct uuid *ret,
    size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, after);
	db_bind_uuid(db, last);
	db_bind_i64(db, version);
	db_bind_i64(db, (int64_t)max);
	db_bind_bool(db, all);
	if (role == RESCORE_PRIMARY)
		db_bind_bytes(db, head ? head : "", n_head);
	enum status s =
	    db_run(db, role == RESCORE_PRIMARY ? STATEMENT_RESCORE_STALE : STATEMENT_RESCORE_STALE_OTHER, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n; i++)
		ret[i] = db_uuid(r, i, 0);
	*ret_n = n;
	db_results_clear(db);
	return ST_OK;
}

enum status store_rescore_any(struct db *db, const struct uuid *workspace, bool *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	enum status s = db_run(db, STATEMENT_RESCORE_ANY, &r, e);
	if (s == ST_OK)
		*ret = db_bool(r, 0, 0);
	return s;
}

/* The workspace's row is locked first: a version that comes back into use meanwhile does so after these scores are
 * gone, and its own rescore makes new ones. */
enum status store_rescore_forget(struct db *db, const struct uuid *workspace, const struct uuid *after,
    const struct uuid *last, int64_t *ret_n, struct err *e)
{
	enum status s = db_send_begin(db, e);
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		s = db_send(db, STATEMENT_RESCORE_LOCK_MODELS, e);
	}
	if (s == ST_OK) {
		db_bind_uuid(db, workspace);
		db_bind_uuid(db, after);
		db_bind_uuid(db, last);
		s = db_send(db, STATEMENT_RESCORE_FORGET, e);
	}
	if (s == ST_OK)
		s = db_send_commit(db, e);
	if (s == ST_OK)
		s = db_flush(db, e);
	if (s != ST_OK) {
		db_rollback(db);
		return s;
	}
	*ret_n = (int64_t)db_affected(db_result_at(db, 1));
	db_results_clear(db);
	return ST_OK;
}
