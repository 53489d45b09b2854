/* GET /v1/duplicates, POST /v1/duplicates/{id}/dismiss and /v1/duplicates/scan: leads that may be one person, for
 * somebody to look at. Merging a pair: merges.c. */
#include "store/duplicate.h"

#include <string.h>

#include "api_priv.h"
#include "base/json.h"
#include "body_priv.h"
#include "cursor_priv.h"
#include "jobs_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/job.h"

#define NOTE_MAX 255

const char *const duplicate_list_parameters[] = {"state", "lead_id", "limit", "cursor", NULL};

enum status duplicates_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"open", "dismissed", NULL};
	struct duplicate_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	f->state = "open";
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_uuid(c, "lead_id", &f->has_lead, &f->lead_id, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &f->has_after, &v, e);
	if (s == ST_OK && f->has_after) {
		f->after_at = v.value;
		f->after = v.id;
	}
	return s;
}

static void put_lead(struct buf *b, const struct duplicate_lead *l)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, l->id.b);
	render_member(b, "name", l->name);
	render_member(b, "email", l->email);
	render_member(b, "phone", l->phone);
	render_member(b, "company", l->company);
	render_member(b, "owner", l->owner);
	render_member(b, "stage", l->stage);
	buf_printf(b, ",\"tier\":\"%c\",\"score\":%d", l->tier, l->score);
	render_member_time(b, "last_event_at", l->last_event_at);
	render_member_time(b, "created_at", l->created_at);
	buf_putc(b, '}');
}

static void put_pair(struct buf *b, const struct duplicate_row *d)
{
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, d->id.b);
	buf_puts(b, ",\"reasons\":[");
	for (size_t i = 0; i < d->n_reasons; i++) {
		if (i)
			buf_putc(b, ',');
		buf_json_str(b, d->reasons[i]);
	}
	buf_puts(b, "],\"leads\":[");
	put_lead(b, &d->leads[0]);
	buf_putc(b, ',');
	put_lead(b, &d->leads[1]);
	buf_putc(b, ']');
	render_member(b, "state", d->state);
	render_member_time(b, "found_at", d->found_at);
	render_member_time(b, "decided_at", d->decided_at);
	render_member(b, "decided_by", d->decided_by);
	render_member(b, "note", d->note);
	buf_putc(b, '}');
}

enum status duplicates_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct duplicate_row *rows;
	size_t n;
	bool more;
	enum status s = store_duplicate_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_pair(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].found_at, .id = rows[n - 1].id} : NULL);
	return ST_OK;
}

struct dismiss_input {
	struct uuid id;
	const char *note; /* NULL: none */
};

/* The optional body {"note"}. */
static enum status take_note(struct api_call *c, const json_t *body, const char **ret, struct err *e)
{
	static const char *const known[] = {"note", NULL};
	enum status s = body_object(body, known, e);
	return s == ST_OK ? body_text_max(c, body, "note", NOTE_MAX, ret, e) : s;
}

enum status duplicate_dismiss_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct dismiss_input *in = call_input(c, sizeof *in, e);
	json_t *body = NULL;
	if (!in)
		return ST_NOMEM;
	enum status s = path_uuid(c, "id", "duplicate", &in->id, e);
	if (s == ST_OK)
		s = body_read_optional(c, &body, e);
	if (s == ST_OK && body)
		s = take_note(c, body, &in->note, e);
	json_decref(body);
	return s;
}

enum status duplicate_dismiss_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct dismiss_input *in = call_state(c)->input;
	struct duplicate_row d;
	const char *author = call_author(c);
	if (!author)
		return out_of_memory(e);
	enum status s =
	    store_duplicate_dismiss(db, &c->workspace_id, &in->id, clock_now(a->config.clock), author, in->note, e);
	if (s == ST_OK)
		s = store_duplicate_read(db, &c->workspace_id, &in->id, c->arena, &d, e);
	if (s == ST_OK)
		put_pair(reply_json(c, 200), &d);
	return s;
}

enum status duplicates_scan_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct uuid id;
	char text[UUID_TEXT_MAX];
	int64_t now = clock_now(a->config.clock);
	enum status s = store_job_add(db, &c->workspace_id, "duplicates", 0, "{}", now, &id, e);
	if (s != ST_OK)
		return s;
	/* As it was stored; a runner may have it by now. */
	const struct job_row j = {.id = id,
	    .kind = "duplicates",
	    .state = "waiting",
	    .input = "{}",
	    .created_at = now,
	    .started_at = INSTANT_NEVER,
	    .finished_at = INSTANT_NEVER};
	job_put(reply_json(c, 202), &j, now, true);
	uuid_format(&id, text);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/jobs/%s", text));
	return ST_OK;
}
