/* What the routes of accounts share. */
#ifndef API_ACCOUNTS_PRIV_H
#define API_ACCOUNTS_PRIV_H

#include "api_priv.h"
#include "ingest/account.h"
#include "store/account.h"

/* An account in a list. */
void render_account(struct buf *b, const struct account_row *a);
/* One account as it is at this moment; `job` (NULL: none) tells its leads what is new. */
enum status account_reply(
    struct api_call *c, struct db *db, int status, const struct uuid *id, const struct uuid *job, struct err *e);
/* Tells the account's leads what is new at once, or by a job when they are many. */
enum status account_spread(struct api *a, struct api_call *c, struct db *db, const struct uuid *id, bool *ret_job,
    struct uuid *ret, struct err *e);

#endif
