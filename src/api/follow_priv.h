/* Clients who follow jobs: each gets progress as it is made, and the whole job when it has ended, over a stream
 * (api/stream.h).
 *
 * One thread with one connection looks at all jobs that anybody follows, twice a second, a workspace at a time; it does
 * nothing while nobody follows. Jobs may run on other instances: what is told is what their rows say. */
#ifndef API_FOLLOW_PRIV_H
#define API_FOLLOW_PRIV_H

#include "api_priv.h"

struct follow;

enum status follow_start(const struct api_config *c, struct follow **ret, struct err *e);
void follow_stop(struct follow **f); /* ends all streams; accepts NULL and *NULL */

enum follow_format {
	FOLLOW_NOT,    /* the client wants one reply */
	FOLLOW_EVENTS, /* text/event-stream */
	FOLLOW_LINES,  /* application/x-ndjson: {"event", "data"} a line */
};
/* By the Accept header. */
enum follow_format follow_wanted(const struct api_call *c);

/* Makes the call's reply a stream that follows the job. Errors: ST_BUSY "too_many_streams", ST_NOMEM. */
enum status follow_job(
    struct api *a, struct api_call *c, const struct uuid *job, enum follow_format format, struct err *e);

#endif
