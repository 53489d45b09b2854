/* The parts of looking ahead: next.c puts them together. */
#ifndef SCORING_NEXT_PRIV_H
#define SCORING_NEXT_PRIV_H

#include "lead_priv.h"
#include "scoring/next.h"

/* next_stage.c: the points short of a stage's condition as the lead stands; -1: none suffice. */
enum status next_short_of(struct scoring_lead *l, size_t stage_rule, int64_t *ret);
/* The stages above, without `needs`, which trying events finds. */
enum status next_stages(struct scoring_lead *l, struct scoring_next *n);

/* next_events.c */
enum status next_events(struct scoring_lead *l, struct scoring_next *n);
/* next_questions.c */
enum status next_questions(struct scoring_lead *l, struct scoring_next *n);
/* next_time.c */
enum status next_falls(struct scoring_lead *l, struct scoring_next *n);
enum status next_expiries(struct scoring_lead *l, struct scoring_next *n);

#endif
