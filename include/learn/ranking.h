/* How well scores put those who became customers before those who did not.
 *
 * AUC: the chance that a random positive has a higher score than a random negative, a tie counting half (Mann and
 * Whitney, 1947). Its variance, and its covariance between two scores of the same cases, are those of E. R. DeLong, D.
 * M. DeLong and D. L. Clarke-Pearson (1988), found by mid-ranks in O(n log n) (X. Sun and W. Xu, 2014). Intervals are
 * 95 %, normal, cut at 0 and 1.
 *
 * Lift: cases in order of falling score in ten groups of equal size; the share of positives in a group over that of
 * all. Cases of one score that lie on a border are spread evenly over the groups on both sides, so the order of cases
 * never matters.
 *
 * Pure; any thread. */
#ifndef LEARN_RANKING_H
#define LEARN_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define RANKING_TENTHS 10

/* One case under two models. */
struct ranking_case {
	int64_t score[2];
	bool positive;
};

struct ranking_auc {
	double value;     /* 0.5 when there are no positives or no negatives */
	double se;        /* meaningless without interval */
	double low, high; /* 0 and 1 without interval */
};

struct ranking {
	int64_t positives, negatives;
	bool interval; /* at least two of each */
	struct ranking_auc auc[2];
	struct ranking_auc
	    difference; /* of the first less the second; value 0 when unknown; low and high within -1 and 1 */
	double p;       /* two-sided, that there is no difference; 1 without interval */
};

struct lift_tenth {
	double cases, positives;
	double rate;       /* positives / cases */
	double lift;       /* rate over the rate of all; 0 when there are no positives at all */
	double recall;     /* share of all positives in this group and those above */
	int64_t low, high; /* scores in it */
};

/* Errors: ST_NOMEM. */
enum status ranking_of(const struct ranking_case *cases, size_t n, struct ranking *ret, struct err *e);
/* By score[which]. Without cases everything is 0. */
enum status ranking_lift(
    const struct ranking_case *cases, size_t n, int which, struct lift_tenth ret[RANKING_TENTHS], struct err *e);

#endif
