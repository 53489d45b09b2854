#include "story_priv.h"

#include "params_priv.h"
#include "reply_priv.h"
#include "store/model.h"

enum status story_wish_read(const struct api_call *c, struct story_wish *ret, struct err *e)
{
	*ret = (struct story_wish){.line = param_text(c, "line")};
	enum status s = path_uuid(c, "id", "lead", &ret->lead_id, e);
	if (s == ST_OK)
		s = param_int(c, "model_version", 1, INT64_MAX, &ret->model_version, e);
	if (s == ST_OK && ret->line && ret->model_version)
		s = param_fault("line", "parameter_invalid", "Ask for a line or for a version, not for both.", e);
	return s;
}

/* As the engine takes them. */
static enum status take_events(struct api_call *c, const struct batch_event *stored, struct story *x, struct err *e)
{
	x->events = arena_array(c->arena, x->n ? x->n : 1, sizeof *x->events);
	x->names = arena_array(c->arena, x->n ? x->n : 1, sizeof *x->names);
	if (!x->events || !x->names)
		return out_of_memory(e);
	for (size_t i = 0; i < x->n; i++) {
		x->events[i] = (struct scoring_event){.key = stored[i].key,
		    .at = stored[i].at,
		    .type = stored[i].type,
		    .properties_text = stored[i].properties,
		    .patch_text = stored[i].patch,
		    .source_text = stored[i].source,
		    .email = stored[i].email,
		    .phone = stored[i].phone};
		x->names[i] = (struct event_name){stored[i].key, stored[i].event_id};
	}
	return ST_OK;
}

enum status story_open(
    struct api *a, struct api_call *c, struct db *db, const struct story_wish *w, struct story *ret, struct err *e)
{
	struct story x = {0};
	struct batch_event *stored;
	enum status s = store_lead_read(db, &c->workspace_id, &w->lead_id, c->arena, &x.lead, e);
	int64_t version = w->model_version ? w->model_version : x.lead.model_version;
	if (s == ST_OK && w->line)
		s = store_model_of_line(db, &c->workspace_id, w->line, &version, e);
	if (s == ST_OK)
		s = models_get(ingest_models(a->config.ingest), db, &c->workspace_id, version, &x.model, e);
	if (s == ST_OK)
		s = store_lead_history(db, &c->workspace_id, &x.lead.id, c->arena, &stored, &x.n, e);
	if (s == ST_OK)
		s = take_events(c, stored, &x, e);
	if (s == ST_OK) {
		reply_lead(c, &x.lead.id);
		*ret = x;
	} else {
		model_unref(&x.model);
	}
	return s;
}

void story_close(struct story *s)
{
	model_unref(&s->model);
}
