/* The HTTP server: libmicrohttpd behind guards, limits and deadlines; every reply is api's or a problem+json.
 *
 * Two listeners: the public one (api, /livez, /readyz) and the metrics one (/metrics, /livez, /readyz). Life: http_server_start ->
 * (serving) -> http_server_drain (new requests get 503 + Retry-After + Connection: close, those under way finish, streams say farewell) -> http_server_stop.
 * start, drain and stop are called by the main thread only. start raises RLIMIT_NOFILE as far as it may; where that is too little for max_connections it
 * logs so and takes fewer. stop waits for calls that workers still own: it must come before the workers are stopped. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"

struct http_config {
	const char *listen;          /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080"; port 0: any free one */
	const char *metrics_listen;  /* the same, "" = off */
	unsigned threads;            /* event loop threads; 0: number of cores, at most 8 */
	unsigned max_connections;    /* 0: 12,000 */
	unsigned max_per_address;    /* 0: no limit per address */
	unsigned idle_timeout_s;     /* keep-alive idle; 0: 60 */
	unsigned header_deadline_ms; /* from first byte to end of head; 0: 10,000 */
	unsigned body_deadline_ms;   /* for the whole body; 0: 30,000 */
	unsigned reply_deadline_ms;  /* sets call->deadline_us; 0: 10,000 */
	unsigned heartbeat_ms;       /* a stream is silent no longer than this; 0: 15,000 */
	unsigned stall_ms;           /* a stream whose client takes nothing for this long ends; 0: 30,000 */
	unsigned rate_per_second;    /* per key; 0: off */
	bool log_requests;           /* a line a request at info level */
};

struct http_server;

enum status http_server_start(const struct http_config *c, struct api *api, struct http_server **ret, struct err *e);
/* The ports bound (useful with port 0). */
uint16_t http_server_port(const struct http_server *s);
uint16_t http_server_metrics_port(const struct http_server *s);
/* Stops accepting, answers new requests 503, waits until none is under way or timeout_ms passed. Returns how many were left. */
unsigned http_server_drain(struct http_server *s, unsigned timeout_ms);
void http_server_stop(struct http_server **s); /* after drain; closes everything */

#endif
