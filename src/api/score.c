/* GET /v1/leads/{id}/score: the lead's events replayed line by line, to any instant, under any version of the model. */
#include "api_priv.h"
#include "explanation_priv.h"
#include "params_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/model.h"

const char *const score_parameters[] = {"at", "model_version", "line", NULL};

struct score_input {
	struct uuid lead_id;
	int64_t at, model_version; /* 0: the one the lead is scored by */
	const char *line;          /* NULL: none asked for */
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
	if (s == ST_OK)
		s = param_int(c, "model_version", 1, INT64_MAX, &in->model_version, e);
	in->line = param_text(c, "line");
	if (s == ST_OK && in->line && in->model_version)
		s = param_fault("line", "parameter_invalid", "Ask for a line or for a version, not for both.", e);
	return s;
}

static enum status explain(struct api_call *c, struct model *m, const struct score_input *in,
    const struct batch_event *stored, size_t n, struct err *e)
{
	struct scoring_event *events;
	struct event_name *names;
	enum status s = explanation_events(c, stored, n, &events, &names, e);
	if (s != ST_OK)
		return s;
	struct explanation x = {0};
	s = scoring_explain(m, events, n, in->at, &x, e);
	if (s != ST_OK)
		return s;
	explanation_put(reply_json(c, 200), &in->lead_id, in->at, model_version(m), &x, names, n);
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
	if (in->line)
		s = store_model_of_line(db, &c->workspace_id, in->line, &version, e);
	if (s == ST_OK)
		s = models_get(ingest_models(a->config.ingest), db, &c->workspace_id, version, &m, e);
	if (s == ST_OK)
		s = store_batch_history(db, &c->workspace_id, &in->lead_id, 1, c->arena, &events, &n, e);
	if (s == ST_OK)
		s = explain(c, m, in, events, n, e);
	model_unref(&m);
	return s;
}
