/* Looking back: what two versions of a model would have said of leads some time before it was known how they ended.
 *
 * A *case* is one lead at one past instant, scored from what was known then and from nothing else. Positives became
 * customers in the window; their instant is `horizon` before that. Negatives were lost in the window (their instant is
 * `horizon` before that), or never won or lost at all: each of those stands at the instant of a positive drawn at
 * random among those at which it was known already (risk-set sampling), so that both classes are seen at the same
 * times. Leads that won or were lost outside of the window, and those not known yet at their instant, are left out and
 * counted. */
#ifndef WORK_BACKTEST_PRIV_H
#define WORK_BACKTEST_PRIV_H

#include "learn/ranking.h"
#include "pass_priv.h"
#include "store/outcome.h"

enum { COMPARED, PREVIEWED, VERSIONS };

enum known_by { KNOWN_AUTO, KNOWN_RECEIVED, KNOWN_OCCURRED };

struct backtest_wish {
	int64_t compare_to; /* version */
	struct pass_wish pass;
	int64_t from, to, horizon;
	enum known_by known_by;
	bool chinese;
};

/* What is read before the pass, the same for all threads then. */
struct backtest_facts {
	const struct backtest_wish *wish;
	enum known_by known_by;   /* as used: never KNOWN_AUTO */
	int64_t events, late;     /* of the window */
	struct outcome *outcomes; /* owned; in order of lead */
	size_t n_outcomes;
	int64_t *instants; /* owned; of the positives, rising */
	size_t n_instants;
};

struct backtest_case {
	int64_t score[VERSIONS]; /* milli */
	bool qualified[VERSIONS];
	bool positive;
};

/* One thread's; joined in the end. */
struct backtest_sum {
	struct backtest_case *cases; /* owned */
	size_t n, cap;
	int64_t lost, never;                           /* of the negatives */
	int64_t outside, too_new, no_instant, not_for; /* left out */
};

struct backtest_work;
struct backtest_work *backtest_work_new(struct model *const models[VERSIONS], const struct backtest_facts *facts);
void backtest_work_free(struct backtest_work **w);
struct sweep_visitor backtest_visitor(struct backtest_work *w);
struct backtest_sum *backtest_sum(struct backtest_work *w);
/* Moves the cases of `from` to `to`. False: out of memory. */
bool backtest_join(struct backtest_sum *to, struct backtest_sum *from);

struct backtest_outcome {
	const struct backtest_facts *facts;
	const struct backtest_sum *sum;
	struct pass_outcome pass;
	struct model *models[VERSIONS];
	int64_t took_ms;
};
enum status backtest_render(const struct backtest_outcome *o, struct buf *out, struct err *e);

#endif
