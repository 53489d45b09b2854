/* POST /v1/events and /v1/events/void: one item, or an array of up to 1,000, each answering for itself. Events may be CloudEvents. */
#include <string.h>

#include "body_priv.h"
#include "cloudevents_priv.h"
#include "ingest/cloudevents.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

/* An adapter: one item becomes the next command. */
typedef enum status take_fn(struct api_call *c, struct adapter_context *x, const json_t *item, struct err *e);

static enum status take_event(struct api_call *c, struct adapter_context *x, const json_t *item, struct err *e)
{
	return adapter_event(x, item, commands_next(c), e);
}

static enum status take_cloudevent(struct api_call *c, struct adapter_context *x, const json_t *item, struct err *e)
{
	return cloudevent_take(x, item, CLOUDEVENT_STRUCTURED, commands_next(c), e);
}

static enum status take_void(struct api_call *c, struct adapter_context *x, const json_t *item, struct err *e)
{
	const char *author = call_author(c);
	return author ? adapter_void(x, item, author, commands_next(c), e) : out_of_memory(e);
}

static enum status take_item(
    struct api_call *c, struct adapter_context *x, take_fn *take, size_t i, const json_t *item, struct err *e)
{
	x->index = i;
	enum status s = take(c, x, item, e);
	commands_keep(c, i, s, e);
	return s;
}

static enum status take_body(struct api_call *c, take_fn *take, const json_t *body, struct err *e)
{
	struct call_state *state = call_state(c);
	struct adapter_context x;
	enum status s = body_context(c, &x, e);
	if (s != ST_OK)
		return s;
	state->array = json_is_array(body);
	size_t n = state->array ? json_array_size(body) : 1;
	if (state->array && (!n || n > ARRAY_ITEMS_MAX))
		return err_set(e, n ? ST_TOO_LARGE : ST_INVALID, n ? "array_too_long" : "array_empty",
		    "An array holds 1 to %d events.", ARRAY_ITEMS_MAX);
	s = commands_begin(c, n, e);
	if (s != ST_OK)
		return s;
	if (!state->array)
		return take_item(c, &x, take, 0, body, e);
	struct err item = {0};
	for (size_t i = 0; i < n; i++)
		if (take_item(c, &x, take, i, json_array_get(body, i), &item) == ST_NOMEM)
			return out_of_memory(e);
	return ST_OK;
}

static enum status prepare(struct api_call *c, take_fn *take, struct err *e)
{
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, take, body, e);
	json_decref(body);
	return s;
}

/* One event, attributes and data together, or with `-batch` an array of them. */
static enum status prepare_structured(struct api_call *c, bool batch, struct err *e)
{
	json_t *body;
	enum status s = body_json(c, &body, e);
	if (s != ST_OK)
		return s;
	if (json_is_array(body) != batch)
		s = err_set(e, ST_INVALID, "field_type", batch ? "A batch of events is an array." : "One event is an object; an array is application/cloudevents-batch+json.");
	else if (batch && !json_array_size(body)) {
		/* Which the specification allows. */
		call_state(c)->array = true;
		s = commands_begin(c, 0, e);
	} else {
		s = take_body(c, take_cloudevent, body, e);
	}
	json_decref(body);
	return s;
}

static enum status prepare_binary(struct api_call *c, struct err *e)
{
	json_t *event = NULL;
	struct adapter_context x;
	enum status s = body_context(c, &x, e);
	if (s == ST_OK)
		s = cloudevent_of_headers(c, &event, e);
	if (s == ST_OK)
		s = commands_begin(c, 1, e);
	if (s == ST_OK) {
		s = cloudevent_take(&x, event, CLOUDEVENT_BINARY, commands_next(c), e);
		commands_keep(c, 0, s, e);
	}
	json_decref(event);
	return s;
}

enum status events_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	switch (cloudevent_kind(c)) {
	case CLOUDEVENT_ONE:
		return prepare_structured(c, false, e);
	case CLOUDEVENT_MANY:
		return prepare_structured(c, true, e);
	case CLOUDEVENT_HEADERS:
		return prepare_binary(c, e);
	case CLOUDEVENT_NONE:
		break;
	}
	return prepare(c, take_event, e);
}

enum status events_void_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, take_void, e);
}

static const struct err *item_error(const struct call_state *s, size_t i)
{
	return s->item_err[i].status != ST_OK ? &s->item_err[i] : &s->job.commands[s->command_of[i]].result.err;
}

/* The first item that failed for want of the database, when nothing at all succeeded: then the whole request is to be
 * tried again. */
static const struct err *failed_as_one(const struct call_state *s)
{
	const struct err *first = NULL;
	for (size_t i = 0; i < s->n_items; i++) {
		const struct err *e = item_error(s, i);
		if (e->status == ST_OK)
			return NULL;
		if (!first && problem_status(e) == 503)
			first = e;
	}
	return first;
}

void events_post_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct call_state *s = call_state(c);
	const struct err *whole = s->array ? failed_as_one(s) : item_error(s, 0);
	if (whole && whole->status != ST_OK) {
		problem_reply(c, whole);
		return;
	}
	struct buf *b = reply_json(c, 200);
	if (s->array)
		buf_puts(b, "{\"results\":[");
	for (size_t i = 0; i < s->n_items; i++) {
		const struct err *e = item_error(s, i);
		if (i)
			buf_putc(b, ',');
		if (e->status == ST_OK) {
			render_event_result(b, &s->job.commands[s->command_of[i]]);
			continue;
		}
		buf_puts(b, "{\"error\":");
		problem_put(c, b, e);
		buf_putc(b, '}');
	}
	if (s->array)
		buf_puts(b, "]}");
}
