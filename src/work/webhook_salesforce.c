/* Salesforce: fields of a record, found by its id or by an external id, when it is made if it is not there.
 * developer.salesforce.com, REST API: PATCH /services/data/vNN.N/sobjects/Lead/{id} or .../Lead/{field}/{value}; 204,
 * or 201 and 200 of an external id. The token comes from whoever has an access token; one that has expired is answered
 * 401. */
#include <string.h>

#include "base/json.h"
#include "writeback.h"

#define VERSION "60.0"

static bool version_valid(const char *v)
{
	size_t n = strspn(v, "0123456789");
	return n >= 2 && n <= 3 && !strcmp(v + n, ".0");
}

enum status webhook_salesforce_check(const json_t *settings, struct err *e)
{
	static const char *const known[] = {"token", "version", "object", "id", "external_field", "fields", NULL};
	enum status s = writeback_strangers(settings, known, e);
	if (s == ST_OK)
		s = writeback_text_check(settings, "token", true, e);
	if (s == ST_OK)
		s = writeback_text_check(settings, "version", false, e);
	if (s == ST_OK && !version_valid(writeback_text(settings, "version", VERSION)))
		s = err_at(e, ST_INVALID, "field_invalid", "/settings/version", "It must be a version such as 60.0.");
	if (s == ST_OK)
		s = writeback_name_check(settings, "object", e);
	if (s == ST_OK)
		s = writeback_name_check(settings, "external_field", e);
	if (s == ST_OK)
		s = writeback_template_check(settings, "id", false, e);
	return s == ST_OK ? writeback_object_check(settings, "fields", true, e) : s;
}

static enum status fill(
    const json_t *settings, const char *url, json_t *doc, struct webhook_request *ret, struct err *e)
{
	const char *field = writeback_text(settings, "external_field", NULL);
	enum status s = writeback_base(url, &ret->url, e);
	ret->method = "PATCH";
	buf_printf(&ret->url, "/services/data/v%s/sobjects/%s/", writeback_text(settings, "version", VERSION),
	    writeback_text(settings, "object", "Lead"));
	if (field)
		buf_printf(&ret->url, "%s/", field);
	if (s == ST_OK)
		s = writeback_fill(
		    writeback_text(settings, "id", field ? "{{/lead/email}}" : "{{/lead/external_ids/salesforce}}"),
		    doc, &ret->url, e);
	writeback_bearer(settings, &ret->headers);
	if (s != ST_OK)
		return s;
	json_t *body = template_json(json_object_get(settings, "fields"), doc);
	if (body && !json_object_size(body)) {
		json_decref(body);
		return err_set(e, ST_INVALID, NULL, "The message has nothing for any of the fields.");
	}
	s = chat_put_body(body, &ret->body, e);
	return s == ST_OK ? writeback_ok(ret, e) : s;
}

enum status webhook_salesforce_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	(void)n;
	(void)now;
	json_t *doc = chat_document(m);
	enum status s = doc ? fill(p->settings, p->url, doc, ret, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	json_decref(doc);
	return s;
}

/* [{"errorCode", "message"}] */
enum webhook_verdict webhook_salesforce_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	if (webhook_judge(r, why, why_cap) == WEBHOOK_ARRIVED)
		return WEBHOOK_ARRIVED;
	json_t *body = json_loadb(r->body, r->body_n, 0, NULL);
	const char *code = json_string_value(json_object_get(json_array_get(body, 0), "errorCode"));
	bool limit = code && !strcmp(code, "REQUEST_LIMIT_EXCEEDED"),
	     lock = code && !strcmp(code, "UNABLE_TO_LOCK_ROW");
	if (code)
		snprintf(why, why_cap, "Answered %ld: %.100s", r->status, code);
	json_decref(body);
	if (limit || r->status == 429)
		return WEBHOOK_BUSY;
	if (lock)
		return WEBHOOK_AGAIN;
	/* 300: several records have that external id. */
	return r->status == 300 || r->status == 400 || r->status == 404 ? WEBHOOK_NEVER : WEBHOOK_AGAIN;
}
