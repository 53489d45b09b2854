/* What kind of PostgreSQL this is and what our role may do in it, for `leadscore doctor`. */
#ifndef STORE_SERVER_H
#define STORE_SERVER_H

#include "store/db.h"

struct server_facts {
	int32_t version; /* 150020 for 15.20 */
	char version_text[64];
	char encoding[32];
	char synchronous_commit[24];
	char role[64], schema[64]; /* schema: "" when none of the search path exists */
	int64_t clock;             /* the server's, while it answered */
	bool fsync, full_page_writes;
	bool recovery; /* a standby: nothing can be written */
	bool may_change_schema;
	bool superuser;
	int32_t max_connections;
};
enum status store_server_facts(struct db *db, struct server_facts *ret, struct err *e);

/* Webhooks of all workspaces. */
struct server_webhooks {
	int64_t enabled;
	int64_t disabled; /* by themselves: gone, or failing for days */
	int64_t failing;  /* for more than an hour */
	int64_t waiting;  /* something is to be done for more than a minute, and no instance does it */
};
enum status store_server_webhooks(struct db *db, struct server_webhooks *ret, struct err *e);

/* Our tables that this role cannot use as running needs; "name: INSERT, DELETE", arena-owned. */
enum status store_server_denials(
    struct db *db, struct arena *arena, const char *const **ret, size_t *ret_n, struct err *e);

#endif
