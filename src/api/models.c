/* GET /v1/models and /v1/models/{version}. */
#include <stdlib.h>
#include <string.h>

#include "api_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/catalog.h"

static void put_model(struct buf *b, const struct model_row *m)
{
	buf_puts(b, "{\"version\":");
	buf_put_i64(b, m->version);
	buf_puts(b, ",\"name\":");
	buf_json_str(b, m->name);
	buf_puts(b, ",\"state\":");
	buf_json_str(b, m->state);
	buf_puts(b, ",\"created_at\":");
	render_time(b, m->created_at);
	buf_puts(b, ",\"activated_at\":");
	render_time(b, m->activated_at);
	if (m->document) {
		buf_puts(b, ",\"document\":");
		buf_puts(b, m->document);
	}
	buf_putc(b, '}');
}

enum status models_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	(void)c;
	(void)e;
	return ST_OK;
}

enum status models_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct model_row *rows;
	size_t n;
	enum status s = store_model_list(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_json(c, 200);
	buf_puts(b, "{\"data\":[");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, ',');
		put_model(b, &rows[i]);
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}

enum status model_get_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	int64_t *version = call_input(c, sizeof *version, e);
	if (!version)
		return ST_NOMEM;
	const char *text = path_param(c, "version");
	size_t n = strlen(text);
	if (n > 18 || strspn(text, "0123456789") != n)
		return err_set(e, ST_NOT_FOUND, "model_not_found", "A version of the model is a whole number.");
	*version = strtoll(text, NULL, 10);
	return ST_OK;
}

enum status model_get_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct model_row m;
	enum status s = store_model_row(db, &c->workspace_id, *(const int64_t *)call_state(c)->input, &m, e);
	if (s == ST_OK)
		put_model(reply_json(c, 200), &m);
	return s;
}
