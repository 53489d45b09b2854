/* GET /v1/models/templates and /v1/models/templates/{name}: ready-made documents to start a model from. */
#include <stdlib.h>

#include "api_priv.h"
#include "base/json.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "scoring/template.h"

/* What a list shows of it, or with `whole` the document too. */
static enum status put_template(struct buf *b, const struct model_template *t, bool whole, struct err *e)
{
	json_t *doc = json_loads(t->document, 0, NULL), *icp = json_object_get(doc, "icp");
	if (!doc)
		return out_of_memory(e);
	buf_puts(b, "{\"name\":");
	buf_json_str(b, t->name);
	buf_puts(b, ",\"title\":");
	buf_json_str(b, json_string_value(json_object_get(doc, "name")));
	buf_puts(b, ",\"description\":");
	buf_json_str(b, json_string_value(json_object_get(doc, "description")));
	buf_printf(b, ",\"criteria\":%zu,\"rules\":%zu", json_array_size(json_object_get(icp, "criteria")),
	    json_array_size(json_object_get(json_object_get(doc, "fit"), "rules")) +
		json_array_size(json_object_get(json_object_get(doc, "engagement"), "rules")));
	if (whole) {
		buf_puts(b, ",\"document\":");
		(void)json_write(doc, false, b); /* the buffer remembers a failure */
	}
	buf_putc(b, '}');
	json_decref(doc);
	return ST_OK;
}

enum status templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	(void)db;
	size_t n;
	const struct model_template *all = model_templates(&n);
	struct buf *b = reply_list(c);
	enum status s = ST_OK;
	for (size_t i = 0; i < n && s == ST_OK; i++)
		s = put_template(reply_item(b), &all[i], false, e);
	if (s == ST_OK)
		reply_list_end(c, "cursor", NULL);
	return s;
}

enum status template_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	(void)db;
	const struct model_template *t = model_template_find(path_param(c, "name"));
	if (!t)
		return err_set(e, ST_NOT_FOUND, "template_not_found", "There is no template of this name.");
	return put_template(reply_json(c, 200), t, true, e);
}
