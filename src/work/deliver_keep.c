/* The keeper: one thread with a connection to the database. Each of its steps is small; between them it looks who is
 * waiting: results first, then the leases, then endpoints that nobody has, then hands that are to be filled. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "deliver_keep_priv.h"

#define POLL_MS 500
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define CLAIM_MAX 200
#define IDLE_MS 10000 /* an endpoint without work is kept so long */
#define SOON_MS 3000  /* and longer when there is some so soon */
#define FIGURES_MS 10000
#define FIGURES_MAX 10000

static int64_t now_ms(void)
{
	return monotonic_us() / 1000;
}

static enum status take_lease(
    struct keeper *k, const struct uuid *workspace, const struct webhook_lease *l, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint_key key = {*workspace, l->id};
	struct endpoint *p;
	pthread_mutex_lock(&d->lock);
	HASH_FIND(hh, d->endpoints, &key, sizeof key, p);
	if (!p && (p = calloc(1, sizeof *p))) {
		p->key = key;
		p->idle_since_ms = now_ms();
		HASH_ADD(hh, d->endpoints, key, sizeof key, p);
	}
	if (p) {
		/* One that was lost while something of it was under way: what is in hand is of the lease before. */
		endpoint_drop_ready(p);
		p->lost = p->gone = p->failing_long = false;
		p->generation = l->generation;
		p->revision = 0;
		p->failures = l->failures;
		p->failing_since = l->failing_since;
		p->lease_end_ms = k->lease_end_ms;
		p->load = true;
	}
	pthread_mutex_unlock(&d->lock);
	return p ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

/* Endpoints that nobody has and that have something to do. */
static enum status claim(struct keeper *k, struct err *e)
{
	struct webhook_place *places = arena_array(k->arena, CLAIM_MAX, sizeof *places);
	struct uuid *ids = arena_array(k->arena, CLAIM_MAX, sizeof *ids);
	struct webhook_lease *leases = arena_array(k->arena, CLAIM_MAX, sizeof *leases);
	size_t n = 0;
	if (!places || !ids || !leases)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	enum status s = store_webhook_free(k->db, clock_now(k->d->config.clock), places, CLAIM_MAX, &n, e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		size_t n_ids = 0, got = 0;
		struct uuid workspace = places[i].workspace_id;
		if (uuid_is_nil(&workspace))
			continue;
		for (size_t j = i; j < n; j++)
			if (!uuid_cmp(&places[j].workspace_id, &workspace)) {
				ids[n_ids++] = places[j].id;
				memset(&places[j].workspace_id, 0, sizeof places[j].workspace_id);
			}
		k->lease_end_ms = now_ms() + LEASE_MS - LEASE_MARGIN_MS;
		s = store_webhook_claim(k->db, &workspace, ids, n_ids, &k->d->owner, LEASE_MS, leases, &got, e);
		for (size_t j = 0; s == ST_OK && j < got; j++)
			s = take_lease(k, &workspace, &leases[j], e);
	}
	return s;
}

/* The endpoints had, by workspace; lost ones are freed on the way. */
static size_t had(struct keeper *k, struct endpoint_key **ret)
{
	struct deliver *d = k->d;
	struct endpoint *p, *next;
	pthread_mutex_lock(&d->lock);
	HASH_ITER(hh, d->endpoints, p, next)
	if (p->lost && !p->n_flying)
		endpoint_free(d, p);
	size_t n = 0;
	struct endpoint_key *keys = arena_array(k->arena, HASH_COUNT(d->endpoints) + 1, sizeof *keys);
	for (p = d->endpoints; keys && p; p = p->hh.next)
		if (!p->lost)
			keys[n++] = p->key;
	pthread_mutex_unlock(&d->lock);
	if (keys)
		qsort(keys, n, sizeof *keys, keeper_by_key);
	metric_set(d->owned, (int64_t)n);
	*ret = keys;
	return n;
}

int keeper_by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct endpoint_key));
}

/* What the database says of endpoints of one workspace: those it does not name are not ours any more. */
static void compare(struct keeper *k, const struct endpoint_key *keys, size_t n, const struct webhook_lease *said,
    size_t n_said, bool renewed)
{
	struct deliver *d = k->d;
	pthread_mutex_lock(&d->lock);
	for (size_t i = 0; i < n; i++) {
		struct endpoint *p;
		const struct webhook_lease *l = NULL;
		HASH_FIND(hh, d->endpoints, &keys[i], sizeof keys[i], p);
		for (size_t j = 0; j < n_said && !l; j++)
			l = !uuid_cmp(&said[j].id, &keys[i].id) ? &said[j] : NULL;
		if (!p || p->lost)
			continue;
		if (!l || l->generation != p->generation) {
			endpoint_drop_ready(p);
			p->lost = true;
		} else if (renewed) {
			p->lease_end_ms = k->lease_end_ms;
		} else if (l->last_seq != p->last_seq || l->revision != p->revision) {
			p->load = true;
			/* Somebody changed it: what is in hand goes by what it is now, and is tried at once. */
			if (l->revision != p->revision) {
				endpoint_drop_ready(p);
				p->open_until_ms = 0;
			}
		}
	}
	pthread_mutex_unlock(&d->lock);
}

static bool poked(const struct keeper *k, const struct uuid *workspace)
{
	for (size_t i = 0; i < k->n_poked; i++)
		if (!uuid_cmp(&k->poked[i], workspace))
			return true;
	return k->poked_all;
}

/* Looks at the endpoints had, workspace by workspace: renews their leases, or asks what is new of those poked. */
static enum status look(struct keeper *k, bool renew, struct err *e)
{
	struct endpoint_key *keys;
	size_t n = had(k, &keys);
	struct uuid *ids = arena_array(k->arena, n + 1, sizeof *ids);
	struct webhook_lease *said = arena_array(k->arena, n + 1, sizeof *said);
	enum status s = keys && ids && said ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0, end; s == ST_OK && i < n; i = end) {
		const struct uuid *workspace = &keys[i].workspace_id;
		size_t n_said = 0;
		for (end = i; end < n && !uuid_cmp(&keys[end].workspace_id, workspace); end++)
			ids[end - i] = keys[end].id;
		if (!renew && !poked(k, workspace))
			continue;
		k->lease_end_ms = now_ms() + LEASE_MS - LEASE_MARGIN_MS;
		s = renew
			? store_webhook_renew(k->db, workspace, ids, end - i, &k->d->owner, LEASE_MS, said, &n_said, e)
			: store_webhook_seen(k->db, workspace, ids, end - i, &k->d->owner, said, &n_said, e);
		if (s == ST_OK)
			compare(k, &keys[i], end - i, said, n_said, renew);
	}
	return s;
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
		k->d->results = k->d->results || m->state == MESSAGE_DONE;
	}
	int64_t in = w->next_at == INSTANT_NEVER ? -1 : w->next_at - clock_now(k->d->config.clock);
	p->load_at_ms = in < 0 ? INSTANT_NEVER : now_ms() + in + 1;
	return true;
}

static enum status load(struct keeper *k, const struct endpoint_key *key, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	int64_t in_hand[WINDOW], generation = 0;
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
		p->load = false;
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

static enum status release(struct keeper *k, const struct endpoint_key *key, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	int64_t generation = 0, now = now_ms();
	bool idle;
	pthread_mutex_lock(&d->lock);
	HASH_FIND(hh, d->endpoints, key, sizeof *key, p);
	bool none = p && !p->lost && !p->n_hand && !p->load;
	bool far = none && p->load_at_ms > now + SOON_MS && p->open_until_ms <= now;
	idle = k->leaving ? p && !p->lost && !p->n_done : far && now - p->idle_since_ms > IDLE_MS;
	if (idle) {
		generation = p->generation;
		p->lost = true; /* nothing more is begun */
		endpoint_drop_ready(p);
	}
	pthread_mutex_unlock(&d->lock);
	return idle ? store_webhook_release(k->db, &key->workspace_id, &key->id, &d->owner, generation, e) : ST_OK;
}

/* What waits, for the metrics: of each endpoint now and then. */
static enum status figures(
    struct keeper *k, const struct endpoint_key *key, int64_t *waiting, int64_t *oldest, struct err *e)
{
	struct deliver *d = k->d;
	struct endpoint *p;
	int64_t now = now_ms(), count = 0, since = INSTANT_NEVER;
	pthread_mutex_lock(&d->lock);
	HASH_FIND(hh, d->endpoints, key, sizeof *key, p);
	bool ask = p && !p->lost && now >= p->figures_at_ms;
	if (ask)
		p->figures_at_ms = now + FIGURES_MS;
	else if (p)
		count = p->waiting, since = p->oldest;
	pthread_mutex_unlock(&d->lock);
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
	size_t n = had(k, &keys);
	int64_t waiting = 0, oldest = INSTANT_NEVER, now = clock_now(d->config.clock);
	enum status s = keys ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		if (!k->leaving)
			s = load(k, &keys[i], e);
		if (s == ST_OK)
			s = figures(k, &keys[i], &waiting, &oldest, e);
		if (s == ST_OK)
			s = release(k, &keys[i], e);
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
	while (wait > 0 && !d->stopping && !d->n_poked && !d->poked_all && !d->results)
		if (pthread_cond_timedwait(&d->news, &d->lock, &until) != 0)
			break;
	k->n_poked = d->n_poked;
	memcpy(k->poked, d->poked, d->n_poked * sizeof d->poked[0]);
	k->poked_all = d->poked_all;
	d->n_poked = 0;
	d->poked_all = d->results = false;
	bool go_on = !d->stopping;
	pthread_mutex_unlock(&d->lock);
	return go_on;
}

static enum status step(struct keeper *k, struct err *e)
{
	int64_t now = now_ms();
	arena_reset(k->arena);
	enum status s = db_pool_get(k->d->pool, 0, monotonic_us() + DATABASE_US, &k->db, e);
	if (s == ST_OK)
		s = keeper_results(k, e);
	if (s == ST_OK && k->leaving)
		return tend(k, e);
	if (s == ST_OK && now >= k->renew_at_ms) {
		s = look(k, true, e);
		k->renew_at_ms = now + RENEW_MS;
	}
	bool poll = now >= k->poll_at_ms;
	if (poll) {
		k->poked_all = true;
		k->poll_at_ms = now + POLL_MS;
	}
	if (s == ST_OK && (k->poked_all || k->n_poked))
		s = look(k, false, e);
	if (s == ST_OK && (k->poked_all || k->n_poked))
		s = claim(k, e);
	return s == ST_OK ? tend(k, e) : s;
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
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (failures)
			halt_pause_failed(&d->halt, failures);
	}
	/* The sender has ended: what it has done is written, and others may take what is left. */
	struct err e = {0};
	k.leaving = true;
	if (k.arena && k.arena_window && step(&k, &e) != ST_OK)
		log_line(LOG_WARN, "webhooks not given back", log_str("code", e.code), log_str("detail", e.detail));
	arena_free(&k.arena);
	arena_free(&k.arena_window);
	return NULL;
}
