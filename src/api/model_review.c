/* POST /v1/models/validate, GET /v1/models/dependents and /v1/models/{version}/diff/{other}: looking models through. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "ingest/model_document.h"
#include "models_priv.h"
#include "params_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/review.h"

#define DOCUMENTS_AT_ONCE 50
#define USES_MAX 1000

const char *const model_dependents_parameters[] = {"attribute", "tag", "event_type", "segment", "state", NULL};
const char *const model_diff_parameters[] = {"language", NULL};

enum status model_validate_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const known[] = {"document", "line", NULL};
	const char *line;
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK && !json_object_get(body, "document"))
		s = err_at(e, ST_INVALID, "field_required", "/document", "A model has a document.");
	if (s == ST_OK)
		s = body_text(c, body, "line", &line, e);
	json_decref(body);
	return s;
}

static void put_faults(struct buf *b, const char *name, const struct model_faults *f)
{
	buf_printf(b, ",\"%s\":[", name);
	for (size_t i = 0; i < f->count && i < MODEL_FAULTS_MAX; i++) {
		char at[ERR_POINTER_MAX + 16];
		snprintf(at, sizeof at, "/document%s", f->fault[i].pointer);
		buf_puts(b, i ? ",{\"pointer\":" : "{\"pointer\":");
		buf_json_str(b, at);
		buf_puts(b, ",\"code\":");
		buf_json_str(b, f->fault[i].code);
		buf_puts(b, ",\"detail\":");
		buf_json_str(b, f->fault[i].detail);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

/* What would be refused of the line that it is meant for. */
static enum status check_line(struct api_call *c, struct db *db, const json_t *body, const struct model_document *doc,
    struct model_faults *faults, struct err *e)
{
	struct workspace_settings w;
	enum status s = store_workspace_settings(db, &c->workspace_id, c->arena, &w, e);
	const char *line = json_string_value(json_object_get(body, "line"));
	if (s == ST_OK && !doc->for_all && !strcmp(line ? line : MODEL_LINE_DEFAULT, w.primary_line)) {
		faults->count = 1;
		err_at(&faults->fault[0], ST_INVALID, "applies_when_primary", "/applies_when",
		    "The line \"%.64s\" is the primary one: its model scores every lead.", w.primary_line);
	}
	return s;
}

enum status model_validate_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct model_faults *faults = arena_zalloc(c->arena, sizeof *faults),
			    *warnings = arena_zalloc(c->arena, sizeof *warnings);
	struct model_document doc = {0};
	json_t *body = NULL;
	enum status s = faults && warnings ? body_read(c, false, &body, e) : out_of_memory(e);
	if (s == ST_OK)
		s = model_document_take(
		    db, &c->workspace_id, json_object_get(body, "document"), c->arena, &doc, faults, e);
	if (s == ST_OK)
		s = check_line(c, db, body, &doc, faults, e);
	if (s == ST_OK)
		model_review(doc.doc, warnings);
	if (s == ST_OK || (s == ST_INVALID && faults->count)) {
		struct buf *b = reply_json(c, 200);
		buf_puts(b, faults->count ? "{\"valid\":false" : "{\"valid\":true");
		put_faults(b, "errors", faults);
		put_faults(b, "warnings", warnings);
		buf_putc(b, '}');
		s = ST_OK;
	}
	model_document_release(&doc);
	json_decref(body);
	return s;
}

struct dependents_input {
	enum model_use_of of;
	const char *name;
	const char *states[4];
	size_t n_states;
};

enum status model_dependents_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const states[] = {"draft", "shadow", "active", "retired", NULL};
	struct dependents_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	size_t given = 0;
	for (int of = USE_ATTRIBUTE; of <= USE_SEGMENT; of++) {
		const char *name = param_text(c, model_dependents_parameters[of]);
		if (!name)
			continue;
		given++;
		in->of = (enum model_use_of)of;
		in->name = name;
	}
	if (given != 1)
		return param_fault("attribute", "parameter_invalid",
		    "Name one thing: an attribute, a tag, an event_type or a segment.", e);
	const char *state = NULL;
	enum status s = param_word(c, "state", states, &state, e);
	for (size_t i = 0; s == ST_OK && i < 3 && !state; i++)
		in->states[in->n_states++] = states[i];
	if (s == ST_OK && state)
		in->states[in->n_states++] = state;
	return s;
}

static void put_use(struct buf *b, const struct model_scan_row *m, const struct model_use *u)
{
	buf_puts(b, "{\"version\":");
	buf_put_i64(b, m->version);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, m->name);
	buf_puts(b, ",\"line\":");
	buf_json_str(b, m->line);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, m->state);
	buf_puts(b, ",\"kind\":");
	buf_json_str(b, u->kind);
	buf_puts(b, ",\"id\":");
	buf_json_str(b, u->id);
	buf_puts(b, ",\"label\":");
	buf_json_str(b, u->label);
	buf_puts(b, ",\"how\":");
	buf_json_str(b, u->how);
	buf_puts(b, u->certain ? ",\"certain\":true,\"pointer\":" : ",\"certain\":false,\"pointer\":");
	buf_json_str(b, u->pointer);
	buf_putc(b, '}');
}

static enum status parse(const char *text, json_t **ret, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = 4u << 20, .max_depth = 100, .max_tokens = 400000};
	return json_read(text, strlen(text), &limits, ret, e);
}

static enum status put_uses(struct api_call *c, struct buf *b, const struct dependents_input *in,
    const struct model_scan_row *m, size_t *n_put, struct err *e)
{
	struct model_use *uses;
	size_t n;
	json_t *doc;
	enum status s = parse(m->document, &doc, e);
	if (s != ST_OK)
		return s;
	if (!model_uses(doc, in->of, in->name, c->arena, &uses, &n))
		s = out_of_memory(e);
	for (size_t i = 0; s == ST_OK && i < n && *n_put < USES_MAX; i++, (*n_put)++)
		put_use(reply_item(b), m, &uses[i]);
	json_decref(doc);
	return s;
}

enum status model_dependents_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct dependents_input *in = call_state(c)->input;
	struct buf *b = reply_list(c);
	size_t n = 0, found = 0;
	int64_t before = 0;
	enum status s;
	do {
		struct model_scan_row *rows;
		s = store_model_scan(
		    db, &c->workspace_id, in->states, in->n_states, before, DOCUMENTS_AT_ONCE, c->arena, &rows, &n, e);
		for (size_t i = 0; s == ST_OK && i < n; i++)
			s = put_uses(c, b, in, &rows[i], &found, e);
		if (s == ST_OK && n)
			before = rows[n - 1].version;
	} while (s == ST_OK && n == DOCUMENTS_AT_ONCE && found < USES_MAX);
	if (s == ST_OK)
		reply_list_end(c, "cursor", NULL);
	return s;
}

struct diff_input {
	int64_t versions[2];
	const char *language; /* NULL: the later document's */
};

enum status model_diff_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const languages[] = {"zh", "en", NULL};
	struct diff_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	enum status s = path_version(c, "version", &in->versions[0], e);
	if (s == ST_OK)
		s = path_version(c, "other", &in->versions[1], e);
	return s == ST_OK ? param_word(c, "language", languages, &in->language, e) : s;
}

static enum status put_changes(struct api_call *c, const struct diff_input *in, json_t *const docs[2], struct err *e)
{
	struct model_difference *d;
	size_t n;
	const char *given = in->language ? in->language : json_string_value(json_object_get(docs[1], "language"));
	bool zh = given && !strncmp(given, "zh", 2);
	if (!model_differences(docs[0], docs[1], zh ? LANGUAGE_ZH : LANGUAGE_EN, c->arena, &d, &n))
		return out_of_memory(e);
	struct buf *b = reply_json(c, 200);
	buf_printf(b, "{\"from\":%lld,\"to\":%lld,\"language\":\"%s\",\"changes\":[", (long long)in->versions[0],
	    (long long)in->versions[1], zh ? "zh" : "en");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",{\"path\":" : "{\"path\":");
		buf_json_str(b, d[i].pointer);
		buf_puts(b, ",\"kind\":");
		buf_json_str(b, d[i].kind);
		buf_puts(b, ",\"sentence\":");
		buf_json_str(b, d[i].sentence);
		buf_putc(b, '}');
	}
	buf_puts(b, "]}");
	return ST_OK;
}

enum status model_diff_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct diff_input *in = call_state(c)->input;
	json_t *docs[2] = {NULL, NULL};
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < 2; i++) {
		const char *text;
		s = store_model_read(db, &c->workspace_id, in->versions[i], c->arena, &text, NULL, e);
		if (s == ST_OK)
			s = parse(text, &docs[i], e);
	}
	if (s == ST_OK)
		s = put_changes(c, in, docs, e);
	json_decref(docs[0]);
	json_decref(docs[1]);
	return s;
}
