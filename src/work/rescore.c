/* Rescore: every lead of a workspace is brought under a model that came into use.
 *
 * Whoever claims the job cuts the base into ranges of lead ids, once; then its threads and those of other instances
 * take ranges by lease until all are done. In a range the leads that are not under the model yet are found and given,
 * some hundreds at a time, to the ingest machine's own batch (ingest/apart.h), which locks them in id order, replays
 * them, and writes score, transitions, handoffs and outbox rows in one transaction. So a crash leaves each lead either
 * done, and then it is not found again, or untouched; and a lead that an event has moved under the new model meanwhile
 * is not found either.
 *
 * What may still come too late is a batch of events that had read the workspace's old model before it changed: the
 * owner waits for the longest that such a batch can take, and looks once more over the whole base. At last it removes
 * the scores of models that are no longer in use; where a version was retired without another in its place, that is
 * all there is to do. */
#include "rescore_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

#define CHUNK_LEADS 2000
#define WINDOW_LEADS 20000 /* looked at by one statement */
#define WINDOW_MS 15000
#define SETTLE_MS 6000 /* of a batch's deadline, and some */
#define SKEW_MS 3000   /* between the clocks of two instances */
#define WAIT_MS 100

static const struct uuid lowest;

static struct uuid highest(void)
{
	struct uuid u;
	memset(&u, 0xff, sizeof u);
	return u;
}

static struct uuid uuid_after(struct uuid u)
{
	for (size_t i = sizeof u.b; i-- > 0 && ++u.b[i] == 0;)
		continue;
	return u;
}

/* Boundary by boundary: each is one short look into the index, whatever the size of the base. */
static enum status cut(struct job_run *r, struct err *e)
{
	struct job_chunk *chunks = NULL;
	size_t n = 0, cap = 0;
	struct uuid after = lowest;
	bool more = true, first = true;
	enum status s = ST_OK;
	int64_t leads = 0;
	struct db *db;
	while (s == ST_OK && more) {
		if (n == cap) {
			cap = cap ? 2 * cap : 64;
			struct job_chunk *grown = realloc(chunks, cap * sizeof *grown);
			if (!grown) {
				s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
				break;
			}
			chunks = grown;
		}
		struct uuid bound = highest();
		int64_t rest = CHUNK_LEADS;
		s = job_db(r, WINDOW_MS, &db, e);
		if (s == ST_OK)
			s = store_job_chunk_bound(db, &r->workspace_id, &after, CHUNK_LEADS, &more, &bound, &rest, e);
		if (s != ST_OK)
			break;
		leads += rest;
		chunks[n] = (struct job_chunk){.ordinal = (int32_t)n,
		    .first_lead = first ? lowest : uuid_after(after),
		    .last_lead = bound,
		    .leads = (int32_t)rest};
		n++;
		first = false;
		after = bound;
		s = job_tick(r, 0, leads, e);
	}
	if (s == ST_OK)
		s = job_db(r, WINDOW_MS, &db, e);
	if (s == ST_OK)
		s = store_job_chunk_add(db, &r->workspace_id, &r->job.id, chunks, n, e);
	if (s == ST_CONFLICT) /* the runner before us was faster than it knew */
		s = ST_OK;
	free(chunks);
	return s;
}

static enum status superseded(struct err *e)
{
	return err_set(e, ST_CONFLICT, "model_superseded", "The workspace no longer uses this version of the model.");
}

static enum status read_role(struct rescore *x, struct err *e)
{
	struct job_run *r = x->run;
	struct db *db;
	enum status s = job_db(r, WINDOW_MS, &db, e);
	if (s == ST_OK)
		s = store_rescore_role(db, &r->workspace_id, r->job.model_version, &x->role, &x->segments, e);
	if (s == ST_OK && x->role == RESCORE_NONE)
		s = superseded(e);
	return s;
}

/* Takes pieces until there are none to take. */
static enum status take_chunks(struct rescore *x, bool *ret_worked, struct err *e)
{
	struct job_run *r = x->run;
	for (;;) {
		struct job_chunk chunk;
		struct db *db;
		bool mine = false;
		uint64_t random = 0;
		(void)random_bytes(&random, sizeof random);
		enum status s = job_db(r, WINDOW_MS, &db, e);
		if (s == ST_OK)
			s = store_job_chunk_claim(
			    db, &r->workspace_id, &r->job.id, JOB_LEASE_MS, random, &mine, &chunk, e);
		if (s != ST_OK || !mine)
			return s;
		*ret_worked = true;
		if (!x->apart)
			s = rescore_open(x, e);
		if (s == ST_OK)
			s = read_role(x, e);
		if (s == ST_OK)
			s = rescore_chunk(x, &chunk, e);
		if (s != ST_OK)
			return s;
	}
}

enum status rescore_share(struct job_run *r, bool *ret_worked, struct err *e)
{
	struct rescore x = {.run = r};
	enum status s = take_chunks(&x, ret_worked, e);
	rescore_close(&x);
	return s;
}

/* All pieces, ours and those of others. */
static enum status finish_chunks(struct rescore *x, struct job_chunk_sums *sums, struct err *e)
{
	struct job_run *r = x->run;
	for (;;) {
		struct db *db;
		bool worked = false;
		enum status s = take_chunks(x, &worked, e);
		if (s == ST_OK)
			s = job_db(r, WINDOW_MS, &db, e);
		if (s == ST_OK)
			s = store_job_chunk_sums(db, &r->workspace_id, &r->job.id, sums, e);
		if (s == ST_OK)
			s = job_tick(r, sums->leads_done, sums->leads, e);
		if (s != ST_OK || sums->chunks_done == sums->chunks)
			return s;
		job_pause(r, WAIT_MS);
	}
}

/* Calls `look` for windows of the base, from the lowest id to the highest. */
static enum status each_window(struct rescore *x,
    enum status (*look)(struct rescore *x, const struct uuid *after, const struct uuid *last, struct err *e),
    struct err *e)
{
	struct job_run *r = x->run;
	struct uuid after = lowest;
	bool more = true;
	enum status s = ST_OK;
	while (s == ST_OK && more) {
		struct uuid last = highest();
		int64_t rest;
		struct db *db;
		s = job_tick(r, r->done, r->total, e);
		if (s == ST_OK)
			s = job_db(r, WINDOW_MS, &db, e);
		if (s == ST_OK)
			s = store_job_chunk_bound(db, &r->workspace_id, &after, WINDOW_LEADS, &more, &last, &rest, e);
		if (s == ST_OK)
			s = look(x, &after, &last, e);
		after = last;
	}
	return s;
}

static enum status forget(struct rescore *x, const struct uuid *after, const struct uuid *last, struct err *e)
{
	struct job_run *r = x->run;
	struct db *db;
	int64_t n;
	enum status s = job_db(r, WINDOW_MS, &db, e);
	if (s == ST_OK)
		s = store_rescore_forget(db, &r->workspace_id, after, last, &n, e);
	if (s == ST_OK)
		x->forgotten += n;
	/* A COMMIT whose answer was lost is done again, and finds nothing. */
	return s;
}

static enum status forget_unused(struct rescore *x, struct err *e)
{
	struct db *db;
	bool any = false;
	enum status s = job_db(x->run, WINDOW_MS, &db, e);
	if (s == ST_OK)
		s = store_rescore_any(db, &x->run->workspace_id, &any, e);
	return s == ST_OK && any ? each_window(x, forget, e) : s;
}

/* Until no batch is under way any more that had read the models before they changed. A job that stood in a queue has
 * waited for them there. */
static enum status outlast_batches(struct job_run *r, int64_t since_us, int64_t queued_ms, struct err *e)
{
	int64_t settle_ms = r->config->job_settle_ms ? r->config->job_settle_ms : SETTLE_MS;
	enum status s = ST_OK;
	if (queued_ms > SKEW_MS)
		settle_ms -= queued_ms - SKEW_MS;
	while (s == ST_OK && monotonic_us() < since_us + settle_ms * 1000) {
		job_pause(r, WAIT_MS);
		s = job_tick(r, r->done, r->total, e);
	}
	return s;
}

static enum status settle(struct rescore *x, int64_t since_us, int64_t queued_ms, struct err *e)
{
	enum status s = outlast_batches(x->run, since_us, queued_ms, e);
	/* A run by force has been over every lead; what came too late is what is not under the model. */
	x->all = false;
	return s == ST_OK ? each_window(x, rescore_range, e) : s;
}

static void put_result(const struct rescore *x, const char *role, const struct job_chunk_sums *sums, struct buf *out)
{
	buf_printf(out,
	    "{\"role\":\"%s\",\"leads\":%lld,\"rescored\":%lld,\"transitions\":%lld,\"failed\":%lld,\"scores_removed\":"
	    "%lld}",
	    role, (long long)sums->leads, (long long)(sums->changed + x->leads),
	    (long long)(sums->transitions + x->transitions), (long long)x->failed, (long long)x->forgotten);
}

/* Milliseconds since the change was asked for. */
static int64_t queued(const struct job_run *r)
{
	return clock_now(r->config->clock) - r->job.created_at;
}

/* Of a version that was retired nothing is scored: what it scored is removed. */
static bool is_of_retired(const struct job_run *r)
{
	json_t *input = json_loads(r->job.input ? r->job.input : "{}", 0, NULL);
	const char *role = json_string_value(json_object_get(input, "role"));
	bool retired = role && !strcmp(role, "retired");
	json_decref(input);
	return retired;
}

static enum status forget_retired(struct job_run *r, struct buf *result, struct err *e)
{
	struct rescore x = {.run = r};
	enum status s = outlast_batches(r, monotonic_us(), queued(r), e);
	if (s == ST_OK)
		s = forget_unused(&x, e);
	if (s == ST_OK)
		put_result(&x, "retired", &(struct job_chunk_sums){0}, result);
	return s;
}

enum status rescore_run(struct job_run *r, struct buf *result, struct err *e)
{
	if (is_of_retired(r))
		return forget_retired(r, result, e);
	struct rescore x = {.run = r};
	struct job_chunk_sums sums = {0};
	int64_t since_us = monotonic_us(), queued_ms = queued(r);
	struct db *db;
	enum status s = read_role(&x, e);
	if (s == ST_OK)
		s = job_db(r, WINDOW_MS, &db, e);
	if (s == ST_OK)
		s = store_job_chunk_sums(db, &r->workspace_id, &r->job.id, &sums, e);
	if (s == ST_OK && !sums.chunks)
		s = cut(r, e);
	if (s == ST_OK)
		s = rescore_open(&x, e);
	if (s == ST_OK)
		s = finish_chunks(&x, &sums, e);
	if (s == ST_OK)
		s = read_role(&x, e);
	x.leads = x.transitions = 0;
	if (s == ST_OK)
		s = settle(&x, since_us, queued_ms, e);
	if (s == ST_OK)
		s = forget_unused(&x, e);
	if (s == ST_OK)
		put_result(&x, x.role == RESCORE_PRIMARY ? "primary" : "other", &sums, result);
	rescore_close(&x);
	return s;
}
