/* A workspace's leads, events or transitions, all of them, as lines of JSON or as CSV: what GET /v1/export/... streams
 * and `leadscore export` writes.
 *
 * Events are rows of the history, internal ones and voided ones included, each lead's in order of time, and behind them
 * the merges that stand; imported again (ingest/ndjson.h) they make the same leads under the same ids. Leads are what
 * they are now, with what may be imported of them under `lead`; of those merged into one only that one. One thread;
 * constant memory. */
#ifndef API_EXPORT_H
#define API_EXPORT_H

#include "store/db.h"

enum export_what { EXPORT_LEADS, EXPORT_EVENTS, EXPORT_TRANSITIONS };

struct export_config {
	enum export_what what;
	bool csv; /* else a JSON object a line */
	bool bom; /* of CSV: a byte order mark, by which Excel knows UTF-8 */
	struct uuid workspace;
	/* Whole lines, some 64 KiB at a time; false: nobody wants more. */
	bool (*write)(void *ctx, const char *s, size_t n);
	void *ctx;
};

/* From one snapshot, over a connection that it has to itself meanwhile. ST_BUSY "interrupted": write said false. */
enum status export_run(struct db *db, const struct export_config *c, uint64_t *ret_rows, struct err *e);

#endif
