/* Routes without a key: the token in their path names workspace and door (store/door.h), is believed from the cache or
 * looked up by a reader, as keys are. What is no token, not known, disabled or of another kind is 404, and the reply
 * does not tell which.
 *
 * A route becomes one by naming its kind of door: roles ROLE_ANYONE, and the last member of its row. Then `prepare`
 * finds the call's workspace set and call_door(c) there. Whoever writes a door calls door_changed. */
#ifndef API_DOOR_PRIV_H
#define API_DOOR_PRIV_H

#include "auth_priv.h"
#include "store/door.h"

/* A door as requests see it, with the settings as they need them, made once per look-up; kept by SHA-256 of its token.
 */
struct door {
	struct token_value head;
	struct uuid workspace_id, id;
	int64_t revision;
	char country[4];
	char name[DOOR_NAME_MAX + 1];
	void *settings; /* owned; what `release` frees */
	void (*release)(void *settings);
};
/* All zero, with one reference; NULL: out of memory. */
struct door *door_new(void);
void door_unref(struct door **d); /* accepts NULL and *NULL */

struct door_type {
	enum door_kind kind;
	const char *parameter; /* of the path that holds the token */
	/* Settings as they are stored, made into what requests need. Read by many threads at once. */
	enum status (*open)(const struct door_row *row, void **ret, struct err *e);
	void (*release)(void *settings);
	/* Every problem reply of its routes passes here when it stands, http's own refusals too (then without a door),
	 * and may be made into another. NULL: stays. */
	void (*refused)(struct api_call *c, int status, const char *code, const char *detail, const struct err *e);
};

/* The door that this call came through; lives as long as the call. */
const struct door *call_door(const struct api_call *c);
/* Changed, disabled or deleted: requests that begin from now on see it on this instance at once, elsewhere when the
 * cache has aged. */
void door_changed(struct api *a, const char *token);

/* For begin.c; as auth_from_cache and auth_look_up. */
enum auth door_from_cache(struct api *a, struct api_call *c);
enum auth door_look_up(struct api *a, struct api_call *c, struct reader *r);

#endif
