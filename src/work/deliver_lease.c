/* Which endpoints are ours: taken, looked at, kept and given back. */
#include <stdlib.h>
#include <string.h>

#include "deliver_keep_priv.h"

#define CLAIM_MAX 200
#define IDLE_MS 10000 /* an endpoint without work is kept so long */
#define SOON_MS 3000  /* and longer when there is some so soon */

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
enum status keeper_claim(struct keeper *k, struct err *e)
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

static int by_key(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct endpoint_key));
}

/* The endpoints had, by workspace; lost ones are freed on the way. */
size_t keeper_had(struct keeper *k, struct endpoint_key **ret)
{
	struct deliver *d = k->d;
	struct endpoint *p, *next;
	pthread_mutex_lock(&d->lock);
	HASH_ITER(hh, d->endpoints, p, next)
	if (p->lost && !p->n_flying && !p->writing)
		endpoint_free(d, p);
	size_t n = 0;
	struct endpoint_key *keys = arena_array(k->arena, HASH_COUNT(d->endpoints) + 1, sizeof *keys);
	for (p = d->endpoints; keys && p; p = p->hh.next)
		if (!p->lost)
			keys[n++] = p->key;
	pthread_mutex_unlock(&d->lock);
	if (keys)
		qsort(keys, n, sizeof *keys, by_key);
	metric_set(d->owned, (int64_t)n);
	*ret = keys;
	return n;
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
enum status keeper_look(struct keeper *k, bool renew, struct err *e)
{
	struct endpoint_key *keys;
	size_t n = keeper_had(k, &keys);
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

enum status keeper_release(struct keeper *k, const struct endpoint_key *key, struct err *e)
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
