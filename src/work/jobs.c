/* The job runner's threads.
 *
 * Each looks at the open jobs of all workspaces: one that nobody has a lease on it claims and runs; of one that
 * somebody runs and that can be shared it takes a share. Everything but the wish to stop is a thread's own. */
#include "jobs_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "halt_priv.h"

#define THREADS_MAX 16
#define OPEN_MAX 200
#define INTERVAL_MS 500
#define TELL_US (INT64_C(500) * 1000)
#define DATABASE_MS 5000

/* clang-format off */
static const struct job_kind kinds[] = {
    {"rescore", rescore_run, rescore_share, true},
    {"simulate", simulate_run, NULL, false},
    {"backtest", backtest_run, NULL, false},
    {"account", account_run, NULL, true},
    {"duplicates", duplicates_run, NULL, false},
    {"segment", segment_run, NULL, false},
};
/* clang-format on */
#define KINDS (sizeof kinds / sizeof kinds[0])
static const char *const ends[] = {"done", "failed", "cancelled"};
#define ENDS (sizeof ends / sizeof ends[0])

struct worker {
	struct jobs *jobs;
	size_t index;
	pthread_t thread;
	bool away;         /* the last look failed: said once */
	unsigned failures; /* runs in a row that were given back */
	struct job_open open[OPEN_MAX];
};

struct jobs {
	struct halt halt;
	struct work_config config;
	char *url;
	struct db_pool *pool; /* slot i is worker i's */
	struct metric *waiting, *active, *ended[KINDS][ENDS];
	size_t n_workers;
	struct worker workers[THREADS_MAX];
};

bool job_stopping(const struct job_run *r)
{
	return halt_asked(&r->jobs->halt);
}

void job_pause(const struct job_run *r, int64_t ms)
{
	halt_pause(&r->jobs->halt, ms);
}

bool job_passing(enum status s)
{
	return s == ST_UNAVAILABLE || s == ST_DEADLINE || s == ST_BUSY || s == ST_UNCERTAIN;
}

enum status job_db(struct job_run *r, int64_t timeout_ms, struct db **ret, struct err *e)
{
	return db_pool_get(r->jobs->pool, r->thread, monotonic_us() + timeout_ms * 1000, ret, e);
}

/* Why a job is not ours any more. */
static enum status not_mine(struct job_run *r, struct db *db, struct err *e)
{
	struct job_row now;
	enum status s = store_job_read(db, &r->workspace_id, &r->job.id, &now, e);
	if (s != ST_OK && s != ST_NOT_FOUND)
		return s;
	if (s == ST_OK && !strcmp(now.state, "cancelled"))
		return err_set(e, ST_CONFLICT, "job_cancelled", "The job was cancelled.");
	return err_set(e, ST_CONFLICT, "job_lost", "The job is another runner's now.");
}

enum status job_tick(struct job_run *r, int64_t done, int64_t total, struct err *e)
{
	int64_t now = monotonic_us();
	r->done = done;
	r->total = total;
	if (r->lost.status != ST_OK) {
		*e = r->lost;
		return r->lost.status;
	}
	if (now - r->told_us < TELL_US)
		return ST_OK;
	struct db *db;
	bool mine = true;
	enum status s = ST_OK;
	if (halt_asked(&r->jobs->halt))
		s = err_set(e, ST_BUSY, "shutting_down", "The service is shutting down.");
	/* A share's chunks have leases of their own. */
	if (s == ST_OK && r->owner) {
		s = job_db(r, DATABASE_MS, &db, e);
		if (s == ST_OK)
			s = store_job_renew(db, &r->workspace_id, &r->job, JOB_LEASE_MS, done, total, &mine, e);
		if (s == ST_OK && !mine)
			s = not_mine(r, db, e);
	}
	r->told_us = now;
	if (s != ST_OK)
		r->lost = *e;
	return s;
}

static size_t kind_of(const char *name)
{
	size_t k = 0;
	while (k < KINDS && strcmp(kinds[k].name, name) != 0)
		k++;
	return k;
}

/* The job's end, told to its row. */
static enum status end_run(struct worker *w, struct job_run *r, enum status s, struct buf *result, struct err *e)
{
	enum { DONE, FAILED, CANCELLED };
	struct db *db;
	struct err was = *e;
	bool mine = true;
	if (s == ST_OK && !buf_ok(result))
		s = err_set(&was, ST_NOMEM, "out_of_memory", "Out of memory.");
	if (s == ST_CONFLICT && (!strcmp(was.code, "job_cancelled") || !strcmp(was.code, "job_lost"))) {
		log_line(LOG_INFO, "job left", log_str("kind", r->job.kind), log_str("code", was.code));
		return ST_OK;
	}
	enum status told = job_db(r, DATABASE_MS, &db, e);
	if (told != ST_OK)
		return told; /* its lease runs out, and somebody runs it again */
	if (job_passing(s)) {
		bool leaving = halt_asked(&w->jobs->halt);
		w->failures++;
		int64_t pause = leaving ? 0 : backoff_ms(w->failures, some_random());
		log_line(leaving ? LOG_INFO : LOG_WARN, "job given back", log_str("kind", r->job.kind),
		    log_str("code", was.code), log_str("detail", was.detail));
		return store_job_release(db, &r->workspace_id, &r->job, pause, &mine, e);
	}
	w->failures = 0;
	size_t kind = kind_of(r->job.kind);
	char error[sizeof was.code + sizeof was.detail + 8];
	snprintf(error, sizeof error, "%s: %s", *was.code ? was.code : status_name(s), was.detail);
	/* Nobody needs it any more. */
	int end = s == ST_OK ? DONE : !strcmp(was.code, "model_superseded") ? CANCELLED : FAILED;
	if (s == ST_OK)
		r->total = r->done;
	else
		log_line(end == FAILED ? LOG_ERROR : LOG_INFO, "job ended", log_str("kind", r->job.kind),
		    log_str("error", error));
	told = store_job_end(db, &r->workspace_id, &r->job, ends[end], r->done, r->total,
	    s == ST_OK ? result->data ? result->data : "{}" : NULL, s == ST_OK ? NULL : error,
	    clock_now(r->config->clock), &mine, e);
	if (told == ST_OK && mine)
		metric_add(w->jobs->ended[kind][end], 1);
	return told;
}

static enum status run_job(struct worker *w, struct db *db, const struct job_open *o, bool *ret_worked, struct err *e)
{
	struct jobs *j = w->jobs;
	struct job_run r = {.config = &j->config,
	    .workspace_id = o->workspace_id,
	    .thread = w->index,
	    .jobs = j,
	    .owner = true,
	    .told_us = monotonic_us()};
	bool mine = false;
	struct buf result = BUF_INIT;
	r.arena = arena_new(0);
	if (!r.arena)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s = store_job_claim(
	    db, &o->workspace_id, &o->id, clock_now(j->config.clock), JOB_LEASE_MS, r.arena, &mine, &r.job, e);
	if (s == ST_OK && mine) {
		*ret_worked = true;
		r.done = r.job.done;
		r.total = r.job.total;
		s = end_run(w, &r, kinds[kind_of(o->kind)].run(&r, &result, e), &result, e);
	}
	buf_free(&result);
	arena_free(&r.arena);
	return s;
}

static enum status share_job(struct worker *w, const struct job_open *o, bool *ret_worked, struct err *e)
{
	struct jobs *j = w->jobs;
	struct job_run r = {.config = &j->config,
	    .workspace_id = o->workspace_id,
	    .job = {.id = o->id, .kind = o->kind, .input = "{}"},
	    .thread = w->index,
	    .jobs = j,
	    .told_us = monotonic_us()};
	r.arena = arena_new(0);
	if (!r.arena)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s = kinds[kind_of(o->kind)].share(&r, ret_worked, e);
	arena_free(&r.arena);
	/* Its owner notices for itself; and leaving is no fault. */
	return s == ST_CONFLICT || (s == ST_BUSY && halt_asked(&j->halt)) ? ST_OK : s;
}

/* Looks once. ret_worked: something was done, so look again at once. */
static enum status look(struct worker *w, bool *ret_worked, struct err *e)
{
	struct jobs *j = w->jobs;
	struct db *db;
	size_t n = 0;
	int64_t n_waiting = 0;
	enum status s = db_pool_get(j->pool, w->index, monotonic_us() + DATABASE_MS * 1000, &db, e);
	if (s == ST_OK)
		s = store_job_open(db, w->open, OPEN_MAX, &n, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < n; i++)
		n_waiting += !w->open[i].running;
	metric_set(j->waiting, n_waiting);
	metric_set(j->active, (int64_t)n - n_waiting);
	for (size_t i = 0; s == ST_OK && i < n && !*ret_worked && !halt_asked(&j->halt); i++) {
		const struct job_open *o = &w->open[i];
		size_t k = kind_of(o->kind);
		if (k == KINDS || (w->index && !kinds[k].any_thread))
			continue;
		if (o->free)
			s = run_job(w, db, o, ret_worked, e);
		else if (o->running && kinds[k].share)
			s = share_job(w, o, ret_worked, e);
		/* The connection may have been given up meanwhile; a job that was given back is not taken again at
		 * once. */
		if (s == ST_OK && !*ret_worked)
			s = db_pool_get(j->pool, w->index, monotonic_us() + DATABASE_MS * 1000, &db, e);
	}
	return s;
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	unsigned failures = 0;
	while (!halt_asked(&w->jobs->halt)) {
		bool worked = false;
		struct err e = {0};
		enum status s = look(w, &worked, &e);
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (s != ST_OK && !w->away)
			log_line(LOG_WARN, "jobs wait", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && w->away)
			log_line(LOG_INFO, "jobs go on");
		w->away = s != ST_OK;
		if (s != ST_OK)
			halt_pause_failed(&w->jobs->halt, failures);
		else if (!worked)
			halt_pause_about(&w->jobs->halt, INTERVAL_MS);
	}
	return NULL;
}

static void add_metrics(struct jobs *j)
{
	j->waiting = metric_gauge("leadscore_jobs",
	    "Background jobs of all workspaces that have not ended, when last looked at.", "state=\"waiting\"");
	j->active = metric_gauge("leadscore_jobs",
	    "Background jobs of all workspaces that have not ended, when last looked at.", "state=\"running\"");
	for (size_t k = 0; k < KINDS; k++)
		for (size_t i = 0; i < ENDS; i++) {
			char labels[80];
			snprintf(labels, sizeof labels, "kind=\"%s\",state=\"%s\"", kinds[k].name, ends[i]);
			j->ended[k][i] = metric_counter(
			    "leadscore_jobs_ended_total", "Background jobs that this instance has ended.", labels);
		}
}

enum status jobs_start(const struct work_config *c, struct jobs **ret, struct err *e)
{
	struct jobs *j = calloc(1, sizeof *j);
	if (!j)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	halt_init(&j->halt);
	size_t threads = c->job_threads ? c->job_threads : 2;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	add_metrics(j);
	j->config = *c;
	j->config.clock = c->clock ? c->clock : &clock_system;
	j->config.database_url = j->url = strdup(c->database_url);
	enum status s = j->url ? db_pool_new(j->url, DB_PLANNED, threads, &j->pool, e)
			       : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; s == ST_OK && i < threads; i++) {
		struct worker *w = &j->workers[i];
		w->jobs = j;
		w->index = i;
		if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
			s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
		else
			j->n_workers++;
	}
	if (s != ST_OK) {
		jobs_stop(&j);
		return s;
	}
	*ret = j;
	return ST_OK;
}

void jobs_stop(struct jobs **jp)
{
	if (!jp || !*jp)
		return;
	struct jobs *j = *jp;
	halt_ask(&j->halt);
	for (size_t i = 0; i < j->n_workers; i++)
		pthread_join(j->workers[i].thread, NULL);
	db_pool_free(&j->pool);
	free(j->url);
	halt_destroy(&j->halt);
	free(j);
	*jp = NULL;
}
