/* The guards of a head: what libmicrohttpd lets through and no server should (DESIGN.md, section 8). */
#ifndef HTTP_GUARD_PRIV_H
#define HTTP_GUARD_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include <microhttpd.h>

#include "api/call.h"
#include "refusal_priv.h"

#define GUARD_HEADERS_MAX 64

/* What the head says about its body, and what only http cares for. */
struct head {
	bool has_length;
	bool chunked;
	bool expect_continue;
	bool encoded; /* a Content-Encoding other than identity */
	bool gzip;    /* and it is gzip */
	uint64_t length;
	const char *request_headers; /* Access-Control-Request-Headers, or NULL */
	const char *request_method;  /* Access-Control-Request-Method, or NULL */
};

/* Checks the request line and every header, and fills the header fields of the call and *ret. `method` and `version`
 * are what the handler got; `seen` is the length of the raw target that the URI callback saw. */
enum refusal guard_head(struct MHD_Connection *mhd, const char *method, size_t seen, const char *version,
    struct api_call *c, struct head *ret);

/* Fills the call's all_headers, after guard_head has let the request through. (headers.c) */
enum refusal guard_all_headers(struct MHD_Connection *mhd, struct api_call *c);

#endif
