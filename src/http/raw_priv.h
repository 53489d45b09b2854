/* Replies written straight to the socket, where libmicrohttpd offers no way to send one of ours: in the middle of a
 * body (0.9.75 accepts a response only before the first and after the last byte), from its own parser, and from the
 * reaper. The connection ends with them. */
#ifndef HTTP_RAW_PRIV_H
#define HTTP_RAW_PRIV_H

#include "api/call.h"
#include "conn_priv.h"
#include "refusal_priv.h"

/* A problem for a connection without a call of ours. Any thread that has the right to the last word. Returns the status
 * sent. */
int raw_refuse(struct http_server *s, int fd, enum refusal f);
/* The response that the call has. */
void raw_send_call(int fd, const struct api_call *call);
/* A refusal with the request's id, replacing whatever response the call has. */
int raw_refuse_call(struct http_server *s, int fd, struct api_call *call, enum refusal f);

#endif
