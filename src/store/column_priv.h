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
/* The same of rows that may have none: null where their flag is not set. */
#define COLUMN_UUID_IF(rows_, n_, has_, field_)                                                                                                                \
	do {                                                                                                                                                    \
		db_array_begin(db, DB_UUID, (n_));                                                                                                              \
		for (size_t i_ = 0; i_ < (n_); i_++)                                                                                                            \
			db_put_uuid(db, (rows_)[i_].has_ ? &(rows_)[i_].field_ : NULL);                                                                         \
		db_array_end(db);                                                                                                                               \
	} while (0)

#endif
