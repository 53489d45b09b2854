#include "learn/rate.h"

#include <math.h>

struct rate rate_wilson(int64_t k, int64_t n, double z)
{
	if (n <= 0)
		return (struct rate){0, 0, 1};
	if (k < 0)
		k = 0;
	if (k > n)
		k = n;
	double trials = (double)n, p = (double)k / trials, zz = z * z;
	double centre = p + zz / (2 * trials);
	double half = z * sqrt(p * (1 - p) / trials + zz / (4 * trials * trials));
	double scale = 1 + zz / trials;
	struct rate r = {p, (centre - half) / scale, (centre + half) / scale};
	/* At the ends one solution is exactly 0 or 1; rounding must not push it past. */
	if (k == 0 || r.low < 0)
		r.low = 0;
	if (k == n || r.high > 1)
		r.high = 1;
	return r;
}
