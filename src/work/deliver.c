#include "deliver.h"

#include <stdlib.h>
#include <string.h>

#include "deliver_priv.h"

#define TIMEOUT_MS 15000
#define DISABLE_AFTER_MS (5 * MS_DAY)
#define CONNECTIONS_KEPT 512L

static void set_metrics(struct deliver *d)
{
	static const double seconds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30};
	static const double delays[] = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600};
	static const char deliveries[] = "leadscore_webhook_deliveries_total",
			  help[] = "Attempts to deliver a webhook message, by what came of them.";
	d->delivered = metric_counter(deliveries, help, "outcome=\"delivered\"");
	d->again = metric_counter(deliveries, help, "outcome=\"retry\"");
	d->failed = metric_counter(deliveries, help, "outcome=\"failed\"");
	d->latency = metric_histogram("leadscore_webhook_duration_seconds", "Time that attempts to deliver took.", NULL,
	    seconds, sizeof seconds / sizeof seconds[0]);
	d->delay = metric_histogram("leadscore_webhook_delay_seconds",
	    "Time from what is told to the first attempt to tell it.", NULL, delays, sizeof delays / sizeof delays[0]);
	d->waiting = metric_gauge("leadscore_webhook_waiting",
	    "Leads with something to be delivered, over the endpoints that this instance has.", NULL);
	d->oldest = metric_gauge("leadscore_webhook_oldest_seconds",
	    "Age of the oldest delivery that waits, over the endpoints that this instance has.", NULL);
	d->owned = metric_gauge("leadscore_webhook_endpoints", "Endpoints that this instance delivers to.", NULL);
	d->flying = metric_gauge("leadscore_webhook_attempts", "Attempts under way.", NULL);
	d->disabled = metric_counter(
	    "leadscore_webhook_disabled_total", "Endpoints disabled because they were gone or failed too long.", NULL);
}

enum status deliver_start(const struct work_config *c, struct deliver **ret, struct err *e)
{
	struct deliver *d = calloc(1, sizeof *d);
	pthread_condattr_t monotonic;
	if (!d)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	halt_init(&d->halt);
	pthread_mutex_init(&d->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&d->news, &monotonic);
	pthread_cond_init(&d->fared, &monotonic);
	pthread_condattr_destroy(&monotonic);
	d->config = *c;
	d->config.clock = c->clock ? c->clock : &clock_system;
	d->policy = c->webhooks;
	d->timeout_ms = c->webhook_timeout_ms ? c->webhook_timeout_ms : TIMEOUT_MS;
	d->disable_after_ms = c->webhook_disable_after_ms ? c->webhook_disable_after_ms : DISABLE_AFTER_MS;
	d->owner = uuid_v7(clock_now(&clock_system));
	d->poked_all = true;
	set_metrics(d);
	enum status s = schedule_read(c->webhook_retries, &d->schedule, e);
	if (s == ST_OK)
		s = db_pool_new(c->database_url, DB_PLANNED, DELIVER_CONNECTIONS, &d->pool, e);
	if (s == ST_OK && (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(d->multi = curl_multi_init())))
		s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (s == ST_OK)
		curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT);
	if (s == ST_OK && pthread_create(&d->sender, NULL, deliver_send, d) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	d->sender_runs = s == ST_OK;
	if (s == ST_OK && pthread_create(&d->writer, NULL, deliver_write, d) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	d->writer_runs = s == ST_OK;
	if (s == ST_OK && pthread_create(&d->keeper, NULL, deliver_keep, d) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	d->keeper_runs = s == ST_OK;
	if (s != ST_OK) {
		deliver_stop(&d);
		return s;
	}
	*ret = d;
	return ST_OK;
}

static void end(struct deliver *d, bool *flag, pthread_cond_t *who, pthread_t thread)
{
	pthread_mutex_lock(&d->lock);
	*flag = true;
	pthread_cond_signal(who);
	pthread_mutex_unlock(&d->lock);
	pthread_join(thread, NULL);
}

void deliver_stop(struct deliver **dp)
{
	if (!dp || !*dp)
		return;
	struct deliver *d = *dp;
	halt_ask(&d->halt);
	if (d->sender_runs) {
		curl_multi_wakeup(d->multi);
		pthread_join(d->sender, NULL);
	}
	if (d->writer_runs)
		end(d, &d->sent, &d->fared, d->writer);
	if (d->keeper_runs)
		end(d, &d->stopping, &d->news, d->keeper);
	while (d->endpoints)
		endpoint_free(d, d->endpoints);
	if (d->multi)
		curl_multi_cleanup(d->multi);
	db_pool_free(&d->pool);
	pthread_cond_destroy(&d->news);
	pthread_cond_destroy(&d->fared);
	pthread_mutex_destroy(&d->lock);
	halt_destroy(&d->halt);
	free(d);
	*dp = NULL;
}

void deliver_poke(struct deliver *d, const struct uuid *workspace)
{
	pthread_mutex_lock(&d->lock);
	size_t i = 0;
	while (workspace && i < d->n_poked && uuid_cmp(&d->poked[i], workspace) != 0)
		i++;
	if (!workspace || i == sizeof d->poked / sizeof d->poked[0])
		d->poked_all = true;
	else if (i == d->n_poked)
		d->poked[d->n_poked++] = *workspace;
	pthread_cond_signal(&d->news);
	pthread_mutex_unlock(&d->lock);
}
