/* Half-life sums in fixed point; docs/scoring.md 4. Pure integers, no state of its own. */
#ifndef SCORING_DECAY_PRIV_H
#define SCORING_DECAY_PRIV_H

#include <stdint.h>

#define DECAY_ONE_BITS 30
#define DECAY_SUM_MAX ((__int128)1 << 80)

/* floor(2^bits * 2^(p/q)) for 0 <= p < q <= 2^40, bits 29 or 30: correct to the last bit. */
uint32_t pow2_floor(uint64_t p, uint64_t q, unsigned bits);
/* The slow way of pow2_floor, which decides when the fast one is too close to a whole number; for tests too. */
uint32_t pow2_floor_wide(uint64_t p, uint64_t q, unsigned bits);

/* t = *ret_rest + period * half_life with 0 <= *ret_rest < half_life. */
int64_t decay_period(int64_t t, int64_t half_life, int64_t *ret_rest);
uint32_t decay_weight(int64_t rest, int64_t half_life); /* floor(2^30 * 2^(rest/H)) */
uint32_t decay_factor(int64_t rest, int64_t half_life); /* floor(2^30 * 2^(-rest/H)) */

/* The sum as seen n >= 0 periods later: floor(sum / 2^n). */
__int128 decay_later(__int128 sum, int64_t n);
__int128 decay_add(__int128 sum, __int128 more); /* saturating */
/* What a partial reset leaves, of a half-life sum (floored) and of a plain one (rounded half away from zero):
 * thousandths. */
__int128 decay_keep(__int128 sum, uint32_t keep);
int64_t plain_keep(int64_t sum, uint32_t keep);
/* sum * factor / 2^60 rounded half away from zero. */
int64_t decay_worth(__int128 sum, uint32_t factor);

#endif
