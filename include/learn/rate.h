/* A share of successes and how sure one may be of it.
 *
 * The Wilson score interval (E. B. Wilson, 1927; recommended over the textbook interval for small n by Brown, Cai and
 * DasGupta, 2001): with p = k/n, the two solutions of |p - x| = z * sqrt(x (1 - x) / n), that is (p + z²/2n ± z *
 * sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n). Pure; any thread. */
#ifndef LEARN_RATE_H
#define LEARN_RATE_H

#include <stdint.h>

#define RATE_Z95 1.959963984540054 /* the 97.5 % point of the standard normal distribution */

struct rate {
	double value;     /* k / n; 0 when n is 0 */
	double low, high; /* within [0, 1]; 0 and 1 when n is 0: nothing is known */
};

/* k successes of n trials, 0 <= k <= n (a k outside is taken as the nearest bound). */
struct rate rate_wilson(int64_t k, int64_t n, double z);

#endif
