/* From a filled response to the wire. */
#ifndef HTTP_RESPOND_PRIV_H
#define HTTP_RESPOND_PRIV_H

#include "request_priv.h"

/* Replaces the response of the call by the problem of a refusal. */
void problem_fill(struct api_call *call, enum refusal f);
/* Replaces it by a bodyless reply. */
void empty_fill(struct api_call *call, int status);
/* Adds a response header; both strings must live as long as the call. Ignored when there is no room: http's own are
 * few, and come after api's. */
void header_add(struct api_call *call, const char *name, const char *value);
/* Hands the response to libmicrohttpd. The body moves, it is not copied. */
enum MHD_Result respond(struct request *r);

#endif
