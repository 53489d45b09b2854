/* Replies to requests that came with an Idempotency-Key, kept with what those wrote: the same request again gets the same reply.
 *
 * A request begins (store_reply_begin): a transaction is open then, in which its key is taken. It does its work on that connection, and ends with
 * store_reply_commit, or with db_rollback, which leaves nothing of it: then the key is free again. Whoever comes with a key that is just being taken waits for
 * that one to end. For requests whose writing is no command of ingest: those have keys of events (ingest/adapter.h). */
#ifndef STORE_REPLY_H
#define STORE_REPLY_H

#include "store/db.h"

#define REPLY_KEPT_MS MS_DAY

struct kept_reply {
	int status;
	const char *etag, *location; /* NULL: none */
	const char *body;            /* JSON text */
};

/* request: a hash of all that makes it this request. ret_kept true: it was answered within the last day, by *ret (arena-owned), and no transaction is open.
 * ST_INVALID "idempotency_key_reused": another request had this key. */
enum status store_reply_begin(struct db *db, const struct uuid *workspace, const char *key, const struct uuid *request,
    int64_t now, struct arena *arena, bool *ret_kept, struct kept_reply *ret, struct err *e);
/* Ends the transaction, whatever comes of it. */
enum status store_reply_commit(
    struct db *db, const struct uuid *workspace, const char *key, const struct kept_reply *r, struct err *e);

/* Forgets replies made before that instant, at most so many of each workspace. ret_more: there may be others. */
enum status store_reply_forget(struct db *db, int64_t before, size_t max, bool *ret_more, struct err *e);

#endif
