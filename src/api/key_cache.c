#include "key_cache_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8
#define SETS_FOUND 512  /* 4,096 keys */
#define SETS_ABSENT 128 /* 1,024 guesses */

struct entry {
	bool used, refreshing;
	uint8_t hash[32];
	int64_t fetched_us;
	struct known_key key;
};

struct key_cache {
	pthread_mutex_t lock;
	int64_t ttl_us;
	struct entry found[SETS_FOUND][WAYS], absent[SETS_ABSENT][WAYS];
};

struct key_cache *key_cache_new(int64_t ttl_us)
{
	struct key_cache *k = calloc(1, sizeof *k);
	if (!k)
		return NULL;
	pthread_mutex_init(&k->lock, NULL);
	k->ttl_us = ttl_us;
	return k;
}

void key_cache_free(struct key_cache **k)
{
	if (!k || !*k)
		return;
	for (size_t i = 0; i < SETS_FOUND; i++)
		for (size_t w = 0; w < WAYS; w++)
			track_names_unref(&(*k)->found[i][w].key.names);
	pthread_mutex_destroy(&(*k)->lock);
	free(*k);
	*k = NULL;
}

static uint32_t place(const uint8_t hash[32])
{
	uint32_t v;
	memcpy(&v, hash, sizeof v);
	return v;
}

static struct entry *search(struct entry set[WAYS], const uint8_t hash[32])
{
	struct entry *found = NULL;
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && equal_ct(set[i].hash, hash, sizeof set[i].hash))
			found = &set[i];
	return found;
}

static struct entry *search_both(struct key_cache *k, const uint8_t hash[32])
{
	struct entry *x = search(k->found[place(hash) % SETS_FOUND], hash);
	return x ? x : search(k->absent[place(hash) % SETS_ABSENT], hash);
}

enum key_age key_cache_get(struct key_cache *k, const uint8_t hash[32], int64_t now_us, struct known_key *ret)
{
	enum key_age age = KEY_UNKNOWN;
	pthread_mutex_lock(&k->lock);
	struct entry *x = search_both(k, hash);
	if (x && now_us - x->fetched_us < k->ttl_us) {
		*ret = x->key;
		track_names_ref(ret->names);
		age = KEY_FRESH;
		if (x->key.exists && !x->refreshing && now_us - x->fetched_us >= k->ttl_us / 2) {
			x->refreshing = true;
			age = KEY_AGING;
		}
	}
	pthread_mutex_unlock(&k->lock);
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

void key_cache_put(struct key_cache *k, const uint8_t hash[32], int64_t now_us, const struct known_key *v)
{
	pthread_mutex_lock(&k->lock);
	struct entry *old = search_both(k, hash);
	if (old && old->key.exists != v->exists) {
		old->used = false;
		old = NULL;
	}
	if (!old)
		old = oldest(v->exists ? k->found[place(hash) % SETS_FOUND] : k->absent[place(hash) % SETS_ABSENT]);
	track_names_unref(&old->key.names);
	*old = (struct entry){.used = true, .fetched_us = now_us, .key = *v};
	track_names_ref(v->names);
	memcpy(old->hash, hash, sizeof old->hash);
	pthread_mutex_unlock(&k->lock);
}

void key_cache_failed(struct key_cache *k, const uint8_t hash[32])
{
	pthread_mutex_lock(&k->lock);
	struct entry *x = search_both(k, hash);
	if (x)
		x->refreshing = false;
	pthread_mutex_unlock(&k->lock);
}

void key_cache_forget(struct key_cache *k, const struct uuid *workspace, const struct uuid *id)
{
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < SETS_FOUND; i++)
		for (size_t w = 0; w < WAYS; w++) {
			struct entry *x = &k->found[i][w];
			if (x->used && !uuid_cmp(&x->key.id, id) && !uuid_cmp(&x->key.workspace_id, workspace))
				x->used = false;
		}
	pthread_mutex_unlock(&k->lock);
}
