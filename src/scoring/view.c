/* The lead as of its own instant. */
#include "lead_priv.h"

#include "base/instant.h"

void scoring_lead_view(const struct scoring_lead *l, bool with_next, struct scoring_view *ret)
{
	/* Sums are cached in the lead; they say nothing that the lead does not. */
	struct scoring_lead *cache = (struct scoring_lead *)(uintptr_t)l;
	struct figures f = lead_figures(cache, l->as_of);
	*ret = (struct scoring_view){
	    .as_of = l->dated ? l->as_of : INSTANT_NEVER,
	    .total = f.total,
	    .fit = f.fit,
	    .engagement = f.engagement,
	    .offset = l->offset,
	    .shown_total = milli_shown(f.total),
	    .shown_fit = milli_shown(f.fit),
	    .shown_engagement = milli_shown(f.engagement),
	    .shown_offset = milli_shown(l->offset),
	    .tier = lead_tier(l),
	    .stage = l->stage,
	    .exclusion = l->exclusion ? l->model->exclusions[l->exclusion - 1].reason : NULL,
	    .next_change_at = with_next && l->begun ? lead_next_change(l) : INSTANT_NEVER,
	    .last_event_at = l->begun ? l->last_at : INSTANT_NEVER,
	};
	ret->grade[0] = ret->tier;
	ret->grade[1] = l->begun ? grade_of(l->model, f.engagement) : '4';
}
