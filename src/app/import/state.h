/* How far an import got: a small JSON file that outlives a broken-off run and is removed when the import is complete.
 */
#ifndef APP_IMPORT_STATE_H
#define APP_IMPORT_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ident.h"
#include "base/status.h"
#include "ingest/bulk.h"

struct import_state {
	uint64_t offset, line; /* all rows before are committed or refused */
	uint64_t report_bytes; /* what belongs to them in the report */
	struct bulk_counts counts;
};

/* What an import is the same import by. */
struct import_mark {
	char path[4096]; /* of the state file */
	char hex[33];    /* hash of the file's name, size and first bytes, the mapping and the workspace */
};

/* beside: the report, or NULL: the state goes to .leadscore-import/. */
enum status state_mark(const char *file, uint64_t size, const char *mapping, size_t mapping_n,
    const struct uuid *workspace, const char *beside, struct import_mark *ret, struct err *e);
/* ST_NOT_FOUND: no state, or one of another import. */
enum status state_read(const struct import_mark *m, struct import_state *ret, struct err *e);
enum status state_write(const struct import_mark *m, const struct import_state *s, struct err *e);
void state_remove(const struct import_mark *m);

#endif
