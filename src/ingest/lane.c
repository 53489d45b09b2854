/* A lane: one thread, one connection, the jobs waiting for it by workspace.
 *
 * The lane's lock guards its queues, the ring of workspaces with work and the counters; nothing else. A job is in exactly one place: a workspace's list, or the
 * batch being run by the lane's thread. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/log.h"
#include "batch_priv.h"
#include "lane_priv.h"

struct workspace_queue {
	struct uuid id;
	struct ingest_job *first, *last;
	size_t commands;
	struct workspace_queue *ring_next; /* among those with work */
	UT_hash_handle hh;
};

struct lane {
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct workspace_queue *queues;
	struct workspace_queue *ring_first, *ring_last;
	size_t waiting;                 /* commands */
	bool closing;
	size_t batch_max, queue_max;
	struct batch_lane batch;
	_Atomic bool healthy;
	struct metric *depth, *batch_size, *batch_seconds, *wait_seconds;
};

/* Room for the job in its workspace's queue, which is made. With the lock held. */
static enum status admit(struct lane *l, const struct ingest_job *job, struct workspace_queue **ret, struct err *e)
{
	struct workspace_queue *q;
	HASH_FIND(hh, l->queues, &job->workspace_id, sizeof job->workspace_id, q);
	if (!q) {
		q = calloc(1, sizeof *q);
		if (!q)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		q->id = job->workspace_id;
		HASH_ADD(hh, l->queues, id, sizeof q->id, q);
	}
	if (l->closing)
		return err_set(e, ST_BUSY, "shutting_down", "The service is shutting down.");
	if (q->commands && q->commands + job->n > l->queue_max)
		return err_set(e, ST_BUSY, "queue_full", "Too many events are waiting; try again shortly.");
	*ret = q;
	return ST_OK;
}

/* With the lock held. */
static void enqueue(struct lane *l, struct workspace_queue *q, struct ingest_job *job)
{
	bool idle = !l->waiting;
	job->next = NULL;
	job->queued_us = monotonic_us();
	if (q->last) {
		q->last->next = job;
	} else {
		q->first = job;
		q->ring_next = NULL;
		if (l->ring_last)
			l->ring_last->ring_next = q;
		else
			l->ring_first = q;
		l->ring_last = q;
	}
	q->last = job;
	q->commands += job->n;
	l->waiting += job->n;
	metric_add(l->depth, (int64_t)job->n);
	if (idle)
		pthread_cond_signal(&l->work);
}

/* Lanes are locked in their order, so that submitters never wait for each other in a circle. */
enum status lanes_submit(struct lane *const *lanes, struct ingest_job *const *jobs, size_t n, struct err *e)
{
	struct workspace_queue *queues[LANES_MAX];
	enum status s = ST_OK;
	for (size_t i = 0; i < n; i++)
		if (jobs[i])
			pthread_mutex_lock(&lanes[i]->lock);
	for (size_t i = 0; i < n && s == ST_OK; i++)
		if (jobs[i])
			s = admit(lanes[i], jobs[i], &queues[i], e);
	bool locked[LANES_MAX];
	for (size_t i = 0; i < n; i++) {
		locked[i] = jobs[i] != NULL;
		if (locked[i] && s == ST_OK)
			enqueue(lanes[i], queues[i], jobs[i]);
	}
	/* Once a lane is let go its part may end, and the job with all of its parts be gone. */
	for (size_t i = 0; i < n; i++)
		if (locked[i])
			pthread_mutex_unlock(&lanes[i]->lock);
	return s;
}

size_t lane_waiting(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	size_t n = l->waiting;
	pthread_mutex_unlock(&l->lock);
	return n;
}

bool lane_healthy(const struct lane *l)
{
	return l->healthy;
}

static bool alone(const struct ingest_job *job)
{
	enum command_kind kind = job->n ? job_command(job, 0)->kind : COMMAND_EVENT;
	return kind == COMMAND_ERASE || kind == COMMAND_MERGE || kind == COMMAND_UNMERGE;
}

/* Takes the next workspace's jobs up to the cap, oldest first; an erasure goes alone, so that nothing in its own batch can bring the lead back, and so do a
 * person's merge and the merges of an import. The workspace goes to the end of the ring when something is left. Called with the lock held. */
static struct ingest_job *take(struct lane *l, size_t *ret_commands)
{
	struct workspace_queue *q = l->ring_first;
	if (!q)
		return NULL;
	l->ring_first = q->ring_next;
	if (!l->ring_first)
		l->ring_last = NULL;
	struct ingest_job *first = q->first, *last = NULL;
	size_t n = 0;
	while (q->first) {
		struct ingest_job *job = q->first;
		if (last && (n + job->n > l->batch_max || alone(job)))
			break;
		last = job;
		n += job->n;
		q->first = job->next;
		if (alone(job))
			break;
	}
	last->next = NULL;
	q->commands -= n;
	l->waiting -= n;
	if (!q->first) {
		q->last = NULL;
	} else {
		q->ring_next = NULL;
		if (l->ring_last)
			l->ring_last->ring_next = q;
		else
			l->ring_first = q;
		l->ring_last = q;
	}
	*ret_commands = n;
	return first;
}

/* Commands whose caller has stopped waiting are not begun: they would only make the others later. */
static bool too_late(struct ingest_job *job, int64_t now_us)
{
	if (!job->deadline_us || now_us < job->deadline_us)
		return false;
	for (size_t i = 0; i < job->n; i++)
		err_set(&job_command(job, i)->result.err, ST_DEADLINE, "deadline", "The event waited too long in the queue and was not stored; try again.");
	return true;
}

static void run_jobs(struct lane *l, struct ingest_job *jobs, size_t n)
{
	int64_t began = monotonic_us();
	struct entry *entries = calloc(n, sizeof *entries);
	size_t k = 0;
	struct uuid workspace = jobs->workspace_id;
	struct err e;
	if (!entries)
		err_set(&e, ST_NOMEM, NULL, "Out of memory.");
	for (struct ingest_job *job = jobs; job; job = job->next) {
		metric_observe(l->wait_seconds, (double)(began - job->queued_us) / 1e6);
		if (too_late(job, began))
			continue;
		for (size_t i = 0; i < job->n; i++) {
			if (entries)
				entries[k++] = (struct entry){.command = job_command(job, i), .out = job->arena};
			else
				job_command(job, i)->result.err = e;
		}
	}
	if (k) {
		batch_run(&l->batch, &workspace, entries, k);
		metric_observe(l->batch_size, (double)k);
		metric_observe(l->batch_seconds, (double)(monotonic_us() - began) / 1e6);
		bool was = l->healthy;
		l->healthy = l->batch.healthy;
		if (was != l->batch.healthy)
			log_line(l->batch.healthy ? LOG_INFO : LOG_WARN, l->batch.healthy ? "database_back" : "database_away");
	}
	free(entries);
	while (jobs) {
		/* After done the job is gone. */
		struct ingest_job *next = jobs->next;
		jobs->done(jobs);
		jobs = next;
	}
}

static void *lane_main(void *arg)
{
	struct lane *l = arg;
	pthread_mutex_lock(&l->lock);
	for (;;) {
		while (!l->waiting && !l->closing)
			pthread_cond_wait(&l->work, &l->lock);
		size_t n = 0;
		struct ingest_job *jobs = take(l, &n);
		if (!jobs) {
			if (l->closing)
				break;
			continue;
		}
		metric_add(l->depth, -(int64_t)n);
		pthread_mutex_unlock(&l->lock);
		run_jobs(l, jobs, n);
		pthread_mutex_lock(&l->lock);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

enum status lane_new(const struct lane_config *c, struct lane **ret, struct err *e)
{
	static const double sizes[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000};
	static const double seconds[] = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
	struct lane *l = calloc(1, sizeof *l);
	if (!l || !(l->batch.arena = arena_new(256u << 20))) {
		free(l);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->work, NULL);
	l->batch_max = c->batch_max;
	l->queue_max = c->queue_max;
	l->healthy = l->batch.healthy = true;
	l->batch.models = c->models;
	l->batch.hints = c->hints;
	l->batch.clock = c->clock;
	l->batch.pool = c->pool;
	l->batch.slot = c->slot;
	l->batch.commits = metric_counter("leadscore_commits_total", "Transactions committed by the ingest lanes.", NULL);
	l->batch.retries = metric_counter("leadscore_batch_retries_total", "Batches tried again after a conflict or a lost connection.", NULL);
	l->batch.splits = metric_counter("leadscore_batch_splits_total", "Batches halved to find the row that the database refused.", NULL);
	l->depth = metric_gauge("leadscore_queue_depth", "Commands waiting in the ingest queues.", NULL);
	l->batch_size = metric_histogram("leadscore_batch_size", "Commands in one transaction.", NULL, sizes, sizeof sizes / sizeof sizes[0]);
	l->batch_seconds = metric_histogram("leadscore_batch_duration_seconds", "Time from taking a batch to its end.", NULL, seconds, sizeof seconds / sizeof seconds[0]);
	l->wait_seconds = metric_histogram("leadscore_queue_wait_seconds", "Time a job waited for its batch.", NULL, seconds, sizeof seconds / sizeof seconds[0]);
	if (pthread_create(&l->thread, NULL, lane_main, l) != 0) {
		lane_free(&l);
		return err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	}
	l->running = true;
	*ret = l;
	return ST_OK;
}

void lane_close(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->closing = true;
	pthread_cond_broadcast(&l->work);
	pthread_mutex_unlock(&l->lock);
}

void lane_free(struct lane **lp)
{
	if (!lp || !*lp)
		return;
	struct lane *l = *lp;
	if (l->running) {
		lane_close(l);
		pthread_join(l->thread, NULL);
	}
	struct workspace_queue *q, *next;
	HASH_ITER(hh, l->queues, q, next) {
		HASH_DEL(l->queues, q);
		free(q);
	}
	batch_filters_free(&l->batch);
	arena_free(&l->batch.arena);
	pthread_cond_destroy(&l->work);
	pthread_mutex_destroy(&l->lock);
	free(l);
	*lp = NULL;
}
