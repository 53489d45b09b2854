/* Conditions over what a lead did since an instant: `seen`, `count_events` and `days_since` look at nothing older, everything else at the lead as it is. */
#ifndef SCORING_SINCE_H
#define SCORING_SINCE_H

#include "scoring/lead.h"

/* Whether the condition of the model's segment of this number holds at the lead's instant, had it done before `since` nothing. `events`: of the lead, in order; those
 * before `since` and after the lead's instant are passed by. A broken segment never holds. Errors: ST_NOMEM. */
enum status scoring_lead_holds_since(struct scoring_lead *l, size_t segment, int64_t since,
    const struct scoring_event *events, size_t n, bool *ret, struct err *e);

#endif
