/* The HTTP resources without HTTP: starts and stops what calls (call.h) run on.
 *
 * An api owns the reader threads with their connections, the cache of keys and a monitor that knows whether PostgreSQL
 * answers. Writes go to the ingest machine, which the api borrows. start and stop are called by the main thread; stop
 * only when no call is under way. */
#ifndef API_API_H
#define API_API_H

#include "api/call.h"
#include "base/instant.h"
#include "ingest/ingest.h"
#include "work/webhook.h"

struct api_config {
	const char *database_url;  /* primary: keys, the change feed, everything that writes */
	const char *read_url;      /* a replica for other reads, while it is there; NULL or "": the primary */
	unsigned readers;          /* threads, each with a connection; 0: 4 */
	unsigned reader_queue;     /* calls that may wait for a reader; 0: 4,096 */
	unsigned read_timeout_ms;  /* most time a read may take in the database, reports excepted; 0: 4,000 */
	unsigned key_ttl_ms;       /* how long a looked-up key is believed, so how late a revocation may be; 0: 5,000 */
	unsigned max_streams;      /* clients that follow the change feed at once; 0: 8,000 */
	unsigned batch_kb;         /* most KiB of a batch of tracking; 0: 500 */
	struct webhook_policy webhooks; /* where they may go; texts outlive the api */
	const struct clock *clock; /* NULL: clock_system; decides whether a key has expired */
	struct ingest *ingest;     /* borrowed; outlives the api. NULL: writes answer 503 */
};

/* Asks the database once whether it is there, but does not fail when it is not: then api_ready is false until it is. */
enum status api_start(const struct api_config *c, struct api **ret, struct err *e);
void api_stop(struct api **a); /* accepts NULL and *NULL */

#endif
