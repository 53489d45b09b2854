/* A body that is taken while it arrives: bytes from one client to one thread of the service. The mirror of stream.h.
 *
 * Two ends, each with a reference. The *giver* is http: it puts pieces in as they come, and is told to pause when the
 * taker is behind. The *taker* is a thread of api that reads, waiting. Bounded: a little more than `limit` bytes wait,
 * at most by one piece. Lock: each upload's own; the giver's callbacks run under it, so that neither a pause nor a
 * resume can be missed. Any thread. */
#ifndef API_UPLOAD_H
#define API_UPLOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct api_upload;

/* One reference. limit 0: 256 KiB. NULL: out of memory. */
struct api_upload *api_upload_new(size_t limit);
struct api_upload *api_upload_ref(struct api_upload *u);
void api_upload_unref(struct api_upload **u); /* accepts NULL and *NULL */

/* The giver's. `pause` is called when it shall give nothing for now, `resume` when it may again; both under the lock,
 * in turns. */
struct api_giver {
	void (*pause)(void *ctx);
	void (*resume)(void *ctx);
	void *ctx;
};
void api_upload_attach(struct api_upload *u, const struct api_giver *giver);

enum api_upload_step {
	UPLOAD_GO,     /* the bytes are taken */
	UPLOAD_WAIT,   /* the same, and `pause` was called */
	UPLOAD_CLOSED, /* the taker wants no more: these bytes were not taken */
};
enum api_upload_step api_upload_give(struct api_upload *u, const void *p, size_t n);
void api_upload_finish(struct api_upload *u); /* the body is whole */
void api_upload_break(struct api_upload *u);  /* it never will be, unless it is whole; no callback runs after this */

/* The taker's. Waits for bytes until `until_us` (monotonic); 0: the body is whole and read; -1: it is broken, or the
 * upload closed; -2: none came in time. */
ssize_t api_upload_read(struct api_upload *u, void *to, size_t n, int64_t until_us);
void api_upload_close(struct api_upload *u); /* no more is wanted; a giver that pauses is told */

#endif
