/* The desk: how a workspace hands over, whose turn it is, and the handoffs about which something is to be done. What the document says: ingest/routing.h. */
#ifndef STORE_DESK_H
#define STORE_DESK_H

#include "store/due.h"
#include "store/handoff.h"

/* Text is arena-owned. */
struct desk_row {
	const char *time_zone; /* of the workspace */
	int64_t revision, updated_at; /* 0, INSTANT_NEVER: nobody has written one */
	const char *document; /* JSON text; NULL: the defaults */
	const char *turns;    /* JSON text; NULL: none yet */
};
/* ST_NOT_FOUND "workspace_not_found". */
enum status store_desk_read(struct db *db, const struct uuid *workspace, struct arena *arena, struct desk_row *ret, struct err *e);
/* if_revision -1: whatever it is; else ST_CONFLICT "version_mismatch". From then on the service gives handoffs out, and looks at the waiting ones at once. */
enum status store_desk_write(struct db *db, const struct uuid *workspace, int64_t now, const char *document, int64_t if_revision, struct err *e);
/* Sales people came, went or changed: as above, but for the document. */
enum status store_desk_wake(struct db *db, const struct uuid *workspace, int64_t now, struct err *e);

/* Workspaces with something to be done by `now`, the longest overdue first. */
enum status store_desk_workspaces(struct db *db, int64_t now, struct due_workspace *ret, size_t max, size_t *ret_n, struct err *e);

/* A handoff and what the rules see of its lead. Arena-owned. */
struct desk_handoff {
	struct handoff_row handoff;
	const char *profile, *grade, *stage, *owner, *account_owner; /* owners NULL: none */
	const char **tags;
	size_t n_tags;
	char tier;
	int32_t score, fit, engagement;
};
enum status store_desk_due(struct db *db, const struct uuid *workspace, int64_t now, size_t max, struct arena *arena, struct desk_handoff **ret, size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "handoff_not_found". */
enum status store_desk_one(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct desk_handoff *ret, struct err *e);

struct desk_open {
	struct uuid user;
	int64_t handoffs;
};
/* Of those who have any. */
enum status store_desk_open(struct db *db, const struct uuid *workspace, struct arena *arena, struct desk_open **ret, size_t *ret_n, struct err *e);

/* The lease of the turns. *ret_mine false: another instance has it, or the desk was never made. turns: arena-owned. */
enum status store_desk_claim(struct db *db, const struct uuid *workspace, int64_t now, int64_t until, struct arena *arena, bool *ret_mine, int64_t *ret_generation,
	const char **ret_turns, struct err *e);
enum status store_desk_release(struct db *db, const struct uuid *workspace, int64_t generation, const char *turns, struct err *e);

struct desk_later {
	struct uuid id;
	int64_t version, desk_at; /* INSTANT_NEVER: not by itself */
};
enum status store_desk_later(struct db *db, const struct uuid *workspace, const struct desk_later *list, size_t n, struct err *e);

/* Assigned to this one and not accepted yet; 1,000 at most. */
enum status store_user_orphans(struct db *db, const struct uuid *workspace, const struct uuid *user, struct arena *arena, struct handoff_row **ret, size_t *ret_n, struct err *e);

#endif
