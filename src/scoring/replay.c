/* A lead from all of its events: sorted, duplicates dropped, applied. */
#include "replay_priv.h"

#include <stdlib.h>

static int by_key(const void *a, const void *b)
{
	const struct scoring_event *x = *(const struct scoring_event *const *)a,
				   *y = *(const struct scoring_event *const *)b;
	int order = uuid_cmp(&x->key, &y->key);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_time(const void *a, const void *b)
{
	const struct scoring_event *x = *(const struct scoring_event *const *)a,
				   *y = *(const struct scoring_event *const *)b;
	int order = (x->at > y->at) - (x->at < y->at);
	return order ? order : uuid_cmp(&x->key, &y->key);
}

/* The first of each key, in order, up to an instant. NULL: out of memory. */
static const struct scoring_event **in_order(const struct scoring_event *events, size_t n, int64_t at, size_t *ret_n)
{
	const struct scoring_event **order = calloc(n + 1, sizeof(*order));
	size_t count = 0, kept = 0;
	if (!order)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (events[i].at <= at)
			order[count++] = &events[i];
	qsort(order, count, sizeof(*order), by_key);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || uuid_cmp(&order[kept - 1]->key, &order[i]->key) != 0)
			order[kept++] = order[i];
	qsort(order, kept, sizeof(*order), by_time);
	*ret_n = kept;
	return order;
}

enum status replay_observed(struct model *m, const struct scoring_event *events, size_t n, int64_t at,
    struct lead_observer *observer, struct scoring_lead **ret, struct scoring_effects *fx, struct err *e)
{
	struct scoring_lead *l = NULL;
	size_t count = 0;
	const struct scoring_event **order = in_order(events, n, at, &count);
	enum status st = order ? scoring_lead_new(m, &l, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (st == ST_OK)
		l->observer = observer;
	for (size_t i = 0; st == ST_OK && i < count; i++)
		st = scoring_lead_apply(l, order[i], fx, e);
	if (st == ST_OK)
		st = scoring_lead_advance(l, at, fx, e);
	free(order);
	if (st != ST_OK) {
		scoring_lead_free(&l);
		return st;
	}
	l->observer = NULL;
	*ret = l;
	return ST_OK;
}

enum status scoring_replay(struct model *m, const struct scoring_event *events, size_t n, int64_t at,
    struct scoring_lead **ret, struct scoring_effects *fx, struct err *e)
{
	return replay_observed(m, events, n, at, NULL, ret, fx, e);
}
