/* Start, drain and stop. */
#include "server_priv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "conn_priv.h"
#include "listen_priv.h"
#include "observe_priv.h"
#include "parser_errors_priv.h"
#include "base/rate.h"
#include "reaper_priv.h"
#include "request_priv.h"
#include "stream_priv.h"

/* libmicrohttpd's memory for one connection: request head, header records and reply head must fit. After its first
 * request a connection has touched all of it, so this times the open connections is what idle clients cost. */
#define CONNECTION_MEMORY ((size_t)10 << 10)
#define THREAD_STACK ((size_t)1 << 20)
#define OTHER_FILES 512 /* descriptors kept for the database, listeners, lingering sockets, ... */
#define METRICS_CONNECTIONS 64

static void defaults(struct http_config *c)
{
	if (c->threads == 0) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		c->threads = cores < 1 ? 1 : cores > 8 ? 8 : (unsigned)cores;
	}
	if (c->max_connections == 0)
		c->max_connections = 12000;
	if (c->idle_timeout_s == 0)
		c->idle_timeout_s = 60;
	if (c->header_deadline_ms == 0)
		c->header_deadline_ms = 10000;
	if (c->body_deadline_ms == 0)
		c->body_deadline_ms = 30000;
	if (c->reply_deadline_ms == 0)
		c->reply_deadline_ms = 10000;
	if (c->heartbeat_ms == 0)
		c->heartbeat_ms = 15000;
	if (c->stall_ms == 0)
		c->stall_ms = 30000;
}

/* Descriptors for that many connections; fewer connections when the system does not give them. */
static void raise_files(struct http_config *c)
{
	struct rlimit l;
	rlim_t want = (rlim_t)c->max_connections + OTHER_FILES;
	if (getrlimit(RLIMIT_NOFILE, &l) != 0 || l.rlim_cur >= want)
		return;
	struct rlimit more = {want, l.rlim_max < want ? want : l.rlim_max};
	if (setrlimit(RLIMIT_NOFILE, &more) != 0) { /* raising the hard limit takes a privilege */
		more = (struct rlimit){l.rlim_max < want ? l.rlim_max : want, l.rlim_max};
		setrlimit(RLIMIT_NOFILE, &more);
	}
	getrlimit(RLIMIT_NOFILE, &l);
	if (l.rlim_cur >= want)
		return;
	c->max_connections = l.rlim_cur > (rlim_t)2 * OTHER_FILES ? (unsigned)(l.rlim_cur - OTHER_FILES) : OTHER_FILES;
	log_line(LOG_WARN, "too few file descriptors", log_int("limit", l.rlim_cur),
	    log_int("max_connections", c->max_connections));
}

/* The library's own messages: about clients' mistakes mostly, already answered and counted. */
static void on_library_log(void *cls, const char *fmt, va_list args) __attribute__((format(printf, 2, 0)));
static void on_library_log(void *cls, const char *fmt, va_list args)
{
	(void)cls;
	if (!log_on(LOG_DEBUG))
		return;
	char text[256];
	vsnprintf(text, sizeof(text), fmt, args);
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	log_line(LOG_DEBUG, "libmicrohttpd", log_str("message", text));
}

/* Its unescaping is not wanted: target.c decodes the raw target, and knows more to refuse. */
static size_t on_unescape(void *cls, struct MHD_Connection *mhd, char *s)
{
	size_t n = 0;
	(void)cls;
	(void)mhd;
	while (s[n])
		n++;
	return n;
}

static enum status listener_start(
    struct http_server *s, struct listener *l, const char *address, bool metrics, struct err *e)
{
	const struct http_config *c = &s->config;
	l->server = s;
	l->metrics = metrics;
	enum status st = listen_on(address, &l->fd, &l->port, e);
	if (st != ST_OK)
		return st;
	unsigned threads = metrics ? 1 : c->threads;
	unsigned connections = metrics ? METRICS_CONNECTIONS : c->max_connections;
	/* The library gives each thread its share of the limit, and a new connection to whichever thread wakes first.
	 */
	connections += threads - 1;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
	if (!metrics)
		flags |= MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem options[16];
	int n = 0;
#define OPTION(...)                                                                                                    \
	options[n++] = (struct MHD_OptionItem)                                                                         \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
	if (threads > 1)
		OPTION(MHD_OPTION_THREAD_POOL_SIZE, threads, NULL);
	if (!metrics && c->max_per_address)
		OPTION(MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->max_per_address, NULL);
	/* 0.9.75 answers some of what strictness refuses by closing without a word; guard.c refuses the same aloud. */
	OPTION(MHD_OPTION_STRICT_FOR_CLIENT, MHD_VERSION >= 0x01000000 ? 1 : 0, NULL);
	OPTION(MHD_OPTION_END, 0, NULL);
#undef OPTION
	l->daemon = MHD_start_daemon(flags, 0, NULL, NULL, request_on_call, l, MHD_OPTION_EXTERNAL_LOGGER,
	    on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET, l->fd, MHD_OPTION_CONNECTION_LIMIT, connections,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, c->idle_timeout_s,
	    MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK, MHD_OPTION_URI_LOG_CALLBACK, request_on_target, l,
	    MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED, request_on_completed, l,
	    MHD_OPTION_NOTIFY_CONNECTION, conn_notify, l, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	if (l->daemon)
		return ST_OK;
	close(l->fd);
	l->fd = -1;
	return err_set(e, ST_INTERNAL, "listen_failed", "libmicrohttpd does not start on %s", address);
}

enum status http_server_start(const struct http_config *c, struct api *api, struct http_server **ret, struct err *e)
{
	struct http_server *s = calloc(1, sizeof(*s));
	if (!s)
		return err_set(e, ST_NOMEM, NULL, "no memory for the server");
	s->api = api;
	s->config = *c;
	s->public.fd = s->metrics.fd = -1;
	conn_lists_init(s);
	defaults(&s->config);
	raise_files(&s->config);
	enum status st = ST_OK;
	if (!parser_errors_init())
		st = err_set(e, ST_INTERNAL, NULL, "libmicrohttpd has no MHD_queue_response");
	if (st == ST_OK)
		st = observe_new(api, &s->observe, e);
	if (st == ST_OK && c->rate_per_second && !(s->rate = rate_new()))
		st = err_set(e, ST_NOMEM, NULL, "no memory for rate limits");
	if (st == ST_OK)
		st = reaper_start(s, &s->reaper, e);
	if (st == ST_OK && c->metrics_listen && c->metrics_listen[0])
		st = listener_start(s, &s->metrics, c->metrics_listen, true, e);
	if (st == ST_OK)
		st = listener_start(s, &s->public, c->listen, false, e);
	s->config.listen = s->config.metrics_listen = NULL;
	if (st != ST_OK) {
		http_server_stop(&s);
		return st;
	}
	*ret = s;
	return ST_OK;
}

uint16_t http_server_port(const struct http_server *s)
{
	return s->public.port;
}

uint16_t http_server_metrics_port(const struct http_server *s)
{
	return s->metrics.port;
}

static void sleep_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

unsigned http_server_drain(struct http_server *s, unsigned timeout_ms)
{
	int64_t until = monotonic_us() + (int64_t)timeout_ms * 1000;
	if (!atomic_exchange(&s->draining, true) && s->public.daemon) {
		MHD_quiesce_daemon(s->public.daemon);
		/* Its threads may still hold the socket, so it is closed later; but nobody shall wait in its backlog.
		 */
		shutdown(s->public.fd, SHUT_RDWR);
		conn_each(s, stream_shut);
		api_drain(s->api);
	}
	while (atomic_load(&s->under_way) > 0 && monotonic_us() < until)
		sleep_ms(2);
	return atomic_load(&s->under_way);
}

static void listener_stop(struct listener *l)
{
	if (!l->daemon)
		return;
	MHD_stop_daemon(l->daemon);
	l->daemon = NULL;
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static void hang_up(struct conn *c, struct http_server *s)
{
	(void)s;
	shutdown(c->fd, SHUT_RDWR);
}

void http_server_stop(struct http_server **s)
{
	if (!s || !*s)
		return;
	struct http_server *x = *s;
	http_server_drain(x, 0);
	if (x->metrics.daemon)
		MHD_quiesce_daemon(x->metrics.daemon);
	/* A worker that still owns a call will resume its connection; to stop libmicrohttpd before would be an abort()
	 * inside it. Calls carry deadlines, so this ends. */
	for (int64_t said = monotonic_us(); atomic_load(&x->suspended) > 0; sleep_ms(2))
		if (monotonic_us() - said > 5000000) {
			said = monotonic_us();
			log_line(LOG_WARN, "waiting for calls under way", log_int("calls", atomic_load(&x->suspended)));
		}
	/* Connections are ended before the library: 0.9.75 does not survive a parser error while it shuts down. */
	conn_each(x, hang_up);
	for (int64_t until = monotonic_us() + 2000000; atomic_load(&x->open) > 0 && monotonic_us() < until;)
		sleep_ms(2);
	listener_stop(&x->public);
	listener_stop(&x->metrics);
	reaper_stop(&x->reaper);
	rate_free(&x->rate);
	observe_free(&x->observe);
	conn_lists_destroy(x);
	free(x);
	*s = NULL;
}
