/* Figures counted over a workspace's leads. */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "store/db.h"

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
