/* GET /v1/sources/presets: ready-made mappings, with how to set them up. */
#include <string.h>

#include "base/json.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "sources_priv.h"

/* What a caller's secret is, from how the mapping verifies it. */
static void put_preset(struct buf *b, const struct source_preset *p, const json_t *doc)
{
	const json_t *auth = json_object_get(json_object_get(doc, "mapping"), "auth");
	const char *scheme = json_string_value(json_object_get(auth, "scheme"));
	buf_puts(b, "{\"name\":");
	buf_json_str(b, p->name);
	buf_puts(b, ",\"title\":");
	buf_json_str(b, json_string_value(json_object_get(doc, "title")));
	buf_puts(b, ",\"auth\":");
	buf_json_str(b, scheme);
	buf_puts(b, ",\"needs_secret\":");
	buf_puts(b, scheme && !strcmp(scheme, "none") ? "false" : "true");
	buf_puts(b, ",\"setup\":");
	(void)json_write(json_object_get(doc, "setup"), false, b); /* the buffer remembers a failure */
	buf_puts(b, ",\"mapping\":");
	(void)json_write(json_object_get(doc, "mapping"), false, b);
	buf_putc(b, '}');
}

enum status source_presets_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	(void)db;
	size_t n;
	const struct source_preset *all = source_presets(&n);
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++) {
		json_t *doc = json_loads(all[i].document, 0, NULL);
		if (!doc)
			return out_of_memory(e);
		put_preset(reply_item(b), &all[i], doc);
		json_decref(doc);
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}
