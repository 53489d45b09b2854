/* The contract as JSON; src/api/openapi.py makes it of openapi.yaml. */
#ifndef API_OPENAPI_PRIV_H
#define API_OPENAPI_PRIV_H

#include <stddef.h>

extern const char openapi_json[];
extern const size_t openapi_json_len;

#endif
