#include "work/work.h"

#include <stdlib.h>

#include "jobs_priv.h"
#include "refresh_priv.h"

struct work {
	struct refresh *refresh;
	struct jobs *jobs;
};

enum status work_start(const struct work_config *c, struct work **ret, struct err *e)
{
	struct work *w = calloc(1, sizeof *w);
	if (!w)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	enum status s = refresh_start(c, &w->refresh, e);
	if (s == ST_OK)
		s = jobs_start(c, &w->jobs, e);
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
	jobs_stop(&(*wp)->jobs);
	refresh_stop(&(*wp)->refresh);
	free(*wp);
	*wp = NULL;
}
