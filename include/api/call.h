/* One request and its reply, free of any HTTP library: the contract between http (or a test) and api.
 *
 * Life of a call: http fills the request part, then
 *   1. api_match   on the first sight of the request line: finds the route, so that the body limit is known (HTTP thread, no I/O);
 *   2. api_begin   when the body is complete: guards, authenticates from the key cache, parses (HTTP thread, no I/O);
 *      API_REPLY: the response is filled, send it. API_QUEUE: suspend the connection first, then
 *   3. api_submit  hands the call over; from here a worker owns it, until `done(call)` is called exactly once, from any thread and
 *      perhaps before api_submit returns; then the response is filled and http resumes the connection and sends it.
 *   4. api_end     frees what api holds for the call; http then frees the arena. Safe at any point but between 3 and done.
 * A call is never cancelled: the client going away only means that nobody reads the reply.
 * A route may take its body while it arrives (upload.h): then http calls api_begin_upload as soon as the head is there, in place of api_begin, gives the body to
 * call->upload, and submits the call when the body is over or nobody wants more of it.
 * A reply may be a stream (stream.h): then the call is over for api when done is called, and the source writes on. */
#ifndef API_CALL_H
#define API_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/stream.h"
#include "api/upload.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/ident.h"
#include "base/status.h"

/* Roles are bits so that a route can name several. */
enum role { ROLE_PUBLISH = 1, ROLE_INGEST = 2, ROLE_READ = 4, ROLE_SALES = 8, ROLE_ADMIN = 16 };
#define ROLE_ANYONE 0u /* a route that needs no key */
const char *role_name(enum role r);
bool role_parse(const char *s, enum role *ret);

struct api_pair {
	const char *name, *value; /* NUL-terminated, percent-decoded, valid UTF-8 */
};

#define API_PATH_PARAMS_MAX 4
#define API_QUERY_PARAMS_MAX 32
#define API_HEADERS_MAX 12

struct api;
struct api_route;

struct api_call {
	/* request: filled by http, arena-owned or living as long as the call */
	const char *method;             /* "GET", ... (HEAD arrives as GET) */
	const char *path;               /* decoded, starts with "/", without query */
	struct api_pair query[API_QUERY_PARAMS_MAX];
	size_t n_query;
	const char *authorization;      /* header values or NULL */
	const char *content_type;
	const char *idempotency_key;
	const char *if_match;
	const char *if_none_match;
	const char *origin;
	const char *traceparent;
	const char *accept;             /* several lines of it joined by a comma */
	const char *last_event_id;
	const char *host;
	const struct api_pair *all_headers; /* of a route that asks for them (api_route_headers): every line in order, names in lower case; without values that are no UTF-8 */
	size_t n_all_headers;
	bool cloudevent;                /* it has ce-specversion: then it gets all headers too */
	const char *body;
	size_t body_len;
	struct api_upload *upload;      /* instead of body: where it goes; http takes over this reference; NULL: none */
	const char *peer;               /* numeric address, for limits only, never logged */
	char request_id[37];            /* made by http */
	int64_t received_at;            /* instant */
	int64_t deadline_us;            /* monotonic_us() by which a reply must be ready */
	struct arena *arena;            /* the request's; freed by http after api_end */
	void *http;                     /* http's own */
	void (*done)(struct api_call *call);

	/* filled by api_match */
	const struct api_route *route;
	struct api_pair params[API_PATH_PARAMS_MAX];
	size_t n_params;

	/* filled by api: who calls (after authentication) */
	bool authenticated;
	struct uuid workspace_id, key_id;
	enum role role;
	bool origin_refused;            /* the key is not for pages of this origin: they shall not read the reply */

	/* response: filled by api */
	int status;
	const char *response_type;      /* default application/json */
	struct buf body_out;            /* owned by the call, freed by api_end */
	struct api_stream *stream;      /* instead of body_out; http takes over this reference; NULL: none */
	bool has_file;                  /* instead of body_out: all of the open file `file`, which http then owns */
	int file;
	size_t file_size;
	struct api_pair headers[API_HEADERS_MAX]; /* arena-owned or static */
	size_t n_headers;

	void *state;                    /* api's own */
};

struct api_limits {
	size_t max_body;                /* bytes; 256 KiB, 4 MiB on batch routes */
	bool upload;                    /* the body is taken while it arrives, and max_body is no limit */
};

enum api_step { API_REPLY, API_QUEUE };

/* ST_OK: call->route and params set. ST_NOT_FOUND: no such path. ST_CONFLICT: the path exists but not with this method; ret_allow gets the Allow value
 * (static). In both failures the response is filled with problem+json. */
enum status api_match(struct api *a, struct api_call *c, struct api_limits *ret_limits, const char **ret_allow);
/* Where in the path of a request, still escaped, the parameter begins that takes the rest of it: from there on an escaped slash is one of the value.
 * n when no route has such a parameter there. */
size_t api_path_tail(const char *raw, size_t n);
enum api_step api_begin(struct api *a, struct api_call *c);
/* API_REPLY: the response is filled. API_QUEUE: call->upload is set. */
enum api_step api_begin_upload(struct api *a, struct api_call *c);
void api_submit(struct api *a, struct api_call *c);
/* The service ends: what takes long is to come to its end. Any thread. */
void api_drain(struct api *a);
void api_end(struct api *a, struct api_call *c);

/* Fills the response with application/problem+json (RFC 9457): {"type","title","status","detail","code","request_id", "errors":[{"pointer","detail"}]}.
 * http uses it for its own refusals too. `e` may be NULL. `retry_after_s` > 0 adds Retry-After. */
void api_problem(struct api_call *c, int http_status, const char *code, const char *detail, const struct err *e, int retry_after_s);

/* For http's metrics and log: the pattern ("/v1/leads/{id}") and a small dense number; "unmatched" and 0 for NULL. */
const char *api_route_pattern(const struct api_route *r);
size_t api_route_index(const struct api_route *r);
size_t api_route_count(const struct api *a); /* indexes are 0..count */
/* The route of an index from 1 to count, and its method: what http prepares its metrics from. NULL: out of range. */
const struct api_route *api_route_by_index(const struct api *a, size_t index);
const char *api_route_method(const struct api_route *r);
/* Whether browsers may call it with a publish key (then http answers CORS preflights and adds CORS headers). */
bool api_route_browser(const struct api_route *r);
/* What its requests are counted by: the key, as far as it can be told without reading the body. A route that takes none has its secret in the
 * path (forms, inbound webhooks), so the path stands in for it, whatever Authorization is sent along; where the key may stand in the body, the
 * path and the peer. Borrowed of the call; NULL: out of memory. */
const char *api_rate_key(const struct api_call *c);
/* Whether its body may come gzipped. */
bool api_route_gzip(const struct api_route *r);
/* Whether it is to get all headers of the request, beyond those that every call has. */
bool api_route_headers(const struct api_route *r);

/* True while PostgreSQL answers (for /readyz). */
bool api_ready(const struct api *a);

#endif
