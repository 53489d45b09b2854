#include "tasks_priv.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/metrics.h"

struct task {
	struct tasks *all;
	struct task *next, **link;
	enum task_kind kind;
	struct uuid workspace;
	void (*run)(void *arg);
	void *arg;
};

struct tasks {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	struct task *first;
	atomic_bool stopping;
	struct metric *open[TASK_KINDS];
};

enum status tasks_new(struct tasks **ret, struct err *e)
{
	struct tasks *t = calloc(1, sizeof *t);
	if (!t)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->ended, NULL);
	static const char name[] = "leadscore_bulk_open", help[] = "Imports and exports over HTTP under way.";
	t->open[TASK_IMPORT] = metric_gauge(name, help, "kind=\"import\"");
	t->open[TASK_EXPORT] = metric_gauge(name, help, "kind=\"export\"");
	*ret = t;
	return ST_OK;
}

void tasks_drain(struct tasks *t)
{
	atomic_store(&t->stopping, true);
}

bool tasks_stopping(const struct tasks *t)
{
	return atomic_load(&t->stopping);
}

void tasks_free(struct tasks **tp)
{
	if (!tp || !*tp)
		return;
	struct tasks *t = *tp;
	tasks_drain(t);
	pthread_mutex_lock(&t->lock);
	while (t->first)
		pthread_cond_wait(&t->ended, &t->lock);
	pthread_mutex_unlock(&t->lock);
	pthread_cond_destroy(&t->ended);
	pthread_mutex_destroy(&t->lock);
	free(t);
	*tp = NULL;
}

/* Both with the lock held. */
static void link_in(struct tasks *t, struct task *k)
{
	k->next = t->first;
	k->link = &t->first;
	if (k->next)
		k->next->link = &k->next;
	t->first = k;
	metric_add(t->open[k->kind], 1);
}

static void take_out(struct task *k)
{
	*k->link = k->next;
	if (k->next)
		k->next->link = k->link;
	metric_add(k->all->open[k->kind], -1);
}

static void *main_of(void *arg)
{
	struct task *k = arg;
	struct tasks *t = k->all;
	k->run(k->arg);
	pthread_mutex_lock(&t->lock);
	take_out(k);
	pthread_cond_broadcast(&t->ended);
	pthread_mutex_unlock(&t->lock);
	free(k);
	return NULL;
}

/* With the lock held. */
static bool room(const struct tasks *t, enum task_kind kind, const struct uuid *workspace)
{
	size_t n = 0, own = 0;
	for (const struct task *k = t->first; k; k = k->next) {
		n += k->kind == kind;
		own += k->kind == kind && !uuid_cmp(&k->workspace, workspace);
	}
	return n < TASKS_MAX && own < TASKS_OF_WORKSPACE_MAX;
}

static bool begin(struct task *k)
{
	pthread_t thread;
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	int rc = pthread_create(&thread, &attr, main_of, k);
	pthread_attr_destroy(&attr);
	return rc == 0;
}

enum status tasks_start(struct tasks *t, enum task_kind kind, const struct uuid *workspace, void (*run)(void *arg),
    void *arg, struct err *e)
{
	static const char *const codes[] = {"too_many_imports", "too_many_exports"};
	static const char *const details[] = {
	    "Enough imports are under way; try again shortly.", "Enough exports are under way; try again shortly."};
	enum status s = ST_OK;
	struct task *k = calloc(1, sizeof *k);
	if (!k)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	*k = (struct task){.all = t, .kind = kind, .workspace = *workspace, .run = run, .arg = arg};
	pthread_mutex_lock(&t->lock);
	if (tasks_stopping(t))
		s = err_set(e, ST_BUSY, "shutting_down", "The service is shutting down; try again.");
	else if (!room(t, kind, workspace))
		s = err_set(e, ST_BUSY, codes[kind], "%s", details[kind]);
	else
		link_in(t, k);
	if (s == ST_OK && !begin(k)) {
		take_out(k);
		s = err_set(e, ST_NOMEM, "no_thread", "cannot start a thread");
	}
	pthread_mutex_unlock(&t->lock);
	if (s != ST_OK)
		free(k);
	return s;
}
