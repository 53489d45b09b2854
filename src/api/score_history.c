/* GET /v1/leads/{id}/score/history: the score as a series for a plot, past and (if nothing happens) future. */
#include <string.h>

#include "base/instant.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "story_priv.h"

#define POINTS_DEFAULT 100
#define POINTS_MAX 1000
#define ROWS_MAX 3000 /* with the changes between the points */
#define SPAN_MAX (INT64_C(3653) * MS_DAY)

const char *const score_history_parameters[] = {"from", "to", "points", "model_version", "line", NULL};

struct history_input {
	struct story_wish wish;
	int64_t from, to, points; /* from INSTANT_NEVER: the lead's first event */
};

enum status score_history_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct history_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	*in = (struct history_input){.from = INSTANT_NEVER, .to = c->received_at, .points = POINTS_DEFAULT};
	enum status s = story_wish_read(c, &in->wish, e);
	if (s == ST_OK)
		s = param_time(c, "from", &in->from, e);
	if (s == ST_OK)
		s = param_time(c, "to", &in->to, e);
	if (s == ST_OK)
		s = param_int(c, "points", 2, POINTS_MAX, &in->points, e);
	if (s == ST_OK && in->from != INSTANT_NEVER && in->from >= in->to)
		return param_fault("to", "parameter_invalid", "It must be after `from`.", e);
	if (s == ST_OK && in->from != INSTANT_NEVER && in->to - in->from > SPAN_MAX)
		return param_fault("to", "parameter_invalid", "A series spans ten years at most.", e);
	return s;
}

struct series {
	struct buf *b;
	struct scoring_view last;
	size_t rows;
};

static bool differs(const struct scoring_view *a, const struct scoring_view *b)
{
	return a->shown_total != b->shown_total || a->shown_fit != b->shown_fit ||
	       a->shown_engagement != b->shown_engagement || a->shown_offset != b->shown_offset || a->tier != b->tier ||
	       strcmp(a->grade, b->grade) != 0 || a->stage != b->stage;
}

static void put_row(struct series *s, int64_t at, const struct scoring_view *v)
{
	struct buf *b = s->b;
	buf_puts(b, s->rows++ ? ",{\"at\":" : "{\"at\":");
	render_time(b, at);
	buf_puts(b, ",\"total\":");
	buf_put_i64(b, v->shown_total);
	buf_puts(b, ",\"fit\":");
	buf_put_i64(b, v->shown_fit);
	buf_puts(b, ",\"engagement\":");
	buf_put_i64(b, v->shown_engagement);
	buf_puts(b, ",\"offset\":");
	buf_put_i64(b, v->shown_offset);
	buf_puts(b, ",\"tier\":\"");
	buf_putc(b, v->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, v->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, stage_name(v->stage));
	buf_putc(b, '}');
	s->last = *v;
}

/* The lead as it is, at a point of the grid or, if it has changed, after an event. */
static void look(struct series *s, const struct scoring_lead *l, int64_t at, bool always)
{
	struct scoring_view v;
	scoring_lead_view(l, false, &v);
	if (always || (s->rows < ROWS_MAX && differs(&v, &s->last)))
		put_row(s, at, &v);
}

/* Events come in their order. */
static enum status walk(struct series *out, struct model *m, const struct scoring_event *events, size_t n, int64_t from,
    int64_t to, int64_t points, struct err *e)
{
	struct scoring_lead *l = NULL;
	enum status s = scoring_lead_new(m, &l, e);
	size_t k = 0;
	for (int64_t i = 0; i < points && s == ST_OK; i++) {
		int64_t at = from + (int64_t)((__int128)(to - from) * i / (points - 1));
		for (; k < n && events[k].at <= at && s == ST_OK; k++) {
			s = scoring_lead_apply(l, &events[k], NULL, e);
			bool last_of_instant = k + 1 == n || events[k + 1].at != events[k].at;
			if (s == ST_OK && i > 0 && last_of_instant && events[k].at < at)
				look(out, l, events[k].at, false);
		}
		if (s == ST_OK)
			s = scoring_lead_advance(l, at, NULL, e);
		if (s == ST_OK)
			look(out, l, at, true);
	}
	scoring_lead_free(&l);
	return s;
}

static enum status answer(struct api_call *c, const struct history_input *in, const struct story *story, struct err *e)
{
	int64_t from = in->from, created_at = story->lead.created_at;
	if (from == INSTANT_NEVER)
		from = story->n && story->events[0].at < in->to ? story->events[0].at
		       : created_at < in->to                    ? created_at
								: in->to - MS_DAY;
	if (in->to - from > SPAN_MAX)
		from = in->to - SPAN_MAX;
	struct series out = {.b = reply_json(c, 200)};
	buf_puts(out.b, "{\"lead_id\":");
	buf_json_uuid(out.b, story->lead.id.b);
	buf_puts(out.b, ",\"model_version\":");
	buf_put_i64(out.b, model_version(story->model));
	buf_puts(out.b, ",\"from\":");
	render_time(out.b, from);
	buf_puts(out.b, ",\"to\":");
	render_time(out.b, in->to);
	buf_puts(out.b, ",\"data\":[");
	enum status s = walk(&out, story->model, story->events, story->n, from, in->to, in->points, e);
	buf_puts(out.b, "]}");
	return s;
}

enum status score_history_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct history_input *in = call_state(c)->input;
	struct story story;
	enum status s = story_open(a, c, db, &in->wish, &story, e);
	if (s != ST_OK)
		return s;
	s = answer(c, in, &story, e);
	story_close(&story);
	return s;
}
