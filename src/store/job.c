#include "store/job.h"

#include <string.h>

static struct job_row take_row(const struct db_result *r, size_t i)
{
	return (struct job_row){
	    .id = db_uuid(r, i, 0),
	    .kind = db_text(r, i, 1, NULL),
	    .state = db_text(r, i, 2, NULL),
	    .model_version = db_i64(r, i, 3),
	    .input = db_text(r, i, 4, NULL),
	    .total = db_i64(r, i, 5),
	    .done = db_i64(r, i, 6),
	    .result = db_text(r, i, 7, NULL),
	    .error = db_text(r, i, 8, NULL),
	    .created_at = db_time(r, i, 9),
	    .started_at = db_time(r, i, 10),
	    .finished_at = db_time(r, i, 11),
	    .generation = db_i32(r, i, 12),
	};
}

enum status store_job_add(struct db *db, const struct uuid *workspace, const char *kind, int64_t model_version,
    const char *input, int64_t now, struct uuid *ret_id, struct err *e)
{
	struct uuid id = uuid_v7(now);
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &id);
	db_bind_text(db, kind);
	db_bind_i64(db, model_version);
	db_bind_text(db, input);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_JOB_ADD, NULL, e);
	if (s == ST_OK)
		*ret_id = id;
	return s;
}

static enum status not_found(struct err *e)
{
	return err_set(e, ST_NOT_FOUND, "job_not_found", "There is no job with this id.");
}

enum status store_job_read(
    struct db *db, const struct uuid *workspace, const struct uuid *id, struct job_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	enum status s = db_run(db, STATEMENT_JOB_READ, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r))
		return not_found(e);
	*ret = take_row(r, 0);
	return ST_OK;
}

enum status store_job_list(struct db *db, const struct uuid *workspace, const struct job_filter *f, struct arena *arena,
    struct job_row **ret, size_t *ret_n, bool *ret_more, struct err *e)
{
	struct uuid after = f->after;
	if (!f->has_after)
		memset(&after, 0xff, sizeof after);
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_i64(db, (int64_t)f->limit + 1);
	db_bind_uuid(db, &after);
	db_bind_text(db, f->state);
	db_bind_text(db, f->kind);
	enum status s = db_run(db, STATEMENT_JOB_LIST, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	bool more = n > f->limit;
	if (more)
		n = f->limit;
	struct job_row *rows = arena_array(arena, n ? n : 1, sizeof *rows);
	if (!rows)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; i < n; i++)
		rows[i] = take_row(r, i);
	*ret = rows;
	*ret_n = n;
	*ret_more = more;
	return ST_OK;
}

enum status store_job_cancel(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now, struct err *e)
{
	struct db_result *r;
	struct job_row job;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, now);
	enum status s = db_run(db, STATEMENT_JOB_CANCEL, &r, e);
	if (s != ST_OK || db_affected(r))
		return s;
	s = store_job_read(db, workspace, id, &job, e);
	if (s != ST_OK)
		return s;
	return err_set(e, ST_CONFLICT, "job_ended", "The job has ended already; it is %s.", job.state);
}

enum status store_job_open(struct db *db, struct job_open *ret, size_t max, size_t *ret_n, struct err *e)
{
	struct db_result *r;
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_JOB_OPEN, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct job_open){.workspace_id = db_uuid(r, i, 0),
		    .id = db_uuid(r, i, 1),
		    .running = !strcmp(db_text(r, i, 3, NULL), "running"),
		    .free = db_bool(r, i, 4)};
		size_t len;
		const char *kind = db_text(r, i, 2, &len);
		memcpy(ret[i].kind, kind, len < sizeof ret[i].kind ? len : sizeof ret[i].kind - 1);
	}
	*ret_n = n;
	db_results_clear(db);
	return ST_OK;
}

enum status store_job_claim(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    int64_t lease_ms, struct arena *arena, bool *ret_mine, struct job_row *ret, struct err *e)
{
	struct db_result *r;
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, id);
	db_bind_time(db, now);
	db_bind_i64(db, lease_ms);
	enum status s = db_run(db, STATEMENT_JOB_CLAIM, &r, e);
	if (s != ST_OK)
		return s;
	if (!db_rows(r)) {
		*ret_mine = false;
		return ST_OK;
	}
	struct job_row job = take_row(r, 0);
	job.kind = arena_strdup(arena, job.kind);
	job.state = "running";
	job.input = arena_strdup(arena, job.input);
	job.result = job.error = NULL;
	db_results_clear(db);
	if (!job.kind || !job.input)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	*ret = job;
	*ret_mine = true;
	return ST_OK;
}

static void bind_mine(struct db *db, const struct uuid *workspace, const struct job_row *job)
{
	db_bind_uuid(db, workspace);
	db_bind_uuid(db, &job->id);
	db_bind_i32(db, job->generation);
}

static enum status run_mine(struct db *db, enum statement st, bool *ret_mine, struct err *e)
{
	struct db_result *r;
	enum status s = db_run(db, st, &r, e);
	if (s == ST_OK)
		*ret_mine = db_affected(r) > 0;
	return s;
}

enum status store_job_renew(struct db *db, const struct uuid *workspace, const struct job_row *job, int64_t lease_ms,
    int64_t done, int64_t total, bool *ret_mine, struct err *e)
{
	bind_mine(db, workspace, job);
	db_bind_i64(db, lease_ms);
	db_bind_i64(db, done);
	db_bind_i64(db, total);
	return run_mine(db, STATEMENT_JOB_RENEW, ret_mine, e);
}

enum status store_job_release(struct db *db, const struct uuid *workspace, const struct job_row *job, int64_t pause_ms,
    bool *ret_mine, struct err *e)
{
	bind_mine(db, workspace, job);
	db_bind_i64(db, pause_ms);
	return run_mine(db, STATEMENT_JOB_RELEASE, ret_mine, e);
}

enum status store_job_end(struct db *db, const struct uuid *workspace, const struct job_row *job, const char *state,
    int64_t done, int64_t total, const char *result, const char *error, int64_t now, bool *ret_mine, struct err *e)
{
	bind_mine(db, workspace, job);
	db_bind_text(db, state);
	db_bind_i64(db, done);
	db_bind_i64(db, total);
	db_bind_text(db, result);
	db_bind_text(db, error);
	db_bind_time(db, now);
	return run_mine(db, STATEMENT_JOB_END, ret_mine, e);
}

#define FORGET_MAX 100

enum status store_job_forget(struct db *db, int64_t before, size_t max, bool *ret_more, struct err *e)
{
	struct uuid workspace[FORGET_MAX], id[FORGET_MAX];
	struct db_result *r;
	if (max > FORGET_MAX)
		max = FORGET_MAX;
	db_bind_time(db, before);
	db_bind_i64(db, (int64_t)max);
	enum status s = db_run(db, STATEMENT_JOB_EXPIRED, &r, e);
	if (s != ST_OK)
		return s;
	size_t n = db_rows(r);
	for (size_t i = 0; i < n; i++) {
		workspace[i] = db_uuid(r, i, 0);
		id[i] = db_uuid(r, i, 1);
	}
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		db_results_clear(db);
		db_bind_uuid(db, &workspace[i]);
		db_bind_uuid(db, &id[i]);
		s = db_run(db, STATEMENT_JOB_FORGET, &r, e);
	}
	db_results_clear(db);
	*ret_more = n == max;
	return s;
}
