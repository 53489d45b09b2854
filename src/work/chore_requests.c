/* What sources were sent is kept as long as each source says (source_requests.expires_at). */
#include "chores_priv.h"
#include "store/source_request.h"

#define STEP 200

enum status requests_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	return store_source_request_expire(r->db, clock_now(r->config->clock), STEP, ret_more, e);
}
