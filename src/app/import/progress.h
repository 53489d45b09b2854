/* How an import is getting on: a bar on a terminal, a line now and then elsewhere. On standard error. */
#ifndef APP_IMPORT_PROGRESS_H
#define APP_IMPORT_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "ingest/bulk.h"

struct progress {
	bool terminal, shown;
	int64_t began_us, last_us;
	uint64_t first_offset, size; /* bytes of the file: where this run began, and all */
	uint64_t first_rows;
};

void progress_begin(struct progress *p, uint64_t offset, uint64_t size, uint64_t rows);
/* Call often; it prints when it is time. */
void progress_show(struct progress *p, uint64_t offset, const struct bulk_counts *c);
/* Clears the bar, before anything else is printed. */
void progress_end(struct progress *p);

#endif
