/* Rows through the ingest machine: several jobs under way, settled in the order of the file, in bounded memory.
 *
 * A row is refused when it cannot be read, mapped or taken; what the database cannot take for the moment is tried
 * again, for a minute, before the import gives up. One thread, but for the `done` of jobs. */
#ifndef APP_IMPORT_PIPELINE_H
#define APP_IMPORT_PIPELINE_H

#include "counts.h"
#include "ingest/csv.h"
#include "ingest/ingest.h"
#include "mapping.h"

struct pipeline;
struct pipeline_config {
	struct ingest *ingest; /* NULL: a dry run; rows are only looked at */
	const struct mapping *mapping;
	struct uuid workspace;
	const char *country;
	/* Called as rows are settled, in order: a refused one, and after each job the place up to which all is settled.
	 */
	void (*refused)(void *ctx, uint64_t line, const struct err *why, const char *raw, size_t raw_n);
	void (*settled)(void *ctx, uint64_t offset, uint64_t line, const struct counts *sum);
	bool (*stopping)(void *ctx); /* true: no further rows; what is under way is settled */
	void *ctx;
};

enum status pipeline_new(const struct pipeline_config *c, struct pipeline **ret, struct err *e);
void pipeline_free(struct pipeline **p); /* waits for what is under way */
/* Reads csv to its end. *sum is added to. ST_BUSY "interrupted": ended by `stopping`. */
enum status pipeline_run(struct pipeline *p, struct csv *csv, struct counts *sum, struct err *e);

#endif
