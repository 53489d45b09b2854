/* Leads whose follow-ups are to be looked at: what they fit, who owns them or what they consist of is another, or
 * something about them is that is to be reviewed.
 *
 * Only that is written here; what comes of it is decided in the background (work/followups.c), from the rows as they
 * are by then. */
#include <string.h>

#include "base/json.h"
#include "batch_priv.h"

/* How far a stage is on the way to a customer; those who fell off it are at its beginning. */
static int rank_of(enum stage s)
{
	return s <= STAGE_CUSTOMER ? (int)s : (int)STAGE_LEAD;
}

/* What moved of the score, by itself and not because another model looks at it. */
static const char *score_change(const struct work_lead *w)
{
	const struct scoring_view *v = &w->own.view;
	enum stage before;
	if (w->own.model_moves)
		return NULL;
	if (w->row->tier != v->tier)
		return "tier";
	return stage_parse(w->row->stage, &before) && rank_of(v->stage) > rank_of(before) ? "stage" : NULL;
}

static bool differs(const json_t *before, const json_t *after, const char *key)
{
	const json_t *x = json_object_get(before, key), *y = json_object_get(after, key);
	return x && y ? !json_equal(x, y) : x != y;
}

void batch_followup_mark(struct batch *b, const struct work_lead *w, const struct batch_lead_write *l, bool new_profile)
{
	bool reviews = segment_set_has_reviews(b->segments), marked = w->joined || w->restored;
	const char *change = reviews && w->row && !w->restored ? score_change(w) : NULL;
	for (size_t i = 0; i < w->n_segment_moves && !marked; i++)
		marked = !strcmp(segment_set_at(b->segments, w->segment_moves[i].segment)->kind, "playbook");
	if (w->row && new_profile && l->profile) {
		json_t *before = json_loads(w->row->profile, 0, NULL), *after = json_loads(l->profile, 0, NULL);
		marked |= differs(before, after, "owner");
		if (reviews && !change && !w->restored)
			change = differs(before, after, "company") ? "company"
				 : differs(before, after, "title") ? "title"
								   : NULL;
		json_decref(before);
		json_decref(after);
	}
	if (!marked && !change)
		return;
	b->write.segments.marks[b->write.segments.n_marks++] =
	    (struct followup_mark){.id = uuid_v7(b->now), .lead_id = w->id, .at = b->now, .change = change};
}
