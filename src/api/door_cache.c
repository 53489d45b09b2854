#include "door_cache_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define SETS_FOUND 128  /* 1,024 doors */
#define SETS_ABSENT 128 /* 1,024 guesses */

struct entry {
	bool used, refreshing;
	uint8_t hash[32];
	int64_t fetched_us;
	struct door *door; /* a reference; NULL: there is none */
};

struct door_cache {
	pthread_mutex_t lock;
	int64_t ttl_us;
	uint64_t round; /* grows with each door forgotten */
	struct entry found[SETS_FOUND][WAYS], absent[SETS_ABSENT][WAYS];
};

struct door *door_ref(struct door *d)
{
	if (d)
		atomic_fetch_add_explicit(&d->refs, 1, memory_order_relaxed);
	return d;
}

void door_unref(struct door **dp)
{
	struct door *d = dp ? *dp : NULL;
	if (!d)
		return;
	*dp = NULL;
	if (atomic_fetch_sub_explicit(&d->refs, 1, memory_order_acq_rel) > 1)
		return;
	if (d->settings && d->release)
		d->release(d->settings);
	free(d);
}

void door_hash(const char *token, uint8_t ret[32])
{
	sha256(token, strlen(token), ret);
}

struct door_cache *door_cache_new(int64_t ttl_us)
{
	struct door_cache *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	c->ttl_us = ttl_us;
	return c;
}

void door_cache_free(struct door_cache **cp)
{
	if (!cp || !*cp)
		return;
	struct door_cache *c = *cp;
	for (size_t i = 0; i < SETS_FOUND; i++)
		for (size_t w = 0; w < WAYS; w++)
			door_unref(&c->found[i][w].door);
	pthread_mutex_destroy(&c->lock);
	free(c);
	*cp = NULL;
}

static uint32_t place(const uint8_t hash[32])
{
	uint32_t v;
	memcpy(&v, hash, sizeof v);
	return v;
}

static struct entry *search(struct entry set[WAYS], const uint8_t hash[32])
{
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && equal_ct(set[i].hash, hash, sizeof set[i].hash))
			return &set[i];
	return NULL;
}

static struct entry *search_both(struct door_cache *c, const uint8_t hash[32])
{
	struct entry *x = search(c->found[place(hash) % SETS_FOUND], hash);
	return x ? x : search(c->absent[place(hash) % SETS_ABSENT], hash);
}

enum key_age door_cache_get(
    struct door_cache *c, const uint8_t hash[32], int64_t now_us, struct door **ret, uint64_t *ret_round)
{
	enum key_age age = KEY_UNKNOWN;
	*ret = NULL;
	pthread_mutex_lock(&c->lock);
	*ret_round = c->round;
	struct entry *x = search_both(c, hash);
	if (x && now_us - x->fetched_us < c->ttl_us) {
		*ret = door_ref(x->door);
		age = KEY_FRESH;
		if (x->door && !x->refreshing && now_us - x->fetched_us >= c->ttl_us / 2) {
			x->refreshing = true;
			age = KEY_AGING;
		}
	}
	pthread_mutex_unlock(&c->lock);
	return age;
}

/* A free entry, or else the one looked up longest ago. */
static struct entry *oldest(struct entry set[WAYS])
{
	struct entry *x = &set[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (!set[i].used)
			return &set[i];
		if (set[i].fetched_us < x->fetched_us)
			x = &set[i];
	}
	return x;
}

void door_cache_put(struct door_cache *c, const uint8_t hash[32], uint64_t round, int64_t now_us, struct door *d)
{
	struct door *before[2] = {NULL, NULL}; /* given up outside the lock */
	pthread_mutex_lock(&c->lock);
	if (round == c->round) {
		struct entry *old = search_both(c, hash);
		if (old && (old->door != NULL) != (d != NULL)) {
			before[0] = old->door;
			*old = (struct entry){.used = false};
			old = NULL;
		}
		if (!old)
			old = oldest(d ? c->found[place(hash) % SETS_FOUND] : c->absent[place(hash) % SETS_ABSENT]);
		before[1] = old->door;
		*old = (struct entry){.used = true, .fetched_us = now_us, .door = door_ref(d)};
		memcpy(old->hash, hash, sizeof old->hash);
	}
	pthread_mutex_unlock(&c->lock);
	door_unref(&before[0]);
	door_unref(&before[1]);
}

void door_cache_failed(struct door_cache *c, const uint8_t hash[32])
{
	pthread_mutex_lock(&c->lock);
	struct entry *x = search_both(c, hash);
	if (x)
		x->refreshing = false;
	pthread_mutex_unlock(&c->lock);
}

void door_cache_forget(struct door_cache *c, const char *token)
{
	uint8_t hash[32];
	struct door *before = NULL;
	door_hash(token, hash);
	pthread_mutex_lock(&c->lock);
	c->round++;
	struct entry *x = search_both(c, hash);
	if (x) {
		before = x->door;
		*x = (struct entry){.used = false};
	}
	pthread_mutex_unlock(&c->lock);
	door_unref(&before);
}
