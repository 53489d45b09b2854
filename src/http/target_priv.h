/* The request target: from raw bytes to a decoded path and its query parameters. Pure; any thread. */
#ifndef HTTP_TARGET_PRIV_H
#define HTTP_TARGET_PRIV_H

#include <stddef.h>

#include "api/call.h"
#include "refusal_priv.h"

#define TARGET_PATH_MAX ((size_t)2048)
#define TARGET_QUERY_MAX ((size_t)4096)

/* Fills path, query and n_query of the call from the raw target, which is NUL-terminated, `n` bytes, and is
 * overwritten: decoding happens in place and the call borrows from it. `host` is the Host header or NULL; a target in
 * absolute form must name it. In the query `+` means a space, as in HTML forms and in WHATWG URLs; empty pieces between
 * `&` are skipped. */
enum refusal target_parse(char *raw, size_t n, const char *host, struct api_call *c);

#endif
