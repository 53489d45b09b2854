/* Time passes: docs/scoring.md 8. Each instant at which something changes is visited, in order, and the lead settled
 * there. */
#include "lead_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

#define ROUNDS_MAX 256 /* of looking ahead: instants at which nothing is seen to change */

/* Settles where the lead stands, which changes nothing but tells how long it holds. */
static enum status know_horizon(struct scoring_lead *l)
{
	bool changed;
	return l->horizon.known ? ST_OK : lead_settle(l, l->as_of, &changed);
}

/* Awards and settles at an instant. */
static enum status visit(struct scoring_lead *l, int64_t at, struct scoring_effects *fx)
{
	struct moment before = lead_moment(l);
	bool changed = false, silent = lead_silence_due(l) == at;
	enum status st = silent ? lead_award_silences(l, at, fx) : ST_OK;
	lead_changed(l);
	if (st == ST_OK)
		st = lead_settle(l, at, &changed);
	if (st == ST_OK && (silent || changed))
		l->changed_at = at;
	return st == ST_OK ? lead_transitions(l, before, at, NULL, NULL, fx) : st;
}

/* Whether bounds alone say that nothing turns until `to`. The outlook goes there then. */
static bool is_quiet(struct scoring_lead *l, const struct horizon *h, int64_t to)
{
	struct range r;
	if (l->outlook.at > h->from || !outlook_reach(l, to, &r) || !range_within(&r, h->span))
		return false;
	outlook_move(l, to);
	return true;
}

/* Like lead_first_exit from where the lead is settled. */
static int64_t first_turn(struct scoring_lead *l, const struct horizon *h, int64_t to)
{
	if (is_quiet(l, h, to))
		return INSTANT_NEVER;
	lead_figures(l, h->from);
	return is_quiet(l, h, to) ? INSTANT_NEVER : lead_first_exit(l, h->from, to, h->span);
}

enum status lead_pass(struct scoring_lead *l, int64_t to, struct scoring_effects *fx)
{
	enum status st = know_horizon(l);
	while (st == ST_OK && to > l->horizon.from) {
		const struct horizon *h = &l->horizon;
		int64_t end = h->until < to ? h->until : to;
		int64_t next = first_turn(l, h, end);
		if (next == INSTANT_NEVER && h->until <= to)
			next = h->until;
		if (next == INSTANT_NEVER) {
			l->horizon.from = to;
			return ST_OK;
		}
		st = visit(l, next, fx);
	}
	return st;
}

/* What a reader of the lead sees. */
struct sight {
	int32_t total, fit, engagement;
	char tier, grade;
	enum stage stage;
	struct scoring_tag *tags;
	size_t n_tags;
};

static void look(struct scoring_lead *l, int64_t at, struct sight *s)
{
	struct figures f = lead_figures(l, at);
	s->total = milli_shown(f.total);
	s->fit = milli_shown(f.fit);
	s->engagement = milli_shown(f.engagement);
	s->tier = lead_tier(l);
	s->grade = grade_of(l->model, f.engagement);
	s->stage = l->stage;
	s->n_tags = lead_tags_at(l, at, l->model->n_tags, s->tags);
}

static bool same_sight(const struct sight *a, const struct sight *b)
{
	if (a->total != b->total || a->fit != b->fit || a->engagement != b->engagement || a->tier != b->tier ||
	    a->grade != b->grade || a->stage != b->stage || a->n_tags != b->n_tags)
		return false;
	for (size_t i = 0; i < a->n_tags; i++)
		if (strcmp(a->tags[i].tag, b->tags[i].tag) != 0)
			return false;
	return true;
}

/* Narrows to the milli values that are shown as this many points. */
static void narrow_shown(struct span *s, int32_t shown)
{
	int64_t low = (int64_t)shown * 1000 - (shown > 0 ? 500 : 499),
		high = (int64_t)shown * 1000 + (shown < 0 ? 500 : 499);
	if (low > s->low)
		s->low = low;
	if (high < s->high)
		s->high = high;
}

static void narrow_grade(struct span *s, const struct model *m, char grade)
{
	int band = grade - '1';
	if (band < 3 && m->grades[band] > s->low)
		s->low = m->grades[band];
	if (band > 0 && m->grades[band - 1] - 1 < s->high)
		s->high = m->grades[band - 1] - 1;
}

static int64_t search_change(struct scoring_lead *l, const struct sight *base, const bool *segments, struct sight *then)
{
	int64_t at = l->as_of;
	for (int round = 0; round < ROUNDS_MAX; round++) {
		if (know_horizon(l) != ST_OK)
			return at + 1;
		struct span span[QUANTITY_COUNT] = {l->horizon.span[0], l->horizon.span[1]};
		narrow_shown(&span[QUANTITY_SCORE], base->total);
		narrow_shown(&span[QUANTITY_ENGAGEMENT], base->engagement);
		narrow_grade(&span[QUANTITY_ENGAGEMENT], l->model, base->grade);
		int64_t next = lead_first_exit(l, at, l->horizon.until, span);
		if (next == INSTANT_NEVER)
			next = l->horizon.until;
		if (next == INSTANT_NEVER)
			return INSTANT_NEVER;
		if (visit(l, next, NULL) != ST_OK)
			return next;
		look(l, next, then);
		if (!same_sight(base, then) ||
		    memcmp(l->segment_holds, segments, l->model->n_segments * sizeof(*segments)) != 0)
			return next;
		at = l->as_of = next;
	}
	return at; /* not later than the true instant: whoever comes then looks again */
}

int64_t lead_next_change(const struct scoring_lead *l)
{
	struct scoring_lead *copy = lead_copy(l);
	size_t cap = lead_tags_cap(l) + 1;
	struct scoring_tag *tags = calloc(2 * cap, sizeof(*tags));
	int64_t found = l->as_of + 1; /* out of memory: look again at once */
	if (copy && tags) {
		struct sight base = {.tags = tags}, then = {.tags = tags + cap};
		look((struct scoring_lead *)(uintptr_t)l, l->as_of,
		    &base); /* names borrowed from l: the copy's own may go */
		found = search_change(copy, &base, l->segment_holds, &then);
	}
	free(tags);
	scoring_lead_free(&copy);
	return found;
}
