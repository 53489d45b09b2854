/* From settings and messages to what is said. An endpoint's own templates come before the service's words; both are
 * filled from the same document. */
#include "chat_text.h"

#include <string.h>

#include "base/json.h"

#define TITLE_MAX 300
#define LINK_MAX 1000
#define TEMPLATE_MAX 4000
#define SECRET_MAX 200

const char *const chat_roots[] = {"id", "type", "timestamp", "data", "lead", NULL};

static enum status text_check(const json_t *v, const char *pointer, size_t max, struct err *e)
{
	if (!json_is_string(v))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be a text.");
	if (!json_string_length(v) || json_string_length(v) > max)
		return err_at(e, ST_INVALID, "field_invalid", pointer, "It must have 1 to %zu bytes.", max);
	return ST_OK;
}

static enum status strangers(const json_t *o, const char *const *known, const char *pointer, struct err *e)
{
	char at[ERR_POINTER_MAX];
	const char *stranger = json_unknown_key(o, known);
	if (!stranger)
		return ST_OK;
	json_pointer_join(at, pointer, stranger);
	return err_at(e, ST_INVALID, "field_unknown", at, "There is no such field here.");
}

static enum status words_check(const json_t *words, const char *pointer, struct err *e)
{
	static const char *const known[] = {"title", "text", NULL};
	if (!json_is_object(words) || !json_object_size(words))
		return err_at(e, ST_INVALID, "field_type", pointer, "It must be an object with title, text or both.");
	enum status s = strangers(words, known, pointer, e);
	for (size_t i = 0; s == ST_OK && known[i]; i++) {
		const json_t *v = json_object_get(words, known[i]);
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, pointer, known[i]);
		if (v)
			s = text_check(v, at, TEMPLATE_MAX, e);
		if (v && s == ST_OK)
			s = template_check(json_string_value(v), chat_roots, at, e);
	}
	return s;
}

static enum status templates_check(const json_t *templates, struct err *e)
{
	enum status s = ST_OK;
	const char *type;
	json_t *words;
	if (!json_is_object(templates))
		return err_at(e, ST_INVALID, "field_type", "/settings/templates", "It must be an object.");
	json_object_foreach((json_t *)templates, type, words)
	{
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, "/settings/templates", type);
		if (s == ST_OK && !webhook_filter_known(type))
			s = err_at(e, ST_INVALID, "type_unknown", at,
			    "There is no such type; a family of them is named as \"handoff.*\", all as \"*\".");
		if (s == ST_OK)
			s = words_check(words, at, e);
	}
	return s;
}

/* It stands in markup of several kinds. */
static enum status link_check(const json_t *link, struct err *e)
{
	enum status s = text_check(link, "/settings/link", LINK_MAX, e);
	const char *text = json_string_value(link);
	if (s == ST_OK)
		s = template_check(text, chat_roots, "/settings/link", e);
	if (s != ST_OK)
		return s;
	bool good = !strncmp(text, "https://", 8) || !strncmp(text, "http://", 7);
	for (const char *c = text; good && *c; c++) {
		const char *end = !strncmp(c, "{{", 2) ? strstr(c, "}}") : NULL;
		if (end)
			c = end + 1;
		else
			good = *c > ' ' && *c < 0x7f && !strchr("<>()[]|\"'`\\", *c);
	}
	return good ? ST_OK
		    : err_at(e, ST_INVALID, "url_invalid", "/settings/link",
			  "It must be a URL such as https://crm.example.com/leads/{{/lead/id}}.");
}

static enum status choice_check(const json_t *v, const char *const *known, const char *pointer, struct err *e)
{
	for (size_t i = 0; known[i]; i++)
		if (json_is_string(v) && !strcmp(json_string_value(v), known[i]))
			return ST_OK;
	return err_at(
	    e, ST_INVALID, "field_invalid", pointer, "It must be \"%s\" or another of the known ones.", known[0]);
}

enum status chat_settings_check(const struct chat_robot *r, const json_t *settings, struct err *e)
{
	static const char *const languages[] = {"zh-CN", "en", NULL};
	static const char *const known[] = {"language", "format", "link", "templates", "secret", NULL};
	static const char *const unsigned_[] = {"language", "format", "link", "templates", NULL};
	const json_t *v;
	enum status s = strangers(settings, r->signs ? known : unsigned_, "/settings", e);
	if (s == ST_OK && (v = json_object_get(settings, "language")))
		s = choice_check(v, languages, "/settings/language", e);
	if (s == ST_OK && (v = json_object_get(settings, "format")))
		s = choice_check(v, r->formats, "/settings/format", e);
	if (s == ST_OK && (v = json_object_get(settings, "link")))
		s = link_check(v, e);
	if (s == ST_OK && (v = json_object_get(settings, "templates")))
		s = templates_check(v, e);
	if (s == ST_OK && (v = json_object_get(settings, "secret")))
		s = text_check(v, "/settings/secret", SECRET_MAX, e);
	return s;
}

const char *chat_format(const struct chat_robot *r, const json_t *settings)
{
	const char *format = json_string_value(json_object_get(settings, "format"));
	return format ? format : r->formats[0];
}

json_t *chat_document(const struct webhook_message *m)
{
	struct buf at = BUF_INIT;
	buf_json_time(&at, m->at);
	json_t *data = json_loads(m->data, 0, NULL), *lead = m->lead ? json_loads(m->lead, 0, NULL) : json_null();
	json_t *timestamp = buf_ok(&at) ? json_loadb(at.data, at.len, JSON_DECODE_ANY, NULL) : NULL;
	buf_free(&at);
	return json_pack("{s:s, s:s, s:o, s:o, s:o}", "id", m->id, "type", m->type, "timestamp", timestamp, "data",
	    data, "lead", lead);
}

/* The type's own words, or its family's, or those for all. */
static const char *own_words(const json_t *templates, const char *type, const char *part)
{
	char family[64];
	const char *dot = strchr(type, '.');
	snprintf(family, sizeof family, "%.*s.*", dot ? (int)(dot - type) : 0, type);
	const char *const keys[] = {type, family, "*"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const char *words = json_string_value(json_object_get(json_object_get(templates, keys[i]), part));
		if (words)
			return words;
	}
	return NULL;
}

static const char *language_of(const struct chat_robot *r, const json_t *settings)
{
	const char *language = json_string_value(json_object_get(settings, "language"));
	return language ? language : r->language;
}

/* A link with a hole in it leads nowhere. */
static void put_link(const json_t *settings, json_t *doc, struct buf *out)
{
	const char *link = json_string_value(json_object_get(settings, "link"));
	char missing[ERR_POINTER_MAX] = "";
	if (!link)
		return;
	template_text(link, doc, TEMPLATE_URL, out, missing);
	if (*missing || out->len > LINK_MAX)
		buf_clear(out);
}

static void trim(struct buf *b)
{
	while (b->len && (b->data[b->len - 1] == '\n' || b->data[b->len - 1] == ' '))
		b->data[--b->len] = '\0';
}

/* One message. A title is one line. */
static void say(const struct chat_robot *r, const json_t *settings, const struct webhook_message *m, json_t *doc,
    const struct chat_place *place, enum template_escape title_escape, struct chat_text *out)
{
	const json_t *templates = json_object_get(settings, "templates");
	struct chat_words usual = chat_words(language_of(r, settings), m->type);
	const char *title = own_words(templates, m->type, "title"), *text = own_words(templates, m->type, "text");
	template_text(title ? title : usual.title, doc, title_escape, &out->title, NULL);
	template_text(text ? text : usual.text, doc, place->text, &out->text, NULL);
	put_link(settings, doc, &out->link);
	for (size_t i = 0; i < out->title.len; i++)
		if (out->title.data[i] == '\n')
			out->title.data[i] = ' ';
	trim(&out->text);
	chat_cut(&out->title, TITLE_MAX, CHAT_BYTES);
}

void chat_put_link(enum chat_markup markup, const char *link, const char *said, struct buf *out)
{
	if (markup == CHAT_MARKDOWN)
		buf_printf(out, "[%s](%s)", said, link);
	else if (markup == CHAT_SLACK)
		buf_printf(out, "<%s|%s>", link, said);
	else
		buf_printf(out, "%s %s", said, link);
}

static void line(const struct chat_place *place, const struct chat_text *one, struct buf *out)
{
	const char *title = one->title.data ? one->title.data : "";
	buf_puts(out, out->len ? "\n• " : "• ");
	if (one->link.len)
		chat_put_link(place->markup, one->link.data, title, out);
	else
		buf_puts(out, title);
}

enum status chat_text_make(const struct chat_robot *r, const json_t *settings, const struct webhook_message *m,
    size_t n, const struct chat_place *place, struct chat_text *ret, struct err *e)
{
	bool zh = !strcmp(language_of(r, settings), "zh-CN"), good = true;
	struct chat_text t = {.look = zh ? "查看线索" : "Open"};
	for (size_t i = 0; good && i < n; i++) {
		json_t *doc = chat_document(&m[i]);
		struct chat_text one = {.look = NULL};
		good = doc != NULL;
		chat_localize(doc, m[i].team);
		if (good && n == 1) {
			say(r, settings, &m[i], doc, place, place->title, &t);
		} else if (good) {
			say(r, settings, &m[i], doc, place, place->text, &one);
			line(place, &one, &t.text);
			good = buf_ok(&one.title) && buf_ok(&one.text) && buf_ok(&one.link);
		}
		chat_text_free(&one);
		json_decref(doc);
	}
	if (n > 1)
		chat_words_digest(language_of(r, settings), n, &t.title);
	chat_cut(&t.text, place->max, place->measure);
	/* Never nothing: the buffers have a text once something was put in. */
	buf_puts(&t.title, "");
	buf_puts(&t.text, "");
	if (!good || !buf_ok(&t.title) || !buf_ok(&t.text) || !buf_ok(&t.link)) {
		chat_text_free(&t);
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	*ret = t;
	return ST_OK;
}

void chat_text_free(struct chat_text *t)
{
	buf_free(&t->title);
	buf_free(&t->text);
	buf_free(&t->link);
}

enum status chat_put_body(json_t *v, struct buf *out, struct err *e)
{
	bool good = v && json_write(v, false, out) && buf_ok(out);
	json_decref(v);
	return good ? ST_OK : err_set(e, ST_NOMEM, NULL, "Out of memory.");
}
