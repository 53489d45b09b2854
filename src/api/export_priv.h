/* Cells of CSV, and a lead as a line or a row of an export.
 *
 * RFC 4180: a comma between cells, quotes around those that need it, doubled inside. A spreadsheet takes text for a
 * formula that begins with = + - @ (full width or not), a tab or a line break: before such a cell, and before one that
 * has only quotes before such a sign, a quote ' is put, which `leadscore import` takes away again. A negative number is
 * left as it is: it is no formula. Phone numbers (+86...) are guarded too, and so stay text. */
#ifndef API_EXPORT_PRIV_H
#define API_EXPORT_PRIV_H

#include "base/buf.h"
#include "store/export.h"

/* first: of its row. */
void csv_text(struct buf *b, bool first, const char *s); /* NULL: an empty cell */
void csv_number(struct buf *b, bool first, int64_t v);
void csv_time(struct buf *b, bool first, int64_t at); /* INSTANT_NEVER: an empty cell */
void csv_uuid(struct buf *b, bool first, const struct uuid *u);

/* A list of {kind, value}. */
void export_names(struct buf *b, const struct lead_identity_row *rows, size_t n);

extern const char *const export_lead_columns[];
enum status export_lead_line(struct buf *b, const struct export_lead *l, struct err *e);
enum status export_lead_row(struct buf *b, const struct export_lead *l, struct err *e);

#endif
