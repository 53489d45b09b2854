/* The writer: one thread with a connection to the database. What became of attempts is written by workspace, and
 * endpoints that are told no more are disabled. It waits for the locks of endpoints, which whoever fills their queues
 * holds meanwhile; the keeper need not. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "deliver_priv.h"

#define RESULTS_MAX 500
#define POLL_MS 500
#define DATABASE_US (INT64_C(5) * 1000 * 1000)

struct writer {
	struct deliver *d;
	struct db *db;
	struct arena *arena; /* of a step */
};

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
	    .outbox_id = m->outbox_id,
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

/* DONE messages stay as they are while their endpoint is being written, so the copies may point into them. */
static enum status collect(struct writer *w, struct sheet *x, struct err *e)
{
	struct deliver *d = w->d;
	enum status s = ST_OK;
	pthread_mutex_lock(&d->lock);
	x->n = x->n_fares = 0;
	x->more = false;
	x->fares = arena_array(w->arena, HASH_COUNT(d->endpoints) + 1, sizeof *x->fares);
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
		p->writing = true;
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

/* Takes what is written out of hand. With the lock held. */
static void forget(struct deliver *d, struct endpoint *p, const struct delivery_result *r)
{
	size_t i = 0;
	while (i < p->n_hand && (p->hand[i]->seq != r->seq || p->hand[i]->state != MESSAGE_DONE))
		i++;
	if (i == p->n_hand)
		return;
	int64_t in = r->next_at == INSTANT_NEVER ? -1 : r->next_at - clock_now(d->config.clock);
	if (in >= 0 && monotonic_us() / 1000 + in + 1 < p->load_at_ms)
		p->load_at_ms = monotonic_us() / 1000 + in + 1;
	/* The endpoint was lost and taken again meanwhile: it was not written, and has to be read again. */
	p->load |= r->generation != p->generation;
	endpoint_remove(p, p->hand[i]);
}

/* good: it is committed; else it stays in hand, and is written next time. */
static void written(struct writer *w, const struct sheet *x, bool good)
{
	struct deliver *d = w->d;
	struct endpoint *p;
	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; good && i < x->n; i++) {
		HASH_FIND(hh, d->endpoints, &x->of[i], sizeof x->of[i], p);
		if (p)
			forget(d, p, &x->results[i]);
	}
	for (size_t i = 0; i < x->n_fares; i++) {
		struct endpoint_key key = {x->workspace, x->fares[i].id};
		HASH_FIND(hh, d->endpoints, &key, sizeof key, p);
		if (!p)
			continue;
		p->writing = false;
		p->load |= good && x->fares[i].unblocked;
	}
	d->room = true;
	pthread_cond_signal(&d->news);
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
    struct writer *w, const struct endpoint_key *key, int64_t generation, const char *url, bool gone, struct err *e)
{
	const char *names[WEBHOOK_OPTIONAL_MAX], *reason = gone ? "gone" : "failing";
	size_t n = webhook_optional(names);
	struct buf o = BUF_INIT;
	bool mine = false;
	int64_t now = clock_now(w->d->config.clock);
	char id[UUID_TEXT_MAX];
	uuid_format(&key->id, id);
	buf_printf(&o, "{\"webhook_id\":\"%s\",\"url\":", id);
	buf_json_str(&o, url);
	buf_printf(&o, ",\"reason\":\"%s\",\"disabled_at\":", reason);
	buf_json_time(&o, now);
	buf_putc(&o, '}');
	enum status s = buf_ok(&o) ? store_webhook_disable(w->db, &key->workspace_id, &key->id, generation, reason,
					 "webhook.disabled", o.data, now, names, n, &mine, e)
				   : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	buf_free(&o);
	if (s == ST_OK && mine) {
		log_line(LOG_WARN, "webhook disabled", log_str("webhook", id), log_str("reason", reason));
		metric_add(w->d->disabled, 1);
		hints_give(ingest_hints(w->d->config.ingest), &key->workspace_id);
	}
	return s;
}

/* Those that are gone, or have not answered for too long. */
static enum status disable_some(struct writer *w, struct err *e)
{
	struct deliver *d = w->d;
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
				url = arena_strndup(w->arena, p->config->url, url_shown(p->config));
			}
		pthread_mutex_unlock(&d->lock);
		if (!found)
			return ST_OK;
		if (!url)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
		enum status s = disable(w, &key, generation, url, gone, e);
		if (s != ST_OK)
			return s;
		pthread_mutex_lock(&d->lock);
		struct endpoint *p;
		HASH_FIND(hh, d->endpoints, &key, sizeof key, p);
		if (p && p->generation == generation) {
			endpoint_drop_ready(p);
			p->lost = true;
		}
		pthread_mutex_unlock(&d->lock);
	}
}

static enum status step(struct writer *w, struct err *e)
{
	arena_reset(w->arena);
	struct sheet *x = arena_alloc(w->arena, sizeof *x);
	enum status s = x ? db_pool_get(w->d->pool, DELIVER_WRITER, monotonic_us() + DATABASE_US, &w->db, e)
			  : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (bool more = true; s == ST_OK && more;) {
		s = collect(w, x, e);
		if (s != ST_OK || !x->n)
			break;
		more = x->more;
		s = store_delivery_results(
		    w->db, &x->workspace, x->results, x->n, x->fares, x->n_fares, clock_now(w->d->config.clock), e);
		written(w, x, s == ST_OK);
	}
	return s == ST_OK ? disable_some(w, e) : s;
}

/* Waits for results, at most until the next look. False: the sender has ended, and all it did is in hand. */
static bool wait_for_results(struct deliver *d)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POLL_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&d->lock);
	while (!d->results && !d->sent)
		if (pthread_cond_timedwait(&d->fared, &d->lock, &until) != 0)
			break;
	d->results = false;
	bool go_on = !d->sent;
	pthread_mutex_unlock(&d->lock);
	return go_on;
}

void *deliver_write(void *arg)
{
	struct deliver *d = arg;
	struct writer w = {.d = d, .arena = arena_new(0)};
	unsigned failures = 0;
	for (bool go_on = true; w.arena && go_on;) {
		struct err e = {0};
		go_on = wait_for_results(d);
		enum status s = step(&w, &e);
		if (s != ST_OK && (!failures || !go_on))
			log_line(LOG_WARN, "results of webhooks wait", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && failures)
			log_line(LOG_INFO, "results of webhooks go on");
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (failures && go_on)
			halt_pause_failed(&d->halt, failures);
	}
	arena_free(&w.arena);
	return NULL;
}
