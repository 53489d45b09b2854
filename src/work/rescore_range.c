/* The leads of one range, some hundreds at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ingest/models.h"
#include "rescore_priv.h"

/* The leads of a batch are locked while it runs: it is made as large as can be done in this time, so that an event for
 * one of them need not wait for long. */
#define BATCH_US (INT64_C(250) * 1000)
#define BATCH_FIRST 200
#define BATCH_MIN 8
#define TRIES_MAX 6
#define DATABASE_MS 15000
#define RENEW_US (INT64_C(3) * 1000 * 1000)

static struct metric *rescored(void)
{
	return metric_counter(
	    "leadscore_rescored_leads_total", "Leads brought under another model by rescores of this instance.", NULL);
}

enum status rescore_open(struct rescore *x, struct err *e)
{
	struct job_run *r = x->run;
	const struct work_config *c = r->config;
	struct job_row job;
	struct db *db;
	json_t *input = NULL;
	x->arena = arena_new(0);
	x->ids = calloc(RESCORE_BATCH_MAX, sizeof *x->ids);
	x->commands = calloc(RESCORE_BATCH_MAX, sizeof *x->commands);
	x->batch = BATCH_FIRST;
	if (!x->arena || !x->ids || !x->commands)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s = job_db(r, DATABASE_MS, &db, e);
	if (s == ST_OK)
		s = store_job_read(db, &r->workspace_id, &r->job.id, &job, e);
	if (s == ST_OK)
		s = json_read(job.input, strlen(job.input), &(struct json_limits){0}, &input, e);
	if (s == ST_OK) {
		r->job.model_version = job.model_version;
		x->all = json_is_true(json_object_get(input, "all"));
		s = apart_new(c->ingest, c->database_url, c->clock, &x->apart, e);
	}
	json_decref(input);
	return s;
}

void rescore_close(struct rescore *x)
{
	apart_free(&x->apart);
	buf_free(&x->head);
	arena_free(&x->arena);
	free(x->ids);
	free(x->commands);
}

/* Keeps what is ours ours. *ret_mine false: the piece is another's. */
static enum status keep_lease(struct rescore *x, bool *ret_mine, struct err *e)
{
	struct job_run *r = x->run;
	struct db *db;
	*ret_mine = true;
	enum status s = job_tick(r, r->done, r->total, e);
	if (s != ST_OK || !x->chunk || monotonic_us() - x->renewed_us < RENEW_US)
		return s;
	s = job_db(r, DATABASE_MS, &db, e);
	if (s == ST_OK)
		s = store_job_chunk_renew(db, &r->workspace_id, &r->job.id, x->chunk, JOB_LEASE_MS, ret_mine, e);
	x->renewed_us = monotonic_us();
	return s;
}

/* What became of x->commands[from..to). */
static enum status count(struct rescore *x, size_t from, size_t to, struct err *e)
{
	for (size_t i = from; i < to; i++) {
		struct command_result *result = &x->commands[i].result;
		if (result->err.status == ST_OK) {
			x->leads += result->rescored;
			x->transitions += (int64_t)result->n_moves;
			metric_add(rescored(), result->rescored);
		} else if (job_passing(result->err.status)) {
			*e = result->err;
			return e->status;
		} else if (result->err.status != ST_NOT_FOUND) { /* else erased meanwhile */
			x->failed++;
			log_line(LOG_ERROR, "lead not rescored", log_str("code", result->err.code),
			    log_str("detail", result->err.detail));
		}
	}
	return ST_OK;
}

/* x->ids[0..n), in batches that last about as long as they may. Only a batch that was out of time is tried again here:
 * in halves. */
static enum status run_ids(struct rescore *x, size_t n, struct err *e)
{
	struct job_run *r = x->run;
	int64_t now = clock_now(r->config->clock);
	unsigned tries = 0;
	for (size_t at = 0; at < n;) {
		size_t k = n - at < x->batch ? n - at : x->batch;
		for (size_t i = at; i < at + k; i++)
			x->commands[i] = (struct command){.kind = COMMAND_RESCORE,
			    .by_id = true,
			    .lead_id = x->ids[i],
			    .at = now,
			    .received_at = now,
			    .if_version = -1,
			    .force = x->all};
		arena_reset(x->arena);
		int64_t began = monotonic_us();
		enum status s = apart_run(x->apart, &r->workspace_id, x->commands + at, k, x->arena, e);
		int64_t took = monotonic_us() - began;
		if (s == ST_OK)
			s = count(x, at, at + k, e);
		if (s == ST_DEADLINE && k > 1 && tries++ < TRIES_MAX) {
			x->batch = (k + 1) / 2;
			continue;
		}
		if (s != ST_OK)
			return s;
		at += k;
		tries = 0;
		if (took > BATCH_US && x->batch > BATCH_MIN)
			x->batch -= x->batch / 4;
		else if (took < BATCH_US / 2 && k == x->batch && x->batch < RESCORE_BATCH_MAX)
			x->batch =
			    x->batch + x->batch / 4 > RESCORE_BATCH_MAX ? RESCORE_BATCH_MAX : x->batch + x->batch / 4;
		bool mine = true;
		s = keep_lease(x, &mine, e);
		if (s == ST_OK && !mine)
			s = err_set(e, ST_CONFLICT, "chunk_lost", "Another has taken this piece.");
		if (s != ST_OK)
			return s;
	}
	return ST_OK;
}

/* Workspaces with segments: a state says with which of them it was made. */
static enum status make_head(struct rescore *x, struct err *e)
{
	struct job_run *r = x->run;
	struct model *model = NULL;
	struct segment_set *set = NULL;
	struct db *db;
	if (x->role != RESCORE_PRIMARY || x->head_of == x->segments)
		return ST_OK;
	enum status s = job_db(r, DATABASE_MS, &db, e);
	if (s == ST_OK)
		s = models_get_segmented(ingest_models(r->config->ingest), db, &r->workspace_id, r->job.model_version,
		    x->segments, &model, &set, e);
	if (s != ST_OK)
		return s;
	buf_clear(&x->head);
	bool made = scoring_state_head(model, &x->head);
	model_unref(&model);
	segment_set_unref(&set);
	x->head_of = x->segments;
	return made ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

enum status rescore_range(struct rescore *x, const struct uuid *after, const struct uuid *last, struct err *e)
{
	struct job_run *r = x->run;
	struct uuid place = *after;
	for (;;) {
		struct db *db;
		size_t n = 0;
		enum status s = make_head(x, e);
		if (s == ST_OK)
			s = job_db(r, DATABASE_MS, &db, e);
		if (s == ST_OK)
			s = store_rescore_stale(db, &r->workspace_id, x->role, r->job.model_version, x->all,
			    x->head.data, x->head.len, &place, last, x->ids, RESCORE_BATCH_MAX, &n, e);
		if (s == ST_OK && n)
			s = run_ids(x, n, e);
		if (s != ST_OK || n < RESCORE_BATCH_MAX)
			return s;
		place = x->ids[n - 1];
	}
}

enum status rescore_chunk(struct rescore *x, const struct job_chunk *c, struct err *e)
{
	struct job_run *r = x->run;
	struct uuid before = c->first_lead;
	for (size_t i = sizeof before.b; !uuid_is_nil(&c->first_lead) && i-- > 0 && before.b[i]-- == 0;)
		continue;
	x->chunk = c;
	x->renewed_us = monotonic_us();
	x->leads = x->transitions = 0;
	enum status s = rescore_range(x, &before, &c->last_lead, e);
	x->chunk = NULL;
	struct db *db;
	bool mine;
	if (s == ST_OK)
		s = job_db(r, DATABASE_MS, &db, e);
	if (s == ST_OK)
		s = store_job_chunk_done(db, &r->workspace_id, &r->job.id, c, clock_now(r->config->clock),
		    (int32_t)x->leads, (int32_t)x->transitions, &mine, e);
	if (s == ST_OK)
		s = job_tick(r, r->done + (r->owner ? c->leads : 0), r->total, e);
	if (s == ST_CONFLICT && !strcmp(e->code, "chunk_lost"))
		return ST_OK;
	if (s != ST_OK && job_db(r, DATABASE_MS, &db, NULL) == ST_OK)
		(void)store_job_chunk_release(db, &r->workspace_id, &r->job.id, c, NULL); /* else its lease runs out */
	return s;
}
