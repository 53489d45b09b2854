/* The fan-out: a thread that makes deliveries of what stands in the outbox, as soon as it is committed here, and by
 * looking from time to time for what others have committed. */
#ifndef WORK_FANOUT_H
#define WORK_FANOUT_H

#include "deliver.h"

struct fanout;
/* deliver: is told whose queues have grown; outlives the fan-out. */
enum status fanout_start(const struct work_config *c, struct deliver *deliver, struct fanout **ret, struct err *e);
void fanout_stop(struct fanout **f); /* accepts NULL and *NULL */

/* Puts rows in the order of their ids, but those of one lead among themselves by version and ordinal. False: out of
 * memory. For tests. */
struct outbox_news;
bool fanout_order(struct outbox_news *rows, size_t n);

#endif
