/* Small figures about many numbers: mean and standard deviation by Welford's method, and what a sample says of a total.
 *
 * Pure; any thread. */
#ifndef LEARN_SPREAD_H
#define LEARN_SPREAD_H

#include <stdint.h>

struct spread {
	int64_t n;
	double mean, squares; /* squares: sum of squared deviations from the mean */
};

void spread_add(struct spread *s, double x);
double spread_sd(const struct spread *s); /* with n - 1; 0 when n < 2 */
/* As if everything added to `from` had been added to `to` (Chan, Golub and LeVeque, 1983). */
void spread_join(struct spread *to, const struct spread *from);

/* The sum over a population of `population` of which s->n were drawn at random without replacement: population · mean,
 * and its 95 % interval, normal with the finite population correction. All were drawn: low = high = value. One or none
 * was: low = value = high too, since nothing is known. */
struct total {
	double value, low, high;
};
struct total spread_total(const struct spread *s, int64_t population);

#endif
