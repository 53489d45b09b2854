/* The preview of a model: what a base would look like under it, beside another version, with nothing written.
 *
 * Each lead is replayed under both from all of its events up to one instant (simulate_tally.c); what they came to is
 * counted, and told as JSON (simulate_result.c) with warnings in words (simulate_warn.c). */
#ifndef WORK_SIMULATE_PRIV_H
#define WORK_SIMULATE_PRIV_H

#include "learn/spread.h"
#include "pass_priv.h"

enum { BEFORE, AFTER, SIDES }; /* the version compared with; the one previewed */

#define SCORES_MIN (-2000) /* shown totals counted one by one; beyond they count as the last of these */
#define SCORES_MAX 10000
#define SCORES (SCORES_MAX - SCORES_MIN + 1)
#define TIERS 5
#define WEEKS 8
#define RULES_MAX (2 * MODEL_RULES_MAX)
#define NAMES_MAX 500

extern const char tier_letters[TIERS + 1];

struct simulate_wish {
	int64_t compare_to; /* version */
	struct pass_wish pass;
	double capacity; /* leads a week that sales can take; below 0: not said */
	size_t names;    /* most leads named of each kind */
	bool chinese;
	int64_t as_of;
};

/* One lead under one model, as of the instant. */
struct standing {
	int32_t score;
	int tier; /* place in tier_letters */
	enum stage stage;
};

struct mover {
	struct uuid lead;
	struct standing side[SIDES];
};

/* The most telling `max` movers, in order: falling score under `by`, then id. */
struct movers {
	struct mover *list; /* owned */
	size_t n, max;
	int by;
};

struct tally {
	int64_t visited, empty, not_for; /* without events; of those the previewed model is not for */
	int64_t leads;                   /* that count: all others */
	int64_t scores[SIDES][SCORES];
	int64_t tiers[TIERS][TIERS]; /* [before][after] */
	int64_t stages[STAGE_COUNT][STAGE_COUNT];
	int64_t gained, lost;                              /* MQL or beyond under one of the two only */
	int64_t entries[SIDES][WEEKS], sals[SIDES][WEEKS]; /* week 0 is the newest */
	struct spread entries_of_lead[SIDES];              /* over all weeks */
	int64_t fired[RULES_MAX];                          /* leads for which rule i did, under the previewed model */
	struct movers gainers, losers;
};

struct simulate_work; /* one thread's */

/* models are borrowed. NULL: out of memory. */
struct simulate_work *simulate_work_new(struct model *const models[SIDES], const struct simulate_wish *wish);
void simulate_work_free(struct simulate_work **w);
struct sweep_visitor simulate_visitor(struct simulate_work *w);
struct tally *simulate_tally(struct simulate_work *w);
/* Adds what `from` counted to `to`. */
void tally_join(struct tally *to, const struct tally *from);

struct simulate_outcome {
	const struct simulate_wish *wish;
	const struct tally *tally;
	struct pass_outcome pass;
	struct model *models[SIDES];
	int64_t took_ms;
};
void simulate_render(const struct simulate_outcome *o, struct buf *out);
/* "warnings":[...] */
void simulate_warn(const struct simulate_outcome *o, struct buf *out);

/* Whether sales was told of a lead in this stage: MQL, SAL, or moved on by a person since. */
bool stage_qualified(enum stage s);
/* A total of all weeks: of the base, when only a sample of it was counted. */
double scaled(const struct simulate_outcome *o, int64_t count);

#endif
