/* Query parameters: known ones only, each once, each read by its kind. Faults are ST_INVALID with pointer "?name"
 * (problem_priv.h). */
#ifndef API_PARAMS_PRIV_H
#define API_PARAMS_PRIV_H

#include "api/call.h"

/* Every parameter is in the route's list, is there once and is not empty. */
enum status params_check(const struct api_call *c, struct err *e);
/* The value, or NULL. */
const char *param_text(const struct api_call *c, const char *name);
/* The first value of a header, its name in lower case, on a route with ROUTE_HEADERS; NULL: none. */
const char *header_text(const struct api_call *c, const char *name);
/* These leave *ret as it is when the parameter is absent. */
enum status param_int(
    const struct api_call *c, const char *name, int64_t min, int64_t max, int64_t *ret, struct err *e);
enum status param_time(const struct api_call *c, const char *name, int64_t *ret, struct err *e);
enum status param_uuid(const struct api_call *c, const char *name, bool *ret_given, struct uuid *ret, struct err *e);
/* One of a NULL-terminated list of words. */
enum status param_word(
    const struct api_call *c, const char *name, const char *const *words, const char **ret, struct err *e);
/* "limit": 1 to 200, default 50. */
enum status param_limit(const struct api_call *c, size_t *ret, struct err *e);
enum status param_fault(const char *name, const char *code, const char *detail, struct err *e);

#endif
