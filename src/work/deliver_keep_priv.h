/* What the files of the keeper share. */
#ifndef WORK_DELIVER_KEEP_PRIV_H
#define WORK_DELIVER_KEEP_PRIV_H

#include "deliver_priv.h"

struct keeper {
	struct deliver *d;
	struct db *db;
	struct arena *arena, *arena_window; /* of a step; of a window */
	int64_t lease_end_ms;               /* of the lease being taken or renewed: the time before it was asked for */
	int64_t poll_at_ms, renew_at_ms;
	struct uuid poked[32];
	size_t n_poked;
	bool poked_all, leaving;
};

int keeper_by_key(const void *a, const void *b);
/* Writes what became of messages (deliver_results.c), and disables endpoints that are gone. */
enum status keeper_results(struct keeper *k, struct err *e);

#endif
