/* GET /v1/handoffs and /v1/handoffs/{id}. */
#include "store/handoff.h"
#include "api_priv.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

const char *const handoff_list_parameters[] = {"state", "lead_id", "limit", "cursor", NULL};

static void put_handoff(struct buf *b, const struct handoff_row *h)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, h->id.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, h->lead_id.b);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, h->state);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, h->stage);
	buf_puts(b, ",\"transition_id\":");
	buf_json_uuid(b, h->transition_id.b);
	buf_puts(b, ",\"context\":");
	render_text(b, h->context, "{}");
	buf_puts(b, ",\"created_at\":");
	render_time(b, h->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, h->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, h->version);
	buf_putc(b, '}');
}

enum status handoffs_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {
	    "pending", "assigned", "accepted", "rejected", "expired", "converted", "closed", NULL};
	struct handoff_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_uuid(c, "lead_id", &f->has_lead, &f->lead_id, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &f->has_after, &v, e);
	if (s == ST_OK && f->has_after)
		f->after = v.id;
	return s;
}

enum status handoffs_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct handoff_row *rows;
	size_t n;
	bool more;
	enum status s = store_handoff_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_handoff(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status handoff_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "handoff", id, e) : ST_NOMEM;
}

enum status handoff_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct handoff_row h;
	enum status s = store_handoff_read(db, &c->workspace_id, call_state(c)->input, &h, e);
	if (s != ST_OK)
		return s;
	reply_etag(c, h.version);
	if (etag_matches(c->if_none_match, h.version))
		reply_json(c, 304);
	else
		put_handoff(reply_json(c, 200), &h);
	return ST_OK;
}
