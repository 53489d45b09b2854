/* Cursors: where a page ended, as opaque text that only fits the question it was made for.
 *
 * 1 byte format, 8 bytes value, 4 bytes rank, 16 bytes id, 8 bytes check; base64url. The check is a hash over the rest
 * and over the question: the operation, the workspace and every parameter but `limit` and the cursor itself. It guards
 * against mistakes, not attackers: a cursor gives no right to anything. */
#ifndef API_CURSOR_PRIV_H
#define API_CURSOR_PRIV_H

#include "api/call.h"

struct cursor {
	int64_t value;
	int32_t rank;
	struct uuid id;
};
#define CURSOR_TEXT_MAX 64

/* `filters`: bind to the parameters too; else only to operation and workspace. */
void cursor_write(const struct api_call *c, bool filters, const struct cursor *v, char out[CURSOR_TEXT_MAX]);
/* Reads parameter `name`; *ret_given false when it is absent. Errors: "cursor_invalid" at that parameter. */
enum status cursor_read(
    const struct api_call *c, const char *name, bool filters, bool *ret_given, struct cursor *ret, struct err *e);

/* The change feed's, which GET /v1/transitions and GET /v1/stream share. */
void cursor_feed_write(const struct uuid *workspace, int64_t position, char out[CURSOR_TEXT_MAX]);
bool cursor_feed_read(const struct uuid *workspace, const char *text, int64_t *ret); /* false: it is none */

/* Ends a list (reply_priv.h) with the cursor `next`; NULL: this was the last page. */
void page_end(struct api_call *c, const struct cursor *next);

#endif
