/* The decay refresh.
 *
 * A sweep asks which workspaces have leads due, the longest overdue first, and takes of each a few chunks in order of
 * (next_change_at, id). A chunk is one job of the ingest machine; the thread waits for its end before it asks for the
 * next, so what it adds to the queue is bounded by one chunk. A lead that cannot be refreshed is passed by until the
 * next sweep, so that it does not hold up the others. */
#include "refresh_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "halt_priv.h"
#include "store/due.h"

#define WORKSPACES_MAX 64
#define CHUNKS_A_TURN 8 /* then the next workspace has its turn */
#define CHUNK_MAX 1000
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define JOB_US (INT64_C(30) * 1000 * 1000)

struct refresh {
	pthread_t thread;
	bool running;
	struct halt halt;

	struct ingest *ingest;
	const struct clock *clock;
	int64_t interval_ms;
	size_t chunk;
	struct db_pool *pool;
	struct arena *arena;    /* of the chunk under way */
	struct due_lead *leads; /* room for a chunk */
	struct command *commands;
	bool away; /* the last sweep failed: said once */
	struct metric *refreshed, *failed, *lag;
};

/* What a sweep came to. */
struct sweep {
	size_t refreshed, failed;
	bool more; /* a turn ended before its workspace's leads did */
};

/* Lets time pass on r->leads[0..n), and waits for it. */
static enum status run_chunk(
    struct refresh *r, const struct uuid *workspace, size_t n, int64_t now, struct sweep *sum, struct err *e)
{
	arena_reset(r->arena);
	memset(r->commands, 0, n * sizeof r->commands[0]);
	for (size_t i = 0; i < n; i++)
		r->commands[i] = (struct command){.kind = COMMAND_REFRESH,
		    .by_id = true,
		    .lead_id = r->leads[i].id,
		    .at = now,
		    .received_at = now,
		    .if_version = -1};
	enum status s = ingest_run(r->ingest, workspace, r->commands, n, r->arena, monotonic_us() + JOB_US, e);
	if (s != ST_OK)
		return s;
	const struct err *first = NULL;
	for (size_t i = 0; i < n; i++) {
		const struct err *result = &r->commands[i].result.err;
		if (result->status == ST_OK) {
			sum->refreshed++;
		} else if (result->status != ST_NOT_FOUND) { /* else erased meanwhile */
			sum->failed++;
			first = first ? first : result;
		}
	}
	/* Away: the whole sweep ends. A fault of single leads: the others go on. */
	if (first && (first->status == ST_UNAVAILABLE || first->status == ST_UNCERTAIN ||
			 first->status == ST_DEADLINE || first->status == ST_BUSY)) {
		*e = *first;
		return first->status;
	}
	if (first)
		log_line(
		    LOG_ERROR, "leads not refreshed", log_str("code", first->code), log_str("detail", first->detail));
	return ST_OK;
}

static enum status sweep_workspace(
    struct refresh *r, struct db *db, const struct uuid *workspace, int64_t now, struct sweep *sum, struct err *e)
{
	struct due_lead last;
	const struct due_lead *after = NULL;
	for (int turn = 0; turn < CHUNKS_A_TURN && !halt_asked(&r->halt); turn++) {
		size_t n = 0;
		db_deadline(db, monotonic_us() + DATABASE_US);
		enum status s = store_due_leads(db, workspace, now, after, r->leads, r->chunk, &n, e);
		if (s != ST_OK || n == 0)
			return s;
		s = run_chunk(r, workspace, n, now, sum, e);
		if (s != ST_OK)
			return s;
		if (n < r->chunk)
			return ST_OK;
		last = r->leads[n - 1];
		after = &last;
	}
	sum->more = true;
	return ST_OK;
}

static enum status sweep(struct refresh *r, struct sweep *sum, struct err *e)
{
	struct db *db;
	struct due_workspace due[WORKSPACES_MAX];
	size_t n = 0;
	enum status s = db_pool_get(r->pool, 0, monotonic_us() + DATABASE_US, &db, e);
	if (s != ST_OK)
		return s;
	int64_t now = clock_now(r->clock);
	s = store_due_workspaces(db, now, due, WORKSPACES_MAX, &n, e);
	if (s != ST_OK)
		return s;
	metric_set_f(r->lag, n && due[0].oldest < now ? (double)(now - due[0].oldest) / 1000 : 0);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(&r->halt); i++)
		s = sweep_workspace(r, db, &due[i].id, now, sum, e);
	sum->more = sum->more || n == WORKSPACES_MAX;
	return s;
}

static void *refresh_main(void *arg)
{
	struct refresh *r = arg;
	unsigned failures = 0;
	while (!halt_asked(&r->halt)) {
		struct sweep sum = {0};
		struct err e = {0};
		enum status s = sweep(r, &sum, &e);
		metric_add(r->refreshed, (int64_t)sum.refreshed);
		metric_add(r->failed, (int64_t)sum.failed);
		bool stuck = s != ST_OK || (sum.failed && !sum.refreshed);
		failures = stuck ? failures + (failures < 1000) : 0;
		if (s != ST_OK && !r->away)
			log_line(LOG_WARN, "refresh waits", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && r->away)
			log_line(LOG_INFO, "refresh goes on");
		r->away = s != ST_OK;
		if (stuck)
			halt_pause_failed(&r->halt, failures);
		else if (!sum.more)
			halt_pause_about(&r->halt, r->interval_ms);
	}
	return NULL;
}

enum status refresh_start(const struct work_config *c, struct refresh **ret, struct err *e)
{
	struct refresh *r = calloc(1, sizeof *r);
	if (!r)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	halt_init(&r->halt);
	r->ingest = c->ingest;
	r->clock = c->clock ? c->clock : &clock_system;
	r->interval_ms = c->refresh_interval_ms ? c->refresh_interval_ms : 1000;
	r->chunk = c->refresh_chunk ? c->refresh_chunk : 500;
	if (r->chunk > CHUNK_MAX)
		r->chunk = CHUNK_MAX;
	r->refreshed = metric_counter("leadscore_refresh_total",
	    "Leads whose stored score was brought up to date because time had passed.", NULL);
	r->failed = metric_counter(
	    "leadscore_refresh_failures_total", "Leads that could not be refreshed and will be tried again.", NULL);
	r->lag = metric_gauge("leadscore_refresh_lag_seconds",
	    "Age of the oldest stored score that is out of date, when last looked at.", NULL);
	r->arena = arena_new(0);
	r->leads = calloc(r->chunk, sizeof r->leads[0]);
	r->commands = calloc(r->chunk, sizeof r->commands[0]);
	enum status s = ST_OK;
	if (!r->arena || !r->leads || !r->commands)
		s = err_set(e, ST_NOMEM, NULL, "out of memory");
	if (s == ST_OK)
		s = db_pool_new(c->database_url, DB_PLANNED, 1, &r->pool, e);
	if (s == ST_OK && pthread_create(&r->thread, NULL, refresh_main, r) != 0)
		s = err_set(e, ST_NOMEM, NULL, "cannot start a thread");
	if (s != ST_OK) {
		refresh_stop(&r);
		return s;
	}
	r->running = true;
	*ret = r;
	return ST_OK;
}

void refresh_stop(struct refresh **rp)
{
	if (!rp || !*rp)
		return;
	struct refresh *r = *rp;
	if (r->running) {
		halt_ask(&r->halt);
		pthread_join(r->thread, NULL);
	}
	db_pool_free(&r->pool);
	arena_free(&r->arena);
	free(r->leads);
	free(r->commands);
	halt_destroy(&r->halt);
	free(r);
	*rp = NULL;
}
