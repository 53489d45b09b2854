/* One case a lead: which instant, what was known then, what each version would have said. One thread each. */
#include "backtest_priv.h"

#include <stdlib.h>
#include <string.h>

#include "scoring/lead.h"
#include "simulate_priv.h"

#define CASES_MAX ((size_t)2000000)     /* of a thread */
#define HISTORY_MAX ((size_t)256 << 20) /* bytes of one lead's events */

struct backtest_work {
	struct model *model[VERSIONS];
	const struct backtest_facts *facts;
	struct uuid id;
	struct arena *arena;        /* of the lead at hand */
	struct sweep_event *events; /* owned */
	size_t n_events, cap_events;
	struct backtest_sum sum;
};

struct backtest_work *backtest_work_new(struct model *const models[VERSIONS], const struct backtest_facts *facts)
{
	struct backtest_work *w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	w->facts = facts;
	w->arena = arena_new(HISTORY_MAX);
	for (int k = 0; k < VERSIONS; k++)
		w->model[k] = models[k];
	if (!w->arena)
		backtest_work_free(&w);
	return w;
}

void backtest_work_free(struct backtest_work **w)
{
	if (!*w)
		return;
	arena_free(&(*w)->arena);
	free((*w)->events);
	free((*w)->sum.cases);
	free(*w);
	*w = NULL;
}

struct backtest_sum *backtest_sum(struct backtest_work *w)
{
	return &w->sum;
}

static bool grow(void *list, size_t n, size_t *cap, size_t size)
{
	void **p = list;
	if (n < *cap)
		return true;
	size_t wanted = *cap ? *cap * 2 : 64;
	void *grown = realloc(*p, wanted * size);
	if (!grown)
		return false;
	*p = grown;
	*cap = wanted;
	return true;
}

static enum status on_lead(void *ctx, const struct uuid *lead, struct err *e)
{
	struct backtest_work *w = ctx;
	(void)e;
	w->id = *lead;
	w->n_events = 0;
	arena_reset(w->arena);
	return ST_OK;
}

static bool copy_text(struct backtest_work *w, const char **text)
{
	return !*text || (*text = arena_strdup(w->arena, *text)) != NULL;
}

static enum status on_event(void *ctx, const struct sweep_event *ev, struct err *e)
{
	struct backtest_work *w = ctx;
	struct sweep_event x = *ev;
	if (!grow(&w->events, w->n_events, &w->cap_events, sizeof x) || !copy_text(w, &x.type) ||
	    !copy_text(w, &x.properties) || !copy_text(w, &x.patch) || !copy_text(w, &x.source) ||
	    !copy_text(w, &x.email) || !copy_text(w, &x.phone))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	w->events[w->n_events++] = x;
	return ST_OK;
}

/* From when on an event was known. */
static int64_t known_at(const struct backtest_facts *f, const struct sweep_event *ev)
{
	return f->known_by == KNOWN_RECEIVED && ev->received_at > ev->at ? ev->received_at : ev->at;
}

static int by_lead(const void *key, const void *item)
{
	return uuid_cmp(key, &((const struct outcome *)item)->lead_id);
}

/* A positive's instant not before `known`, at random but the same each time. False: there is none. */
static bool draw_instant(const struct backtest_facts *f, const struct uuid *lead, int64_t known, int64_t *ret)
{
	size_t low = 0, high = f->n_instants;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (f->instants[mid] < known)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == f->n_instants)
		return false;
	uint8_t bytes[25];
	memcpy(bytes, &f->wish->pass.seed, 8);
	memcpy(bytes + 8, lead->b, 16);
	bytes[24] = 'n'; /* apart from the draw of the sample */
	*ret = f->instants[low + hash64(bytes, sizeof bytes) % (f->n_instants - low)];
	return true;
}

static bool within(const struct backtest_wish *w, int64_t at)
{
	return at != INSTANT_NEVER && at >= w->from && at <= w->to;
}

/* The class and instant of the lead at hand. False: it is left out, and counted as such. */
static bool place(struct backtest_work *w, bool *ret_positive, int64_t *ret_at)
{
	const struct backtest_facts *f = w->facts;
	const struct outcome *o =
	    f->n_outcomes ? bsearch(&w->id, f->outcomes, f->n_outcomes, sizeof *o, by_lead) : NULL;
	int64_t known = INSTANT_NEVER, ended = o ? o->won_at != INSTANT_NEVER ? o->won_at : o->lost_at : INSTANT_NEVER;
	for (size_t i = 0; i < w->n_events; i++)
		if (known_at(f, &w->events[i]) < known)
			known = known_at(f, &w->events[i]);
	*ret_positive = o && o->won_at != INSTANT_NEVER;
	if (o && !within(f->wish, ended)) {
		w->sum.outside++;
		return false;
	}
	*ret_at = ended - f->wish->horizon;
	if (!o && !draw_instant(f, &w->id, known, ret_at)) {
		w->sum.no_instant++;
		return false;
	}
	if (known > *ret_at) {
		w->sum.too_new++;
		return false;
	}
	return true;
}

/* What version k would have said at `at`; events are in order already. ret_for: whether it is for this lead. */
static enum status look_back(
    struct backtest_work *w, int k, int64_t at, struct backtest_case *c, bool *ret_for, struct err *e)
{
	struct scoring_lead *l = NULL;
	enum status s = scoring_lead_new(w->model[k], &l, e);
	for (size_t i = 0; s == ST_OK && i < w->n_events && w->events[i].at <= at; i++) {
		if (known_at(w->facts, &w->events[i]) > at)
			continue;
		struct scoring_event ev = pass_event(&w->events[i]);
		s = scoring_lead_apply(l, &ev, NULL, e);
	}
	if (s == ST_OK)
		s = scoring_lead_advance(l, at, NULL, e);
	if (s == ST_OK) {
		struct scoring_view v;
		scoring_lead_view(l, false, &v);
		c->score[k] = v.total;
		c->qualified[k] = stage_qualified(v.stage);
		*ret_for = model_applies_always(w->model[k]) || scoring_lead_applies(l);
	}
	scoring_lead_free(&l);
	return s;
}

static enum status on_done(void *ctx, struct err *e)
{
	struct backtest_work *w = ctx;
	struct backtest_case c = {.positive = false};
	bool is_for[VERSIONS] = {true, true};
	int64_t at;
	enum status s = ST_OK;
	if (!place(w, &c.positive, &at))
		return ST_OK;
	for (int k = 0; s == ST_OK && k < VERSIONS; k++)
		s = look_back(w, k, at, &c, &is_for[k], e);
	if (s != ST_OK)
		return s;
	if (!is_for[PREVIEWED]) {
		w->sum.not_for++;
		return ST_OK;
	}
	if (w->sum.n == CASES_MAX)
		return err_set(e, ST_TOO_LARGE, "backtest_too_large",
		    "There are more than %zu cases; ask for a sample.", CASES_MAX * PASS_THREADS);
	if (!grow(&w->sum.cases, w->sum.n, &w->sum.cap, sizeof c))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	w->sum.cases[w->sum.n++] = c;
	if (!c.positive)
		*(bsearch(&w->id, w->facts->outcomes, w->facts->n_outcomes, sizeof *w->facts->outcomes, by_lead)
			? &w->sum.lost
			: &w->sum.never) += 1;
	return ST_OK;
}

struct sweep_visitor backtest_visitor(struct backtest_work *w)
{
	return (struct sweep_visitor){w, on_lead, on_event, on_done};
}

bool backtest_join(struct backtest_sum *to, struct backtest_sum *from)
{
	if (from->n) {
		struct backtest_case *all = realloc(to->cases, (to->n + from->n) * sizeof *all);
		if (!all)
			return false;
		memcpy(all + to->n, from->cases, from->n * sizeof *all);
		to->cases = all;
		to->n += from->n;
		to->cap = to->n;
	}
	to->lost += from->lost;
	to->never += from->never;
	to->outside += from->outside;
	to->too_new += from->too_new;
	to->no_instant += from->no_instant;
	to->not_for += from->not_for;
	return true;
}
