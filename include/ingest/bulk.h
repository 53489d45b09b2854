/* Many rows through the ingest machine: several jobs under way, settled in the order of the rows, in bounded memory.
 *
 * A row is refused when it cannot be read, made into a command or taken; what the database cannot take for the moment
 * is tried again, for a minute, before the whole gives up. Merges (of an export) are begun when all rows before them
 * are settled. Files (CSV, NDJSON) and request bodies are sources of rows.
 * One thread, which waits, but for the `done` of jobs. */
#ifndef INGEST_BULK_H
#define INGEST_BULK_H

#include "ingest/adapter.h"
#include "ingest/ingest.h"

struct bulk_counts {
	uint64_t rows;       /* read, refused ones included */
	uint64_t created;    /* rows that made a lead */
	uint64_t updated;    /* rows stored with a lead that was there */
	uint64_t duplicates; /* rows that were stored before */
	uint64_t refused;
	uint64_t leads; /* of the rows not refused: what a lead is, and what one did */
	uint64_t events;
};

struct bulk_row {
	uint64_t line;   /* its first, counted from 1 */
	const char *raw; /* as it stands in the file, without its end; borrowed until the next call */
	size_t raw_n;
	uint64_t next_offset, next_line; /* behind it: where to go on */
	bool lead;                       /* it says what a lead is */
};

enum bulk_outcome {
	BULK_ROW,   /* *ret is its command */
	BULK_FAULT, /* this row is refused: e says why */
	BULK_END,
	BULK_BROKEN, /* nothing more can be read: e says why */
};

struct bulk_source {
	/* x: what adapters are told; x->arena lasts until the row is settled. */
	enum bulk_outcome (*next)(
	    void *ctx, struct adapter_context *x, struct bulk_row *row, struct command *ret, struct err *e);
	void *ctx;
};

/* A row that is settled. Borrowed during the call. */
struct bulk_settled {
	uint64_t line;
	const struct command *command; /* with its result; NULL: refused before it became one */
	const struct err *why;         /* NULL: stored */
	const char *raw;               /* of a refused one */
	size_t raw_n;
};

struct bulk_config {
	struct ingest *ingest; /* NULL: a dry run; rows are only looked at */
	struct uuid workspace;
	const char *country;
	unsigned without;            /* for adapters: steps of cleaning that are left out */
	const char *idempotency_key; /* for adapters, with the line as index; NULL: none */
	unsigned patience_ms;        /* how long the database may be away; 0: a minute */
	/* Each row, in order; then, after those of a job, the place up to which all is settled. */
	void (*row)(void *ctx, const struct bulk_settled *r);
	void (*settled)(void *ctx, uint64_t offset, uint64_t line, const struct bulk_counts *sum);
	bool (*stopping)(void *ctx); /* true: no further rows; what is under way is settled */
	void *ctx;
};

struct bulk;
enum status bulk_new(const struct bulk_config *c, struct bulk **ret, struct err *e);
void bulk_free(struct bulk **b); /* waits for what is under way; accepts NULL and *NULL */
/* Reads the source to its end. *sum is added to. ST_BUSY "interrupted": ended by `stopping`. */
enum status bulk_run(struct bulk *b, const struct bulk_source *source, struct bulk_counts *sum, struct err *e);

#endif
