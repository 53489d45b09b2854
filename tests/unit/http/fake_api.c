/* The stand-in for api. */
#include "fake_api.h"
#include "fake_upload.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"

struct api_route {
	size_t index;
	const char *method;
	const char *path; /* a trailing "*" takes one path parameter */
	const char *pattern;
	const char *allow;
	size_t max_body;
	bool browser;
	bool gzip;
	bool headers; /* gets them all, and needs no key */
	bool upload;  /* takes its body as it comes */
};

static const struct api_route routes[] = {
    {1, "GET", "/echo", "/echo", "GET, HEAD, POST, OPTIONS", 256 << 10, false},
    {2, "POST", "/echo", "/echo", "GET, HEAD, POST, OPTIONS", 4 << 20, false},
    {3, "POST", "/tiny", "/tiny", "POST, OPTIONS", 1000, false},
    {4, "GET", "/big", "/big", "GET, HEAD, OPTIONS", 1000, false},
    {5, "GET", "/empty", "/empty", "GET, HEAD, OPTIONS", 1000, false},
    {6, "GET", "/items/*", "/items/{id}", "GET, HEAD, POST, DELETE, OPTIONS", 1000, true},
    {7, "POST", "/items/*", "/items/{id}", "GET, HEAD, POST, DELETE, OPTIONS", 256 << 10, true},
    {8, "DELETE", "/items/*", "/items/{id}", "GET, HEAD, POST, DELETE, OPTIONS", 1000, false},
    {9, "GET", "/queue", "/queue", "GET, HEAD, POST, OPTIONS", 1000, false},
    {10, "POST", "/queue", "/queue", "GET, HEAD, POST, OPTIONS", 256 << 10, false},
    {11, "GET", "/slow", "/slow", "GET, HEAD, OPTIONS", 1000, false},
    {12, "GET", "/instant", "/instant", "GET, HEAD, OPTIONS", 1000, false},
    {13, "GET", "/broken", "/broken", "GET, HEAD, OPTIONS", 1000, false},
    {14, "GET", "/stream", "/stream", "GET, HEAD, OPTIONS", 1000, false},
    {15, "POST", "/zipped", "/zipped", "POST, OPTIONS", 1 << 20, true, true},
    {16, "POST", "/door", "/door", "POST, OPTIONS", 1000, true, false, true},
    {17, "POST", "/upload", "/upload", "POST, OPTIONS", SIZE_MAX, false, true, false, true},
};
#define ROUTES (sizeof(routes) / sizeof(*routes))
#define WORKERS_MAX 64
#define STREAMS_MAX 4096

struct api {
	struct fake_counts counts;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct api_call *first, **last; /* linked by state */
	bool stop;
	unsigned n_workers;
	pthread_t workers[WORKERS_MAX];
	pthread_mutex_t streams_lock;
	unsigned n_streams;
	struct api_stream *streams[STREAMS_MAX];
};

static const char *query_of(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->n_query; i++)
		if (strcmp(c->query[i].name, name) == 0)
			return c->query[i].value;
	return NULL;
}

static long number_of(const struct api_call *c, const char *name)
{
	const char *v = query_of(c, name);
	return v ? strtol(v, NULL, 10) : 0;
}

static void put_field(struct buf *b, const char *name, const char *value)
{
	buf_puts(b, ",");
	buf_json_str(b, name);
	buf_puts(b, ":");
	buf_json_str(b, value);
}

static void describe(struct api_call *c)
{
	struct buf *b = &c->body_out;
	buf_puts(b, "{\"method\":");
	buf_json_str(b, c->method);
	put_field(b, "path", c->path);
	put_field(b, "authorization", c->authorization);
	put_field(b, "content_type", c->content_type);
	put_field(b, "host", c->host);
	put_field(b, "peer", c->peer);
	for (size_t i = 0; i < c->n_all_headers; i++)
		put_field(
		    b, arena_printf(c->arena, "header %zu %s", i, c->all_headers[i].name), c->all_headers[i].value);
	buf_puts(b, ",\"query\":{");
	for (size_t i = 0; i < c->n_query; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, c->query[i].name);
		buf_putc(b, ':');
		buf_json_str(b, c->query[i].value);
	}
	buf_puts(b, "}}");
}

unsigned fake_streams_write(struct api *a, const void *p, size_t n)
{
	pthread_mutex_lock(&a->streams_lock);
	for (unsigned i = 0; i < a->n_streams;) {
		if (n ? api_stream_write(a->streams[i], p, n) : !api_stream_over(a->streams[i])) {
			i++;
			continue;
		}
		api_stream_unref(&a->streams[i]);
		a->streams[i] = a->streams[--a->n_streams];
	}
	unsigned left = a->n_streams;
	pthread_mutex_unlock(&a->streams_lock);
	return left;
}

void fake_streams_end(struct api *a)
{
	pthread_mutex_lock(&a->streams_lock);
	while (a->n_streams) {
		struct api_stream *s = a->streams[--a->n_streams];
		api_stream_end(s);
		api_stream_unref(&s);
	}
	pthread_mutex_unlock(&a->streams_lock);
}

static void open_stream(struct api *a, struct api_call *c)
{
	const struct api_stream_config config = {
	    .limit = (size_t)number_of(c, "limit"), .heartbeat = FAKE_HEARTBEAT, .farewell = FAKE_FAREWELL};
	pthread_mutex_lock(&a->streams_lock);
	if (a->n_streams == STREAMS_MAX || !(c->stream = api_stream_new(&config)))
		abort();
	a->streams[a->n_streams++] = api_stream_ref(c->stream);
	pthread_mutex_unlock(&a->streams_lock);
	c->status = 200;
	c->response_type = "text/event-stream";
}

static void answer(struct api_call *c)
{
	const char *path = c->route->path;
	c->status = 200;
	if (strcmp(path, "/empty") == 0) {
		c->status = 204;
	} else if (strcmp(path, "/big") == 0) {
		long n = number_of(c, "bytes");
		buf_reserve(&c->body_out, (size_t)n);
		for (long left = n; left > 0; left -= 26)
			buf_put(&c->body_out, "abcdefghijklmnopqrstuvwxyz", (size_t)(left < 26 ? left : 26));
		c->response_type = "text/plain";
	} else if (strcmp(path, "/broken") == 0) {
		buf_puts(&c->body_out, "half an ans");
		c->body_out.failed = true;
	} else if (c->body_len) {
		buf_put(&c->body_out, c->body, c->body_len);
	} else {
		describe(c);
	}
}

static void *worker_main(void *arg)
{
	struct api *a = arg;
	for (;;) {
		pthread_mutex_lock(&a->lock);
		while (!a->first && !a->stop)
			pthread_cond_wait(&a->wake, &a->lock);
		struct api_call *c = a->first;
		if (c) {
			a->first = c->state;
			if (!a->first)
				a->last = &a->first;
		}
		pthread_mutex_unlock(&a->lock);
		if (!c)
			return NULL;
		long ms = number_of(c, "ms");
		if (ms > 0)
			nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
		if (strcmp(c->route->path, "/stream") == 0)
			open_stream(a, c);
		else
			answer(c);
		atomic_fetch_add(&a->counts.done, 1);
		c->done(c);
	}
}

struct api *fake_api_new(unsigned workers)
{
	struct api *a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	atomic_store(&a->counts.ready, true);
	pthread_mutex_init(&a->lock, NULL);
	pthread_mutex_init(&a->streams_lock, NULL);
	pthread_cond_init(&a->wake, NULL);
	a->last = &a->first;
	a->n_workers = workers < WORKERS_MAX ? workers : WORKERS_MAX;
	for (unsigned i = 0; i < a->n_workers; i++)
		if (pthread_create(&a->workers[i], NULL, worker_main, a) != 0)
			abort();
	return a;
}

struct fake_counts *fake_api_counts(struct api *a)
{
	return &a->counts;
}

void fake_api_free(struct api **a)
{
	while (atomic_load(&(*a)->counts.uploads))
		nanosleep(&(struct timespec){0, 1000000}, NULL);
	pthread_mutex_lock(&(*a)->lock);
	(*a)->stop = true;
	pthread_cond_broadcast(&(*a)->wake);
	pthread_mutex_unlock(&(*a)->lock);
	for (unsigned i = 0; i < (*a)->n_workers; i++)
		pthread_join((*a)->workers[i], NULL);
	fake_streams_end(*a);
	free(*a);
	*a = NULL;
}

enum status api_match(struct api *a, struct api_call *c, struct api_limits *ret_limits, const char **ret_allow)
{
	(void)a;
	const struct api_route *other = NULL;
	for (size_t i = 0; i < ROUTES; i++) {
		const struct api_route *r = &routes[i];
		size_t n = strlen(r->path);
		bool parameter = r->path[n - 1] == '*';
		bool same =
		    parameter ? strncmp(c->path, r->path, n - 1) == 0 && c->path[n - 1] && !strchr(c->path + n - 1, '/')
			      : strcmp(c->path, r->path) == 0;
		if (!same)
			continue;
		other = r;
		if (strcmp(c->method, r->method) != 0)
			continue;
		c->route = r;
		if (parameter)
			c->params[c->n_params++] = (struct api_pair){"id", c->path + n - 1};
		ret_limits->max_body = r->max_body;
		ret_limits->upload = r->upload;
		return ST_OK;
	}
	if (other) {
		*ret_allow = other->allow;
		api_problem(c, 405, "method_not_allowed", "Not with this method.", NULL, 0);
		return ST_CONFLICT;
	}
	api_problem(c, 404, "not_found", "There is nothing here.", NULL, 0);
	return ST_NOT_FOUND;
}

enum api_step api_begin_upload(struct api *a, struct api_call *c)
{
	atomic_fetch_add(&a->counts.begun, 1);
	if (query_of(c, "refuse")) {
		api_problem(c, 403, "refused", "No.", NULL, 0);
		return API_REPLY;
	}
	fake_upload_begin(&a->counts, c, number_of(c, "us"), number_of(c, "stop"));
	return API_QUEUE;
}

void api_drain(struct api *a)
{
	(void)a;
}

enum api_step api_begin(struct api *a, struct api_call *c)
{
	atomic_fetch_add(&a->counts.begun, 1);
	const char *p = c->route->path;
	if (strcmp(p, "/queue") == 0 || strcmp(p, "/slow") == 0 || strcmp(p, "/stream") == 0 ||
	    strcmp(p, "/instant") == 0)
		return API_QUEUE;
	answer(c);
	return API_REPLY;
}

void api_submit(struct api *a, struct api_call *c)
{
	atomic_fetch_add(&a->counts.submitted, 1);
	if (c->route->upload) {
		fake_upload_submit(c);
		return;
	}
	if (strcmp(c->route->path, "/instant") == 0) {
		answer(c);
		atomic_fetch_add(&a->counts.done, 1);
		c->done(c);
		return;
	}
	c->state = NULL;
	pthread_mutex_lock(&a->lock);
	*a->last = c;
	a->last = (struct api_call **)&c->state;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
}

void api_end(struct api *a, struct api_call *c)
{
	atomic_fetch_add(&a->counts.ended, 1);
	if (c->route && c->route->upload && c->state)
		fake_upload_end(c);
	buf_free(&c->body_out);
}

void api_problem(
    struct api_call *c, int http_status, const char *code, const char *detail, const struct err *e, int retry_after_s)
{
	(void)e;
	buf_clear(&c->body_out);
	c->status = http_status;
	c->response_type = "application/problem+json";
	buf_printf(&c->body_out,
	    "{\"type\":\"about:blank\",\"status\":%d,\"code\":\"%s\",\"detail\":\"%s\",\"request_id\":\"%s\"}",
	    http_status, code, detail, c->request_id);
	if (retry_after_s > 0 && c->n_headers < API_HEADERS_MAX)
		c->headers[c->n_headers++] =
		    (struct api_pair){"Retry-After", arena_printf(c->arena, "%d", retry_after_s)};
}

const char *api_route_pattern(const struct api_route *r)
{
	return r ? r->pattern : "unmatched";
}

size_t api_route_index(const struct api_route *r)
{
	return r ? r->index : 0;
}

size_t api_route_count(const struct api *a)
{
	(void)a;
	return ROUTES;
}

const struct api_route *api_route_by_index(const struct api *a, size_t index)
{
	(void)a;
	return index >= 1 && index <= ROUTES ? &routes[index - 1] : NULL;
}

const char *api_route_method(const struct api_route *r)
{
	return r->method;
}

bool api_route_browser(const struct api_route *r)
{
	return r && r->browser;
}

const char *api_rate_key(const struct api_call *c)
{
	return c->authorization && !c->route->headers ? c->authorization : c->path;
}

bool api_route_gzip(const struct api_route *r)
{
	return r && r->gzip;
}

bool api_route_headers(const struct api_route *r)
{
	return r && r->headers;
}

bool api_ready(const struct api *a)
{
	return atomic_load(&a->counts.ready);
}

/* One parameter takes the rest of the path: the one behind /tail/. */
size_t api_path_tail(const char *raw, size_t n)
{
	return n >= 6 && !memcmp(raw, "/tail/", 6) ? 6 : n;
}
