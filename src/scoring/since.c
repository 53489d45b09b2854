#include "scoring/since.h"

#include <stdlib.h>
#include <string.h>

#include "lead_priv.h"

/* What a lead remembers of event types. */
struct memory {
	int64_t *seen;
	uint32_t *count;
	struct recent *recent;
};

static bool forget(struct scoring_lead *l, struct memory *kept)
{
	const struct model *m = l->model;
	*kept = (struct memory){l->seen, l->seen_count, l->recent};
	l->seen = calloc(m->n_seen + 1, sizeof(*l->seen));
	l->seen_count = calloc(m->n_seen + 1, sizeof(*l->seen_count));
	l->recent = calloc(m->n_recent + 1, sizeof(*l->recent));
	for (size_t i = 0; l->seen && i < m->n_seen; i++)
		l->seen[i] = INT64_MIN;
	return l->seen && l->seen_count && l->recent;
}

static void remember(struct scoring_lead *l, const struct memory *kept)
{
	free(l->seen);
	free(l->seen_count);
	free(l->recent);
	l->seen = kept->seen;
	l->seen_count = kept->count;
	l->recent = kept->recent;
}

static enum status holds(struct scoring_lead *l, const struct logic *when, bool *ret)
{
	struct figures f = lead_figures(l, l->as_of);
	struct lead_env e;
	lead_env_init(&e, l, NULL, l->as_of);
	e.env.quantity[QUANTITY_SCORE] = f.total;
	e.env.quantity[QUANTITY_ENGAGEMENT] = f.engagement;
	enum status st = logic_holds(when, &e.env, ret);
	lead_env_done(&e);
	return st;
}

enum status scoring_lead_holds_since(struct scoring_lead *l, size_t segment, int64_t since,
    const struct scoring_event *events, size_t n, bool *ret, struct err *e)
{
	const struct logic *when = l->model->segments[segment].when;
	struct memory kept;
	bool now = false;
	enum status st = !when || !l->begun ? ST_OK : forget(l, &kept) ? ST_OK : ST_NOMEM;
	if (when && l->begun) {
		for (size_t i = 0; st == ST_OK && i < n; i++) {
			const struct type_entry *type = model_type(l->model, events[i].type);
			if (events[i].at >= since && events[i].at <= l->as_of)
				st = lead_see(l, type, &events[i]);
		}
		if (st == ST_OK)
			st = holds(l, when, &now);
		remember(l, &kept);
	}
	if (st != ST_OK)
		return err_set(e, st, NULL, "Out of memory.");
	*ret = now;
	return ST_OK;
}
