/* See parser_errors.c. */
#ifndef HTTP_PARSER_ERRORS_PRIV_H
#define HTTP_PARSER_ERRORS_PRIV_H

#include <stdbool.h>

#include <microhttpd.h>

typedef enum MHD_Result queue_response_fn(struct MHD_Connection *, unsigned, struct MHD_Response *);

bool parser_errors_init(void); /* main thread, before the first listener; false: no such symbol */
/* libmicrohttpd's own MHD_queue_response: what this room calls. */
enum MHD_Result queue_response(struct MHD_Connection *mhd, unsigned status, struct MHD_Response *response);

#endif
