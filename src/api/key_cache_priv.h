/* Keys looked up lately, by SHA-256 of the key: a bounded table of small sets, the keys found and those not found
 * apart, so that guessing keys pushes no good one out. Any thread; one lock, held for a few comparisons. */
#ifndef API_KEY_CACHE_PRIV_H
#define API_KEY_CACHE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "api/call.h"
#include "ingest/track.h"

struct key_cache;

#define KEY_ORIGINS_MAX 20

struct known_key {
	bool exists;
	struct uuid workspace_id, id;
	enum role role;
	char country[4];
	unsigned without; /* steps of cleaning that the workspace leaves out */
	char label[256];
	int64_t expires_at, revoked_at;       /* INSTANT_NEVER: none */
	struct uuid origins[KEY_ORIGINS_MAX]; /* hash128 of each */
	size_t n_origins;
	struct track_names *names; /* one reference; NULL: none */
};

enum key_age {
	KEY_UNKNOWN, /* not here, or too old to be believed */
	KEY_FRESH,
	KEY_AGING, /* believed, but the caller shall look it up again; told to one caller only, until key_cache_put or
		      _failed */
};

struct key_cache *key_cache_new(int64_t ttl_us);
void key_cache_free(struct key_cache **k);
/* What it gives holds a reference of its own to the names. */
enum key_age key_cache_get(struct key_cache *k, const uint8_t hash[32], int64_t now_us, struct known_key *ret);
/* Takes a reference of its own, too. */
void key_cache_put(struct key_cache *k, const uint8_t hash[32], int64_t now_us, const struct known_key *v);
/* The look-up that KEY_AGING asked for did not succeed: another caller shall be asked. */
void key_cache_failed(struct key_cache *k, const uint8_t hash[32]);
/* Forgets a key by its id (it was revoked here). */
void key_cache_forget(struct key_cache *k, const struct uuid *workspace, const struct uuid *id);

#endif
