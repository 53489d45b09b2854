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
	bool poked_all, leaving, counted;
};

/* deliver_lease.c */
enum status keeper_claim(struct keeper *k, struct err *e); /* endpoints that nobody has and that have something to do */
size_t keeper_had(struct keeper *k, struct endpoint_key **ret); /* by workspace; lost ones are freed on the way */
/* Renews the leases, or asks what is new of the workspaces poked. */
enum status keeper_look(struct keeper *k, bool renew, struct err *e);
/* Gives back one without work, or any when the keeper is leaving. */
enum status keeper_release(struct keeper *k, const struct endpoint_key *key, struct err *e);

#endif
