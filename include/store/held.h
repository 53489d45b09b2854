/* Transitions that a model's activation held back until a person has looked (transitions.held). */
#ifndef STORE_HELD_H
#define STORE_HELD_H

#include "store/db.h"
#include "store/feed.h"

/* Rows have no position and no event: nobody has been told, and it was the model's doing. Text is borrowed from the connection until its next statement, or
 * owned by an arena where one is given. */
struct held_filter {
	int64_t model_version; /* 0: any */
	int64_t after_version; /* of the last row of the page before; 0: from the first */
	struct uuid after;
	size_t limit;
};
/* By version, then in the order in which they were written. */
enum status store_held_list(struct db *db, const struct uuid *workspace, const struct held_filter *f,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, bool *ret_more, struct err *e);

/* Those of the `ids` that are held, of a version; or, ids NULL, the next n behind `after`. Of the rows only id and lead
 * are filled; room for n. */
enum status store_held_find(struct db *db, const struct uuid *workspace, int64_t model_version, const struct uuid *ids,
    const struct uuid *after, size_t n, struct transition_row *ret, size_t *ret_n, struct err *e);

enum status store_held_count(
    struct db *db, const struct uuid *workspace, int64_t model_version, int64_t *ret, struct err *e);

/* Within a transaction that has the leads locked: the whole rows of those that are still held, in id order, kept from
 * others until its end. */
enum status store_held_lock(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct transition_row **ret, size_t *ret_n, struct err *e);

/* Removes those that are still held, and notes it in the result of the rescore of their version. */
enum status store_held_discard(struct db *db, const struct uuid *workspace, int64_t model_version,
    const struct uuid *ids, size_t n, size_t *ret_n, struct err *e);
/* Adds to a figure of that result, such as "released". */
enum status store_held_note(
    struct db *db, const struct uuid *workspace, int64_t model_version, const char *figure, int64_t n, struct err *e);

#endif
