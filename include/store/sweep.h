/* Reading a workspace's whole base: each lead with all of its events in their order, from one snapshot. Leads come in
 * order of id, but for those that others have been merged into: they come behind the others of their range, with the
 * events of all. What has been merged is no lead.
 *
 * One connection begins (store_sweep_begin), which says how the base is cut into ranges; any number of connections may
 * join its snapshot and read different ranges at the same time. Nothing is locked, and what is held in memory is one
 * range's ids and some thousands of events, however large the base. Voided events are left out, and the events that say
 * so. */
#ifndef STORE_SWEEP_H
#define STORE_SWEEP_H

#include "store/db.h"

#define SWEEP_SNAPSHOT_MAX 64

struct sweep_range {
	struct uuid first, last; /* both included */
};

struct sweep_plan {
	char snapshot[SWEEP_SNAPSHOT_MAX]; /* of store_sweep_join; good while the connection that began holds its
					      transaction */
	int64_t leads;
	struct sweep_range *ranges; /* arena-owned */
	size_t n_ranges;
};

/* A random part of the base: the leads whose hash with `seed` lies below share · 2^64. The same leads for the same
 * seed. share 1: all. */
struct sweep_sample {
	double share;
	uint64_t seed;
};
bool sweep_sampled(const struct sweep_sample *s, const struct uuid *lead);

/* Begins a read-only transaction at one snapshot and cuts the base. Both it and its joiners are ended by db_rollback.
 */
enum status store_sweep_begin(
    struct db *db, const struct uuid *workspace, struct arena *arena, struct sweep_plan *ret, struct err *e);
enum status store_sweep_join(struct db *db, const char *snapshot, struct err *e);

/* Text is NUL-terminated and borrowed during the visit; NULL: none. */
struct sweep_event {
	struct uuid lead_id, key;
	int64_t at, received_at;
	const char *type, *properties, *patch, *source, *email, *phone;
};

/* `lead` for each lead of the sample in the range, then `event` for each of its events, then `done`. What they return
 * other than ST_OK ends the sweep with it. */
struct sweep_visitor {
	void *ctx;
	enum status (*lead)(void *ctx, const struct uuid *lead, struct err *e);
	enum status (*event)(void *ctx, const struct sweep_event *ev, struct err *e);
	enum status (*done)(void *ctx, struct err *e);
};
/* In a transaction of store_sweep_begin or _join. statement_us: most time one statement may take; the first of a range
 * sorts its events. */
enum status store_sweep_range(struct db *db, const struct uuid *workspace, const struct sweep_range *range,
    const struct sweep_sample *sample, int64_t statement_us, const struct sweep_visitor *v, struct err *e);

#endif
