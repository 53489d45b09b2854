/* Any HTTP API that takes JSON: method, path, headers and body are the endpoint's own templates. */
#include <string.h>

#include "base/json.h"
#include "writeback.h"

#define HEADERS_MAX 20

static enum status headers_check(const json_t *headers, struct err *e)
{
	/* What the service, or HTTP itself, says. */
	static const char *const ours[] = {"content-type", "content-length", "transfer-encoding", "host", "connection",
	    "expect", "upgrade", "te", "trailer"};
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	enum status s = ST_OK;
	const char *name;
	json_t *v;
	if (!json_is_object(headers) || json_object_size(headers) > HEADERS_MAX)
		return err_at(e, ST_INVALID, "field_type", "/settings/headers",
		    "It must be an object of at most %d texts.", HEADERS_MAX);
	json_object_foreach((json_t *)headers, name, v)
	{
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/settings/headers", name);
		bool good = *name && strlen(name) <= 100 && strspn(name, letters) == strlen(name) &&
			    json_is_string(v) && writeback_header_valid(json_string_value(v));
		for (size_t i = 0; good && i < sizeof ours / sizeof ours[0]; i++)
			good = strcasecmp(name, ours[i]) != 0;
		if (s == ST_OK && !good)
			s = err_at(e, ST_INVALID, "field_invalid", at,
			    "A header has a name that is free to use, and a value in visible ASCII.");
		if (s == ST_OK)
			s = template_check(json_string_value(v), chat_roots, at, e);
	}
	return s;
}

enum status webhook_generic_check(const json_t *settings, struct err *e)
{
	static const char *const known[] = {"method", "path", "headers", "body", NULL};
	const json_t *method = json_object_get(settings, "method"), *headers = json_object_get(settings, "headers"),
		     *body = json_object_get(settings, "body");
	const char *text = json_string_value(method), *path = writeback_text(settings, "path", NULL);
	enum status s = writeback_strangers(settings, known, e);
	if (s == ST_OK && method &&
	    (!text || (strcmp(text, "POST") != 0 && strcmp(text, "PUT") != 0 && strcmp(text, "PATCH") != 0)))
		s = err_at(e, ST_INVALID, "field_invalid", "/settings/method", "It must be POST, PUT or PATCH.");
	if (s == ST_OK)
		s = writeback_template_check(settings, "path", false, e);
	if (s == ST_OK && path && *path != '/')
		s = err_at(e, ST_INVALID, "field_invalid", "/settings/path", "It must begin with a slash.");
	if (s == ST_OK && headers)
		s = headers_check(headers, e);
	return s == ST_OK && body ? template_check_json(body, chat_roots, "/settings/body", e) : s;
}

/* A literal. */
static const char *method_of(const json_t *settings)
{
	const char *text = writeback_text(settings, "method", "POST");
	return !strcmp(text, "PUT") ? "PUT" : !strcmp(text, "PATCH") ? "PATCH" : "POST";
}

static enum status fill(const struct webhook_endpoint *p, const struct webhook_message *m, json_t *doc,
    struct webhook_request *ret, struct err *e)
{
	const char *path = writeback_text(p->settings, "path", NULL), *name;
	const json_t *template = json_object_get(p->settings, "body");
	json_t *body = template ? template_json(template, doc) : json_incref(doc), *v;
	enum status s = ST_OK;
	ret->method = method_of(p->settings);
	buf_printf(&ret->headers, "webhook-id: %s\n", m->id);
	json_object_foreach(json_object_get(p->settings, "headers"), name, v)
	{
		buf_printf(&ret->headers, "%s: ", name);
		template_text(json_string_value(v), doc, TEMPLATE_HEADER, &ret->headers, NULL);
		buf_putc(&ret->headers, '\n');
	}
	if (path)
		s = writeback_base(p->url, &ret->url, e);
	if (s == ST_OK && path)
		s = writeback_fill(path, doc, &ret->url, e);
	if (s == ST_OK)
		s = chat_put_body(json_incref(body), &ret->body, e);
	json_decref(body);
	return s == ST_OK ? writeback_ok(ret, e) : s;
}

enum status webhook_generic_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	(void)n;
	(void)now;
	json_t *doc = chat_document(m);
	enum status s = doc ? fill(p, m, doc, ret, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	json_decref(doc);
	return s;
}
