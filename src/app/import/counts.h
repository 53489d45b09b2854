/* What an import came to so far. */
#ifndef APP_IMPORT_COUNTS_H
#define APP_IMPORT_COUNTS_H

#include <stdint.h>

struct counts {
	uint64_t rows;       /* read, refused ones included */
	uint64_t created;    /* rows that made a lead */
	uint64_t updated;    /* rows stored with a lead that was there */
	uint64_t duplicates; /* rows that were stored before */
	uint64_t refused;
};

#endif
