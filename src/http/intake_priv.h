/* The first sight of a request: guards, route, limits; and the bytes of its body. */
#ifndef HTTP_INTAKE_PRIV_H
#define HTTP_INTAKE_PRIV_H

#include "request_priv.h"

enum intake {
	INTAKE_GO,     /* read the body, then hand the call to api */
	INTAKE_ANSWER, /* the response is filled; the connection may live on */
	INTAKE_END /* the response is filled; send it now and close: what follows on the wire cannot be trusted, or not
		      be waited for */
};

enum intake intake_head(struct request *r, const char *method, const char *version);

/* Appends received bytes, inflated if they come gzipped. REFUSE_NONE: go on. */
enum refusal body_take(struct request *r, const char *data, size_t n);
/* The body is over: whether it is a whole one. */
enum refusal body_end(const struct request *r);
void body_release(struct request *r);

#endif
