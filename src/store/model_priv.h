/* What the files of models share: rows, and a change under the lock of the workspace. */
#ifndef STORE_MODEL_PRIV_H
#define STORE_MODEL_PRIV_H

#include "store/model.h"

/* A row of model_list or (whole) model_row; borrowed from the result. */
struct model_row model_row_at(const struct db_result *r, size_t i, bool whole);
/* Makes the row's text arena-owned, and drops its document. False: out of memory. */
bool model_row_keep(struct model_row *m, struct arena *arena);

/* A model that leads are scored by. */
struct model_live {
	int64_t version;
	const char *line; /* arena-owned */
	bool active;      /* else a shadow */
};

/* A change of models: the transaction is open and the workspace's row is locked, from models_lock to models_commit. */
struct model_change {
	struct db *db;
	const struct uuid *workspace;
	struct arena *arena;
	bool open; /* the transaction is another's, who commits it */
	const char *primary_line;
	int64_t active_model, last_model, revision;
	struct model_live *live; /* in order of versions; at most two of a line */
	size_t n_live;
};
enum status models_lock(struct model_change *x, struct err *e);
/* The row of a version, arena-owned with its document. ST_NOT_FOUND "model_not_found". */
enum status models_target(struct model_change *x, int64_t version, struct model_row *ret, struct err *e);
/* Leads are about to be scored by it: it has to compile with the program as it is now, and be for everybody if its line
 * is the primary one. Gives up when not: "model_broken", "applies_when_primary". */
enum status models_check_document(struct model_change *x, const struct model_row *m, struct err *e);
/* Sends (to be flushed by models_commit) what leads are scored by from now on, as x->live says. */
enum status models_settle(struct model_change *x, struct err *e);
/* Sends the job that brings the leads after. Roles: primary, other, retired (what the version scored is removed). */
enum status models_rescore(struct model_change *x, int64_t version, const char *role, const char *transitions,
    int64_t now, struct uuid *ret_job, struct err *e);
/* Sends COMMIT (unless the transaction is another's) behind a look at the version (0: none), whose row is returned arena-owned. */
enum status models_commit(struct model_change *x, int64_t version, struct model_row *ret, struct err *e);
/* Ends what was begun: rolls back. Returns s. */
enum status models_give_up(struct model_change *x, enum status s);
void models_live_remove(struct model_change *x, int64_t version);
/* False: out of memory. */
bool models_live_add(struct model_change *x, int64_t version, const char *line, bool active);
/* The active or shadow version of a line; 0: none. */
int64_t models_live_find(const struct model_change *x, const char *line, bool active);

#endif
