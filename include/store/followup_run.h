/* Follow-ups in the background: what is open of leads that were marked, as it is and as it is to be; and what is due.
 *
 * A look at marked leads holds their rows first and then reads what they fit, so it sees what was committed with the
 * marks that it takes; of two instances at once the second finds the marks gone. */
#ifndef STORE_FOLLOWUP_RUN_H
#define STORE_FOLLOWUP_RUN_H

#include "store/followup.h"

struct followup_tenant {
	struct uuid workspace_id;
	const char *time_zone;
};
enum status store_followups_waiting(
    struct db *db, struct arena *arena, struct followup_tenant **ret, size_t *ret_n, struct err *e);

struct followup_lead {
	struct uuid id;
	const char *owner, *stage;
	const char *change; /* the newest that is to be reviewed; NULL: none */
	int64_t changed_at;
};
/* The playbook of a kind that a lead fits first. */
struct followup_fit {
	struct uuid lead_id, playbook_id;
	const char *kind, *cadence, *first_after, *on_change;
};
struct followup_open {
	struct uuid root; /* the lead that lead_id has been merged into, or is */
	struct uuid id, lead_id, playbook_id;
	const char *kind, *owner, *due_by;
	int64_t started_at, due_at, last_done_at;
};
struct followup_look {
	struct followup_lead *leads; /* by id */
	struct followup_fit *fits;
	struct followup_open *open; /* by due_at */
	size_t n_leads, n_fits, n_open;
};
/* Begins: takes at most `max` marks of a tenant and holds their leads, until store_followups_write, which commits, or
 * store_followup_give_up. *ret_more: there may be more marks. */
enum status store_followups_look(struct db *db, const struct uuid *workspace, size_t max, struct arena *arena,
    struct followup_look *ret, bool *ret_more, struct err *e);

struct followup_change {
	struct uuid id, lead_id, playbook_id;
	const char *state, *owner, *due_by, *due_reason, *reason;
	int64_t due_at, ended_at;
};
struct followup_add {
	struct uuid id, lead_id, playbook_id;
	const char *kind, *owner, *due_by, *due_reason;
	int64_t started_at, due_at;
};
struct followup_writes {
	struct followup_change *changes;
	struct followup_add *adds;
	struct followup_move *moves;
	size_t n_changes, n_adds, n_moves;
};
enum status store_followups_write(
    struct db *db, const struct uuid *workspace, const struct followup_writes *w, struct err *e);

struct followup_due {
	struct uuid workspace_id, id, lead_id;
};
/* Those that are due and untold, by tenant. */
enum status store_followups_due(struct db *db, int64_t now, size_t max, struct arena *arena, struct followup_due **ret,
    size_t *ret_n, struct err *e);
/* Begins: those of one tenant that nobody else has told meanwhile count as told. Then store_followups_tell, which
 * commits, or store_followup_give_up. */
enum status store_followups_claim(struct db *db, const struct followup_due *due, size_t n, int64_t now,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, struct err *e);
enum status store_followups_tell(struct db *db, const struct uuid *workspace, const struct followup_row *rows, size_t n,
    const struct uuid *told, const char *const *payloads, int64_t now, struct err *e);

#endif
