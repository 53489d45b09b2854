/* What the files of the sweep share. */
#ifndef STORE_SWEEP_PRIV_H
#define STORE_SWEEP_PRIV_H

#include "store/lead.h"
#include "store/sweep.h"

/* Takes out of ids[0..*n), leads of the range in order, those that are parts of others, and those that have parts,
 * which become *ret_roots (malloc'ed; as it was when there are none). */
enum status sweep_set_apart(struct db *db, const struct uuid *workspace, const struct sweep_range *range,
    struct uuid *ids, size_t *n, struct uuid **ret_roots, size_t *ret_n, struct err *e);
/* Each with the events of all that it consists of. */
enum status sweep_visit_apart(struct db *db, const struct uuid *workspace, const struct uuid *roots, size_t n,
    int64_t statement_us, const struct sweep_visitor *v, struct err *e);

#endif
