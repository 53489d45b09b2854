/* What a workspace says of cleaning: workspaces.cleaning, {step: true|false}; what is left out is true.
 *
 *   forms      full-width, half-width and compatibility characters become ordinary ones (NFKC)
 *   spaces     runs of white space become one space
 *   names      spaces between the characters of a Chinese name go
 *   wrapping   "mailto:", "tel:", "电话：" and "Li Wei <...>" around an address or number come off; else it is refused
 * What is never seen is always dropped, ends are always trimmed, and e-mail addresses, phone numbers and codes always get one spelling. */
#ifndef INGEST_CLEAN_H
#define INGEST_CLEAN_H

#include <jansson.h>

#include "base/status.h"

/* Whether the document (borrowed; NULL or null: every step) is one; *ret: bits for adapter_context.without. Else ST_INVALID with a pointer into it. */
enum status clean_settings(const json_t *doc, unsigned *ret, struct err *e);

#endif
