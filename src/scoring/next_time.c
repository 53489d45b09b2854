/* If nothing happens: from one visible change to the next, until all that can fall has fallen. */
#include "next_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"

#define CHANGES_MAX 400
#define LOOK_MAX (5 * 366 * MS_DAY)

static void note_falls(const struct scoring_view *now, const struct scoring_view *then, struct next_falls *f)
{
	if (f->total_at == INSTANT_NEVER && then->shown_total < now->shown_total) {
		f->total_at = then->as_of;
		f->total = then->shown_total;
	}
	if (f->grade_at == INSTANT_NEVER && (then->tier > now->tier || then->grade[1] > now->grade[1])) {
		f->grade_at = then->as_of;
		memcpy(f->grade, then->grade, sizeof(f->grade));
	}
	if (f->tier_at == INSTANT_NEVER && then->tier > now->tier) {
		f->tier_at = then->as_of;
		f->tier = then->tier;
	}
	if (f->stage_at == INSTANT_NEVER && stage_rank(then->stage) < stage_rank(now->stage)) {
		f->stage_at = then->as_of;
		f->stage = then->stage;
	}
}

enum status next_falls(struct scoring_lead *l, struct scoring_next *n)
{
	struct scoring_lead *copy = lead_copy(l);
	enum status st = copy ? ST_OK : ST_NOMEM;
	int64_t end = n->now.as_of + LOOK_MAX, next = INSTANT_NEVER;
	for (int change = 0; change < CHANGES_MAX && st == ST_OK; change++) {
		struct scoring_view then;
		next = lead_next_change(copy);
		if (next > end)
			break;
		st = scoring_lead_advance(copy, next, NULL, NULL);
		scoring_lead_view(copy, false, &then);
		note_falls(&n->now, &then, &n->falls);
	}
	n->falls.looked_until = next == INSTANT_NEVER ? INSTANT_NEVER : next < end ? next : end;
	scoring_lead_free(&copy);
	return st;
}

static int by_time(const void *a, const void *b)
{
	const struct next_expiry *x = a, *y = b;
	return x->at != y->at     ? (x->at > y->at) - (x->at < y->at)
	       : x->tag && y->tag ? strcmp(x->tag, y->tag)
				  : !x->tag - !y->tag;
}

enum status next_expiries(struct scoring_lead *l, struct scoring_next *n)
{
	const struct scoring_tag *tags;
	size_t n_tags = scoring_lead_tags(l, &tags);
	if (l->begun && !tags)
		return ST_NOMEM;
	n->expiries = calloc(n_tags + 1, sizeof(*n->expiries));
	if (!n->expiries)
		return ST_NOMEM;
	for (size_t i = 0; i < n_tags; i++)
		if (tags[i].expires_at != INSTANT_NEVER)
			n->expiries[n->n_expiries++] = (struct next_expiry){tags[i].tag, 0, tags[i].expires_at};
	if (l->offset && l->offset_until != INSTANT_NEVER)
		n->expiries[n->n_expiries++] = (struct next_expiry){NULL, l->offset, l->offset_until};
	qsort(n->expiries, n->n_expiries, sizeof(*n->expiries), by_time);
	return ST_OK;
}
