/* Counters, gauges and histograms in the Prometheus text format.
 *
 * Registered once at start (before threads), then updated with relaxed atomics from any thread. Names follow Prometheus conventions
 * (leadscore_ prefix, base units, _total). */
#ifndef BASE_METRICS_H
#define BASE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct metric;

/* labels: rendered label pairs without braces, e.g. `route="/v1/events",method="POST"`, or NULL. Metrics of one name share one HELP and TYPE. The
 * result lives as long as the process; NULL when out of memory (updates accept NULL). */
struct metric *metric_counter(const char *name, const char *help, const char *labels);
struct metric *metric_gauge(const char *name, const char *help, const char *labels);
/* bounds: ascending upper bounds in the base unit (seconds, items), n of them, copied. */
struct metric *metric_histogram(const char *name, const char *help, const char *labels, const double *bounds, size_t n);

void metric_add(struct metric *m, int64_t delta);       /* counter, gauge */
void metric_set(struct metric *m, int64_t value);       /* gauge */
void metric_set_f(struct metric *m, double value);      /* gauge */
void metric_observe(struct metric *m, double value);    /* histogram */
int64_t metric_value(const struct metric *m);           /* counter, gauge: for tests */

void metrics_render(struct buf *out);

#endif
