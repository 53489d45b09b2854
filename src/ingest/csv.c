/* A row is looked for in what is buffered; when its end is not there yet more is read and the row is begun again. So
 * the scanner keeps no state between reads, at the price of looking at a long row a few times. */
#include "ingest/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define READ_BYTES (64 * 1024)

struct csv {
	struct csv_config config;
	char *data; /* bytes at..end are buffered and not yet used */
	size_t at, end, cap;
	bool eof, begun;
	uint64_t offset, line; /* of data[at] */
	struct buf text;       /* the fields' unquoted bytes, each with a NUL */
	struct csv_field *fields;
	size_t *starts; /* of each field in text, which moves while it grows */
	size_t n_fields;
};

enum status csv_new(const struct csv_config *config, struct csv **ret, struct err *e)
{
	struct csv *c = calloc(1, sizeof *c);
	if (!c)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	c->config = *config;
	if (!c->config.delimiter)
		c->config.delimiter = ',';
	if (!c->config.max_field)
		c->config.max_field = 64 * 1024;
	if (!c->config.max_row)
		c->config.max_row = 1024 * 1024;
	if (!c->config.max_fields)
		c->config.max_fields = 1000;
	c->offset = config->offset;
	c->line = config->line ? config->line : 1;
	c->begun = config->offset > 0;
	c->cap = c->config.max_row + 2 * READ_BYTES;
	c->data = malloc(c->cap);
	c->fields = calloc(c->config.max_fields, sizeof *c->fields);
	c->starts = calloc(c->config.max_fields, sizeof *c->starts);
	if (!c->data || !c->fields || !c->starts) {
		csv_free(&c);
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	*ret = c;
	return ST_OK;
}

void csv_free(struct csv **cp)
{
	if (!cp || !*cp)
		return;
	free((*cp)->data);
	free((*cp)->fields);
	free((*cp)->starts);
	buf_free(&(*cp)->text);
	free(*cp);
	*cp = NULL;
}

/* One more read. */
static bool fill(struct csv *c)
{
	if (c->at && c->cap - c->end < READ_BYTES) {
		memmove(c->data, c->data + c->at, c->end - c->at);
		c->end -= c->at;
		c->at = 0;
	}
	ssize_t n = c->config.read(
	    c->config.ctx, c->data + c->end, c->cap - c->end < READ_BYTES ? c->cap - c->end : READ_BYTES);
	if (n < 0)
		return false;
	c->eof = n == 0;
	c->end += (size_t)n;
	return true;
}

/* What the scanner found from data[at] on. */
struct scan {
	enum {
		SCAN_ROW,
		SCAN_MORE,
		SCAN_LONG,
		SCAN_OPEN
	} outcome;                 /* LONG: no end within max_row; OPEN: the file ends inside quotes */
	size_t length, end_length; /* of the row, and of its line end */
	uint64_t lines;            /* line breaks in both */
	bool in_quotes;            /* of LONG */
	const char *code, *fault;  /* of the row as such, or NULL */
};

/* The length of a line break at data[i]: 0 none, 1, or 2; SIZE_MAX: the next byte is needed to tell. */
static size_t line_break(const struct csv *c, size_t i)
{
	if (c->data[i] == '\n')
		return 1;
	if (c->data[i] != '\r')
		return 0;
	if (i + 1 < c->end)
		return c->data[i + 1] == '\n' ? 2 : 1;
	return c->eof ? 1 : SIZE_MAX;
}

static void fault(struct scan *s, const char *code, const char *text)
{
	if (!s->fault) {
		s->code = code;
		s->fault = text;
	}
}

static void begin_field(struct csv *c, struct scan *s, bool quoted)
{
	if (c->n_fields == c->config.max_fields) {
		fault(s, "csv_too_many_fields", "the row has too many fields");
		return;
	}
	c->starts[c->n_fields] = c->text.len;
	c->fields[c->n_fields++].quoted = quoted;
}

static void end_field(struct csv *c, struct scan *s)
{
	struct csv_field *f = &c->fields[c->n_fields - 1];
	f->n = c->text.len - c->starts[c->n_fields - 1];
	if (f->n > c->config.max_field)
		fault(s, "csv_field_too_long", "a field is too long");
	buf_putc(&c->text, '\0');
}

static struct scan scan_row(struct csv *c)
{
	struct scan s = {SCAN_ROW, 0, 0, 0, false, NULL, NULL};
	enum { START, BARE, QUOTED, CLOSED } state = START;
	buf_clear(&c->text);
	c->n_fields = 0;
	for (size_t i = c->at;; i++) {
		if (i == c->end) {
			s.length = i - c->at;
			s.in_quotes = state == QUOTED;
			if (!c->eof)
				s.outcome = s.length > c->config.max_row ? SCAN_LONG : SCAN_MORE;
			else if (state == QUOTED)
				s.outcome = SCAN_OPEN;
			break;
		}
		if (i - c->at > c->config.max_row) {
			s.outcome = SCAN_LONG;
			s.length = i - c->at;
			s.in_quotes = state == QUOTED;
			return s;
		}
		char b = c->data[i];
		size_t brk = state == QUOTED && b != '\n' && b != '\r' ? 0 : line_break(c, i);
		if (brk == SIZE_MAX) {
			s.outcome = SCAN_MORE;
			return s;
		}
		if (brk && state != QUOTED) {
			s.length = i - c->at;
			s.end_length = brk;
			s.lines++;
			break;
		}
		if (state == START) {
			begin_field(c, &s, b == '"');
			state = b == '"' ? QUOTED : BARE;
			if (state == QUOTED)
				continue;
		}
		if (state == CLOSED && b == '"') {
			buf_putc(&c->text, '"'); /* a doubled quote */
			state = QUOTED;
		} else if (state != QUOTED && b == c->config.delimiter) {
			end_field(c, &s);
			state = START;
			/* A delimiter promises another field, also at the end of the row. */
			if (i + 1 < c->end ? line_break(c, i + 1) != 0 : c->eof) {
				begin_field(c, &s, false);
				state = BARE;
			}
		} else if (state == QUOTED && b == '"') {
			state = CLOSED;
		} else {
			if (state == CLOSED)
				fault(&s, "csv_quote", "there is text behind a closing quote");
			else if (state == BARE && b == '"')
				fault(&s, "csv_quote", "a quote stands inside a field that is not quoted");
			if (state == CLOSED)
				state = BARE;
			buf_put(&c->text, &b, 1);
			if (brk) {
				s.lines++;
				if (brk == 2)
					buf_put(&c->text, &c->data[++i], 1);
			}
		}
	}
	if (s.outcome == SCAN_ROW && state != START)
		end_field(c, &s);
	return s;
}

/* Uses up n bytes with that many line breaks. */
static void advance(struct csv *c, size_t n, uint64_t lines)
{
	c->at += n;
	c->offset += n;
	c->line += lines;
}

/* Past the rest of a line that is too long, without keeping it. */
static bool skip_line(struct csv *c)
{
	for (;;) {
		for (size_t i = c->at; i < c->end; i++) {
			size_t brk = line_break(c, i);
			if (brk == SIZE_MAX)
				break;
			if (brk) {
				advance(c, i - c->at + brk, 1);
				return true;
			}
		}
		bool pending_cr = c->end > c->at && c->data[c->end - 1] == '\r';
		advance(c, c->end - c->at - (pending_cr ? 1 : 0), 0);
		if (c->eof)
			return true;
		if (!fill(c))
			return false;
	}
}

/* A row without an end: only its first line is given up, because what seemed to belong to it are most likely rows. */
static bool give_up(struct csv *c, const struct scan *s, struct csv_row *ret, struct err *e)
{
	size_t n = s->length, brk = 0;
	if (s->in_quotes || s->outcome == SCAN_OPEN)
		for (size_t i = c->at; i < c->at + s->length; i++) {
			brk = line_break(c, i);
			if (brk && brk != SIZE_MAX) {
				n = i - c->at;
				break;
			}
			brk = 0;
		}
	if (n > c->config.max_row)
		n = c->config.max_row;
	ret->raw_n = n;
	if (s->outcome == SCAN_OPEN || (s->in_quotes && brk))
		err_set(
		    e, ST_INVALID, "csv_quote", "a quote is opened and not closed within %zu bytes", c->config.max_row);
	else
		err_set(e, ST_TOO_LARGE, "csv_row_too_long", "the row is longer than %zu bytes", c->config.max_row);
	/* ret->raw must outlive the skipping, which moves the buffer. */
	buf_clear(&c->text);
	buf_put(&c->text, c->data + c->at, n);
	ret->raw = c->text.data;
	if (brk) {
		advance(c, n + brk, 1);
		return true;
	}
	return skip_line(c);
}

static enum csv_outcome broken(struct err *e)
{
	err_set(e, ST_UNAVAILABLE, "csv_unreadable", "the file cannot be read");
	return CSV_BROKEN;
}

/* The byte order mark; true when the text can be UTF-8. */
static bool begin(struct csv *c, struct err *e)
{
	c->begun = true;
	while (!c->eof && c->end - c->at < 4)
		if (!fill(c)) {
			(void)broken(e);
			return false;
		}
	const unsigned char *p = (const unsigned char *)c->data + c->at;
	size_t n = c->end - c->at;
	if (n >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff))) {
		err_set(e, ST_INVALID, "csv_utf16", "the file is UTF-16: save it as UTF-8");
		return false;
	}
	if (n >= 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf)
		advance(c, 3, 0);
	return true;
}

static enum csv_outcome take(struct csv *c, const struct scan *s, struct csv_row *ret, struct err *e)
{
	enum csv_outcome outcome = CSV_ROW;
	ret->raw = c->data + c->at;
	ret->raw_n = s->length;
	advance(c, s->length + s->end_length, s->lines);
	if (!buf_ok(&c->text)) {
		err_set(e, ST_NOMEM, NULL, "out of memory");
		return CSV_BROKEN;
	}
	if (s->fault) {
		err_set(e, ST_INVALID, s->code, "%s", s->fault);
		outcome = CSV_FAULT;
	} else if (!utf8_valid(ret->raw, ret->raw_n)) {
		err_set(e, ST_INVALID, "csv_utf8", "the row is not UTF-8, or holds a NUL byte");
		outcome = CSV_FAULT;
	}
	for (size_t i = 0; i < c->n_fields; i++)
		c->fields[i].s = c->text.data + c->starts[i];
	ret->fields = c->fields;
	ret->n = outcome == CSV_ROW ? c->n_fields : 0;
	return outcome;
}

enum csv_outcome csv_next(struct csv *c, struct csv_row *ret, struct err *e)
{
	if (!c->begun && !begin(c, e))
		return CSV_BROKEN;
	for (;;) {
		struct scan s = scan_row(c);
		if (s.outcome == SCAN_MORE) {
			if (!fill(c))
				return broken(e);
			continue;
		}
		if (s.outcome == SCAN_ROW && s.length == 0) {
			if (!s.end_length)
				return CSV_END;
			advance(c, s.end_length, s.lines); /* an empty line */
			continue;
		}
		struct csv_row row = {.line = c->line};
		enum csv_outcome outcome = CSV_FAULT;
		if (s.outcome == SCAN_ROW)
			outcome = take(c, &s, &row, e);
		else if (!give_up(c, &s, &row, e))
			return broken(e);
		row.next_offset = c->offset;
		row.next_line = c->line;
		*ret = row;
		return outcome;
	}
}
