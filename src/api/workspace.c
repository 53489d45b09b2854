/* GET and PATCH /v1/workspace: the settings of the workspace that the key belongs to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "ingest/account.h"
#include "ingest/clean.h"
#include "ingest/filter.h"
#include "ingest/model_document.h"
#include "ingest/track.h"
#include "models_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/workspace.h"

const char *const workspace_patch_parameters[] = {"transitions", NULL};

struct workspace_input {
	int64_t if_revision;
	const char *transitions;
	struct workspace_patch patch;
};

static void put_workspace(
    struct api_call *c, int status, const struct workspace_settings *w, const struct uuid *jobs, size_t n_jobs)
{
	struct buf *b = reply_json(c, status);
	buf_puts(b, "{\"id\":");
	buf_json_uuid(b, c->workspace_id.b);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, w->name);
	buf_puts(b, ",\"country\":");
	buf_json_str(b, w->country);
	buf_puts(b, ",\"time_zone\":");
	buf_json_str(b, w->time_zone);
	buf_puts(b, ",\"primary_line\":");
	buf_json_str(b, w->primary_line);
	buf_puts(b, ",\"active_model\":");
	if (w->active_model)
		buf_put_i64(b, w->active_model);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"other_models\":[");
	for (size_t i = 0; i < w->n_other_models; i++) {
		if (i)
			buf_putc(b, ',');
		buf_put_i64(b, w->other_models[i]);
	}
	buf_puts(b, "],\"filters\":");
	render_text(b, w->filters, "null");
	buf_puts(b, ",\"cleaning\":");
	render_text(b, w->cleaning, "null");
	buf_puts(b, ",\"email_domains\":");
	render_text(b, w->email_domains, "null");
	buf_puts(b, ",\"event_types\":");
	render_text(b, w->event_types, "null");
	buf_puts(b, ",\"accounts\":");
	render_text(b, w->accounts, "null");
	buf_puts(b, ",\"created_at\":");
	render_time(b, w->created_at);
	if (jobs) {
		buf_puts(b, ",\"rescores\":[");
		for (size_t i = 0; i < n_jobs; i++) {
			if (i)
				buf_putc(b, ',');
			buf_json_uuid(b, jobs[i].b);
		}
		buf_putc(b, ']');
	}
	buf_putc(b, '}');
	reply_etag(c, w->revision);
}

enum status workspace_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct workspace_settings w;
	enum status s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	if (s != ST_OK)
		return s;
	if (etag_matches(c->if_none_match, w.revision)) {
		reply_json(c, 304);
		reply_etag(c, w.revision);
		return ST_OK;
	}
	put_workspace(c, 200, &w, NULL, 0);
	return ST_OK;
}

/* null asks to remove what every workspace has. */
static enum status take_text(struct api_call *c, const json_t *body, const char *key, const char **ret, struct err *e)
{
	if (!json_is_null(json_object_get(body, key)))
		return body_text(c, body, key, ret, e);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
}

/* Whether a setting that is an object is one; pointers into it, or into the body. */
typedef enum status check_fn(const json_t *v, struct err *e);

static enum status check_cleaning(const json_t *v, struct err *e)
{
	unsigned without;
	return clean_settings(v, &without, e);
}

/* As a model would take them: they are stamped into models. */
static enum status check_email_domains(const json_t *v, struct err *e)
{
	static const char member[] = "/email_domains";
	json_t *doc = json_pack("{s:O}", "email_domains", v);
	struct model *m = NULL;
	struct model_faults *faults = calloc(1, sizeof *faults);
	enum status s = doc && faults ? model_compile(doc, 1, &m, faults, e) : out_of_memory(e);
	model_unref(&m);
	json_decref(doc);
	if (s == ST_INVALID && faults->count) {
		const struct err *first = &faults->fault[0];
		size_t skip = strncmp(first->pointer, member, sizeof member - 1) ? 0 : sizeof member - 1;
		err_at(e, s, first->code, first->pointer + skip, "%s", first->detail);
	}
	free(faults);
	return s;
}

/* null: the defaults again. */
static enum status take_object(struct api_call *c, const json_t *body, const char *key, check_fn *check, bool *ret_has, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	struct err why = {0};
	struct buf text = BUF_INIT;
	*ret_has = v != NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	enum status s = check(v, &why);
	if (s != ST_OK) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "", key);
		snprintf(at + strlen(at), sizeof at - strlen(at), "%s", why.pointer);
		return err_at(e, s, why.code, at, "%s", why.detail);
	}
	*ret = json_write(v, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	return *ret ? ST_OK : out_of_memory(e);
}

static enum status take_accounts(struct api_call *c, const json_t *body, struct workspace_patch *p, struct err *e)
{
	json_t *v = json_object_get(body, "accounts"), *checked;
	struct buf text = BUF_INIT;
	p->has_accounts = v != NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	enum status s = account_settings_check(c->arena, v, "/accounts", &checked, e);
	if (s != ST_OK)
		return s;
	p->accounts = json_write(checked, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	json_decref(checked);
	return p->accounts ? ST_OK : out_of_memory(e);
}

static enum status take_body(struct api_call *c, const json_t *body, struct workspace_patch *p, struct err *e)
{
	static const char *const known[] = {"name", "country", "time_zone", "primary_line", "filters", "cleaning", "email_domains", "event_types", "accounts", NULL};
	enum status s = body_object(body, known, e);
	if (s == ST_OK)
		s = take_text(c, body, "name", &p->name, e);
	if (s == ST_OK)
		s = take_text(c, body, "country", &p->country, e);
	if (s == ST_OK)
		s = take_text(c, body, "time_zone", &p->time_zone, e);
	if (s == ST_OK)
		s = take_text(c, body, "primary_line", &p->primary_line, e);
	if (s == ST_OK)
		s = take_object(c, body, "filters", filter_validate, &p->has_filters, &p->filters, e);
	if (s == ST_OK)
		s = take_object(c, body, "cleaning", check_cleaning, &p->has_cleaning, &p->cleaning, e);
	if (s == ST_OK)
		s = take_object(c, body, "email_domains", check_email_domains, &p->has_email_domains, &p->email_domains, e);
	if (s == ST_OK)
		s = take_object(c, body, "event_types", track_names_validate, &p->has_event_types, &p->event_types, e);
	if (s == ST_OK)
		s = take_accounts(c, body, p, e);
	if (s == ST_OK && p->time_zone && !model_time_zone_valid(p->time_zone))
		s = err_at(e, ST_INVALID, "time_zone_invalid", "/time_zone",
		    "A time zone is an IANA name such as \"Asia/Shanghai\", \"UTC\", or an offset such as \"+08:00\".");
	return s;
}

enum status workspace_patch_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const words[] = {"raise", "hold", "quiet", NULL};
	struct workspace_input *in = call_input(c, sizeof *in, e);
	json_t *body;
	if (!in)
		return ST_NOMEM;
	in->transitions = words[0];
	enum status s = param_word(c, "transitions", words, &in->transitions, e);
	if (s == ST_OK)
		s = etag_required(c, &in->if_revision, e);
	if (s == ST_OK)
		s = body_read(c, true, &body, e);
	if (s != ST_OK)
		return s;
	s = take_body(c, body, &in->patch, e);
	json_decref(body);
	return s;
}

enum status workspace_patch_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct workspace_input *in = call_state(c)->input;
	struct model_activation how = {.by = {&c->key_id, clock_now(a->config.clock)}, .transitions = in->transitions};
	struct uuid jobs[2];
	size_t n_jobs = 0;
	struct workspace_settings w;
	enum status s =
	    store_workspace_patch(db, &c->workspace_id, in->if_revision, &in->patch, &how, c->arena, jobs, &n_jobs, e);
	if (s == ST_OK)
		s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	if (s == ST_OK)
		put_workspace(c, 200, &w, jobs, n_jobs);
	return s;
}
