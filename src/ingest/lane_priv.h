/* One lane of the ingest machine; see lane.c. lanes_submit from any thread, the rest by the machine. */
#ifndef INGEST_LANE_PRIV_H
#define INGEST_LANE_PRIV_H

#include "ingest/ingest.h"

#define LANES_MAX 16

struct lane;
struct lane_config {
	struct models *models;
	struct hints *hints;
	const struct clock *clock;
	struct db_pool *pool;
	size_t slot;
	size_t batch_max, queue_max; /* commands */
};

enum status lane_new(const struct lane_config *c, struct lane **ret, struct err *e);
/* jobs[i] to lanes[i], each unless it is NULL: all or none of them. */
enum status lanes_submit(struct lane *const *lanes, struct ingest_job *const *jobs, size_t n, struct err *e);
size_t lane_waiting(struct lane *l);
bool lane_healthy(const struct lane *l);
void lane_close(struct lane *l);  /* refuses new jobs */
void lane_free(struct lane **l);  /* finishes what waits, joins */

/* split.c: the parts of a job by lane; parts[i] NULL: nothing for lane i. A job that one lane can take whole is its own part. */
enum status job_split(struct ingest_job *job, size_t n_lanes, size_t turn, struct ingest_job **parts, struct err *e);

static inline struct command *job_command(const struct ingest_job *job, size_t i)
{
	return job->part ? job->part[i] : &job->commands[i];
}

#endif
