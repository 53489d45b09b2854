/* The ingest machine: bounded queues per workspace, batch lanes, group commit.
 *
 * Life of a job: the caller fills it, calls ingest_submit; on ST_OK the machine owns it until it calls job->done(job) exactly once, from a lane's thread, after the
 * transaction of its commands has committed (or failed). Results stand in the commands. On any other status from ingest_submit the job stays the caller's and done is
 * not called: ST_BUSY when the queue of the workspace is full or the machine is closing.
 *
 * Each lane is a thread with one connection. A lane takes one workspace's waiting jobs, up to a cap, as one batch and one transaction; workspaces take turns.
 * Commands are placed on lanes by the hash of the name of their lead, so that one lead's events keep their order and lanes seldom wait for each other's leads; a job of many is
 * parted, and done when the last part is. Commands of one job that name a lead by different identities, none of them together, may so change places. */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include "base/instant.h"
#include "ingest/command.h"
#include "ingest/hint.h"
#include "ingest/models.h"

struct ingest;
struct ingest_job {
	struct uuid workspace_id;
	struct command *commands;
	size_t n;
	struct arena *arena;       /* results are allocated here by the lane while it owns the job */
	int64_t deadline_us;       /* monotonic_us(): when it passes before the batch began, every command fails ST_DEADLINE */
	void (*done)(struct ingest_job *job);
	void *ctx;
	/* The machine's own: */
	struct ingest_job *next;
	struct command **part;     /* n of them, instead of `commands` */
	int64_t queued_us;
};

struct ingest_config {
	const char *database_url;
	unsigned lanes;            /* 0: 2 */
	unsigned batch_max;        /* commands a transaction; 0: 1,000 */
	unsigned queue_max;        /* commands waiting per workspace; 0: 20,000 */
	const struct clock *clock; /* NULL: clock_system */
};

enum status ingest_start(const struct ingest_config *c, struct ingest **ret, struct err *e);
enum status ingest_submit(struct ingest *g, struct ingest_job *job, struct err *e);
/* Submits these commands and waits until they are done; results stand in the commands, in `arena`, and the commands are released (command_release) unless it fails.
 * Not from a lane's thread. Errors: those of ingest_submit. */
enum status ingest_run(struct ingest *g, const struct uuid *workspace, struct command *commands, size_t n, struct arena *arena, int64_t deadline_us, struct err *e);
/* Refuses new jobs, finishes those waiting, stops the lanes, frees. */
void ingest_stop(struct ingest **g);
/* Commands waiting, over all workspaces. */
size_t ingest_depth(const struct ingest *g);
/* False while the last attempt of every lane to reach the database failed. */
bool ingest_healthy(const struct ingest *g);
/* The compiled models that the lanes use; shared with readers. */
struct models *ingest_models(struct ingest *g);
/* Who is told of what the machine, and lanes apart from it, have committed. */
struct hints *ingest_hints(struct ingest *g);

#endif
