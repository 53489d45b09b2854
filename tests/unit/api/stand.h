/* A call without HTTP and an api without threads, for tests of what needs neither. */
#ifndef TESTS_API_STAND_H
#define TESTS_API_STAND_H

#include "../../../src/api/api_priv.h"
#include "../../../src/api/auth_priv.h"

struct stand {
	struct api api;
	struct api_call call;
	struct call_state state;
	int64_t now; /* what the api's clock says */
};

void stand_open(struct stand *s);
void stand_close(struct stand *s);
/* A fresh call: "GET", "/v1/leads?tier=A&limit=2" (values are taken as they stand). Returns what api_match said. */
enum status stand_call(struct stand *s, const char *method, const char *target);
/* The response's body, NUL-terminated. */
const char *stand_body(const struct stand *s);
const char *stand_header(const struct stand *s, const char *name);

#endif
