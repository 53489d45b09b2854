/* One reading statement whose plan must suit its arguments, because which index serves it depends on which filters are
 * null.
 *
 * BEGIN, the setting for this transaction, the statement and COMMIT travel in one round trip; other statements of the
 * connection keep their prepared plans. */
#ifndef STORE_PLANNED_PRIV_H
#define STORE_PLANNED_PRIV_H

#include "store/db.h"

enum status store_planned_begin(struct db *db, struct err *e);
/* `sent` is the outcome of begin and of the db_send between. Whatever it is, the connection is outside a transaction
 * afterwards. */
enum status store_planned_end(struct db *db, enum status sent, struct db_result **ret, struct err *e);

#endif
