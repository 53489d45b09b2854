/* XML as JSON: an element is its text, or an object of its attributes ("@name") and children by local name; a name that
 * comes again makes a list. Namespaces are dropped. What stands in an object beside elements is "#text".
 *
 * Expat with its own limits; a document type is refused at its first word, so that no entity is ever declared. */
#include "source_priv.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define ELEMENTS_MAX 20000
#define NIL "http://www.w3.org/2001/XMLSchema-instance|nil"

struct reader {
	XML_Parser parser;
	json_t *open[DEPTH_MAX]; /* objects of the elements that are open; [0] is the document */
	char *name[DEPTH_MAX];
	struct buf text[DEPTH_MAX];
	bool nil[DEPTH_MAX];
	size_t depth, elements;
	enum status status;
	struct err *e;
};

static void stop(struct reader *r, enum status s, const char *code, const char *detail)
{
	if (r->status == ST_OK)
		r->status = err_set(r->e, s, code, "%s", detail);
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *local(const char *name)
{
	const char *bar = strrchr(name, '|');
	return bar ? bar + 1 : name;
}

static void on_start(void *ctx, const char *name, const char **attributes)
{
	struct reader *r = ctx;
	if (r->status != ST_OK)
		return;
	if (r->depth + 1 == DEPTH_MAX || ++r->elements > ELEMENTS_MAX) {
		stop(r, ST_TOO_LARGE, "xml_too_deep", "The XML has too many elements, or too many inside each other.");
		return;
	}
	size_t d = ++r->depth;
	r->open[d] = json_object();
	r->name[d] = strdup(local(name));
	r->nil[d] = false;
	bool good = r->open[d] && r->name[d];
	for (; good && *attributes; attributes += 2) {
		if (!strcmp(attributes[0], NIL)) {
			r->nil[d] = !strcmp(attributes[1], "true") || !strcmp(attributes[1], "1");
			continue;
		}
		char key[256];
		snprintf(key, sizeof key, "@%.250s", local(attributes[0]));
		good = json_object_set_new(r->open[d], key, json_string(attributes[1])) == 0;
	}
	if (!good)
		stop(r, ST_NOMEM, "out_of_memory", "Out of memory.");
}

static bool blank(const struct buf *b)
{
	for (size_t i = 0; i < b->len; i++)
		if (!strchr(" \t\r\n", b->data[i]))
			return false;
	return true;
}

/* Takes over the value. */
static bool add(json_t *parent, const char *name, json_t *value)
{
	json_t *old = json_object_get(parent, name);
	if (!value)
		return false;
	if (!old)
		return json_object_set_new(parent, name, value) == 0;
	if (json_is_array(old))
		return json_array_append_new(old, value) == 0;
	json_t *list = json_pack("[O, o]", old, value);
	return list && json_object_set_new(parent, name, list) == 0;
}

static void on_end(void *ctx, const char *name)
{
	struct reader *r = ctx;
	(void)name;
	/* Expat may close an empty element in whose beginning it was stopped. */
	if (r->status != ST_OK)
		return;
	size_t d = r->depth--;
	json_t *v = r->open[d];
	r->open[d] = NULL;
	bool good = buf_ok(&r->text[d]);
	if (good && json_object_size(v) == 0) {
		json_decref(v);
		v = r->nil[d] ? json_null() : json_stringn(r->text[d].data ? r->text[d].data : "", r->text[d].len);
	} else if (good && !blank(&r->text[d])) {
		good = json_object_set_new(v, "#text", json_stringn(r->text[d].data, r->text[d].len)) == 0;
	}
	/* add takes v over even when it fails. */
	good = add(r->open[d - 1], r->name[d], v) && good;
	buf_clear(&r->text[d]);
	free(r->name[d]);
	r->name[d] = NULL;
	if (!good)
		stop(r, ST_NOMEM, "out_of_memory", "Out of memory.");
}

static void on_text(void *ctx, const char *s, int n)
{
	struct reader *r = ctx;
	if (r->status == ST_OK)
		buf_put(&r->text[r->depth], s, (size_t)n);
}

static void on_doctype(void *ctx, const char *name, const char *system, const char *public, int internal)
{
	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	stop(ctx, ST_INVALID, "xml_doctype", "XML with a document type is not read.");
}

enum status source_xml(const char *s, size_t n, json_t **ret, struct err *e)
{
	struct reader r = {.parser = XML_ParserCreateNS("UTF-8", '|'), .open = {json_object()}, .e = e};
	if (!r.parser || !r.open[0])
		stop(&r, ST_NOMEM, "out_of_memory", "Out of memory.");
	if (r.status == ST_OK) {
		XML_SetUserData(r.parser, &r);
		XML_SetElementHandler(r.parser, on_start, on_end);
		XML_SetCharacterDataHandler(r.parser, on_text);
		XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
		if (XML_Parse(r.parser, s, (int)n, 1) != XML_STATUS_OK && r.status == ST_OK)
			r.status = err_set(e, ST_INVALID, "xml_invalid", "The XML is not well-formed in line %lu: %s.",
			    (unsigned long)XML_GetCurrentLineNumber(r.parser),
			    XML_ErrorString(XML_GetErrorCode(r.parser)));
	}
	if (r.parser)
		XML_ParserFree(r.parser);
	for (size_t d = 0; d < DEPTH_MAX; d++) {
		buf_free(&r.text[d]);
		free(r.name[d]);
		if (d)
			json_decref(r.open[d]);
	}
	if (r.status == ST_OK)
		*ret = r.open[0];
	else
		json_decref(r.open[0]);
	return r.status;
}
