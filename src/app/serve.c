/* leadscore serve: brings the rooms up in order, waits for a signal, brings them down in reverse.
 *
 * Signals are blocked before any thread begins, so that only this thread takes them, with sigtimedwait. SIGTERM or
 * SIGINT begins the end; from then on a handler takes the next one and leaves at once. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "base/log.h"
#include "entries.h"
#include "http/server.h"
#include "ingest/ingest.h"
#include "notify.h"
#include "probe.h"
#include "store/migrations.h"
#include "work/work.h"

#define DATABASE_WAIT_US (INT64_C(60) * 1000 * 1000) /* at start, for a PostgreSQL that starts beside us */
#define TICK_MS 500

const struct option serve_options[] = {
    {"--no-migrate", NULL, "leave the schema alone; refuse to start unless it is up to date", false},
    {0},
};
const char serve_notes[] =
    "The schema is migrated first; a role that may not do that only checks it. SIGTERM or SIGINT ends the service: "
    "requests under way are\n"
    "answered, what was accepted is committed; a second one ends it at once. SIGHUP rereads the log level from the "
    "configuration file.\n"
    "Under systemd it speaks sd_notify, watchdog included. Log lines are JSON on standard error.";

struct service {
	const struct invocation *in;
	struct ingest *ingest;
	struct api *api;
	struct work *work;
	struct http_server *http;
	char self[300]; /* what the watchdog asks */
	int64_t watchdog_us, watchdog_next;
};

static sigset_t waited_for(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

/* The next signal, or 0 after ms without one. */
static int next_signal(long ms)
{
	sigset_t set = waited_for();
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	int n = sigtimedwait(&set, NULL, &t);
	return n > 0 ? n : 0;
}

static void leave_at_once(int number)
{
	_exit(128 + number);
}

/* From now on a signal is not waited for but ends the program. */
static void arm_second_signal(void)
{
	sigset_t set;
	struct sigaction act = {.sa_handler = leave_at_once};
	sigemptyset(&act.sa_mask);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	signal(SIGHUP, SIG_IGN);
	set = waited_for();
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void log_failure(const char *event, const struct err *e)
{
	log_line(LOG_ERROR, event, log_str("code", e->code), log_str("detail", e->detail));
	if (isatty(STDERR_FILENO))
		(void)fail(e);
}

static enum status ready_schema(const struct invocation *in, struct err *e)
{
	struct db *db = NULL;
	int applied = 0;
	enum status s = db_open(in->settings.database_url, DB_GENERAL, 5000, &db, e);
	if (s != ST_OK)
		return s;
	s = invocation_value(in, "--no-migrate") ? store_schema_check(db, e) : store_migrate(db, NULL, &applied, e);
	db_close(&db);
	if (s == ST_OK && applied)
		log_line(LOG_INFO, "schema migrated", log_int("applied", applied));
	return s;
}

/* Waits for the database and its schema. ret_stop: a signal came first. */
static enum status wait_for_schema(const struct invocation *in, bool *ret_stop, struct err *e)
{
	int64_t until = monotonic_us() + DATABASE_WAIT_US;
	bool said = false;
	for (;;) {
		enum status s = ready_schema(in, e);
		if ((s != ST_UNAVAILABLE && s != ST_DEADLINE && s != ST_BUSY) || monotonic_us() > until)
			return s;
		if (!said)
			log_line(LOG_WARN, "waiting for the database", log_str("detail", e->detail));
		said = true;
		int number = next_signal(1000);
		if (number == SIGTERM || number == SIGINT) {
			*ret_stop = true;
			return ST_OK;
		}
	}
}

static enum status start(struct service *v, struct err *e)
{
	const struct settings *c = &v->in->settings;
	const struct webhook_policy webhooks = {.http = c->webhook_http, .allow = c->webhook_allow};
	const struct ingest_config ingest = {
	    .database_url = c->database_url, .lanes = c->lanes, .batch_max = c->batch_max, .queue_max = c->queue_max};
	enum status s = ingest_start(&ingest, &v->ingest, e);
	if (s != ST_OK)
		return s;
	const struct api_config api = {.database_url = c->database_url,
	    .read_url = c->database_read_url,
	    .readers = c->readers,
	    .read_timeout_ms = c->read_timeout_ms,
	    .batch_kb = c->batch_kb,
	    .webhooks = webhooks,
	    .max_streams = c->max_streams,
	    .ingest = v->ingest};
	s = api_start(&api, &v->api, e);
	if (s != ST_OK)
		return s;
	const struct work_config work = {.database_url = c->database_url,
	    .ingest = v->ingest,
	    .refresh_interval_ms = c->refresh_interval_ms,
	    .refresh_chunk = c->refresh_chunk < c->batch_max ? c->refresh_chunk : c->batch_max,
	    .job_threads = c->job_threads,
	    .webhooks = webhooks,
	    .webhook_retries = c->webhook_retries,
	    .webhook_timeout_ms = c->webhook_timeout_ms,
	    .webhook_disable_after_ms = c->webhook_disable_hours * MS_HOUR,
	    .webhook_score_seconds = &c->webhook_score_seconds,
	    .webhook_keep_days = c->webhook_keep_days};
	s = work_start(&work, &v->work, e);
	if (s != ST_OK)
		return s;
	const struct http_config http = {.listen = c->listen,
	    .metrics_listen = c->metrics_listen,
	    .threads = c->threads,
	    .max_connections = c->max_connections,
	    .max_per_address = c->max_per_address,
	    .idle_timeout_s = c->idle_timeout_s,
	    .header_deadline_ms = c->header_deadline_ms,
	    .body_deadline_ms = c->body_deadline_ms,
	    .reply_deadline_ms = c->reply_deadline_ms,
	    .rate_per_second = c->rate_per_second,
	    .log_requests = c->log_requests};
	return http_server_start(&http, v->api, &v->http, e);
}

/* In the order in which nobody misses what has gone: http needs the workers that still own its calls, they need the
 * lanes. */
static void stop(struct service *v, unsigned drain_ms)
{
	if (v->http) {
		unsigned left = http_server_drain(v->http, drain_ms);
		if (left)
			log_line(LOG_WARN, "requests were cut off", log_int("requests", left));
	}
	work_stop(&v->work);
	http_server_stop(&v->http);
	api_stop(&v->api);
	ingest_stop(&v->ingest);
}

static void announce(struct service *v)
{
	const struct settings *c = &v->in->settings;
	char url[300], metrics[300] = "off", status[400];
	unsigned port = http_server_port(v->http),
		 metrics_port = *c->metrics_listen ? http_server_metrics_port(v->http) : 0;
	probe_url(c->listen, port, "", url, sizeof url);
	if (metrics_port)
		probe_url(c->metrics_listen, metrics_port, "/metrics", metrics, sizeof metrics);
	/* The metrics' listener answers also when all connections of the public one are taken. */
	if (metrics_port)
		probe_url(c->metrics_listen, metrics_port, "/livez", v->self, sizeof v->self);
	else
		probe_url(c->listen, port, "/livez", v->self, sizeof v->self);
	log_line(LOG_INFO, "ready", log_str("version", LEADSCORE_VERSION), log_str("url", url), log_int("port", port),
	    log_str("metrics_url", metrics), log_int("metrics_port", metrics_port));
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "leadscore %s serves %s/v1/ (metrics: %s); Ctrl-C ends it\n", LEADSCORE_VERSION, url,
		    metrics);
	snprintf(status, sizeof status, "READY=1\nSTATUS=serving %s", url);
	notify_send(status);
	v->watchdog_us = notify_watchdog_us();
	v->watchdog_next = monotonic_us() + v->watchdog_us;
}

/* A service that no longer answers itself is not to be kept alive; one whose database is away is healthy and says so on
 * /readyz. */
static void feed_watchdog(struct service *v)
{
	if (!v->watchdog_us || monotonic_us() < v->watchdog_next)
		return;
	char why[PROBE_WHY_MAX] = "";
	v->watchdog_next = monotonic_us() + v->watchdog_us;
	if (probe_get(v->self, (long)(v->watchdog_us / 2000), why) > 0)
		notify_send("WATCHDOG=1");
	else
		log_line(LOG_ERROR, "no answer from ourselves", log_str("detail", why));
}

static void reread_log_level(const struct invocation *in)
{
	struct settings fresh = {0};
	if (!settings_load(&fresh, GROUP_LOG, in->flag_values, in->config))
		return;
	log_set_level(fresh.log_level);
	settings_free(&fresh);
	log_line(LOG_INFO, "log level reread");
}

static void serve_until_signal(struct service *v)
{
	for (;;) {
		int number = next_signal(TICK_MS);
		if (number == SIGTERM || number == SIGINT) {
			log_line(LOG_INFO, "stopping", log_str("signal", number == SIGTERM ? "TERM" : "INT"));
			return;
		}
		if (number == SIGHUP)
			reread_log_level(v->in);
		feed_watchdog(v);
	}
}

int serve_run(const struct invocation *in)
{
	struct service v = {.in = in};
	struct err e = {0};
	sigset_t set = waited_for();
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	log_set_level(in->settings.log_level);
	bool stopped_early = false;
	enum status s = wait_for_schema(in, &stopped_early, &e);
	if (s != ST_OK) {
		log_failure("cannot start", &e);
		return EXIT_FAILED;
	}
	if (stopped_early)
		return EXIT_OK;
	s = start(&v, &e);
	if (s == ST_OK) {
		announce(&v);
		serve_until_signal(&v);
		notify_send("STOPPING=1");
	} else {
		log_failure("cannot start", &e);
	}
	arm_second_signal();
	stop(&v, in->settings.drain_timeout_ms);
	if (s == ST_OK)
		log_line(LOG_INFO, "stopped");
	return s == ST_OK ? EXIT_OK : EXIT_FAILED;
}
