/* Binding a column of rows as one array parameter. */
#ifndef STORE_COLUMN_PRIV_H
#define STORE_COLUMN_PRIV_H

#include "store/db.h"

/* Binds one array parameter from a field of n rows; `db` is the caller's. */
#define COLUMN(type_, put_, rows_, n_, field_)                                                                                                                 \
	do {                                                                                                                                                    \
		db_array_begin(db, (type_), (n_));                                                                                                              \
		for (size_t i_ = 0; i_ < (n_); i_++)                                                                                                            \
			put_(db, (rows_)[i_].field_);                                                                                                           \
		db_array_end(db);                                                                                                                               \
	} while (0)
#define COLUMN_UUID(rows_, n_, field_)                                                                                                                         \
	do {                                                                                                                                                    \
		db_array_begin(db, DB_UUID, (n_));                                                                                                              \
		for (size_t i_ = 0; i_ < (n_); i_++)                                                                                                            \
			db_put_uuid(db, &(rows_)[i_].field_);                                                                                                   \
		db_array_end(db);                                                                                                                               \
	} while (0)

#endif
