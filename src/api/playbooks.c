/* GET /v1/playbooks and one of them. */
#include "playbooks_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"

void playbook_put(struct buf *b, const struct playbook_row *p, bool broken)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, p->id.b);
	render_member(b, "kind", p->kind);
	render_member(b, "name", p->name);
	render_member(b, "description", p->description);
	buf_printf(b, ",\"priority\":%d,\"enabled\":%s,", (int)p->priority, p->enabled ? "true" : "false");
	/* Its settings are members of the playbook. */
	buf_put(b, p->settings + 1, strlen(p->settings) - 2);
	render_member(b, "cadence", p->cadence);
	render_member(b, "first_after", p->first_after);
	render_member(b, "on_change", p->on_change);
	buf_printf(b, ",\"broken\":%s,\"followups\":{\"open\":%lld,\"overdue\":%lld}", broken ? "true" : "false",
	    (long long)p->open, (long long)p->overdue);
	render_member(b, "created_by", p->created_by);
	buf_puts(b, ",\"created_at\":");
	render_time(b, p->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, p->updated_at);
	buf_printf(b, ",\"revision\":%lld}", (long long)p->revision);
}

static enum status find_broken(struct api *a, struct api_call *c, struct db *db, const struct playbook_row *rows,
    size_t n, bool **ret, struct err *e)
{
	struct uuid *ids = arena_array(c->arena, n + 1, sizeof *ids);
	*ret = arena_array(c->arena, n + 1, sizeof **ret);
	if (!ids || !*ret)
		return out_of_memory(e);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].id;
	return segments_broken(a, c, db, ids, n, *ret, e);
}

enum status playbooks_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct playbook_row *rows;
	size_t n;
	bool *broken;
	enum status s = store_playbook_list(db, &c->workspace_id, c->received_at, c->arena, &rows, &n, e);
	if (s == ST_OK)
		s = find_broken(a, c, db, rows, n, &broken, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		playbook_put(reply_item(b), &rows[i], broken[i]);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

enum status playbook_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "playbook", id, e) : ST_NOMEM;
}

enum status playbook_reply(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e)
{
	struct playbook_row row;
	bool *broken;
	enum status s = store_playbook_read(db, &c->workspace_id, id, c->received_at, c->arena, &row, e);
	if (s == ST_OK)
		s = find_broken(a, c, db, &row, 1, &broken, e);
	if (s != ST_OK)
		return s;
	playbook_put(reply_json(c, status), &row, *broken);
	reply_etag(c, row.revision);
	return ST_OK;
}

enum status playbook_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return playbook_reply(a, c, db, call_state(c)->input, 200, e);
}
