/* The kinds of webhooks, each a file webhook_NAME.c, and what they share. */
#ifndef WORK_WEBHOOK_PRIV_H
#define WORK_WEBHOOK_PRIV_H

#include "work/webhook.h"

/* webhook_standard.c */
enum status webhook_standard_write(const struct webhook_endpoint *p, const struct webhook_message *m, int64_t now,
    struct webhook_request *ret, struct err *e);

/* The data of a message in at most `max` bytes of compact JSON: while it is too large the largest member that can be
 * missed goes, and "truncated": true says so. The same in every attempt. False: out of memory, or it is no object.
 * (webhook_cut.c) */
bool webhook_cut(const char *data, size_t max, struct buf *out);
/* base64 (RFC 4648, section 4). */
void webhook_base64(const void *p, size_t n, struct buf *out);

#endif
