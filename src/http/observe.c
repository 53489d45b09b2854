/* Metrics and log lines of requests. Labels are route patterns, never paths: bounded, and free of ids. */
#include "observe_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"

#define CLASSES 5 /* 1xx to 5xx */

static const double bounds[] = {.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};
static const char *const own_patterns[OWN_ROUTES] = {"/livez", "/readyz", "/metrics"};

struct route {
	const char *pattern;
	struct metric *total[CLASSES];
	struct metric *duration;
};

struct observe {
	size_t n_api; /* api's indexes are 0..n_api */
	size_t n;
	struct route *routes;
	struct metric *refused[REFUSE_COUNT];
	struct metric *connections, *under_way, *streams, *bytes_in, *bytes_out, *aborted;
};

static bool route_register(struct route *r, const char *pattern, const char *method)
{
	char labels[256];
	r->pattern = pattern;
	for (int i = 1; i < CLASSES; i++) {
		snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\",code=\"%dxx\"", pattern, method, i + 1);
		r->total[i] = metric_counter("leadscore_http_requests_total", "Requests answered.", labels);
		if (!r->total[i])
			return false;
	}
	snprintf(labels, sizeof(labels), "route=\"%s\",method=\"%s\"", pattern, method);
	r->duration = metric_histogram("leadscore_http_request_duration_seconds",
	    "Time from the request line to the last byte of the reply.", labels, bounds,
	    sizeof(bounds) / sizeof(*bounds));
	return r->duration != NULL;
}

static bool register_rest(struct observe *o)
{
	char labels[96];
	for (int i = 1; i < REFUSE_COUNT; i++) {
		snprintf(labels, sizeof(labels), "reason=\"%s\"", refusal_words((enum refusal)i)->code);
		o->refused[i] = metric_counter(
		    "leadscore_http_refused_total", "Requests turned away before they reached a route.", labels);
		if (!o->refused[i])
			return false;
	}
	o->connections = metric_gauge("leadscore_http_connections", "Open connections.", NULL);
	o->under_way = metric_gauge("leadscore_http_requests_in_flight", "Requests under way.", NULL);
	o->streams = metric_gauge("leadscore_http_streams", "Streaming replies under way.", NULL);
	o->bytes_in = metric_counter("leadscore_http_received_bytes_total", "Bytes of request bodies.", NULL);
	o->bytes_out = metric_counter("leadscore_http_sent_bytes_total", "Bytes of reply bodies.", NULL);
	o->aborted = metric_counter(
	    "leadscore_http_aborted_total", "Requests whose reply did not reach the client in full.", NULL);
	return o->connections && o->under_way && o->streams && o->bytes_in && o->bytes_out && o->aborted;
}

enum status observe_new(const struct api *api, struct observe **ret, struct err *e)
{
	struct observe *o = calloc(1, sizeof(*o));
	if (!o)
		return err_set(e, ST_NOMEM, NULL, "no memory for metrics");
	o->n_api = api_route_count(api);
	o->n = o->n_api + 1 + OWN_ROUTES;
	o->routes = calloc(o->n, sizeof(*o->routes));
	bool ok = o->routes && route_register(&o->routes[0], api_route_pattern(NULL), "any");
	for (size_t i = 1; ok && i <= o->n_api; i++) {
		const struct api_route *r = api_route_by_index(api, i);
		ok = route_register(&o->routes[i], api_route_pattern(r), api_route_method(r));
	}
	for (size_t i = 0; ok && i < OWN_ROUTES; i++)
		ok = route_register(&o->routes[o->n_api + 1 + i], own_patterns[i], "GET");
	if (!ok || !register_rest(o)) {
		observe_free(&o);
		return err_set(e, ST_NOMEM, NULL, "no memory for metrics");
	}
	*ret = o;
	return ST_OK;
}

void observe_free(struct observe **o)
{
	if (!o || !*o)
		return;
	free((*o)->routes); /* the metrics live as long as the process */
	free(*o);
	*o = NULL;
}

size_t observe_own(const struct observe *o, enum own_route r)
{
	return o->n_api + 1 + (size_t)r;
}

void observe_request(struct observe *o, const struct observed *seen)
{
	const struct route *r = &o->routes[seen->route < o->n ? seen->route : 0];
	int class = seen->status / 100 - 1;
	if (class >= 0 && class < CLASSES)
		metric_add(r->total[class], 1);
	metric_observe(r->duration, (double)seen->latency_us / 1e6);
	if (seen->bytes_in)
		metric_add(o->bytes_in, (int64_t)seen->bytes_in);
	if (seen->bytes_out)
		metric_add(o->bytes_out, (int64_t)seen->bytes_out);
	if (seen->aborted)
		metric_add(o->aborted, 1);
	/* Probes come every few seconds for ever; they are worth a line only to someone who looks for it. */
	enum log_level level = seen->route > o->n_api ? LOG_DEBUG : LOG_INFO;
	if (!seen->log || !log_on(level))
		return;
	log_line(level, "request", log_str("request_id", seen->request_id),
	    log_str("trace_id", seen->trace_id[0] ? seen->trace_id : NULL), log_str("method", seen->method),
	    log_str("route", r->pattern), log_int("status", seen->status), log_int("latency_us", seen->latency_us),
	    log_int("bytes_in", seen->bytes_in), log_int("bytes_out", seen->bytes_out),
	    log_bool("aborted", seen->aborted));
}

void observe_refusal(struct observe *o, enum refusal f)
{
	metric_add(o->refused[f < REFUSE_COUNT ? f : REFUSE_NONE], 1);
}

void observe_connections(struct observe *o, int delta)
{
	metric_add(o->connections, delta);
}

void observe_under_way(struct observe *o, int delta)
{
	metric_add(o->under_way, delta);
}

void observe_streams(struct observe *o, int delta)
{
	metric_add(o->streams, delta);
}
