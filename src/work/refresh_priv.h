/* The decay refresh: one thread, one connection, at most one job in flight. */
#ifndef WORK_REFRESH_PRIV_H
#define WORK_REFRESH_PRIV_H

#include "work/work.h"

struct refresh;

enum status refresh_start(const struct work_config *c, struct refresh **ret, struct err *e);
void refresh_stop(struct refresh **r); /* accepts NULL and *NULL */

#endif
