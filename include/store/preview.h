/* What previews of models need to know, and who follows them: small readings beside the sweep. */
#ifndef STORE_PREVIEW_H
#define STORE_PREVIEW_H

#include "store/db.h"

/* ret_usual: what `version` is compared with when nobody says (0: nothing is active); ret_named: whether version
 * `named` exists. ST_NOT_FOUND "model_not_found". */
enum status store_preview_models(struct db *db, const struct uuid *workspace, int64_t version, int64_t named,
    int64_t *ret_usual, bool *ret_named, struct err *e);

/* Text is borrowed from the connection until its next statement; NULL: none. */
struct lead_names {
	struct uuid id;
	const char *name, *email, *company;
};
/* In no order; leads that are gone are missing. Arena-owned. */
enum status store_preview_names(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct lead_names **ret, size_t *ret_n, struct err *e);

struct job_progress {
	struct uuid id;
	char state[16];
	int64_t total, done;
};
/* Of at most n jobs, in no order; those that are gone are missing. */
enum status store_job_progress(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct job_progress *ret, size_t *ret_n, struct err *e);

#endif
