/* Looking through a model's document for a person: what in it cannot work, what it depends on, and how two differ, in words.
 *
 * Not whether it compiles (model.h): everything here takes a document that does, as JSON, and stores nothing. Pure; the document is borrowed for
 * the call; jansson's rule holds: one thread at a time per document. */
#ifndef SCORING_REVIEW_H
#define SCORING_REVIEW_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "scoring/model.h"

/* Warnings: what is allowed and yet hardly meant. `code` says which kind, the pointer where:
 * rule_never_fires, condition_never_holds, condition_always_holds, stage_unreachable, rearm_above_threshold, tag_never_given, tag_given_later, criterion_without_ask,
 * no_core_criteria, no_stages, group_unused, group_below_rule, rule_without_points, event_type_unusual, taxonomy_unused. */
void model_review(const json_t *doc, struct model_faults *ret);

enum model_use_of { USE_ATTRIBUTE, USE_TAG, USE_EVENT_TYPE, USE_SEGMENT };
/* One place that looks at a thing, or gives it. Texts are borrowed from the document or static. */
struct model_use {
	const char *kind;      /* fit_rule, engagement_rule, criterion, exclusion, stage, tag, applies_when, taxonomy */
	const char *id;        /* of the rule, criterion, ...; the stage's or tag's name; "" for applies_when */
	const char *label;     /* as it stands in the document; the id when there is none */
	const char *how;       /* reads, gives, counts (events) */
	bool certain;          /* false: it looks at something that the thing may be or may not be (a pattern over all tags) */
	char pointer[ERR_POINTER_MAX];
};
/* Where the document looks at `name`: an attribute's path in the profile (or a part of it, or what it is a part of), a tag, an event type, a segment (a name
 * in the profile's `segments` or `segment`). Arena-owned list; false: out of memory. */
bool model_uses(
    const json_t *doc, enum model_use_of of, const char *name, struct arena *arena, struct model_use **ret, size_t *ret_n);

enum model_language { LANGUAGE_EN, LANGUAGE_ZH };
struct model_difference {
	const char *kind;      /* added, removed, changed */
	const char *sentence;  /* arena-owned */
	char pointer[ERR_POINTER_MAX]; /* into the document that has it: the later one, or of what was removed the earlier one */
};
/* What of `after` is not as in `before`. Rules and the like are the same when their ids are, wherever they stand. False: out of memory. */
bool model_differences(const json_t *before, const json_t *after, enum model_language language, struct arena *arena,
    struct model_difference **ret, size_t *ret_n);

/* A condition in words: "company.employees from 100 to 300 and title_level is c_level or vp". What has no words stands as JSON. Arena-owned; NULL: out of memory. */
char *condition_words(const json_t *rule, enum model_language language, struct arena *arena);

#endif
