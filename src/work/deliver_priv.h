/* Delivery: one instance's share of the endpoints, and what it has in hand of each.
 *
 * Three threads. The keeper (deliver_keep.c, deliver_lease.c) takes endpoints by lease and keeps in hand the deliveries that are due. The
 * sender (deliver_send.c) has the connections to the endpoints; it never waits for the database, so that an endpoint's
 * window is all that its slowness can hold. The writer (deliver_write.c) writes down what became of attempts.
 *
 * Life of a message: READY, put in hand by the keeper -> FLYING, taken by the sender -> DONE -> its result is written by
 * the writer, and it is freed. Of one lead only one is in hand. After the lease of an endpoint nothing of it is begun.
 *
 * One lock guards the table of endpoints and all in it, but `config`, which never changes and is counted. */
#ifndef WORK_DELIVER_PRIV_H
#define WORK_DELIVER_PRIV_H

#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <uthash.h>

#include "base/metrics.h"
#include "deliver_pace.h"
#include "halt_priv.h"
#include "store/webhook_lease.h"
#include "webhook_priv.h"
#include "work/work.h"

#define WINDOW 64    /* messages of an endpoint that are ready or under way, */
#define HAND_MAX 256 /* and with those whose results are yet to be written */
#define LEASE_MS 20000
#define RENEW_MS 5000
#define LEASE_MARGIN_MS 2000 /* nothing is begun so shortly before the lease ends */
#define REPLY_MAX ((size_t)64 * 1024)

enum message_state { MESSAGE_READY, MESSAGE_FLYING, MESSAGE_DONE };

struct message {
	enum message_state state;
	int64_t seq;
	struct uuid outbox_id, lead_id;
	int32_t attempts; /* this one included once it is DONE */
	int64_t created_at;
	struct webhook_message what; /* texts follow the struct */
	/* DONE */
	const char *outcome; /* pending, delivered, failed */
	int64_t next_at, at;
	long status;
	char error[ERR_DETAIL_MAX];
	int32_t latency_ms;
	char *reply; /* owned JSON text, or NULL */
};

struct endpoint_config {
	int refs;                        /* by the lock */
	const struct webhook_kind *kind; /* NULL: one that this version does not know */
	char *url, *secrets;             /* secrets: JSON text */
	json_t *settings;
	struct webhook_pace pace;
};

struct endpoint_key {
	struct uuid workspace_id, id;
};

struct endpoint {
	UT_hash_handle hh;
	struct endpoint_key key;
	int64_t generation, revision, last_seq;
	struct endpoint_config *config; /* a reference; NULL: not loaded yet */
	struct message *hand[HAND_MAX];
	size_t n_hand, n_ready, n_flying, n_done;
	int64_t lease_end_ms; /* monotonic */
	int32_t failures;
	int64_t failing_since;
	int64_t open_until_ms; /* of the breaker, monotonic */
	struct bucket bucket;
	bool gone, failing_long; /* to be disabled */
	bool lost;               /* not ours any more: freed when nothing flies or is being written */
	bool writing;            /* the writer points into what is DONE */
	/* the keeper's own */
	bool load;
	int64_t load_at_ms, idle_since_ms, figures_at_ms, waiting, oldest;
};

struct deliver {
	struct work_config config;
	struct webhook_policy policy;
	struct schedule schedule;
	int64_t timeout_ms, disable_after_ms;
	struct uuid owner;
	pthread_t keeper, sender, writer;
	bool keeper_runs, sender_runs, writer_runs;
	struct halt halt; /* of the sender's end; then comes the writer's, `sent`, then the keeper's, `stopping` */

	pthread_mutex_t lock;
	pthread_cond_t news, fared; /* for the keeper, for the writer */
	bool sent, stopping, results, room, poked_all;
	struct uuid poked[32];
	size_t n_poked;
	struct endpoint *endpoints;
	size_t n_flying;

	CURLM *multi; /* the sender's; anybody may wake it */
	struct db_pool *pool;
	struct metric *delivered, *again, *failed, *latency, *delay, *waiting, *oldest, *owned, *flying, *disabled;
};

/* deliver_endpoint.c: with the lock held. */
void endpoint_drop_ready(struct endpoint *p);
void endpoint_remove(struct endpoint *p, struct message *m); /* from hand; frees it */
size_t endpoint_room(const struct endpoint *p, int64_t now_ms); /* how many more it may have in hand; 0: none now */
void endpoint_free(struct deliver *d, struct endpoint *p);
struct endpoint_config *config_new(const struct delivery_window *w); /* NULL: out of memory */
void config_unref(struct endpoint_config **c);
struct message *message_new(const struct delivery_due *due); /* READY, or DONE when there is nothing to tell any more */
void message_free(struct message **m);
/* The result of an attempt: what it means for the messages and the endpoint. status 0: there was no reply. */
void endpoint_fared(struct deliver *d, struct endpoint *p, struct message *const *messages, size_t n,
    enum webhook_verdict v, int64_t retry_after_ms, int64_t now, int64_t now_ms);

enum { DELIVER_KEEPER, DELIVER_WRITER, DELIVER_CONNECTIONS }; /* of the pool */

void *deliver_keep(void *arg);
void *deliver_send(void *arg);
void *deliver_write(void *arg);

#endif
