#include "readers_priv.h"

#include <pthread.h>
#include <stdlib.h>

struct reader {
	struct readers *all;
	size_t slot;
	pthread_t thread;
};

struct readers {
	struct db_pool *primary, *replica; /* replica NULL: none */
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct reader_task *first, **last; /* under lock, as all below */
	size_t waiting, max;
	bool closing;
	size_t n;
	struct reader reader[];
};

static struct reader_task *take(struct readers *r)
{
	pthread_mutex_lock(&r->lock);
	while (!r->first && !r->closing)
		pthread_cond_wait(&r->filled, &r->lock);
	struct reader_task *t = r->first;
	if (t) {
		r->first = t->next;
		if (!r->first)
			r->last = &r->first;
		r->waiting--;
	}
	pthread_mutex_unlock(&r->lock);
	return t;
}

static void *work(void *arg)
{
	struct reader *me = arg;
	struct reader_task *t;
	while ((t = take(me->all)))
		t->run(t, me);
	return NULL;
}

bool readers_put(struct readers *r, struct reader_task *t)
{
	pthread_mutex_lock(&r->lock);
	bool taken = !r->closing && r->waiting < r->max;
	if (taken) {
		t->next = NULL;
		*r->last = t;
		r->last = &t->next;
		r->waiting++;
		pthread_cond_signal(&r->filled);
	}
	pthread_mutex_unlock(&r->lock);
	return taken;
}

enum status reader_db(struct reader *r, bool replica, int64_t deadline_us, struct db **ret, struct err *e)
{
	struct db_pool *pool = replica && r->all->replica ? r->all->replica : r->all->primary;
	return db_pool_get(pool, r->slot, deadline_us, ret, e);
}

static void release(struct readers *r)
{
	db_pool_free(&r->primary);
	db_pool_free(&r->replica);
	pthread_cond_destroy(&r->filled);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

enum status readers_start(const struct readers_config *c, struct readers **ret, struct err *e)
{
	struct readers *r = calloc(1, sizeof *r + c->threads * sizeof r->reader[0]);
	if (!r)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	r->last = &r->first;
	r->max = c->queue_max;
	enum status s = db_pool_new(c->database_url, DB_GENERAL, c->threads, &r->primary, e);
	if (s == ST_OK && c->read_url)
		s = db_pool_new(c->read_url, DB_GENERAL, c->threads, &r->replica, e);
	if (s != ST_OK) {
		release(r);
		return s;
	}
	for (size_t i = 0; i < c->threads; i++) {
		r->reader[i] = (struct reader){.all = r, .slot = i};
		if (pthread_create(&r->reader[i].thread, NULL, work, &r->reader[i]) != 0) {
			readers_stop(&r);
			return err_set(e, ST_NOMEM, "no_thread", "cannot start a reader thread");
		}
		r->n++;
	}
	*ret = r;
	return ST_OK;
}

void readers_stop(struct readers **rp)
{
	if (!rp || !*rp)
		return;
	struct readers *r = *rp;
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
	for (size_t i = 0; i < r->n; i++)
		pthread_join(r->reader[i].thread, NULL);
	release(r);
	*rp = NULL;
}
