/* A guess as a mapping's document. */
#include <string.h>

#include "base/buf.h"
#include "guess.h"

/* Puts v where the dotted path says. False: out of memory. */
static bool put(json_t *document, const char *path, json_t *v)
{
	json_t *at = document;
	char key[256];
	/* What is free may have dots in its name. */
	bool own = !strncmp(path, "lead.attributes.", 16) || !strncmp(path, "properties.", 11);
	for (const char *dot; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
		size_t n = (size_t)(dot - path);
		memcpy(key, path, n);
		key[n] = '\0';
		json_t *next = json_object_get(at, key);
		if (!next && json_object_set_new(at, key, next = json_object()) != 0) {
			json_decref(v);
			return false;
		}
		at = next;
		if (own && (!strcmp(key, "attributes") || !strcmp(key, "properties"))) {
			path = dot + 1;
			break;
		}
	}
	return json_object_set_new(at, path, v) == 0;
}

static json_t *cell_of(const struct guess_column *c)
{
	static const char *const types[] = {"text", "number", "boolean", "time", "list", "json"};
	json_t *cell = json_pack("{s:s}", "$column", c->name);
	if (!cell)
		return NULL;
	if (c->as != CELL_TEXT)
		json_object_set_new(cell, "as", json_string(types[c->as]));
	if (c->as == CELL_TIME && c->formats[0])
		json_object_set_new(cell, "format",
		    c->formats[1] ? json_pack("[s, s]", c->formats[0], c->formats[1]) : json_string(c->formats[0]));
	if (c->as == CELL_NUMBER && c->group_mark)
		json_object_set_new(cell, "group_mark", json_stringn(&c->group_mark, 1));
	return cell;
}

/* In a {"$text"} braces stand for themselves when doubled. */
static void put_braced(struct buf *b, const char *name)
{
	buf_putc(b, '{');
	buf_puts(b, name);
	buf_putc(b, '}');
}

static json_t *whole_name(const struct guess *g)
{
	struct buf text = BUF_INIT;
	const char *front = g->joined ? g->last : g->first, *back = g->joined ? g->first : g->last;
	if (front)
		put_braced(&text, front);
	if (front && back && !g->joined)
		buf_putc(&text, ' ');
	if (back)
		put_braced(&text, back);
	json_t *v = buf_ok(&text) ? json_pack("{s:s}", "$text", text.data) : NULL;
	buf_free(&text);
	return v;
}

static bool put_columns(const struct guess *g, json_t *document, const char *name)
{
	bool ok = true;
	for (size_t i = 0; ok && i < g->n; i++) {
		const struct guess_column *c = &g->columns[i];
		if (!c->path || c->name == g->first || c->name == g->last)
			continue;
		json_t *cell = cell_of(c);
		/* Whose ids they are is not known, so they are this file's. */
		if (cell && !strcmp(c->path, "lead.external_id"))
			cell = json_pack("{s:o}", name, cell);
		ok = cell && put(document, c->path, cell);
	}
	if (ok && (g->first || g->last)) {
		json_t *whole = whole_name(g);
		ok = whole && put(document, "lead.name", whole);
	}
	return ok;
}

/* A source of external ids has letters, digits, dots, hyphens and underscores. */
static void source_name(const char *name, char out[65])
{
	size_t n = 0;
	for (; *name && n < 64; name++)
		if ((*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
		    (*name >= '0' && *name <= '9') || strchr("_.-", *name))
			out[n++] = *name;
	out[n] = '\0';
	if (!n)
		memcpy(out, "file", 5);
}

json_t *guess_mapping(const struct guess *g, const char *name, const char *time_zone)
{
	char source[65];
	source_name(name, source);
	json_t *document = json_pack("{s:s, s:s, s:s}", "name", *name ? name : "import", "kind",
	    g->events ? "events" : "leads", "time_zone", time_zone);
	bool ok = document != NULL;
	if (ok && g->delimiter != ',')
		ok = json_object_set_new(document, "delimiter", json_stringn(&g->delimiter, 1)) == 0;
	if (ok && !g->header) {
		json_t *names = json_array();
		for (size_t i = 0; i < g->n; i++)
			json_array_append_new(names, json_string(g->columns[i].name));
		ok = json_object_set_new(document, "columns", names) == 0;
	}
	if (!ok || !put_columns(g, document, source)) {
		json_decref(document);
		return NULL;
	}
	return document;
}

static bool has_columns(const struct guess *g, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (i >= g->n || strcmp(g->columns[i].name, names[i]) != 0)
			return false;
	return true;
}

static json_t *kept(const char *name, const char *as)
{
	return json_pack("{s:s, s:s, s:b}", "$column", name, "as", as, "trim", 0);
}

static bool among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names != NULL;
}

json_t *guess_export(const struct guess *g)
{
	static const char *const events[] = {"key", "lead_id", "event_id", "type", "occurred_at", "received_at",
	    "email", "phone", "properties", "profile_patch", "source", "identities", "voided_at", "void_reason", "flag",
	    "cleaned"};
	static const char *const leads[] = {
	    "id", "external_id", "anonymous_id", "email", "phone", "name", "title", "company.name", "company.domain"};
	static const char *const json[] = {"properties", "profile_patch", "identities", "cleaned", "external_id",
	    "company.technologies", "needs", "decision", "value", "consent", "attributes", "source", NULL};
	static const char *const numbers[] = {
	    "company.employees", "company.annual_revenue", "company.founded_year", NULL};
	static const char *const figures[] = {"id", "score", "fit", "engagement", "offset", "tier", "grade", "stage",
	    "tags", "handoff", "last_event_at", "next_change_at", "created_at", "updated_at", "version", "identities", NULL};
	bool stored = has_columns(g, events, sizeof events / sizeof events[0]);
	if (!stored && !has_columns(g, leads, sizeof leads / sizeof leads[0]))
		return NULL;
	json_t *document = json_pack("{s:s, s:s}", "name", "export", "kind", stored ? "stored" : "leads");
	for (size_t i = 0; document && i < g->n; i++) {
		const char *name = g->columns[i].name;
		char path[300] = "";
		if (!stored && among(name, figures))
			continue;
		strcat(path, stored ? "row." : "lead.");
		strncat(path, name, 250);
		put(document, path, kept(name, among(name, json) ? "json" : among(name, numbers) ? "number" : "text"));
	}
	return document;
}
