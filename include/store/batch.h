/* The statements of one ingest batch: open, read more when needed, commit. One workspace, one transaction, few round trips.
 *
 * store_batch_open begins the transaction and locks the leads in id order; store_batch_commit writes everything and commits in one round trip. On any
 * failure the transaction is over (rolled back or unknown). */
#ifndef STORE_BATCH_H
#define STORE_BATCH_H

#include "store/account_batch.h"
#include "store/db.h"
#include "store/score_news.h"
#include "store/segment_batch.h"
#include "store/handoff.h"

/* What an activation asked of the moves that the model makes by itself: told like any other; kept back until a person has looked
 * (transitions.held); written to the feed, but handed to nobody. */
enum model_wish { WISH_RAISE, WISH_HOLD, WISH_QUIET };

/* A model beside the primary one. Text is arena-owned. */
struct batch_other {
	int64_t version;
	enum model_wish wish;
	const char *line;          /* NULL: a shadow, of whose moves nobody is told */
};

struct batch_settings {
	bool exists;               /* the workspace does */
	int64_t active_model;
	char country[4];
	struct batch_other *others; /* by version */
	size_t n_others;
	const char *filters;       /* JSON text; NULL: the defaults */
	const char *accounts;      /* the same */
	int64_t segments;          /* revision of the list of segments; 0: there never was one */
	unsigned tells;            /* what is told only where somebody wants it: enum batch_tells */
	bool desk;                 /* the service gives handoffs out */
	const char **response_events; /* types of events that answer a lead; NULL: the defaults */
	size_t n_response_events;
};
enum batch_tells { TELLS_CREATED = 1, TELLS_UPDATED = 2, TELLS_SCORE = 4 };

/* A lead as stored. Text is arena-owned. */
struct batch_lead {
	struct uuid id;
	int64_t version, created_at, updated_at, as_of, model_version;
	const char *profile;
	const void *state;
	size_t state_len;
	char tier;
	char stage[16];
	bool has_handoff;
	struct uuid handoff_id;
	char handoff_state[16];
	bool has_tags;             /* the next two are known: of a lead that another model than the active one has scored */
	const char *const *tags;
	size_t n_tags;
	struct uuid account_id;    /* nil: none */
	char account_by[16];       /* "": nobody has said anything of an account */
	int32_t score;             /* shown */
	bool merged;               /* into `root` */
	struct uuid root;
	bool has_members;
};

/* A lead under another model, as stored. */
struct batch_score {
	struct uuid lead_id;
	int64_t version, lead_version;
	bool applies, told;
	char tier;
	char stage[16];
	const void *state;
	size_t state_len;
	const char *line;          /* of the model; shadows have one too */
};

/* Row i: identity keys[i] belongs to leads[lead_of[i]]. */
struct batch_rows {
	struct batch_lead *leads;
	size_t n_leads;
	int32_t *lead_of_key;      /* n_keys entries: index into leads, or -1 */
	int32_t *lead_of_id;       /* n_ids entries */
	bool has_scores;           /* they were asked for: by lead, then version */
	struct batch_score *scores;
	size_t n_scores;
};

/* What to read at once besides the leads named. */
enum batch_want {
	BATCH_SCORES = 1,          /* the leads' scores under other models */
	BATCH_ROOTS = 2,           /* the leads that they have been merged into */
};
enum status store_batch_open(struct db *db, const struct uuid *workspace, const struct uuid *keys, size_t n_keys, const struct uuid *ids, size_t n_ids, unsigned wants,
	struct arena *arena, struct batch_settings *ret_settings, struct batch_rows *ret_rows, struct err *e);
/* The same scores, when only the settings told that there may be some. */
enum status store_batch_scores(struct db *db, const struct uuid *workspace, struct batch_rows *rows, struct arena *arena, struct err *e);
/* ST_BUSY "model_changed": the version is not active any more. */
enum status store_batch_wish(struct db *db, const struct uuid *workspace, int64_t version, enum model_wish *ret, struct err *e);

struct batch_event {
	struct uuid lead_id, key;
	int64_t at, received_at;
	const char *type, *event_id, *properties, *patch, *source, *email, *phone; /* NULL: none */
	const char *cleaned;       /* JSON text; NULL: nothing was. Written only */
};
/* Every stored event of these leads that was not voided. */
enum status store_batch_history(struct db *db, const struct uuid *workspace, const struct uuid *leads, size_t n, struct arena *arena, struct batch_event **ret, size_t *ret_n,
	struct err *e);
/* The handoffs of n ids, locked, in id order; those that are not there are left out. Arena-owned. */
enum status store_batch_handoffs(struct db *db, const struct uuid *workspace, const struct uuid *ids, size_t n, struct arena *arena, struct handoff_row **ret, size_t *ret_n,
	struct err *e);
/* Which of n (lead, key) pairs are stored: ret_received[i] says since when, INSTANT_NEVER: it is not. */
enum status store_batch_known(struct db *db, const struct uuid *workspace, const struct uuid *leads, const struct uuid *keys, size_t n, struct arena *arena,
	int64_t *ret_received, struct err *e);

/* An event that is to be voided, as stored. */
struct batch_target {
	struct uuid lead_id, key;
	int64_t voided_at;         /* INSTANT_NEVER: not yet */
	const char *type, *event_id;
};
/* Those of n (lead, key) pairs that are stored, in no order. */
enum status store_batch_targets(struct db *db, const struct uuid *workspace, const struct uuid *leads, const struct uuid *keys, size_t n, struct arena *arena,
	struct batch_target **ret, size_t *ret_n, struct err *e);

/* What is to be read of a lead: from low to high, both included. */
struct batch_range {
	struct uuid lead_id;
	int64_t low, high;
};
/* An event as filters see it. */
struct batch_near {
	struct uuid lead_id, key;
	int64_t at, voided_at;     /* voided_at INSTANT_NEVER: it counts */
	const char *type, *message_id, *flag; /* NULL: none */
};
/* Events of these types, voided ones too, by lead, then in order of time. */
enum status store_batch_around(struct db *db, const struct uuid *workspace, const struct batch_range *ranges, size_t n, const char *const *types, size_t n_types,
	struct arena *arena, struct batch_near **ret, size_t *ret_n, struct err *e);

struct batch_tag {
	struct uuid lead_id;
	const char *tag, *source;
	int64_t expires_at;
};
struct batch_term {
	struct uuid lead_id;
	const char *term;
};
struct batch_identity {
	struct uuid key, lead_id;
	const char *kind, *value;
};
struct batch_lead_write {
	struct uuid id;
	bool created;
	bool profile_changed;      /* else only the score's columns are written */
	int64_t version, created_at, updated_at, as_of, last_event_at, next_change_at, model_version;
	int32_t score, fit, engagement, score_offset;
	char tier;
	const char *grade, *stage;
	const char *owner, *email, *phone, *name;
	struct uuid account_id;    /* nil: none; this and what follows is of the profile */
	int64_t account_version;
	const char *account_by, *buying_role; /* NULL: none */
	const char *tags;          /* a PostgreSQL text[] literal */
	const char *profile;
	const void *state;
	size_t state_len;
	bool has_handoff;
	struct uuid handoff_id;
	const char *handoff_state;
};
struct batch_transition {
	struct uuid id, lead_id, event_key;
	bool has_event;
	int64_t lead_version, at, model_version;
	int32_t ordinal, score, fit, engagement;
	const char *kind, *from, *to, *cause, *event_id, *reason;
	const char *line;          /* NULL: the lead's own */
	bool held;
};
struct batch_score_write {
	struct uuid lead_id;
	int64_t version, lead_version, as_of, next_change_at;
	bool applies, told;
	int32_t score, fit, engagement;
	char tier;
	const char *grade, *stage;
	const void *state;
	size_t state_len;
};
struct batch_handoff {
	struct uuid id, lead_id, transition_id;
	bool created;              /* else an open one is raised to `stage` with a new context */
	const char *stage, *context;
};
/* A handoff of `was` becomes what `next` says; the row is locked (store_batch_handoffs). */
struct batch_handoff_move {
	struct handoff_row next;   /* version: that it has until now */
	const char *was, *move, *author, *note;
	int64_t at;
	const char *clock;         /* that ends with it; NULL: none */
	int64_t due_at;            /* of that one */
	int64_t worked_ms;         /* -1: not known */
};
/* An event stored before or in this batch that is voided, flagged or both. */
struct batch_mark {
	struct uuid lead_id, key;
	int64_t voided_at;         /* INSTANT_NEVER: only flagged */
	const char *reason, *flag; /* NULL: none */
};
/* What is to be told (store/outbox.h). Of one lead it is told in the order of lead_version, then ordinal. */
struct batch_outbox {
	struct uuid id, lead_id;
	int64_t lead_version;
	int32_t ordinal;
	const char *topic, *payload;
};
/* `member` becomes part of `lead_id`. */
struct batch_merge {
	struct uuid id, lead_id, member;
	int64_t at;
	const char *cause, *author, *reason;
	bool has_handoff;          /* of the member, that this closes */
	struct uuid handoff_id;
	const char *handoff_state; /* until now */
};
/* What a lead has been merged into from now on. */
struct batch_link {
	struct uuid id, root;
	bool merged, has_members;
	const char *handoff_state; /* NULL: as it is */
};
struct batch_handoff_state {
	struct uuid id;
	const char *state, *was;   /* another than `was` stays */
};
/* Leads that may be one person. */
struct batch_pair {
	struct uuid id, lead_a, lead_b;
	const char *reason;
};
struct batch_lead_mark {
	struct uuid lead_id;
	int64_t lead_version;
};

/* What one batch writes; arrays may be empty. */
struct batch_write {
	int64_t now;
	struct batch_lead_write *leads;
	size_t n_leads;
	struct batch_identity *identities;
	size_t n_identities;
	struct batch_event *events;
	size_t n_events;
	struct batch_mark *marks;
	size_t n_marks;
	struct uuid *retag;        /* leads whose tags are replaced by `tags` */
	size_t n_retag;
	struct batch_tag *tags;
	size_t n_tags;
	struct uuid *reterm;       /* leads whose search terms are replaced by `terms` */
	size_t n_reterm;
	struct batch_term *terms;
	size_t n_terms;
	struct batch_transition *transitions;
	size_t n_transitions;
	struct batch_handoff *handoffs;
	size_t n_handoffs;
	bool desk;                 /* somebody is to be found for new ones */
	struct batch_handoff_move *handoff_moves;
	size_t n_handoff_moves, n_first_moves; /* those behind the first ones are second moves of some of them */
	struct uuid *closed_handoffs;
	size_t n_closed_handoffs;
	struct batch_outbox *outbox;
	size_t n_outbox;
	struct score_news *score_news;
	size_t n_score_news;
	struct batch_score_write *scores;
	size_t n_scores;
	struct batch_score_write *old_scores; /* lead and version of those to remove */
	size_t n_old_scores;
	struct uuid *released;     /* held transitions that enter the feed */
	size_t n_released;
	struct account_writes accounts;
	struct segment_writes segments;
	struct uuid *erase;        /* leads to remove with all that is theirs */
	size_t n_erase;
	struct batch_merge *merges;
	size_t n_merges;
	bool has_undone;           /* one merge is undone: */
	struct uuid undone;
	const char *undone_by;
	struct batch_link *links;
	size_t n_links;
	struct uuid *resting;      /* leads whose scores under other models are not due any more */
	size_t n_resting;
	struct batch_handoff_state *handoff_states;
	size_t n_handoff_states;
	struct batch_pair *pairs;  /* each once */
	size_t n_pairs;
	struct batch_lead_mark *marks_of_leads; /* to be looked at for duplicates; each once */
	size_t n_marks_of_leads;
};

/* ST_OK: committed. ST_CONFLICT: an event or identity in it exists already (nothing was written). ST_UNCERTAIN: lost during COMMIT. */
enum status store_batch_commit(struct db *db, const struct uuid *workspace, const struct batch_write *w, struct err *e);

#endif
