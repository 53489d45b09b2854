/* The schema's migrations: numbered, forward only, each applied once in a transaction of its own under an advisory lock.
 *
 * Checked against edits: the hash of an applied migration is kept, and a difference is refused. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include <stddef.h>

#include "store/db.h"

struct migration {
	int number;
	const char *name, *sql;
};
extern const struct migration migrations[];
extern const size_t migration_count;

/* Applies what is missing. grant_to: a role that gets what running needs (no DDL), or NULL. ret_applied may be NULL. Waits at most a minute for another migrator.
 * Errors: ST_CONFLICT "migration_changed" / "schema_newer" (the database knows a migration this program does not). */
enum status store_migrate(struct db *db, const char *grant_to, int *ret_applied, struct err *e);
/* ST_OK when the schema is exactly this program's; ST_CONFLICT "schema_outdated" / "schema_newer" otherwise. */
enum status store_schema_check(struct db *db, struct err *e);

#endif
