/* A workspace's taxonomies: free text to one spelling. Models copy them when a draft is written, so changing one changes no version.
 *
 * What an entry may be is scoring's to say (scoring/model.h); here they are JSON text. */
#ifndef STORE_TAXONOMY_H
#define STORE_TAXONOMY_H

#include "store/db.h"

/* Text is arena-owned. */
struct taxonomy_row {
	const char *name, *attribute;
	const char *entries; /* JSON text; NULL in lists */
	int64_t version, updated_at;
};

enum status store_taxonomy_list(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct taxonomy_row **ret, size_t *ret_n, struct err *e);
/* ST_NOT_FOUND "taxonomy_not_found". */
enum status store_taxonomy_read(
    struct db *db, const struct uuid *workspace, const char *name, struct arena *arena, struct taxonomy_row *ret, struct err *e);
/* Makes it or writes it anew; version 1 is a new one. if_version -1: whatever it is; else ST_CONFLICT "version_mismatch" when it is another or not there. */
enum status store_taxonomy_put(struct db *db, const struct uuid *workspace, const char *name, const char *attribute, const char *entries, int64_t if_version,
    int64_t now, int64_t *ret_version, struct err *e);
/* ST_NOT_FOUND "taxonomy_not_found", ST_CONFLICT "version_mismatch". */
enum status store_taxonomy_delete(struct db *db, const struct uuid *workspace, const char *name, int64_t if_version, struct err *e);

#endif
