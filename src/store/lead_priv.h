/* What lead.c and lead_list.c share. */
#ifndef STORE_LEAD_PRIV_H
#define STORE_LEAD_PRIV_H

#include "store/lead.h"

/* Reads row `row` of a statement that selects a lead's columns in the order of lead_read.sql. False: out of memory. */
bool store_lead_row(const struct db_result *r, size_t row, struct arena *arena, struct lead_row *ret);

#endif
