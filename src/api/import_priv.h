/* POST /v1/import, as begin.c sees it: see import.c. */
#ifndef API_IMPORT_PRIV_H
#define API_IMPORT_PRIV_H

#include "api_priv.h"

/* What import_prepare leaves in state->input. */
struct import_input {
	bool all;
	const char *idempotency_key; /* or NULL */
};

/* look_up: the key is to be looked up first. API_REPLY: the response is filled; API_QUEUE: call->upload is set. */
enum api_step import_begin(struct api *a, struct api_call *c, bool look_up);
void import_submit(struct api_call *c);
void import_end(struct api_call *c); /* lets go of it */

#endif
