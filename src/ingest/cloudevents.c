/* From CloudEvents to events: attributes checked, data and extensions put where ours are. */
#include "ingest/cloudevents.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "adapter_priv.h"
#include "base/json.h"
#include "base/text.h"

static const char *const well_known[] = {"page_view", "form_submit", "content_download", "webinar_attend", "event_attend",
    "email_sent", "email_open", "email_click", "email_bounce", "email_unsubscribe", "demo_request", "quote_request",
    "trial_start", "meeting", "call", "message", "purchase", "won", "lost", "profile_updated", NULL};

static const char *const core[] = {
    "specversion", "id", "source", "type", "time", "subject", "dataschema", "datacontenttype", "data", "data_base64", NULL};

static bool listed(const char *const *list, const char *s)
{
	while (*list && strcmp(*list, s) != 0)
		list++;
	return *list != NULL;
}

static enum status fault(struct err *e, const char *name, const char *code, const char *detail)
{
	return place_fault(&(struct place){&(struct place){NULL, "", 0}, name, 0}, e, code, "%s", detail);
}

/* A text attribute; *ret NULL: absent. */
static enum status attribute(const json_t *ce, const char *name, bool required, const char **ret, struct err *e)
{
	const json_t *v = json_object_get(ce, name);
	*ret = json_string_value(v);
	if (v && !json_is_null(v) && !json_is_string(v))
		return fault(e, name, "field_invalid", "It must be a string.");
	if (*ret && !**ret)
		return fault(e, name, "field_invalid", "It is empty.");
	return *ret || !required ? ST_OK : fault(e, name, "field_required", "A CloudEvent has this attribute.");
}

/* Of com.example.demo-request.v2 "demo_request"; NULL: the type is none of the well-known ones. */
static const char *plain_type(const char *type)
{
	char last[32];
	size_t n = strlen(type), version = n;
	while (version > 0 && type[version - 1] >= '0' && type[version - 1] <= '9')
		version--;
	if (version < n && version > 2 && type[version - 1] == 'v' && type[version - 2] == '.')
		n = version - 2;
	size_t from = n;
	while (from > 0 && type[from - 1] != '.')
		from--;
	if (n == from || n - from >= sizeof last || from == 0)
		return NULL;
	for (size_t i = from; i < n; i++)
		last[i - from] = type[i] == '-' ? '_' : type[i];
	last[n - from] = '\0';
	for (const char *const *w = well_known; *w; w++)
		if (strcmp(*w, last) == 0)
			return *w;
	return NULL;
}

static bool json_media(const char *type)
{
	size_t n = type ? strcspn(type, "; \t") : 0;
	if (!type || (n == 16 && !strncasecmp(type, "application/json", n)) || (n == 9 && !strncasecmp(type, "text/json", n)))
		return true;
	return n > 5 && !strncasecmp(type + n - 5, "+json", 5);
}

static bool text_media(const char *type)
{
	return !strncasecmp(type, "text/", 5);
}

enum status cloudevent_data(const char *bytes, size_t n, const char *media_type, size_t max_bytes, json_t **ret, struct err *e)
{
	if (json_media(media_type))
		return json_read(bytes, n, &(struct json_limits){.max_bytes = max_bytes}, ret, e);
	if (!text_media(media_type))
		return err_set(e, ST_INVALID, "data_unsupported", "The data of an event is JSON or text.");
	if (!utf8_valid(bytes, n))
		return err_set(e, ST_INVALID, "data_unsupported", "The text is not UTF-8.");
	*ret = json_stringn_nocheck(bytes, n);
	return *ret ? ST_OK : adapter_nomem(e);
}

static enum status decode(const struct adapter_context *x, const json_t *v, const char *media_type, json_t **ret, struct err *e)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v), len = 0;
	if (!s)
		return fault(e, "data_base64", "field_invalid", "It must be a string.");
	char *text = arena_strndup(x->arena, s, n), *bytes = arena_alloc(x->arena, n / 4 * 3 + 4);
	if (!text || !bytes)
		return adapter_nomem(e);
	bool good = n % 4 == 0 && !strpbrk(text, "-_");
	for (int padding = 0; padding < 2 && n > 0 && text[n - 1] == '='; padding++)
		n--;
	for (char *c = text; *c; c++)
		*c = *c == '+' ? '-' : *c == '/' ? '_' : *c;
	if (!good || !base64url_decode(text, n, bytes, strlen(s) / 4 * 3 + 4, &len))
		return fault(e, "data_base64", "field_invalid", "It is not Base64 (RFC 4648, section 4).");
	struct err why = {0};
	enum status st = cloudevent_data(bytes, len, media_type, 0, ret, &why);
	return st == ST_OK || st == ST_NOMEM ? st : fault(e, "data_base64", "field_invalid", why.detail);
}

/* The event's data, a new reference; NULL: none. */
static enum status take_data(const struct adapter_context *x, const json_t *ce, json_t **ret, struct err *e)
{
	const json_t *data = json_object_get(ce, "data"), *encoded = json_object_get(ce, "data_base64");
	const char *media_type;
	*ret = NULL;
	enum status st = attribute(ce, "datacontenttype", false, &media_type, e);
	if (st != ST_OK)
		return st;
	if (encoded && !json_is_null(encoded))
		return data ? fault(e, "data_base64", "field_invalid", "An event has `data` or `data_base64`, not both.")
			    : decode(x, encoded, media_type, ret, e);
	if (data && !json_is_null(data))
		*ret = json_incref((json_t *)(uintptr_t)data);
	return ST_OK;
}

static bool set(json_t *object, const char *key, const json_t *v)
{
	return v && json_object_set_nocheck(object, key, (json_t *)(uintptr_t)v) == 0;
}

/* What is not ours by another name goes to the properties; data comes first. */
static bool add_property(const struct adapter_context *x, json_t *properties, const char *name, const json_t *v)
{
	if (json_object_get(properties, name))
		name = arena_printf(x->arena, "ce_%s", name);
	return name && set(properties, name, v);
}

static enum status extension_check(const char *name, const json_t *v, struct err *e)
{
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789")])
		return fault(e, name, "field_invalid", "The name of an attribute is of lower-case letters and digits.");
	if (!json_is_string(v) && !json_is_boolean(v) && !json_is_integer(v))
		return fault(e, name, "field_invalid", "An attribute is a string, a whole number, true or false.");
	return ST_OK;
}

/* The lead: data.lead, or what the subject names. Tells whether it was the subject. */
static json_t *take_lead(const json_t *data, const char *subject, bool *ret_subject)
{
	json_t *lead = json_object_get(data, "lead");
	*ret_subject = !json_is_object(lead);
	if (!*ret_subject)
		return json_incref(lead);
	const char *digits = subject && *subject == '+' ? subject + 1 : "";
	bool phone = *digits && !digits[strspn(digits, "0123456789 -.()")];
	return json_pack("{s:s}", strchr(subject, '@') ? "email" : phone ? "phone" : "external_id", subject);
}

static json_t *take_properties(const struct adapter_context *x, const json_t *ce, const json_t *data, bool by_subject, struct err *e)
{
	json_t *properties = json_object();
	bool ok = properties != NULL;
	for (void *it = json_is_object(data) ? json_object_iter((json_t *)(uintptr_t)data) : NULL; ok && it; it = json_object_iter_next((json_t *)(uintptr_t)data, it))
		if (by_subject || strcmp(json_object_iter_key(it), "lead") != 0)
			ok = set(properties, json_object_iter_key(it), json_object_iter_value(it));
	if (ok && data && !json_is_object(data))
		ok = set(properties, "data", data);
	for (void *it = json_object_iter((json_t *)(uintptr_t)ce); ok && it; it = json_object_iter_next((json_t *)(uintptr_t)ce, it)) {
		const char *name = json_object_iter_key(it);
		const json_t *v = json_object_iter_value(it);
		bool told = !strcmp(name, "dataschema") || (!strcmp(name, "subject") && !by_subject);
		if (json_is_null(v) || (!told && listed(core, name)))
			continue;
		if (!told && extension_check(name, v, e) != ST_OK) {
			json_decref(properties);
			return NULL;
		}
		ok = add_property(x, properties, name, v);
	}
	if (!ok) {
		json_decref(properties);
		properties = NULL;
		(void)adapter_nomem(e);
	}
	return properties;
}

/* The pointer of a fault in the event that was made, as one into the CloudEvent. */
static void point(struct err *e, bool by_subject)
{
	static const char *const names[][2] = {{"/event_id", "/id"}, {"/type", "/type"}, {"/occurred_at", "/time"}, {"/source", "/source"}, {"/properties/data", "/data"},
	    {"/properties", "/data"}, {"/lead", "/data/lead"}};
	char given[ERR_POINTER_MAX];
	if (!e)
		return;
	memcpy(given, e->pointer, sizeof given);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i][0]);
		if (strncmp(given, names[i][0], n) != 0 || (given[n] && given[n] != '/'))
			continue;
		bool subject = by_subject && !strcmp(names[i][0], "/lead");
		snprintf(e->pointer, sizeof e->pointer, "%s%.*s", subject ? "/subject" : names[i][1], (int)(sizeof e->pointer - 16),
		    subject || !strcmp(names[i][0], "/source") ? "" : given + n);
		return;
	}
}

/* Of a request whose attributes are headers: the header, or the place in the body. */
static void point_at_header(struct err *e)
{
	char given[ERR_POINTER_MAX];
	if (!e || !e->pointer[0])
		return;
	memcpy(given, e->pointer, sizeof given);
	bool data = !strncmp(given, "/data", 5) && (!given[5] || given[5] == '/');
	if (!strcmp(given, "/datacontenttype"))
		snprintf(e->pointer, sizeof e->pointer, "^content-type");
	else
		snprintf(e->pointer, sizeof e->pointer, "%s%.*s", data ? "" : "^ce-", (int)(sizeof e->pointer - 8), given + (data ? 5 : 1));
}

static enum status make(const struct adapter_context *x, const json_t *ce, json_t **ret, bool *ret_subject, struct err *e)
{
	const char *version, *id, *source, *type, *time, *subject, *schema;
	json_t *data = NULL, *lead = NULL, *properties = NULL, *event = NULL;
	if (!json_is_object(ce))
		return type_fault(&(struct place){NULL, "", 0}, e, "an object");
	enum status st = attribute(ce, "specversion", true, &version, e);
	if (st == ST_OK && strcmp(version, "1.0") != 0)
		st = fault(e, "specversion", "specversion_unsupported", "Events are of version 1.0.");
	if (st == ST_OK)
		st = attribute(ce, "id", true, &id, e);
	if (st == ST_OK)
		st = attribute(ce, "source", true, &source, e);
	if (st == ST_OK)
		st = attribute(ce, "type", true, &type, e);
	if (st == ST_OK)
		st = attribute(ce, "time", false, &time, e);
	if (st == ST_OK)
		st = attribute(ce, "subject", false, &subject, e);
	if (st == ST_OK)
		st = attribute(ce, "dataschema", false, &schema, e);
	if (st == ST_OK)
		st = take_data(x, ce, &data, e);
	if (st != ST_OK)
		return st;
	const char *plain = plain_type(type);
	if (!subject && !json_is_object(json_object_get(data, "lead")))
		st = fault(e, "subject", "field_required", "The event names its lead by `subject`, or by `lead` in its data.");
	if (st == ST_OK && !(lead = take_lead(data, subject, ret_subject)))
		st = adapter_nomem(e);
	if (st == ST_OK && !(properties = take_properties(x, ce, data, *ret_subject, e)))
		st = e && e->status != ST_OK ? e->status : ST_NOMEM;
	if (st == ST_OK) {
		event = json_pack("{s:s,s:s,s:{s:s,s:s*},s:s*,s:O,s:O}", "event_id", id, "type", plain ? plain : type, "source", "name", source, "type", plain ? type : NULL, "occurred_at", time,
		    "lead", lead, "properties", properties);
		if (!event)
			st = adapter_nomem(e);
	}
	json_decref(lead);
	json_decref(properties);
	json_decref(data);
	*ret = event;
	return st;
}

enum status cloudevent_take(const struct adapter_context *x, const json_t *ce, enum cloudevent_mode mode, struct command *ret, struct err *e)
{
	json_t *event = NULL;
	bool by_subject = false;
	struct err own = {0};
	struct err *why = e ? e : &own;
	enum status st = make(x, ce, &event, &by_subject, why);
	if (st == ST_OK) {
		st = adapter_event(x, event, ret, why);
		if (st != ST_OK)
			point(why, by_subject);
		json_decref(event);
	}
	if (st != ST_OK && mode == CLOUDEVENT_BINARY)
		point_at_header(why);
	return st;
}

static int hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

enum status cloudevent_header(struct arena *arena, const char *name, const char *value, const char **ret, struct err *e)
{
	size_t n = strlen(value), to = 0;
	bool quoted = n >= 2 && value[0] == '"' && value[n - 1] == '"', good = true;
	char *out = arena_alloc(arena, n + 1);
	if (!out)
		return adapter_nomem(e);
	for (size_t i = quoted; i < n - quoted && good; i++) {
		if (quoted && value[i] == '\\')
			good = ++i < n - 1;
		/* Some clients do not encode at all: a sign that begins nothing is itself. */
		if (good && value[i] == '%' && i + 2 < n - quoted && hex(value[i + 1]) >= 0 && hex(value[i + 2]) >= 0) {
			int byte = hex(value[i + 1]) << 4 | hex(value[i + 2]);
			out[to++] = (char)byte;
			i += 2;
		} else if (good) {
			out[to++] = value[i];
		}
	}
	out[to] = '\0';
	char at[ERR_POINTER_MAX];
	snprintf(at, sizeof at, "^%s", name);
	if (!good || !utf8_valid(out, to))
		return err_at(e, ST_INVALID, "field_invalid", at, "It is not a percent-encoded text in UTF-8.");
	*ret = out;
	return ST_OK;
}
