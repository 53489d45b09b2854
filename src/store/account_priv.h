/* What the files of accounts share. */
#ifndef STORE_ACCOUNT_PRIV_H
#define STORE_ACCOUNT_PRIV_H

#include "store/account.h"

/* A row of account_sums; false: out of memory. */
bool store_account_sums_row(const struct db_result *r, size_t i, struct arena *arena, struct account_sums_row *ret);

#endif
