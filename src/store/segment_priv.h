/* A change of what leads are looked at with: the transaction is open and the workspace's row is locked. */
#ifndef STORE_SEGMENT_PRIV_H
#define STORE_SEGMENT_PRIV_H

#include "store/db.h"

struct segment_change {
	struct db *db;
	const struct uuid *workspace;
	int64_t now;
	int64_t active_model, revision, segments; /* revision: the new one; segments: how many there are */
	struct uuid job;                          /* that will look at the whole base */
};
/* Begins and locks. Errors: ST_NOT_FOUND "workspace_not_found". */
enum status segment_change_begin(struct segment_change *x, struct err *e);
/* s: what became of sending what the caller writes. Sends behind it the new list, and that it is in use, and the job;
 * and COMMIT. *ret_rows: of the caller's first statement. Rolls back when s is a failure or this fails. */
enum status segment_change_commit(
    struct segment_change *x, enum status s, bool conditions, size_t *ret_rows, struct err *e);
/* A whole change that deletes one: `which` takes workspace, id and revision; `more`, or NULL, sends what goes with it.
 */
typedef enum status (*segment_change_more_fn)(
    struct db *db, const struct uuid *workspace, const struct uuid *id, struct err *e);
enum status segment_change_delete(struct segment_change *x, enum statement which, const struct uuid *id,
    int64_t if_revision, segment_change_more_fn more, size_t *ret_rows, struct err *e);
enum status segment_change_give_up(struct segment_change *x, enum status s);

#endif
