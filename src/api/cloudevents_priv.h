/* How a request carries CloudEvents (HTTP binding, section 3): told by its media type and headers. */
#ifndef API_CLOUDEVENTS_PRIV_H
#define API_CLOUDEVENTS_PRIV_H

#include <jansson.h>

#include "api/call.h"

enum cloudevent_kind {
	CLOUDEVENT_NONE,
	CLOUDEVENT_ONE,     /* structured */
	CLOUDEVENT_MANY,    /* batched */
	CLOUDEVENT_HEADERS, /* binary */
};
enum cloudevent_kind cloudevent_kind(const struct api_call *c);
/* The event that headers and body are in binary mode; new reference. Errors: "field_invalid" with the header's name, "content_type_unsupported" and those of
 * the body. */
enum status cloudevent_of_headers(struct api_call *c, json_t **ret, struct err *e);

#endif
