/* Probes and figures. */
#include "probe_priv.h"

#include <string.h>

#include "base/metrics.h"
#include "observe_priv.h"
#include "respond_priv.h"

static void readyz(struct request *r)
{
	struct api_call *c = &r->call;
	if (atomic_load(&r->server->draining)) {
		problem_fill(c, REFUSE_DRAINING);
	} else if (!api_ready(r->server->api)) {
		api_problem(c, 503, "database_unavailable", "PostgreSQL does not answer.", NULL, 1);
	} else {
		c->status = 200;
		buf_puts(&c->body_out, "{\"status\":\"ok\"}");
	}
}

static void own(struct request *r, enum own_route which)
{
	struct api_call *c = &r->call;
	r->route = observe_own(r->server->observe, which);
	if (strcmp(c->method, "OPTIONS") == 0) {
		empty_fill(c, 204);
		header_add(c, "Allow", "GET, HEAD, OPTIONS");
	} else if (strcmp(c->method, "GET") != 0) {
		problem_fill(c, REFUSE_METHOD_HERE);
		header_add(c, "Allow", "GET, HEAD, OPTIONS");
	} else if (which == OWN_LIVEZ) {
		c->status = 200;
		buf_puts(&c->body_out, "{\"status\":\"ok\"}");
	} else if (which == OWN_READYZ) {
		readyz(r);
	} else {
		c->status = 200;
		c->response_type = "text/plain; version=0.0.4; charset=utf-8";
		metrics_render(&c->body_out);
	}
}

bool probe_answer(struct request *r)
{
	const char *path = r->call.path;
	if (strcmp(path, "/livez") == 0)
		own(r, OWN_LIVEZ);
	else if (strcmp(path, "/readyz") == 0)
		own(r, OWN_READYZ);
	else if (r->listener->metrics && strcmp(path, "/metrics") == 0)
		own(r, OWN_METRICS);
	else if (r->listener->metrics)
		api_problem(&r->call, 404, "not_found", "Here are only /livez, /readyz and /metrics.", NULL, 0);
	else
		return false;
	return true;
}
