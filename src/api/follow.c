/* Following jobs. The lock guards the list's shape, `stopping` and what is put at its end; what a follower was told
 * belongs to the thread alone. */
#include "follow_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "jobs_priv.h"
#include "reply_priv.h"
#include "store/preview.h"

#define FOLLOWERS_MAX 1000
#define AT_ONCE 100
#define LOOK_MS 500
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define STREAM_MAX ((size_t)4 << 20) /* the result is one event */

struct follower {
	struct follower *next;
	struct api_stream *stream; /* a reference of its own */
	struct uuid workspace, job;
	enum follow_format format;
	bool told, over;
	struct job_progress last;
};

struct follow {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct follower *first;
	size_t n;
	bool stopping;
	pthread_t thread;
	bool running;
	const struct clock *clock;
	struct db_pool *pool;
	struct arena *arena;
};

/* One event in the follower's format. data: JSON text without line ends. */
static void tell(struct follower *f, const char *event, const char *data, size_t n)
{
	struct buf b = BUF_INIT;
	buf_printf(&b, f->format == FOLLOW_EVENTS ? "event: %s\ndata: " : "{\"event\":\"%s\",\"data\":", event);
	buf_put(&b, data, n);
	buf_puts(&b, f->format == FOLLOW_EVENTS ? "\n\n" : "}\n");
	if (!buf_ok(&b) || !api_stream_write(f->stream, b.data, b.len))
		f->over = true;
	buf_free(&b);
}

static void tell_progress(struct follower *f, const struct job_progress *p)
{
	struct buf b = BUF_INIT;
	if (f->told && p->done == f->last.done && p->total == f->last.total && !strcmp(p->state, f->last.state))
		return;
	buf_puts(&b, "{\"id\":");
	buf_json_uuid(&b, p->id.b);
	buf_puts(&b, ",\"state\":");
	buf_json_str(&b, p->state);
	buf_printf(&b, ",\"done\":%lld,\"total\":%lld}", (long long)p->done, (long long)p->total);
	if (buf_ok(&b))
		tell(f, "progress", b.data, b.len);
	f->told = true;
	f->last = *p;
	buf_free(&b);
}

/* The job as GET /v1/jobs/{id} shows it, and the end. */
static enum status tell_result(struct follow *all, struct follower *f, struct db *db, struct err *e)
{
	struct buf b = BUF_INIT;
	enum status s = job_render(db, &f->workspace, &f->job, all->arena, clock_now(all->clock), &b, e);
	if (s == ST_OK && buf_ok(&b))
		tell(f, "result", b.data, b.len);
	if (s == ST_OK || s == ST_NOT_FOUND) {
		api_stream_end(f->stream);
		f->over = true;
	}
	buf_free(&b);
	return s == ST_NOT_FOUND ? ST_OK : s;
}

/* Up to AT_ONCE followers of one workspace. */
static enum status look(struct follow *all, struct follower **some, size_t n, struct db *db, struct err *e)
{
	struct uuid ids[AT_ONCE];
	struct job_progress now[AT_ONCE];
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		ids[i] = some[i]->job;
	enum status s = store_job_progress(db, &some[0]->workspace, ids, n, now, &found, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		const struct job_progress *p = NULL;
		for (size_t k = 0; k < found && !p; k++)
			if (uuid_cmp(&now[k].id, &some[i]->job) == 0)
				p = &now[k];
		if (p && (!strcmp(p->state, "waiting") || !strcmp(p->state, "running")))
			tell_progress(some[i], p);
		else
			s = tell_result(all, some[i], db, e);
		arena_reset(all->arena);
	}
	return s;
}

/* Followers come in at the front only, so the rest of the list may be walked without the lock. */
static void look_at_all(struct follow *all, struct follower *first)
{
	struct db *db;
	struct err e = {0};
	if (db_pool_get(all->pool, 0, monotonic_us() + DATABASE_US, &db, &e) != ST_OK)
		return; /* away: heartbeats go on, and so does the next look */
	for (struct follower *at = first; at;) {
		struct follower *some[AT_ONCE];
		size_t n = 0;
		/* Those that came together are mostly of one workspace. */
		for (; at && n < AT_ONCE && (!n || uuid_cmp(&some[0]->workspace, &at->workspace) == 0); at = at->next) {
			at->over = at->over || api_stream_over(at->stream);
			if (!at->over)
				some[n++] = at;
		}
		db_deadline(db, monotonic_us() + DATABASE_US);
		if (n && look(all, some, n, db, &e) != ST_OK)
			return;
	}
}

static void sweep_out(struct follow *all, bool everybody)
{
	pthread_mutex_lock(&all->lock);
	for (struct follower **at = &all->first; *at;) {
		struct follower *f = *at;
		if (!f->over && !everybody) {
			at = &f->next;
			continue;
		}
		*at = f->next;
		all->n--;
		if (!f->over)
			api_stream_end(f->stream);
		api_stream_unref(&f->stream);
		free(f);
	}
	pthread_mutex_unlock(&all->lock);
}

static void *follow_main(void *arg)
{
	struct follow *all = arg;
	pthread_mutex_lock(&all->lock);
	while (!all->stopping) {
		struct timespec until;
		if (!all->first) {
			pthread_cond_wait(&all->changed, &all->lock);
			continue;
		}
		struct follower *first = all->first;
		pthread_mutex_unlock(&all->lock);
		look_at_all(all, first);
		sweep_out(all, false);
		clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_nsec += LOOK_MS * 1000000;
		if (until.tv_nsec >= 1000000000) {
			until.tv_nsec -= 1000000000;
			until.tv_sec++;
		}
		pthread_mutex_lock(&all->lock);
		/* A new follower is looked at at once. */
		if (!all->stopping)
			pthread_cond_timedwait(&all->changed, &all->lock, &until);
	}
	pthread_mutex_unlock(&all->lock);
	return NULL;
}

enum follow_format follow_wanted(const struct api_call *c)
{
	if (c->accept && strstr(c->accept, "text/event-stream"))
		return FOLLOW_EVENTS;
	return c->accept && strstr(c->accept, "application/x-ndjson") ? FOLLOW_LINES : FOLLOW_NOT;
}

static enum status add(struct follow *all, struct follower *f, struct err *e)
{
	enum status s = ST_OK;
	pthread_mutex_lock(&all->lock);
	if (all->n == FOLLOWERS_MAX || all->stopping) {
		s = err_set(e, ST_BUSY, "too_many_streams", "Too many clients follow jobs already.");
	} else {
		f->next = all->first;
		all->first = f;
		all->n++;
		pthread_cond_signal(&all->changed);
	}
	pthread_mutex_unlock(&all->lock);
	return s;
}

enum status follow_job(
    struct api *a, struct api_call *c, const struct uuid *job, enum follow_format format, struct err *e)
{
	static const struct api_stream_config configs[] = {
	    [FOLLOW_EVENTS] = {STREAM_MAX, ": still here\n\n", "event: end\ndata: {\"reason\":\"shutting_down\"}\n\n"},
	    [FOLLOW_LINES] = {STREAM_MAX, "{\"event\":\"wait\",\"data\":{}}\n",
		"{\"event\":\"end\",\"data\":{\"reason\":\"shutting_down\"}}\n"},
	};
	struct follower *f = calloc(1, sizeof *f);
	struct api_stream *stream = f ? api_stream_new(&configs[format]) : NULL;
	if (!stream) {
		free(f);
		return out_of_memory(e);
	}
	*f = (struct follower){
	    .stream = api_stream_ref(stream), .workspace = c->workspace_id, .job = *job, .format = format};
	enum status s = add(a->follow, f, e);
	if (s != ST_OK) {
		api_stream_unref(&f->stream);
		api_stream_unref(&stream);
		free(f);
		return s;
	}
	c->stream = stream;
	c->status = 200;
	c->response_type = format == FOLLOW_EVENTS ? "text/event-stream" : "application/x-ndjson";
	reply_header(c, "X-Accel-Buffering", "no"); /* a proxy that waits for the whole reply would undo it */
	return ST_OK;
}

enum status follow_start(const struct api_config *c, struct follow **ret, struct err *e)
{
	struct follow *f = calloc(1, sizeof *f);
	if (!f)
		return out_of_memory(e);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&f->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&f->lock, NULL);
	f->clock = c->clock;
	f->arena = arena_new(0);
	enum status s = f->arena ? db_pool_new(c->database_url, DB_GENERAL, 1, &f->pool, e) : out_of_memory(e);
	if (s == ST_OK && pthread_create(&f->thread, NULL, follow_main, f) != 0)
		s = err_set(e, ST_NOMEM, "no_thread", "cannot start a thread");
	f->running = s == ST_OK;
	if (s != ST_OK) {
		follow_stop(&f);
		return s;
	}
	*ret = f;
	return ST_OK;
}

void follow_stop(struct follow **fp)
{
	if (!fp || !*fp)
		return;
	struct follow *f = *fp;
	*fp = NULL;
	if (f->running) {
		pthread_mutex_lock(&f->lock);
		f->stopping = true;
		pthread_cond_signal(&f->changed);
		pthread_mutex_unlock(&f->lock);
		pthread_join(f->thread, NULL);
	}
	sweep_out(f, true);
	db_pool_free(&f->pool);
	arena_free(&f->arena);
	pthread_cond_destroy(&f->changed);
	pthread_mutex_destroy(&f->lock);
	free(f);
}
