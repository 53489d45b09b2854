/* GET /v1/handoffs and /v1/handoffs/{id}. */
#include "store/handoff.h"
#include "api_priv.h"
#include "cursor_priv.h"
#include "handoffs_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

const char *const handoff_list_parameters[] = {"state", "lead_id", "owner", "overdue", "limit", "cursor", NULL};

static void put_assignee(struct buf *b, const struct handoff_row *h)
{
	buf_puts(b, ",\"assignee\":");
	if (uuid_is_nil(&h->assignee)) {
		buf_puts(b, "null");
	} else {
		buf_puts(b, "{\"id\":");
		buf_json_uuid(b, h->assignee.b);
		render_member(b, "name", h->assignee_name);
		render_member(b, "email", h->assignee_email);
		buf_putc(b, '}');
	}
	render_member(b, "rule", h->rule);
	render_member(b, "outcome", h->outcome);
	render_member(b, "reason", h->reason);
	render_member(b, "note", h->note);
}

static void put_times(struct buf *b, const struct handoff_row *h)
{
	render_member(b, "clock", h->clock);
	render_member_time(b, "warn_at", h->warn_at);
	render_member_time(b, "due_at", h->due_at);
	render_member_time(b, "warned_at", h->warned_at);
	render_member_time(b, "breached_at", h->breached_at);
	render_member_time(b, "escalated_at", h->escalated_at);
	buf_printf(b, ",\"reassigned\":%d", h->reassigned);
	render_member_time(b, "assigned_at", h->assigned_at);
	render_member_time(b, "accepted_at", h->accepted_at);
	render_member_time(b, "responded_at", h->responded_at);
	render_member_time(b, "ended_at", h->ended_at);
}

/* Without the closing brace. */
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
	put_assignee(b, h);
	put_times(b, h);
	buf_puts(b, ",\"context\":");
	render_text(b, h->context, "{}");
	buf_puts(b, ",\"created_at\":");
	render_time(b, h->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, h->updated_at);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, h->version);
}

enum status handoffs_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {
	    "pending", "assigned", "accepted", "rejected", "expired", "converted", "closed", NULL};
	static const char *const flags[] = {"true", NULL};
	const char *overdue = NULL;
	struct handoff_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_uuid(c, "lead_id", &f->has_lead, &f->lead_id, e);
	if (s == ST_OK)
		s = param_uuid(c, "owner", &f->has_owner, &f->owner, e);
	if (s == ST_OK)
		s = param_word(c, "overdue", flags, &overdue, e);
	f->overdue_at = overdue ? c->received_at : INSTANT_NEVER;
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
	for (size_t i = 0; i < n; i++) {
		struct buf *item = reply_item(b);
		put_handoff(item, &rows[i]);
		buf_putc(item, '}');
	}
	page_end(c, more ? &(struct cursor){.id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status handoff_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "handoff", id, e) : ST_NOMEM;
}

static void put_moves(struct buf *b, const struct handoff_move_row *m, size_t n)
{
	buf_puts(b, ",\"moves\":[");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",{\"at\":" : "{\"at\":");
		render_time(b, m[i].at);
		render_member(b, "move", m[i].move);
		render_member(b, "from", m[i].from);
		render_member(b, "to", m[i].to);
		render_member(b, "author", m[i].author);
		buf_puts(b, ",\"assignee_id\":");
		if (uuid_is_nil(&m[i].assignee))
			buf_puts(b, "null");
		else
			buf_json_uuid(b, m[i].assignee.b);
		render_member(b, "rule", m[i].rule);
		render_member(b, "reason", m[i].reason);
		render_member(b, "note", m[i].note);
		render_member(b, "clock", m[i].clock);
		render_member_time(b, "due_at", m[i].due_at);
		buf_puts(b, ",\"worked_ms\":");
		if (m[i].worked_ms < 0)
			buf_puts(b, "null");
		else
			buf_put_i64(b, m[i].worked_ms);
		buf_puts(b, ",\"version\":");
		buf_put_i64(b, m[i].version);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

enum status handoff_reply(struct api_call *c, struct db *db, const struct uuid *id, struct err *e)
{
	struct handoff_row h;
	struct handoff_move_row *moves;
	size_t n;
	enum status s = store_handoff_moves(db, &c->workspace_id, id, c->arena, &moves, &n, e);
	if (s == ST_OK)
		s = store_handoff_read(db, &c->workspace_id, id, &h, e);
	if (s != ST_OK)
		return s;
	/* A move that came between the two reads is of a later version than what is shown. */
	while (n && moves[n - 1].version > h.version)
		n--;
	struct buf *b = reply_json(c, 200);
	put_handoff(b, &h);
	put_moves(b, moves, n);
	buf_putc(b, '}');
	reply_etag(c, h.version);
	return ST_OK;
}

enum status handoff_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct handoff_row h;
	const struct uuid *id = call_state(c)->input;
	enum status s = store_handoff_read(db, &c->workspace_id, id, &h, e);
	if (s != ST_OK)
		return s;
	if (!etag_matches(c->if_none_match, h.version))
		return handoff_reply(c, db, id, e);
	reply_json(c, 304);
	reply_etag(c, h.version);
	return ST_OK;
}
