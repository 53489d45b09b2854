/* Errors as replies: which HTTP status an err has, and problem+json (RFC 9457).
 *
 * The rule: 400 when the request itself cannot be read (JSON, headers, parameters), 422 when it was read and a field in
 * it is wrong. */
#ifndef API_PROBLEM_PRIV_H
#define API_PROBLEM_PRIV_H

#include "api/call.h"
#include "base/buf.h"
#include "base/status.h"

/* In err.pointer, a fault of a query parameter is "?" and its name, which no JSON Pointer begins with. */
#define PARAMETER_POINTER "?"
#define PATH_POINTER ":" /* and of faults in parameters of the path */
#define HEADER_POINTER "^" /* and in headers that carry what else a body would */

int problem_status(const struct err *e);
/* Fills the response from e: status, code, detail, the faulty field, Retry-After for 503. What went wrong inside (500)
 * is logged, not told. */
void problem_reply(struct api_call *c, const struct err *e);
/* The document alone, as an item of an array reply. */
void problem_put(const struct api_call *c, struct buf *b, const struct err *e);

#endif
