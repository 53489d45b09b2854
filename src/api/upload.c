/* Uploads: a bounded queue of bytes with a thread that waits at one end and a connection that pauses at the other. */
#include "api/upload.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"

#define LIMIT_DEFAULT ((size_t)256 << 10)

struct api_upload {
	atomic_uint refs;
	size_t limit;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	struct buf bytes;
	size_t taken; /* of bytes */
	bool whole, broken, closed;
	bool paused;
	struct api_giver giver; /* no callbacks: not attached */
};

struct api_upload *api_upload_new(size_t limit)
{
	struct api_upload *u = calloc(1, sizeof *u);
	if (!u)
		return NULL;
	atomic_init(&u->refs, 1);
	u->limit = limit ? limit : LIMIT_DEFAULT;
	pthread_mutex_init(&u->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&u->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return u;
}

struct api_upload *api_upload_ref(struct api_upload *u)
{
	atomic_fetch_add_explicit(&u->refs, 1, memory_order_relaxed);
	return u;
}

void api_upload_unref(struct api_upload **up)
{
	if (!up || !*up)
		return;
	struct api_upload *u = *up;
	*up = NULL;
	if (atomic_fetch_sub_explicit(&u->refs, 1, memory_order_acq_rel) != 1)
		return;
	buf_free(&u->bytes);
	pthread_cond_destroy(&u->changed);
	pthread_mutex_destroy(&u->lock);
	free(u);
}

void api_upload_attach(struct api_upload *u, const struct api_giver *giver)
{
	pthread_mutex_lock(&u->lock);
	u->giver = *giver;
	pthread_mutex_unlock(&u->lock);
}

static void resume(struct api_upload *u)
{
	if (!u->paused || !u->giver.resume)
		return;
	u->paused = false;
	u->giver.resume(u->giver.ctx);
}

enum api_upload_step api_upload_give(struct api_upload *u, const void *p, size_t n)
{
	enum api_upload_step step = UPLOAD_GO;
	pthread_mutex_lock(&u->lock);
	if (!u->closed && n) {
		buf_put(&u->bytes, p, n);
		u->broken = u->broken || !buf_ok(&u->bytes);
		pthread_cond_signal(&u->changed);
	}
	if (u->closed) {
		step = UPLOAD_CLOSED;
	} else if (u->bytes.len - u->taken >= u->limit && !u->broken) {
		/* Paused before the lock goes: who reads next finds somebody to resume. */
		step = UPLOAD_WAIT;
		u->giver.pause(u->giver.ctx);
		u->paused = true;
	}
	pthread_mutex_unlock(&u->lock);
	return step;
}

static void end(struct api_upload *u, bool whole)
{
	pthread_mutex_lock(&u->lock);
	u->whole = u->whole || (whole && !u->broken);
	u->broken = u->broken || !u->whole;
	if (!whole)
		u->giver = (struct api_giver){0};
	pthread_cond_signal(&u->changed);
	pthread_mutex_unlock(&u->lock);
}

void api_upload_finish(struct api_upload *u)
{
	end(u, true);
}

void api_upload_break(struct api_upload *u)
{
	end(u, false);
}

static size_t take(struct api_upload *u, void *to, size_t n)
{
	size_t left = u->bytes.len - u->taken;
	n = left < n ? left : n;
	memcpy(to, u->bytes.data + u->taken, n);
	u->taken += n;
	if (n == left) {
		u->taken = 0;
		buf_clear(&u->bytes);
		if (u->bytes.cap > 2 * u->limit)
			buf_free(&u->bytes);
	} else if (u->taken > u->limit) {
		memmove(u->bytes.data, u->bytes.data + u->taken, left - n);
		u->bytes.len = left - n;
		u->taken = 0;
	}
	if (left - n <= u->limit / 2)
		resume(u);
	return n;
}

ssize_t api_upload_read(struct api_upload *u, void *to, size_t n, int64_t until_us)
{
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
	ssize_t got = -1;
	int rc = 0;
	pthread_mutex_lock(&u->lock);
	while (u->bytes.len == u->taken && !u->whole && !u->broken && !u->closed && rc == 0)
		rc = pthread_cond_timedwait(&u->changed, &u->lock, &until);
	/* What came of a broken body is not worth more for being incomplete. */
	if (u->bytes.len == u->taken && !u->whole && !u->broken && !u->closed)
		got = -2;
	else if (!u->broken && !u->closed)
		got = u->bytes.len > u->taken ? (ssize_t)take(u, to, n) : 0;
	pthread_mutex_unlock(&u->lock);
	return got;
}

void api_upload_close(struct api_upload *u)
{
	pthread_mutex_lock(&u->lock);
	u->closed = true;
	buf_free(&u->bytes);
	u->taken = 0;
	resume(u);
	pthread_cond_signal(&u->changed);
	pthread_mutex_unlock(&u->lock);
}
