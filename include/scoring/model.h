/* A model: the versioned JSON document that says what earns points, compiled once and shared by all threads.
 *
 * Not the score of anybody (lead.h) and not where models are kept (store). The document's format and the meaning of every
 * key: docs/scoring.md. Immutable after compiling, so any number of threads may use one. */
#ifndef SCORING_MODEL_H
#define SCORING_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

struct model;

/* What a model may hold. */
#define MODEL_RULES_MAX 500         /* of fit, and of engagement */
#define MODEL_GROUPS_MAX 64
#define MODEL_CRITERIA_MAX 64       /* and as many exclusions */
#define MODEL_TAGS_MAX 64           /* entries of `tags` */
#define MODEL_RULE_TAGS_MAX 16      /* tags of one rule */
#define MODEL_TAG_MENTIONS_MAX 1000 /* tags of all rules */
#define MODEL_RULE_TYPES_MAX 32     /* event types of one rule; and entries of broken_by, of without; and of a step */
#define MODEL_TYPES_MAX 2000        /* mentions of event types in all */
#define MODEL_SEEN_TYPES_MAX 64     /* event types in `seen`, `count_events` and `days_since` */
#define MODEL_SEGMENTS_MAX 500      /* beside the document */
#define MODEL_SEGMENT_TYPES_MAX 256 /* event types that they look back at, besides the document's */
#define MODEL_STREAK_MAX 16         /* length of a run */
#define MODEL_SEQUENCE_MAX 8        /* steps */
#define MODEL_COUNT_MAX 64          /* at_least of a count */
#define MODEL_TEXT_MAX 255          /* bytes of ids, labels, tags, types, names; other texts 2,000 */
#define MODEL_POINTS_MAX 10000000   /* milli: 10,000 points a rule */
#define MODEL_WEIGHT_MAX 1000000    /* milli: of a criterion */
#define MODEL_BOUND_MAX 1000000000  /* milli: bounds and thresholds */

#define MODEL_FAULTS_MAX 50
struct model_faults {
	size_t count;                        /* found in all; the first MODEL_FAULTS_MAX are kept */
	struct err fault[MODEL_FAULTS_MAX];  /* pointer into the document, code, sentence */
};

/* Compiles `doc` (borrowed during the call only; what is needed is copied). `version` is stamped on states made under this model: a stored state
 * of another version is stale. Unknown keys, wrong types, duplicate ids, rules that do not compile and limits exceeded are all reported in
 * ret_faults (may be NULL), not only the first. Errors: ST_INVALID "model_invalid" (pointer = the first fault's), ST_NOMEM. */
enum status model_compile(const json_t *doc, int64_t version, struct model **ret_model, struct model_faults *ret_faults, struct err *e);
/* The same with segments beside the document (docs/scoring.md 14): `list` is a list of objects of which `id` and `when` are read; `revision` (above 0) says
 * which list it is, and is stamped on states too. lenient: a segment that does not compile under this document is one that nobody is in
 * (model_segment_broken) instead of a fault. Pointers of segments begin with "/segments/". */
struct model_segments {
	const json_t *list; /* NULL or empty: as if there were no segments at all */
	int64_t revision;
	bool lenient;
};
enum status model_compile_with(
    const json_t *doc, int64_t version, const struct model_segments *segments, struct model **ret_model, struct model_faults *ret_faults, struct err *e);
/* Reference counted (atomically), since caches and batches share models. */
struct model *model_ref(struct model *m);
void model_unref(struct model **m); /* accepts NULL and *NULL */

int64_t model_version(const struct model *m);
const char *model_name(const struct model *m); /* borrowed; "" when the document has none */
const char *model_time_zone(const struct model *m); /* borrowed; as the document says it; "UTC" when it does not */
const char *model_language(const struct model *m);  /* borrowed; "" when the document has none */
int64_t model_local_time(const struct model *m, int64_t at); /* what the clocks of its time zone show, as if they showed UTC */
bool model_applies_always(const struct model *m); /* no `applies_when`, or one that holds for every lead: nobody need be asked */
/* Whether `time_zone` may be so: "UTC", an offset or an IANA name of the data built in, whose version is the other. */
bool model_time_zone_valid(const char *name);
const char *model_time_zone_data(void);
/* "disposable", "role", "personal" or "business" (static): what rules see as `email_kind` of this address; NULL: it is none. m NULL: by the lists that are
 * built in alone. */
const char *model_email_kind(const struct model *m, const char *email, size_t n);
/* Its rules by number, fit's first, then engagement's, each in model order. */
struct model_rule {
	const char *id, *label; /* borrowed */
	bool fit;
	int64_t points; /* milli */
};
size_t model_rule_count(const struct model *m);
struct model_rule model_rule_at(const struct model *m, size_t i);
size_t model_segment_count(const struct model *m);
const char *model_segment_id(const struct model *m, size_t i); /* borrowed */
bool model_segment_broken(const struct model *m, size_t i);
/* The default model of DESIGN 5, the document itself as JSON text (embedded; docs: README). */
const char *model_default_document(void);

#endif
