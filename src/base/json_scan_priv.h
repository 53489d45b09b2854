/* The pass over JSON text before jansson sees it. */
#ifndef BASE_JSON_SCAN_PRIV_H
#define BASE_JSON_SCAN_PRIV_H

#include "base/json.h"

#define JSON_SCAN_DEPTH_MAX 2048u /* jansson's own limit */

/* Whether s is one JSON value (RFC 8259) in UTF-8, without NUL, within the limits. Duplicate keys and the range of
 * numbers are left to jansson. */
enum status json_scan(const char *s, size_t n, unsigned max_depth, size_t max_tokens, struct err *e);
/* ST_INVALID "json_invalid" with the line and column of the byte at `at`. */
enum status json_scan_fault(const char *s, size_t at, const char *what, struct err *e);

#endif
