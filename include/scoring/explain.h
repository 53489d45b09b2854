/* Why a lead has the score it has: the replay of all its events, line by line.
 *
 * Pure; docs/scoring.md 11. The contributions' points_now always add up to total. */
#ifndef SCORING_EXPLAIN_H
#define SCORING_EXPLAIN_H

#include "scoring/lead.h"

enum contribution_kind { CONTRIBUTION_FIT, CONTRIBUTION_ENGAGEMENT, CONTRIBUTION_CAP, CONTRIBUTION_OFFSET };

struct contribution {
	const char *rule;        /* rule or group id; for caps "fit", "engagement", "score" or the group's or rule's id; borrowed from the model */
	const char *label;       /* borrowed; falls back to the id */
	enum contribution_kind kind;
	bool has_event;          /* event_key is set */
	struct uuid event_key;
	int64_t at;              /* award instant; for fit: when it began to hold; caps: the instant asked for */
	int64_t points, points_now; /* milli */
};

struct criterion_view {
	const char *id, *label, *ask;     /* borrowed from the model; ask may be NULL */
	const char *part, *dimension;     /* borrowed from the model; NULL: not said */
	int met;                          /* 1, 0, -1 = unknown */
	bool core;
	int64_t weight;                   /* milli */
};

struct explanation {
	struct scoring_view view;
	struct contribution *contributions;
	size_t n_contributions;
	struct criterion_view *criteria;
	size_t n_criteria;
	char *offset_reason; /* owned; a line's label may be borrowed from it */
};

/* `events` need not be sorted and may hold duplicates (same key). Events after `at` are left out. ret is filled for scoring_explanation_free. */
enum status scoring_explain(struct model *m, const struct scoring_event *events, size_t n, int64_t at, struct explanation *ret, struct err *e);
void scoring_explanation_free(struct explanation *x);

/* Replays all events (any order, duplicates dropped) up to `at` into a fresh lead; fx collects everything that happened, may be NULL. */
enum status scoring_replay(struct model *m, const struct scoring_event *events, size_t n, int64_t at, struct scoring_lead **ret,
	struct scoring_effects *fx, struct err *e);

#endif
