/* Follow-ups: when leads are to be looked after next, by the playbooks that they fit.
 *
 * Each lead has at most one open of each kind. Whoever writes one holds its lead's row. */
#ifndef STORE_FOLLOWUP_H
#define STORE_FOLLOWUP_H

#include "store/db.h"

/* Text is arena-owned; NULL: none. */
struct followup_row {
	struct uuid id, lead_id, playbook_id;
	const char *kind, *state, *owner;
	int64_t started_at, due_at;
	const char *due_by, *due_reason;
	int64_t last_done_at;
	const char *last_outcome;
	int32_t done;
	int64_t ended_at;
	const char *reason;
	int64_t version;
	const char *playbook, *owner_role, *actions, *offer,
	    *cadence; /* of the playbook as it is now; NULL: it is gone. actions: JSON text */
	const char *name, *company, *email, *phone, *tier, *stage; /* of the lead */
	int32_t score;
	const char *moves; /* JSON text, of a history */
};

struct followup_filter {
	const char *state;        /* open, ended */
	const char *owner, *kind; /* NULL: any */
	bool has_playbook;
	struct uuid playbook;
	int64_t due_before; /* INSTANT_NEVER: whenever */
	bool has_after;
	int64_t after_at;
	struct uuid after;
	size_t limit;
};
/* What is due first first. */
enum status store_followup_list(struct db *db, const struct uuid *workspace, const struct followup_filter *f,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, bool *ret_more, struct err *e);
/* Those of n ids that are there. */
enum status store_followups_read(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    struct arena *arena, struct followup_row **ret, size_t *ret_n, struct err *e);
/* All of a lead and of what has been merged into it, with their moves; the newest first, after (start, id). */
enum status store_followup_history(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    const struct followup_filter *f, struct arena *arena, struct followup_row **ret, size_t *ret_n, bool *ret_more,
    struct err *e);

struct followup_move {
	struct uuid id, followup_id, lead_id, playbook_id;
	const char *type; /* started, moved, changed, done, snoozed, ended */
	int64_t at, due_at;
	const char *reason, *outcome, *note, *author;
};

/* A person's act. The follow-up and its lead are kept from others: until store_followup_act, or store_followup_give_up.
 * `within`: a transaction is open already, and stays so whatever comes of it; else one is begun, and committed by
 * store_followup_act. ST_NOT_FOUND "followup_not_found". */
enum status store_followup_hold(struct db *db, const struct uuid *workspace, const struct uuid *id, bool within,
    struct arena *arena, struct followup_row *ret, struct err *e);
/* move->due_at is when it is due next. payload NULL: nothing is told. */
enum status store_followup_act(struct db *db, const struct uuid *workspace, const struct followup_move *move,
    const char *due_by, const struct uuid *told, const char *topic, const char *payload, bool within, struct err *e);
void store_followup_give_up(struct db *db);

#endif
