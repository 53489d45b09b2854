/* Compiled models, shared: a workspace's model is read and compiled once per version and instance.
 *
 * Any thread; the lock is the cache's own and is not held while the database is asked. */
#ifndef INGEST_MODELS_H
#define INGEST_MODELS_H

#include "ingest/segments.h"
#include "scoring/model.h"
#include "store/db.h"

struct models;

enum status models_new(struct models **ret, struct err *e);
void models_free(struct models **m);
/* A reference to version `version` of the workspace's model (model_unref when done), read through db when it is not known yet. */
enum status models_get(struct models *m, struct db *db, const struct uuid *workspace, int64_t version, struct model **ret, struct err *e);
/* The same with the workspace's segments of that revision (0: none) beside it, and what they are, by the model's numbers. *ret_set is NULL when there are none
 * (segment_set_unref when done). Errors also: ST_BUSY "segments_changed". */
enum status models_get_segmented(struct models *m, struct db *db, const struct uuid *workspace, int64_t version, int64_t revision, struct model **ret,
	struct segment_set **ret_set, struct err *e);

#endif
