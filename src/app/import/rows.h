/* The two kinds of files as sources of rows (ingest/bulk.h). One thread. */
#ifndef APP_IMPORT_ROWS_H
#define APP_IMPORT_ROWS_H

#include "decode.h"
#include "ingest/bulk.h"
#include "mapping.h"

struct rows;

/* CSV through a bound mapping, or NDJSON when the mapping is NULL, from a place on: offset 0, line 0 is the beginning.
 * Borrows both. */
enum status rows_open(
    struct decode *d, const struct mapping *m, uint64_t offset, uint64_t line, struct rows **ret, struct err *e);
void rows_close(struct rows **r); /* accepts NULL and *NULL */
struct bulk_source rows_source(struct rows *r);
/* The first row of a CSV file. *ret is borrowed until the next row is read; CSV_END: there is none. */
enum csv_outcome rows_header(struct rows *r, struct csv_row *ret, struct err *e);

#endif
