/* Long work over a workspace's base, as rows: waiting, running under a lease, ended.
 *
 * A runner takes a job for a while (store_job_claim) and renews that lease while it works; one that dies is succeeded
 * when its lease has run out. Each claim counts `generation` up, and whatever a runner says about its job names the
 * generation it has: one that was succeeded, or whose job was cancelled, is told so by *ret_mine false and has changed
 * nothing. */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "store/db.h"

/* Text is borrowed from the connection until its next statement, or owned by an arena where one is given. */
struct job_row {
	struct uuid id;
	const char *kind, *state; /* rescore, simulate, backtest, duplicates; waiting, running, done, failed, cancelled */
	int64_t model_version; /* 0: of none */
	const char *input;          /* JSON text */
	const char *result, *error; /* JSON text; "code: sentence"; NULL: none (yet) */
	int64_t total, done;        /* leads */
	int64_t created_at, started_at, finished_at;
	int32_t generation;
};

/* input: JSON text. */
enum status store_job_add(struct db *db, const struct uuid *workspace, const char *kind, int64_t model_version,
    const char *input, int64_t now, struct uuid *ret_id, struct err *e);
/* ST_NOT_FOUND "job_not_found". */
enum status store_job_read(
    struct db *db, const struct uuid *workspace, const struct uuid *id, struct job_row *ret, struct err *e);

struct job_filter {
	const char *state, *kind; /* NULL: any */
	bool has_after;
	struct uuid after; /* the last id of the page before */
	size_t limit;
};
/* Newest first, without results. */
enum status store_job_list(struct db *db, const struct uuid *workspace, const struct job_filter *f, struct arena *arena,
    struct job_row **ret, size_t *ret_n, bool *ret_more, struct err *e);
/* ST_NOT_FOUND "job_not_found"; ST_CONFLICT "job_ended". */
enum status store_job_cancel(
    struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now, struct err *e);

/* For runners. */
struct job_open {
	struct uuid workspace_id, id;
	char kind[16];
	bool running;
	bool free; /* nobody has a lease on it */
};
/* The jobs of all workspaces that have not ended, at most `max`; rescores first, then the oldest. */
enum status store_job_open(struct db *db, struct job_open *ret, size_t max, size_t *ret_n, struct err *e);
enum status store_job_claim(struct db *db, const struct uuid *workspace, const struct uuid *id, int64_t now,
    int64_t lease_ms, struct arena *arena, bool *ret_mine, struct job_row *ret, struct err *e);
enum status store_job_renew(struct db *db, const struct uuid *workspace, const struct job_row *job, int64_t lease_ms,
    int64_t done, int64_t total, bool *ret_mine, struct err *e);
/* Nobody takes it before the pause is over. */
enum status store_job_release(struct db *db, const struct uuid *workspace, const struct job_row *job, int64_t pause_ms,
    bool *ret_mine, struct err *e);
/* state: done, failed or cancelled; result and error may be NULL. */
enum status store_job_end(struct db *db, const struct uuid *workspace, const struct job_row *job, const char *state,
    int64_t done, int64_t total, const char *result, const char *error, int64_t now, bool *ret_mine, struct err *e);

/* Forgets jobs of any workspace that ended before that instant, at most so many. ret_more: there may be others. */
enum status store_job_forget(struct db *db, int64_t before, size_t max, bool *ret_more, struct err *e);

#endif
