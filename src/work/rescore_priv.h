/* One thread's part in a rescore. */
#ifndef WORK_RESCORE_PRIV_H
#define WORK_RESCORE_PRIV_H

#include "ingest/apart.h"
#include "jobs_priv.h"
#include "store/job_chunk.h"

#define RESCORE_BATCH_MAX 1000

struct rescore {
	struct job_run *run;
	enum rescore_role role;
	bool all; /* also leads that are under the model already */
	int64_t segments; /* the revision that leads are to be looked at with */

	/* made by rescore_open */
	struct apart *apart;
	struct arena *arena; /* of the batch under way */
	struct buf head;     /* what states of the primary model begin with under `segments`; empty: any is good */
	int64_t head_of;     /* its revision */
	struct uuid *ids;    /* room for RESCORE_BATCH_MAX */
	struct command *commands;
	size_t batch; /* leads at a time, by how long the last ones took */

	const struct job_chunk *chunk; /* whose lease is to be renewed; NULL: none */
	int64_t renewed_us;
	int64_t leads, transitions, failed, forgotten; /* came under the model; raised; were refused; scores removed */
};

/* Reads what the job asks for, and connects. */
enum status rescore_open(struct rescore *x, struct err *e);
void rescore_close(struct rescore *x); /* also after a failure of rescore_open, or without it */
/* One piece that was claimed. ST_OK also when it was taken from us meanwhile. */
enum status rescore_chunk(struct rescore *x, const struct job_chunk *c, struct err *e);
/* Leads after `after` up to `last`. */
enum status rescore_range(struct rescore *x, const struct uuid *after, const struct uuid *last, struct err *e);

#endif
