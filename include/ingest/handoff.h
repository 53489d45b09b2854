/* The life of a handoff: which move may follow which, and what each does to the handoff, its clocks and its lead. Pure; no I/O. docs/handoff.md says it in words.
 *
 * A move is made of the handoff as it was read and becomes one command, so that the handoff, its history, the lead's stage, its score and what the outside is told
 * commit together. The version that was read guards it: of two moves made of the same version one is refused. */
#ifndef INGEST_HANDOFF_H
#define INGEST_HANDOFF_H

#include "ingest/command.h"
#include "ingest/routing.h"
#include "store/handoff.h"

enum handoff_act {
	HANDOFF_ASSIGN,    /* pending, assigned -> assigned: user, rule */
	HANDOFF_ACCEPT,    /* pending, assigned -> accepted: user */
	HANDOFF_RESPOND,   /* accepted: the first response was made */
	HANDOFF_REJECT,    /* pending, assigned -> rejected: reason */
	HANDOFF_CONVERT,   /* accepted -> converted: outcome */
	HANDOFF_CLOSE,     /* accepted -> closed: reason */
	HANDOFF_WARN,      /* the clock has run for warn_at of its time */
	HANDOFF_BREACH,    /* the clock has run out, of a pending one, too; what follows is a move of its own: */
	HANDOFF_REASSIGN,  /* assigned -> assigned, to somebody else: user, rule */
	HANDOFF_ESCALATE,  /* to a manager, or, user NULL or accepted by somebody, only told */
	HANDOFF_EXPIRE,    /* assigned -> expired */
	HANDOFF_RETURN,    /* assigned -> pending: whoever had it is no more */
};

struct handoff_wish {
	enum handoff_act act;
	int64_t now;                    /* when it is done */
	const char *author;             /* who does it; borrowed for the command's life, like all texts here */
	const struct sales_user *user;  /* whom it goes to, or who acts; NULL: nobody is named */
	const struct sales_user *holder; /* who has it; NULL: nobody, or no more */
	const char *rule, *outcome, *reason, *note; /* NULL: none */
};

/* What a command carries of a move. */
struct handoff_move {
	struct handoff_row next;        /* as it is to be, under the version that it has now */
	const char *was;                /* its state now */
	const char *move, *author, *note;
	int64_t at;
	const char *clock;              /* that ends with it, and when that was due; NULL: none */
	int64_t due_at;
	int64_t worked_ms;              /* of working time that it had waited by then, for what it was waiting for; -1: for nothing, or not known */
};

/* When a handoff that nobody has is late; INSTANT_NEVER: never. */
int64_t handoff_pending_due(const struct routing *r, const struct handoff_row *h);
/* The move alone; what it does to the lead is the caller's. Errors as below. */
enum status handoff_make(struct arena *arena, const struct routing *r, const struct handoff_row *h, const struct handoff_wish *w, struct handoff_move **ret, struct err *e);
/* Errors: ST_CONFLICT "handoff_state": it may not be done in this state; ST_INVALID "user_required" (pointer "/user_id"), "reason_unknown" (pointer "/reason"). The command is
 * complete; its parts are the arena's. */
enum status handoff_command(struct arena *arena, const struct routing *r, const struct handoff_row *h, const struct handoff_wish *w, struct command *ret, struct err *e);
/* {"id", "lead_id", "state", ...}: what the outside is told of a move. Arena-owned; NULL: out of memory. */
const char *handoff_payload(struct arena *arena, const struct handoff_move *m, int64_t version);

#endif
