/* The thread that tells, and who follows what. The lock guards the table of feeds, what has arrived and what was noted;
 * the streams themselves belong to the thread. */
#include "live_priv.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/metrics.h"
#include "reply_priv.h"
#include "store/key.h"

#define STREAM_BYTES_MAX ((size_t)256 << 10) /* on their way to one client: less than a page's room, and a page */
#define NEWS_US (INT64_C(1000) * 1000)       /* how late what another instance committed may be told */
#define KEYS_US (INT64_C(5) * 1000 * 1000)   /* how long a revoked key goes on being told */
#define GAP_US (INT64_C(20) * 1000)          /* what is committed meanwhile is told together */
#define ROOM_US (INT64_C(50) * 1000)
#define AWAY_US (INT64_C(1000) * 1000)
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define AT_ONCE 500

struct live {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct live_feed *feeds; /* by workspace; only the thread takes out */
	size_t n, max;           /* streams */
	bool stopping;
	pthread_t thread;
	bool running;
	struct live_feed **list; /* the thread's: all feeds at its last look */
	size_t n_list, cap_list;
	const struct clock *clock;
	struct db_pool *pool;
	struct arena *arena;
	struct buf scratch;
	struct hints *hints; /* NULL: none */
	struct hint_listener listener;
	int64_t news_us, keys_us; /* the thread's: when to look next */
	bool away;
	struct metric *told;
};

static void note(void *ctx, const struct uuid *workspace)
{
	struct live *l = ctx;
	struct live_feed *f;
	pthread_mutex_lock(&l->lock);
	HASH_FIND(hh, l->feeds, workspace, sizeof *workspace, f);
	if (f && !f->noted) {
		f->noted = true;
		pthread_cond_signal(&l->changed);
	}
	pthread_mutex_unlock(&l->lock);
}

static void end_all(struct live_feed *f, const char *reason)
{
	for (struct live_stream *s = f->first; s; s = s->next)
		if (!s->over)
			live_stream_end(s, reason);
}

static void leave(struct live *l, struct live_feed *f)
{
	for (struct live_stream **at = &f->first; *at;) {
		struct live_stream *s = *at;
		if (!s->over) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		live_stream_free(s);
		l->n--;
	}
}

static void join(struct live_feed *f)
{
	while (f->arrived) {
		struct live_stream *s = f->arrived;
		f->arrived = s->next;
		s->next = f->first;
		f->last = !f->first || s->at > f->last ? s->at : f->last;
		f->first = s;
		f->behind = true;
	}
}

/* Under the lock: who has arrived joins, who is over leaves, feeds without anybody go, and the others are listed for
 * the thread, which then needs no lock: the table may grow meanwhile. False: out of memory. */
static bool gather(struct live *l, int64_t now_us)
{
	struct live_feed *f, *next;
	l->n_list = 0;
	HASH_ITER(hh, l->feeds, f, next)
	{
		join(f);
		leave(l, f);
		if (!f->first) {
			HASH_DEL(l->feeds, f);
			free(f);
			continue;
		}
		if (f->noted && f->next_us <= now_us) {
			f->noted = false;
			f->behind = true;
		}
		if (l->n_list == l->cap_list) {
			size_t cap = l->cap_list ? l->cap_list * 2 : 64;
			struct live_feed **more = realloc(l->list, cap * sizeof *more);
			if (!more)
				return false;
			l->list = more;
			l->cap_list = cap;
		}
		l->list[l->n_list++] = f;
	}
	return true;
}

/* Asks the database which feeds have more, a few hundred at a time. */
static enum status look_for_news(struct live *l, struct db *db, struct err *e)
{
	enum status s = ST_OK;
	for (size_t from = 0; from < l->n_list && s == ST_OK; from += AT_ONCE) {
		struct uuid ids[AT_ONCE];
		int64_t seen[AT_ONCE];
		bool news[AT_ONCE];
		size_t n = 0;
		for (; n < AT_ONCE && from + n < l->n_list; n++) {
			ids[n] = l->list[from + n]->workspace;
			seen[n] = l->list[from + n]->last;
		}
		db_deadline(db, monotonic_us() + DATABASE_US);
		s = store_feed_news(db, ids, seen, n, news, e);
		for (size_t i = 0; s == ST_OK && i < n; i++)
			l->list[from + i]->behind = l->list[from + i]->behind || news[i];
	}
	return s;
}

static int by_key(const void *a, const void *b)
{
	const struct key_name *x = a, *y = b;
	int d = uuid_cmp(&x->workspace_id, &y->workspace_id);
	return d ? d : uuid_cmp(&x->id, &y->id);
}

static size_t distinct(struct key_name *k, size_t n)
{
	size_t kept = 0;
	qsort(k, n, sizeof *k, by_key);
	for (size_t i = 0; i < n; i++)
		if (!kept || by_key(&k[i], &k[kept - 1]))
			k[kept++] = k[i];
	return kept;
}

/* A key that was revoked, or has expired, is told no more. */
static enum status look_at_keys(struct live *l, struct db *db, struct err *e)
{
	size_t n = 0, dead = 0;
	struct key_name *keys = calloc(l->max, sizeof *keys);
	if (!keys)
		return out_of_memory(e);
	for (size_t i = 0; i < l->n_list; i++)
		for (struct live_stream *s = l->list[i]->first; s && n < l->max; s = s->next)
			keys[n++] = (struct key_name){s->workspace, s->key};
	n = distinct(keys, n);
	db_deadline(db, monotonic_us() + DATABASE_US);
	enum status s = store_keys_dead(db, keys, n, clock_now(l->clock), &dead, e);
	qsort(keys, s == ST_OK ? dead : 0, sizeof *keys, by_key);
	for (size_t i = 0; s == ST_OK && dead && i < l->n_list; i++)
		for (struct live_stream *x = l->list[i]->first; x; x = x->next) {
			struct key_name own = {x->workspace, x->key};
			if (!x->over && bsearch(&own, keys, dead, sizeof own, by_key))
				live_stream_end(x, "key_revoked");
		}
	free(keys);
	return s;
}

static enum status turn(struct live *l, struct live_feed *f, struct db *db, struct err *e)
{
	size_t told = 0;
	enum status s = live_feed_turn(f, db, l->arena, &l->scratch, &told, e);
	metric_add(l->told, (int64_t)told);
	f->next_us = monotonic_us() + (f->waiting ? ROOM_US : f->behind ? 0 : GAP_US);
	if (s == ST_NOT_FOUND) {
		end_all(f, "workspace_gone");
		return ST_OK;
	}
	if (s == ST_BUSY || s == ST_CONFLICT) { /* another reader gave places at the same moment */
		f->behind = true;
		return ST_OK;
	}
	return s;
}

/* Everything that is to be done now, without the lock. */
static enum status look(struct live *l, int64_t now_us, struct err *e)
{
	struct db *db;
	enum status s = db_pool_get(l->pool, 0, now_us + DATABASE_US, &db, e);
	if (s == ST_OK && now_us >= l->news_us) {
		for (size_t i = 0; i < l->n_list; i++)
			for (struct live_stream *x = l->list[i]->first; x; x = x->next)
				x->over = x->over || api_stream_over(x->stream);
		s = look_for_news(l, db, e);
		l->news_us = monotonic_us() + NEWS_US;
	}
	if (s == ST_OK && now_us >= l->keys_us) {
		s = look_at_keys(l, db, e);
		l->keys_us = monotonic_us() + KEYS_US;
	}
	for (size_t i = 0; s == ST_OK && i < l->n_list; i++)
		if (l->list[i]->behind && l->list[i]->next_us <= now_us)
			s = turn(l, l->list[i], db, e);
	if ((s != ST_OK) != l->away)
		log_line(l->away ? LOG_INFO : LOG_WARN, l->away ? "streams go on" : "streams wait",
		    log_str("code", s == ST_OK ? NULL : e->code), log_str("detail", s == ST_OK ? NULL : e->detail));
	l->away = s != ST_OK;
	return s;
}

/* Under the lock: when there is something to do again. */
static int64_t next_time(struct live *l)
{
	int64_t at = l->news_us < l->keys_us ? l->news_us : l->keys_us;
	struct live_feed *f, *next;
	HASH_ITER(hh, l->feeds, f, next)
	{
		if (f->arrived)
			return 0;
		if ((f->behind || f->noted) && f->next_us < at)
			at = f->next_us;
	}
	return at;
}

static void *live_main(void *arg)
{
	struct live *l = arg;
	pthread_mutex_lock(&l->lock);
	while (!l->stopping) {
		if (!l->feeds) {
			pthread_cond_wait(&l->changed, &l->lock);
			continue;
		}
		int64_t now = monotonic_us(), at;
		struct err e = {0};
		bool listed = gather(l, now);
		pthread_mutex_unlock(&l->lock);
		bool well = listed && look(l, now, &e) == ST_OK;
		pthread_mutex_lock(&l->lock);
		now = monotonic_us();
		at = well ? next_time(l) : now + AWAY_US;
		struct timespec until = {at / 1000000, at % 1000000 * 1000};
		if (at > now && !l->stopping)
			pthread_cond_timedwait(&l->changed, &l->lock, &until);
	}
	pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* Under the lock. */
static enum status enter(struct live *l, struct live_stream *s, struct err *e)
{
	struct live_feed *f;
	if (l->n >= l->max || l->stopping)
		return err_set(e, ST_BUSY, "too_many_streams", "Too many clients follow the change feed already.");
	HASH_FIND(hh, l->feeds, &s->workspace, sizeof s->workspace, f);
	if (!f) {
		f = calloc(1, sizeof *f);
		if (!f)
			return out_of_memory(e);
		f->workspace = s->workspace;
		HASH_ADD(hh, l->feeds, workspace, sizeof f->workspace, f);
	}
	s->next = f->arrived;
	f->arrived = s;
	l->n++;
	pthread_cond_signal(&l->changed);
	return ST_OK;
}

enum status live_add(struct live *l, struct api_call *c, struct live_filter *filter, int64_t position, struct err *e)
{
	static const struct api_stream_config config = {
	    STREAM_BYTES_MAX, ": still here\n\n", "event: end\ndata: {\"reason\":\"shutting_down\"}\n\n"};
	struct live_stream *s = calloc(1, sizeof *s);
	struct api_stream *stream = s ? api_stream_new(&config) : NULL;
	struct buf b = BUF_INIT;
	if (!stream) {
		live_filter_free(filter);
		free(s);
		return out_of_memory(e);
	}
	*s = (struct live_stream){.stream = api_stream_ref(stream),
	    .workspace = c->workspace_id,
	    .key = c->key_id,
	    .filter = *filter,
	    .at = position,
	    .told = position};
	*filter = (struct live_filter){0};
	/* Clients of an instance that ends come back at different moments. */
	buf_printf(&b, "retry: %u\n", 1000 + (unsigned)(hash64(c->request_id, strlen(c->request_id)) % 3000));
	live_put_position(&b, &s->workspace, position);
	enum status st = buf_ok(&b) && api_stream_write(stream, b.data, b.len) ? ST_OK : out_of_memory(e);
	buf_free(&b);
	if (st == ST_OK) {
		pthread_mutex_lock(&l->lock);
		st = enter(l, s, e);
		pthread_mutex_unlock(&l->lock);
	}
	if (st != ST_OK) {
		live_stream_free(s);
		api_stream_unref(&stream);
		return st;
	}
	c->stream = stream;
	c->status = 200;
	c->response_type = "text/event-stream";
	reply_header(c, "X-Accel-Buffering", "no"); /* a proxy that waits for the whole reply would undo it */
	return ST_OK;
}

enum status live_start(const struct api_config *c, struct live **ret, struct err *e)
{
	struct live *l = calloc(1, sizeof *l);
	if (!l)
		return out_of_memory(e);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&l->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&l->lock, NULL);
	l->clock = c->clock;
	l->max = c->max_streams;
	l->told = metric_counter(
	    "leadscore_stream_events_total", "Events written to clients that follow the change feed.", NULL);
	l->arena = arena_new(0);
	enum status s = l->arena ? db_pool_new(c->database_url, DB_GENERAL, 1, &l->pool, e) : out_of_memory(e);
	if (s == ST_OK && pthread_create(&l->thread, NULL, live_main, l) != 0)
		s = err_set(e, ST_NOMEM, "no_thread", "cannot start a thread");
	l->running = s == ST_OK;
	if (s != ST_OK) {
		live_stop(&l);
		return s;
	}
	if (c->ingest) {
		l->hints = ingest_hints(c->ingest);
		l->listener = (struct hint_listener){.told = note, .ctx = l};
		hints_listen(l->hints, &l->listener);
	}
	*ret = l;
	return ST_OK;
}

void live_stop(struct live **lp)
{
	if (!lp || !*lp)
		return;
	struct live *l = *lp;
	*lp = NULL;
	if (l->hints)
		hints_forget(l->hints, &l->listener);
	if (l->running) {
		pthread_mutex_lock(&l->lock);
		l->stopping = true;
		pthread_cond_signal(&l->changed);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
	}
	struct live_feed *f, *next;
	HASH_ITER(hh, l->feeds, f, next)
	{
		join(f);
		for (struct live_stream *s = f->first; s; s = s->next) {
			api_stream_end(s->stream);
			s->over = true;
		}
		leave(l, f);
		HASH_DEL(l->feeds, f);
		free(f);
	}
	free(l->list);
	buf_free(&l->scratch);
	db_pool_free(&l->pool);
	arena_free(&l->arena);
	pthread_cond_destroy(&l->changed);
	pthread_mutex_destroy(&l->lock);
	free(l);
}
