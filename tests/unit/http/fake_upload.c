#include "fake_upload.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/instant.h"

/* /upload: a thread reads the body, `us` of sleep before each piece, and wants no more after `stop` bytes. What was
 * read is the answer: how much, and the sum of all bytes. */
struct reading {
	atomic_uint refs; /* the call's, the thread's */
	struct fake_counts *counts;
	struct api_upload *upload;
	long us, stop;
	pthread_mutex_t lock; /* guards what follows */
	struct api_call *call;
	bool finished;
	size_t bytes;
	unsigned long sum;
	bool whole;
};

static void reading_unref(struct reading *x)
{
	if (atomic_fetch_sub(&x->refs, 1) != 1)
		return;
	api_upload_unref(&x->upload);
	pthread_mutex_destroy(&x->lock);
	free(x);
}

static void reading_answer(struct reading *x, struct api_call *c)
{
	c->status = x->whole ? 200 : 409;
	buf_printf(&c->body_out, "{\"bytes\":%zu,\"sum\":%lu}", x->bytes, x->sum);
	atomic_fetch_add(&x->counts->done, 1);
	c->done(c);
}

static void *reading_main(void *arg)
{
	struct reading *x = arg;
	static _Thread_local unsigned char piece[10000];
	ssize_t n = 1;
	while (n > 0 && (!x->stop || x->bytes < (size_t)x->stop)) {
		if (x->us)
			nanosleep(&(struct timespec){0, x->us * 1000}, NULL);
		do
			n = api_upload_read(x->upload, piece, sizeof piece, monotonic_us() + 100000);
		while (n == -2);
		for (ssize_t i = 0; i < n; i++)
			x->sum += piece[i];
		x->bytes += n > 0 ? (size_t)n : 0;
	}
	x->whole = n == 0;
	if (n < 0)
		atomic_fetch_add(&x->counts->uploads_broken, 1);
	api_upload_close(x->upload);
	pthread_mutex_lock(&x->lock);
	x->finished = true;
	struct api_call *c = x->call;
	pthread_mutex_unlock(&x->lock);
	if (c)
		reading_answer(x, c);
	struct fake_counts *counts = x->counts;
	reading_unref(x);
	atomic_fetch_sub(&counts->uploads, 1);
	return NULL;
}

void fake_upload_begin(struct fake_counts *counts, struct api_call *c, long us, long stop)
{
	pthread_t thread;
	struct reading *x = calloc(1, sizeof *x);
	if (!x)
		abort();
	atomic_init(&x->refs, 2);
	pthread_mutex_init(&x->lock, NULL);
	x->counts = counts;
	x->upload = api_upload_new(0);
	x->us = us;
	x->stop = stop;
	c->upload = api_upload_ref(x->upload);
	c->state = x;
	atomic_fetch_add(&counts->uploads, 1);
	if (pthread_create(&thread, NULL, reading_main, x) != 0)
		abort();
	pthread_detach(thread);
}

void fake_upload_submit(struct api_call *c)
{
	struct reading *x = c->state;
	pthread_mutex_lock(&x->lock);
	x->call = c;
	bool finished = x->finished;
	pthread_mutex_unlock(&x->lock);
	if (finished)
		reading_answer(x, c);
}

void fake_upload_end(struct api_call *c)
{
	reading_unref(c->state);
}
