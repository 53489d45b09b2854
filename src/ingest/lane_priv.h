/* One lane of the ingest machine; see lane.c. lane_submit from any thread, the rest by the machine. */
#ifndef INGEST_LANE_PRIV_H
#define INGEST_LANE_PRIV_H

#include "ingest/ingest.h"

struct lane;
struct lane_config {
	struct models *models;
	const struct clock *clock;
	struct db_pool *pool;
	size_t slot;
	size_t batch_max, queue_max; /* commands */
};

enum status lane_new(const struct lane_config *c, struct lane **ret, struct err *e);
enum status lane_submit(struct lane *l, struct ingest_job *job, struct err *e);
size_t lane_waiting(struct lane *l);
bool lane_healthy(const struct lane *l);
void lane_close(struct lane *l);  /* refuses new jobs */
void lane_free(struct lane **l);  /* finishes what waits, joins */

#endif
