/* /livez, /readyz and, on the private listener, /metrics. */
#ifndef HTTP_PROBE_PRIV_H
#define HTTP_PROBE_PRIV_H

#include "request_priv.h"

/* Fills the response and returns true when the path is one of them; on the private listener always (anything else is
 * 404). */
bool probe_answer(struct request *r);

#endif
