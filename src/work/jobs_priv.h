/* The job runner: finds jobs of all workspaces, holds their leases, calls the function of their kind, writes down how
 * they ended.
 *
 * To add a kind: write `enum status NAME_run(struct job_run *r, struct buf *result, struct err *e)` in a file of its
 * own, declare it below, and put it into the table `kinds` in jobs.c (and its name into the CHECK of jobs.kind, if it
 * is new).
 *
 * What a run function is to do it reads from r->job: model_version, and `input`, a JSON text. It works on the runner's
 * thread, with connections of its own (config.database_url) or, between two ticks, with job_db. It may start threads,
 * which must have ended when it returns; only the thread that was called may call job_tick.
 *
 * It calls job_tick often: each lead or each thousand, as it likes, but at least every few seconds (a lease runs out
 * after JOB_LEASE_MS). That costs nothing until half a second has passed; then the lease is renewed and the figures are
 * stored. When it fails, clean up and return what it said.
 *
 * It returns ST_OK with a JSON text in `result`: the job is done. Any of ST_UNAVAILABLE, ST_DEADLINE, ST_BUSY,
 * ST_UNCERTAIN: the job is given back and run again after a growing pause, by any instance. Anything else: the job has
 * failed, with the error's code and sentence.
 *
 * It must bear being run again from the start, whatever the run before had done, also while that one still runs
 * somewhere for a moment: what it stores is guarded by more than the belief to be alone. */
#ifndef WORK_JOBS_PRIV_H
#define WORK_JOBS_PRIV_H

#include "base/buf.h"
#include "store/job.h"
#include "work/work.h"

/* A dead instance's job has another runner after this and a look of the others, a second at most. */
#define JOB_LEASE_MS 20000

struct jobs;

/* A job, or a share in one, as the function that works on it sees it. */
struct job_run {
	const struct work_config *config; /* its clock is never NULL; texts live as long as the runner */
	struct uuid workspace_id;
	struct job_row job;  /* of a share: no input */
	struct arena *arena; /* freed after the run; for small things */
	size_t thread;       /* which of the runner's, from 0 */

	/* the runner's own */
	struct jobs *jobs;
	bool owner;
	int64_t told_us, done, total;
	struct err lost; /* why the last tick failed; ST_OK: it did not */
};

/* Renews the lease from time to time and tells progress: `done` of `total` leads. Fails when the job is not ours any
 * more (ST_CONFLICT "job_cancelled" or "job_lost"), the instance is stopping (ST_BUSY "shutting_down") or the database
 * is away; the run must end then. */
enum status job_tick(struct job_run *r, int64_t done, int64_t total, struct err *e);
/* Whether the instance is stopping: for waits between ticks. Any thread. */
bool job_stopping(const struct job_run *r);
/* Sleeps, unless the instance is stopping. */
void job_pause(const struct job_run *r, int64_t ms);
/* The runner thread's connection, good until the next tick. timeout_ms: for what is done with it. */
enum status job_db(struct job_run *r, int64_t timeout_ms, struct db **ret, struct err *e);
/* Errors that pass by themselves. */
bool job_passing(enum status s);

struct job_kind {
	const char *name;
	enum status (*run)(struct job_run *r, struct buf *result, struct err *e);
	/* Work on a part of a job that another thread or instance runs; NULL: cannot be shared. ret_worked false: there
	 * was nothing to take. */
	enum status (*share)(struct job_run *r, bool *ret_worked, struct err *e);
	/* Rescores: leads wait for them. Others are heavy and have the first thread only, one at a time. */
	bool any_thread;
};

enum status jobs_start(const struct work_config *c, struct jobs **ret, struct err *e);
void jobs_stop(struct jobs **j); /* accepts NULL and *NULL; runs end at their next tick and are given back */

/* The kinds' functions. */
enum status rescore_run(struct job_run *r, struct buf *result, struct err *e);
enum status rescore_share(struct job_run *r, bool *ret_worked, struct err *e);
enum status backtest_run(struct job_run *r, struct buf *result, struct err *e);
enum status account_run(struct job_run *r, struct buf *result, struct err *e);
enum status simulate_run(struct job_run *r, struct buf *result, struct err *e);
enum status segment_run(struct job_run *r, struct buf *result, struct err *e);
enum status duplicates_run(struct job_run *r, struct buf *result, struct err *e);

#endif
