/* The models of a workspace as readers see them, and figures counted over its leads. */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "store/db.h"

/* Text is borrowed from the connection until its next statement. */
struct model_row {
	int64_t version, created_at, activated_at; /* activated_at INSTANT_NEVER: never */
	const char *name, *state;
	const char *document; /* JSON text; NULL in lists */
};

/* Newest version first. */
enum status store_model_list(struct db *db, const struct uuid *workspace, struct arena *arena, struct model_row **ret,
    size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "model_not_found". */
enum status store_model_row(
    struct db *db, const struct uuid *workspace, int64_t version, struct model_row *ret, struct err *e);

/* Leads by where they came from. Names may be NULL: unknown. */
struct source_row {
	const char *name;
	int64_t leads, mql, won; /* mql: was MQL or beyond at some time; won: is a customer */
};
enum status store_source_report(struct db *db, const struct uuid *workspace, struct arena *arena,
    struct source_row **ret, size_t *ret_n, struct err *e);

/* ST_OK when the server answers. */
enum status store_ping(struct db *db, struct err *e);

#endif
