/* Reading CSV (RFC 4180) as a stream, in memory bounded by the largest row allowed.
 *
 * Understood besides: a UTF-8 byte order mark, rows ending in CRLF, LF or CR, another delimiter than the comma. Empty
 * lines are skipped. What is wrong with one row (bytes that are not UTF-8, a stray quote, too long) is a fault of that
 * row alone: the next one is read. A quote that is never closed costs its first line only. Not a header's meaning and
 * not types: every field is text. One thread at a time. */
#ifndef INGEST_CSV_H
#define INGEST_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"

struct csv;

struct csv_config {
	/* Reads up to n bytes like read(2): 0 at the end, -1 on failure. */
	ssize_t (*read)(void *ctx, void *to, size_t n);
	void *ctx;
	char delimiter;    /* 0: comma; not a quote, CR, LF or a byte above 0x7e */
	size_t max_field;  /* bytes; 0: 64 KiB */
	size_t max_row;    /* bytes; 0: 1 MiB */
	size_t max_fields; /* in a row; 0: 1,000 */
	uint64_t offset;   /* where the first byte that `read` gives lies in the file, and its line; for going on in the
			      middle. 0, 0: the beginning */
	uint64_t line;
};

struct csv_field {
	const char *s; /* NUL-terminated besides; without the quotes */
	size_t n;
	bool quoted;
};

/* Borrowed until the next call of csv_next. */
struct csv_row {
	const struct csv_field *fields;
	size_t n;
	const char *raw; /* the row's bytes as they stand in the file, without its end; at most the first max_row */
	size_t raw_n;
	uint64_t line;                   /* its first, counted from 1; line breaks inside quotes count */
	uint64_t next_offset, next_line; /* behind it: where to go on */
};

enum csv_outcome {
	CSV_ROW,
	CSV_FAULT, /* this row is refused: e->code "csv_...", e->detail; raw, line and next_ are set, fields are not */
	CSV_END,
	CSV_BROKEN, /* the file cannot be read any further: e says why */
};

enum status csv_new(const struct csv_config *c, struct csv **ret, struct err *e);
void csv_free(struct csv **c);
enum csv_outcome csv_next(struct csv *c, struct csv_row *ret, struct err *e);

#endif
