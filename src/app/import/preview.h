/* What an import would make of a file's first rows, as a table on standard error. */
#ifndef APP_IMPORT_PREVIEW_H
#define APP_IMPORT_PREVIEW_H

#include <stdio.h>

#include "decode.h"

/* One line of a table: cells cut and padded to their widths as a terminal shows them. */
void preview_cells(FILE *f, const char *const *cells, const int *widths, size_t n);
/* The first rows as the leads they would become, and what is wrong with any of the first few hundred. */
void preview_leads(const char *mapping, size_t n, struct decode *file, const char *country);

#endif
