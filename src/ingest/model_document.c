#include "ingest/model_document.h"

#include <string.h>

#include "base/json.h"
#include "store/taxonomy.h"

static enum status no_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, "out_of_memory", "Out of memory.");
}

/* Days begin where the workspace is, unless the document says otherwise. */
static bool stamp_time_zone(json_t *doc, const struct workspace_settings *w)
{
	return json_object_get(doc, "time_zone") || !json_object_set_new(doc, "time_zone", json_string(w->time_zone));
}

/* Domains are what the workspace says, unless the document says something of them itself: a version never changes its meaning. */
static enum status stamp_email_domains(json_t *doc, const struct workspace_settings *w, struct err *e)
{
	json_t *domains = NULL;
	if (!w->email_domains || json_object_get(doc, "email_domains"))
		return ST_OK;
	enum status s = json_read(w->email_domains, strlen(w->email_domains), &(struct json_limits){.max_bytes = 4u << 20, .max_tokens = 400000}, &domains, e);
	if (s == ST_OK && json_object_set_new(doc, "email_domains", domains) != 0)
		s = no_memory(e);
	return s;
}

static void unknown(struct model_faults *faults, const char *pointer, const char *name)
{
	if (faults->count++ < MODEL_FAULTS_MAX)
		err_at(&faults->fault[faults->count - 1], ST_INVALID, "taxonomy_unknown", pointer,
		    "The workspace has no taxonomy \"%.64s\".", name);
}

/* The body that a document leaves to the workspace: a new reference in *ret; NULL after a fault. */
static enum status body_of(struct db *db, const struct uuid *workspace, const char *name, const char *pointer,
    struct arena *arena, json_t **ret, struct model_faults *faults, struct err *e)
{
	struct taxonomy_row t;
	json_t *entries = NULL;
	struct err why = {0};
	*ret = NULL;
	enum status s = store_taxonomy_read(db, workspace, name, arena, &t, &why);
	if (s == ST_NOT_FOUND) {
		unknown(faults, pointer, name);
		return ST_OK;
	}
	if (s == ST_OK)
		s = json_read(t.entries, strlen(t.entries),
		    &(struct json_limits){.max_bytes = 4u << 20, .max_tokens = 400000}, &entries, &why);
	if (s != ST_OK) {
		*e = why;
		return s;
	}
	*ret = json_pack("{s:s, s:o}", "attribute", t.attribute, "entries", entries);
	return *ret ? ST_OK : no_memory(e);
}

static bool left_out(const json_t *body)
{
	return json_is_null(body) || (json_is_object(body) && !json_object_size(body));
}

/* ["industry"], {"industry": null} and {"industry": {}} name what the workspace has. */
static enum status fill_taxonomies(struct db *db, const struct uuid *workspace, json_t *doc, struct arena *arena,
    struct model_faults *faults, struct err *e)
{
	json_t *given = json_object_get(doc, "taxonomies"), *filled = json_object(), *body = NULL;
	enum status s = filled ? ST_OK : no_memory(e);
	char at[ERR_POINTER_MAX];
	for (size_t i = 0; s == ST_OK && i < json_array_size(given); i++) {
		const char *name = json_string_value(json_array_get(given, i));
		json_pointer_index(at, "/taxonomies", i);
		s = name ? body_of(db, workspace, name, at, arena, &body, faults, e) : ST_OK;
		if (!name)
			unknown(faults, at, "");
		if (body && json_object_set_new(filled, name, body) != 0)
			s = no_memory(e);
		body = NULL;
	}
	for (void *it = json_object_iter(given); s == ST_OK && it; it = json_object_iter_next(given, it)) {
		const char *name = json_object_iter_key(it);
		body = json_object_iter_value(it);
		json_pointer_join(at, "/taxonomies", name);
		if (left_out(body))
			s = body_of(db, workspace, name, at, arena, &body, faults, e);
		else
			json_incref(body);
		if (body && json_object_set_new(filled, name, body) != 0)
			s = no_memory(e);
		body = NULL;
	}
	bool whole = s == ST_OK && (json_is_array(given) || json_is_object(given));
	if (whole && json_object_set(doc, "taxonomies", filled) != 0)
		s = no_memory(e);
	json_decref(filled);
	return s;
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

/* Those of `before` come first. */
static enum status join_faults(struct model_faults *faults, const struct model_faults *before, struct err *e)
{
	size_t n = before->count < MODEL_FAULTS_MAX ? before->count : MODEL_FAULTS_MAX, room = MODEL_FAULTS_MAX - n;
	memmove(
	    faults->fault + n, faults->fault, (faults->count < room ? faults->count : room) * sizeof *faults->fault);
	memcpy(faults->fault, before->fault, n * sizeof *faults->fault);
	faults->count += before->count;
	return err_at(e, ST_INVALID, "model_invalid", faults->fault[0].pointer,
	    "The model has %zu fault%s. The first: %s", faults->count, faults->count == 1 ? "" : "s",
	    faults->fault[0].detail);
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
	if (json_is_object(ret->doc) && (s = stamp_email_domains(ret->doc, &w, e)) != ST_OK)
		return s;
	struct model_faults *before = arena_zalloc(arena, sizeof *before);
	if (!before)
		return no_memory(e);
	if ((s = fill_taxonomies(db, workspace, ret->doc, arena, before, e)) != ST_OK)
		return s;
	s = compile(ret, arena, faults, e);
	return before->count && (s == ST_OK || s == ST_INVALID) ? join_faults(faults, before, e) : s;
}

void model_document_release(struct model_document *d)
{
	json_decref(d->doc);
	d->doc = NULL;
}
