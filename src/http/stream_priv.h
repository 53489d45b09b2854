/* Replies that go on (api/stream.h) over libmicrohttpd. */
#ifndef HTTP_STREAM_PRIV_H
#define HTTP_STREAM_PRIV_H

#include "request_priv.h"

/* HTTP thread: a response that takes its bytes from the call's stream. NULL: out of memory. */
struct MHD_Response *stream_response(struct request *r);
/* HTTP thread: the request is over, and with it the stream if it has one. */
void stream_close(struct request *r);

/* Under the lock of the connection's list, any thread. */
void stream_watch(struct conn *c, struct http_server *s, int64_t now_us); /* the reaper's look; c->stream is not NULL */
void stream_shut(struct conn *c, struct http_server *s);                  /* draining; c->stream may be NULL */

#endif
