/* A pass of a job over a workspace's whole base, or a sample of it, on a few threads: reads, never writes.
 *
 * Each thread has a connection and visits ranges of leads of its own, all from one snapshot (store/sweep.h); the job's
 * thread tells progress meanwhile. */
#ifndef WORK_PASS_PRIV_H
#define WORK_PASS_PRIV_H

#include "jobs_priv.h"
#include "scoring/lead.h"
#include "store/sweep.h"

#define PASS_THREADS 2

/* What part of the base is wanted: a share, or so many leads, or all (both 0). */
struct pass_wish {
	double share;
	int64_t leads;
	uint64_t seed;
};

/* {"sample": {"share"} or {"leads"}, "seed"} of a job's input. */
struct pass_wish pass_wish(const json_t *input);

struct pass_outcome {
	int64_t population; /* leads in the base */
	int64_t visited;
	double share;
};

/* What is to be read at the pass's snapshot before it begins; on a thread of its own, so that it may take long. */
struct pass_prologue {
	enum status (*read)(void *ctx, struct db *db, const struct uuid *workspace, struct err *e); /* NULL: nothing */
	void *ctx;
};

/* Calls visitors[t] from thread t only. Errors: those of job_tick, of the database, and what a visitor returned. */
enum status pass_run(struct job_run *r, const struct pass_wish *wish, const struct pass_prologue *prologue,
    const struct sweep_visitor visitors[PASS_THREADS], struct pass_outcome *ret, struct err *e);

/* The document of a version compiled, without the cache that serves ingest: a draft may be another tomorrow. Errors
 * also: ST_NOT_FOUND "model_not_found". */
enum status pass_model(struct job_run *r, int64_t version, struct model **ret, struct err *e);
/* The same with segments beside it; NULL: none. */
enum status pass_model_with(struct job_run *r, int64_t version, const struct model_segments *segments, struct model **ret, struct err *e);

/* A sweep's event as scoring takes it. */
static inline struct scoring_event pass_event(const struct sweep_event *ev)
{
	return (struct scoring_event){.key = ev->key,
	    .at = ev->at,
	    .type = ev->type,
	    .properties_text = ev->properties,
	    .patch_text = ev->patch,
	    .source_text = ev->source,
	    .email = ev->email,
	    .phone = ev->phone};
}

#endif
