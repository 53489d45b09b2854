/* JsonLogic (jsonlogic.com), compiled once and evaluated without allocation for the usual operators.
 *
 * Used by the model compiler; public so that segments, routing rules and tests can use it too. Semantics of the standard, loose equality and truthiness
 * included; own operators in docs/scoring.md 9. A compiled rule is immutable: any thread. */
#ifndef SCORING_LOGIC_H
#define SCORING_LOGIC_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

struct logic;

/* Compiles `rule` (borrowed during the call only); `pointer` prefixes pointers in errors. Errors: ST_INVALID "operator_unknown", "rule_invalid",
 * ST_TOO_LARGE "rule_too_large" (depth 64, 10,000 nodes). */
enum status logic_compile(const json_t *rule, const char *pointer, struct logic **ret, struct err *e);
void logic_free(struct logic **l);

/* Evaluates against a plain JSON document. Result: new reference, memory from scratch while at it. Errors: ST_NOMEM, ST_TOO_LARGE (regex or reduce work). */
enum status logic_apply(const struct logic *l, const json_t *data, struct arena *scratch, json_t **ret, struct err *e);
/* JsonLogic truthiness of a JSON value. */
bool logic_truthy(const json_t *v);

#endif
