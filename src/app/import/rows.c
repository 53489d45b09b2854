#include "rows.h"

#include <stdlib.h>

#include "ingest/ndjson.h"

struct rows {
	const struct mapping *mapping;
	struct csv *csv;
	struct ndjson *lines;
};

enum status rows_open(
    struct decode *d, const struct mapping *m, uint64_t offset, uint64_t line, struct rows **ret, struct err *e)
{
	struct rows *r = calloc(1, sizeof *r);
	if (!r)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	r->mapping = m;
	enum status s = decode_seekable(d) ? decode_seek(d, offset, e) : ST_OK;
	const struct csv_config csv = {
	    .read = decode_read, .ctx = d, .delimiter = m ? mapping_delimiter(m) : 0, .offset = offset, .line = line};
	const struct ndjson_config lines = {
	    .read = decode_read, .ctx = d, .stored = true, .offset = offset, .line = line};
	if (s == ST_OK)
		s = m ? csv_new(&csv, &r->csv, e) : ndjson_new(&lines, &r->lines, e);
	if (s != ST_OK) {
		rows_close(&r);
		return s;
	}
	*ret = r;
	return ST_OK;
}

void rows_close(struct rows **rp)
{
	if (!rp || !*rp)
		return;
	csv_free(&(*rp)->csv);
	ndjson_free(&(*rp)->lines);
	free(*rp);
	*rp = NULL;
}

enum csv_outcome rows_header(struct rows *r, struct csv_row *ret, struct err *e)
{
	return csv_next(r->csv, ret, e);
}

static enum bulk_outcome next_csv(
    void *ctx, struct adapter_context *x, struct bulk_row *row, struct command *ret, struct err *e)
{
	struct rows *r = ctx;
	struct csv_row c;
	json_t *event = NULL;
	enum csv_outcome o = csv_next(r->csv, &c, e);
	if (o == CSV_END || o == CSV_BROKEN)
		return o == CSV_END ? BULK_END : BULK_BROKEN;
	*row = (struct bulk_row){.line = c.line,
	    .raw = c.raw,
	    .raw_n = c.raw_n,
	    .next_offset = c.next_offset,
	    .next_line = c.next_line,
	    .lead = mapping_of_leads(r->mapping)};
	if (o == CSV_FAULT)
		return BULK_FAULT;
	enum status st = mapping_event(r->mapping, &c, &event, e);
	if (st == ST_OK)
		st = mapping_of_stored(r->mapping) ? adapter_stored(x, event, ret, e) : adapter_event(x, event, ret, e);
	json_decref(event);
	return st == ST_OK ? BULK_ROW : BULK_FAULT;
}

struct bulk_source rows_source(struct rows *r)
{
	return r->csv ? (struct bulk_source){.next = next_csv, .ctx = r} : ndjson_source(r->lines);
}
