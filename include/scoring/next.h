/* What would lift a lead, and when it falls if nothing happens: found by trying it on copies, so that caps, limits, decay and the stage machine
 * speak for themselves.
 *
 * Not advice in words (api/next) and not a forecast: it says what the model does if this or that event came now. Pure; the lead is not changed. One
 * thread at a time per lead. */
#ifndef SCORING_NEXT_H
#define SCORING_NEXT_H

#include "scoring/lead.h"

/* A stage above the lead's that the model's rules can give. */
struct next_stage {
	enum stage stage;
	const char *label;    /* borrowed from the model; the stage's name when it has none */
	int64_t short_of;     /* the fewest milli more, of engagement and so of the score, with which the condition holds; 0: it holds; -1: points alone never do */
	const char **needs;   /* when -1: event types one of which makes points enough, or is enough; borrowed from the model */
	size_t n_needs;
	bool armed;           /* false: reached before, and the score has to fall below rearm_below first */
	int64_t rearm_below;  /* milli; INT64_MIN: never of itself */
	int64_t not_before;   /* end of the cooldown; INSTANT_NEVER: none runs */
};

/* One event of a type now: as a rule wants it, or one of which nothing is known but the type. */
struct next_event {
	const char *rule;      /* id, borrowed from the model; NULL: of no rule in particular */
	const char *label;     /* the rule's, or the type */
	const char *type;      /* "*": any that the model does not name */
	int64_t gain;          /* milli: total after one event now, less what it would be without */
	int64_t gain_two;      /* after another one a day or a week later, whichever brings more; less what it would be then without */
	enum stage stage, stage_two; /* the lead's after one, after two */
};

struct next_question {
	const char *criterion, *label, *ask; /* borrowed from the model */
	char tier;       /* if the answer were yes */
	bool core;
	int64_t weight;  /* milli */
};

/* The first instants at which things are worse than now; INSTANT_NEVER: not as far as was looked. */
struct next_falls {
	int64_t total_at, grade_at, tier_at, stage_at;
	int32_t total;     /* shown */
	char grade[4];
	char tier;
	enum stage stage;
	int64_t looked_until; /* INSTANT_NEVER: nothing changes any more */
};

struct next_expiry {
	const char *tag;   /* NULL: the offset. Borrowed until the lead changes */
	int64_t points;    /* milli, of the offset */
	int64_t at;
};

struct scoring_next {
	struct scoring_view now;
	struct next_stage stages[2]; /* nearest first */
	size_t n_stages;
	struct next_event *events;   /* those that bring points or a stage, by points an event */
	size_t n_events;
	struct next_question *questions; /* best first: by tier, weight, model order */
	size_t n_questions;
	struct next_falls falls;
	struct next_expiry *expiries;    /* in order of time */
	size_t n_expiries;
};

#define NEXT_TRIES_MAX 1000 /* events tried */

/* As of the lead's instant: apply its events and advance it first. ret is filled for scoring_next_free. Fails for memory only. */
enum status scoring_next(struct scoring_lead *l, struct scoring_next *ret, struct err *e);
void scoring_next_free(struct scoring_next *n);

#endif
