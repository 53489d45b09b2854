/* Forms: what a workspace says of one of its forms, and what somebody sent with it, made into one event. No I/O.
 *
 * Settings, a JSON object; every member may be left out or be null:
 *   fields            field of the form -> what it is: "email", "phone", "anonymous_id", a profile field such as "name" or "company.employees", "attributes.KEY"
 *                     or "properties.KEY" (of the event). Whatever is not named stays a property under its own name. By default the usual names
 *   event             {type, properties}: the event that is stored; form_submit with {form: name} by default
 *   source            name of the source; "form" by default. utm_..., click ids, referrer and page are added from fields of these names, the
 *                     page's address also from the Referer, and what its query has from there
 *   redirect_url, error_url   where a browser is sent: https, or an address on one of `origins`
 *   origins           pages that may send it; none: any
 *   honeypot          a field that people do not see: filled in, the event is voided with flag form_honeypot
 *   fill_time         {field, min_ms}: the field holds how many milliseconds the page was open; fewer, or no number: flag form_too_quick. A plain number can be
 *                     made up by whoever reads the page: it stops what posts blindly. A span and not an instant, since visitors' clocks are wrong
 *   consent           {field, text, version}: ticked, the profile's consent is stamped, and the event keeps what was agreed to. Not ticked withdraws nothing
 *   rate_per_minute   submissions of one address; 10 by default, 0: no limit
 *   submission_field  a field whose value is the same when a submission is sent again; "_submission" by default
 *   spam              "void": what is flagged is stored, voided; "drop": it is not stored. The reply is the same
 *   keep_ip           the event keeps the visitor's address (for the filter of networks); false by default
 *
 * Compiled settings are read by any thread. */
#ifndef INGEST_FORM_H
#define INGEST_FORM_H

#include "ingest/adapter.h"

#define FORM_SETTINGS_MAX ((size_t)64 * 1024) /* as compact JSON */

extern const char *const form_settings_members[]; /* NULL-terminated */

/* given (borrowed): *ret is a new document with every member, defaults filled in. Errors: ST_INVALID with a pointer into it. */
enum status form_settings_complete(const json_t *given, json_t **ret, struct err *e);

struct form_settings {
	json_t *doc; /* owned; the rest is borrowed from it, NULL where it has null */
	const json_t *fields, *properties;
	const char *type, *source, *redirect_url, *error_url, *honeypot, *fill_field, *consent_field, *consent_text,
	    *consent_version, *submission_field;
	const json_t *origins;
	int64_t fill_ms;
	unsigned rate_per_minute;
	bool drop, keep_ip;
};
/* A completed document's text. */
enum status form_settings_open(const char *text, size_t n, struct form_settings **ret, struct err *e);
void form_settings_free(struct form_settings **f); /* accepts NULL and *NULL */
/* "https://a.example" of "https://a.example/b?c"; false: neither http nor https. */
bool form_origin_of(const char *url, char *out, size_t cap);

/* A submission. Strings are borrowed for the arena's life, NULL where unknown. */
struct form_post {
	const json_t *fields; /* name -> a text, or an array of texts; from a JSON body any value */
	struct uuid form_id;
	const char *form_name, *referer, *user_agent, *ip;
};
/* Faults point to the form's own field ("/your-email"). Errors: ST_INVALID: "email_invalid", "phone_invalid", "identity_required" and those of an event. A
 * profile field whose value does not fit is no fault: it stays a property. */
enum status adapter_form(const struct adapter_context *x, const struct form_settings *f, const struct form_post *p,
    struct command *ret, struct err *e);

#endif
