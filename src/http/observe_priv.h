/* What http says about itself: metrics and one log line a request. */
#ifndef HTTP_OBSERVE_PRIV_H
#define HTTP_OBSERVE_PRIV_H

#include "api/call.h"
#include "base/status.h"
#include "refusal_priv.h"

struct observe;

/* The routes that http answers itself have numbers after those of api. */
enum own_route { OWN_LIVEZ, OWN_READYZ, OWN_METRICS, OWN_ROUTES };

/* Registers everything at start, so that requests only add. Owned. */
enum status observe_new(const struct api *api, struct observe **ret, struct err *e);
void observe_free(struct observe **o);

struct observed {
	size_t route; /* api_route_index, or observe_own() */
	const char *method;
	int status;
	int64_t latency_us;
	size_t bytes_in, bytes_out;
	const char *request_id;
	const char *trace_id; /* 32 digits or empty */
	bool aborted;         /* the client did not get all of it */
	bool log;
};

size_t observe_own(const struct observe *o, enum own_route r);
void observe_request(struct observe *o, const struct observed *seen);
void observe_refusal(struct observe *o, enum refusal f);
void observe_connections(struct observe *o, int delta);
void observe_under_way(struct observe *o, int delta);
void observe_streams(struct observe *o, int delta);

#endif
