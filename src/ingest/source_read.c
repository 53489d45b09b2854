/* A body as JSON, whatever its format; texts inside it that are JSON themselves; and what of a request is kept. */
#include "source_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/form.h"
#include "base/json.h"
#include "base/text.h"

#define BODY_MAX ((size_t)4 * 1024 * 1024)
#define TOKENS_MAX 120000
#define KEPT_MAX 8192
#define KEPT_VALUE_MAX 1024
#define SECRET_MIN 4 /* shorter ones would make asterisks of half a body */

static enum status read_json(const char *s, size_t n, json_t **ret, struct err *e)
{
	struct json_limits limits = {.max_bytes = BODY_MAX, .max_tokens = TOKENS_MAX};
	return json_read(s, n, &limits, ret, e);
}

static enum status read_form(const struct source_request *r, struct arena *arena, json_t **ret, struct err *e)
{
	struct form_type type;
	struct form form;
	enum status s = form_type_read(r->content_type, &type, e);
	if (s == ST_OK && type.encoding == FORM_NONE)
		s = err_set(e, ST_INVALID, "content_type_unsupported",
		    "This source takes application/x-www-form-urlencoded or multipart/form-data.");
	if (s == ST_OK)
		s = form_read(&type, r->body, r->body_n, NULL, arena, &form, e);
	if (s != ST_OK)
		return s;
	*ret = form_object(&form);
	return *ret ? ST_OK : adapter_nomem(e);
}

static bool says(const char *content_type, const char *word)
{
	return content_type && strcasestr(content_type, word);
}

static enum status read_as(
    const char *format, const struct source_request *r, struct arena *arena, json_t **ret, struct err *e)
{
	const char *type = r->content_type;
	bool any = !strcmp(format, "any");
	if (!strcmp(format, "xml") || (any && says(type, "xml")))
		return source_xml(r->body, r->body_n, ret, e);
	if (!strcmp(format, "form") || !strcmp(format, "multipart") ||
	    (any && (says(type, "form-urlencoded") || says(type, "form-data"))))
		return read_form(r, arena, ret, e);
	return read_json(r->body, r->body_n, ret, e);
}

/* The last token of a pointer, unescaped into the arena, and what stands before it. */
static bool split(struct arena *arena, const char *pointer, const char **ret_parent, char **ret_key)
{
	const char *slash = strrchr(pointer, '/');
	char *key = slash ? arena_strdup(arena, slash + 1) : NULL, *to = key;
	if (!key)
		return false;
	for (const char *at = key; *at; at++)
		*to++ = *at != '~' ? *at : *++at == '1' ? '/' : '~';
	*to = '\0';
	*ret_parent = arena_strndup(arena, pointer, (size_t)(slash - pointer));
	*ret_key = key;
	return *ret_parent != NULL;
}

json_t *source_remove(struct arena *arena, json_t *root, const char *pointer)
{
	const char *parent;
	char *key;
	if (!split(arena, pointer, &parent, &key))
		return NULL;
	json_t *in = json_pointer_get(root, parent), *was = json_incref(json_pointer_get(root, pointer));
	if (json_is_object(in) && was)
		json_object_del(in, key);
	else if (json_is_array(in) && was)
		json_array_remove(in, (size_t)strtoul(key, NULL, 10));
	return was;
}

static enum status unwrap(json_t *payload, const char *pointer, struct arena *arena, struct err *e)
{
	const char *parent;
	char *key;
	json_t *inner, *packed = json_pointer_get(payload, pointer);
	if (!json_is_string(packed) || !json_string_length(packed))
		return ST_OK;
	enum status s = read_json(json_string_value(packed), json_string_length(packed), &inner, e);
	if (s != ST_OK)
		return s == ST_NOMEM ? s
				     : err_at(e, ST_INVALID, "unwrap_invalid", pointer, "The text here is not JSON.");
	if (!split(arena, pointer, &parent, &key)) {
		json_decref(inner);
		return adapter_nomem(e);
	}
	json_t *in = json_pointer_get(payload, parent);
	if (json_is_object(in))
		return json_object_set_new(in, key, inner) == 0 ? ST_OK : adapter_nomem(e);
	json_decref(inner);
	return ST_OK;
}

enum status source_payload(
    const json_t *mapping, const struct source_request *r, struct arena *arena, json_t **ret_payload, struct err *e)
{
	const char *format = json_string_value(json_object_get(mapping, "format"));
	const json_t *list = json_object_get(mapping, "unwrap");
	json_t *payload;
	/* What a scheme has deciphered is of the mapping's format too. */
	enum status s = read_as(format ? format : "json", r, arena, &payload, e);
	if (s != ST_OK)
		return s;
	for (size_t i = 0; i < json_array_size(list) && s == ST_OK; i++)
		s = unwrap(payload, json_string_value(json_array_get(list, i)), arena, e);
	if (s == ST_OK)
		*ret_payload = payload;
	else
		json_decref(payload);
	return s;
}

/* Names that tell who a caller is, or let others be taken for one; and those that only bring a request here. */
static bool unkept(const json_t *mapping, const char *name)
{
	static const char *const parts[] = {"auth", "cookie", "token", "secret", "signature", "key", "password",
	    "session", "forwarded", "real-ip", "client-ip", "connecting-ip"};
	static const char *const idle[] = {"host", "connection", "content-length", "transfer-encoding", "accept",
	    "accept-encoding", "accept-language", "expect", "cache-control", "pragma"};
	const json_t *auth = json_object_get(mapping, "auth");
	const char *own = json_string_value(json_object_get(auth, "header")),
		   *parameter = json_string_value(json_object_get(auth, "parameter"));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (strcasestr(name, parts[i]))
			return true;
	for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
		if (!strcmp(name, idle[i]))
			return true;
	return (own && !strcmp(own, name)) || (parameter && !strcmp(parameter, name));
}

static enum status kept(
    const json_t *mapping, const struct source_pair *p, size_t n, struct arena *arena, const char **ret, struct err *e)
{
	struct buf b = BUF_INIT;
	size_t count = 0;
	buf_putc(&b, '{');
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(p[i].value);
		if (unkept(mapping, p[i].name) || len > KEPT_VALUE_MAX || b.len + len > KEPT_MAX ||
		    !utf8_valid(p[i].value, len) || !utf8_valid(p[i].name, strlen(p[i].name)) ||
		    source_pair_find(p, i, p[i].name))
			continue;
		if (count++)
			buf_putc(&b, ',');
		buf_json_str(&b, p[i].name);
		buf_putc(&b, ':');
		buf_json_str(&b, p[i].value);
	}
	buf_putc(&b, '}');
	*ret = buf_ok(&b) ? arena_strndup(arena, b.data, b.len) : NULL;
	buf_free(&b);
	return *ret ? ST_OK : adapter_nomem(e);
}

enum status source_headers_text(
    const json_t *mapping, const struct source_request *r, struct arena *arena, const char **ret, struct err *e)
{
	return kept(mapping, r->headers, r->n_headers, arena, ret, e);
}

enum status source_query_text(
    const json_t *mapping, const struct source_request *r, struct arena *arena, const char **ret, struct err *e)
{
	return kept(mapping, r->query, r->n_query, arena, ret, e);
}

static void blank(char *s, size_t n, const char *secret)
{
	size_t len = secret ? strlen(secret) : 0;
	if (len < SECRET_MIN)
		return;
	for (char *at = s; (at = memmem(at, (size_t)(s + n - at), secret, len)); at += len)
		memset(at, '*', len);
}

enum status source_body_kept(
    const json_t *secrets, const struct source_request *r, struct arena *arena, const char **ret, struct err *e)
{
	char *copy = arena_alloc(arena, r->body_n + 1);
	if (!copy)
		return adapter_nomem(e);
	memcpy(copy, r->body_n ? r->body : "", r->body_n);
	copy[r->body_n] = '\0';
	for (size_t i = 0; i < json_array_size(secrets); i++) {
		json_t *one = json_array_get(secrets, i), *value;
		const char *name;
		blank(copy, r->body_n, json_string_value(one));
		json_object_foreach(one, name, value) blank(copy, r->body_n, json_string_value(value));
	}
	*ret = copy;
	return ST_OK;
}
