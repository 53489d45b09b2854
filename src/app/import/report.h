/* The file of refused rows: CSV (or NDJSON, by the file's name) with line, code, pointer, reason and the row itself. */
#ifndef APP_IMPORT_REPORT_H
#define APP_IMPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct report;

/* keep: how many bytes of an earlier report to keep; 0 begins anew. Errors: ST_UNAVAILABLE. */
enum status report_open(const char *path, uint64_t keep, struct report **ret, struct err *e);
void report_close(struct report **r);
void report_refused(struct report *r, uint64_t line, const struct err *why, const char *raw, size_t raw_n);
/* Makes sure of what was written; ret_bytes: its length. */
enum status report_flush(struct report *r, uint64_t *ret_bytes, struct err *e);

#endif
