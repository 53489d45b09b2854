/* GET /v1/followups, and those of one lead. */
#include "cursor_priv.h"
#include "followups_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/lead.h"

const char *const followup_list_parameters[] = {
    "state", "owner", "playbook", "kind", "due_before", "overdue", "limit", "cursor", NULL};
const char *const lead_followups_parameters[] = {"limit", "cursor", NULL};

void followup_put(struct buf *b, const struct followup_row *f, int64_t now)
{
	bool open = f->ended_at == INSTANT_NEVER;
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, f->id.b);
	render_member(b, "kind", f->kind);
	render_member(b, "state", f->state);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, f->lead_id.b);
	buf_puts(b, ",\"lead\":{\"name\":");
	buf_json_str(b, f->name);
	render_member(b, "company", f->company);
	render_member(b, "email", f->email);
	render_member(b, "phone", f->phone);
	render_member(b, "tier", f->tier);
	render_member(b, "stage", f->stage);
	buf_printf(b, ",\"score\":%d},\"playbook_id\":", (int)f->score);
	buf_json_uuid(b, f->playbook_id.b);
	render_member(b, "playbook", f->playbook);
	render_member(b, "owner", f->owner);
	render_member(b, "owner_role", f->owner_role);
	buf_puts(b, ",\"actions\":");
	render_text(b, f->actions, "[]");
	render_member(b, "offer", f->offer);
	render_member_time(b, "due_at", open ? f->due_at : INSTANT_NEVER);
	buf_printf(b, ",\"overdue\":%s", open && f->due_at < now ? "true" : "false");
	render_member(b, "due_by", f->due_by);
	render_member(b, "due_reason", f->due_reason);
	buf_printf(b, ",\"done\":%d", (int)f->done);
	render_member_time(b, "last_done_at", f->last_done_at);
	render_member(b, "last_outcome", f->last_outcome);
	render_member_time(b, "started_at", f->started_at);
	render_member_time(b, "ended_at", f->ended_at);
	render_member(b, "reason", f->reason);
	if (f->moves) {
		buf_puts(b, ",\"moves\":");
		buf_puts(b, f->moves);
	}
	buf_printf(b, ",\"version\":%lld}", (long long)f->version);
}

enum status followups_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"open", "ended", NULL}, *const kinds[] = {"follow_up", "review", NULL},
				 *const flags[] = {"true", NULL};
	struct followup_filter *f = call_input(c, sizeof *f, e);
	const char *overdue = NULL;
	struct cursor v;
	if (!f)
		return ST_NOMEM;
	f->state = "open";
	f->due_before = INSTANT_NEVER;
	f->owner = param_text(c, "owner");
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_word(c, "kind", kinds, &f->kind, e);
	if (s == ST_OK)
		s = param_uuid(c, "playbook", &f->has_playbook, &f->playbook, e);
	if (s == ST_OK)
		s = param_time(c, "due_before", &f->due_before, e);
	if (s == ST_OK)
		s = param_word(c, "overdue", flags, &overdue, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &f->has_after, &v, e);
	if (s == ST_OK && f->has_after) {
		f->after_at = v.value;
		f->after = v.id;
	}
	if (overdue) {
		f->state = "open";
		if (f->due_before == INSTANT_NEVER || f->due_before > c->received_at)
			f->due_before = c->received_at;
	}
	return s;
}

static void put_page(struct api_call *c, const struct followup_row *rows, size_t n)
{
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		followup_put(reply_item(b), &rows[i], c->received_at);
}

enum status followups_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct followup_row *rows;
	size_t n;
	bool more;
	enum status s = store_followup_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	put_page(c, rows, n);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].due_at, .id = rows[n - 1].id} : NULL);
	return ST_OK;
}

struct history_input {
	struct uuid lead;
	struct followup_filter filter;
};

enum status lead_followups_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct history_input *in = call_input(c, sizeof *in, e);
	struct cursor v;
	if (!in)
		return ST_NOMEM;
	enum status s = path_uuid(c, "id", "lead", &in->lead, e);
	if (s == ST_OK)
		s = param_limit(c, &in->filter.limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &in->filter.has_after, &v, e);
	if (s == ST_OK && in->filter.has_after) {
		in->filter.after_at = v.value;
		in->filter.after = v.id;
	}
	return s;
}

enum status lead_followups_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct history_input *in = call_state(c)->input;
	struct lead_row lead;
	struct followup_row *rows;
	size_t n;
	bool more;
	enum status s = store_lead_read(db, &c->workspace_id, &in->lead, c->arena, &lead, e);
	if (s != ST_OK)
		return s;
	reply_lead(c, &lead.id);
	s = store_followup_history(db, &c->workspace_id, &in->lead, &in->filter, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	put_page(c, rows, n);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].started_at, .id = rows[n - 1].id} : NULL);
	return ST_OK;
}
