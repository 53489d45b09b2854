/* The inside of a lead: the saved state, and what is derived from it. One thread at a time.
 *
 * Reading order: lead.c (life), apply.c (one event), award.c and chains.c (rules), lasting.c (awards that end),
 * settle.c (stage machine), passing.c (time), horizon.c (when values next turn), figures.c (sums), outlook.c (their
 * bounds), hand.c and offset.c (what people give), view.c and tags.c (looking), state.c (bytes). */
#ifndef SCORING_LEAD_PRIV_H
#define SCORING_LEAD_PRIV_H

#include "lasting_priv.h"
#include "model_priv.h"
#include "outlook_priv.h"

#define HAND_TAGS_MAX 100

/* State of one engagement rule. Fields a rule does not need stay zero, so that equal states have equal bytes. */
struct rule_state {
	__int128 sum; /* half-life: A at `period`; awards that end: how many are kept; else plain milli */
	int64_t half_life_period;
	int64_t newest;   /* award instant, if the rule keeps it */
	int64_t period;   /* of the counted awards */
	int64_t clock;    /* silence: set at */
	uint32_t counted; /* awards in the period */
	uint32_t run; /* streak so far; silence: awards given since the clock was set; sequence: bit k, a chain has done
			 step k; count: instants kept */
	bool awarded; /* ever */
};

struct stage_state {
	bool armed, fired;
	int64_t fired_at;
};

struct hand_tag {
	char *tag; /* owned */
	bool imported;
	int64_t expires_at; /* INSTANT_NEVER: none */
};

/* Until when a settled lead stays settled if nothing happens. */
struct horizon {
	bool known;
	int64_t from;  /* proven up to here */
	int64_t until; /* the next instant fixed in time: silence, tag, cooldown, window; INSTANT_NEVER */
	struct span span[QUANTITY_COUNT]; /* the values that keep it settled */
};

/* What a taxonomy says of the profile, once asked. */
struct taxon {
	bool known;
	const char *value; /* NULL: absent */
};

struct figures {
	int64_t total, fit, engagement;
};

struct factor {
	int64_t period;
	uint32_t factor;
};

struct lead_observer {
	void (*awarded)(
	    struct lead_observer *o, size_t rule, int64_t at, const struct uuid *key); /* key NULL: silence */
	void (*fit_changed)(struct lead_observer *o, size_t rule, bool holds, int64_t at, const struct uuid *key);
	void (*offset_set)(
	    struct lead_observer *o, const char *reason, int64_t at, const struct uuid *key); /* reason may be NULL */
	void (*kept)(struct lead_observer *o, uint32_t keep, int64_t at);                     /* a partial reset */
};

struct scoring_lead {
	struct model *model;
	/* The profile: text, parsed when needed. */
	char *profile_text;
	bool text_borrowed; /* of the lead this is a copy of */
	json_t *profile;
	bool profile_changed;
	bool level_known;
	const char *title_level; /* NULL: absent */
	bool kind_known;
	const char *email_kind; /* NULL: absent */
	struct taxon *taxa;     /* by taxonomy of the model */
	/* Saved state. */
	bool begun, dated; /* has an event; has an instant */
	int64_t last_at;
	struct uuid last_key;
	int64_t as_of;
	int64_t changed_at;                    /* the newest change, by event or by time */
	bool has_source, has_email, has_phone; /* in the profile: known without parsing it */
	int64_t fit;                           /* clamped */
	char icp_tier;
	uint16_t exclusion; /* index + 1; 0: none */
	enum stage stage;
	bool by_model;
	struct stage_state stages[STAGE_RULES];
	struct rule_state *rules;
	struct lasting *lasting; /* awards that end */
	uint64_t *values;        /* of streak runs */
	uint32_t *broken;        /* of streak breakers */
	int64_t *marks;          /* instants kept by sequences and counts */
	int64_t *seen;           /* INT64_MIN: never */
	uint32_t *seen_count;    /* of types that are counted in all */
	struct recent *recent;   /* of types that are counted within a time */
	bool *fit_holds;
	bool *tag_holds;       /* entries of the model's tags */
	bool *segment_holds;   /* of the model's segments */
	struct hand_tag *hand; /* in order of tag */
	size_t n_hand;
	int64_t offset;       /* milli; 0: none */
	int64_t offset_until; /* INSTANT_NEVER: for ever; 0 without an offset */
	int64_t rests_until;  /* no stage fires before; 0: it does not rest */
	/* Derived. */
	struct horizon horizon;
	struct factor *factors; /* by half-life, at factors_at */
	struct factor *factors_high;
	bool factors_known;
	int64_t factors_at;
	struct figures figures; /* at figures_at */
	bool figures_known;
	int64_t figures_at;
	struct outlook outlook;
	int64_t *group_low, *group_high; /* one more than there are groups */
	bool *tag_held;                  /* before a settling */
	bool *segment_held;              /* the same */
	int64_t *worth_now; /* of each rule with awards, before its bounds: at figures_at while the figures are known */
	/* horizon.c, while it searches: worths at the ends of an interval, the rules that move in it, the sums of
	 * others. */
	int64_t *worth_low, *worth_high, *fixed;
	uint16_t *active;
	struct scoring_tag *tags_seen; /* of scoring_lead_tags */
	struct arena *scratch;
	struct lead_observer *observer;
	size_t assumed; /* index + 1 of a rule whose `where` is taken to hold: looking ahead (next_events.c) */
	size_t block_bytes;
	/* The arrays above that are not owned elsewhere lie behind the struct in the same block. */
};

/* lead.c */
struct scoring_lead *lead_alloc(struct model *m);
/* A copy for looking ahead; it borrows the profile's text, so it lives no longer than l. */
struct scoring_lead *lead_copy(const struct scoring_lead *l);
bool lead_parse_profile(struct scoring_lead *l); /* false: out of memory or no object */
void lead_changed(struct scoring_lead *l);       /* what was derived no longer holds */

/* figures.c */
struct figures lead_figures(struct scoring_lead *l, int64_t at);
int64_t rule_worth(const struct scoring_lead *l, size_t rule, const struct factor *factors, int64_t at);
void lead_factors(const struct model *m, int64_t at, struct factor *ret);

int32_t milli_shown(int64_t milli);
char grade_of(const struct model *m, int64_t engagement);

/* The sum of all groups, within the bounds of the whole. */
struct range range_of_engagement(const struct scoring_lead *l, struct span sum);

static inline bool span_holds(struct span outer, struct span inner)
{
	return inner.low >= outer.low && inner.high <= outer.high;
}

static inline bool range_within(const struct range *r, const struct span span[QUANTITY_COUNT])
{
	return span_holds(span[QUANTITY_SCORE], r->total) && span_holds(span[QUANTITY_ENGAGEMENT], r->engagement);
}

/* horizon.c: the first instant in (from, to] at which a value leaves its span; INSTANT_NEVER: none. May be earlier when
 * the search is long. */
int64_t lead_first_exit(struct scoring_lead *l, int64_t from, int64_t to, const struct span span[QUANTITY_COUNT]);
/* foresee.c: an instant at, or a little before, that at which the rules, as they are at `from` (worth_low, factors;
 * `fixed` is what others give), are worth `fall` milli less; a guess. INSTANT_NEVER: none. */
int64_t lead_foresee(const struct scoring_lead *l, const uint16_t *rules, size_t n, int64_t from, int64_t fall);
int64_t lead_extinct(
    const struct scoring_lead *l); /* from here on all that decays is worth nothing; INT64_MIN: it is now */

/* env.c: what rules see. */
#define TAGS_AT_HAND 24 /* more are drawn on the scratch */
struct lead_env {
	struct logic_env env; /* first */
	struct scoring_lead *lead;
	const struct scoring_event *event;
	json_t *properties, *source; /* parsed here; owned */
	bool properties_read, source_read;
	bool alone;       /* the event: no profile */
	size_t tags_upto; /* entries of the model's tags that are visible */
	char occurred_at[32], grade[4], tier[2];
	/* Not cleared. What the tags are does not change while a rule is looked at, so that two looks may share it. */
	struct scoring_tag tags[TAGS_AT_HAND];
	struct value tag_values[TAGS_AT_HAND];
};
void lead_env_init(struct lead_env *e, struct scoring_lead *l, const struct scoring_event *ev, int64_t at);
void lead_env_done(struct lead_env *e);

/* apply.c: the event was there, for whoever looks back. */
enum status lead_see(struct scoring_lead *l, const struct type_entry *type, const struct scoring_event *ev);

/* account.c */
enum status lead_account_event(
    struct scoring_lead *l, const struct scoring_event *ev, enum event_action action, bool *io_changed);

/* profile.c */
void lead_profile_changed(struct scoring_lead *l); /* what was derived from it is not known any more */
enum status lead_patch(struct scoring_lead *l, const struct scoring_event *ev, bool *ret_changed);
enum status lead_refit(struct scoring_lead *l, const struct scoring_event *ev, struct scoring_effects *fx);
char tier_of(const struct model *m, int64_t met); /* by the weight of the core criteria that are met */
enum status lead_criterion(struct scoring_lead *l, const struct criterion *c, int *ret_met);

/* award.c */
enum status lead_apply_rules(
    struct scoring_lead *l, const struct scoring_event *ev, const struct type_entry *type, struct scoring_effects *fx);
/* chains.c: whether the event completes a sequence; the candidate a count. */
enum status chain_step(struct scoring_lead *l, size_t rule, uint16_t steps, struct lead_env *e, bool *ret_complete);
bool chain_count(struct scoring_lead *l, size_t rule, int64_t at);
/* A partial reset: of every award so many thousandths are left. */
void lead_keep(struct scoring_lead *l, uint32_t keep, int64_t at);
int64_t lead_silence_due(const struct scoring_lead *l);
enum status lead_award_silences(struct scoring_lead *l, int64_t at, struct scoring_effects *fx);

/* hand.c */
enum status lead_tag_event(struct scoring_lead *l, const struct scoring_event *ev, enum event_action action);
bool lead_expire_tags(struct scoring_lead *l, int64_t at); /* true: one was dropped */
int64_t lead_tag_expiry(const struct scoring_lead *l, int64_t after);
bool hand_expiry(const json_t *v, int64_t *ret); /* an `expires_at`; absent or null is INSTANT_NEVER */

/* offset.c */
enum status lead_offset_event(struct scoring_lead *l, const struct scoring_event *ev);
bool lead_expire_offset(struct scoring_lead *l, int64_t at); /* true: it was dropped */

/* settle.c */
struct moment {
	char tier;
	enum stage stage;
};
struct moment lead_moment(const struct scoring_lead *l);
char lead_tier(const struct scoring_lead *l);
int stage_rank(enum stage s);
enum status lead_settle(struct scoring_lead *l, int64_t at, bool *ret_changed);
/* Reports what differs between before and now. ev NULL: time passed. */
enum status lead_transitions(struct scoring_lead *l, struct moment before, int64_t at, const struct scoring_event *ev,
    const char *reason, struct scoring_effects *fx);

/* passing.c */
enum status lead_pass(struct scoring_lead *l, int64_t to, struct scoring_effects *fx);
int64_t lead_next_change(const struct scoring_lead *l);

/* effects.c */
enum status effects_award(struct scoring_effects *fx, const char *rule, int64_t points, int64_t at);
enum status effects_transition(struct scoring_effects *fx, const struct scoring_transition *t);
enum status effects_segment(struct scoring_effects *fx, const struct scoring_segment_move *move);

/* tags.c: the tags held at an instant, sorted by tag, each with its first holder; of the model's tags those before
 * `upto`. At most lead_tags_cap. */
size_t lead_tags_cap(const struct scoring_lead *l);
size_t lead_tags_at(const struct scoring_lead *l, int64_t at, size_t upto, struct scoring_tag *ret);

/* taxonomy.c: the taxonomy's value for the lead's profile, looked up by way of `profile`. False: out of memory. */
bool lead_classify(struct scoring_lead *l, const struct taxonomy *t, struct run *profile, struct value *ret);

/* contact.c: NULL when absent. False: out of memory. */
bool lead_email_kind(struct scoring_lead *l, const char **ret);
bool lead_phone_country(struct scoring_lead *l, const char **ret);

/* title.c: NULL for a blank title. False: out of memory. */
bool title_level(const char *title, size_t n, const char **ret);

/* state.c */
/* ST_CONFLICT: of another version, or broken; ST_NOMEM. */
enum status state_decode(struct scoring_lead *l, const void *bytes, size_t n);

#endif
