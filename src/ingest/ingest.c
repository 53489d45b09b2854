#include "ingest/ingest.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lane_priv.h"

struct ingest {
	struct models *models;
	struct hints *hints;
	struct db_pool *pool;
	size_t n_lanes;
	struct lane *lanes[LANES_MAX];
	_Atomic size_t turn; /* for commands that name no lead */
};

enum status ingest_start(const struct ingest_config *c, struct ingest **ret, struct err *e)
{
	struct ingest *g = calloc(1, sizeof *g);
	if (!g)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	size_t lanes = c->lanes ? c->lanes : 2;
	if (lanes > LANES_MAX)
		lanes = LANES_MAX;
	g->hints = hints_new();
	enum status s = g->hints ? models_new(&g->models, e) : err_set(e, ST_NOMEM, NULL, "out of memory");
	if (s == ST_OK)
		s = db_pool_new(c->database_url, DB_BATCH, lanes, &g->pool, e);
	for (size_t i = 0; s == ST_OK && i < lanes; i++) {
		struct lane_config lane = {.models = g->models, .hints = g->hints, .clock = c->clock ? c->clock : &clock_system, .pool = g->pool, .slot = i,
			.batch_max = c->batch_max ? c->batch_max : 1000, .queue_max = (c->queue_max ? c->queue_max : 20000) / lanes};
		s = lane_new(&lane, &g->lanes[i], e);
		if (s == ST_OK)
			g->n_lanes++;
	}
	if (s != ST_OK) {
		ingest_stop(&g);
		return s;
	}
	*ret = g;
	return ST_OK;
}

void ingest_stop(struct ingest **gp)
{
	if (!gp || !*gp)
		return;
	struct ingest *g = *gp;
	for (size_t i = 0; i < g->n_lanes; i++)
		lane_close(g->lanes[i]);
	for (size_t i = 0; i < g->n_lanes; i++)
		lane_free(&g->lanes[i]);
	db_pool_free(&g->pool);
	models_free(&g->models);
	hints_free(&g->hints);
	free(g);
	*gp = NULL;
}

enum status ingest_submit(struct ingest *g, struct ingest_job *job, struct err *e)
{
	struct ingest_job *parts[LANES_MAX];
	enum status s = job_split(job, g->n_lanes, g->turn++, parts, e);
	return s == ST_OK ? lanes_submit(g->lanes, parts, g->n_lanes, e) : s;
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool done;
};

static void wake(struct ingest_job *job)
{
	struct waiter *w = job->ctx;
	pthread_mutex_lock(&w->lock);
	w->done = true;
	pthread_cond_signal(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

enum status ingest_run(struct ingest *g, const struct uuid *workspace, struct command *commands, size_t n,
    struct arena *arena, int64_t deadline_us, struct err *e)
{
	struct waiter w = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
	struct ingest_job job = {.workspace_id = *workspace,
	    .commands = commands,
	    .n = n,
	    .arena = arena,
	    .deadline_us = deadline_us,
	    .done = wake,
	    .ctx = &w};
	enum status s = ingest_submit(g, &job, e);
	if (s == ST_OK) {
		pthread_mutex_lock(&w.lock);
		while (!w.done)
			pthread_cond_wait(&w.changed, &w.lock);
		pthread_mutex_unlock(&w.lock);
		for (size_t i = 0; i < n; i++)
			command_release(&commands[i]);
	}
	pthread_cond_destroy(&w.changed);
	pthread_mutex_destroy(&w.lock);
	return s;
}

size_t ingest_depth(const struct ingest *g)
{
	size_t n = 0;
	for (size_t i = 0; i < g->n_lanes; i++)
		n += lane_waiting(g->lanes[i]);
	return n;
}

bool ingest_healthy(const struct ingest *g)
{
	for (size_t i = 0; i < g->n_lanes; i++)
		if (lane_healthy(g->lanes[i]))
			return true;
	return false;
}

struct models *ingest_models(struct ingest *g)
{
	return g->models;
}

struct hints *ingest_hints(struct ingest *g)
{
	return g->hints;
}
