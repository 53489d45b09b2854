/* What routing needs of a workspace, read from the database: its document, its sales people, and how much each has open. */
#ifndef INGEST_ROSTER_H
#define INGEST_ROSTER_H

#include "ingest/handoff.h"
#include "store/desk.h"

struct roster_read {
	struct routing routing;
	struct roster roster;
};
/* All but the routing's compiled rules is the arena's; roster_free drops those. with_open: the handoffs that each has are counted. Errors: those of the store. */
enum status roster_read(struct db *db, const struct uuid *workspace, bool with_open, struct arena *arena, struct roster_read *ret, struct err *e);
void roster_free(struct roster_read *r);
/* What rules see of a handoff's lead; a new reference, NULL: out of memory. */
json_t *roster_lead(const struct desk_handoff *h);

#endif
