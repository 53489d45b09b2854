/* POST /v1/models, PUT and DELETE of a draft. A body is read twice: when the request comes, so that what is wrong with
 * it is said at once, and again on the reader's thread, where the document is compiled with what the workspace knows.
 */
#include "base/json.h"
#include "body_priv.h"
#include "ingest/model_document.h"
#include "models_priv.h"
#include "once_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

struct draft_input {
	int64_t version, if_revision; /* of PUT and DELETE */
	struct model_draft draft;     /* without what the document says */
	bool has_based_on;
};

static enum status take_based_on(const json_t *body, struct draft_input *in, struct err *e)
{
	const json_t *v = json_object_get(body, "based_on");
	in->has_based_on = v != NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	if (!json_is_integer(v) || json_integer_value(v) < 1)
		return err_at(e, ST_INVALID, "field_type", "/based_on", "It must be a version of the model, or null.");
	in->draft.based_on = json_integer_value(v);
	return ST_OK;
}

static enum status take_body(struct api_call *c, const json_t *body, struct draft_input *in, struct err *e)
{
	static const char *const known[] = {"document", "line", "based_on", "note", NULL};
	enum status s = body_object(body, known, e);
	if (s != ST_OK)
		return s;
	if (!json_object_get(body, "document"))
		return err_at(e, ST_INVALID, "field_required", "/document", "A model has a document.");
	s = body_text(c, body, "line", &in->draft.line, e);
	if (s == ST_OK)
		s = body_text(c, body, "note", &in->draft.note, e);
	return s == ST_OK ? take_based_on(body, in, e) : s;
}

static enum status prepare(struct api_call *c, struct draft_input *in, struct err *e)
{
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, in, e);
	json_decref(body);
	return s;
}

enum status models_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct draft_input *in = call_input(c, sizeof *in, e);
	return in ? prepare(c, in, e) : ST_NOMEM;
}

enum status model_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct draft_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	enum status s = path_version(c, "version", &in->version, e);
	if (s == ST_OK)
		s = etag_required(c, &in->if_revision, e);
	return s == ST_OK ? prepare(c, in, e) : s;
}

/* The document of the body, compiled, as the rest of the draft. */
static enum status take_document(struct api_call *c, struct db *db, struct model_draft *d, struct err *e)
{
	struct model_faults *faults = arena_zalloc(c->arena, sizeof *faults);
	struct model_document doc = {0};
	json_t *body = NULL;
	enum status s = faults ? body_read(c, false, &body, e) : out_of_memory(e);
	if (s == ST_OK)
		s = model_document_take(
		    db, &c->workspace_id, json_object_get(body, "document"), c->arena, &doc, faults, e);
	if (s == ST_INVALID && faults->count)
		s = keep_faults(c, faults, "/document", e);
	if (s == ST_OK) {
		d->name = doc.name;
		d->document = doc.text;
		d->for_all = doc.for_all;
	}
	model_document_release(&doc);
	json_decref(body);
	return s;
}

enum status models_post_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct draft_input *in = call_state(c)->input;
	struct model_author by = {&c->key_id, clock_now(a->config.clock)};
	struct model_row m;
	struct once once;
	enum status s = once_begin(c, db, by.now, &once, e);
	if (s != ST_OK || once.answered)
		return s;
	s = take_document(c, db, &in->draft, e);
	if (s == ST_OK)
		s = store_model_create(db, &c->workspace_id, &in->draft, &by, once.key != NULL, c->arena, &m, e);
	if (s == ST_OK)
		reply_model(c, 201, &m);
	return once_end(c, db, &once, s, e);
}

enum status model_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct draft_input *in = call_state(c)->input;
	struct model_row m;
	enum status s = take_document(c, db, &in->draft, e);
	if (!in->has_based_on)
		in->draft.based_on = -1;
	if (s == ST_OK)
		s = store_model_replace(
		    db, &c->workspace_id, in->version, in->if_revision, &in->draft, c->arena, &m, e);
	if (s == ST_OK)
		reply_model(c, 200, &m);
	return s;
}

enum status model_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct draft_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	enum status s = path_version(c, "version", &in->version, e);
	return s == ST_OK ? etag_required(c, &in->if_revision, e) : s;
}

enum status model_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct draft_input *in = call_state(c)->input;
	enum status s = store_model_delete(db, &c->workspace_id, in->version, in->if_revision, e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
