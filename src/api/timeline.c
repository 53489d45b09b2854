/* GET /v1/leads/{id}/timeline. */
#include <string.h>

#include "api_priv.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/timeline.h"

const char *const timeline_parameters[] = {"limit", "cursor", NULL};

struct timeline_input {
	struct uuid lead_id;
	struct timeline_cursor after;
	size_t limit;
};

enum status timeline_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct timeline_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	struct cursor v;
	bool given = false;
	enum status s = path_uuid(c, "id", "lead", &in->lead_id, e);
	if (s == ST_OK)
		s = param_limit(c, &in->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given)
		in->after = (struct timeline_cursor){true, v.value, v.rank, v.id};
	return s;
}

/* Internal events have kinds of their own: what was done by hand is not something the lead did. */
static const char *event_kind(const char *type)
{
	static const struct {
		const char *type, *kind;
	} own[] = {{"tag_added", "tag"}, {"tag_removed", "tag"}, {"score_offset", "offset"}, {"event_voided", "void"}};
	for (size_t i = 0; type && i < sizeof own / sizeof own[0]; i++)
		if (!strcmp(own[i].type, type))
			return own[i].kind;
	return "event";
}

static void put_event(struct buf *b, const struct timeline_row *r)
{
	buf_printf(b, "\"kind\":\"%s\",\"type\":", event_kind(r->type));
	buf_json_str(b, r->type);
	buf_puts(b, ",\"event_id\":");
	render_event_id(b, r->event_id, &r->id);
	buf_puts(b, ",\"received_at\":");
	render_time(b, r->received_at);
	buf_puts(b, ",\"properties\":");
	render_text(b, r->properties, "{}");
	buf_puts(b, ",\"profile_patch\":");
	render_text(b, r->patch, "null");
	buf_puts(b, ",\"source\":");
	render_text(b, r->event_source, "null");
	if (r->voided_at != INSTANT_NEVER) {
		buf_puts(b, ",\"voided\":true,\"voided_at\":");
		render_time(b, r->voided_at);
		buf_puts(b, ",\"reason\":");
		buf_json_str(b, r->void_reason ? r->void_reason : "");
	}
	if (r->flag) {
		buf_puts(b, ",\"flag\":");
		buf_json_str(b, r->flag);
	}
	if (r->cleaned) {
		buf_puts(b, ",\"cleaned\":");
		buf_puts(b, r->cleaned);
	}
}

static void put_transition(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "\"kind\":\"transition\",\"type\":");
	buf_json_str(b, r->type);
	buf_puts(b, ",\"id\":");
	buf_json_uuid(b, r->id.b);
	buf_puts(b, ",\"line\":");
	buf_json_str(b, r->line);
	buf_puts(b, ",\"from\":");
	buf_json_str(b, r->from);
	buf_puts(b, ",\"to\":");
	buf_json_str(b, r->to);
	buf_puts(b, ",\"cause\":");
	buf_json_str(b, r->cause);
	buf_puts(b, ",\"reason\":");
	buf_json_str(b, r->reason);
	buf_puts(b, ",\"event_id\":");
	if (r->has_event_key)
		render_event_id(b, r->event_id, &r->event_key);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"score\":");
	render_score(b, r->score, r->fit, r->engagement, NULL, r->at, r->model_version);
}

static void put_handoff(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "\"kind\":\"handoff\",\"type\":");
	buf_json_str(b, r->type);
	buf_puts(b, ",\"id\":");
	buf_json_uuid(b, r->id.b);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, r->state);
}

/* One move of a handoff: who did what, and who has it from then on. */
static void put_move(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "\"kind\":\"handoff\",\"type\":");
	buf_json_str(b, r->type);
	buf_puts(b, ",\"id\":");
	buf_json_uuid(b, r->id.b);
	render_member(b, "state", r->to);
	render_member(b, "from", r->from);
	render_member(b, "author", r->author);
	buf_puts(b, ",\"assignee\":");
	if (uuid_is_nil(&r->other_id)) {
		buf_puts(b, "null");
	} else {
		buf_puts(b, "{\"id\":");
		buf_json_uuid(b, r->other_id.b);
		render_member(b, "name", r->name);
		buf_putc(b, '}');
	}
	render_member(b, "rule", r->cause);
	render_member(b, "reason", r->reason);
	render_member(b, "note", r->note);
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, r->model_version);
}

static void put_merge(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "\"kind\":\"merge\",\"type\":");
	buf_json_str(b, r->type);
	buf_puts(b, ",\"id\":");
	buf_json_uuid(b, r->id.b);
	buf_puts(b, ",\"lead_id\":");
	buf_json_uuid(b, r->lead_id.b);
	buf_puts(b, ",\"member_id\":");
	buf_json_uuid(b, r->other_id.b);
	buf_puts(b, ",\"cause\":");
	buf_json_str(b, r->cause);
	buf_puts(b, ",\"author\":");
	buf_json_str(b, r->author ? r->author : "");
	buf_puts(b, ",\"reason\":");
	buf_json_str(b, r->reason);
}

static void put_followup(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "\"kind\":\"followup\",\"type\":");
	buf_json_str(b, r->type);
	buf_puts(b, ",\"id\":");
	buf_json_uuid(b, r->id.b);
	buf_puts(b, ",\"followup_id\":");
	buf_json_uuid(b, r->other_id.b);
	buf_puts(b, ",\"outcome\":");
	buf_json_str(b, r->state);
	buf_puts(b, ",\"note\":");
	buf_json_str(b, r->note);
	buf_puts(b, ",\"author\":");
	buf_json_str(b, r->author ? r->author : "");
	buf_puts(b, ",\"due_at\":");
	render_time(b, r->received_at);
}

static void put_item(struct buf *b, const struct timeline_row *r)
{
	buf_puts(b, "{\"at\":");
	render_time(b, r->at);
	buf_putc(b, ',');
	if (r->source == TIMELINE_EVENT)
		put_event(b, r);
	else if (r->source == TIMELINE_TRANSITION)
		put_transition(b, r);
	else if (r->source == TIMELINE_HANDOFF)
		put_handoff(b, r);
	else if (r->source >= TIMELINE_MOVE)
		put_move(b, r);
	else if (r->source == TIMELINE_FOLLOWUP)
		put_followup(b, r);
	else
		put_merge(b, r);
	buf_putc(b, '}');
}

enum status timeline_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct timeline_input *in = call_state(c)->input;
	struct timeline_row *rows;
	size_t n;
	bool more;
	enum status s =
	    store_timeline(db, &c->workspace_id, &in->lead_id, &in->after, in->limit, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_item(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){
			.value = rows[n - 1].at, .rank = rows[n - 1].source, .id = rows[n - 1].id} : NULL);
	return ST_OK;
}
