/* GET /v1/taxonomies, and GET, PUT and DELETE of one. A PUT brings JSON, or a CSV table of synonyms. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "ingest/taxonomy.h"
#include "models_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/taxonomy.h"

const char *const taxonomy_put_parameters[] = {"attribute", NULL};

#define ATTRIBUTE_MAX 255

struct taxonomy_input {
	const char *name;
	int64_t if_version;
	const char *attribute;
	const char *entries; /* JSON text */
};

static void put_members(struct buf *b, const struct taxonomy_row *t)
{
	buf_puts(b, "{\"name\":");
	buf_json_str(b, t->name);
	buf_puts(b, ",\"attribute\":");
	buf_json_str(b, t->attribute);
	if (t->entries) {
		buf_puts(b, ",\"entries\":");
		buf_puts(b, t->entries);
	}
	buf_puts(b, ",\"version\":");
	buf_put_i64(b, t->version);
	buf_puts(b, ",\"updated_at\":");
	render_time(b, t->updated_at);
	buf_putc(b, '}');
}

enum status taxonomies_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct taxonomy_row *rows;
	size_t n;
	enum status s = store_taxonomy_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_members(reply_item(b), &rows[i]);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

static struct taxonomy_input *begin(struct api_call *c, struct err *e)
{
	struct taxonomy_input *in = call_input(c, sizeof *in, e);
	if (in)
		in->name = path_param(c, "name");
	return in;
}

enum status taxonomy_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	return begin(c, e) ? ST_OK : ST_NOMEM;
}

enum status taxonomy_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct taxonomy_input *in = call_state(c)->input;
	struct taxonomy_row t;
	enum status s = store_taxonomy_read(db, &c->workspace_id, in->name, c->arena, &t, e);
	if (s != ST_OK)
		return s;
	if (etag_matches(c->if_none_match, t.version))
		reply_json(c, 304);
	else
		put_members(reply_json(c, 200), &t);
	reply_etag(c, t.version);
	return ST_OK;
}

static enum status keep_entries(struct api_call *c, const json_t *entries, struct taxonomy_input *in, struct err *e)
{
	struct buf text = BUF_INIT;
	in->entries = json_write(entries, false, &text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	return in->entries ? ST_OK : out_of_memory(e);
}

static enum status check(
    struct api_call *c, const json_t *entries, struct taxonomy_input *in, struct model_faults *faults, struct err *e)
{
	enum status s = taxonomy_check(in->attribute, entries, faults, e);
	if (s == ST_INVALID)
		return keep_faults(c, faults, "", e);
	return s == ST_OK ? keep_entries(c, entries, in, e) : s;
}

static enum status take_json(struct api_call *c, struct taxonomy_input *in, struct model_faults *faults, struct err *e)
{
	static const char *const known[] = {"attribute", "entries", NULL};
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	const json_t *attribute = json_object_get(body, "attribute"), *entries = json_object_get(body, "entries");
	s = body_object(body, known, e);
	if (s == ST_OK && param_text(c, "attribute"))
		s = param_fault("attribute", "parameter_invalid", "With JSON the attribute is in the body.", e);
	if (s == ST_OK && (!attribute || !entries))
		s = err_at(
		    e, ST_INVALID, "field_required", attribute ? "/entries" : "/attribute", "A taxonomy has it.");
	if (s == ST_OK && !json_is_string(attribute))
		s = err_at(e, ST_INVALID, "field_type", "/attribute", "It must be a string.");
	if (s == ST_OK)
		s = body_text(c, body, "attribute", &in->attribute, e);
	if (s == ST_OK)
		s = check(c, entries, in, faults, e);
	json_decref(body);
	return s;
}

static enum status take_csv(struct api_call *c, struct taxonomy_input *in, struct model_faults *faults, struct err *e)
{
	json_t *entries;
	if (!(in->attribute = param_text(c, "attribute")))
		return param_fault("attribute", "parameter_invalid", "With CSV the query names the attribute.", e);
	enum status s = taxonomy_read_csv(c->body, c->body_len, &entries, faults, e);
	if (s == ST_INVALID && faults->count)
		return keep_faults(c, faults, "", e);
	if (s != ST_OK)
		return s;
	s = check(c, entries, in, faults, e);
	json_decref(entries);
	return s;
}

enum status taxonomy_put_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct taxonomy_input *in = begin(c, e);
	struct model_faults *faults = arena_zalloc(c->arena, sizeof *faults);
	if (!in || !faults)
		return out_of_memory(e);
	enum status s = etag_required(c, &in->if_version, e);
	if (s == ST_OK && !taxonomy_name_valid(in->name))
		s = err_set(e, ST_INVALID, "taxonomy_name_invalid",
		    "The name of a taxonomy is 1 to %d letters, digits, _ and -.", TAXONOMY_NAME_MAX);
	if (s != ST_OK)
		return s;
	return body_is(c, "text/csv") ? take_csv(c, in, faults, e) : take_json(c, in, faults, e);
}

enum status taxonomy_put_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct taxonomy_input *in = call_state(c)->input;
	struct taxonomy_row t = {.name = in->name, .attribute = in->attribute, .entries = in->entries};
	t.updated_at = clock_now(a->config.clock);
	enum status s = store_taxonomy_put(
	    db, &c->workspace_id, in->name, in->attribute, in->entries, in->if_version, t.updated_at, &t.version, e);
	if (s != ST_OK)
		return s;
	put_members(reply_json(c, t.version == 1 ? 201 : 200), &t);
	reply_etag(c, t.version);
	return ST_OK;
}

enum status taxonomy_delete_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct taxonomy_input *in = begin(c, e);
	return in ? etag_required(c, &in->if_version, e) : ST_NOMEM;
}

enum status taxonomy_delete_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct taxonomy_input *in = call_state(c)->input;
	enum status s = store_taxonomy_delete(db, &c->workspace_id, in->name, in->if_version, e);
	if (s == ST_OK)
		reply_json(c, 204);
	return s;
}
