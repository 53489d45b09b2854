/* Standing work on segments: how many leads each has, day by day; and moves of long ago go. */
#include <stdio.h>

#include "chores_priv.h"
#include "scoring/local.h"
#include "store/segment.h"

#define STEP 8
#define MOVES_KEPT_MS (120 * MS_DAY)
#define MOVES_STEP 5000

static enum status count(struct chore_run *r, const struct segment_dirty *s, int64_t now, struct err *e)
{
	const struct zone *z = local_zone(s->time_zone, r->arena);
	if (!z)
		return err_set(e, ST_INTERNAL, "time_zone_unknown", "The workspace's time zone \"%.40s\" is not known.",
		    s->time_zone);
	int64_t day = local_day(local_time(z, now));
	struct local_date d = local_date(day);
	char text[32];
	snprintf(text, sizeof text, "%04lld-%02d-%02d", (long long)d.year, d.month, d.day);
	return store_segment_counted(r->db, &s->workspace_id, &s->id, text, local_instant(z, day * MS_DAY),
	    local_instant(z, (day + 1) * MS_DAY), now, e);
}

enum status segments_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	struct segment_dirty list[STEP];
	size_t n = 0;
	int64_t now = clock_now(r->config->clock);
	enum status s = store_segments_dirty(r->db, now, list, STEP, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(r->halt); i++)
		s = count(r, &list[i], now, e);
	*ret_more = n == STEP;
	return s;
}

enum status segment_moves_chore(struct chore_run *r, bool *ret_more, struct err *e)
{
	size_t n = 0;
	enum status s =
	    store_segment_moves_forget(r->db, clock_now(r->config->clock) - MOVES_KEPT_MS, MOVES_STEP, &n, e);
	*ret_more = n == MOVES_STEP;
	return s;
}
