/* One batch: the commands of one workspace that become one transaction, and the leads they touch. Shared by the batch_*.c files.
 *
 * Life of an attempt: batch_open (resolve, lock) -> batch_place (every command gets its lead) -> batch_score (every lead gets its events) ->
 * batch_rows (what changed becomes rows) -> store_batch_commit -> batch_results. Everything hangs on the lane's arena and is forgotten when another attempt
 * starts; only results are copied into the jobs' arenas. */
#ifndef INGEST_BATCH_PRIV_H
#define INGEST_BATCH_PRIV_H

#include "base/metrics.h"
#include "ingest/ingest.h"
#include "store/batch.h"

/* A command within an attempt. */
struct entry {
	struct command *command;
	struct arena *out;             /* its job's arena */
	struct err err;                /* not ST_OK: refused, its neighbours go on */
	int32_t lead;                  /* index into work_leads, -1: none */
	int32_t next;                  /* next entry of the same lead in arrival order, -1: last */
	bool duplicate, created, stored;
	struct scoring_award *awards;  /* copied into `out` */
	size_t n_awards;
	struct scoring_transition *transitions;
	size_t n_transitions;
};

/* A lead within an attempt. */
struct work_lead {
	struct uuid id;
	const struct batch_lead *row;  /* NULL: made by this batch */
	int32_t first, last;           /* its entries */
	bool touched;                  /* something about it is to be written */
	bool replayed;
	struct scoring_lead *lead;     /* owned */
	struct scoring_effects effects; /* all of this batch, in order */
	struct uuid cause_key;         /* newest new event: cause of net transitions after a replay */
	bool has_cause;
	const char *event_type;        /* of that event, for the handoff's context */
	struct scoring_view view;
	const char *tags_before;       /* rendered, to see a change */
	const char *profile_text;      /* after; NULL: unchanged */
	int64_t version, created_at;
	bool has_handoff;
	struct uuid handoff_id;
	const char *handoff_state;
	struct lead_row *shown;        /* made when a command wants it */
};

struct key_slot {
	struct uuid key;
	int32_t lead;                  /* index into work_leads, -1: nobody has it yet */
	bool stored;                   /* in the database before this batch */
};

struct batch {
	struct models *models;
	struct db *db;
	struct arena *arena;
	struct uuid workspace;
	int64_t now;
	struct entry *entries;
	size_t n;
	bool check_known;              /* ask which events are stored instead of trusting that none is */

	struct model *model;           /* reference held for the attempt */
	struct batch_settings settings;
	struct batch_rows rows;
	struct key_slot *slots;        /* open addressing by key */
	size_t n_slots;                /* power of two */
	struct work_lead *leads;
	size_t n_leads;
	struct batch_identity *new_identities;
	size_t n_new_identities;
	struct batch_event *history;
	size_t n_history;
	struct batch_write write;
	size_t terms_cap;              /* room in write.terms */
};

enum status batch_open(struct batch *b, struct err *e);
void batch_place(struct batch *b);
enum status batch_score(struct batch *b, struct err *e);
enum status batch_render(struct batch *b, struct err *e);  /* fills b->write */
void batch_results(struct batch *b);                       /* after COMMIT */
void batch_forget(struct batch *b);                        /* drops references; safe at any point */

/* The slot of an identity key: an empty one (nil key) when it is not there. */
struct key_slot *batch_slot(struct batch *b, const struct uuid *key);

/* Runs all commands of these entries to committed results or errors, retrying and splitting as needed. */
struct batch_lane {
	struct models *models;
	const struct clock *clock;
	struct db_pool *pool;
	size_t slot;                   /* of this lane in the pool */
	struct arena *arena;
	struct metric *commits, *retries, *splits;
	bool healthy;                  /* the last attempt reached the database */
};
void batch_run(struct batch_lane *lane, const struct uuid *workspace, struct entry *entries, size_t n);

/* JSON for the outside (handoff context, outbox payloads); arena-owned. */
const char *batch_transition_json(struct batch *b, const struct work_lead *w, const struct uuid *id, const struct scoring_transition *t);
const char *batch_context_json(struct batch *b, struct work_lead *w);
/* A PostgreSQL text[] literal of the tags held. */
const char *batch_tags_literal(struct arena *a, const struct scoring_lead *l);


#endif
