/* W3C Trace Context: only what the log needs of it. */
#ifndef HTTP_TRACE_PRIV_H
#define HTTP_TRACE_PRIV_H

/* The trace id of a valid traceparent (32 lower-case digits), or an empty string. Future versions are read as the
 * standard says: by their first four fields. `s` may be NULL. */
void trace_id_of(const char *s, char out[33]);

#endif
