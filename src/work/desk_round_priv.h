/* One round of the desk over one workspace: what is due, and the commands made of it. */
#ifndef WORK_DESK_ROUND_PRIV_H
#define WORK_DESK_ROUND_PRIV_H

#include "base/metrics.h"
#include "desk_priv.h"
#include "ingest/roster.h"

struct round {
	struct arena *arena;
	struct metric *unassigned;
	struct db *db;
	const struct uuid *workspace;
	int64_t now;
	struct roster_read team;
	json_t *turns;
	struct desk_handoff *due;
	struct command *commands; /* of due[of[i]] */
	size_t *of;
	size_t n_commands;
	struct desk_later *later;
	size_t n_later;
	size_t breaches;
};

/* Fills commands and later for the n that are due. (desk_round.c) */
enum status desk_plan(struct round *r, size_t n, struct err *e);
/* Looked at again at that instant, unless it moves before. */
void desk_put_off(struct round *r, const struct handoff_row *h, int64_t at);

#endif
