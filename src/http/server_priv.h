/* The server and its listeners: what the files of this room share. */
#ifndef HTTP_SERVER_PRIV_H
#define HTTP_SERVER_PRIV_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <microhttpd.h>

#include "http/server.h"

struct observe;
struct rate;
struct reaper;

#define CONN_LISTS 16 /* by descriptor, so that the reaper's walk stops few accepts */

struct conn;
struct conn_list {
	pthread_mutex_t lock;
	struct conn *first;
};

struct listener {
	struct http_server *server;
	struct MHD_Daemon *daemon;
	int fd; /* ours: libmicrohttpd leaves it to us after it has been quiesced; -1: off */
	uint16_t port;
	bool metrics; /* the private one: probes and figures only */
};

struct http_server {
	struct api *api;           /* borrowed */
	struct http_config config; /* defaults filled in; its strings are not kept */
	struct listener public;
	struct listener metrics;
	struct observe *observe;            /* owned */
	struct rate *rate;                  /* owned; NULL: off */
	struct reaper *reaper;              /* owned */
	struct conn_list lists[CONN_LISTS]; /* see conn_priv.h */
	atomic_uint open;                   /* connections, both listeners */
	atomic_bool draining;
	atomic_uint under_way;    /* requests seen by the handler and not yet completed, both listeners */
	atomic_uint suspended;    /* submitted, and `done` has not returned yet */
	atomic_size_t body_bytes; /* held by bodies on their way in, all connections */
};

#endif
