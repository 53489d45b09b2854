/* Replies to requests with an Idempotency-Key count for a day (store/reply.h); after that they are forgotten. */
#include "chores_priv.h"
#include "store/reply.h"

#define STEP 500

enum status replies_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	return store_reply_forget(r->db, clock_now(r->config->clock) - REPLY_KEPT_MS, STEP, ret_more, e);
}
