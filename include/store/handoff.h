/* Handoffs: a lead given to sales, as readers and those who move it see it. */
#ifndef STORE_HANDOFF_H
#define STORE_HANDOFF_H

#include "store/db.h"

/* Text is borrowed from the connection until its next statement, unless an arena is asked for. Instants that are not yet are INSTANT_NEVER, text NULL, durations -1. */
struct handoff_row {
	struct uuid id, lead_id, transition_id;
	const char *state, *stage;
	int64_t version, created_at, updated_at;
	const char *context;               /* JSON text */
	struct uuid assignee;              /* a sales person; nil: nobody */
	const char *rule;                  /* what chose it */
	int64_t assigned_at, accepted_at, responded_at, ended_at;
	int64_t acceptance_ms, response_ms; /* working time that it took */
	const char *outcome, *reason, *note;
	const char *clock;                 /* "pending" (when it was given back, or ran out), "acceptance", "first_response": runs; NULL: none does */
	int64_t warn_at, due_at, warned_at, breached_at;
	int32_t reassigned;
	int64_t escalated_at, desk_at;
	const char *assignee_name, *assignee_email; /* read for showing only; NULL: nobody, or deleted */
};
#define HANDOFF_COLUMNS 28 /* of the statements that read one, in the order of the struct */

bool handoff_open_state(const char *state); /* "pending", "assigned" or "accepted"; NULL is none */

struct handoff_filter {
	const char *state; /* NULL: any */
	bool has_lead, has_owner;
	struct uuid lead_id, owner;
	int64_t overdue_at; /* INSTANT_NEVER: any; else those whose clock has run out by then */
	bool has_after;
	struct uuid after; /* the last id of the page before */
	size_t limit;
};

struct handoff_move_row {
	int64_t version, at;
	const char *move, *from, *to, *author, *rule, *reason, *note;
	struct uuid assignee;
	const char *clock;        /* "pending", "acceptance", "first_response": ended with it; NULL: none did */
	int64_t due_at;           /* of that one */
	int64_t worked_ms;        /* of working time it had waited by then, for what it was waiting for; -1: for nothing, or not known */
};

/* The first HANDOFF_COLUMNS columns of a row. Borrowed text. */
struct handoff_row store_handoff_take(const struct db_result *r, size_t i);
/* Its texts into the arena. False: out of memory. */
bool store_handoff_keep(struct arena *arena, struct handoff_row *io);

/* ST_NOT_FOUND "handoff_not_found". */
enum status store_handoff_read(struct db *db, const struct uuid *workspace, const struct uuid *id, struct handoff_row *ret, struct err *e);
/* Newest first. */
enum status store_handoff_list(struct db *db, const struct uuid *workspace, const struct handoff_filter *f, struct arena *arena, struct handoff_row **ret, size_t *ret_n,
	bool *ret_more, struct err *e);
/* In order; 500 at most. Arena-owned. */
enum status store_handoff_moves(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena, struct handoff_move_row **ret, size_t *ret_n,
	struct err *e);

#endif
