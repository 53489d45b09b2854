/* The thread of the chores: each has a time at which it is next looked at; the earliest is taken. */
#include "chores_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"

#define JOB_US (INT64_C(30) * 1000 * 1000)
#define IDLE_MS 1000

struct turn {
	int64_t due_us;
	unsigned failures; /* in a row */
	struct metric *failed;
};

struct chores {
	pthread_t thread;
	bool running;
	struct halt halt;
	struct work_config config;
	const struct chore *table;
	size_t n;
	struct turn *turns;
	struct db_pool *pool;
	struct arena *arena;
};

enum status chore_ingest(
    struct chore_run *r, const struct uuid *workspace, struct command *commands, size_t n, struct err *e)
{
	return ingest_run(r->config->ingest, workspace, commands, n, r->arena, monotonic_us() + JOB_US, e);
}

static void step(struct chores *c, size_t i)
{
	const struct chore *chore = &c->table[i];
	struct turn *t = &c->turns[i];
	struct chore_run r = {.config = &c->config, .arena = c->arena, .halt = &c->halt};
	struct err e = {0};
	bool more = false;
	arena_reset(c->arena);
	enum status s = db_pool_get(c->pool, 0, monotonic_us() + INT64_C(1000) * CHORE_DATABASE_MS, &r.db, &e);
	if (s == ST_OK)
		s = chore->run(&r, &more, &e);
	if (s == ST_OK) {
		if (t->failures)
			log_line(LOG_INFO, "chore goes on", log_str("chore", chore->name));
		t->failures = 0;
		t->due_us = monotonic_us() + (more ? 0 : INT64_C(1000) * chore->interval_ms);
		return;
	}
	if (!t->failures && !halt_asked(&c->halt))
		log_line(LOG_WARN, "chore waits", log_str("chore", chore->name), log_str("code", e.code),
		    log_str("detail", e.detail));
	metric_add(t->failed, 1);
	t->failures += t->failures < 1000;
	t->due_us = monotonic_us() + 1000 * backoff_ms(t->failures, some_random());
}

static void *chores_main(void *arg)
{
	struct chores *c = arg;
	while (!halt_asked(&c->halt)) {
		size_t first = 0;
		for (size_t i = 1; i < c->n; i++)
			if (c->turns[i].due_us < c->turns[first].due_us)
				first = i;
		int64_t wait_ms = c->n ? (c->turns[first].due_us - monotonic_us() + 999) / 1000 : IDLE_MS;
		if (wait_ms > 0)
			halt_pause(&c->halt, wait_ms < IDLE_MS ? wait_ms : IDLE_MS);
		else
			step(c, first);
	}
	return NULL;
}

enum status chores_start(
    const struct work_config *config, const struct chore *table, size_t n, struct chores **ret, struct err *e)
{
	struct chores *c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	halt_init(&c->halt);
	c->config = *config;
	c->config.clock = config->clock ? config->clock : &clock_system;
	c->table = table;
	c->n = n;
	c->arena = arena_new(0);
	c->turns = calloc(n + 1, sizeof *c->turns);
	enum status s = c->arena && c->turns ? db_pool_new(config->database_url, DB_PLANNED, 1, &c->pool, e)
					     : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		char label[64];
		snprintf(label, sizeof label, "chore=\"%s\"", table[i].name);
		c->turns[i].failed = metric_counter("leadscore_chore_failures_total",
		    "Steps of standing work that failed and were tried again.", label);
		/* Not all at once, nor all instances together. */
		c->turns[i].due_us =
		    monotonic_us() + (int64_t)(some_random() % (1000 * ((uint64_t)table[i].interval_ms + 1)));
	}
	if (s == ST_OK && pthread_create(&c->thread, NULL, chores_main, c) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	if (s != ST_OK) {
		chores_stop(&c);
		return s;
	}
	c->running = true;
	*ret = c;
	return ST_OK;
}

void chores_stop(struct chores **cp)
{
	if (!cp || !*cp)
		return;
	struct chores *c = *cp;
	halt_ask(&c->halt);
	if (c->running)
		pthread_join(c->thread, NULL);
	db_pool_free(&c->pool);
	arena_free(&c->arena);
	free(c->turns);
	halt_destroy(&c->halt);
	free(c);
	*cp = NULL;
}
