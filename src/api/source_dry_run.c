/* POST /v1/sources/{id}/dry-run and /v1/sources/dry-run: what a payload would become, under a stored mapping, a changed
 * or a new one. Nothing is stored, and nobody's secret is asked for. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "models_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

#define PAIRS_MAX 64

struct dry_run {
	bool stored; /* a source's */
	struct uuid id;
	struct source_request r;
};

static enum status take_request(struct api_call *c, const json_t *body, struct source_request *r, struct err *e);

/* The request to be tried; the mapping is read again where the source's is known. */
static enum status take_body(struct api_call *c, struct dry_run *in, struct err *e)
{
	static const char *const known[] = {
	    "preset", "mapping", "body", "payload", "content_type", "method", "headers", "query", NULL};
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_request(c, body, &in->r, e);
	json_decref(body);
	return s;
}

enum status source_dry_run_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct dry_run *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->stored = true;
	enum status s = path_uuid(c, "id", "source", &in->id, e);
	return s == ST_OK ? take_body(c, in, e) : s;
}

enum status source_dry_run_new_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct dry_run *in = call_input(c, sizeof *in, e);
	return in ? take_body(c, in, e) : ST_NOMEM;
}

static enum status take_pairs(struct api_call *c, const json_t *body, const char *name, bool lower,
    const struct source_pair **ret, size_t *ret_n, struct err *e)
{
	const json_t *object = json_object_get(body, name);
	char at[ERR_POINTER_MAX];
	const char *key;
	json_t *v;
	struct source_pair *p = arena_array(c->arena, PAIRS_MAX, sizeof *p);
	json_pointer_join(at, "", name);
	*ret = p;
	*ret_n = 0;
	if (!p)
		return out_of_memory(e);
	if (object && (!json_is_object(object) || json_object_size(object) > PAIRS_MAX))
		return err_at(e, ST_INVALID, "field_type", at, "It must be an object of at most %d texts.", PAIRS_MAX);
	json_object_foreach((json_t *)(uintptr_t)object, key, v)
	{
		char *own = arena_strdup(c->arena, key);
		const char *value = json_is_string(v) ? arena_strdup(c->arena, json_string_value(v)) : NULL;
		if (!json_is_string(v)) {
			json_pointer_join(at, at, key);
			return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
		}
		if (!own || !value)
			return out_of_memory(e);
		for (char *l = own; lower && *l; l++)
			if (*l >= 'A' && *l <= 'Z')
				*l = (char)(*l + 32);
		p[(*ret_n)++] = (struct source_pair){own, value};
	}
	return ST_OK;
}

static enum status take_request(struct api_call *c, const json_t *body, struct source_request *r, struct err *e)
{
	const char *text, *method;
	const json_t *payload = json_object_get(body, "payload");
	struct buf b = BUF_INIT;
	enum status s = body_text(c, body, "body", &text, e);
	if (s == ST_OK)
		s = body_text(c, body, "content_type", &r->content_type, e);
	if (s == ST_OK)
		s = body_text(c, body, "method", &method, e);
	if (s == ST_OK)
		s = take_pairs(c, body, "headers", true, &r->headers, &r->n_headers, e);
	if (s == ST_OK)
		s = take_pairs(c, body, "query", false, &r->query, &r->n_query, e);
	if (s != ST_OK)
		return s;
	if (!payload == !text)
		return err_at(
		    e, ST_INVALID, "field_required", "/body", "Give the body as text, or as JSON under payload.");
	if (payload) {
		text = json_write(payload, false, &b) ? arena_strndup(c->arena, b.data, b.len) : NULL;
		buf_free(&b);
		if (!text)
			return out_of_memory(e);
	}
	r->method = method ? method : "POST";
	r->target = "";
	r->body = text;
	r->body_n = strlen(text);
	r->received_at = c->received_at;
	return ST_OK;
}

static void put_item(struct buf *b, const struct source_run *x, size_t i)
{
	static const char *const names[] = {"event", "lead", "ignored", "failed"};
	const struct source_item *item = &x->items[i];
	buf_puts(b, i ? ",{\"pointer\":" : "{\"pointer\":");
	buf_json_str(b, item->pointer);
	buf_puts(b, ",\"outcome\":");
	buf_json_str(b, names[item->outcome]);
	buf_puts(b, ",\"type\":");
	buf_json_str(b, item->type);
	buf_puts(b, ",\"event_id\":");
	buf_json_str(b, item->event_id);
	buf_puts(b, ",\"becomes\":");
	if (item->body)
		(void)json_write(item->body, false, b); /* the buffer remembers a failure */
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"error\":");
	if (item->outcome == SOURCE_FAILED)
		source_put_error(b, &item->err);
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
}

static void put_answer(struct buf *b, const struct source_reply *r)
{
	buf_printf(b, ",\"reply\":{\"status\":%d,\"content_type\":", r->status);
	buf_json_str(b, r->content_type);
	buf_puts(b, ",\"body\":");
	buf_json_strn(b, r->body, r->body_n);
	buf_puts(b, "}}");
}

static enum status run(struct source_run *x, struct err *e)
{
	struct api_call *c = x->call;
	struct source_reply reply = {
	    .status = 422, .content_type = "application/problem+json", .body = "", .body_n = 0};
	bool hello = false;
	enum status s = source_payload(x->mapping, &x->r, c->arena, &x->payload, &x->err);
	if (s == ST_OK)
		s = source_handshake(x->mapping, NULL, &x->r, x->payload, c->arena, &hello, &reply, &x->err);
	if (s == ST_OK && !hello)
		s = source_run_map(x, e);
	if (s == ST_NOMEM)
		return out_of_memory(e);
	const struct err *fault = source_run_fault(x);
	if (!hello && (!fault || source_accepts_failures(x->mapping)))
		s = source_answer(x->mapping, &x->r, x->payload, x->n, c->arena, &reply, e);
	else
		s = ST_OK;
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_printf(b, "{\"handshake\":%s,\"items\":[", hello ? "true" : "false");
	for (size_t i = 0; i < x->n; i++)
		put_item(b, x, i);
	buf_puts(b, "],\"error\":");
	if (x->err.status != ST_OK)
		source_put_error(b, &x->err);
	else
		buf_puts(b, "null");
	put_answer(b, &reply);
	return ST_OK;
}

static enum status dry_run(
    struct api *a, struct api_call *c, const json_t *body, const struct source_doc *doc, struct err *e)
{
	const struct dry_run *in = call_state(c)->input;
	struct source_run x = {.api = a, .call = c, .source = doc->source ? doc->source : "dry-run"};
	json_t *mapping = NULL;
	enum status s = source_mapping_of(body, doc->mapping, &mapping, e);
	if (s == ST_OK)
		s = source_within("/mapping", source_check(mapping, e), e);
	x.mapping = mapping;
	x.r = in->r;
	if (s == ST_OK)
		s = run(&x, e);
	source_run_free(&x);
	json_decref(mapping);
	return s;
}

enum status source_dry_run_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct dry_run *in = call_state(c)->input;
	struct source_doc doc = {0};
	struct door_row d;
	json_t *body;
	enum status s =
	    in->stored ? store_door_read(db, &c->workspace_id, DOOR_SOURCE, &in->id, c->arena, &d, e) : ST_OK;
	if (s == ST_OK && in->stored)
		s = source_doc_read(d.settings, &doc, e);
	if (s != ST_OK)
		return s;
	s = body_read(c, false, &body, e);
	if (s == ST_OK) {
		s = dry_run(a, c, body, &doc, e);
		json_decref(body);
	}
	source_doc_free(&doc);
	return s;
}

enum status source_dry_run_new_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return source_dry_run_read(a, c, db, e);
}
