/* One request from its target to the last byte of its reply. */
#ifndef HTTP_REQUEST_PRIV_H
#define HTTP_REQUEST_PRIV_H

#include <stdatomic.h>

#include "conn_priv.h"
#include "guard_priv.h"
#include "refusal_priv.h"
#include "server_priv.h"

struct inflation;

enum stage {
	STAGE_HEAD,   /* the handler has not been called yet */
	STAGE_BODY,   /* the route is known, the body is on its way (or there is none) */
	STAGE_ABSORB, /* the response is filled; a short body is read and dropped, so that the connection can live on */
	STAGE_UPLOAD, /* the body is on its way to somebody who takes it as it comes */
	STAGE_CUT_SHORT, /* of those: he wants no more of it; api has the call */
	STAGE_SUSPENDED, /* api has it */
	STAGE_SENT       /* the response is queued, or written raw */
};

/* In its own arena (call.arena), which goes when the request is completed. HTTP thread only, but for `ready` and the
 * response part of the call between api_submit and done. */
struct request {
	struct api_call call;
	struct http_server *server;
	struct listener *listener;
	struct conn *conn;
	struct MHD_Connection *mhd;
	enum stage stage;
	char *target; /* raw, then decoded in place */
	size_t target_len;
	struct head head;
	bool is_head; /* the method is HEAD */
	bool counted; /* in server->under_way */
	bool close;   /* the connection ends with this reply */
	bool raw_sent;
	bool streaming; /* the reply is a stream, and libmicrohttpd has it */
	size_t max_body;
	struct buf body;
	bool upload;                 /* the body is taken as it comes */
	atomic_bool paused;          /* of those: its connection is suspended meanwhile */
	size_t window_bytes;         /* of those: since the clock of its rate was started */
	size_t body_held;            /* its part of server->body_bytes */
	struct inflation *inflation; /* owned; NULL: the body comes as it is */
	int64_t started_us;
	int64_t body_until_us;
	size_t route; /* for observe */
	int status;   /* as sent; 0: nothing was */
	size_t bytes_in, bytes_out;
	char trace_id[33];
	const char *cors_origin; /* to reflect, or NULL */
	const char *rate_policy; /* values of RateLimit-Policy and RateLimit, or NULL */
	const char *rate_left;
	atomic_bool ready; /* done was called */
};

/* The callbacks that server.c hands to libmicrohttpd. */
void *request_on_target(void *cls, const char *target, struct MHD_Connection *mhd);
enum MHD_Result request_on_call(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **context);
void request_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why);

/* The connection closes, and request_on_completed was not called: 0.9.75 forgets it after two parser errors in a row.
 */
void request_forgotten(struct request *r);

/* Sends a refusal past libmicrohttpd; the caller ends the connection. */
void request_refused_raw(struct request *r, enum refusal f);
/* The same with what api has answered. */
void request_answered_raw(struct request *r);

#endif
