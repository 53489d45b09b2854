/* Bodies that come gzipped, inflated piece by piece as they arrive.
 *
 * What comes out is bounded twice: by the route's limit on bodies, and by how much larger it is than what came in, so
 * that a small request cannot make the service work like a large one. One gzip member, and nothing behind it.
 * HTTP thread of the request only. */
#ifndef HTTP_INFLATE_PRIV_H
#define HTTP_INFLATE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "refusal_priv.h"

struct inflation;

struct inflation *inflation_new(void);     /* owned; NULL: out of memory */
void inflation_free(struct inflation **i); /* accepts NULL and *NULL */
/* Appends to `out` what these bytes inflate to, until it holds `max`. */
enum refusal inflation_feed(struct inflation *i, const char *data, size_t n, struct buf *out, size_t max);
/* Whether the member has come to its end, its checksum being right. */
bool inflation_whole(const struct inflation *i);

#endif
