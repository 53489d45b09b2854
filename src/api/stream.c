/* Streams: a bounded queue of bytes with a sleeper at one end. */
#include "api/stream.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/instant.h"

#define LIMIT_DEFAULT ((size_t)256 << 10)
#define KEEP_MAX                                                                                                       \
	((size_t)2 << 10) /* room that an emptied queue keeps: thousands of streams sleep most of the time            \
			    */

struct api_stream {
	atomic_uint refs;
	size_t limit;
	const char *heartbeat, *farewell;
	pthread_cond_t room;  /* of `lock`: something was taken, or it is over */
	pthread_mutex_t lock; /* guards what follows */
	struct buf bytes;
	size_t taken; /* of bytes */
	bool ended;   /* nothing is added any more */
	bool broken;
	bool asleep;
	int64_t last_us;
	struct api_sink sink; /* no callbacks: not attached */
};

struct api_stream *api_stream_new(const struct api_stream_config *c)
{
	struct api_stream *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	atomic_init(&s->refs, 1);
	s->limit = c->limit ? c->limit : LIMIT_DEFAULT;
	s->heartbeat = c->heartbeat;
	s->farewell = c->farewell;
	s->last_us = monotonic_us();
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&s->room, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return s;
}

struct api_stream *api_stream_ref(struct api_stream *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void api_stream_unref(struct api_stream **sp)
{
	if (!sp || !*sp)
		return;
	struct api_stream *s = *sp;
	*sp = NULL;
	if (atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	buf_free(&s->bytes);
	pthread_cond_destroy(&s->room);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static void wake(struct api_stream *s)
{
	if (!s->asleep || !s->sink.wake)
		return;
	s->asleep = false;
	s->sink.wake(s->sink.ctx);
}

static void cut_off(struct api_stream *s)
{
	s->ended = s->broken = true;
	s->taken = 0;
	buf_free(&s->bytes);
	pthread_cond_broadcast(&s->room);
	wake(s);
}

static void add(struct api_stream *s, const void *p, size_t n)
{
	if (s->bytes.len == s->taken)
		s->last_us = monotonic_us();
	buf_put(&s->bytes, p, n);
	if (buf_ok(&s->bytes))
		wake(s);
	else
		cut_off(s);
}

bool api_stream_write(struct api_stream *s, const void *p, size_t n)
{
	pthread_mutex_lock(&s->lock);
	if (!s->ended && s->bytes.len - s->taken + n > s->limit)
		cut_off(s);
	if (!s->ended && n)
		add(s, p, n);
	bool open = !s->ended;
	pthread_mutex_unlock(&s->lock);
	return open;
}

bool api_stream_room(struct api_stream *s, size_t n, int64_t until_us)
{
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
	int rc = 0;
	pthread_mutex_lock(&s->lock);
	while (!s->ended && s->bytes.len - s->taken + n > s->limit && rc == 0)
		rc = pthread_cond_timedwait(&s->room, &s->lock, &until);
	bool room = !s->ended && s->bytes.len - s->taken + n <= s->limit;
	pthread_mutex_unlock(&s->lock);
	return room;
}

bool api_stream_over(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	bool over = s->ended;
	pthread_mutex_unlock(&s->lock);
	return over;
}

void api_stream_end(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->ended = true;
	pthread_cond_broadcast(&s->room);
	wake(s);
	pthread_mutex_unlock(&s->lock);
}

void api_stream_attach(struct api_stream *s, const struct api_sink *sink)
{
	pthread_mutex_lock(&s->lock);
	s->sink = *sink;
	pthread_mutex_unlock(&s->lock);
}

void api_stream_detach(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->sink = (struct api_sink){0};
	cut_off(s);
	pthread_mutex_unlock(&s->lock);
}

static enum api_stream_step take_bytes(struct api_stream *s, char *to, size_t max, size_t *ret_n)
{
	size_t left = s->bytes.len - s->taken, n = left < max ? left : max;
	memcpy(to, s->bytes.data + s->taken, n);
	s->taken += n;
	s->last_us = monotonic_us();
	if (n == left) {
		s->taken = 0;
		buf_clear(&s->bytes);
		if (s->bytes.cap > KEEP_MAX)
			buf_free(&s->bytes);
	} else if (s->taken > s->limit / 2) {
		/* A reader who is always a little behind must not make the buffer grow for ever. */
		memmove(s->bytes.data, s->bytes.data + s->taken, left - n);
		s->bytes.len = left - n;
		s->taken = 0;
	}
	pthread_cond_broadcast(&s->room);
	*ret_n = n;
	return STREAM_BYTES;
}

enum api_stream_step api_stream_take(struct api_stream *s, char *to, size_t max, size_t *ret_n)
{
	enum api_stream_step step;
	pthread_mutex_lock(&s->lock);
	if (s->broken) {
		step = STREAM_BROKEN;
	} else if (s->bytes.len > s->taken) {
		step = take_bytes(s, to, max, ret_n);
	} else if (s->ended) {
		step = STREAM_END;
	} else {
		/* Asleep before the lock goes: the next byte finds somebody to wake. */
		step = STREAM_WAIT;
		s->sink.sleep(s->sink.ctx);
		s->asleep = true;
	}
	pthread_mutex_unlock(&s->lock);
	return step;
}

struct api_stream_health api_stream_health(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	struct api_stream_health h = {.sleeping = s->asleep, .waiting = s->bytes.len > s->taken, .last_us = s->last_us};
	pthread_mutex_unlock(&s->lock);
	return h;
}

void api_stream_beat(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->ended && s->asleep && s->heartbeat)
		add(s, s->heartbeat, strlen(s->heartbeat));
	pthread_mutex_unlock(&s->lock);
}

void api_stream_break(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	cut_off(s);
	pthread_mutex_unlock(&s->lock);
}

void api_stream_shut(struct api_stream *s)
{
	pthread_mutex_lock(&s->lock);
	if (!s->ended && s->farewell)
		add(s, s->farewell, strlen(s->farewell));
	s->ended = true;
	pthread_cond_broadcast(&s->room);
	wake(s);
	pthread_mutex_unlock(&s->lock);
}
