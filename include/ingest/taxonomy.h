/* A taxonomy as somebody gives it: JSON entries, or a table of synonyms, made into entries that models can hold.
 *
 * Nothing is stored here (store/taxonomy.h), and nothing looked up (scoring). */
#ifndef INGEST_TAXONOMY_H
#define INGEST_TAXONOMY_H

#include <jansson.h>

#include "scoring/model.h"

#define TAXONOMY_NAME_MAX 64

/* Letters, digits, _ and -: a name that stands in `taxonomy.NAME`. */
bool taxonomy_name_valid(const char *name);

/* CSV of two columns, `synonym,value` (in the order of its head line, or in that order when it has none); a value alone names an entry. BOM and CRLF are
 * understood. ret: a new list of entries in the order of their first rows. A spelling of two values is a fault; every fault has the row's number in its words and as its pointer ("/7", lines
 * counted from 1). Errors: ST_INVALID "taxonomy_invalid", ST_NOMEM. */
enum status taxonomy_read_csv(const char *text, size_t n, json_t **ret, struct model_faults *faults, struct err *e);

/* Whether models can hold it. Faults with pointers into {"attribute", "entries"}. Errors: ST_INVALID "taxonomy_invalid", ST_NOMEM. */
enum status taxonomy_check(const char *attribute, const json_t *entries, struct model_faults *faults, struct err *e);

#endif
