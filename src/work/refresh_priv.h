/* The decay refresh: one thread, one connection, at most one job in flight. */
#ifndef WORK_REFRESH_PRIV_H
#define WORK_REFRESH_PRIV_H

#include "work/work.h"

struct refresh;

enum status refresh_start(const struct work_config *c, struct refresh **ret, struct err *e);
void refresh_stop(struct refresh **r); /* accepts NULL and *NULL */

/* The pause after the n-th failure in a row (from 1), between half and the whole of 250 ms · 2^(n-1), at most 30 s;
 * `random` is any number. */
int64_t refresh_backoff_ms(unsigned failures, uint64_t random);

#endif
