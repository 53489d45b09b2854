/* POST /v1/forms/{id}: what a visitor filled in. No key: the form's token stands in the path.
 *
 * The public is told that it was taken and under which id, and nothing of the lead. What is flagged gets the same
 * reply. */
#include <arpa/inet.h>
#include <string.h>

#include "base/form.h"
#include "base/json.h"
#include "body_priv.h"
#include "forms_priv.h"
#include "params_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

#define FIELDS_MAX 200
#define VALUE_MAX ((size_t)32 * 1024)
#define TEXT_BYTES_MAX                                                                                                 \
	BODY_MAX /* of all fields together; files that come along are not counted, and refused by name                 \
		  */
#define MINUTE_US (INT64_C(60) * 1000 * 1000)

static enum status open_door(const struct door_row *row, void **ret, struct err *e)
{
	struct form_settings *f;
	enum status s = form_settings_open(row->settings, strlen(row->settings), &f, e);
	if (s == ST_OK)
		*ret = f;
	return s;
}

static void release_door(void *settings)
{
	struct form_settings *f = settings;
	form_settings_free(&f);
}

const struct door_type form_door = {DOOR_FORM, "id", open_door, release_door, form_page_problem};

/* An address that only a proxy of one's own has. */
static bool private_address(const char *s)
{
	struct in6_addr six;
	struct in_addr four;
	if (inet_pton(AF_INET6, s, &six) == 1) {
		if (!IN6_IS_ADDR_V4MAPPED(&six))
			return IN6_IS_ADDR_LOOPBACK(&six) || (six.s6_addr[0] & 0xfe) == 0xfc;
		memcpy(&four, six.s6_addr + 12, sizeof four);
	} else if (inet_pton(AF_INET, s, &four) != 1) {
		return false;
	}
	uint32_t a = ntohl(four.s_addr);
	return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8;
}

/* The visitor's address: the peer's, or, behind a proxy on this machine or in a private network, what that says. */
static const char *visitor(struct api_call *c)
{
	unsigned char ignored[sizeof(struct in6_addr)];
	const char *said = NULL;
	if (!c->peer || !private_address(c->peer))
		return c->peer ? c->peer : "";
	for (size_t i = 0; i < c->n_all_headers; i++)
		if (!strcmp(c->all_headers[i].name, "x-forwarded-for"))
			said = c->all_headers[i].value;
	if (!said)
		return c->peer;
	const char *last = strrchr(said, ',');
	last = last ? last + 1 : said;
	last += strspn(last, " \t");
	return inet_pton(AF_INET, last, ignored) == 1 || inet_pton(AF_INET6, last, ignored) == 1 ? last : c->peer;
}

/* A page may send it when the form names no origins, or names its. Browsers send Origin with every POST; where a page's
 * policy hides it the Referer may tell. */
static enum status check_origin(const struct api_call *c, const struct form_settings *f, struct err *e)
{
	char origin[256] = "";
	const char *referer = header_text(c, "referer");
	if (!json_array_size(f->origins))
		return ST_OK;
	if (c->origin && strcmp(c->origin, "null") != 0)
		snprintf(origin, sizeof origin, "%s", c->origin);
	else if (referer)
		(void)form_origin_of(referer, origin, sizeof origin);
	for (size_t i = 0; i < json_array_size(f->origins); i++)
		if (!strcmp(json_string_value(json_array_get(f->origins, i)), origin))
			return ST_OK;
	return err_set(e, ST_DENIED, "origin_forbidden", "This form may not be sent from this page's origin.");
}

static enum status check_rate(
    struct api *a, struct api_call *c, const struct form_settings *f, const char *address, struct err *e)
{
	const struct door *d = call_door(c);
	if (!f->rate_per_minute)
		return ST_OK;
	struct uuid key = hash128(d->id.b, sizeof d->id.b, address, strlen(address));
	uint64_t slot;
	memcpy(&slot, key.b, sizeof slot);
	struct rate_verdict v = rate_take(a->form_rate, slot, f->rate_per_minute, MINUTE_US, monotonic_us());
	if (v.allowed)
		return ST_OK;
	reply_header(
	    c, "Retry-After", arena_printf(c->arena, "%u", (60 + f->rate_per_minute - 1) / f->rate_per_minute));
	return err_set(e, ST_BUSY, "rate_limited", "Too many submissions from this address; wait a little.");
}

/* An input in which no file was chosen is sent too; anything else that is no text is refused by its name. */
static enum status check_files(const struct form *form, struct err *e)
{
	size_t bytes = 0;
	for (size_t i = 0; i < form->n; i++) {
		const struct form_entry *x = &form->entries[i];
		char at[ERR_POINTER_MAX];
		bytes += x->kind == FORM_TEXT ? strlen(x->name) + x->size : 0;
		if (x->kind == FORM_TEXT || (x->kind == FORM_FILE && !x->size && !*x->filename))
			continue;
		json_pointer_join(at, "", x->name);
		return err_at(e, ST_INVALID, "form_file_refused", at,
		    "A form takes text, and this is a file%s%.100s%s. Send it without.",
		    x->kind == FORM_FILE ? ", \"" : "", x->kind == FORM_FILE ? x->filename : "",
		    x->kind == FORM_FILE ? "\"" : "");
	}
	if (bytes > TEXT_BYTES_MAX)
		return err_set(e, ST_TOO_LARGE, "form_too_large", "The fields have more than %zu KiB together.",
		    TEXT_BYTES_MAX / 1024);
	return ST_OK;
}

static enum status take_json(const struct api_call *c, json_t **ret, struct err *e)
{
	json_t *body;
	enum status s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	if (!json_is_object(body))
		s = err_at(e, ST_INVALID, "field_type", "", "It must be an object of fields.");
	else if (json_object_size(body) > FIELDS_MAX)
		s = err_set(e, ST_TOO_LARGE, "form_too_large", "The form has more than %d fields.", FIELDS_MAX);
	if (s == ST_OK)
		*ret = body;
	else
		json_decref(body);
	return s;
}

static enum status take_fields(struct api_call *c, json_t **ret, struct err *e)
{
	struct form_type type;
	struct form form;
	enum status s = form_type_read(c->content_type, &type, e);
	if (s != ST_OK)
		return s;
	if (type.encoding == FORM_NONE && c->content_type && !body_is(c, "application/json"))
		return err_set(e, ST_INVALID, "content_type_unsupported",
		    "A form comes as application/x-www-form-urlencoded, multipart/form-data or application/json.");
	if (type.encoding == FORM_NONE)
		return take_json(c, ret, e);
	s = form_read(&type, c->body, c->body_len, &(struct form_limits){.entries = FIELDS_MAX, .value = VALUE_MAX},
	    c->arena, &form, e);
	if (s == ST_OK)
		s = check_files(&form, e);
	if (s == ST_OK && !(*ret = form_object(&form)))
		s = out_of_memory(e);
	return s;
}

/* 303 to the form's page for a browser, else the event's id. */
static void reply_taken(struct api_call *c, const struct command *command)
{
	const struct form_settings *f = call_door(c)->settings;
	if (!form_wants_page(c)) {
		struct buf *b = reply_json(c, 200);
		buf_puts(b, "{\"accepted\":true,\"event_id\":");
		render_event_id(b, NULL, &command->event_key);
		buf_putc(b, '}');
	} else if (f->redirect_url) {
		reply_json(c, 303);
		reply_header(c, "Location", arena_strdup(c->arena, f->redirect_url));
	} else {
		form_page_thanks(c);
	}
}

static enum status take_submission(
    struct api *a, struct api_call *c, json_t *fields, const char *address, struct err *e)
{
	const struct door *d = call_door(c);
	const struct form_settings *f = d->settings;
	struct form_post post = {.fields = fields,
	    .form_id = d->id,
	    .form_name = d->name,
	    .referer = header_text(c, "referer"),
	    .user_agent = header_text(c, "user-agent"),
	    .ip = address};
	struct adapter_context x;
	(void)a;
	enum status s = body_context(c, &x, e);
	if (s == ST_OK)
		s = commands_begin(c, 1, e);
	if (s == ST_OK)
		s = adapter_form(&x, f, &post, commands_next(c), e);
	if (s != ST_OK)
		return s;
	if (commands_next(c)->flag && f->drop) {
		/* The same reply, and nothing to be done. */
		reply_taken(c, commands_next(c));
		command_release(commands_next(c));
		return ST_OK;
	}
	commands_keep(c, 0, s, e);
	return ST_OK;
}

enum status form_post_prepare(struct api *a, struct api_call *c, struct err *e)
{
	const struct form_settings *f = call_door(c)->settings;
	const char *address = visitor(c);
	json_t *fields = NULL;
	enum status s = check_origin(c, f, e);
	if (s == ST_OK)
		s = check_rate(a, c, f, address, e);
	if (s == ST_OK)
		s = take_fields(c, &fields, e);
	if (s != ST_OK)
		return s;
	s = take_submission(a, c, fields, address, e);
	json_decref(fields);
	return s;
}

void form_post_render(struct api *a, struct api_call *c)
{
	(void)a;
	const struct ingest_job *job = &call_state(c)->job;
	if (!job->n)
		return; /* dropped: the reply stands already */
	if (job->commands[0].result.err.status != ST_OK)
		problem_reply(c, &job->commands[0].result.err);
	else
		reply_taken(c, &job->commands[0]);
}
