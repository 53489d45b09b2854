/* The keeper's writing half: what became of attempts, by workspace, and endpoints that are told no more. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "deliver_keep_priv.h"

#define RESULTS_MAX 500

/* Results of one workspace, copied out of the lock. */
struct sheet {
	struct uuid workspace;
	struct delivery_result results[RESULTS_MAX];
	struct endpoint_key of[RESULTS_MAX];
	size_t n;
	struct webhook_fare *fares;
	size_t n_fares;
	bool more;
};

static void copy(struct sheet *x, const struct endpoint *p, const struct message *m)
{
	x->of[x->n] = p->key;
	x->results[x->n++] = (struct delivery_result){.webhook_id = p->key.id,
	    .lead_id = m->lead_id,
	    .generation = p->generation,
	    .seq = m->seq,
	    .state = m->outcome,
	    .attempts = m->attempts,
	    .next_at = m->next_at,
	    .at = m->at,
	    .status = (int32_t)m->status,
	    .error = *m->error ? m->error : NULL,
	    .latency_ms = m->latency_ms,
	    .reply = m->reply};
}

/* DONE messages stay as they are until the keeper frees them, so the copies may point into them. */
static enum status collect(struct keeper *k, struct sheet *x, struct err *e)
{
	struct deliver *d = k->d;
	enum status s = ST_OK;
	pthread_mutex_lock(&d->lock);
	x->n = x->n_fares = 0;
	x->more = false;
	x->fares = arena_array(k->arena, HASH_COUNT(d->endpoints) + 1, sizeof *x->fares);
	if (!x->fares)
		s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (struct endpoint *p = d->endpoints, *next; s == ST_OK && p; p = next) {
		next = p->hh.next;
		if (!p->n_done)
			continue;
		if (p->lost) {
			/* Its next owner sends them again. */
			for (size_t i = p->n_hand; i-- > 0;)
				if (p->hand[i]->state == MESSAGE_DONE)
					endpoint_remove(p, p->hand[i]);
			continue;
		}
		if (x->n && uuid_cmp(&x->workspace, &p->key.workspace_id) != 0) {
			x->more = true;
			continue;
		}
		x->workspace = p->key.workspace_id;
		for (size_t i = 0; i < p->n_hand; i++)
			if (p->hand[i]->state == MESSAGE_DONE && x->n < RESULTS_MAX)
				copy(x, p, p->hand[i]);
			else if (p->hand[i]->state == MESSAGE_DONE)
				x->more = true;
		x->fares[x->n_fares++] = (struct webhook_fare){.id = p->key.id,
		    .generation = p->generation,
		    .failures = p->failures,
		    .failing_since = p->failing_since};
	}
	pthread_mutex_unlock(&d->lock);
	return s;
}

static void written(struct keeper *k, const struct sheet *x)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < x->n; i++) {
		HASH_FIND(hh, d->endpoints, &x->of[i], sizeof x->of[i], p);
		for (size_t j = 0; p && j < p->n_hand; j++)
			if (p->hand[j]->seq == x->results[i].seq) {
				int64_t next = p->hand[j]->next_at;
				int64_t in = next == INSTANT_NEVER ? -1 : next - clock_now(d->config.clock);
				if (in >= 0 && monotonic_us() / 1000 + in + 1 < p->load_at_ms)
					p->load_at_ms = monotonic_us() / 1000 + in + 1;
				endpoint_remove(p, p->hand[j]);
				break;
			}
	}
	for (size_t i = 0; i < x->n_fares; i++) {
		struct endpoint_key key = {x->workspace, x->fares[i].id};
		HASH_FIND(hh, d->endpoints, &key, sizeof key, p);
		if (p && x->fares[i].unblocked)
			p->load = true;
	}
	pthread_mutex_unlock(&d->lock);
}

/* A robot's URL is its secret: of such ones others are told the place alone. */
static size_t url_shown(const struct endpoint_config *c)
{
	const char *host = strstr(c->url, "://");
	if (!host || (c->kind && c->kind->has_secrets))
		return strlen(c->url);
	return (size_t)(host + 3 - c->url) + strcspn(host + 3, "/?");
}

static enum status disable(
    struct keeper *k, const struct endpoint_key *key, int64_t generation, const char *url, bool gone, struct err *e)
{
	const char *names[WEBHOOK_OPTIONAL_MAX], *reason = gone ? "gone" : "failing";
	size_t n = webhook_optional(names);
	struct buf o = BUF_INIT;
	bool mine = false;
	int64_t now = clock_now(k->d->config.clock);
	char id[UUID_TEXT_MAX];
	uuid_format(&key->id, id);
	buf_printf(&o, "{\"webhook_id\":\"%s\",\"url\":", id);
	buf_json_str(&o, url);
	buf_printf(&o, ",\"reason\":\"%s\",\"disabled_at\":", reason);
	buf_json_time(&o, now);
	buf_putc(&o, '}');
	enum status s = buf_ok(&o) ? store_webhook_disable(k->db, &key->workspace_id, &key->id, generation, reason,
					 "webhook.disabled", o.data, now, names, n, &mine, e)
				   : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	buf_free(&o);
	if (s == ST_OK && mine) {
		log_line(LOG_WARN, "webhook disabled", log_str("webhook", id), log_str("reason", reason));
		metric_add(k->d->disabled, 1);
		hints_give(ingest_hints(k->d->config.ingest), &key->workspace_id);
	}
	return s;
}

/* Those that are gone, or have not answered for too long. */
static enum status disable_some(struct keeper *k, struct err *e)
{
	struct deliver *d = k->d;
	for (;;) {
		struct endpoint_key key;
		int64_t generation = 0;
		const char *url = NULL;
		bool found = false, gone = false;
		pthread_mutex_lock(&d->lock);
		for (struct endpoint *p = d->endpoints; p && !found; p = p->hh.next)
			if ((p->gone || p->failing_long) && !p->lost && !p->n_done) {
				found = true;
				key = p->key;
				generation = p->generation;
				gone = p->gone;
				url = arena_strndup(k->arena, p->config->url, url_shown(p->config));
			}
		pthread_mutex_unlock(&d->lock);
		if (!found)
			return ST_OK;
		if (!url)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		enum status s = disable(k, &key, generation, url, gone, e);
		if (s != ST_OK)
			return s;
		pthread_mutex_lock(&d->lock);
		struct endpoint *p;
		HASH_FIND(hh, d->endpoints, &key, sizeof key, p);
		endpoint_drop_ready(p);
		p->lost = true;
		pthread_mutex_unlock(&d->lock);
	}
}

enum status keeper_results(struct keeper *k, struct err *e)
{
	struct sheet *x = arena_alloc(k->arena, sizeof *x);
	enum status s = x ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (bool more = true; s == ST_OK && more;) {
		s = collect(k, x, e);
		if (s != ST_OK || !x->n)
			break;
		more = x->more;
		s = store_delivery_results(
		    k->db, &x->workspace, x->results, x->n, x->fares, x->n_fares, clock_now(k->d->config.clock), e);
		if (s == ST_OK)
			written(k, x);
	}
	return s == ST_OK ? disable_some(k, e) : s;
}
