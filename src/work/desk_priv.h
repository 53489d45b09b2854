/* The desk: gives new handoffs to sales people at once, and minds the clocks of those that they have.
 *
 * One thread with a connection of its own, on every instance. It is woken by what this instance commits and looks besides from time to time for what others did; of a
 * workspace one instance at a time tells whose turn it is (a lease on its row). What the clocks ask for is computed when they start and stored, so that only what is due
 * is looked at; every move is a command of the ingest machine, guarded by the version that was read, so two instances that see the same handoff move it once. */
#ifndef WORK_DESK_PRIV_H
#define WORK_DESK_PRIV_H

#include "work/work.h"

struct desk;

enum status desk_start(const struct work_config *c, struct desk **ret, struct err *e);
void desk_stop(struct desk **d); /* accepts NULL and *NULL */

#endif
