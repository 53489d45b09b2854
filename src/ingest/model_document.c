#include "ingest/model_document.h"

#include <string.h>

#include "base/json.h"

static enum status no_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, "out_of_memory", "Out of memory.");
}

/* Days begin where the workspace is, unless the document says otherwise. */
static bool stamp_time_zone(json_t *doc, const struct workspace_settings *w)
{
	return json_object_get(doc, "time_zone") || !json_object_set_new(doc, "time_zone", json_string(w->time_zone));
}

static enum status compile(struct model_document *d, struct arena *arena, struct model_faults *faults, struct err *e)
{
	struct model *m = NULL;
	struct buf text = BUF_INIT;
	text.limit = MODEL_DOCUMENT_MAX;
	enum status s = model_compile(d->doc, 1, &m, faults, e);
	if (s == ST_OK) {
		d->for_all = model_applies_always(m);
		d->name = arena_strdup(arena, *model_name(m) ? model_name(m) : "model");
		bool written = json_write(d->doc, false, &text);
		d->text = written ? arena_strndup(arena, text.data, text.len) : NULL;
		if (!written && text.len)
			s = err_at(e, ST_INVALID, "model_too_large", "/taxonomies",
			    "With its taxonomies the document is larger than %zu bytes.", MODEL_DOCUMENT_MAX);
		else if (!d->name || !d->text)
			s = no_memory(e);
	}
	if (s == ST_INVALID && !faults->count)
		faults->fault[faults->count++] = *e;
	buf_free(&text);
	model_unref(&m);
	return s;
}

enum status model_document_take(struct db *db, const struct uuid *workspace, const json_t *given, struct arena *arena,
    struct model_document *ret, struct model_faults *faults, struct err *e)
{
	struct workspace_settings w;
	memset(ret, 0, sizeof *ret);
	faults->count = 0;
	enum status s = store_workspace_settings(db, workspace, arena, &w, e);
	if (s != ST_OK)
		return s;
	if (!(ret->doc = json_deep_copy(given)) || (json_is_object(ret->doc) && !stamp_time_zone(ret->doc, &w)))
		return no_memory(e);
	return compile(ret, arena, faults, e);
}

void model_document_release(struct model_document *d)
{
	json_decref(d->doc);
	d->doc = NULL;
}
