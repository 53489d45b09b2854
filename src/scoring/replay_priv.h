/* Replays while somebody watches the awards. */
#ifndef SCORING_REPLAY_PRIV_H
#define SCORING_REPLAY_PRIV_H

#include "lead_priv.h"
#include "scoring/explain.h"

enum status replay_observed(struct model *m, const struct scoring_event *events, size_t n, int64_t at,
    struct lead_observer *observer, struct scoring_lead **ret, struct scoring_effects *fx, struct err *e);

#endif
