/* What happened to one lead, and to what has been merged into it: events, transitions, handoffs, merges and what was done of follow-ups in one line, newest first.
 *
 * Ordered by (at, source, id) descending; the order is total, so a cursor never repeats or skips what was there when
 * the first page was read. */
#ifndef STORE_TIMELINE_H
#define STORE_TIMELINE_H

#include "store/db.h"

/* In this order at one instant: an effect is newer than its cause. */
enum timeline_source {
	TIMELINE_EVENT = 1,
	TIMELINE_TRANSITION = 2,
	TIMELINE_HANDOFF = 3,
	TIMELINE_MERGE = 4,
	TIMELINE_UNMERGE = 5,
	TIMELINE_FOLLOWUP = 7,
	TIMELINE_MOVE = 16, /* and above: of a handoff, in the order of the versions that they led to */
};

struct timeline_cursor {
	bool set;
	int64_t at;
	int32_t source;
	struct uuid id;
};

/* Text is borrowed from the connection until its next statement. Members that a source does not have are NULL, 0 or
 * INSTANT_NEVER. */
struct timeline_row {
	int32_t source; /* enum timeline_source */
	int64_t at;           /* occurred_at, at, created_at */
	struct uuid id;       /* event key, transition id, handoff id (of moves, too), merge id, id of what was done of a follow-up */
	struct uuid lead_id;  /* that it is kept under; of merges: that survived */
	struct uuid other_id; /* of merges: the member; of moves: who has it from then on, or nil; of follow-ups: which */
	const char *author;   /* of merges, moves and follow-ups */
	const char *type;     /* event type; "stage" or "tier"; the stage a handoff was raised for; the move; "done" or "snoozed" */
	const char *event_id; /* as the client gave it; of transitions: of the event that caused it */
	bool has_event_key;
	struct uuid event_key;                         /* of transitions: the event that caused it */
	int64_t received_at;                           /* events; of follow-ups: when it was due from then on */
	const char *properties, *patch, *event_source; /* events: JSON texts */
	const char *from, *to, *cause, *reason;        /* transitions; of moves states, and what chose who has it */
	int32_t score, fit, engagement;
	int64_t model_version; /* of moves: the handoff's version */
	const char *state; /* handoffs: now; of follow-ups: the outcome */
	const char *line;  /* transitions: of a model beside the primary one; NULL: the lead's own */
	int64_t voided_at; /* events: INSTANT_NEVER: it counts */
	const char *void_reason, *flag; /* events */
	const char *cleaned;            /* events: JSON text; NULL: nothing was */
	const char *note, *name;        /* of moves and follow-ups: written beside it; of who has it, NULL: nobody, or deleted */
};

/* ST_NOT_FOUND "lead_not_found" when there is no such lead. */
enum status store_timeline(struct db *db, const struct uuid *workspace, const struct uuid *lead,
    const struct timeline_cursor *after, size_t limit, struct arena *arena, struct timeline_row **ret, size_t *ret_n,
    bool *ret_more, struct err *e);

#endif
