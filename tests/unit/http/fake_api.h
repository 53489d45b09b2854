/* A scripted stand-in for api at its contract (api/call.h), so that http can be tested without a database, and with
 * faults at exact places.
 *
 * Routes: GET /echo (what http understood of the request), POST /echo (the body back), POST /tiny (bodies up to 1,000
 * bytes), GET /big?bytes=N, GET /empty (204), GET /items/{id}, POST|DELETE /items/{id} (POST is open to browsers),
 * GET|POST /queue (a worker answers), GET /slow?ms=N (a worker answers later), GET /instant (done is called inside
 * api_submit), GET /broken (a response whose buffer failed), GET /stream?limit=N (a worker opens a stream; the test is its
 * source, with the functions below), POST /upload?us=N&stop=BYTES (a thread reads the body as it comes and answers what it
 * read; ?refuse is refused at the head). */
#ifndef TEST_FAKE_API_H
#define TEST_FAKE_API_H

#include <stdatomic.h>

#include "api/call.h"

struct fake_counts {
	atomic_uint begun, submitted, done, ended;
	atomic_uint uploads, uploads_broken; /* under way; never came to their end */
	atomic_bool ready;
};

struct api *fake_api_new(unsigned workers);
struct fake_counts *fake_api_counts(struct api *a);
void fake_api_free(struct api **a); /* waits for its workers */

#define FAKE_HEARTBEAT ": beat\n"
#define FAKE_FAREWELL "bye\n"
/* Writes to every open stream, forgets those that are over, and returns how many are left. n 0: only counts. */
unsigned fake_streams_write(struct api *a, const void *p, size_t n);
void fake_streams_end(struct api *a); /* ends and forgets all */

#endif
