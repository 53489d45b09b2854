/* Ended jobs and their results are kept for 90 days: for two looks at the quarter that they were about. */
#include "chores_priv.h"
#include "store/job.h"

#define KEPT_MS (90 * MS_DAY)
#define STEP 50

enum status jobs_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	return store_job_forget(r->db, clock_now(r->config->clock) - KEPT_MS, STEP, ret_more, e);
}
