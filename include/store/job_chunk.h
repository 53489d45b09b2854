/* A rescore's pieces, which threads and instances share by lease, and what a rescore asks of leads.
 *
 * Pieces are ranges of lead ids without gaps from the first id there can be to the last, so that each lead is in
 * exactly one. */
#ifndef STORE_JOB_CHUNK_H
#define STORE_JOB_CHUNK_H

#include "store/job.h"

struct job_chunk {
	int32_t ordinal;
	struct uuid first_lead, last_lead; /* both belong to it */
	int32_t leads;                     /* when it was cut */
	int32_t generation;
};

/* The `size`th lead after `after` (NULL: from the first); *ret_found false when fewer are left, and then ret_rest says
 * how many. */
enum status store_job_chunk_bound(struct db *db, const struct uuid *workspace, const struct uuid *after, int64_t size,
    bool *ret_found, struct uuid *ret, int64_t *ret_rest, struct err *e);
/* ST_CONFLICT when the job has pieces already. */
enum status store_job_chunk_add(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *chunks, size_t n, struct err *e);

/* Takes one of the pieces that nobody works on; *ret_mine false: there is none, or the job has ended. `random`: any
 * number, so that claimants spread. */
enum status store_job_chunk_claim(struct db *db, const struct uuid *workspace, const struct uuid *job, int64_t lease_ms,
    uint64_t random, bool *ret_mine, struct job_chunk *ret, struct err *e);
/* *ret_mine false: another has it now, or the job has ended. */
enum status store_job_chunk_renew(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *c, int64_t lease_ms, bool *ret_mine, struct err *e);
/* Unfinished, for anybody to take at once. */
enum status store_job_chunk_release(
    struct db *db, const struct uuid *workspace, const struct uuid *job, const struct job_chunk *c, struct err *e);
enum status store_job_chunk_done(struct db *db, const struct uuid *workspace, const struct uuid *job,
    const struct job_chunk *c, int64_t now, int32_t changed, int32_t transitions, bool *ret_mine, struct err *e);

struct job_chunk_sums {
	int64_t chunks, chunks_done, leads, leads_done, changed, transitions;
};
enum status store_job_chunk_sums(
    struct db *db, const struct uuid *workspace, const struct uuid *job, struct job_chunk_sums *ret, struct err *e);

/* Whether a version is what leads are scored under now. */
enum rescore_role { RESCORE_NONE, RESCORE_PRIMARY, RESCORE_OTHER };
enum status store_rescore_role(struct db *db, const struct uuid *workspace, int64_t version, enum rescore_role *ret,
    int64_t *ret_segments, struct err *e);
/* Up to `max` leads after `after` up to `last` that are not scored under `version` yet (all: whether they are or not),
 * in id order. head: what states begin with, of the primary model; n_head 0: any is good. */
enum status store_rescore_stale(struct db *db, const struct uuid *workspace, enum rescore_role role, int64_t version,
    bool all, const void *head, size_t n_head, const struct uuid *after, const struct uuid *last, struct uuid *ret, size_t max, size_t *ret_n,
    struct err *e);
/* Whether the workspace has any scores beside its leads' own. */
enum status store_rescore_any(struct db *db, const struct uuid *workspace, bool *ret, struct err *e);
/* Removes what leads after `after` up to `last` have of versions that are not in other_models. */
enum status store_rescore_forget(struct db *db, const struct uuid *workspace, const struct uuid *after,
    const struct uuid *last, int64_t *ret_n, struct err *e);

#endif
