#include "token_cache_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/ident.h"

#define WAYS 8
#define SETS_FOUND 512  /* 4,096 keys or doors */
#define SETS_ABSENT 128 /* 1,024 guesses */

struct entry {
	bool used, refreshing;
	uint8_t hash[32];
	int64_t fetched_us;
	struct token_value *value; /* a reference; NULL: there is none */
};

struct token_cache {
	pthread_mutex_t lock;
	int64_t ttl_us;
	uint64_t round; /* grows with each entry forgotten */
	struct entry found[SETS_FOUND][WAYS], absent[SETS_ABSENT][WAYS];
};

void token_value_init(struct token_value *v, void (*release)(struct token_value *v))
{
	atomic_init(&v->refs, 1);
	v->release = release;
}

void token_value_ref(struct token_value *v)
{
	if (v)
		atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
}

void token_value_unref(struct token_value *v)
{
	if (v && atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) == 1)
		v->release(v);
}

struct token_cache *token_cache_new(int64_t ttl_us)
{
	struct token_cache *c = calloc(1, sizeof *c);
	if (!c)
		return NULL;
	pthread_mutex_init(&c->lock, NULL);
	c->ttl_us = ttl_us;
	return c;
}

void token_cache_free(struct token_cache **cp)
{
	if (!cp || !*cp)
		return;
	struct token_cache *c = *cp;
	for (size_t i = 0; i < SETS_FOUND; i++)
		for (size_t w = 0; w < WAYS; w++)
			token_value_unref(c->found[i][w].value);
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
	struct entry *found = NULL;
	for (size_t i = 0; i < WAYS; i++)
		if (set[i].used && equal_ct(set[i].hash, hash, sizeof set[i].hash))
			found = &set[i];
	return found;
}

static struct entry *search_both(struct token_cache *c, const uint8_t hash[32])
{
	struct entry *x = search(c->found[place(hash) % SETS_FOUND], hash);
	return x ? x : search(c->absent[place(hash) % SETS_ABSENT], hash);
}

enum token_age token_cache_get(
    struct token_cache *c, const uint8_t hash[32], int64_t now_us, struct token_value **ret, uint64_t *ret_round)
{
	enum token_age age = TOKEN_UNKNOWN;
	*ret = NULL;
	pthread_mutex_lock(&c->lock);
	*ret_round = c->round;
	struct entry *x = search_both(c, hash);
	if (x && now_us - x->fetched_us < c->ttl_us) {
		token_value_ref(*ret = x->value);
		age = TOKEN_FRESH;
		if (x->value && !x->refreshing && now_us - x->fetched_us >= c->ttl_us / 2) {
			x->refreshing = true;
			age = TOKEN_AGING;
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

/* Empties an entry; its reference is the caller's to give up, outside the lock. */
static struct token_value *take_out(struct entry *x)
{
	struct token_value *v = x->value;
	*x = (struct entry){.used = false};
	return v;
}

void token_cache_put(
    struct token_cache *c, const uint8_t hash[32], uint64_t round, int64_t now_us, struct token_value *v)
{
	struct token_value *before[2] = {NULL, NULL};
	pthread_mutex_lock(&c->lock);
	if (round == c->round) {
		struct entry *x = search_both(c, hash);
		if (x && (x->value != NULL) != (v != NULL)) {
			before[0] = take_out(x);
			x = NULL;
		}
		if (!x)
			x = oldest(v ? c->found[place(hash) % SETS_FOUND] : c->absent[place(hash) % SETS_ABSENT]);
		before[1] = take_out(x);
		token_value_ref(v);
		*x = (struct entry){.used = true, .fetched_us = now_us, .value = v};
		memcpy(x->hash, hash, sizeof x->hash);
	}
	pthread_mutex_unlock(&c->lock);
	token_value_unref(before[0]);
	token_value_unref(before[1]);
}

void token_cache_failed(struct token_cache *c, const uint8_t hash[32])
{
	pthread_mutex_lock(&c->lock);
	struct entry *x = search_both(c, hash);
	if (x)
		x->refreshing = false;
	pthread_mutex_unlock(&c->lock);
}

void token_cache_forget(struct token_cache *c, const uint8_t hash[32])
{
	pthread_mutex_lock(&c->lock);
	c->round++;
	struct entry *x = search_both(c, hash);
	struct token_value *before = x ? take_out(x) : NULL;
	pthread_mutex_unlock(&c->lock);
	token_value_unref(before);
}

void token_cache_forget_all(
    struct token_cache *c, bool (*matches)(const struct token_value *v, const void *arg), const void *arg)
{
	pthread_mutex_lock(&c->lock);
	c->round++;
	for (size_t i = 0; i < SETS_FOUND; i++)
		for (size_t w = 0; w < WAYS; w++)
			if (c->found[i][w].used && matches(c->found[i][w].value, arg))
				token_value_unref(take_out(&c->found[i][w]));
	pthread_mutex_unlock(&c->lock);
}
