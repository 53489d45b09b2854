/* A lane of one's own: commands run on the caller's thread, over a connection of its own, with all that the lanes know
 * of retrying, splitting and deciding.
 *
 * For long work in the background, whose batches would stand before events in the lanes' queues. One thread at a time.
 */
#ifndef INGEST_APART_H
#define INGEST_APART_H

#include "ingest/ingest.h"

struct apart;

/* Shares the compiled models of `g`, which outlives it. Connects when it is first used. clock NULL: clock_system. */
enum status apart_new(
    struct ingest *g, const char *database_url, const struct clock *clock, struct apart **ret, struct err *e);
void apart_free(struct apart **a); /* accepts NULL and *NULL */
/* As one transaction, or several when the database refuses a row. Results stand in the commands; what they point to is
 * in `arena`. */
enum status apart_run(struct apart *a, const struct uuid *workspace, struct command *commands, size_t n,
    struct arena *arena, struct err *e);

#endif
