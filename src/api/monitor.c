/* Whether PostgreSQL answers: a thread with connections of its own asks twice a second.
 *
 * A server that is away or frozen is noticed after at most PAUSE + PATIENCE; one that is back, at the next try. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "api_priv.h"
#include "base/log.h"
#include "store/catalog.h"

#define PAUSE_US (INT64_C(500) * 1000)
#define PATIENCE_US (INT64_C(1400) * 1000)

struct monitor {
	struct db_pool *primary, *replica; /* the thread's, one connection each */
	atomic_bool primary_up, replica_up;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stop; /* under lock */
};

static bool ask(struct db_pool *pool, struct err *e)
{
	int64_t until = monotonic_us() + PATIENCE_US;
	struct db *db;
	if (db_pool_get(pool, 0, until, &db, e) == ST_OK && store_ping(db, e) == ST_OK)
		return true;
	/* A connection that was closed meanwhile (a restart, an idle limit) says nothing about the server: a new one
	 * does. */
	return db_pool_get(pool, 0, until, &db, e) == ST_OK && store_ping(db, e) == ST_OK;
}

static void note(struct db_pool *pool, atomic_bool *up, const char *which)
{
	struct err e = {0};
	bool now = ask(pool, &e), was = atomic_exchange(up, now);
	if (now && !was)
		log_line(LOG_INFO, "database_up", log_str("server", which));
	else if (!now && was)
		log_line(LOG_ERROR, "database_down", log_str("server", which), log_str("detail", e.detail));
}

static void look(struct monitor *m)
{
	note(m->primary, &m->primary_up, "primary");
	if (m->replica)
		note(m->replica, &m->replica_up, "replica");
}

static void *watch(void *arg)
{
	struct monitor *m = arg;
	pthread_mutex_lock(&m->lock);
	while (!m->stop) {
		struct timespec t;
		clock_gettime(CLOCK_MONOTONIC, &t);
		int64_t ns = t.tv_nsec + PAUSE_US * 1000;
		t.tv_sec += ns / 1000000000;
		t.tv_nsec = ns % 1000000000;
		pthread_cond_timedwait(&m->stopped, &m->lock, &t);
		if (m->stop)
			break;
		pthread_mutex_unlock(&m->lock);
		look(m);
		pthread_mutex_lock(&m->lock);
	}
	pthread_mutex_unlock(&m->lock);
	return NULL;
}

static void release(struct monitor *m)
{
	db_pool_free(&m->primary);
	db_pool_free(&m->replica);
	pthread_cond_destroy(&m->stopped);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

enum status monitor_start(const struct api_config *c, struct monitor **ret, struct err *e)
{
	struct monitor *m = calloc(1, sizeof *m);
	if (!m)
		return out_of_memory(e);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&m->stopped, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&m->lock, NULL);
	enum status s = db_pool_new(c->database_url, DB_GENERAL, 1, &m->primary, e);
	if (s == ST_OK && c->read_url)
		s = db_pool_new(c->read_url, DB_GENERAL, 1, &m->replica, e);
	if (s == ST_OK) {
		look(m);
		if (pthread_create(&m->thread, NULL, watch, m) != 0)
			s = err_set(e, ST_NOMEM, "no_thread", "cannot start the monitor thread");
	}
	if (s != ST_OK) {
		release(m);
		return s;
	}
	*ret = m;
	return ST_OK;
}

void monitor_stop(struct monitor **mp)
{
	if (!mp || !*mp)
		return;
	struct monitor *m = *mp;
	pthread_mutex_lock(&m->lock);
	m->stop = true;
	pthread_cond_signal(&m->stopped);
	pthread_mutex_unlock(&m->lock);
	pthread_join(m->thread, NULL);
	release(m);
	*mp = NULL;
}

bool monitor_primary(const struct monitor *m)
{
	return atomic_load_explicit(&m->primary_up, memory_order_relaxed);
}

bool monitor_replica(const struct monitor *m)
{
	return atomic_load_explicit(&m->replica_up, memory_order_relaxed);
}
