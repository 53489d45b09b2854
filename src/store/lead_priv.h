/* What lead.c and lead_list.c share. */
#ifndef STORE_LEAD_PRIV_H
#define STORE_LEAD_PRIV_H

#include "store/lead.h"

/* Reads row `row` of a statement that selects a lead's columns in the order of lead_read.sql. False: out of memory. */
bool store_lead_row(const struct db_result *r, size_t row, struct arena *arena, struct lead_row *ret);

/* Up to how many leads are sorted rather than walked to, in lists by score over all tiers; a fifth of it in others. The
 * probes ask for one more. Sorting n of N leads costs n look-ups, walking to a page of 50 passes some 50 N/n of them:
 * measured with a million leads. Tests lower it, before threads. */
extern size_t store_lead_few;

/* A row of merge_edges and its like. False: out of memory. */
bool store_merge_row(const struct db_result *r, size_t i, struct arena *arena, struct merge_row *m);

#endif
