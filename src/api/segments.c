/* GET /v1/segments, one of them with its trend, its leads, and the segments that a lead is in. */
#include <string.h>

#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"
#include "store/workspace.h"

#define TREND_DAYS 30

const char *const segment_leads_parameters[] = {"limit", "cursor", NULL};

enum status segments_broken(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *ids, size_t n, bool *ret, struct err *e)
{
	struct workspace_settings w;
	struct model *m = NULL;
	struct segment_set *set = NULL;
	if (!n)
		return ST_OK;
	enum status s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	if (s == ST_OK)
		s = models_get_segmented(ingest_models(a->config.ingest), db, &c->workspace_id, w.active_model,
		    w.segments_revision, &m, &set, e);
	for (size_t i = 0; s == ST_OK && set && i < segment_set_count(set); i++)
		for (size_t k = 0; k < n; k++)
			if (!uuid_cmp(&segment_set_at(set, i)->id, &ids[k]))
				ret[k] = model_segment_broken(m, i);
	model_unref(&m);
	segment_set_unref(&set);
	return s;
}

static const char *state_of(const struct segment_row *s, bool broken)
{
	if (broken)
		return "broken";
	if (s->job_state && (!strcmp(s->job_state, "waiting") || !strcmp(s->job_state, "running")))
		return "building";
	/* Superseded by another, or forgotten: leads are looked at all the same. */
	return s->job_state && !strcmp(s->job_state, "cancelled") ? "incomplete" : "live";
}

static void put_members(struct buf *b, const struct segment_row *s, bool broken, int64_t leads, int64_t counted_at)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, s->id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, s->name);
	buf_puts(b, ",\"description\":");
	buf_json_str(b, s->description);
	buf_puts(b, ",\"template\":");
	buf_json_str(b, s->template);
	buf_puts(b, ",\"when\":");
	buf_puts(b, s->condition);
	buf_printf(b,
	    ",\"announce\":%s,\"state\":\"%s\",\"leads\":%lld,\"counted_at\":", s->announce ? "true" : "false",
	    state_of(s, broken), (long long)leads);
	render_time(b, counted_at);
	buf_puts(b, ",\"job_id\":");
	if (s->has_job)
		buf_json_uuid(b, s->job_id.b);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"created_by\":");
	buf_json_str(b, s->created_by);
	buf_puts(b, ",\"created_at\":");
	render_time(b, s->created_at);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, s->updated_at);
	buf_puts(b, ",\"revision\":");
	buf_put_i64(b, s->revision);
}

enum status segments_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct segment_row *rows;
	size_t n;
	enum status s = store_segment_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	bool *broken = s == ST_OK ? arena_array(c->arena, n + 1, sizeof *broken) : NULL;
	struct uuid *ids = s == ST_OK ? arena_array(c->arena, n + 1, sizeof *ids) : NULL;
	if (s == ST_OK && (!broken || !ids))
		s = out_of_memory(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		ids[i] = rows[i].id;
	if (s == ST_OK)
		s = segments_broken(a, c, db, ids, n, broken, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		put_members(reply_item(b), &rows[i], broken[i], rows[i].leads, rows[i].counted_at);
		buf_putc(b, '}');
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

static void put_trend(struct buf *b, const struct segment_day *days, size_t n)
{
	buf_puts(b, ",\"trend\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s{\"day\":\"%s\",\"leads\":%lld,\"entered\":%lld,\"left\":%lld}", i ? "," : "",
		    days[i].day, (long long)days[i].leads, (long long)days[i].entered, (long long)days[i].left);
	buf_puts(b, "]}");
}

enum status segment_reply(
    struct api *a, struct api_call *c, struct db *db, const struct uuid *id, int status, struct err *e)
{
	struct segment_row row;
	struct segment_day *days;
	size_t n = 0;
	int64_t leads = 0;
	bool broken = false;
	enum status s = store_segment_read(db, &c->workspace_id, id, c->arena, &row, e);
	if (s == ST_OK)
		s = segments_broken(a, c, db, &row.id, 1, &broken, e);
	if (s == ST_OK)
		s = store_segment_count(db, &c->workspace_id, id, &leads, e);
	if (s == ST_OK)
		s = store_segment_trend(db, &c->workspace_id, id, TREND_DAYS, c->arena, &days, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, status);
	put_members(b, &row, broken, leads, clock_now(a->config.clock));
	put_trend(b, days, n);
	reply_etag(c, row.revision);
	return ST_OK;
}

enum status segment_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "segment", id, e) : ST_NOMEM;
}

enum status segment_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return segment_reply(a, c, db, call_state(c)->input, 200, e);
}

struct leads_input {
	struct uuid id;
	struct lead_cursor after;
	size_t limit;
};

enum status segment_leads_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct leads_input *in = call_input(c, sizeof *in, e);
	struct cursor v;
	if (!in)
		return ST_NOMEM;
	enum status s = path_uuid(c, "id", "segment", &in->id, e);
	if (s == ST_OK)
		s = param_limit(c, &in->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &in->after.set, &v, e);
	if (s == ST_OK && in->after.set) {
		in->after.value = v.value;
		in->after.id = v.id;
	}
	return s;
}

enum status segment_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct leads_input *in = call_state(c)->input;
	struct segment_row row;
	struct lead_row *rows;
	int64_t *since;
	size_t n;
	bool more;
	enum status s = store_segment_read(db, &c->workspace_id, &in->id, c->arena, &row, e);
	if (s == ST_OK)
		s = store_segment_leads(
		    db, &c->workspace_id, &in->id, &in->after, in->limit, c->arena, &rows, &since, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		buf_puts(reply_item(b), "{\"since\":");
		render_time(b, since[i]);
		buf_puts(b, ",\"lead\":");
		render_lead(b, &rows[i]);
		buf_putc(b, '}');
	}
	page_end(c, more ? &(struct cursor){.value = since[n - 1], .id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status lead_segments_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "lead", id, e) : ST_NOMEM;
}

enum status lead_segments_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct uuid *id = call_state(c)->input;
	struct lead_row lead;
	struct segment_of_lead *rows;
	size_t n;
	enum status s = store_lead_read(db, &c->workspace_id, id, c->arena, &lead, e);
	if (s == ST_OK) {
		reply_lead(c, &lead.id);
		s = store_segments_of_lead(db, &c->workspace_id, id, c->arena, &rows, &n, e);
	}
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		buf_puts(reply_item(b), "{\"id\":");
		buf_json_uuid(b, rows[i].id.b);
		buf_puts(b, ",\"name\":");
		buf_json_str(b, rows[i].name);
		buf_puts(b, ",\"since\":");
		render_time(b, rows[i].since);
		buf_putc(b, '}');
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}
