/* Pieces of a response that many routes need. */
#ifndef API_REPLY_PRIV_H
#define API_REPLY_PRIV_H

#include "api/call.h"

/* value: static or in the call's arena; NULL (out of memory) leaves the header out. */
void reply_header(struct api_call *c, const char *name, const char *value);
/* Begins a JSON response with this status. */
struct buf *reply_json(struct api_call *c, int status);
void reply_etag(struct api_call *c, int64_t version); /* "v<version>" */

/* Of a route on a lead: says which lead it was about when the one named has been merged into it (Content-Location). */
void reply_lead(struct api_call *c, const struct uuid *id);

/* A list: reply_list begins {"data":[, each item is written to reply_item, and reply_list_end writes ],"next_cursor" and the Link header.
 * `cursor` NULL: there is no next page. `parameter` is the name under which it comes back. cursor_priv.h has the end of a page. */
struct buf *reply_list(struct api_call *c);
struct buf *reply_item(struct buf *b);
void reply_list_end(struct api_call *c, const char *parameter, const char *cursor);

/* If-None-Match: whether it names this version (weak comparison, RFC 9110 13.1.2). */
bool etag_matches(const char *header, int64_t version);
/* If-Match of one strong entity tag: ret -1 when absent or "*"; a tag that is none of ours gives a version that no row
 * has. Errors: "header_invalid". */
enum status etag_required(const struct api_call *c, int64_t *ret_version, struct err *e);

#endif
