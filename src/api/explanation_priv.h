/* An explanation as JSON: what GET /v1/leads/{id}/score and POST /v1/score answer. */
#ifndef API_EXPLANATION_PRIV_H
#define API_EXPLANATION_PRIV_H

#include "api/call.h"
#include "base/buf.h"
#include "scoring/explain.h"

/* What clients call the event with this key; id NULL: by the key itself. */
struct event_name {
	struct uuid key;
	const char *id;
};

/* lead_id NULL is written as null. Sorts `names`. */
void explanation_put(struct buf *b, const struct uuid *lead_id, int64_t at, int64_t version,
    const struct explanation *x, struct event_name *names, size_t n);

#endif
