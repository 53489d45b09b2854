/* What the routes of handoffs, users and routing share. */
#ifndef API_HANDOFFS_PRIV_H
#define API_HANDOFFS_PRIV_H

#include "api_priv.h"
#include "store/handoff.h"

/* Users or rules changed: from now on the service gives handoffs out, and looks again at those that wait. (routing.c) */
enum status desk_changed(struct api *a, struct api_call *c, struct db *db, struct err *e);
/* Handoffs that this user has and has not accepted go back to the desk. (handoff_moves.c) */
enum status handoffs_return(struct api *a, struct api_call *c, struct db *db, const struct uuid *user, struct err *e);
/* One handoff with its history, and its ETag. (handoffs.c) */
enum status handoff_reply(struct api_call *c, struct db *db, const struct uuid *id, struct err *e);

#endif
