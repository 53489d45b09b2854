/* GET /v1/leads/{id}/score: the lead's events replayed line by line, to any instant, under any version of the model. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/explain.h"
#include "store/batch.h"

const char *const score_parameters[] = {"at", "model_version", NULL};

struct score_input {
	struct uuid lead_id;
	int64_t at, model_version; /* 0: the one the lead is scored by */
};

enum status score_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct score_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	in->at = c->received_at;
	enum status s = path_uuid(c, "id", "lead", &in->lead_id, e);
	if (s == ST_OK)
		s = param_time(c, "at", &in->at, e);
	return s == ST_OK ? param_int(c, "model_version", 1, INT64_MAX, &in->model_version, e) : s;
}

static int by_key(const void *a, const void *b)
{
	const struct batch_event *x = a, *y = b;
	return uuid_cmp(&x->key, &y->key);
}

static void put_event_id(struct buf *b, const struct contribution *k, const struct batch_event *sorted, size_t n)
{
	struct batch_event wanted = {.key = k->event_key};
	const struct batch_event *found =
	    k->has_event && n ? bsearch(&wanted, sorted, n, sizeof *sorted, by_key) : NULL;
	if (k->has_event)
		render_event_id(b, found ? found->event_id : NULL, &k->event_key);
	else
		buf_puts(b, "null");
}

static void put_contributions(struct buf *b, const struct explanation *x, const struct batch_event *sorted, size_t n)
{
	static const char *const kinds[] = {"fit", "engagement", "cap", "offset"};
	buf_puts(b, ",\"contributions\":[");
	for (size_t i = 0; i < x->n_contributions; i++) {
		const struct contribution *k = &x->contributions[i];
		buf_puts(b, i ? ",{\"rule\":" : "{\"rule\":");
		buf_json_str(b, k->rule);
		buf_puts(b, ",\"label\":");
		buf_json_str(b, k->label);
		buf_puts(b, ",\"kind\":");
		buf_json_str(b, kinds[k->kind]);
		buf_puts(b, ",\"event_id\":");
		put_event_id(b, k, sorted, n);
		buf_puts(b, ",\"at\":");
		render_time(b, k->at);
		buf_puts(b, ",\"points\":");
		buf_json_milli(b, k->points);
		buf_puts(b, ",\"points_now\":");
		buf_json_milli(b, k->points_now);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void put_criteria(struct buf *b, const struct explanation *x)
{
	buf_puts(b, ",\"criteria\":[");
	for (size_t i = 0; i < x->n_criteria; i++) {
		const struct criterion_view *k = &x->criteria[i];
		buf_puts(b, i ? ",{\"id\":" : "{\"id\":");
		buf_json_str(b, k->id);
		buf_puts(b, ",\"label\":");
		buf_json_str(b, k->label);
		buf_puts(b, k->met > 0    ? ",\"met\":true,\"ask\":"
			    : k->met == 0 ? ",\"met\":false,\"ask\":"
					  : ",\"met\":null,\"ask\":");
		buf_json_str(b, k->ask);
		buf_puts(b, k->core ? ",\"core\":true,\"weight\":" : ",\"core\":false,\"weight\":");
		buf_json_milli(b, k->weight);
		buf_puts(b, ",\"part\":");
		buf_json_str(b, k->part);
		buf_puts(b, ",\"dimension\":");
		buf_json_str(b, k->dimension);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

static void render(struct buf *b, const struct score_input *in, int64_t version, const struct explanation *x,
    const struct batch_event *sorted, size_t n)
{
	const struct scoring_view *v = &x->view;
	buf_puts(b, "{\"lead_id\":");
	buf_json_uuid(b, in->lead_id.b);
	buf_puts(b, ",\"score\":");
	render_score(b, v->shown_total, v->shown_fit, v->shown_engagement, in->at, version);
	buf_puts(b, ",\"exact\":{\"total\":");
	buf_json_milli(b, v->total);
	buf_puts(b, ",\"fit\":");
	buf_json_milli(b, v->fit);
	buf_puts(b, ",\"engagement\":");
	buf_json_milli(b, v->engagement);
	buf_puts(b, "},\"tier\":\"");
	buf_putc(b, v->tier);
	buf_puts(b, "\",\"grade\":");
	buf_json_str(b, v->grade);
	buf_puts(b, ",\"stage\":");
	buf_json_str(b, stage_name(v->stage));
	buf_puts(b, ",\"exclusion\":");
	buf_json_str(b, v->exclusion);
	put_contributions(b, x, sorted, n);
	put_criteria(b, x);
	buf_putc(b, '}');
}

static enum status explain(struct api_call *c, struct model *m, const struct score_input *in,
    struct batch_event *stored, size_t n, struct err *e)
{
	struct scoring_event *events = arena_array(c->arena, n ? n : 1, sizeof *events);
	if (!events)
		return out_of_memory(e);
	for (size_t i = 0; i < n; i++)
		events[i] = (struct scoring_event){.key = stored[i].key,
		    .at = stored[i].at,
		    .type = stored[i].type,
		    .properties_text = stored[i].properties,
		    .patch_text = stored[i].patch,
		    .source_text = stored[i].source,
		    .email = stored[i].email,
		    .phone = stored[i].phone};
	struct explanation x = {0};
	enum status s = scoring_explain(m, events, n, in->at, &x, e);
	if (s != ST_OK)
		return s;
	if (n)
		qsort(stored, n, sizeof *stored, by_key);
	render(reply_json(c, 200), in, model_version(m), &x, stored, n);
	scoring_explanation_free(&x);
	return ST_OK;
}

enum status score_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct score_input *in = call_state(c)->input;
	struct lead_row lead;
	struct batch_event *events;
	size_t n;
	struct model *m = NULL;
	enum status s = store_lead_read(db, &c->workspace_id, &in->lead_id, c->arena, &lead, e);
	if (s != ST_OK)
		return s;
	int64_t version = in->model_version ? in->model_version : lead.model_version;
	s = models_get(ingest_models(a->config.ingest), db, &c->workspace_id, version, &m, e);
	if (s == ST_OK)
		s = store_batch_history(db, &c->workspace_id, &in->lead_id, 1, c->arena, &events, &n, e);
	if (s == ST_OK)
		s = explain(c, m, in, events, n, e);
	model_unref(&m);
	return s;
}
