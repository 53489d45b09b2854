/* One batch: the commands of one workspace that become one transaction, and the leads they touch. Shared by the batch_*.c files.
 *
 * Life of an attempt: batch_open (resolve, lock, and batch_place: every command gets its lead) -> batch_score (every lead gets its events) ->
 * batch_rows (what changed becomes rows) -> store_batch_commit -> batch_results. Everything hangs on the lane's arena and is forgotten when another attempt
 * starts; only results are copied into the jobs' arenas. */
#ifndef INGEST_BATCH_PRIV_H
#define INGEST_BATCH_PRIV_H

#include "base/metrics.h"
#include "ingest/filter.h"
#include "ingest/handoff.h"
#include "ingest/ingest.h"
#include "store/batch.h"
#include "store/held.h"
#include "store/merge.h"

/* A command within an attempt. */
struct entry {
	struct command *command;
	struct arena *out;             /* its job's arena */
	struct err err;                /* not ST_OK: refused, its neighbours go on */
	int32_t lead;                  /* index into work_leads, -1: none; never of one that is merged */
	int32_t under;                 /* the same, of the lead that what it brings is stored under: `lead` itself or a member of it */
	int32_t next;                  /* next entry of the same lead in arrival order, -1: last */
	bool duplicate, created, stored, released, told;
	bool copied;                   /* an event: another member has it, so that it counts no more, but is stored for the day that they part */
	int64_t received_at;           /* an event: as stored */
	struct uuid noted_under;       /* COMMAND_VOID: the lead that has the event, and the note of it */
	const char *flag;              /* of an event: what a filter took it for, or NULL */
	const char *void_reason;       /* of an event: it is stored as voided and counts nowhere; NULL: it counts */
	struct scoring_award *awards;  /* copied into `out` */
	size_t n_awards;
	struct scoring_transition *transitions;
	size_t n_transitions;
	struct entry *cause;           /* of an event made by the batch: whose command named the account; NULL: a command of its own */
};

/* Where a lead stands in the eyes of those who were told. */
struct standing {
	char tier;
	const char *stage;
};

/* A lead under one model. What it raises is `net`, then `effects`. */
struct work_score {
	struct model *model;           /* borrowed from the batch */
	const struct batch_other *other; /* NULL: the primary model, which makes the lead's own score */
	const struct batch_score *row; /* of another model: as stored and fresh, or NULL */
	const struct batch_score *told; /* of another model: by which its line was told last, perhaps of another version; or NULL */
	struct scoring_lead *lead;     /* owned; NULL: stale, until it is replayed */
	bool stale;                    /* its stored state is not to be used: the history is needed */
	bool model_moves;              /* the model was not what this lead was scored by: what it moves by itself is up to `wish` */
	bool replayed, applies;
	bool raised;                   /* replayed: it was an MQL or SAL by the model at some time */
	bool changed;                  /* of another model: to be written though the lead itself is not */
	enum model_wish wish;
	struct scoring_transition *net; /* moves found by comparing, by replays */
	size_t n_net;
	struct scoring_effects effects; /* of the new events and of time, when they could be applied in order */
	struct scoring_view view;
};
#define NET_MAX 10                     /* two each for the model, time before a merge, the merge, corrections and late events */

/* A lead came into one of b->segments, or left it. */
struct work_segment_move {
	uint16_t segment;
	bool entered;
	bool definition;               /* the segment changed, not the lead */
	enum transition_cause cause;   /* else */
	int64_t at;
};

/* A stored event that this batch voids. Of an event that several members have each is one. */
struct work_void {
	struct uuid key, lead_id;      /* that it is stored under */
	const char *reason, *flag;     /* flag: of a filter, or NULL */
};

/* A lead within an attempt. */
struct work_lead {
	struct uuid id;
	const struct batch_lead *row;  /* NULL: made by this batch */
	int32_t root;                  /* the lead that it is part of; itself: of none */
	bool dissolved;                /* made by this batch and found to be `root` before there was anything to merge: it is never written */
	bool gone, restored;           /* this batch merges it into `root`; parts it from what it was merged into */
	bool taken;                    /* a command of this batch is about it */
	bool joined;                   /* what it consists of changes: from `was` to `members` */
	const struct uuid *members, *was; /* itself first */
	size_t n_members, n_was;       /* 0: only itself */
	bool want_kinds, kinds_known;
	const char **kinds;            /* of its stored identities; kinds_known */
	size_t n_kinds;
	const struct batch_event *history, *history_was; /* of its members, in order, each event once */
	size_t n_history, n_history_was;
	bool has_history;              /* they were read */
	int32_t first, last;           /* its entries */
	struct entry **list;           /* its new events, in scoring order */
	size_t n_list;
	bool touched;                  /* something about it is to be written */
	bool stored_void;              /* an event of this batch was stored but counts nowhere */
	struct work_void *voids;       /* by key */
	size_t n_voids;
	const struct work_void *void_cause; /* of corrections */
	struct work_score own, *others; /* others: b->settings.n_others */
	struct uuid cause_key;         /* newest new event: cause of net transitions after a replay */
	bool has_cause;
	const char *event_type;        /* of that event, for the handoff's context */
	const char *tags_before;       /* rendered, to see a change */
	const char *profile_text;      /* after; NULL: unchanged */
	int64_t version, created_at;
	bool *segments_were, *segments; /* by b->segments: before this batch, and as far as `segment_moves` tell; NULL: there are none */
	int64_t segments_before;       /* the revision that the stored state was made with */
	struct work_segment_move *segment_moves;
	size_t n_segment_moves, segment_moves_cap;
	bool has_handoff;
	struct uuid handoff_id;
	const char *handoff_state;
	struct uuid account_id;        /* as far as the commands placed so far leave it; nil: none */
	int account_rank;              /* how firmly it is there */
	struct lead_row *shown;        /* made when a command wants it */
};

/* A handoff that commands of this batch move. */
struct work_handoff {
	struct uuid id, lead_id;
	int64_t version;
	bool taken;                    /* by a command before */
};

struct key_slot {
	struct uuid key;
	int32_t lead;                  /* index into work_leads, perhaps of a member; -1: nobody has it yet */
	int32_t stored;                /* the same before this batch */
};

/* Leads that this batch makes one, and pairs that a person is to look at. Indexes into work_leads. */
struct work_join {
	int32_t lead, member;
	int32_t named;                 /* what it is told to be merged into: `lead`, or a member of it */
	struct uuid id;
	int64_t at;
	int32_t entry;                 /* whose command it was */
	const char *cause, *author, *reason;
};
struct work_pair {
	int32_t a, b;
	const char *reason;
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
	unsigned wants;                /* what the workspace needed when it was last looked at: enum batch_want */
	bool saw_merged;               /* it has leads that are merged */

	struct model *model;           /* reference held for the attempt */
	struct segment_set *segments;  /* beside it; the same. NULL: none */
	struct model **others;         /* the same, of settings.others */
	struct batch_settings settings;
	struct filter *filter;         /* borrowed from the lane; NULL: none can be had */
	struct batch_mark *flags;      /* stored events that are flagged and go on to count */
	size_t n_flags;
	struct batch_rows rows;
	struct key_slot *slots;        /* open addressing by key */
	size_t n_slots;                /* power of two */
	struct work_lead *leads;
	size_t n_leads;
	struct batch_identity *new_identities;
	int32_t *new_identity_of;      /* the leads that they are of */
	size_t n_new_identities;
	struct merge_member *members;  /* stored ones, by root */
	size_t n_members;
	int32_t (*parted)[2];          /* leads that a person has parted, as stored */
	size_t n_parted;
	struct work_join *joins;
	size_t n_joins, joins_cap;
	struct work_pair *pairs;
	size_t n_pairs, pairs_cap;
	struct uuid *extra;            /* leads to be locked besides those named */
	size_t n_extra, extra_cap;
	bool need_kinds, failed;       /* placing: facts are missing; out of memory */
	bool has_undo;                 /* COMMAND_UNMERGE: the merge, and those that made the lead what it is */
	struct merge_row undo, *edges;
	size_t n_edges;
	struct uuid *known_merges;     /* COMMAND_MERGE of an export: those made already, in order */
	size_t n_known_merges;
	struct batch_event *history;
	size_t n_history;
	struct work_handoff *handoffs; /* by id */
	size_t n_handoffs;
	size_t n_looks;                /* handoffs whose context looks ahead */
	struct work_answer *answers;   /* of one handoff in order */
	size_t n_answers;
	struct transition_row *held;         /* by id */
	size_t n_held;
	struct batch_accounts *accounts; /* NULL: no command of this batch may join one */
	struct batch_write write;
	size_t terms_cap, tags_cap;    /* room in write.terms and write.tags */
};

enum status batch_open(struct batch *b, struct err *e);
enum status batch_models(struct batch *b, struct err *e);  /* references to the models of the settings */
enum status batch_score(struct batch *b, struct err *e);
enum status batch_render(struct batch *b, struct err *e);  /* fills b->write */
void batch_results(struct batch *b);                       /* after COMMIT */
void batch_forget(struct batch *b);                        /* drops references; safe at any point */

/* batch_open.c. The slot of an identity key: an empty one (nil key) when it is not there. */
struct key_slot *batch_slot(struct batch *b, const struct uuid *key);
/* Stored leads only; -1: not among those read. */
int32_t batch_lead_by_id(const struct batch *b, const struct uuid *id);
/* A lead to be locked before all else, in another opening of the batch. */
enum status batch_want_lead(struct batch *b, const struct uuid *id, struct err *e);

/* batch_place.c: every command gets its lead, from what has been read. Leaves b->need_kinds when that is not enough, to be called again. */
enum status batch_place(struct batch *b, struct err *e);

/* batch_merge.c: leads that become one, and that part. */
int32_t batch_home(const struct batch *b, int32_t lead);   /* through what was dissolved */
int32_t batch_root(const struct batch *b, int32_t lead);   /* and through merges */
size_t batch_members_of(const struct work_lead *w, const struct uuid **ret);
bool batch_among(const struct uuid *ids, size_t n, const struct uuid *id);
/* Makes j->member part of j->lead, both roots. */
enum status batch_join(struct batch *b, const struct work_join *j, struct err *e);
enum status batch_pair_up(struct batch *b, int32_t x, int32_t y, const char *reason, struct err *e);
/* COMMAND_UNMERGE, when its leads are locked: finds the merge, and says which leads have to be locked too. */
enum status batch_plan_undo(struct batch *b, struct err *e);
/* Merges of an export, when their leads are locked: which were made already. */
enum status batch_known_merges(struct batch *b, struct err *e);
bool batch_knows_merge(const struct batch *b, const struct uuid *id);
enum status batch_part(struct batch *b, struct entry *x, struct err *e);
/* batch_merge_rows.c: rows of all that, behind those of the leads. */
enum status batch_merge_rows(struct batch *b, struct err *e);
/* What became of the command of an entry: result.merge, result.joined. False: out of memory. */
bool batch_merge_result(const struct batch *b, struct entry *x);

/* batch_events.c: the lead's events of this batch, without repeats and without what a guard refuses, in scoring order: w->list. Its own score must be loaded. */
enum status batch_list_events(struct batch *b, struct work_lead *w, struct err *e);
struct scoring_event batch_event_of(const struct entry *x);
struct scoring_event batch_event_stored(const struct batch_event *v);
int batch_event_order(int64_t a_at, const struct uuid *a, int64_t b_at, const struct uuid *b);
/* Parts b->history among the leads: w->history and, of those that change, w->history_was. */
enum status batch_share_history(struct batch *b, const bool *wanted, struct err *e);

/* batch_replay.c: brings one score up to date: replays where that is needed, applies w->list, lets time pass. */
enum status batch_score_one(struct batch *b, struct work_lead *w, struct work_score *c, struct err *e);
/* From nothing, over all stored events, up to the newest of them. */
enum status batch_replay(struct work_lead *w, struct work_score *c, struct err *e);
/* Whether the history is needed to apply w->list. */
bool batch_out_of_order(const struct work_lead *w, const struct work_score *c);

/* batch_filter.c: flags and voids what no person did: each event by itself; then among those around it, which makes leads `wanted` that have stored ones to be voided. */
void batch_filter_events(struct batch *b);
enum status batch_filter_around(struct batch *b, bool *wanted, struct err *e);

/* batch_void.c: which stored events this batch voids; of the leads that are `wanted`. */
enum status batch_voids(struct batch *b, const bool *wanted, struct err *e);
bool batch_voided(const struct work_lead *w, const struct uuid *key);
/* Rows of what was voided and flagged. */
enum status batch_void_rows(struct batch *b, struct err *e);

/* batch_others.c: loads the lead's scores under other models, and where their lines stand. */
enum status batch_load_others(struct batch *b, struct work_lead *w, struct err *e);
/* Rows of these scores, those that they replace, and their moves. */
enum status batch_other_rows(struct batch *b, struct work_lead *w, struct err *e);

/* batch_segments.c: once a lead's own score is loaded, or found to be stale; then, of those that were stale, what is stored; then what a comparison and what events
 * and time moved; at last the rows. */
enum status batch_segments_load(struct batch *b, struct work_lead *w, struct err *e);
enum status batch_segments_read(struct batch *b, const bool *wanted, struct err *e);
enum status batch_segments_compare(struct batch *b, struct work_lead *w, enum transition_cause cause, struct err *e);
enum status batch_segments_moved(struct batch *b, struct work_lead *w, const struct scoring_effects *fx, struct err *e);
enum status batch_segment_rows(struct batch *b, struct work_lead *w, struct err *e);
void batch_form_starts(struct batch *b, const struct work_lead *w); /* journeys that submitted forms start */
/* batch_followups.c: that a lead's follow-ups are to be looked at; with room made by batch_segments_begin, where there are playbooks. */
void batch_followup_mark(struct batch *b, const struct work_lead *w, const struct batch_lead_write *l, bool new_profile);
enum status batch_segments_begin(struct batch *b, struct err *e); /* room for them */

/* batch_release.c: the held transitions that this batch lets go: read once the leads are scored, and told before the leads' rows are made. */
enum status batch_read_held(struct batch *b, struct err *e);
enum status batch_release(struct batch *b, struct work_lead *w, struct err *e);

/* batch_handoff.c: the handoffs that commands move are locked before they are placed; a command made of another version is refused; then the rows. */
enum status batch_handoffs_read(struct batch *b, struct err *e);
void batch_handoffs_begin(struct batch *b);                /* placing begins anew */
void batch_handoff_check(struct batch *b, struct entry *x);
enum status batch_handoff_rows(struct batch *b, struct err *e);

/* batch_answer.c: once the leads' new events are known, and before rows are made: the moves of handoffs that events tell of. */
struct work_answer {
	int32_t lead;
	struct handoff_move *move;
};
enum status batch_answers(struct batch *b, struct err *e);

/* batch_account.c: the accounts that commands may join are read before they are placed; commands that name one that is not there are refused. batch_account_join.c: then leads join. */
enum status batch_accounts_read(struct batch *b, struct err *e);
void batch_account_check(const struct batch *b, struct entry *x);
enum status batch_accounts_join(struct batch *b, struct err *e);
/* What an event made here did is told with its cause. */
void batch_account_results(struct batch *b);
/* batch_account_rows.c: what a lead's row says of its account; that an account's leads moved; the accounts made and changed. */
struct batch_account_change {
	struct uuid id;
	bool created;
	int64_t version;
	const char *profile;
};
enum status batch_account_lead(struct batch *b, struct work_lead *w, const json_t *profile, struct batch_lead_write *l, struct err *e);
enum status batch_account_mark(struct batch *b, const struct work_lead *w, const struct batch_lead_write *l, struct err *e);
enum status batch_account_rows(struct batch *b, const struct batch_account_change *changes, size_t n, struct err *e);
enum status batch_accounts_render(struct batch *b, struct err *e);

/* batch_told.c: what is told only where somebody wants it, before and after the moves of a lead; and room for the first two. */
size_t batch_told_max(const struct batch *b);
enum status batch_told_created(struct batch *b, struct work_lead *w, struct err *e);
enum status batch_told_changes(struct batch *b, struct work_lead *w, const struct batch_lead_write *l, bool new_profile, struct err *e);
enum status batch_outbox_row(struct batch *b, const struct work_lead *w, const char *topic, const char *payload, struct err *e);
/* batch_moves.c: rows of what a score raises: transitions, and as far as they are to be told, outbox and handoffs. */
enum status batch_move_rows(struct batch *b, struct work_lead *w, struct work_score *c, int32_t *ordinal, struct err *e);
/* Tells the outside of one move, under `version` of the model, and hands the lead over when it was raised. line NULL: the lead's own move. */
enum status batch_tell(struct batch *b, struct work_lead *w, const char *line, int64_t version, const struct uuid *id, const struct scoring_transition *t, struct err *e);

/* Runs all commands of these entries to committed results or errors, retrying and splitting as needed. */
/* Which workspaces had models beside their primary one, or merged leads, when a lane last looked, so that what belongs to them is read with the first round trip, and
 * nothing is read where there are none. A wrong guess costs a round trip. */
#define LANE_GUESSES 256
#define LANE_FILTERS 32
struct lane_guess {
	struct uuid workspace;         /* nil: none */
	unsigned wants;
};
struct lane_filter {
	struct uuid workspace;
	char *text;                    /* owned */
	struct filter *filter;         /* owned */
};
struct batch_lane {
	struct models *models;
	struct hints *hints;           /* NULL: nobody is told */
	const struct clock *clock;
	struct db_pool *pool;
	size_t slot;                   /* of this lane in the pool */
	struct arena *arena;
	struct metric *commits, *retries, *splits;
	bool healthy;                  /* the last attempt reached the database */
	struct lane_guess guesses[LANE_GUESSES]; /* by hash */
	struct lane_filter filters[LANE_FILTERS]; /* of workspaces that have their own, by hash */
	struct filter *default_filter; /* owned */
};
/* The compiled filters of a workspace, owned by the lane until its next call. */
struct filter *batch_filter_of(struct batch_lane *lane, const struct uuid *workspace, const char *text);
void batch_filters_free(struct batch_lane *lane);
void batch_run(struct batch_lane *lane, const struct uuid *workspace, struct entry *entries, size_t n);

/* JSON for the outside; arena-owned. */
const char *batch_transition_json(struct batch *b, const struct work_lead *w, const char *line, int64_t version, const struct uuid *id, const struct scoring_transition *t);
void batch_put_score(struct buf *o, int64_t total, int64_t fit, int64_t engagement, int64_t as_of, int64_t model_version);
/* batch_context.c: the events of leads that are about to be handed over are read; what is known of one, at most 16 KiB. */
enum status batch_contexts(struct batch *b, struct err *e);
const char *batch_context_json(struct batch *b, struct work_lead *w);
/* A PostgreSQL text[] literal of the tags held; of n tags. */
const char *batch_tags_literal(struct arena *a, const struct scoring_lead *l);
const char *batch_tags_list(struct arena *a, const char *const *tags, size_t n);


#endif
