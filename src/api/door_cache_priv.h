/* Doors looked up lately, by SHA-256 of the token: like the keys (key_cache_priv.h) in small sets, those found and those not found apart, so that
 * guessing pushes no good one out; and with the settings as a request needs them, made once per look-up. Any thread; one lock, held for a few
 * comparisons. */
#ifndef API_DOOR_CACHE_PRIV_H
#define API_DOOR_CACHE_PRIV_H

#include <stdatomic.h>

#include "key_cache_priv.h"
#include "store/door.h"

/* A door as requests see it: never changed after it was made, freed with its last reference. */
struct door {
	atomic_uint refs;
	struct uuid workspace_id, id;
	int64_t revision;
	char country[4];
	char name[DOOR_NAME_MAX + 1];
	void *settings; /* owned; what `release` frees */
	void (*release)(void *settings);
};
struct door *door_ref(struct door *d);
void door_unref(struct door **d); /* accepts NULL and *NULL */

struct door_cache;
struct door_cache *door_cache_new(int64_t ttl_us);
void door_cache_free(struct door_cache **c);
/* *ret: a reference, or NULL when it is known that there is no such door. ret_round: to be given to door_cache_put. */
enum key_age door_cache_get(
    struct door_cache *c, const uint8_t hash[32], int64_t now_us, struct door **ret, uint64_t *ret_round);
/* d (not stolen; NULL: there is none) as it was looked up since `round` began; not kept when doors were forgotten meanwhile. */
void door_cache_put(struct door_cache *c, const uint8_t hash[32], uint64_t round, int64_t now_us, struct door *d);
void door_cache_failed(struct door_cache *c, const uint8_t hash[32]);
/* It was changed here: the next request looks it up. */
void door_cache_forget(struct door_cache *c, const char *token);
void door_hash(const char *token, uint8_t ret[32]);

#endif
