/* The keeper: one thread with a connection to the database. Each of its steps is small; between them it looks who is
 * waiting: the leases first, then endpoints that nobody has, then hands that are to be filled. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "deliver_keep_priv.h"

#define POLL_MS 500
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define FIGURES_MS 10000
#define FIGURES_MAX 10000

static int64_t now_ms(void)
{
	return monotonic_us() / 1000;
}

/* Puts what was read in hand. With the lock held. */
static bool fill(struct keeper *k, struct endpoint *p, const struct delivery_window *w)
{
	if (p->revision != w->revision) {
		struct endpoint_config *c = config_new(w);
		if (!c)
			return false;
		if (!c->kind)
			log_line(LOG_ERROR, "webhook of a kind that is not known", log_str("kind", w->kind));
		config_unref(&p->config);
		p->config = c;
		p->revision = w->revision;
	}
	p->last_seq = w->last_seq;
	for (size_t i = 0; i < w->n_due; i++) {
		struct message *m = message_new(&w->due[i]);
		if (!m)
			return false;
		p->hand[p->n_hand++] = m;
		if (m->state == MESSAGE_READY)
			p->n_ready++;
		else
			p->n_done++;
		if (m->state == MESSAGE_DONE) {
			k->d->results = true;
			pthread_cond_signal(&k->d->fared);
		}
	}
	int64_t in = w->next_at == INSTANT_NEVER ? -1 : w->next_at - clock_now(k->d->config.clock);
	if (in >= 0 && now_ms() + in + 1 < p->load_at_ms)
		p->load_at_ms = now_ms() + in + 1;
	return true;
}

static enum status load(struct keeper *k, const struct endpoint_key *key, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	int64_t in_hand[HAND_MAX], generation = 0;
	size_t n = 0, limit = 0;
	bool with_leads = true;
	struct delivery_window w;
	pthread_mutex_lock(&d->lock);
	HASH_FIND(hh, d->endpoints, key, sizeof *key, p);
	if (p && (p->load || now_ms() >= p->load_at_ms) && (limit = endpoint_room(p, now_ms()))) {
		for (; n < p->n_hand; n++)
			in_hand[n] = p->hand[n]->seq;
		generation = p->generation;
		with_leads = !p->config || !p->config->kind || p->config->kind->wants_lead;
		/* What the writer says of them while this reads counts, too. */
		p->load = false;
		p->load_at_ms = INSTANT_NEVER;
	}
	pthread_mutex_unlock(&d->lock);
	if (!limit)
		return ST_OK;
	arena_reset(k->arena_window);
	enum status s = store_delivery_window(k->db, &key->workspace_id, &key->id, &d->owner, generation,
	    clock_now(d->config.clock), in_hand, n, limit, with_leads, k->arena_window, &w, e);
	pthread_mutex_lock(&d->lock);
	if (s != ST_OK) {
		p->load = true;
	} else if (!w.mine) {
		endpoint_drop_ready(p);
		p->lost = true;
	} else {
		if (!fill(k, p, &w))
			s = err_set(e, ST_NOMEM, NULL, "Out of memory.");
		p->load = p->load || w.n_due == limit || s != ST_OK;
		if (p->n_hand)
			p->idle_since_ms = now_ms();
	}
	pthread_mutex_unlock(&d->lock);
	if (s == ST_OK && w.mine && w.n_due)
		curl_multi_wakeup(d->multi);
	return s;
}

/* What waits, for the metrics: of each endpoint now and then, of one in a step, since counting many takes a while. */
static enum status figures(
    struct keeper *k, const struct endpoint_key *key, int64_t *waiting, int64_t *oldest, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	int64_t now = now_ms(), count = 0, since = INSTANT_NEVER;
	pthread_mutex_lock(&d->lock);
	HASH_FIND(hh, d->endpoints, key, sizeof *key, p);
	bool ask = p && !p->lost && !k->counted && now >= p->figures_at_ms;
	if (ask)
		p->figures_at_ms = now + FIGURES_MS;
	else if (p)
		count = p->waiting, since = p->oldest;
	pthread_mutex_unlock(&d->lock);
	k->counted |= ask;
	enum status s =
	    ask ? store_webhook_figures(k->db, &key->workspace_id, &key->id, FIGURES_MAX, &count, &since, e) : ST_OK;
	if (s != ST_OK || !p)
		return s;
	pthread_mutex_lock(&d->lock);
	p->waiting = count;
	p->oldest = count ? since : INSTANT_NEVER;
	pthread_mutex_unlock(&d->lock);
	*waiting += count;
	if (count && since < *oldest)
		*oldest = since;
	return s;
}

static enum status tend(struct keeper *k, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint_key *keys;
	size_t n = keeper_had(k, &keys);
	int64_t waiting = 0, oldest = INSTANT_NEVER, now = clock_now(d->config.clock);
	enum status s = keys ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; s == ST_OK && !k->leaving && i < n; i++)
		s = load(k, &keys[i], e);
	k->counted = k->leaving;
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		s = figures(k, &keys[i], &waiting, &oldest, e);
		if (s == ST_OK)
			s = keeper_release(k, &keys[i], e);
	}
	metric_set(d->waiting, waiting);
	metric_set_f(d->oldest, oldest < now ? (double)(now - oldest) / 1000 : 0);
	return s;
}

/* Waits for news, at most until the next poll. False: it is to end. */
static bool wait_for_news(struct keeper *k)
{
	struct deliver *d = k->d;
	struct timespec until;
	int64_t wait = k->poll_at_ms - now_ms();
	pthread_mutex_lock(&d->lock);
	for (struct endpoint *p = d->endpoints; p; p = p->hh.next) {
		if (p->load && endpoint_room(p, now_ms()))
			wait = 0;
		if (p->load_at_ms != INSTANT_NEVER && p->load_at_ms - now_ms() < wait && endpoint_room(p, now_ms()))
			wait = p->load_at_ms - now_ms();
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t ns = until.tv_nsec + (wait > 0 ? wait : 0) * 1000000;
	until.tv_sec += ns / 1000000000;
	until.tv_nsec = ns % 1000000000;
	while (wait > 0 && !d->stopping && !d->n_poked && !d->poked_all && !d->room)
		if (pthread_cond_timedwait(&d->news, &d->lock, &until) != 0)
			break;
	k->n_poked = d->n_poked;
	memcpy(k->poked, d->poked, d->n_poked * sizeof d->poked[0]);
	k->poked_all = d->poked_all;
	d->n_poked = 0;
	d->poked_all = d->room = false;
	bool go_on = !d->stopping;
	pthread_mutex_unlock(&d->lock);
	return go_on;
}

static enum status step(struct keeper *k, struct err *e)
{
	int64_t now = now_ms();
	arena_reset(k->arena);
	enum status s = db_pool_get(k->d->pool, DELIVER_KEEPER, monotonic_us() + DATABASE_US, &k->db, e);
	if (s == ST_OK && k->leaving)
		return tend(k, e);
	if (s == ST_OK && now >= k->renew_at_ms) {
		s = keeper_look(k, true, e);
		k->renew_at_ms = now + RENEW_MS;
	}
	bool poll = now >= k->poll_at_ms;
	if (poll) {
		k->poked_all = true;
		k->poll_at_ms = now + POLL_MS;
	}
	if (s == ST_OK && (k->poked_all || k->n_poked))
		s = keeper_look(k, false, e);
	if (s == ST_OK && (k->poked_all || k->n_poked))
		s = keeper_claim(k, e);
	return s == ST_OK ? tend(k, e) : s;
}

/* After the database was away: it may have lost its last commits, and what is in hand may not be what is there. */
static void read_again(struct deliver *d)
{
	pthread_mutex_lock(&d->lock);
	for (struct endpoint *p = d->endpoints; p; p = p->hh.next) {
		endpoint_drop_ready(p);
		p->load = true;
	}
	pthread_mutex_unlock(&d->lock);
}

void *deliver_keep(void *arg)
{
	struct deliver *d = arg;
	struct keeper k = {.d = d, .arena = arena_new(0), .arena_window = arena_new(0)};
	unsigned failures = 0;
	while (k.arena && k.arena_window && wait_for_news(&k)) {
		struct err e = {0};
		enum status s = step(&k, &e);
		if (s != ST_OK && !failures)
			log_line(LOG_WARN, "webhooks wait", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && failures)
			log_line(LOG_INFO, "webhooks go on");
		if (s == ST_OK && failures)
			read_again(d);
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (failures)
			halt_pause_failed(&d->halt, failures);
	}
	/* The others have ended: what was done is written, and other instances may take what is left. */
	struct err e = {0};
	k.leaving = true;
	if (k.arena && k.arena_window && step(&k, &e) != ST_OK)
		log_line(LOG_WARN, "webhooks not given back", log_str("code", e.code), log_str("detail", e.detail));
	arena_free(&k.arena);
	arena_free(&k.arena_window);
	return NULL;
}
