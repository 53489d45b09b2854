/* Who calls: a key from the Authorization header, believed from the cache or looked up by a reader. */
#ifndef API_AUTH_PRIV_H
#define API_AUTH_PRIV_H

#include "api_priv.h"
#include "ingest/track.h"
#include "token_cache_priv.h"

#define KEY_ORIGINS_MAX 20

/* A key as requests see it, kept by SHA-256 of its text. */
struct known_key {
	struct token_value head;
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
/* All zero, with one reference; NULL: out of memory. */
struct known_key *known_key_new(void);
/* It was revoked here. */
void known_key_forget(struct token_cache *c, const struct uuid *workspace, const struct uuid *id);

enum auth {
	AUTH_OK,
	AUTH_REFUSED, /* the response is filled: 401 or 403 */
	AUTH_LOOK_UP, /* only the database knows */
};

/* Never waits. Leaves key_workspace and key_hash in the call's state; asks a reader to look an aging key up again, in
 * the background. */
enum auth auth_from_cache(struct api *a, struct api_call *c);
/* On a reader thread: asks the cache again, then the database. AUTH_REFUSED also when the database cannot be asked
 * (503). */
enum auth auth_look_up(struct api *a, struct api_call *c, struct reader *r);

/* The key of a call to a ROUTE_FOREIGN, wherever it stands: Authorization (Bearer, or the user of Basic), the query's
 * writeKey, the path, the body's writeKey or that of the first message of its batch. The body is only searched, not
 * parsed. Arena-owned or the call's; NULL: none. (auth_foreign.c) */
const char *key_foreign(const struct api_call *c);

#endif
