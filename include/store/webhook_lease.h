/* Delivering: an endpoint is one instance's at a time, by a lease with a generation that everything it writes names.
 *
 * Taken (claim) when there is something to do, renewed while it is had, given back (release) when nothing is due for a
 * while. An instance that dies is succeeded when its lease runs out. */
#ifndef STORE_WEBHOOK_LEASE_H
#define STORE_WEBHOOK_LEASE_H

#include "store/db.h"

struct webhook_place {
	struct uuid workspace_id, id;
};
/* Endpoints with something to do that nobody has, the longest waiting first. */
enum status store_webhook_free(
    struct db *db, int64_t now, struct webhook_place *ret, size_t max, size_t *ret_n, struct err *e);

struct webhook_lease {
	struct uuid id;
	int64_t generation;
	int64_t last_seq, revision; /* seen */
	int32_t failures;           /* claim: attempts in a row, and since when */
	int64_t failing_since;
};
/* Those of n endpoints that are the caller's now. ret: room for n. */
enum status store_webhook_claim(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, int64_t lease_ms, struct webhook_lease *ret, size_t *ret_n, struct err *e);
/* Those that are still. */
enum status store_webhook_renew(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, int64_t lease_ms, struct webhook_lease *ret, size_t *ret_n, struct err *e);
/* The same without renewing, and what is new of them. */
enum status store_webhook_seen(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n,
    const struct uuid *owner, struct webhook_lease *ret, size_t *ret_n, struct err *e);
enum status store_webhook_release(struct db *db, const struct uuid *workspace, const struct uuid *id,
    const struct uuid *owner, int64_t generation, struct err *e);

/* A delivery that is due. Text is arena-owned. */
struct delivery_due {
	int64_t seq;
	struct uuid outbox_id, lead_id;
	const char *type;
	int32_t attempts;
	int64_t next_at, created_at; /* created_at: of what is told; INSTANT_NEVER: it is gone */
	const char *payload;         /* JSON text; NULL: gone */
	const char *lead;            /* JSON text: the lead as it is now; NULL: there is none, or nobody asked */
	const char *team;            /* JSON text: {"zone", "assignee"}; NULL: nobody asked */
};
struct delivery_window {
	bool mine;                                   /* else nothing of the rest is filled in */
	const char *kind, *url, *secrets, *settings; /* as they are now; secrets and settings JSON text */
	int64_t revision, last_seq;
	struct delivery_due *due;
	size_t n_due;
	int64_t next_at; /* of those not due yet; INSTANT_NEVER: none */
};
/* What one endpoint is to get by now, at most `limit`, without those in hand; with the leads that they are about. */
enum status store_delivery_window(struct db *db, const struct uuid *workspace, const struct uuid *webhook,
    const struct uuid *owner, int64_t generation, int64_t now, const int64_t *in_hand, size_t n_in_hand, size_t limit,
    bool with_leads, struct arena *arena, struct delivery_window *ret, struct err *e);

struct delivery_result {
	struct uuid webhook_id, outbox_id, lead_id;
	int64_t generation, seq;
	const char *state; /* pending: to be tried again at next_at; delivered, failed */
	int32_t attempts;
	int64_t next_at; /* INSTANT_NEVER unless pending */
	int64_t at;
	int32_t status;    /* of HTTP; 0: there was no reply */
	const char *error; /* NULL: none */
	int32_t latency_ms;
	const char *reply; /* JSON text or NULL */
};
struct webhook_fare {
	struct uuid id;
	int64_t generation;
	int32_t failures;
	int64_t failing_since; /* INSTANT_NEVER: it does not */
	bool unblocked;        /* set: there may be deliveries whose turn it is now */
};
/* Of one workspace. What is of a generation that has passed changes nothing. */
enum status store_delivery_results(struct db *db, const struct uuid *workspace, const struct delivery_result *results,
    size_t n, struct webhook_fare *fares, size_t n_fares, int64_t now, struct err *e);

/* How many leads' lines wait at an endpoint (at most `max` are counted), and since when the first (INSTANT_NEVER:
 * none). */
enum status store_webhook_figures(struct db *db, const struct uuid *workspace, const struct uuid *id, size_t max,
    int64_t *ret_waiting, int64_t *ret_oldest, struct err *e);

/* Disables an endpoint of ours for `reason`, and tells the others by the outbox row, of no lead, with this topic and
 * payload. ret_mine false: it was not ours. */
enum status store_webhook_disable(struct db *db, const struct uuid *workspace, const struct uuid *id,
    int64_t generation, const char *reason, const char *topic, const char *payload, int64_t now,
    const char *const *optional, size_t n_optional, bool *ret_mine, struct err *e);

#endif
