#include "writeback.h"

#include <string.h>

#include "base/json.h"

#define TEXT_MAX 4000
#define NAME_MAX_BYTES 100

static enum status at_member(struct err *e, const char *code, const char *name, const char *what)
{
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "/settings", name);
	return err_at(e, ST_INVALID, code, at, "%s", what);
}

bool writeback_header_valid(const char *value)
{
	for (const char *c = value; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return *value != '\0';
}

enum status writeback_text_check(const json_t *settings, const char *name, bool required, struct err *e)
{
	const json_t *v = json_object_get(settings, name);
	if (!v)
		return required ? at_member(e, "field_required", name, "This kind of webhook needs it.") : ST_OK;
	if (!json_is_string(v))
		return at_member(e, "field_type", name, "It must be a text.");
	if (json_string_length(v) > TEXT_MAX || !writeback_header_valid(json_string_value(v)))
		return at_member(e, "field_invalid", name, "It must be visible ASCII, and not too long.");
	return ST_OK;
}

enum status writeback_template_check(const json_t *settings, const char *name, bool required, struct err *e)
{
	char at[ERR_POINTER_MAX];
	enum status s = writeback_text_check(settings, name, required, e);
	const char *text = json_string_value(json_object_get(settings, name));
	if (s != ST_OK || !text)
		return s;
	json_pointer_join(at, "/settings", name);
	return template_check(text, chat_roots, at, e);
}

enum status writeback_object_check(const json_t *settings, const char *name, bool required, struct err *e)
{
	const json_t *v = json_object_get(settings, name);
	char at[ERR_POINTER_MAX];
	if (!v)
		return required ? at_member(e, "field_required", name, "This kind of webhook needs it.") : ST_OK;
	if (!json_is_object(v) || !json_object_size(v))
		return at_member(e, "field_type", name, "It must be an object with members.");
	json_pointer_join(at, "/settings", name);
	return template_check_json(v, chat_roots, at, e);
}

enum status writeback_strangers(const json_t *settings, const char *const *known, struct err *e)
{
	const char *stranger = json_unknown_key(settings, known);
	return stranger ? at_member(e, "field_unknown", stranger, "There is no such field here.") : ST_OK;
}

enum status writeback_name_check(const json_t *settings, const char *name, struct err *e)
{
	const json_t *v = json_object_get(settings, name);
	const char *text = json_string_value(v);
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
	if (v && (!text || !*text || strlen(text) > NAME_MAX_BYTES || strspn(text, letters) != strlen(text)))
		return at_member(e, "field_invalid", name, "It must be a name of letters, digits, _ and -.");
	return ST_OK;
}

const char *writeback_text(const json_t *settings, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(settings, name));
	return text ? text : otherwise;
}

/* A segment of dots would be another place. */
static bool climbs(const char *path)
{
	for (const char *segment = path; segment; segment = strchr(segment, '/')) {
		segment += *segment == '/';
		size_t n = strcspn(segment, "/?");
		if ((n == 1 && segment[0] == '.') || (n == 2 && segment[0] == '.' && segment[1] == '.'))
			return true;
	}
	return false;
}

enum status writeback_fill(const char *template, json_t *doc, struct buf *out, struct err *e)
{
	char missing[ERR_POINTER_MAX] = "";
	size_t before = out->len;
	template_text(template, doc, TEMPLATE_URL, out, missing);
	if (!buf_ok(out))
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	if (*missing)
		return err_set(e, ST_INVALID, NULL, "There is nothing at \"%s\", which the URL needs.", missing);
	if (out->len == before || climbs(out->data + before))
		return err_set(e, ST_INVALID, NULL, "The URL made of \"%.150s\" leads nowhere.", template);
	return ST_OK;
}

enum status writeback_base(const char *url, struct buf *out, struct err *e)
{
	size_t n = strlen(url);
	if (strchr(url, '?'))
		return err_set(e, ST_INVALID, NULL, "The endpoint's URL has a query, which no path can follow.");
	buf_put(out, url, n && url[n - 1] == '/' ? n - 1 : n);
	return ST_OK;
}

void writeback_bearer(const json_t *settings, struct buf *headers)
{
	buf_printf(headers, "Authorization: Bearer %s\n", writeback_text(settings, "token", ""));
}

enum status writeback_ok(const struct webhook_request *r, struct err *e)
{
	bool good = buf_ok(&r->url) && buf_ok(&r->headers) && buf_ok(&r->body);
	return good ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}
