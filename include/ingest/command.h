/* A command: one thing to do to one lead, as every way in expresses it; and its result.
 *
 * All writes to leads are commands and go through one queue and one batcher, so that they are ordered, idempotent and scored the same way. Adapters (api, forms,
 * import) make commands from bytes without I/O; the batcher turns them into one transaction with their neighbours. Strings and JSON are owned by
 * the job's arena or are references the job drops. */
#ifndef INGEST_COMMAND_H
#define INGEST_COMMAND_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/ident.h"
#include "base/status.h"
#include "ingest/account.h"
#include "scoring/lead.h"
#include "store/lead.h"

struct identity {
	const char *kind;  /* "email", "phone", "external_id:<source>", "anonymous_id", "device_id" */
	const char *value; /* normalised */
	struct uuid key;   /* hash128(kind, value) */
};
#define COMMAND_IDENTITIES_MAX 8
/* Fills key from kind and value. */
void identity_seal(struct identity *i);
bool identity_strong(const struct identity *i); /* names one person: all kinds but those of a browser or a device */
bool identity_kind_strong(const char *kind);

enum command_kind {
	COMMAND_EVENT,   /* store one event and score it; internal types (tag_added, profile_updated, ...) included */
	COMMAND_REFRESH, /* let time pass on one lead, under all of its models: by_id, nothing else set */
	COMMAND_RESCORE, /* bring one lead under the active model, and the others that are in use, where it is not yet: by_id and perhaps `force`. What a change of
			  * model moves is raised, held or kept quiet as models.transitions of the new version says, here and for any event that comes first: there is no
			  * other place that decides it. A lead that stands as it should is not written */
	COMMAND_VOID,    /* by_id; event_key, or else other_key, is an event of the lead that shall be as if it had never been: `reason`, `author` */
	COMMAND_RELEASE, /* a held transition of one lead enters the feed; where the lead still stands there it is told and handed over as if it moved now: by_id, transition_id */
	COMMAND_ERASE,   /* remove the lead and all that belongs to it */
	COMMAND_MERGE,   /* by_id: what other_id is merged into; or has_duplicate: the pair of the review list, lead_id then says which of the two if it is not nil. `reason`,
			  * `author`. Alone in its job. With a `cause` it is a row of an export, one of some in a job of such: made as it was, as merge_id, at `at` */
	COMMAND_HANDOFF, /* by_id; `move` alone: a move of a handoff that leaves its lead where it is */
	COMMAND_UNMERGE, /* by_id; the merge merge_id is undone, or, that being nil, the one that made other_id a member: `author`. Alone in its job */
};

/* What must hold besides for an event to be taken; otherwise its error code. */
enum command_guard {
	GUARD_NONE,
	GUARD_NEW_IDENTITY,  /* COMMAND_EVENT that sets an e-mail or phone: fails 409 "identity_conflict" if another lead has it (always checked) */
	GUARD_OFFSET,        /* score_offset that ends one: 404 "offset_not_found" when there is none */
	GUARD_TAG_BY_HAND,   /* tag_removed: 404 "tag_not_found" when nobody holds it, 409 "tag_held_by_rule" when only a rule does */
};

struct handoff_move;

/* What a merge, or undoing one, came to. */
struct command_merge {
	struct uuid id, lead_id, member; /* lead_id survived */
	int64_t at;
	bool owners_differ;           /* they had different ones: */
	const char *owner, *other_owner; /* of the lead that survived, of the other; arena-owned */
};

struct command_result {
	struct err err;               /* err.status ST_OK: done and committed */
	bool duplicate, created;      /* duplicate of COMMAND_VOID: it was voided before */
	const char *flag;             /* COMMAND_EVENT: what a filter took it for, or NULL; static */
	bool voided;                  /* COMMAND_EVENT: the filter voided it at once */
	bool rescored;                /* COMMAND_RESCORE: something was written */
	bool released, told;          /* COMMAND_RELEASE: it was held until now; the outside hears of it */
	size_t n_moves;               /* of those, the transitions, under whichever model */
	struct uuid lead_id;
	int64_t lead_version;
	struct scoring_view view;     /* the lead as committed; exclusion is arena-owned */
	int64_t model_version;
	struct scoring_award *awards; /* arena-owned, rule ids too */
	size_t n_awards;
	struct scoring_transition *transitions;
	size_t n_transitions;
	struct lead_row *lead;        /* when want_lead: the lead as committed; arena-owned */
	struct uuid *joined;          /* leads that became part of this one by what the command names it by; arena-owned */
	size_t n_joined;
	struct command_merge merge;   /* COMMAND_MERGE, COMMAND_UNMERGE, unless `duplicate` */
	struct lead_row *other_lead;  /* COMMAND_UNMERGE: the lead that is one of its own again; arena-owned */
};

struct command {
	enum command_kind kind;
	bool by_id;                   /* the lead is lead_id and must exist; identities are then only added */
	struct uuid lead_id;
	struct identity identities[COMMAND_IDENTITIES_MAX];
	size_t n_identities;          /* strongest first: external_id, email, phone, anonymous_id, device_id */
	struct uuid event_key;        /* hash128(source name, event_id), or made by uuid_v7 */
	const char *event_id;         /* as the client gave it; NULL: the key itself is the id */
	int64_t at;                   /* occurred_at */
	bool at_now;                  /* it was not given: the batch sets it, in the order in which it takes events */
	int64_t received_at;
	const char *type;
	const char *flag;             /* COMMAND_EVENT: whoever made it took it for no person's: it is stored, voided, with this flag (static); NULL: the filters decide */
	const char *email, *phone;    /* that it names its lead by, NULL: none; each fills the profile's field if that is absent */
	json_t *properties, *patch, *source;                         /* objects or NULL; references owned by the job */
	const char *properties_text, *patch_text, *source_text;      /* the same as compact text, NULL when the json_t is */
	struct clean_note *notes;     /* of the adapter */
	const char *cleaned_text;     /* COMMAND_EVENT: what cleaning changed, JSON [{field, from, to, why}]; NULL: nothing */
	int64_t if_version;           /* the lead's version must be this; -1: any. Else ST_CONFLICT "version_mismatch" (412) */
	enum command_guard guard;
	bool want_lead;
	bool stored;                  /* COMMAND_EVENT: a row of an export; by_id makes the lead when there is none, no filter looks at it, and it may be of any type */
	int64_t voided_at;            /* of such a row: `reason` is why; INSTANT_NEVER: it counts */
	const char *stored_flag;      /* of such a row, or NULL */
	struct uuid other_key;        /* COMMAND_VOID: what event_id is if it is a made one; nil: it cannot be */
	const char *reason, *author;  /* COMMAND_VOID, COMMAND_MERGE, COMMAND_UNMERGE; reason: of a stored row that was voided too */
	const struct account_ref *account; /* COMMAND_EVENT: names an account that the lead joins with it, and perhaps what is new of it; NULL: none. Of the type account_joined the
				       * event is the joining itself, and the batch fills its properties; else one of that type is stored beside it. The arena's */
	struct uuid transition_id;    /* COMMAND_RELEASE */
	bool force;                   /* COMMAND_RESCORE: replay whatever is stored */
	bool lenient;                 /* COMMAND_EVENT: identities of several leads are no error: it goes to the strongest one's, and the others to the review list */
	struct uuid other_id, merge_id; /* COMMAND_MERGE, COMMAND_UNMERGE; nil: not given */
	const char *cause;            /* COMMAND_MERGE of an export: "person" or "identity" (static); NULL: a person merges now */
	const struct handoff_move *move; /* COMMAND_HANDOFF, and COMMAND_EVENT that is what the move does to the lead (ingest/handoff.h): both happen or neither does. The arena's.
				       * ST_NOT_FOUND "handoff_not_found", ST_CONFLICT "version_mismatch" */
	bool has_duplicate;
	struct uuid duplicate_id;
	struct command_result result;
};

/* Reference-counting helper: drops the three JSON references. */
void command_release(struct command *c);

#endif
