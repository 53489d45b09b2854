/* What was looked up lately by a secret's SHA-256: a bounded table of small sets, what was found and what was not
 * apart, so that guessing pushes nothing good out. Any thread; one lock, held for a few comparisons. */
#ifndef API_TOKEN_CACHE_PRIV_H
#define API_TOKEN_CACHE_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* The first member of what is kept: never changed after it was made, freed by `release` with its last reference. */
struct token_value {
	atomic_uint refs;
	void (*release)(struct token_value *v);
};
void token_value_init(struct token_value *v, void (*release)(struct token_value *v)); /* with one reference */
void token_value_ref(struct token_value *v);                                          /* accepts NULL, as the next */
void token_value_unref(struct token_value *v);

enum token_age {
	TOKEN_UNKNOWN, /* not here, or too old to be believed */
	TOKEN_FRESH,
	TOKEN_AGING, /* believed, but the caller shall look it up again; told to one caller only, until token_cache_put
			or _failed */
};

struct token_cache;
/* Entries are believed for ttl_us, and looked up again after half of it. */
struct token_cache *token_cache_new(int64_t ttl_us);
void token_cache_free(struct token_cache **c); /* accepts NULL and *NULL */
/* *ret: a reference, or NULL when it is known that there is nothing of that hash. ret_round: to be given to
 * token_cache_put. */
enum token_age token_cache_get(
    struct token_cache *c, const uint8_t hash[32], int64_t now_us, struct token_value **ret, uint64_t *ret_round);
/* v (not stolen; NULL: there is none) as it was looked up since `round` began; not kept when anything was forgotten
 * meanwhile. */
void token_cache_put(
    struct token_cache *c, const uint8_t hash[32], uint64_t round, int64_t now_us, struct token_value *v);
/* The look-up that TOKEN_AGING asked for did not succeed: another caller shall be asked. */
void token_cache_failed(struct token_cache *c, const uint8_t hash[32]);
/* It was changed here: the next request looks it up. */
void token_cache_forget(struct token_cache *c, const uint8_t hash[32]);
void token_cache_forget_all(
    struct token_cache *c, bool (*matches)(const struct token_value *v, const void *arg), const void *arg);

#endif
