#include "work/work.h"

#include <stdlib.h>

#include "chores_priv.h"
#include "desk_priv.h"
#include "jobs_priv.h"
#include "fanout.h"
#include "refresh_priv.h"

const struct chore work_chores[] = {
    {"account sums", 500, account_sums_chore},
    {"account news", 500, account_news_chore},
    {"jobs", 3600 * 1000, jobs_chore},
    {"requests", 60 * 1000, requests_chore},
    {"replies", 3600 * 1000, replies_chore},
    {"duplicates", 1000, duplicates_chore},
    {"score news", 500, score_news_chore},
    {"deliveries", 60 * 1000, deliveries_chore},
    {"segments", 2000, segments_chore},
    {"journey starts", 500, journey_starts_chore},
    {"journeys", 500, journeys_chore},
    {"playbook sweeps", 500, playbook_sweeps_chore},
    {"followup marks", 500, followup_marks_chore},
    {"followups", 500, followups_chore},
    {"segment moves", 3600 * 1000, segment_moves_chore},
};
const size_t work_chores_n = sizeof work_chores / sizeof work_chores[0];

struct work {
	struct refresh *refresh;
	struct jobs *jobs;
	struct chores *chores;
	struct deliver *deliver;
	struct fanout *fanout;
	struct desk *desk;
};

enum status work_start(const struct work_config *c, struct work **ret, struct err *e)
{
	struct work *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	enum status s = refresh_start(c, &w->refresh, e);
	if (s == ST_OK)
		s = jobs_start(c, &w->jobs, e);
	if (s == ST_OK)
		s = chores_start(c, work_chores, work_chores_n, &w->chores, e);
	if (s == ST_OK)
		s = deliver_start(c, &w->deliver, e);
	if (s == ST_OK)
		s = fanout_start(c, w->deliver, &w->fanout, e);
	if (s == ST_OK)
		s = desk_start(c, &w->desk, e);
	if (s != ST_OK) {
		work_stop(&w);
		return s;
	}
	*ret = w;
	return ST_OK;
}

void work_stop(struct work **wp)
{
	if (!wp || !*wp)
		return;
	fanout_stop(&(*wp)->fanout);
	deliver_stop(&(*wp)->deliver);
	desk_stop(&(*wp)->desk);
	chores_stop(&(*wp)->chores);
	jobs_stop(&(*wp)->jobs);
	refresh_stop(&(*wp)->refresh);
	free(*wp);
	*wp = NULL;
}
