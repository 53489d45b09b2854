/* What an instance does in the background, on threads with connections of their own.
 *
 * The decay refresh looks for leads whose next_change_at has passed and lets time pass on them through the
 * ingest machine, so that stored scores, tiers, stages and transitions are as of now without anybody posting anything.
 * Several instances may do it at once: refreshing a lead twice changes nothing.
 *
 * The job runner does long work over a workspace's whole base that somebody asked for (rows of `jobs`): a rescore after
 * a model was activated, and others. Each job is run by one instance at a time; a rescore is shared by all.
 *
 * Webhooks are delivered: what stands in the outbox goes into the queues of the endpoints that want it (the fan-out), and from
 * there to them (the delivery). An endpoint is one instance's at a time.
 *
 * Chores are small standing work over all workspaces: rows that have served their time go, and what is kept beside the
 * truth is brought up to it.
 *
 * The desk gives handoffs to sales people and minds their clocks.
 *
 * While PostgreSQL is away all wait with growing, jittered pauses; none fails for that.
 *
 * work_start and work_stop are called by the main thread; work_stop before ingest_stop. */
#ifndef WORK_WORK_H
#define WORK_WORK_H

#include "base/instant.h"
#include "ingest/ingest.h"
#include "work/webhook.h"

struct work;
struct work_config {
	const char *database_url;
	struct ingest *ingest;        /* borrowed; outlives the work */
	const struct clock *clock;    /* NULL: clock_system; the ingest machine's own must not lag behind it */
	unsigned refresh_interval_ms; /* pause when nothing is due; 0: 1,000 */
	unsigned refresh_chunk;       /* leads of one workspace in flight; 0: 500; at most 1,000 */
	unsigned job_threads;         /* of the job runner; 0: 2; at most 16 */
	struct webhook_policy webhooks; /* texts outlive the work */
	const char *webhook_retries;  /* pauses in seconds, as 5,300,1800; NULL: the standard ones (deliver_pace.h) */
	unsigned webhook_timeout_ms;  /* of one attempt; 0: 15,000 */
	int64_t webhook_disable_after_ms; /* without one success; 0: five days */
	const unsigned *webhook_score_seconds; /* a lead's score is told once in so many seconds at most; NULL: 60 */
	unsigned webhook_keep_days;   /* how long it is known what was delivered; 0: 30 */
	unsigned job_settle_ms;       /* how long a batch of events that began before a rescore may last; 0: 6,000 */
};

enum status work_start(const struct work_config *c, struct work **ret, struct err *e);
/* Ends the jobs, waiting for what they have in flight. Accepts NULL and *NULL. */
void work_stop(struct work **w);

#endif
