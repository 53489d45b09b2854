#include "learn/spread.h"

#include <math.h>

#include "learn/rate.h"

void spread_add(struct spread *s, double x)
{
	double before = x - s->mean;
	s->n++;
	s->mean += before / (double)s->n;
	s->squares += before * (x - s->mean);
}

double spread_sd(const struct spread *s)
{
	return s->n > 1 ? sqrt(s->squares / (double)(s->n - 1)) : 0;
}

void spread_join(struct spread *to, const struct spread *from)
{
	int64_t n = to->n + from->n;
	if (!from->n)
		return;
	double apart = from->mean - to->mean;
	to->squares += from->squares + apart * apart * (double)to->n * (double)from->n / (double)n;
	to->mean += apart * (double)from->n / (double)n;
	to->n = n;
}

struct total spread_total(const struct spread *s, int64_t population)
{
	double all = (double)population, value = all * s->mean, half = 0;
	if (s->n > 1 && s->n < population)
		half = RATE_Z95 * all * spread_sd(s) / sqrt((double)s->n) * sqrt(1 - (double)s->n / all);
	return (struct total){value, value - half, value + half};
}
