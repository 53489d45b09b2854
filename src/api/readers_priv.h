/* Threads that wait for the database, so that HTTP threads never do.
 *
 * A bounded queue in front of N threads, each with a connection of its own to the primary and, when there is one, to a
 * replica. A task is owned by the queue from readers_put until its run is called, exactly once. Lock: one mutex in
 * readers.c over the queue. */
#ifndef API_READERS_PRIV_H
#define API_READERS_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/db.h"

struct readers;
struct reader; /* one thread */

struct reader_task {
	struct reader_task *next;
	void (*run)(struct reader_task *t, struct reader *r);
};

struct readers_config {
	const char *database_url, *read_url; /* read_url NULL: none */
	size_t threads, queue_max;
};

enum status readers_start(const struct readers_config *c, struct readers **ret, struct err *e);
/* Runs what waits, then ends the threads. */
void readers_stop(struct readers **r);
/* False: the queue is full or closing; the task stays the caller's. */
bool readers_put(struct readers *r, struct reader_task *t);
/* This thread's connection, opened when needed; every call on it ends by deadline_us. */
enum status reader_db(struct reader *r, bool replica, int64_t deadline_us, struct db **ret, struct err *e);

#endif
