/* The route table, for tests and for comparing with openapi.yaml. Static and immutable. */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include <stddef.h>

#include "api/call.h"

struct api_route_info {
	const char *method;            /* "GET", ... */
	const char *pattern;           /* as in openapi.yaml: "/v1/leads/{id}" */
	const char *operation;         /* its operationId */
	unsigned roles;                /* bits of enum role, or ROLE_ANYONE */
	size_t max_body;               /* bytes */
	const char *const *parameters; /* names the query may hold, NULL-terminated */
};

/* Route i of api_route_total(), in the order of the table. */
size_t api_route_total(void);
struct api_route_info api_route_at(size_t i);

#endif
