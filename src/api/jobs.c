/* GET /v1/jobs and /v1/jobs/{id}, POST /v1/jobs/{id}/cancel: long work over a base, and how far it is. */
#include <string.h>

#include "api_priv.h"
#include "cursor_priv.h"
#include "jobs_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/job.h"

const char *const job_list_parameters[] = {"state", "kind", "limit", "cursor", NULL};

/* How fast it has been since it began, and when it will end at that. */
static void put_progress(struct buf *b, const struct job_row *j, int64_t now)
{
	int64_t until = j->finished_at != INSTANT_NEVER ? j->finished_at : now;
	int64_t ms = j->started_at != INSTANT_NEVER ? until - j->started_at : 0;
	buf_puts(b, "{\"done\":");
	buf_put_i64(b, j->done);
	buf_puts(b, ",\"total\":");
	buf_put_i64(b, j->total);
	buf_puts(b, ",\"rate\":");
	/* Thousandths of leads a second. */
	if (ms > 0 && j->done > 0)
		buf_json_milli(b, j->done * 1000 * MS_SECOND / ms);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"eta\":");
	bool known = j->finished_at == INSTANT_NEVER && ms > 0 && j->done > 0 && j->total >= j->done;
	render_time(
	    b, known ? now + (int64_t)((double)(j->total - j->done) * (double)ms / (double)j->done) : INSTANT_NEVER);
	buf_putc(b, '}');
}

void job_put(struct buf *b, const struct job_row *j, int64_t now, bool whole)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, j->id.b);
	buf_puts(b, ",\"kind\":");
	buf_json_str(b, j->kind);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, j->state);
	buf_puts(b, ",\"model_version\":");
	if (j->model_version)
		buf_put_i64(b, j->model_version);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"input\":");
	render_text(b, j->input, "{}");
	buf_puts(b, ",\"progress\":");
	put_progress(b, j, now);
	if (whole) {
		buf_puts(b, ",\"result\":");
		render_text(b, j->result, "null");
	}
	buf_puts(b, ",\"error\":");
	buf_json_str(b, j->error);
	buf_puts(b, ",\"created_at\":");
	render_time(b, j->created_at);
	buf_puts(b, ",\"started_at\":");
	render_time(b, j->started_at);
	buf_puts(b, ",\"finished_at\":");
	render_time(b, j->finished_at);
	buf_putc(b, '}');
}

enum status job_render(struct db *db, const struct uuid *workspace, const struct uuid *id, struct arena *arena,
    int64_t now, struct buf *out, struct err *e)
{
	struct job_row j;
	enum status s = store_job_read(db, workspace, id, &j, e);
	if (s != ST_OK)
		return s;
	if (j.result && !strcmp(j.kind, "simulate")) {
		/* The names come by another statement, which takes the row's text away. */
		const char **texts[] = {&j.kind, &j.state, &j.input, &j.error, &j.result};
		for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
			if (*texts[i] && !(*texts[i] = arena_strdup(arena, *texts[i])))
				return out_of_memory(e);
		s = job_names(db, workspace, arena, j.result, &j.result, e);
	}
	if (s == ST_OK)
		job_put(out, &j, now, true);
	return s;
}

enum status jobs_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"waiting", "running", "done", "failed", "cancelled", NULL};
	static const char *const kinds[] = {"rescore", "simulate", "backtest", "account", "duplicates", "segment", NULL};
	struct job_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_word(c, "kind", kinds, &f->kind, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &f->has_after, &v, e);
	if (s == ST_OK && f->has_after)
		f->after = v.id;
	return s;
}

enum status jobs_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct job_row *rows;
	size_t n;
	bool more;
	enum status s = store_job_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	int64_t now = clock_now(a->config.clock);
	for (size_t i = 0; i < n; i++)
		job_put(reply_item(b), &rows[i], now, false);
	page_end(c, more ? &(struct cursor){.id = rows[n - 1].id} : NULL);
	return ST_OK;
}

enum status job_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct uuid *id = call_input(c, sizeof *id, e);
	return id ? path_uuid(c, "id", "job", id, e) : ST_NOMEM;
}

enum status job_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	return job_render(db, &c->workspace_id, call_state(c)->input, c->arena, clock_now(a->config.clock),
	    reply_json(c, 200), e);
}

enum status job_cancel_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return job_get_prepare(a, c, e);
}

enum status job_cancel_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	enum status s = store_job_cancel(db, &c->workspace_id, call_state(c)->input, clock_now(a->config.clock), e);
	return s == ST_OK ? job_get_read(a, c, db, e) : s;
}
