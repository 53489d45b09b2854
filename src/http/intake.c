/* The first call of the handler: everything that can be decided before the body. */
#include "intake_priv.h"

#include <string.h>

#include "base/instant.h"
#include "cors_priv.h"
#include "guard_priv.h"
#include "inflate_priv.h"
#include "observe_priv.h"
#include "probe_priv.h"
#include "base/rate.h"
#include "respond_priv.h"
#include "target_priv.h"
#include "trace_priv.h"

static enum intake end(struct request *r, enum refusal f)
{
	observe_refusal(r->server->observe, f);
	problem_fill(&r->call, f);
	return INTAKE_END;
}

static enum intake answer(struct request *r, enum refusal f)
{
	observe_refusal(r->server->observe, f);
	problem_fill(&r->call, f);
	return INTAKE_ANSWER;
}

static bool has_body(const struct request *r)
{
	return r->head.chunked || r->head.length > 0;
}

/* The static spelling of a known method; HEAD is GET whose body stays here. */
static enum refusal method_of(struct request *r, const char *method)
{
	static const char *const known[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
	r->is_head = strcmp(method, "HEAD") == 0;
	if (r->is_head)
		method = "GET";
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(method, known[i]) == 0) {
			r->call.method = known[i];
			return REFUSE_NONE;
		}
	r->call.method = "other";
	return strcmp(method, "TRACE") == 0 || strcmp(method, "CONNECT") == 0 ? REFUSE_METHOD_HERE : REFUSE_METHOD;
}

static enum refusal guards(struct request *r, const char *method, const char *version)
{
	struct api_call *c = &r->call;
	enum refusal f = guard_head(r->mhd, method, r->target_len, version, c, &r->head);
	trace_id_of(c->traceparent, r->trace_id);
	enum refusal m = method_of(r, method);
	if (f || m)
		return f ? f : m;
	if (strcmp(r->target, "*") == 0 && strcmp(c->method, "OPTIONS") == 0)
		c->path = "*";
	else
		f = target_parse(r->target, r->target_len, c->host, c);
	if (!f && has_body(r) && (strcmp(c->method, "GET") == 0 || strcmp(c->method, "OPTIONS") == 0))
		f = REFUSE_BODY_UNEXPECTED;
	return f;
}

static bool rate_allows(struct request *r)
{
	struct api_call *c = &r->call;
	if (!r->server->rate)
		return true;
	const char *key = api_rate_key(c);
	if (!key) {
		problem_fill(c, REFUSE_MEMORY);
		return false;
	}
	struct rate_verdict v = rate_take(
	    r->server->rate, hash64(key, strlen(key)), r->server->config.rate_per_second, 1000000, r->started_us);
	if (!v.allowed) {
		observe_refusal(r->server->observe, REFUSE_RATE);
		problem_fill(c, REFUSE_RATE);
	}
	/* draft-ietf-httpapi-ratelimit-headers */
	r->rate_policy = arena_printf(c->arena, "\"default\";q=%u;w=1", v.quota);
	r->rate_left = arena_printf(c->arena, "\"default\";r=%u;t=%u", v.remaining, v.reset_s);
	return v.allowed;
}

static enum intake route(struct request *r)
{
	struct api_call *c = &r->call;
	struct api_limits limits = {0};
	const char *allow = NULL;
	enum status st = api_match(r->server->api, c, &limits, &allow);
	if (st != ST_OK) {
		if (allow)
			header_add(c, "Allow", allow);
		return INTAKE_ANSWER;
	}
	r->route = api_route_index(c->route);
	cors_note(r);
	if (!rate_allows(r))
		return INTAKE_ANSWER;
	if (r->head.encoded && !(r->head.gzip && api_route_gzip(c->route))) {
		enum intake i = answer(r, REFUSE_CONTENT_ENCODING);
		header_add(c, "Accept-Encoding", api_route_gzip(c->route) ? "gzip, identity" : "identity");
		return i;
	}
	if (r->head.gzip && !(r->inflation = inflation_new()))
		return answer(r, REFUSE_MEMORY);
	enum refusal f = api_route_headers(c->route) || c->cloudevent ? guard_all_headers(r->mhd, c) : REFUSE_NONE;
	if (f)
		return end(r, f);
	r->max_body = limits.max_body;
	r->upload = limits.upload;
	if (r->head.length > r->max_body)
		return end(r, REFUSE_BODY_SIZE);
	return INTAKE_GO;
}

enum intake intake_head(struct request *r, const char *method, const char *version)
{
	enum refusal f = guards(r, method, version);
	if (f == REFUSE_METHOD || f == REFUSE_METHOD_HERE)
		return has_body(r) ? end(r, f) : answer(r, f);
	if (f)
		return end(r, f);
	if (probe_answer(r))
		return INTAKE_ANSWER;
	if (atomic_load_explicit(&r->server->draining, memory_order_relaxed))
		return end(r, REFUSE_DRAINING);
	if (strcmp(r->call.method, "OPTIONS") == 0) {
		cors_options(r);
		r->route = api_route_index(r->call.route);
		return INTAKE_ANSWER;
	}
	return route(r);
}
