/* Walking through a model's document: its objects, and the conditions in them. */
#ifndef SCORING_REVIEW_PRIV_H
#define SCORING_REVIEW_PRIV_H

#include "base/json.h"
#include "scoring/review.h"

/* A rule, criterion, exclusion, stage or tag entry. */
struct part {
	const char *kind, *id, *label; /* borrowed from the document, or static */
	const json_t *v;
	char pointer[ERR_POINTER_MAX];
};
typedef void (*part_fn)(void *owner, const struct part *p);
/* Each part of the document, in its order: applies_when first, as a part without id. */
void review_parts(const json_t *doc, part_fn each, void *owner);

/* A condition of a part: `when`, `where`, or the `where` of a step. */
struct condition {
	const struct part *part;
	const json_t *rule;
	char pointer[ERR_POINTER_MAX];
};
typedef void (*condition_fn)(void *owner, const struct condition *c);
void review_conditions(const struct part *p, condition_fn each, void *owner);

/* One operation of a JsonLogic rule: {"op": args}. */
struct operation {
	const char *op;
	const json_t *args;  /* as written: a list or a single operand */
	bool inner;          /* a var here sees an item of a list, not the profile */
	const char *pointer; /* to the operation's key */
};
typedef void (*operation_fn)(void *owner, const struct operation *o);
/* Each operation of a rule, outermost first. */
void review_operations(const json_t *rule, const char *pointer, operation_fn each, void *owner);

/* Operand i of an operation, NULL when there is none. */
const json_t *operand(const json_t *args, size_t i);
size_t operand_count(const json_t *args);
/* The operator of {"op": args}; NULL when v is a value. */
const char *operator_of(const json_t *v, const json_t **ret_args);
/* The constant path of {"var": path}; NULL when v is none. */
const char *path_of(const json_t *v);
/* The keys that `missing` or `missing_some` asks for, as operands; NULL: the operation is neither. */
const json_t *missing_keys(const struct operation *o);
/* Whether a list of texts, or a single one, holds `s`. */
bool texts_hold(const json_t *list, const char *s);

/* The label, or else the id, in one language: of "价格页 / Pricing page" the part that fits. Arena-owned; NULL: out of
 * memory. */
char *label_words(const char *label, enum model_language language, struct arena *arena);

/* What a rule's numbers can be at all: points reachable by a document's rules. */
struct reach {
	double min, max;
};
struct reaches {
	struct reach fit, engagement, score;
};
void review_reaches(const json_t *doc, struct reaches *ret);

/* Whether a condition can hold: review_holds.c. `types`: the event types that `type` can be, NULL for any. */
enum chance { CHANCE_NEVER, CHANCE_SOME, CHANCE_ALWAYS };
struct chance_context {
	const struct reaches *reaches; /* NULL: score, fit and engagement are not available */
	const json_t *types;
	const char *why; /* of CHANCE_NEVER by score, fit or engagement: which; else NULL */
	double wanted, reachable;
};
enum chance condition_chance(const json_t *rule, struct chance_context *x);

#endif
