/* CORS. */
#include "cors_priv.h"

#include <string.h>

#include "respond_priv.h"

#define ORIGIN_MAX 255
#define REQUEST_HEADERS_MAX 512

static bool only(const char *s, const char *allowed, size_t max)
{
	size_t n = strlen(s);
	return n > 0 && n <= max && strspn(s, allowed) == n;
}

/* scheme://host[:port], or "null" (sandboxed frames). */
static bool origin_plain(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~:/[]+%";
	if (strcmp(s, "null") == 0)
		return true;
	const char *sep = strstr(s, "://");
	return only(s, allowed, ORIGIN_MAX) && sep && sep > s && sep[3] != '\0' && !strchr(sep + 3, '/');
}

/* A list of header names. */
static bool names_plain(const char *s)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_, ";
	return only(s, allowed, REQUEST_HEADERS_MAX);
}

void cors_note(struct request *r)
{
	const char *origin = r->call.origin;
	if (origin && api_route_browser(r->call.route) && origin_plain(origin))
		r->cors_origin = origin;
}

static bool preflight(struct request *r, const char *allow)
{
	struct api_call *c = &r->call;
	const char *method = r->head.request_method;
	if (!c->origin || !method || !origin_plain(c->origin))
		return false;
	if (r->head.request_headers && !names_plain(r->head.request_headers))
		return false;
	struct api_limits limits = {0};
	const char *ignored = NULL;
	c->method = method;
	enum status st = api_match(r->server->api, c, &limits, &ignored);
	c->method = "OPTIONS";
	empty_fill(c, 204);
	if (st != ST_OK || !api_route_browser(c->route))
		return false;
	header_add(c, "Access-Control-Allow-Methods", allow);
	if (r->head.request_headers)
		header_add(c, "Access-Control-Allow-Headers", r->head.request_headers);
	header_add(c, "Access-Control-Max-Age", "86400");
	r->cors_origin = c->origin;
	return true;
}

void cors_options(struct request *r)
{
	struct api_call *c = &r->call;
	if (strcmp(r->target, "*") == 0) {
		empty_fill(c, 204);
		header_add(c, "Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
		return;
	}
	struct api_limits limits = {0};
	const char *allow = NULL;
	enum status st = api_match(r->server->api, c, &limits, &allow);
	if (st == ST_NOT_FOUND)
		return; /* api's problem stands */
	empty_fill(c, 204);
	if (!allow)
		allow = "GET, HEAD, POST, PUT, PATCH, DELETE";
	if (!preflight(r, allow)) {
		empty_fill(c, 204);
		header_add(c, "Allow", allow);
	}
}

void cors_headers(const struct request *r, struct MHD_Response *m)
{
	if (!r->cors_origin || r->call.origin_refused) {
		/* The same route answers differently to a browser: caches must know. */
		if (r->call.route && api_route_browser(r->call.route))
			MHD_add_response_header(m, MHD_HTTP_HEADER_VARY, "Origin");
		return;
	}
	MHD_add_response_header(m, "Access-Control-Allow-Origin", r->cors_origin);
	MHD_add_response_header(m, MHD_HTTP_HEADER_VARY, "Origin");
	MHD_add_response_header(m, "Access-Control-Expose-Headers",
	    "X-Request-Id, RateLimit, RateLimit-Policy, Retry-After, ETag, Link, Location");
}
