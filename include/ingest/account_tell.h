/* Telling an account's leads what is new of it, or that it is gone: an event in each one's own history. Repeating it changes nothing. */
#ifndef INGEST_ACCOUNT_TELL_H
#define INGEST_ACCOUNT_TELL_H

#include "ingest/ingest.h"

#define ACCOUNT_TELL_STEP 250
/* More leads than these are told by a job. */
#define ACCOUNT_TELL_AT_ONCE 100

/* One step: the next leads behind *io_after (nil: from the first) that do not know the account as it is now. *ret_done: there are no more, and that is noted; an account that is
 * being deleted is forgotten then. Whoever calls has the account's lease. ST_NOT_FOUND: it is gone. */
enum status account_tell(struct ingest *g, struct db *db, const struct uuid *workspace, const struct uuid *account, int64_t now, struct arena *arena, struct uuid *io_after,
	size_t *ret_told, bool *ret_done, struct err *e);

#endif
