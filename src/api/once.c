#include "once_priv.h"

#include <string.h>

#include "body_priv.h"
#include "reply_priv.h"
#include "store/reply.h"

/* Another body or path is another request, another key of the workspace is not: it may have been rotated between the
 * two. */
static struct uuid request_of(const struct api_call *c)
{
	const char *operation = c->route->operation;
	struct uuid place = hash128(operation, strlen(operation), c->path, strlen(c->path));
	return hash128(&place, sizeof place, c->body, c->body_len);
}

static void answer(struct api_call *c, const struct kept_reply *r)
{
	buf_puts(reply_json(c, r->status), r->body);
	if (r->etag)
		reply_header(c, "ETag", r->etag);
	if (r->location)
		reply_header(c, "Location", r->location);
}

enum status once_begin(struct api_call *c, struct db *db, int64_t now, struct once *ret, struct err *e)
{
	struct adapter_context x;
	struct kept_reply reply;
	*ret = (struct once){0};
	enum status s = body_context(c, &x, e);
	if (s != ST_OK || !x.idempotency_key)
		return s;
	struct uuid request = request_of(c);
	ret->key = x.idempotency_key;
	s = store_reply_begin(db, &c->workspace_id, ret->key, &request, now, c->arena, &ret->answered, &reply, e);
	if (s == ST_OK && ret->answered)
		answer(c, &reply);
	return s;
}

static const char *header_of(const struct api_call *c, const char *name)
{
	for (size_t i = 0; i < c->n_headers; i++)
		if (!strcmp(c->headers[i].name, name))
			return c->headers[i].value;
	return NULL;
}

enum status once_end(struct api_call *c, struct db *db, const struct once *o, enum status s, struct err *e)
{
	if (!o->key)
		return s;
	const char *body = buf_ok(&c->body_out) ? arena_strndup(c->arena, c->body_out.data, c->body_out.len) : NULL;
	if (s == ST_OK && !body)
		s = out_of_memory(e);
	if (s != ST_OK) {
		db_results_clear(db);
		db_rollback(db);
		return s;
	}
	struct kept_reply r = {c->status, header_of(c, "ETag"), header_of(c, "Location"), body};
	return store_reply_commit(db, &c->workspace_id, o->key, &r, e);
}
