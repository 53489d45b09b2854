#include "problem_priv.h"

#include <string.h>

#include "api_priv.h"
#include "door_priv.h"
#include "base/log.h"
#include "reply_priv.h"

static const char *title(int status)
{
	static const struct {
		int status;
		const char *title;
	} titles[] = {{400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"},
	    {405, "Method Not Allowed"}, {408, "Request Timeout"}, {409, "Conflict"}, {411, "Length Required"},
	    {412, "Precondition Failed"}, {413, "Content Too Large"}, {414, "URI Too Long"},
	    {415, "Unsupported Media Type"}, {417, "Expectation Failed"}, {421, "Misdirected Request"},
	    {422, "Unprocessable Content"}, {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"},
	    {500, "Internal Server Error"}, {501, "Not Implemented"}, {503, "Service Unavailable"},
	    {505, "HTTP Version Not Supported"}};
	for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
		if (titles[i].status == status)
			return titles[i].title;
	return status < 500 ? "Bad Request" : "Internal Server Error";
}

int problem_status(const struct err *e)
{
	static const struct {
		const char *code;
		int status;
	} special[] = {{"json_invalid", 400}, {"body_required", 400}, {"header_invalid", 400},
	    {"content_type_unsupported", 415}, {"version_mismatch", 412},
	    {"form_malformed", 400}, {"form_encoding", 400}, {"rate_limited", 429}};
	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if (!strcmp(e->code, special[i].code))
			return special[i].status;
	switch (e->status) {
	case ST_OK:
		return 200;
	case ST_INVALID:
		return !strncmp(e->pointer, PARAMETER_POINTER, 1) ? 400 : 422;
	case ST_NOT_FOUND:
		return 404;
	case ST_CONFLICT:
		return 409;
	case ST_DENIED:
		return 403;
	case ST_TOO_LARGE:
		return 413;
	case ST_BUSY:
	case ST_UNAVAILABLE:
	case ST_UNCERTAIN:
	case ST_DEADLINE:
	case ST_NOMEM:
		return 503;
	case ST_INTERNAL:
		break;
	}
	return 500;
}

static const char *code_of(const struct err *e, int status)
{
	if (status == 500)
		return "internal";
	if (e->status == ST_UNCERTAIN)
		return "outcome_unknown";
	return e->code[0] ? e->code : status_name(e->status);
}

/* What a client is told of faults that are not its own. The database's words may name tables, addresses or values. */
static const char *detail_of(const struct err *e, int status)
{
	if (status == 500)
		return "Something unexpected happened here; the request id finds it in the log.";
	if (e->status == ST_UNCERTAIN)
		return "The connection to the database broke while the change was being committed: it may have been "
		       "made. A retry with the same ids is safe.";
	if (e->status == ST_UNAVAILABLE || e->status == ST_DEADLINE)
		return "The database does not answer at the moment. Nothing was changed; try again.";
	if (e->status == ST_NOMEM)
		return "The service is out of memory. Nothing was changed; try again.";
	if (!strcmp(e->code, "data_refused"))
		return "The database refused a value.";
	return e->detail;
}

static void put_faults(struct buf *b, const struct err *faults, size_t n)
{
	buf_puts(b, ",\"errors\":[");
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",{\"pointer\":" : "{\"pointer\":");
		buf_json_str(b, faults[i].pointer);
		buf_puts(b, ",\"code\":");
		buf_json_str(b, faults[i].code);
		buf_puts(b, ",\"detail\":");
		buf_json_str(b, faults[i].detail);
		buf_putc(b, '}');
	}
	buf_putc(b, ']');
}

/* more: the faults in place of the one that e has, if there are several. */
static void put(struct buf *b, int status, const char *code, const char *detail, const struct err *e,
    const struct err *more, size_t n_more, const char *request_id)
{
	buf_puts(b, "{\"type\":\"about:blank\",\"title\":");
	buf_json_str(b, title(status));
	buf_puts(b, ",\"status\":");
	buf_put_i64(b, status);
	buf_puts(b, ",\"code\":");
	buf_json_str(b, code);
	if (detail && *detail) {
		buf_puts(b, ",\"detail\":");
		buf_json_str(b, detail);
	}
	if (request_id && *request_id) {
		buf_puts(b, ",\"request_id\":");
		buf_json_str(b, request_id);
	}
	if (more && n_more) {
		put_faults(b, more, n_more);
	} else if (e && e->pointer[0]) {
		bool parameter = !strncmp(e->pointer, PARAMETER_POINTER, 1) || !strncmp(e->pointer, PATH_POINTER, 1);
		bool header = !strncmp(e->pointer, HEADER_POINTER, 1);
		buf_printf(b, ",\"errors\":[{\"%s\":", parameter ? "parameter" : header ? "header" : "pointer");
		buf_json_str(b, e->pointer + (parameter || header ? 1 : 0));
		buf_puts(b, ",\"detail\":");
		buf_json_str(b, detail ? detail : "");
		buf_puts(b, "}]");
	}
	buf_putc(b, '}');
}

void api_problem(
    struct api_call *c, int http_status, const char *code, const char *detail, const struct err *e, int retry_after_s)
{
	buf_clear(&c->body_out);
	c->status = http_status;
	c->response_type = "application/problem+json";
	const struct call_state *s = e ? call_state(c) : NULL;
	put(&c->body_out, http_status, code ? code : "error", detail, e, s ? s->faults : NULL, s ? s->n_faults : 0,
	    c->request_id);
	if (retry_after_s > 0)
		reply_header(c, "Retry-After", arena_printf(c->arena, "%d", retry_after_s));
	const struct door_type *door = c->route ? c->route->door : NULL;
	if (door && door->refused)
		door->refused(c, http_status, code ? code : "error", detail, e);
}

/* What went wrong inside is for the log. The database's own words may hold values of a row, but for faults of a
 * statement (class 42). */
static void log_internal(const struct api_call *c, const struct err *e)
{
	log_line(LOG_ERROR, "request_failed", log_str("request_id", c->request_id),
	    log_str("route", api_route_pattern(c->route)), log_str("code", e->code), log_str("sqlstate", e->sqlstate),
	    log_str("detail", !e->sqlstate[0] || !strncmp(e->sqlstate, "42", 2) ? e->detail : ""));
}

void problem_put(const struct api_call *c, struct buf *b, const struct err *e)
{
	int status = problem_status(e);
	if (status == 500)
		log_internal(c, e);
	put(b, status, code_of(e, status), detail_of(e, status), status == 500 ? NULL : e, NULL, 0, NULL);
}

void problem_reply(struct api_call *c, const struct err *e)
{
	int status = problem_status(e);
	/* Clients that are not ours know one status for what must not be sent again. */
	if (status == 422 && c->route && c->route->flags & ROUTE_FOREIGN)
		status = 400;
	if (status == 500)
		log_internal(c, e);
	api_problem(
	    c, status, code_of(e, status), detail_of(e, status), status == 500 ? NULL : e, status == 503 ? 1 : 0);
}
