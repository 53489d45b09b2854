/* Whether a document is a mapping: every member known, every expression of a form that can mean something. The first
 * fault is told, with its place. */
#include "source_check_priv.h"

#include <string.h>

#include "base/json.h"
#include "profile_priv.h"

#define HEADER_MAX 100
#define REPLY_BODY_MAX 4096

enum status source_fault(const char *at, struct err *e, const char *code, const char *detail)
{
	return err_at(e, ST_INVALID, code, at, "%s", detail);
}

enum status source_members(const json_t *object, const char *at, const char *const *known, struct err *e)
{
	char place[ERR_POINTER_MAX];
	if (!json_is_object(object))
		return source_fault(at, e, "field_type", "It must be an object.");
	const char *stranger = json_unknown_key(object, known);
	if (!stranger)
		return ST_OK;
	json_pointer_join(place, at, stranger);
	const char *near = nearest_name(stranger, known);
	return err_at(e, ST_INVALID, "field_unknown", place, "There is no such member here.%s%s%s",
	    near ? " Did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

enum status source_word(const json_t *object, const char *at, const char *name, const char *const *words, struct err *e)
{
	char place[ERR_POINTER_MAX];
	const json_t *v = json_object_get(object, name);
	const char *s = json_string_value(v);
	if (!v)
		return ST_OK;
	json_pointer_join(place, at, name);
	for (size_t i = 0; s && words[i]; i++)
		if (!strcmp(words[i], s))
			return ST_OK;
	struct buf b = BUF_INIT;
	for (size_t i = 0; words[i]; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", words[i]);
	enum status st = err_at(e, ST_INVALID, "field_invalid", place, "It is one of: %s.", b.data ? b.data : "");
	buf_free(&b);
	return st;
}

enum status source_string(
    const json_t *object, const char *at, const char *name, bool required, size_t max, struct err *e)
{
	char place[ERR_POINTER_MAX];
	const json_t *v = json_object_get(object, name);
	if (!v && !required)
		return ST_OK;
	json_pointer_join(place, at, name);
	if (!v)
		return source_fault(place, e, "field_required", "It is needed here.");
	if (!json_is_string(v) || json_string_length(v) > max)
		return err_at(e, ST_INVALID, "field_type", place, "It must be a string of at most %zu bytes.", max);
	return ST_OK;
}

static bool lower(const char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			return false;
	return true;
}

static enum status header_name(const json_t *object, const char *at, bool required, struct err *e)
{
	char place[ERR_POINTER_MAX];
	enum status s = source_string(object, at, "header", required, HEADER_MAX, e);
	const char *name = json_string_value(json_object_get(object, "header"));
	if (s != ST_OK || !name || (*name && lower(name)))
		return s;
	json_pointer_join(place, at, "header");
	return source_fault(place, e, "field_invalid", "The name of a header stands here in lower case.");
}

static enum status whole_number(
    const json_t *object, const char *at, const char *name, json_int_t min, json_int_t max, struct err *e)
{
	char place[ERR_POINTER_MAX];
	const json_t *v = json_object_get(object, name);
	if (!v || (json_is_integer(v) && json_integer_value(v) >= min && json_integer_value(v) <= max))
		return ST_OK;
	json_pointer_join(place, at, name);
	return err_at(e, ST_INVALID, "field_out_of_range", place, "It must be a whole number from %lld to %lld.",
	    (long long)min, (long long)max);
}

static enum status hmac(const json_t *auth, struct err *e)
{
	static const char *const algorithms[] = {"sha1", "sha256", "sha512", NULL},
				 *const encodings[] = {"hex", "base64", "base64url", NULL},
				 *const secrets[] = {"text", "base64", NULL}, *const units[] = {"s", "ms", NULL},
				 *const stamp[] = {"header", "field", "unit", "tolerance_s", NULL};
	const json_t *t = json_object_get(auth, "timestamp");
	enum status s = header_name(auth, "/auth", true, e);
	if (s == ST_OK)
		s = source_word(auth, "/auth", "algorithm", algorithms, e);
	if (s == ST_OK)
		s = source_word(auth, "/auth", "encoding", encodings, e);
	if (s == ST_OK)
		s = source_word(auth, "/auth", "secret_encoding", secrets, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "prefix", false, 64, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "field", false, 64, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "signed", false, 255, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "base_url", false, 255, e);
	if (s == ST_OK && t)
		s = source_members(t, "/auth/timestamp", stamp, e);
	if (s == ST_OK && t)
		s = header_name(t, "/auth/timestamp", false, e);
	if (s == ST_OK && t)
		s = source_string(t, "/auth/timestamp", "field", false, 64, e);
	if (s == ST_OK && t)
		s = source_word(t, "/auth/timestamp", "unit", units, e);
	return s == ST_OK && t ? whole_number(t, "/auth/timestamp", "tolerance_s", 1, 86400, e) : s;
}

static enum status auth_check(const json_t *auth, struct err *e)
{
	static const char *const words[] = {
	    "none", "basic", "header", "query", "body", "hmac", "wecom", "feishu", NULL};
	static const struct {
		const char *scheme;
		const char *const known[12];
	} schemes[] = {{"none", {"scheme"}}, {"basic", {"scheme", "username"}},
	    {"header", {"scheme", "header", "prefix"}}, {"query", {"scheme", "parameter"}},
	    {"body", {"scheme", "pointer"}},
	    {"hmac", {"scheme", "header", "field", "prefix", "algorithm", "encoding", "secret_encoding", "signed",
			 "base_url", "timestamp"}},
	    {"wecom", {"scheme"}}, {"feishu", {"scheme"}}};
	if (!auth)
		return source_fault("/auth", e, "field_required",
		    "Say who may call; {\"scheme\":\"none\"} if the token in the URL shall do.");
	enum status s = json_is_object(auth) ? source_string(auth, "/auth", "scheme", true, 32, e)
					     : source_fault("/auth", e, "field_type", "It must be an object.");
	if (s == ST_OK)
		s = source_word(auth, "/auth", "scheme", words, e);
	if (s != ST_OK)
		return s;
	const char *scheme = json_string_value(json_object_get(auth, "scheme"));
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (!strcmp(schemes[i].scheme, scheme))
			s = source_members(auth, "/auth", schemes[i].known, e);
	if (s != ST_OK)
		return s;
	if (!strcmp(scheme, "hmac"))
		return hmac(auth, e);
	if (!strcmp(scheme, "header"))
		s = header_name(auth, "/auth", true, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "prefix", false, 64, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "username", !strcmp(scheme, "basic"), 255, e);
	if (s == ST_OK)
		s = source_string(auth, "/auth", "parameter", !strcmp(scheme, "query"), 64, e);
	return s == ST_OK && !strcmp(scheme, "body")
		   ? source_pointer(json_object_get(auth, "pointer"), "/auth/pointer", e)
		   : s;
}

static enum status reply_check(const json_t *reply, const char *at, bool outcome, struct err *e)
{
	static const char *const known[] = {"status", "content_type", "body", NULL},
				 *const whole[] = {"status", "content_type", "body", "on_failure", NULL},
				 *const words[] = {"accept", "refuse", NULL};
	char place[ERR_POINTER_MAX];
	if (!reply)
		return ST_OK;
	enum status s = source_members(reply, at, outcome ? whole : known, e);
	if (s == ST_OK)
		s = whole_number(reply, at, "status", 200, 299, e);
	if (s == ST_OK)
		s = source_string(reply, at, "content_type", false, HEADER_MAX, e);
	if (s == ST_OK)
		s = source_string(reply, at, "body", false, REPLY_BODY_MAX, e);
	if (s == ST_OK)
		s = source_word(reply, at, "on_failure", words, e);
	const char *type = json_string_value(json_object_get(reply, "content_type"));
	for (; s == ST_OK && type && *type; type++)
		if (*type < 0x20 || *type > 0x7e) {
			json_pointer_join(place, at, "content_type");
			s = source_fault(place, e, "field_invalid", "A content type is printable ASCII.");
		}
	return s;
}

static enum status handshake_check(const json_t *hello, struct err *e)
{
	static const char *const known[] = {"when", "reply", NULL};
	if (!hello)
		return ST_OK;
	enum status s = source_members(hello, "/handshake", known, e);
	if (s == ST_OK && !json_object_get(hello, "when"))
		s = source_fault("/handshake/when", e, "field_required", "Say what only a first call has.");
	if (s == ST_OK)
		s = source_expression(json_object_get(hello, "when"), "/handshake/when", 0, e);
	return s == ST_OK ? reply_check(json_object_get(hello, "reply"), "/handshake/reply", false, e) : s;
}

static enum status pointers(const json_t *list, const char *at, struct err *e)
{
	char place[ERR_POINTER_MAX];
	if (list && (!json_is_array(list) || json_array_size(list) > 8))
		return source_fault(at, e, "field_type", "It must be a list of at most 8 JSON Pointers.");
	enum status s = ST_OK;
	for (size_t i = 0; i < json_array_size(list) && s == ST_OK; i++) {
		json_pointer_index(place, at, i);
		s = source_pointer(json_array_get(list, i), place, e);
	}
	return s;
}

enum status source_check(const json_t *m, struct err *e)
{
	static const char *const known[] = {"auth", "format", "unwrap", "each", "handshake", "map", "pick",
	    "event_type", "dedupe_key", "occurred_at", "properties", "source", "invalid", "reply", NULL};
	static const char *const formats[] = {"json", "form", "multipart", "xml", "any", NULL}, *const invalid[] = {
												    "drop", "refuse",
												    NULL};
	enum status s = source_members(m, "", known, e);
	if (s == ST_OK)
		s = auth_check(json_object_get(m, "auth"), e);
	if (s == ST_OK)
		s = source_word(m, "", "format", formats, e);
	if (s == ST_OK)
		s = source_word(m, "", "invalid", invalid, e);
	if (s == ST_OK)
		s = pointers(json_object_get(m, "unwrap"), "/unwrap", e);
	if (s == ST_OK && json_object_get(m, "each"))
		s = source_pointer(json_object_get(m, "each"), "/each", e);
	if (s == ST_OK)
		s = handshake_check(json_object_get(m, "handshake"), e);
	if (s == ST_OK)
		s = source_check_items(m, e);
	return s == ST_OK ? reply_check(json_object_get(m, "reply"), "/reply", true, e) : s;
}

static enum status secret_text(const json_t *v, const char *at, struct err *e)
{
	if (!json_is_string(v) || !json_string_length(v) || json_string_length(v) > 255)
		return source_fault(at, e, "secret_invalid", "A secret is a string of 1 to 255 bytes.");
	return ST_OK;
}

static enum status secret_parts(const struct source_scheme *x, const json_t *v, const char *at, struct err *e)
{
	char place[ERR_POINTER_MAX];
	enum status s = source_members(v, at, x->secret, e);
	size_t given = 0;
	for (size_t i = 0; x->secret[i] && s == ST_OK; i++) {
		const json_t *part = json_object_get(v, x->secret[i]);
		json_pointer_join(place, at, x->secret[i]);
		if (part)
			s = secret_text(part, place, e);
		else if (i < x->n_required)
			s = source_fault(place, e, "field_required", "This scheme needs it.");
		given += part != NULL;
	}
	return s == ST_OK && !given ? source_fault(at, e, "secret_invalid", "It has nothing in it.") : s;
}

enum status source_secrets_check(const json_t *m, const json_t *secrets, struct err *e)
{
	char at[ERR_POINTER_MAX];
	const char *scheme = json_string_value(json_object_get(json_object_get(m, "auth"), "scheme"));
	const struct source_scheme *x = source_scheme_find(scheme);
	size_t n = json_array_size(secrets);
	bool none = !scheme || !strcmp(scheme, "none");
	if (secrets && !json_is_array(secrets))
		return source_fault("", e, "field_type", "Secrets are a list.");
	if (n > SOURCE_SECRETS_MAX)
		return err_at(
		    e, ST_INVALID, "secrets_too_many", "", "At most %d secrets are live at once.", SOURCE_SECRETS_MAX);
	if (!n && !none)
		return err_at(
		    e, ST_INVALID, "secrets_required", "", "This source's auth \"%.32s\" needs a secret.", scheme);
	if (n && none)
		return source_fault("", e, "secrets_unused", "A source without auth has no secrets.");
	enum status s = ST_OK;
	for (size_t i = 0; i < n && s == ST_OK; i++) {
		json_pointer_index(at, "", i);
		s = x ? secret_parts(x, json_array_get(secrets, i), at, e)
		      : secret_text(json_array_get(secrets, i), at, e);
	}
	return s;
}
