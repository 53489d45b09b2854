/* What a source was sent: listed, shown, replayed after its mapping was corrected. A replay makes the same event ids
 * again, so that nothing counts twice. */
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "body_priv.h"
#include "cursor_priv.h"
#include "models_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

#define PAGE 20
#define LEFT_US (INT64_C(3) * 1000 * 1000) /* of the call's time, for the last request and the reply */

const char *const source_request_parameters[] = {"outcome", "limit", "cursor", NULL};
static const char *const outcomes[] = {"ok", "ignored", "failed", NULL};

struct requests_input {
	struct uuid source, request;
	struct source_request_filter filter;
	int64_t since;
	const char *outcome;
	struct uuid after;
};

static void put_members(struct buf *b, const struct source_request_row *r)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, r->id.b);
	buf_puts(b, ",\"received_at\":");
	render_time(b, r->received_at);
	buf_puts(b, ",\"expires_at\":");
	render_time(b, r->expires_at);
	buf_puts(b, ",\"outcome\":");
	buf_json_str(b, r->outcome);
	buf_puts(b, ",\"method\":");
	buf_json_str(b, r->method);
	buf_puts(b, ",\"content_type\":");
	buf_json_str(b, r->content_type);
	buf_printf(b, ",\"bytes\":%zu,\"error\":", r->body_n);
	render_text(b, r->error, "null");
	buf_printf(b, ",\"replays\":%d,\"replayed_at\":", (int)r->replays);
	render_time(b, r->replayed_at);
}

static enum status begin(struct api_call *c, struct requests_input **ret, struct err *e)
{
	struct requests_input *in = call_input(c, sizeof *in, e);
	*ret = in;
	return in ? path_uuid(c, "id", "source", &in->source, e) : ST_NOMEM;
}

/* 404 for a source of somebody else, or none. */
static enum status source_of(
    struct api_call *c, struct db *db, const struct uuid *id, struct door_row *ret, struct err *e)
{
	return store_door_read(db, &c->workspace_id, DOOR_SOURCE, id, c->arena, ret, e);
}

enum status source_requests_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct requests_input *in;
	struct cursor v;
	enum status s = begin(c, &in, e);
	if (s == ST_OK)
		s = param_word(c, "outcome", outcomes, &in->filter.outcome, e);
	if (s == ST_OK)
		s = param_limit(c, &in->filter.limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &in->filter.has_after, &v, e);
	if (s == ST_OK && in->filter.has_after)
		in->filter.after = v.id;
	return s;
}

enum status source_requests_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct requests_input *in = call_state(c)->input;
	struct source_request_row *rows;
	struct door_row d;
	size_t n;
	bool more;
	enum status s = source_of(c, db, &in->source, &d, e);
	if (s == ST_OK)
		s = store_source_request_list(
		    db, &c->workspace_id, &in->source, &in->filter, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		put_members(reply_item(b), &rows[i]);
		buf_putc(b, '}');
	}
	page_end(c, more ? &(struct cursor){.id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status source_request_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct requests_input *in;
	enum status s = begin(c, &in, e);
	return s == ST_OK ? path_uuid(c, "request", "request", &in->request, e) : s;
}

/* Bytes that are no text are shown as base64url. */
static void put_body(struct api_call *c, struct buf *b, const struct source_request_row *r)
{
	size_t cap = r->body_n / 3 * 4 + 8;
	char *coded = utf8_valid(r->body, r->body_n) ? NULL : arena_zalloc(c->arena, cap);
	buf_puts(b, coded ? ",\"body_base64url\":" : ",\"body\":");
	if (coded)
		buf_json_strn(b, coded, base64url_encode(r->body, r->body_n, coded, cap));
	else if (utf8_valid(r->body, r->body_n))
		buf_json_strn(b, r->body, r->body_n);
	else
		b->failed = true;
}

static void put_request(struct api_call *c, struct buf *b, const struct source_request_row *r)
{
	put_members(b, r);
	buf_puts(b, ",\"headers\":");
	render_text(b, r->headers, "{}");
	buf_puts(b, ",\"query\":");
	render_text(b, r->query, "{}");
	put_body(c, b, r);
	buf_puts(b, ",\"items\":");
	render_text(b, r->items, "[]");
	buf_putc(b, '}');
}

enum status source_request_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct requests_input *in = call_state(c)->input;
	struct source_request_row row;
	struct door_row d;
	enum status s = source_of(c, db, &in->source, &d, e);
	if (s == ST_OK)
		s = store_source_request_read(db, &c->workspace_id, &in->source, &in->request, c->arena, &row, e);
	if (s == ST_OK)
		put_request(c, reply_json(c, 200), &row);
	return s;
}

/* Through the mapping as it is now; what became of it is written into the row. */
static enum status replay(struct api *a, struct api_call *c, struct db *db, const struct door_row *d,
    const struct source_doc *doc, struct source_request_row *row, struct err *e)
{
	struct source_run x = {.api = a,
	    .call = c,
	    .mapping = doc->mapping,
	    .secrets = doc->secrets,
	    .source = doc->source,
	    .replay = true};
	x.r = (struct source_request){.method = row->method,
	    .target = "",
	    .content_type = row->content_type,
	    .body = row->body,
	    .body_n = row->body_n,
	    .received_at = row->received_at,
	    .deciphered = row->deciphered};
	memcpy(call_state(c)->country, d->country, sizeof d->country);
	enum status s = source_run_again(&x, row, e);
	if (s == ST_OK)
		s = source_run_map(&x, e);
	if (s == ST_OK)
		s = source_run_commit(&x, e);
	if (s == ST_OK)
		s = source_run_outcome(&x, e);
	if (s == ST_OK) {
		row->outcome = x.row.outcome;
		row->items = x.row.items;
		row->error = x.row.error;
		row->replays++;
		row->replayed_at = clock_now(a->config.clock);
		s = store_source_request_replayed(
		    db, &c->workspace_id, &d->id, row, x.leads, x.n_leads, row->replayed_at, e);
	}
	source_run_free(&x);
	return s;
}

enum status source_replay_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct requests_input *in = call_state(c)->input;
	struct source_request_row row;
	struct source_doc doc;
	struct door_row d;
	enum status s = source_of(c, db, &in->source, &d, e);
	if (s == ST_OK)
		s = store_source_request_read(db, &c->workspace_id, &in->source, &in->request, c->arena, &row, e);
	if (s == ST_OK)
		s = source_doc_read(d.settings, &doc, e);
	if (s != ST_OK)
		return s;
	s = replay(a, c, db, &d, &doc, &row, e);
	if (s == ST_OK)
		put_request(c, reply_json(c, 200), &row);
	source_doc_free(&doc);
	return s;
}

enum status source_replay_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return source_request_prepare(a, c, e);
}

static enum status take_body(struct api_call *c, const json_t *body, struct requests_input *in, struct err *e)
{
	static const char *const known[] = {"since", "outcome", "after", NULL};
	const char *since, *after;
	enum status s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_text(c, body, "since", &since, e);
	if (s == ST_OK)
		s = body_text(c, body, "outcome", &in->outcome, e);
	if (s == ST_OK)
		s = body_text(c, body, "after", &after, e);
	if (s != ST_OK)
		return s;
	if (!since)
		return err_at(e, ST_INVALID, "field_required", "/since", "Say from which instant on.");
	if (!instant_parse(since, strlen(since), &in->since))
		return err_at(e, ST_INVALID, "field_invalid", "/since",
		    "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	bool known_word = !in->outcome;
	for (size_t i = 0; outcomes[i] && !known_word; i++)
		known_word = !strcmp(in->outcome, outcomes[i]);
	if (!known_word)
		return err_at(e, ST_INVALID, "field_invalid", "/outcome", "It is one of: ok, ignored, failed.");
	if (after && !uuid_parse(after, strlen(after), &in->after))
		return err_at(e, ST_INVALID, "id_invalid", "/after", "It must be the id of a request.");
	return ST_OK;
}

enum status source_replays_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct requests_input *in;
	json_t *body;
	enum status s = begin(c, &in, e);
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, in, e);
	json_decref(body);
	return s;
}

struct replays {
	int64_t replayed, failed;
	struct uuid last;
	bool over;
};

static enum status replay_page(struct api *a, struct api_call *c, struct db *db, const struct door_row *d,
    const struct source_doc *doc, struct replays *sum, struct err *e)
{
	const struct requests_input *in = call_state(c)->input;
	struct source_request_row *rows;
	size_t n;
	enum status s = store_source_request_page(
	    db, &c->workspace_id, &d->id, &sum->last, in->since, in->outcome, PAGE, c->arena, &rows, &n, e);
	for (size_t i = 0; s == ST_OK && i < n && c->deadline_us - monotonic_us() > LEFT_US; i++) {
		s = replay(a, c, db, d, doc, &rows[i], e);
		if (s != ST_OK)
			return s;
		sum->replayed++;
		sum->failed += !strcmp(rows[i].outcome, "failed");
		sum->last = rows[i].id;
		sum->over = i + 1 == n && n < PAGE;
	}
	if (s == ST_OK && !n)
		sum->over = true;
	return s;
}

/* As many as the call's time allows; the reply says where to go on. */
enum status source_replays_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct requests_input *in = call_state(c)->input;
	struct replays sum = {.last = in->after};
	struct source_doc doc;
	struct door_row d;
	enum status s = source_of(c, db, &in->source, &d, e);
	if (s == ST_OK)
		s = source_doc_read(d.settings, &doc, e);
	if (s != ST_OK)
		return s;
	/* A page and what it became are of an arena of 64 MiB. */
	while (s == ST_OK && !sum.over && c->deadline_us - monotonic_us() > LEFT_US &&
	       arena_used(c->arena) < (size_t)32 << 20)
		s = replay_page(a, c, db, &d, &doc, &sum, e);
	source_doc_free(&doc);
	if (s != ST_OK && !sum.replayed)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_printf(
	    b, "{\"replayed\":%lld,\"failed\":%lld,\"next_after\":", (long long)sum.replayed, (long long)sum.failed);
	if (sum.over)
		buf_puts(b, "null");
	else
		buf_json_uuid(b, sum.last.b);
	buf_putc(b, '}');
	return ST_OK;
}
