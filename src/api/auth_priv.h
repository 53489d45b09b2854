/* Who calls: a key from the Authorization header, believed from the cache or looked up by a reader. */
#ifndef API_AUTH_PRIV_H
#define API_AUTH_PRIV_H

#include "api_priv.h"

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

/* The key of a call to a ROUTE_FOREIGN, wherever it stands: Authorization (Bearer, or the user of Basic), the query's writeKey, the path, the body's
 * writeKey or that of the first message of its batch. The body is only searched, not parsed. Arena-owned or the call's; NULL: none. (auth_foreign.c) */
const char *key_foreign(const struct api_call *c);

#endif
