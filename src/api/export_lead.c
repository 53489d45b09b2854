/* A lead as a line of JSON or a row of CSV. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "export_priv.h"
#include "render_priv.h"

#define NAMED_MAX 6 /* by external ids: with an address, a number and a cookie no more than one command may have */

/* Which cells are of the profile, by path; the others are of the lead. What is no text or number is JSON. */
static const char *const profile_paths[] = {"email", "phone", "name", "title", "company.name", "company.domain",
    "company.industry", "company.employees", "company.annual_revenue", "company.currency", "company.founded_year",
    "company.stage", "company.region", "company.city", "company.technologies", "language", "country", "region", "city",
    "owner", "needs", "decision", "value", "consent", "attributes", "source"};
#define N_PATHS (sizeof profile_paths / sizeof profile_paths[0])

const char *const export_lead_columns[] = {"id", "external_id", "anonymous_id", "email", "phone", "name", "title",
    "company.name", "company.domain", "company.industry", "company.employees", "company.annual_revenue",
    "company.currency", "company.founded_year", "company.stage", "company.region", "company.city",
    "company.technologies", "language", "country", "region", "city", "owner", "needs", "decision", "value", "consent",
    "attributes", "source", "score", "fit", "engagement", "offset", "tier", "grade", "stage", "tags", "handoff",
    "last_event_at", "next_change_at", "created_at", "updated_at", "version", "identities", NULL};

void export_names(struct buf *b, const struct lead_identity_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_puts(b, i ? ",{\"kind\":" : "[{\"kind\":");
		buf_json_str(b, rows[i].kind);
		buf_puts(b, ",\"value\":");
		buf_json_str(b, rows[i].value);
		buf_putc(b, '}');
	}
	buf_puts(b, n ? "]" : "[]");
}

static enum status read_profile(const struct export_lead *l, json_t **ret, struct err *e)
{
	const struct json_limits limits = {.max_bytes = 1u << 20, .max_tokens = 100000};
	return json_read(l->lead.profile, l->lead.profile_len, &limits, ret, e);
}

static const char *name_of(const struct export_lead *l, const char *kind)
{
	for (size_t i = 0; i < l->n_identities; i++)
		if (!strcmp(l->identities[i].kind, kind))
			return l->identities[i].value;
	return NULL;
}

/* External ids by source; NULL: there are none, or no memory. New reference. */
static json_t *external_ids(const struct export_lead *l)
{
	json_t *all = NULL;
	for (size_t i = 0; i < l->n_identities; i++) {
		const char *kind = l->identities[i].kind;
		if (strncmp(kind, "external_id:", 12) != 0 || json_object_size(all) == NAMED_MAX)
			continue;
		if (!all)
			all = json_object();
		json_object_set_new(all, kind + 12, json_string(l->identities[i].value));
	}
	return all;
}

/* Where it can be imported: profile and names in one object. */
static enum status importable(const struct export_lead *l, json_t **ret, struct err *e)
{
	json_t *lead, *ids = external_ids(l);
	const char *cookie = name_of(l, "anonymous_id");
	enum status s = read_profile(l, &lead, e);
	if (s != ST_OK) {
		json_decref(ids);
		return s;
	}
	if (ids)
		json_object_set_new(lead, "external_id", ids);
	if (cookie)
		json_object_set_new(lead, "anonymous_id", json_string(cookie));
	json_object_del(lead, "account"); /* the service's own */
	*ret = lead;
	return ST_OK;
}

enum status export_lead_line(struct buf *b, const struct export_lead *l, struct err *e)
{
	json_t *lead = NULL;
	struct lead_row rest = l->lead;
	enum status s = importable(l, &lead, e);
	if (s != ST_OK)
		return s;
	buf_puts(b, "{\"lead\":");
	bool ok = json_write(lead, false, b);
	json_decref(lead);
	buf_puts(b, ",\"identities\":");
	export_names(b, l->identities, l->n_identities);
	/* Everything else as in GET /v1/leads/{id}. */
	rest.profile_len = 0;
	size_t at = b->len;
	render_lead(b, &rest);
	if (!ok || !buf_ok(b))
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	b->data[at] = ',';
	return ST_OK;
}

static void put_value(struct buf *b, const json_t *v)
{
	char number[64];
	if (!v || json_is_null(v)) {
		csv_text(b, false, NULL);
	} else if (json_is_string(v)) {
		csv_text(b, false, json_string_value(v));
	} else if (json_is_integer(v)) {
		csv_number(b, false, json_integer_value(v));
	} else if (json_is_real(v)) {
		snprintf(number, sizeof number, "%.17g", json_real_value(v));
		csv_text(b, false, number);
	} else {
		struct buf text = BUF_INIT;
		if (json_write(v, false, &text))
			csv_text(b, false, text.data);
		else
			b->failed = true;
		buf_free(&text);
	}
}

static const json_t *at_path(const json_t *profile, const char *path)
{
	const char *dot = strchr(path, '.');
	if (!dot)
		return json_object_get(profile, path);
	return json_object_get(json_object_getn(profile, path, (size_t)(dot - path)), dot + 1);
}

static void put_figures(struct buf *b, const struct lead_row *l)
{
	struct buf tags = BUF_INIT;
	csv_number(b, false, l->score);
	csv_number(b, false, l->fit);
	csv_number(b, false, l->engagement);
	csv_number(b, false, l->score_offset);
	csv_text(b, false, (char[]){l->tier, '\0'});
	csv_text(b, false, l->grade);
	csv_text(b, false, l->stage);
	for (size_t i = 0; i < l->n_tags; i++) {
		buf_puts(&tags, i ? ", " : "");
		buf_puts(&tags, l->tags[i]);
	}
	csv_text(b, false, tags.data);
	buf_free(&tags);
	csv_text(b, false, l->has_handoff ? l->handoff_state : NULL);
	csv_time(b, false, l->last_event_at);
	csv_time(b, false, l->next_change_at);
	csv_time(b, false, l->created_at);
	csv_time(b, false, l->updated_at);
	csv_number(b, false, l->version);
}

enum status export_lead_row(struct buf *b, const struct export_lead *l, struct err *e)
{
	json_t *profile = NULL, *ids = external_ids(l);
	enum status s = read_profile(l, &profile, e);
	if (s != ST_OK) {
		json_decref(ids);
		return s;
	}
	csv_uuid(b, true, &l->lead.id);
	put_value(b, ids);
	csv_text(b, false, name_of(l, "anonymous_id"));
	for (size_t i = 0; i < N_PATHS; i++)
		put_value(b, at_path(profile, profile_paths[i]));
	put_figures(b, &l->lead);
	struct buf names = BUF_INIT;
	export_names(&names, l->identities, l->n_identities);
	csv_text(b, false, names.data);
	if (!buf_ok(&names))
		b->failed = true;
	buf_free(&names);
	json_decref(profile);
	json_decref(ids);
	return ST_OK;
}
