/* POST and GET /v1/in/{token}: what other systems send.
 *
 * Admitted, mapped, committed, and kept: in this order, so that a 2xx says that the events are committed, or else that
 * the request is kept and can be replayed. Nothing is kept of a caller whom the source does not know. What should be
 * tried again (the database is away) is 503, and nothing is kept. */
#include <string.h>

#include "base/log.h"
#include "problem_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

/* As it was sent, but for escapes: the tokens need none, and a vendor's query has ASCII only. */
static const char *target_of(const struct api_call *c)
{
	struct buf b = BUF_INIT;
	buf_puts(&b, c->path);
	for (size_t i = 0; i < c->n_query; i++)
		buf_printf(&b, "%c%s=%s", i ? '&' : '?', c->query[i].name, c->query[i].value);
	const char *s = buf_ok(&b) ? arena_strndup(c->arena, b.data, b.len) : NULL;
	buf_free(&b);
	return s;
}

static const struct source_pair *pairs(struct arena *arena, const struct api_pair *from, size_t n)
{
	struct source_pair *p = arena_array(arena, n + 1, sizeof *p);
	for (size_t i = 0; p && i < n; i++)
		p[i] = (struct source_pair){from[i].name, from[i].value};
	return p;
}

static enum status request_of(struct api_call *c, struct source_request *ret, struct err *e)
{
	*ret = (struct source_request){.method = c->method,
	    .target = target_of(c),
	    .host = c->host,
	    .content_type = c->content_type,
	    .headers = pairs(c->arena, c->all_headers, c->n_all_headers),
	    .n_headers = c->n_all_headers,
	    .query = pairs(c->arena, c->query, c->n_query),
	    .n_query = c->n_query,
	    .body = c->body,
	    .body_n = c->body_len,
	    .received_at = c->received_at};
	return ret->target && ret->headers && ret->query ? ST_OK : out_of_memory(e);
}

static void answer(struct api_call *c, const struct source_reply *r)
{
	struct buf *b = reply_json(c, r->status);
	c->response_type = r->content_type;
	buf_put(b, r->body, r->body_n);
}

static enum status refuse(struct api_call *c, const struct source_run *x, const struct err *e)
{
	const char *scheme = json_string_value(json_object_get(json_object_get(x->mapping, "auth"), "scheme"));
	bool basic = scheme && !strcmp(scheme, "basic");
	api_problem(c, basic ? 401 : 403, e->code, e->detail, NULL, 0);
	if (basic)
		reply_header(c, "WWW-Authenticate", "Basic realm=\"leadscore\", charset=\"UTF-8\"");
	return ST_OK;
}

/* The row of a request all of which was committed is for people: that it could not be kept is no reason to have it sent
 * again. */
static enum status keep(struct source_run *x, struct db *db, int64_t keep_days, struct err *e)
{
	struct api_call *c = x->call;
	enum status s = source_run_outcome(x, e);
	if (s != ST_OK)
		return s;
	x->row.expires_at = x->row.received_at + keep_days * MS_DAY;
	s = store_source_request_add(db, &c->workspace_id, &call_door(c)->id, &x->row, x->leads, x->n_leads, e);
	if (s == ST_OK || source_run_fault(x))
		return s;
	log_line(LOG_WARN, "request not kept", log_str("request_id", c->request_id), log_str("code", e->code));
	return ST_OK;
}

static enum status take(struct source_run *x, struct db *db, int64_t keep_days, struct err *e)
{
	struct api_call *c = x->call;
	struct source_reply reply;
	enum status s = source_run_keep(x, e);
	if (s == ST_OK)
		s = source_run_map(x, e);
	if (s == ST_OK)
		s = source_run_commit(x, e);
	if (s == ST_OK)
		s = keep(x, db, keep_days, e);
	if (s != ST_OK)
		return s;
	const struct err *fault = source_run_fault(x);
	if (fault && !source_accepts_failures(x->mapping)) {
		problem_reply(c, fault);
		return ST_OK;
	}
	s = source_answer(x->mapping, &x->r, x->payload, x->n, c->arena, &reply, e);
	if (s == ST_OK)
		answer(c, &reply);
	return s;
}

static enum status run(struct source_run *x, struct db *db, int64_t keep_days, struct err *e)
{
	struct api_call *c = x->call;
	struct source_reply reply;
	bool hello = false;
	enum status s = source_admit(x->mapping, x->secrets, &x->r, c->arena, &x->payload, e);
	if (s == ST_DENIED)
		return refuse(c, x, e);
	if (s == ST_NOMEM)
		return s;
	if (s != ST_OK)
		x->err = *e;
	if (s == ST_OK)
		s = source_handshake(x->mapping, x->secrets, &x->r, x->payload, c->arena, &hello, &reply, e);
	if (s == ST_DENIED)
		return refuse(c, x, e);
	/* A GET for which it has no answer. */
	if (s == ST_NOT_FOUND)
		return s;
	if (s == ST_NOMEM)
		return s;
	if (hello) {
		answer(c, &reply);
		return ST_OK;
	}
	return take(x, db, keep_days, e);
}

enum status source_in_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct source_doc doc;
	struct source_run x = {.api = a, .call = c};
	enum status s = source_doc_read(call_door(c)->settings, &doc, e);
	if (s != ST_OK)
		return s;
	x.mapping = doc.mapping;
	x.secrets = doc.secrets;
	x.source = doc.source;
	s = request_of(c, &x.r, e);
	if (s == ST_OK)
		s = run(&x, db, doc.keep_days, e);
	source_run_free(&x);
	source_doc_free(&doc);
	return s;
}
