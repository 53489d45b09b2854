/* A job as GET /v1/jobs/{id} shows it, for those who show it elsewhere. */
#ifndef API_JOBS_PRIV_H
#define API_JOBS_PRIV_H

#include "api_priv.h"
#include "store/job.h"

/* Appends a job; `whole`: with its result as it is. */
void job_put(struct buf *b, const struct job_row *j, int64_t now, bool whole);
/* Reads and appends the whole job. ST_NOT_FOUND "job_not_found". `arena` is for what is needed meanwhile. */
enum status job_render(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    int64_t now, struct buf *out, struct err *e);

/* A preview's result names leads by id alone, so that it keeps nothing of a lead that is erased: here each gets its
 * name, e-mail and company as they are now, null for one that is gone. *ret is arena-owned. (job_names.c) */
enum status job_names(struct db *db, const struct uuid *workspace, struct arena *arena, const char *result,
    const char **ret, struct err *e);

#endif
