/* The inside of a compiled model, as the engine reads it. Immutable after model_compile; strings live in its arena. */
#ifndef SCORING_MODEL_PRIV_H
#define SCORING_MODEL_PRIV_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/contact.h"
#include "scoring/lead.h"

#include "calendar_priv.h"
#include "logic_priv.h"

#define HALF_LIFE_NONE UINT16_MAX
#define GROUP_NONE UINT16_MAX
#define SLOT_NONE UINT16_MAX

struct bounds {
	int64_t min, max; /* milli; INT64_MIN and INT64_MAX when missing */
};

static inline int64_t clamp(int64_t x, struct bounds b)
{
	return x < b.min ? b.min : x > b.max ? b.max : x;
}

struct tag_list {
	const char **tags;
	size_t n;
};

struct fit_rule {
	const char *id, *label;
	const char *source; /* "rule:<id>", of tags */
	struct logic *when;
	int64_t points;
	struct tag_list tags;
};

struct breaker {
	const char *type;
	uint32_t times;
};

/* Which event types are meant. */
struct hearing {
	bool any;            /* "*" */
	bool passive_spared; /* less what was only sent to the lead: silence's default */
	const char **on;     /* else the types */
	size_t n_on;
};

struct sequence_step {
	struct hearing hears;
	struct logic *where; /* NULL: every event */
};

enum rule_kind { RULE_PLAIN, RULE_STREAK, RULE_SEQUENCE, RULE_COUNT, RULE_SILENCE };

struct engagement_rule {
	/* What sums look at comes first: it is read of every rule at every look. */
	struct bounds bounds;
	int64_t idle; /* what its bounds make of no award */
	int64_t points;
	uint64_t fade;      /* half-life and linear: outlook_priv.h */
	int64_t life;       /* linear, expires_after: an award is worth something for so long; 0: neither */
	uint16_t group;     /* GROUP_NONE: its own */
	uint16_t half_life; /* into the model's half-lives; HALF_LIFE_NONE: none */
	uint16_t lasting;   /* where the awards of a rule with `life` lie in a lead */
	bool linear;
	bool keeps_newest; /* the instant of the newest award matters */
	enum rule_kind kind;
	struct logic *where; /* NULL: every event */
	/* limit */
	enum calendar_unit per; /* PER_EVENT: times does not limit */
	uint32_t times;
	int64_t cooldown; /* 0: none */
	const char *id, *label;
	const char *source;
	struct hearing hears; /* but of a sequence */
	/* streak; count: at_least */
	uint32_t length;
	struct breaker *breakers;
	size_t n_breakers;
	struct path *distinct;             /* NULL: every candidate is new */
	size_t first_value, first_breaker; /* where its values and counts lie in a lead */
	/* sequence, count */
	int64_t within;
	size_t first_mark; /* where the instants it keeps lie in a lead */
	struct sequence_step *steps;
	size_t n_steps;
	const char **without;
	size_t n_without;
	/* silence */
	int64_t after;
	uint32_t max_times;
	struct tag_list tags;
	int64_t tag_for; /* 0: for ever */
};

struct group {
	const char *id, *label;
	struct bounds bounds;
};

struct criterion {
	const char *id, *label, *ask;
	const char *part, *dimension; /* NULL: not said */
	bool core;
	int64_t weight; /* milli */
	struct logic *when;
};

struct exclusion {
	const char *id, *reason;
	struct logic *when;
};

#define STAGE_RULES 2 /* mql, sal: in order of rank */
struct stage_rule {
	bool present;
	enum stage stage;
	const char *label; /* NULL: none */
	struct logic *when;
	bool has_rearm, fall_back;
	int64_t rearm_below; /* milli */
	int64_t cooldown;    /* 0: none */
};

struct model_tag {
	const char *tag;
	const char *source; /* "rule:<tag>" */
	struct logic *when;
};

struct segment {
	const char *id;
	struct logic *when; /* NULL: broken, nobody is in it */
};

/* One spelling of a taxonomy, folded; a free place of the table has none. */
struct spelling {
	const char *folded;
	uint64_t hash;
	const char *value;
	uint32_t entry;
};

/* What the model says of a domain of e-mail. */
struct mail_entry {
	const char *domain;
	enum mail_domain kind;
};

struct taxonomy {
	const char *name;
	struct path attribute;
	struct spelling *table; /* open addressing, never full */
	size_t mask;
};

/* An event type that stages and tags look back at; with `where`, as far as its events meet that. */
struct seen_type {
	const char *type;
	const char *text; /* of `where`; NULL without one */
	struct logic *where;
	bool counted;    /* all of them */
	int64_t window;  /* the longest in which the newest are counted; 0: none */
	uint16_t recent; /* where those lie in a lead; SLOT_NONE */
};

/* What an event of one type touches. */
enum event_action {
	ACTION_NONE,
	ACTION_TAG_ADDED,
	ACTION_TAG_REMOVED,
	ACTION_STAGE_SET,
	ACTION_SCORE_OFFSET,
	ACTION_ACCOUNT_JOINED,
	ACTION_ACCOUNT_CHANGED,
	ACTION_ACCOUNT_LEFT,
	ACTION_WON,
	ACTION_LOST
};

struct break_ref {
	uint16_t rule, breaker;
};

/* A rule that an event may be a candidate of; of a sequence, bit k says that it may be step k. */
#define SEQUENCE_BROKEN 0x8000 /* it is one of `without` */
struct rule_ref {
	uint16_t rule, steps;
};

struct type_entry {
	const char *type; /* NULL: a free place of the table, or any other type */
	uint64_t hash;
	enum event_action action;
	uint16_t seen_slot;
	uint16_t *looks; /* slots of its events that meet a condition */
	size_t n_looks;
	struct rule_ref *rules; /* in model order */
	size_t n_rules;
	struct break_ref *breaks;
	size_t n_breaks;
	uint16_t *silences; /* clocks it sets */
	size_t n_silences;
};

struct model {
	atomic_uint references;
	int64_t version;
	struct arena *memory;
	const char *name, *time_zone, *language;
	struct logic *applies_when; /* NULL: always */
	struct zone zone;
	struct taxonomy *taxonomies;
	size_t n_taxonomies;
	struct mail_entry *mail; /* by domain */
	size_t n_mail;
	struct bounds score_bounds, fit_bounds, engagement_bounds;
	struct fit_rule *fit;
	size_t n_fit;
	struct engagement_rule *rules;
	size_t n_rules;
	struct group *groups;
	size_t n_groups;
	int64_t *half_lives;
	size_t n_half_lives;
	struct criterion *criteria;
	size_t n_criteria;
	int64_t core_weight; /* milli; of all core criteria */
	struct exclusion *exclusions;
	size_t n_exclusions;
	int64_t tiers[3];  /* thousandths of a percent */
	int64_t grades[3]; /* milli */
	struct stage_rule stages[STAGE_RULES];
	struct model_tag *tags;
	size_t n_tags;
	struct segment *segments;
	size_t n_segments;
	int64_t segments_revision; /* 0: there are none */
	struct seen_type *seen_types;
	size_t seen_cap;
	size_t n_seen, n_recent;
	uint16_t *silence_rules;
	size_t n_silences;
	uint16_t *ending_rules; /* whose awards end at once */
	size_t n_ending;
	uint16_t *tagging_rules; /* with tags */
	size_t n_tagging;
	size_t n_streak_values, n_breaker_counts, n_marks; /* in all rules */
	size_t n_lasting;                                  /* rules whose awards end */
	size_t n_rule_tags;                                /* mentions of tags in all */
	bool tags_expire;                                  /* some rule has tag_for */
	struct type_entry *types;                          /* open addressing */
	size_t types_mask;
	struct type_entry any; /* a type the model does not name */
};

const struct type_entry *model_type(const struct model *m, const char *type);
bool event_type_internal(const char *type); /* "*" does not mean it */

/* taxonomy.c: by name, NULL when the model has none such; and the place of a folded text in its table, free or not. */
const struct taxonomy *model_taxonomy(const struct model *m, const char *name, size_t n);
/* contact.c: "business", "personal", "disposable". */
bool model_mail_domain_parse(const char *s, enum mail_domain *ret);
struct spelling *taxonomy_place(const struct taxonomy *t, const char *folded, uint64_t hash);

/* model_index.c: after all rules are read. False: out of memory. */
bool model_index_types(struct model *m);
size_t model_rule_types(const struct engagement_rule *r); /* mentions of event types */
/* where: its text, or NULL. The slot, for LOOK_RECENT a place among the recent; SLOT_NONE: too many. ret_seen: the
 * type, whose condition is compiled when it is new. */
uint16_t model_seen_slot(
    struct model *m, const char *type, const char *where, enum look look, int64_t within, struct seen_type **ret_seen);

#endif
