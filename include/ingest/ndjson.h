/* Lines of JSON as rows of a bulk (bulk.h): what files and POST /v1/import hold.
 *
 * A line is an object, and what it is its members say:
 *   `key` and `lead_id`   a row of an export of events, stored as it was (adapter_stored); for administrators only
 *   `type`                an event as in POST /v1/events
 *   `lead`, and no type   a lead as in POST /v1/leads, one level down; the figures that an export of leads has beside
 * it are left alone Sending the same lines again changes nothing, so each must say what makes it the same: an event by
 * its event_id, or by the Idempotency-Key and its line number; else it is refused (event_id_required). A lead without a
 * key is the same if it says the same: its key is a hash of what it says.
 *
 * Lines end in LF or CRLF; empty ones and a byte order mark are skipped. One of more than 256 KiB is refused and
 * skipped without being held in memory. Faults have the pointer within the line. One thread. */
#ifndef INGEST_NDJSON_H
#define INGEST_NDJSON_H

#include "ingest/bulk.h"

#define NDJSON_LINE_MAX ((size_t)256 * 1024)

struct ndjson;

struct ndjson_config {
	/* Up to n bytes like read(2): 0 at the end, -1 on failure. */
	ssize_t (*read)(void *ctx, void *to, size_t n);
	void *ctx;
	bool stored;           /* rows of an export of events are taken */
	uint64_t offset, line; /* of the first byte that `read` gives; 0, 0: the beginning */
};

enum status ndjson_new(const struct ndjson_config *c, struct ndjson **ret, struct err *e);
void ndjson_free(struct ndjson **n); /* accepts NULL and *NULL */
struct bulk_source ndjson_source(struct ndjson *n);

#endif
