/* leadscore migrate */
#include <stdio.h>

#include "entries.h"
#include "store/migrations.h"

const struct option migrate_options[] = {
    {"--grant-to", "ROLE",
	"also let ROLE read and write the rows of all tables, now and of later migrations, but not change the schema",
	false},
    {"--check", NULL, "change nothing; exit 3 unless the schema is up to date", false},
    {0},
};
const char migrate_notes[] =
    "Migrations are numbered, only go forward, and are applied each in a transaction of its own under an advisory "
    "lock, so that several\n"
    "instances may start at once. A migration that was edited after it was applied, or a database of a newer "
    "leadscore, is refused.\n"
    "A good set-up has two roles: the owner, which migrates, and one made with CREATE ROLE that serves (--grant-to).";

int migrate_run(const struct invocation *in)
{
	struct db *db = NULL;
	struct err e = {0};
	int code = open_database(in, &db), applied = 0;
	if (code != EXIT_OK)
		return code;
	if (invocation_value(in, "--check")) {
		if (store_schema_check(db, &e) != ST_OK)
			code = fail(&e);
	} else if (store_migrate(db, invocation_value(in, "--grant-to"), &applied, &e) != ST_OK) {
		code = fail(&e);
	}
	db_close(&db);
	if (code == EXIT_OK)
		fprintf(stderr,
		    applied ? "%d of %zu migrations applied, the schema is up to date\n" : "the schema is up to date\n",
		    applied, migration_count);
	return code;
}
