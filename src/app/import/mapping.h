/* What a row of a CSV file means: a document that lays out an event with cells in it.
 *
 * The document's members `lead`, `properties`, `source`, `type`, `event_id` and `occurred_at` have the shape of an
 * event in POST /v1/events. Anywhere in them
 * {"$column": ...} stands for a cell and {"$text": "a-{column}"} for text with cells in it; everything else is itself.
 * docs/import.md has the format. Immutable once bound to a header; one thread. */
#ifndef APP_IMPORT_MAPPING_H
#define APP_IMPORT_MAPPING_H

#include <jansson.h>
#include <stdbool.h>

#include "base/status.h"
#include "ingest/csv.h"

#define MAPPING_FILE_MAX (256 * 1024)

struct mapping;

/* Errors: ST_INVALID with the place in e->pointer. */
enum status mapping_parse(const char *text, size_t n, struct mapping **ret, struct err *e);
void mapping_free(struct mapping **m);

const char *mapping_name(const struct mapping *m);
char mapping_delimiter(const struct mapping *m);
const char *mapping_country(const struct mapping *m); /* NULL: the workspace's */
bool mapping_of_leads(const struct mapping *m);         /* a row says what a lead is */
bool mapping_of_stored(const struct mapping *m);        /* a row is one of an export of events */
bool mapping_has_header(const struct mapping *m);     /* else the document names the columns */
/* Finds the columns in the header row (NULL when the document names them). */
enum status mapping_bind(struct mapping *m, const struct csv_row *header, struct err *e);

/* The event of a row, a new reference. Errors: ST_INVALID, with the place in the event. */
enum status mapping_event(const struct mapping *m, const struct csv_row *row, json_t **ret, struct err *e);

#endif
