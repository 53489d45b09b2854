#include "ingest/ndjson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define PIECE ((size_t)64 * 1024)
#define ROOM (NDJSON_LINE_MAX + PIECE)

struct ndjson {
	struct ndjson_config config;
	char *buf; /* ROOM bytes; [at, end) is unread */
	size_t at, end;
	bool ended, broken;
	uint64_t offset, line; /* of buf[at] */
};

enum status ndjson_new(const struct ndjson_config *c, struct ndjson **ret, struct err *e)
{
	struct ndjson *n = calloc(1, sizeof *n);
	if (!n || !(n->buf = malloc(ROOM))) {
		free(n);
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	n->config = *c;
	n->offset = c->offset;
	n->line = c->line ? c->line : 1;
	*ret = n;
	return ST_OK;
}

void ndjson_free(struct ndjson **np)
{
	if (!np || !*np)
		return;
	free((*np)->buf);
	free(*np);
	*np = NULL;
}

/* More bytes behind those that are there. False: there are none. */
static bool fill(struct ndjson *n)
{
	if (n->ended)
		return false;
	if (n->at) {
		memmove(n->buf, n->buf + n->at, n->end - n->at);
		n->end -= n->at;
		n->at = 0;
	}
	ssize_t got = n->config.read(n->config.ctx, n->buf + n->end, ROOM - n->end < PIECE ? ROOM - n->end : PIECE);
	n->ended = got <= 0;
	n->broken = got < 0;
	n->end += got > 0 ? (size_t)got : 0;
	return got > 0;
}

static void pass(struct ndjson *n, size_t bytes)
{
	n->at += bytes;
	n->offset += bytes;
}

struct line {
	const char *s; /* without its end; borrowed until the next call */
	size_t n;
	bool too_long; /* only its first bytes are there */
	bool open;     /* its end has not been read */
};

static bool next_line(struct ndjson *n, struct line *ret)
{
	size_t looked = 0;
	for (;;) {
		const char *nl = memchr(n->buf + n->at + looked, '\n', n->end - n->at - looked);
		looked = nl ? (size_t)(nl - (n->buf + n->at)) : n->end - n->at;
		if (nl || looked > NDJSON_LINE_MAX || !fill(n)) {
			if (!nl && !looked)
				return false;
			bool too_long = looked > NDJSON_LINE_MAX;
			*ret = (struct line){n->buf + n->at, too_long ? NDJSON_LINE_MAX : looked, too_long, !nl};
			if (ret->n && ret->s[ret->n - 1] == '\r')
				ret->n--;
			pass(n, nl ? looked + 1 : looked);
			return true;
		}
	}
}

/* The rest of a line that was too long. Its first bytes are gone after it. */
static void skip_line(struct ndjson *n)
{
	do {
		const char *nl = memchr(n->buf + n->at, '\n', n->end - n->at);
		pass(n, nl ? (size_t)(nl - (n->buf + n->at)) + 1 : n->end - n->at);
		if (nl)
			return;
	} while (fill(n));
}

static bool blank(const char *s, size_t n)
{
	while (n && (*s == ' ' || *s == '\t' || *s == '\r')) {
		s++;
		n--;
	}
	return !n;
}

/* Puts `prefix` before the pointer of a fault that was found one level down. */
static enum status below(const char *prefix, enum status s, struct err *e)
{
	char pointer[ERR_POINTER_MAX];
	if (s != ST_INVALID)
		return s;
	snprintf(pointer, sizeof pointer, "%s%.*s", prefix, (int)(sizeof pointer - strlen(prefix) - 1), e->pointer);
	memcpy(e->pointer, pointer, sizeof pointer);
	return s;
}

/* The key of a lead that names none: a hash of what it says, however it is spelled. */
static enum status lead_key(const json_t *lead, struct uuid *ret, struct err *e)
{
	static const char scope[] = "\0import:lead";
	struct buf text = BUF_INIT;
	bool ok = json_write(lead, true, &text) && buf_ok(&text);
	if (ok)
		*ret = hash128(scope, sizeof scope - 1, text.data, text.len);
	buf_free(&text);
	return ok ? ST_OK : err_set(e, ST_NOMEM, NULL, "out of memory");
}

static enum status take_lead(const struct adapter_context *x, const json_t *line, struct command *ret, struct err *e)
{
	/* Beside `lead`: what an export says of it and is made here anew. */
	static const char *const known[] = {"lead", "id", "score", "tier", "grade", "stage", "tags", "owner", "handoff",
	    "last_event_at", "next_change_at", "created_at", "updated_at", "version", "identities", NULL};
	const char *stranger = json_unknown_key(line, known);
	if (stranger) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "", stranger);
		return err_at(
		    e, ST_INVALID, "field_unknown", at, "A line that says what a lead is has the one member \"lead\".");
	}
	struct uuid key;
	const json_t *lead = json_object_get(line, "lead");
	enum status s = lead_key(lead, &key, e);
	if (s == ST_OK)
		s = below("/lead", adapter_lead(x, lead, ret, e), e);
	if (s != ST_OK)
		return s;
	ret->want_lead = false;
	if (!x->idempotency_key)
		ret->event_key = key;
	return ST_OK;
}

static enum status take_event(const struct adapter_context *x, const json_t *line, struct command *ret, struct err *e)
{
	const json_t *id = json_object_get(line, "event_id");
	if (!x->idempotency_key && (!id || json_is_null(id)))
		return err_at(e, ST_INVALID, "event_id_required", "/event_id",
		    "Give each event an event_id, or the whole an Idempotency-Key: without either, sending it again "
		    "would "
		    "store it twice.");
	return adapter_event(x, line, ret, e);
}

static enum status take_stored(
    const struct ndjson *n, const struct adapter_context *x, const json_t *line, struct command *ret, struct err *e)
{
	if (!n->config.stored)
		return err_at(
		    e, ST_DENIED, "role_forbidden", "/key", "Rows of an export are for administrators to import.");
	return adapter_stored(x, line, ret, e);
}

static enum status take_line(struct ndjson *n, const struct adapter_context *x, const char *s, size_t len,
    struct bulk_row *row, struct command *ret, struct err *e)
{
	json_t *line = NULL;
	enum status st = json_read(s, len, NULL, &line, e);
	if (st != ST_OK)
		return st;
	if (!json_is_object(line))
		st = err_set(e, ST_INVALID, "field_type", "A line is an object: an event, or a lead.");
	else if (json_object_get(line, "key") && json_object_get(line, "lead_id"))
		st = take_stored(n, x, line, ret, e);
	else if (json_object_get(line, "type"))
		st = take_event(x, line, ret, e);
	else if (json_object_get(line, "lead"))
		st = take_lead(x, line, ret, e);
	else
		st = err_set(e, ST_INVALID, "line_unknown",
		    "A line has a \"type\" (then it is an event), or a \"lead\" and no type (then it says what a lead "
		    "is).");
	row->lead = st == ST_OK && !json_object_get(line, "type");
	json_decref(line);
	return st;
}

static enum bulk_outcome next(
    void *ctx, struct adapter_context *x, struct bulk_row *row, struct command *ret, struct err *e)
{
	struct ndjson *n = ctx;
	struct line l;
	char key[300];
	do {
		bool first = n->offset == 0;
		row->line = n->line;
		if (!next_line(n, &l)) {
			if (!n->broken)
				return BULK_END;
			err_set(e, ST_UNAVAILABLE, "read_failed", "The lines cannot be read on.");
			return BULK_BROKEN;
		}
		n->line++;
		if (first && l.n >= 3 && !memcmp(l.s, "\xef\xbb\xbf", 3)) {
			l.s += 3;
			l.n -= 3;
		}
	} while (!l.too_long && blank(l.s, l.n));
	row->raw = l.s;
	row->raw_n = l.n;
	enum status st;
	if (l.too_long) {
		row->raw_n = 0;
		if (l.open)
			skip_line(n);
		st = err_set(e, ST_TOO_LARGE, "line_too_long", "A line has at most %zu bytes.", NDJSON_LINE_MAX);
	} else {
		/* Apart from the keys that single requests have: there the number is an item's. */
		if (x->idempotency_key) {
			snprintf(key, sizeof key, "\x01import:%s", x->idempotency_key);
			x->idempotency_key = key;
			x->index = (size_t)row->line;
		}
		st = take_line(n, x, l.s, l.n, row, ret, e);
		x->idempotency_key = NULL;
	}
	row->next_offset = n->offset;
	row->next_line = n->line;
	return st == ST_OK ? BULK_ROW : BULK_FAULT;
}

struct bulk_source ndjson_source(struct ndjson *n)
{
	return (struct bulk_source){.next = next, .ctx = n};
}
