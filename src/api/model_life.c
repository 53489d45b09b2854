/* POST /v1/models/{version}/shadow | /activate | /retire, and /v1/models/rollback. */
#include "base/json.h"
#include "body_priv.h"
#include "models_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

struct life_input {
	int64_t version;
	const char *line; /* of a rollback; NULL: the primary one */
	const char *transitions, *note;
};

/* known: the members that the body may have, if there is one. */
static enum status take_body(struct api_call *c, const char *const *known, struct life_input *in, struct err *e)
{
	json_t *body;
	enum status s = body_read_optional(c, &body, e);
	in->transitions = "raise";
	if (s != ST_OK || !body)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_text(c, body, "line", &in->line, e);
	if (s == ST_OK)
		s = body_text(c, body, "note", &in->note, e);
	if (s == ST_OK)
		s = body_transitions(body, &in->transitions, e);
	json_decref(body);
	return s;
}

static enum status prepare(struct api_call *c, const char *const *known, struct err *e)
{
	struct life_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	enum status s = path_version(c, "version", &in->version, e);
	return s == ST_OK ? take_body(c, known, in, e) : s;
}

static const char *const nothing[] = {NULL};

enum status model_shadow_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, nothing, e);
}

enum status model_retire_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return prepare(c, nothing, e);
}

enum status model_activate_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const known[] = {"transitions", "note", NULL};
	return prepare(c, known, e);
}

enum status model_rollback_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const known[] = {"line", "transitions", "note", NULL};
	struct life_input *in = call_input(c, sizeof *in, e);
	return in ? take_body(c, known, in, e) : ST_NOMEM;
}

/* The model as it is now, the version that it replaced, and the job that brings the leads after. */
static void render(struct api_call *c, const struct model_outcome *out)
{
	struct buf *b = reply_json(c, 200);
	buf_putc(b, '{');
	put_model_members(b, &out->model);
	buf_puts(b, ",\"replaced\":");
	if (out->replaced)
		buf_put_i64(b, out->replaced);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"rescore\":");
	if (out->has_job)
		buf_json_uuid(b, out->job.b);
	else
		buf_puts(b, "null");
	buf_putc(b, '}');
	reply_etag(c, out->model.revision);
}

static struct model_activation how(struct api *a, struct api_call *c, const struct life_input *in)
{
	return (struct model_activation){
	    .by = {&c->key_id, clock_now(a->config.clock)}, .transitions = in->transitions, .note = in->note};
}

enum status model_shadow_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct life_input *in = call_state(c)->input;
	struct model_author by = {&c->key_id, clock_now(a->config.clock)};
	struct model_outcome out;
	enum status s = store_model_shadow(db, &c->workspace_id, in->version, &by, c->arena, &out, e);
	if (s == ST_OK)
		render(c, &out);
	return s;
}

enum status model_retire_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct life_input *in = call_state(c)->input;
	struct model_author by = {&c->key_id, clock_now(a->config.clock)};
	struct model_outcome out;
	enum status s = store_model_retire(db, &c->workspace_id, in->version, &by, c->arena, &out, e);
	if (s == ST_OK)
		render(c, &out);
	return s;
}

enum status model_activate_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct life_input *in = call_state(c)->input;
	struct model_activation by = how(a, c, in);
	struct model_outcome out;
	enum status s = store_model_activate(db, &c->workspace_id, in->version, &by, c->arena, &out, e);
	if (s == ST_OK)
		render(c, &out);
	return s;
}

enum status model_rollback_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct life_input *in = call_state(c)->input;
	struct model_activation by = how(a, c, in);
	struct model_outcome out;
	enum status s = store_model_rollback(db, &c->workspace_id, in->line, &by, c->arena, &out, e);
	if (s == ST_OK)
		render(c, &out);
	return s;
}
