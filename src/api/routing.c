/* GET and PUT /v1/routing: how the workspace hands over. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "handoffs_priv.h"
#include "ingest/roster.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

struct routing_input {
	int64_t if_revision;
	const char *document;
};

enum status desk_changed(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	enum status s = store_desk_wake(db, &c->workspace_id, clock_now(a->config.clock), e);
	if (s == ST_OK && a->config.ingest)
		hints_give(ingest_hints(a->config.ingest), &c->workspace_id);
	return s;
}

/* The defaults that nobody has written are version 1. */
static int64_t shown_version(const struct desk_row *d)
{
	return d->revision + 1;
}

static enum status put_routing(struct api_call *c, const struct desk_row *d, struct err *e)
{
	json_t *defaults = d->document ? NULL : routing_defaults();
	struct buf text = BUF_INIT;
	bool ok = d->document || (defaults && json_write(defaults, false, &text) && buf_ok(&text));
	json_decref(defaults);
	if (ok) {
		struct buf *b = reply_json(c, 200);
		const char *doc = d->document ? d->document : text.data;
		size_t n = d->document ? strlen(d->document) : text.len;
		buf_put(b, doc, n - 1);
		buf_puts(b, ",\"updated_at\":");
		render_time(b, d->updated_at);
		buf_puts(b, ",\"version\":");
		buf_put_i64(b, shown_version(d));
		buf_putc(b, '}');
		reply_etag(c, shown_version(d));
	}
	buf_free(&text);
	return ok ? ST_OK : out_of_memory(e);
}

enum status routing_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct desk_row d;
	enum status s = store_desk_read(db, &c->workspace_id, c->arena, &d, e);
	if (s != ST_OK)
		return s;
	if (!etag_matches(c->if_none_match, shown_version(&d)))
		return put_routing(c, &d, e);
	reply_json(c, 304);
	reply_etag(c, shown_version(&d));
	return ST_OK;
}

enum status routing_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct routing_input *in = call_input(c, sizeof *in, e);
	json_t *body, *doc = NULL;
	enum status s = in ? etag_required(c, &in->if_revision, e) : ST_NOMEM;
	if (s == ST_OK && in->if_revision >= 0)
		in->if_revision = in->if_revision ? in->if_revision - 1 : INT64_MAX;
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = routing_check(c->arena, body, &doc, e);
	json_decref(body);
	if (s != ST_OK)
		return s;
	struct buf text = BUF_INIT;
	in->document = json_write(doc, false, &text) && buf_ok(&text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	json_decref(doc);
	return in->document ? ST_OK : out_of_memory(e);
}

enum status routing_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct routing_input *in = call_state(c)->input;
	struct desk_row d;
	enum status s = store_desk_write(db, &c->workspace_id, clock_now(a->config.clock), in->document, in->if_revision, e);
	if (s == ST_OK && a->config.ingest)
		hints_give(ingest_hints(a->config.ingest), &c->workspace_id);
	if (s == ST_OK)
		s = store_desk_read(db, &c->workspace_id, c->arena, &d, e);
	return s == ST_OK ? put_routing(c, &d, e) : s;
}
