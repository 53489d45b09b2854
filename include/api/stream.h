/* A reply that goes on: bytes from any thread of the service to one client, until either of them ends it.
 *
 * Two ends, each with a reference. The *source* is whoever has something to tell: it makes the stream, puts it into
 * call->stream (status, type and headers as in any reply), calls done, and from then on writes and at last ends it. The
 * *sink* is http: it takes bytes when the client has room for them, and sleeps while there are none.
 *
 * Bounded: a client that reads so slowly that more than `limit` bytes wait for it loses its stream, and so does one
 * that takes nothing for long; it may ask again. A stream that is over takes no more bytes, and says so to its source
 * at the next write; nothing else tells it. No thread belongs to a stream. Lock: each stream's own; the sink's
 * callbacks run under it. Any thread. */
#ifndef API_STREAM_H
#define API_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct api_stream;

struct api_stream_config {
	size_t limit; /* most bytes that wait; 0: 256 KiB */
	const char
	    *heartbeat; /* static; sent when nothing was for a while, so that a dead client is noticed; NULL: nothing */
	const char *farewell; /* static; sent last when the service shuts down; NULL: nothing */
};

/* One reference. NULL: out of memory. */
struct api_stream *api_stream_new(const struct api_stream_config *c);
struct api_stream *api_stream_ref(struct api_stream *s);
void api_stream_unref(struct api_stream **s); /* accepts NULL and *NULL */

/* The source's. All of the bytes or none; false: the stream is over, write no more. */
bool api_stream_write(struct api_stream *s, const void *p, size_t n);
/* For a source that has much to tell and a thread to wait with: until n bytes have room, or `until_us` (monotonic). False:
 * the stream is over, or the time. */
bool api_stream_room(struct api_stream *s, size_t n, int64_t until_us);
bool api_stream_over(struct api_stream *s);
void api_stream_end(struct api_stream *s); /* what waits is still sent; twice is once */

/* The sink's. `sleep` is called when there is nothing to take, `wake` when that has changed since; both under the lock,
 * in turns. */
struct api_sink {
	void (*sleep)(void *ctx);
	void (*wake)(void *ctx);
	void *ctx;
};
void api_stream_attach(struct api_stream *s, const struct api_sink *sink);
void api_stream_detach(struct api_stream *s); /* no callback runs after it; the stream is over */

enum api_stream_step {
	STREAM_BYTES,  /* *ret_n bytes were taken */
	STREAM_WAIT,   /* none now: `sleep` was called */
	STREAM_END,    /* none any more: end the reply as a whole one */
	STREAM_BROKEN, /* it was cut off: end it so that the client can tell */
};
enum api_stream_step api_stream_take(struct api_stream *s, char *to, size_t max, size_t *ret_n);

/* How it is doing, for whoever watches over clients. */
struct api_stream_health {
	bool sleeping;
	bool waiting;    /* bytes do */
	int64_t last_us; /* monotonic: when bytes were last taken, or first waited after that */
};
struct api_stream_health api_stream_health(struct api_stream *s);
void api_stream_beat(struct api_stream *s);  /* sends the heartbeat if the client sleeps */
void api_stream_break(struct api_stream *s); /* the client is gone or too slow */
void api_stream_shut(struct api_stream *s);  /* the service ends: farewell, then the end */

#endif
