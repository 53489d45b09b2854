/* HubSpot: properties of a contact, or of another object, found by a property that is unique.
 * developers.hubspot.com/docs/api/crm/contacts: PATCH /crm/v3/objects/contacts/{id}?idProperty=email {"properties"};
 * 100 requests in ten seconds. */
#include <string.h>

#include "base/json.h"
#include "writeback.h"

enum status webhook_hubspot_check(const json_t *settings, struct err *e)
{
	static const char *const known[] = {"token", "object", "id", "id_property", "properties", NULL};
	enum status s = writeback_strangers(settings, known, e);
	if (s == ST_OK)
		s = writeback_text_check(settings, "token", true, e);
	if (s == ST_OK)
		s = writeback_name_check(settings, "object", e);
	if (s == ST_OK)
		s = writeback_name_check(settings, "id_property", e);
	if (s == ST_OK)
		s = writeback_template_check(settings, "id", false, e);
	return s == ST_OK ? writeback_object_check(settings, "properties", true, e) : s;
}

/* Values are texts there; of several choices, with semicolons. */
static json_t *value_of(const json_t *v)
{
	struct buf text = BUF_INIT;
	buf_puts(&text, "");
	if (!json_is_array(v))
		template_put(v, TEMPLATE_PLAIN, &text);
	for (size_t i = 0; i < json_array_size(v); i++) {
		buf_puts(&text, i ? ";" : "");
		template_put(json_array_get(v, i), TEMPLATE_PLAIN, &text);
	}
	json_t *made = buf_ok(&text) ? json_stringn(text.data, text.len) : NULL;
	buf_free(&text);
	return made;
}

static json_t *properties_of(const json_t *template, json_t *doc)
{
	json_t *filled = template_json(template, doc), *made = json_object(), *v;
	bool good = filled && made;
	const char *name;
	json_object_foreach(filled, name, v)
	{
		good = good && json_object_set_new(made, name, value_of(v)) == 0;
	}
	json_decref(filled);
	if (!good) {
		json_decref(made);
		return NULL;
	}
	return made;
}

static enum status fill(
    const json_t *settings, const char *url, json_t *doc, struct webhook_request *ret, struct err *e)
{
	enum status s = writeback_base(url, &ret->url, e);
	ret->method = "PATCH";
	buf_printf(&ret->url, "/crm/v3/objects/%s/", writeback_text(settings, "object", "contacts"));
	if (s == ST_OK)
		s = writeback_fill(writeback_text(settings, "id", "{{/lead/email}}"), doc, &ret->url, e);
	/* Without a template of one's own the id is the e-mail. */
	const char *property =
	    writeback_text(settings, "id_property", json_object_get(settings, "id") ? NULL : "email");
	if (property)
		buf_printf(&ret->url, "?idProperty=%s", property);
	writeback_bearer(settings, &ret->headers);
	if (s != ST_OK)
		return s;
	json_t *properties = properties_of(json_object_get(settings, "properties"), doc);
	if (properties && !json_object_size(properties))
		s = err_set(e, ST_INVALID, NULL, "The message has nothing for any of the properties.");
	json_t *body = properties && s == ST_OK ? json_pack("{s:O}", "properties", properties) : NULL;
	json_decref(properties);
	if (s == ST_OK)
		s = chat_put_body(body, &ret->body, e);
	return s == ST_OK ? writeback_ok(ret, e) : s;
}

enum status webhook_hubspot_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	(void)n;
	(void)now;
	json_t *doc = chat_document(m);
	enum status s = doc ? fill(p->settings, p->url, doc, ret, e) : err_set(e, ST_NOMEM, NULL, "Out of memory.");
	json_decref(doc);
	return s;
}

enum webhook_verdict webhook_hubspot_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	if (webhook_judge(r, why, why_cap) == WEBHOOK_ARRIVED)
		return WEBHOOK_ARRIVED;
	json_t *body = json_loadb(r->body, r->body_n, 0, NULL);
	const char *category = json_string_value(json_object_get(body, "category"));
	if (category)
		snprintf(why, why_cap, "Answered %ld: %.100s", r->status, category);
	json_decref(body);
	switch (r->status) {
	case 429:
		return WEBHOOK_BUSY;
	case 400: /* a property that is not there, a value that it does not take */
	case 404: /* there is no such contact */
	case 409:
		return WEBHOOK_NEVER;
	default: /* a token that is to be renewed among them: not the end of the endpoint */
		return WEBHOOK_AGAIN;
	}
}
