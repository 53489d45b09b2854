#include "body_priv.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "reply_priv.h"

/* The tokens of 1,000 events of 120 each; a value costs jansson some 230 bytes. */
#define TOKENS_LARGE_MAX 120000

static bool media_type_is(const char *header, const char *type)
{
	size_t n = strlen(type);
	if (strncasecmp(header, type, n) != 0)
		return false;
	header += n + strspn(header + n, " \t");
	if (!*header)
		return true;
	/* The only parameter that means something for JSON, and only with the value that JSON has anyway. */
	if (*header++ != ';')
		return false;
	header += strspn(header, " \t");
	return !strcasecmp(header, "charset=utf-8") || !strcasecmp(header, "charset=\"utf-8\"");
}

enum status body_json(const struct api_call *c, json_t **ret, struct err *e)
{
	if (!c->body_len)
		return err_set(e, ST_INVALID, "body_required", "This request needs a JSON body.");
	bool large = c->route->flags & ROUTE_LARGE;
	struct json_limits limits = {
	    .max_bytes = large ? BODY_LARGE_MAX : BODY_MAX, .max_tokens = large ? TOKENS_LARGE_MAX : 0};
	json_t *v;
	enum status s = json_read(c->body, c->body_len, &limits, &v, e);
	if (s != ST_OK)
		return s;
	if (large && !json_is_array(v) && c->body_len > BODY_MAX) {
		json_decref(v);
		return err_set(
		    e, ST_TOO_LARGE, "body_too_large", "One object may be 256 KiB large; more goes into an array.");
	}
	*ret = v;
	return ST_OK;
}

bool body_is(const struct api_call *c, const char *type)
{
	return c->content_type && media_type_is(c->content_type, type);
}

enum status body_read(const struct api_call *c, bool merge_patch, json_t **ret, struct err *e)
{
	if (c->content_type && !media_type_is(c->content_type, "application/json") &&
	    !(merge_patch && media_type_is(c->content_type, "application/merge-patch+json")))
		return err_set(e, ST_INVALID, "content_type_unsupported",
		    "The body must be application/json%s in UTF-8.",
		    merge_patch ? " or application/merge-patch+json" : "");
	return body_json(c, ret, e);
}

enum status body_read_optional(const struct api_call *c, json_t **ret, struct err *e)
{
	if (c->body_len)
		return body_read(c, false, ret, e);
	*ret = NULL;
	return ST_OK;
}

/* Bare, or a structured-field string (draft-ietf-httpapi-idempotency-key-header): `"abc"` and `abc` are the same key.
 */
static enum status idempotency_key(const struct api_call *c, const char **ret, struct err *e)
{
	const char *s = c->idempotency_key;
	if (!s) {
		*ret = NULL;
		return ST_OK;
	}
	size_t n = strlen(s), len = 0;
	char *out = arena_alloc(c->arena, n + 1);
	if (!out)
		return out_of_memory(e);
	bool quoted = n >= 2 && s[0] == '"' && s[n - 1] == '"';
	bool good = true;
	for (size_t i = quoted; i < n - quoted && good; i++) {
		if (quoted && s[i] == '\\')
			good = ++i < n - 1 && (s[i] == '"' || s[i] == '\\');
		else if (quoted && s[i] == '"')
			good = false;
		good = good && s[i] >= 0x20 && s[i] < 0x7f;
		out[len++] = s[i];
	}
	out[len] = '\0';
	if (!good || !len || len > 255)
		return err_set(
		    e, ST_INVALID, "header_invalid", "An Idempotency-Key has 1 to 255 printable ASCII characters.");
	*ret = out;
	return ST_OK;
}

enum status body_context(const struct api_call *c, struct adapter_context *ret, struct err *e)
{
	const char *key = NULL;
	enum status s = idempotency_key(c, &key, e);
	if (s != ST_OK)
		return s;
	*ret = (struct adapter_context){
	    .arena = c->arena, .country = call_state(c)->country, .now = c->received_at, .idempotency_key = key, .without = call_state(c)->without};
	return ST_OK;
}

enum status commands_begin(struct api_call *c, size_t n, struct err *e)
{
	struct call_state *s = call_state(c);
	size_t room = n ? n : 1;
	struct command *commands = arena_array(c->arena, room, sizeof *commands);
	struct err *errs = arena_array(c->arena, room, sizeof *errs);
	size_t *places = arena_array(c->arena, room, sizeof *places);
	if (!commands || !errs || !places)
		return out_of_memory(e);
	s->job.commands = commands;
	s->job.n = 0;
	s->n_items = n;
	s->item_err = errs;
	s->command_of = places;
	return ST_OK;
}

struct command *commands_next(struct api_call *c)
{
	struct call_state *s = call_state(c);
	return &s->job.commands[s->job.n];
}

void commands_keep(struct api_call *c, size_t item, enum status st, const struct err *e)
{
	struct call_state *s = call_state(c);
	if (st == ST_OK)
		s->command_of[item] = s->job.n++;
	else
		s->item_err[item] = *e;
}

static bool among(const char *const *names, const char *name)
{
	for (; names && *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static enum status object_of(const json_t *body, const char *const *known, const char *const *more, struct err *e)
{
	if (!json_is_object(body))
		return err_at(e, ST_INVALID, "field_type", "", "It must be an object.");
	json_t *object = (json_t *)(uintptr_t)body;
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *name = json_object_iter_key(it);
		if (among(known, name) || among(more, name))
			continue;
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "", name);
		return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
	}
	return ST_OK;
}

enum status body_object(const json_t *body, const char *const *known, struct err *e)
{
	return object_of(body, known, NULL, e);
}

enum status path_version_of(
    const struct api_call *c, const char *what, struct uuid *ret_id, int64_t *ret_if_revision, struct err *e)
{
	enum status s = path_uuid(c, "id", what, ret_id, e);
	return s == ST_OK ? etag_required(c, ret_if_revision, e) : s;
}

enum status body_of_write(const struct api_call *c, const char *what, struct uuid *ret_id, int64_t *ret_if_revision,
    json_t **ret, struct err *e)
{
	enum status s = what ? path_version_of(c, what, ret_id, ret_if_revision, e) : ST_OK;
	return s == ST_OK ? body_read(c, what != NULL, ret, e) : s;
}

enum status body_keep(struct api_call *c, const json_t *v, const char **ret, struct err *e)
{
	struct buf text = BUF_INIT;
	*ret = json_write(v, false, &text) && buf_ok(&text) ? arena_strndup(c->arena, text.data, text.len) : NULL;
	buf_free(&text);
	return *ret ? ST_OK : out_of_memory(e);
}

enum status body_patch(const struct api_call *c, const char *const *known, const char *const *more,
    int64_t *ret_if_revision, const char **ret_text, struct err *e)
{
	json_t *body;
	enum status s = etag_required(c, ret_if_revision, e);
	if (s == ST_OK)
		s = body_read(c, true, &body, e);
	if (s != ST_OK)
		return s;
	s = object_of(body, known, more, e);
	json_decref(body);
	if (s == ST_OK && !(*ret_text = arena_strndup(c->arena, c->body, c->body_len)))
		s = out_of_memory(e);
	return s;
}

enum status body_text(struct api_call *c, const json_t *body, const char *key, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	*ret = NULL;
	if (!v || json_is_null(v))
		return ST_OK;
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", at, "It must be a string.");
	*ret = arena_strdup(c->arena, json_string_value(v));
	return *ret ? ST_OK : out_of_memory(e);
}

enum status body_text_max(struct api_call *c, const json_t *body, const char *key, size_t max, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(body, key);
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, "", key);
	if (json_is_string(v) && json_string_length(v) > max)
		return err_at(e, ST_INVALID, "field_too_long", at, "It has at most %zu bytes.", max);
	return body_text(c, body, key, ret, e);
}
