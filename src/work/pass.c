/* The pass. */
#include "pass_priv.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/json.h"
#include "store/model.h"

#define OPEN_MS 10000
#define STATEMENT_US (INT64_C(300) * 1000 * 1000)
#define LOOK_MS 100

struct pass {
	struct job_run *run;
	struct db *db; /* holds the snapshot */
	const struct pass_prologue *prologue;
	struct sweep_plan plan;
	struct sweep_sample sample;
	atomic_size_t next; /* range */
	atomic_llong visited;
	atomic_bool stop;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t ended;
	size_t running;
	struct err fault; /* the first thread's that failed */
};

struct pass_thread {
	struct pass *pass;
	enum status (*work)(struct pass_thread *t, struct err *e);
	const struct sweep_visitor *visitor; /* NULL: the one that plans */
	pthread_t thread;
};

static enum status on_lead(void *ctx, const struct uuid *lead, struct err *e)
{
	struct pass_thread *t = ctx;
	if (atomic_load_explicit(&t->pass->stop, memory_order_relaxed))
		return err_set(e, ST_BUSY, "stopped", "The pass was stopped.");
	return t->visitor->lead(t->visitor->ctx, lead, e);
}

static enum status on_event(void *ctx, const struct sweep_event *ev, struct err *e)
{
	struct pass_thread *t = ctx;
	return t->visitor->event(t->visitor->ctx, ev, e);
}

static enum status on_done(void *ctx, struct err *e)
{
	struct pass_thread *t = ctx;
	atomic_fetch_add_explicit(&t->pass->visited, 1, memory_order_relaxed);
	return t->visitor->done(t->visitor->ctx, e);
}

static enum status visit_ranges(struct pass_thread *t, struct err *e)
{
	struct pass *p = t->pass;
	const struct sweep_visitor v = {t, on_lead, on_event, on_done};
	struct db *db = NULL;
	enum status s = db_open(p->run->config->database_url, DB_PLANNED, OPEN_MS, &db, e);
	if (s == ST_OK)
		s = store_sweep_join(db, p->plan.snapshot, e);
	while (s == ST_OK) {
		size_t i = atomic_fetch_add(&p->next, 1);
		if (i >= p->plan.n_ranges)
			break;
		s = store_sweep_range(db, &p->run->workspace_id, &p->plan.ranges[i], &p->sample, STATEMENT_US, &v, e);
	}
	db_close(&db);
	return s;
}

static void *thread_main(void *arg)
{
	struct pass_thread *t = arg;
	struct pass *p = t->pass;
	struct err e = {0};
	enum status s = t->work(t, &e);
	pthread_mutex_lock(&p->lock);
	if (s != ST_OK && p->fault.status == ST_OK && !atomic_load(&p->stop)) {
		p->fault = e;
		atomic_store(&p->stop, true);
	}
	p->running--;
	pthread_cond_signal(&p->ended);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* True when all threads have ended, after LOOK_MS at most. */
static bool wait_a_little(struct pass *p)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_mutex_lock(&p->lock);
	while (p->running && pthread_cond_timedwait(&p->ended, &p->lock, &until) != ETIMEDOUT)
		continue;
	bool over = !p->running;
	pthread_mutex_unlock(&p->lock);
	return over;
}

/* Begins the snapshot, and reads what is wanted first. */
static enum status begin(struct pass_thread *t, struct err *e)
{
	struct pass *p = t->pass;
	enum status s = db_open(p->run->config->database_url, DB_PLANNED, OPEN_MS, &p->db, e);
	if (s == ST_OK)
		s = store_sweep_begin(p->db, &p->run->workspace_id, p->run->arena, &p->plan, e);
	if (s != ST_OK || !p->prologue)
		return s;
	db_deadline(p->db, monotonic_us() + STATEMENT_US);
	return p->prologue->read(p->prologue->ctx, p->db, &p->run->workspace_id, e);
}

/* Runs the threads to their end, telling progress meanwhile. */
static enum status run_threads(struct pass *p, struct pass_thread *t, size_t wanted, struct err *e)
{
	size_t n = 0;
	enum status s = ST_OK;
	p->running = wanted;
	while (n < wanted && pthread_create(&t[n].thread, NULL, thread_main, &t[n]) == 0)
		n++;
	if (n < wanted) {
		pthread_mutex_lock(&p->lock);
		p->running -= wanted - n;
		pthread_mutex_unlock(&p->lock);
		s = err_set(e, ST_NOMEM, "no_thread", "cannot start a thread");
	}
	int64_t total = (int64_t)((double)p->plan.leads * p->sample.share + .5);
	do {
		if (s == ST_OK)
			s = job_tick(p->run, atomic_load(&p->visited), total, e);
		if (s != ST_OK)
			atomic_store(&p->stop, true);
	} while (!wait_a_little(p));
	for (size_t i = 0; i < n; i++)
		pthread_join(t[i].thread, NULL);
	if (s == ST_OK && p->fault.status != ST_OK) {
		*e = p->fault;
		s = e->status;
	}
	return s;
}

struct pass_wish pass_wish(const json_t *input)
{
	const json_t *sample = json_object_get(input, "sample");
	return (struct pass_wish){
	    .share = json_number_value(json_object_get(sample, "share")),
	    .leads = json_integer_value(json_object_get(sample, "leads")),
	    .seed = (uint64_t)json_integer_value(json_object_get(input, "seed")),
	};
}

static double share_of(const struct pass_wish *w, int64_t population)
{
	double share = w->leads > 0 && population > 0 ? (double)w->leads / (double)population
		       : w->share > 0                 ? w->share
						      : 1;
	return share < 1 ? share : 1;
}

static enum status run(
    struct pass *p, const struct pass_wish *wish, const struct sweep_visitor *visitors, struct err *e)
{
	struct pass_thread planner = {.pass = p, .work = begin}, workers[PASS_THREADS];
	for (size_t i = 0; i < PASS_THREADS; i++)
		workers[i] = (struct pass_thread){.pass = p, .work = visit_ranges, .visitor = &visitors[i]};
	enum status s = run_threads(p, &planner, 1, e);
	if (s != ST_OK)
		return s;
	p->sample = (struct sweep_sample){share_of(wish, p->plan.leads), wish->seed};
	s = run_threads(p, workers, PASS_THREADS, e);
	return s == ST_OK ? job_tick(p->run, atomic_load(&p->visited), atomic_load(&p->visited), e) : s;
}

enum status pass_run(struct job_run *r, const struct pass_wish *wish, const struct pass_prologue *prologue,
    const struct sweep_visitor visitors[PASS_THREADS], struct pass_outcome *ret, struct err *e)
{
	struct pass p = {.run = r, .prologue = prologue};
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&p.ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&p.lock, NULL);
	enum status s = run(&p, wish, visitors, e);
	if (p.db)
		db_rollback(p.db);
	db_close(&p.db);
	pthread_mutex_destroy(&p.lock);
	pthread_cond_destroy(&p.ended);
	if (s == ST_OK)
		*ret = (struct pass_outcome){p.plan.leads, atomic_load(&p.visited), p.sample.share};
	return s;
}

enum status pass_model(struct job_run *r, int64_t version, struct model **ret, struct err *e)
{
	return pass_model_with(r, version, NULL, ret, e);
}

enum status pass_model_with(
    struct job_run *r, int64_t version, const struct model_segments *segments, struct model **ret, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	const char *text;
	struct db *db;
	json_t *doc = NULL;
	enum status s = job_db(r, OPEN_MS, &db, e);
	if (s == ST_OK)
		s = store_model_read(db, &r->workspace_id, version, r->arena, &text, NULL, e);
	if (s == ST_OK)
		s = json_read(text, strlen(text), &limits, &doc, e);
	if (s == ST_OK)
		s = model_compile_with(doc, version, segments, ret, NULL, e);
	json_decref(doc);
	return s;
}
