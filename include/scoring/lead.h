/* A lead under one model: its profile and the bounded state that turns the next event into a score in O(1).
 *
 * The straight line: scoring_lead_new (or _load from the stored row) -> _apply each new event in order -> _advance to now -> _view and _save.
 * All semantics: docs/scoring.md. No I/O, no clock, no locale: time comes with events and as arguments. One thread at a time per lead; the
 * model is shared. Property kept: for any split of the ordered events into calls, and any extra _advance between, the state is byte-identical. */
#ifndef SCORING_LEAD_H
#define SCORING_LEAD_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ident.h"
#include "base/status.h"
#include "scoring/model.h"

enum stage {
	STAGE_LEAD, STAGE_MQL, STAGE_SAL, STAGE_SQL, STAGE_OPPORTUNITY, STAGE_CUSTOMER, STAGE_RECYCLED, STAGE_DISQUALIFIED, STAGE_LOST,
	STAGE_COUNT
};
const char *stage_name(enum stage s);
bool stage_parse(const char *s, enum stage *ret);

/* One stored event. Pointers are borrowed for the call. The JSON parts may be given parsed or as text; when only the text is given it is parsed
 * only if a rule needs it. */
struct scoring_event {
	struct uuid key;          /* orders events of one instant */
	int64_t at;               /* occurred_at */
	const char *type;
	json_t *properties;       /* object or NULL */
	json_t *patch;            /* profile merge patch, object or NULL */
	json_t *source;           /* object or NULL */
	const char *email, *phone; /* that the event names its lead by, or NULL: each fills the profile's field if that is absent */
	const char *properties_text, *patch_text, *source_text; /* NUL-terminated, used when the json_t is NULL */
};

/* Internal event types (docs/scoring.md 9) have these names; their arguments are in `properties`:
 * tag_added {tag, source: "hand"|"import", expires_at|null}, tag_removed {tag}, stage_set {stage, reason, keep, cooldown, ...},
 * score_offset {points, reason, author, expires_at|null}, account_joined {account}, account_changed {account},
 * account_left {account_id, keep_out}. */
bool scoring_event_type_reserved(const char *type);

enum transition_kind { TRANSITION_STAGE, TRANSITION_TIER };
enum transition_cause { CAUSE_EVENT, CAUSE_DECAY, CAUSE_MODEL, CAUSE_PERSON, CAUSE_CORRECTION, CAUSE_MERGE };
const char *transition_cause_name(enum transition_cause c); /* "event", "decay", "model", "person", "correction", "merge" */

struct scoring_transition {
	enum transition_kind kind;
	char from[16], to[16];       /* stage names, or tier letters */
	enum transition_cause cause; /* decay: time passing; person: stage_set, score_offset; correction: a voided event; merge: what the lead consists of */
	struct uuid event_key;       /* when the cause is an event or a person */
	int64_t at;
	int64_t total, fit, engagement; /* milli, at that instant */
	char reason[128];            /* exclusion or stage_set reason, else "" */
};

struct scoring_award {
	const char *rule; /* id, borrowed from the model */
	int64_t points;   /* milli; a fit rule that ceased to hold counts negative */
	int64_t at;
};

/* Of the model's segments (model.h). */
struct scoring_segment_move {
	uint16_t segment;
	bool entered; /* else left */
	enum transition_cause cause;
	struct uuid event_key; /* when the cause is an event or a person */
	int64_t at;
};

/* What calls to _apply and _advance did; grows as they go. The caller zeroes it first and frees it last; passing NULL is allowed. */
struct scoring_effects {
	struct scoring_transition *transitions;
	size_t n_transitions;
	struct scoring_award *awards;
	size_t n_awards;
	struct scoring_segment_move *segment_moves;
	size_t n_segment_moves;
	size_t cap_transitions, cap_awards, cap_segment_moves; /* of the engine */
};
void scoring_effects_clear(struct scoring_effects *f); /* keeps memory */
void scoring_effects_free(struct scoring_effects *f);

struct scoring_lead;

/* An empty lead at no instant yet. The lead holds a reference on the model. */
enum status scoring_lead_new(struct model *m, struct scoring_lead **ret, struct err *e);
/* From a stored row: profile text (NUL-terminated JSON object; parsed only when needed; copied) and state bytes. ST_CONFLICT "state_stale" when the state
 * was made under another model version, engine format or time zone data, or does not decode: replay then. */
enum status scoring_lead_load(struct model *m, const char *profile, const void *state, size_t n, struct scoring_lead **ret, struct err *e);
void scoring_lead_free(struct scoring_lead **l);

/* Whether the event comes after the last one and not before the newest change that time brought (a silence award, a move of stage or tags). An
 * advance that changed nothing does not count. If not, the lead must be replayed from all of its events. After _apply the lead stands at the event:
 * advance it again before looking. */
bool scoring_lead_in_order(const struct scoring_lead *l, int64_t at, const struct uuid *key);
/* Applies one event in order (the caller has removed duplicates). On failure (ST_INVALID out of order, ST_NOMEM) the lead is unusable. */
enum status scoring_lead_apply(struct scoring_lead *l, const struct scoring_event *ev, struct scoring_effects *fx, struct err *e);
/* Lets time pass up to `to` inclusive; earlier than the lead's instant: nothing. Never fails but for memory. */
enum status scoring_lead_advance(struct scoring_lead *l, int64_t to, struct scoring_effects *fx, struct err *e);

struct scoring_tag {
	const char *tag;     /* borrowed from lead or model until the lead changes */
	const char *source;  /* "rule:<id>", "hand", "import" */
	int64_t expires_at;  /* INSTANT_NEVER: none */
};

struct scoring_view {
	int64_t as_of;                        /* the lead's instant: of the last _apply or _advance; after _load the newest change. INSTANT_NEVER: none yet */
	int64_t total, fit, engagement;       /* milli, exact */
	int64_t offset;                       /* what a person added, milli; 0: nothing */
	int32_t shown_total, shown_fit, shown_engagement, shown_offset;
	char tier;                            /* 'A' 'B' 'C' 'D' 'X' */
	char grade[4];                        /* "A1" */
	enum stage stage;
	const char *exclusion;                /* reason when tier is X, else NULL; borrowed from the model */
	int64_t next_change_at;               /* INSTANT_NEVER: none */
	int64_t last_event_at;                /* INSTANT_NEVER: no event yet */
};
/* The lead as of its own instant. `with_next` also computes next_change_at (costs microseconds); else it is left INSTANT_NEVER. */
void scoring_lead_view(const struct scoring_lead *l, bool with_next, struct scoring_view *ret);
/* Tags held now, sorted bytewise, one line a tag (of several holders: hand, import, then the first rule). Returns how many; *ret borrowed until the lead changes. */
size_t scoring_lead_tags(const struct scoring_lead *l, const struct scoring_tag **ret);

/* Whether the lead is in each of the model's segments, as of its instant; borrowed until it changes. */
const bool *scoring_lead_segments(const struct scoring_lead *l);

/* The materialised profile; borrowed, never NULL for a usable lead (NULL: out of memory or the stored text is no object). */
json_t *scoring_lead_profile(struct scoring_lead *l);
/* Derived from its title (docs/scoring.md 10); static, NULL: absent, or out of memory. */
const char *scoring_lead_title_level(struct scoring_lead *l);
bool scoring_lead_profile_changed(const struct scoring_lead *l); /* by _apply since _new/_load */

/* Whether the model is for this lead: its `applies_when` over the profile as it is. A lead it is not for is scored all the same. Parses the profile
 * unless model_applies_always. Out of memory: true. */
bool scoring_lead_applies(struct scoring_lead *l);

/* Whether the fit rule of this number (model_rule_at) holds as of the lead's instant. */
bool scoring_lead_fit_holds(const struct scoring_lead *l, size_t rule);

/* State bytes for storing; the same state gives the same bytes. */
bool scoring_lead_save(const struct scoring_lead *l, struct buf *out);
/* The bytes that every state begins with that this model made and can load, as long as the program is the same. */
bool scoring_state_head(const struct model *m, struct buf *out);
/* The revision of the segments that these bytes were made with; 0: none, or not to be told. */
int64_t scoring_state_segments(const void *state, size_t n);

#endif
