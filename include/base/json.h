/* Reading JSON from strangers, and small helpers around jansson.
 *
 * json_read refuses, before jansson sees them: invalid UTF-8, NUL (raw or \u0000), depth over the limit, more tokens than the limit;
 * and with jansson: duplicate keys, trailing bytes, numbers that are not finite. The error says line, column and what is wrong.
 * jansson objects are not thread-safe: one thread at a time. Names: `new` reference, `borrowed`. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

struct json_limits {
	size_t max_bytes;  /* 0: 256 KiB */
	unsigned max_depth;  /* 0: 32 */
	size_t max_tokens; /* 0: 20,000; values and keys together */
};

/* New reference. Errors: ST_INVALID "json_invalid", ST_TOO_LARGE "json_too_large" / "json_too_deep". */
enum status json_read(const char *s, size_t n, const struct json_limits *limits, json_t **ret, struct err *e);
/* Compact text, UTF-8, keys in insertion order (sorted when `sorted`). */
bool json_write(const json_t *v, bool sorted, struct buf *out);
/* RFC 7396 merge patch into target in place: null deletes, objects merge, the rest replaces. False: out of memory. */
bool json_merge_patch(json_t *target, const json_t *patch);
/* RFC 6901 look-up ("/a/0/b"); borrowed, NULL when absent. */
json_t *json_pointer_get(json_t *root, const char *pointer);
/* Writes pointer + "/" + escaped key (or index) into out (ERR_POINTER_MAX bytes, truncated). out may be pointer itself. */
void json_pointer_join(char *out, const char *pointer, const char *key);
void json_pointer_index(char *out, const char *pointer, size_t index);

/* A number with at most three decimals as thousandths: 12.5 -> 12500. False when it is no number, has more decimals, or is outside
 * +-max_milli. */
bool json_milli(const json_t *v, int64_t max_milli, int64_t *ret_milli);

/* The first key of obj that is not in the NULL-terminated list, or NULL. Borrowed. */
const char *json_unknown_key(const json_t *obj, const char *const *known);

#endif
