/* Cross-origin requests, for routes that browsers may call (api_route_browser). Which origins a key allows is api's
 * business (origin_refused); here the origin is only checked for form and reflected, so that a page can read api's
 * answer, other refusals included. A preflight does not carry the key: it is answered the same for every origin. */
#ifndef HTTP_CORS_PRIV_H
#define HTTP_CORS_PRIV_H

#include "request_priv.h"

/* After a match: remembers the origin to reflect. */
void cors_note(struct request *r);
/* Fills the reply to OPTIONS: a preflight, or just Allow. */
void cors_options(struct request *r);
void cors_headers(const struct request *r, struct MHD_Response *m);

#endif
