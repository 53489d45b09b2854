/* GET /v1/journeys, one of them, and who is on it. */
#include "cursor_priv.h"
#include "journeys_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

const char *const journey_run_parameters[] = {"state", "limit", "cursor", NULL};

void journey_put(struct buf *b, const struct journey_row *j)
{
	size_t n = strlen(j->settings);
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, j->id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, j->name);
	buf_puts(b, ",\"description\":");
	buf_json_str(b, j->description);
	buf_printf(b, ",\"state\":\"%s\",", j->state);
	/* Its settings are members of the journey. */
	buf_put(b, j->settings + 1, n - 2);
	buf_puts(b, ",\"reentry_after_days\":");
	if (j->reentry_after < 0)
		buf_puts(b, "null");
	else
		buf_put_i64(b, j->reentry_after / MS_DAY);
	buf_printf(b,
	    ",\"enrol_existing\":%s,\"leads\":{\"active\":%lld,\"done\":%lld,\"exited\":%lld},\"created_by\":",
	    j->enrol_existing ? "true" : "false", (long long)j->active, (long long)j->done, (long long)j->exited);
	buf_json_str(b, j->created_by);
	buf_puts(b, ",\"created_at\":");
	render_time(b, j->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, j->updated_at);
	buf_printf(b, ",\"revision\":%lld}", (long long)j->revision);
}

enum status journeys_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct journey_row *rows;
	size_t n;
	enum status s = store_journey_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		journey_put(reply_item(b), &rows[i]);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

enum status journey_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "journey", id, e) : ST_NOMEM;
}

enum status journey_reply(struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e)
{
	struct journey_row row;
	enum status s = store_journey_read(db, &c->workspace_id, id, c->arena, &row, e);
	if (s != ST_OK)
		return s;
	journey_put(reply_json(c, status), &row);
	reply_etag(c, row.revision);
	return ST_OK;
}

enum status journey_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	return journey_reply(c, db, call_state(c)->input, 200, e);
}

struct runs_input {
	struct uuid id;
	struct journey_run_filter filter;
};

enum status journey_runs_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"active", "done", "exited", NULL};
	struct runs_input *in = call_input(c, sizeof *in, e);
	struct cursor v;
	if (!in)
		return ST_NOMEM;
	enum status s = path_uuid(c, "id", "journey", &in->id, e);
	if (s == ST_OK)
		s = param_word(c, "state", states, &in->filter.state, e);
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

static void put_run(struct buf *b, const struct journey_run_row *r)
{
	buf_puts(b, "{\"lead_id\":");
	buf_json_uuid(b, r->lead_id.b);
	buf_printf(b, ",\"run\":%d,\"state\":\"%s\",\"started_at\":", r->run, r->state);
	render_time(b, r->started_at);
	buf_puts(b, ",\"next_step\":");
	buf_json_str(b, r->next_at == INSTANT_NEVER ? NULL : r->step);
	buf_puts(b, ",\"next_at\":");
	render_time(b, r->next_at);
	buf_puts(b, ",\"ended_at\":");
	render_time(b, r->ended_at);
	buf_puts(b, ",\"reason\":");
	buf_json_str(b, r->reason);
	buf_puts(b, ",\"steps\":");
	render_text(b, r->steps, "[]");
	buf_putc(b, '}');
}

enum status journey_runs_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct runs_input *in = call_state(c)->input;
	struct journey_row row;
	struct journey_run_row *rows;
	size_t n;
	bool more;
	enum status s = store_journey_read(db, &c->workspace_id, &in->id, c->arena, &row, e);
	if (s == ST_OK)
		s = store_journey_runs(db, &c->workspace_id, &in->id, &in->filter, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_run(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].started_at, .id = rows[n - 1].lead_id} : NULL);
	return ST_OK;
}
