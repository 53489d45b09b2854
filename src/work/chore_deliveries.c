/* What was told and delivered is kept for replays (webhook_keep_days); what has served its time goes, and what is left
 * of deleted webhooks. */
#include "chores_priv.h"
#include "store/delivery.h"

#define STEP 1000
#define WORKSPACES 32
#define KEEP_DAYS 30

enum status deliveries_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct uuid list[WORKSPACES], after = {{0}};
	size_t n = WORKSPACES;
	unsigned days = r->config->webhook_keep_days ? r->config->webhook_keep_days : KEEP_DAYS;
	int64_t before = clock_now(r->config->clock) - days * MS_DAY;
	enum status s = ST_OK;
	while (s == ST_OK && n == WORKSPACES && !halt_asked(r->halt)) {
		db_deadline(r->db, monotonic_us() + INT64_C(1000) * CHORE_DATABASE_MS);
		s = store_delivery_workspaces(r->db, &after, list, WORKSPACES, &n, e);
		for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++) {
			db_deadline(r->db, monotonic_us() + INT64_C(1000) * CHORE_DATABASE_MS);
			s = store_delivery_expire(r->db, &list[i], before, STEP, ret_more, e);
		}
		if (n)
			after = list[n - 1];
	}
	return s;
}
