/* GET /v1/models and /v1/models/{version}, and what all files of models share. */
#include "models_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cursor_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/model.h"

const char *const model_list_parameters[] = {"line", "state", "limit", "cursor", NULL};

static void put_key(struct buf *b, const char *name, bool given, const struct uuid *id)
{
	buf_puts(b, name);
	if (given)
		buf_json_uuid(b, id->b);
	else
		buf_puts(b, "null");
}

void put_model_members(struct buf *b, const struct model_row *m)
{
	buf_puts(b, "\"version\":");
	buf_put_i64(b, m->version);
	render_member(b, "name", m->name);
	render_member(b, "line", m->line);
	buf_puts(b, m->primary ? ",\"primary\":true" : ",\"primary\":false");
	render_member(b, "state", m->state);
	buf_puts(b, ",\"based_on\":");
	if (m->based_on)
		buf_put_i64(b, m->based_on);
	else
		buf_puts(b, "null");
	render_member(b, "note", m->note);
	render_member_time(b, "created_at", m->created_at);
	put_key(b, ",\"created_by\":", m->has_created_by, &m->created_by);
	render_member_time(b, "activated_at", m->activated_at);
	put_key(b, ",\"activated_by\":", m->has_activated_by, &m->activated_by);
	render_member(b, "activation_note", m->activation_note);
	render_member(b, "transitions", m->transitions);
	render_member_time(b, "retired_at", m->retired_at);
	if (m->document) {
		buf_puts(b, ",\"document\":");
		buf_puts(b, m->document);
	}
}

static void put_model(struct buf *b, const struct model_row *m)
{
	buf_putc(b, '{');
	put_model_members(b, m);
	buf_putc(b, '}');
}

void reply_model(struct api_call *c, int status, const struct model_row *m)
{
	put_model(reply_json(c, status), m);
	reply_etag(c, m->revision);
	if (status == 201)
		reply_header(c, "Location", arena_printf(c->arena, "/v1/models/%lld", (long long)m->version));
}

enum status path_version(const struct api_call *c, const char *name, int64_t *ret, struct err *e)
{
	const char *text = path_param(c, name);
	size_t n = strlen(text);
	if (n > 18 || strspn(text, "0123456789") != n)
		return err_set(e, ST_NOT_FOUND, "model_not_found", "A version of the model is a whole number.");
	*ret = strtoll(text, NULL, 10);
	return ST_OK;
}

enum status body_transitions(const json_t *body, const char **ret, struct err *e)
{
	static const char *const words[] = {"raise", "hold", "quiet"};
	const json_t *v = json_object_get(body, "transitions");
	*ret = words[0];
	if (!v || json_is_null(v))
		return ST_OK;
	for (size_t i = 0; json_is_string(v) && i < 3; i++)
		if (!strcmp(json_string_value(v), words[i])) {
			*ret = words[i];
			return ST_OK;
		}
	return err_at(e, ST_INVALID, "field_invalid", "/transitions", "It must be raise, hold or quiet.");
}

enum status keep_faults(struct api_call *c, const struct model_faults *f, const char *prefix, struct err *e)
{
	struct call_state *s = call_state(c);
	size_t n = f->count < MODEL_FAULTS_MAX ? f->count : MODEL_FAULTS_MAX;
	struct err *faults = arena_array(c->arena, n ? n : 1, sizeof *faults);
	if (!faults)
		return out_of_memory(e);
	for (size_t i = 0; i < n; i++) {
		faults[i] = f->fault[i];
		snprintf(faults[i].pointer, sizeof faults[i].pointer, "%s%.*s", prefix,
		    (int)(ERR_POINTER_MAX - 1 - strlen(prefix)), f->fault[i].pointer);
	}
	s->faults = faults;
	s->n_faults = n;
	return ST_INVALID;
}

enum status models_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"draft", "shadow", "active", "retired", NULL};
	struct model_filter *f = call_input(c, sizeof *f, e);
	if (!f)
		return ST_NOMEM;
	struct cursor v;
	bool given = false;
	f->line = param_text(c, "line");
	enum status s = param_word(c, "state", states, &f->state, e);
	if (s == ST_OK)
		s = param_limit(c, &f->limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s == ST_OK && given)
		f->before = v.value;
	return s;
}

enum status models_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct model_row *rows;
	size_t n;
	bool more;
	enum status s = store_model_list(db, &c->workspace_id, call_state(c)->input, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_model(reply_item(b), &rows[i]);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].version} : NULL);
	return ST_OK;
}

enum status model_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	int64_t *version = call_input(c, sizeof *version, e);
	return version ? path_version(c, "version", version, e) : ST_NOMEM;
}

enum status model_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct model_row m;
	enum status s = store_model_row(db, &c->workspace_id, *(const int64_t *)call_state(c)->input, &m, e);
	if (s != ST_OK)
		return s;
	if (etag_matches(c->if_none_match, m.revision)) {
		reply_json(c, 304);
		reply_etag(c, m.revision);
		return ST_OK;
	}
	reply_model(c, 200, &m);
	return ST_OK;
}
