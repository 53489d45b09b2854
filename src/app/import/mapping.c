/* From the document to the tree. */
#include <string.h>

#include "../subcommand.h"
#include "base/json.h"
#include "mapping_priv.h"

#define COLUMNS_MAX 1000

static enum status node_parse(struct mapping *m, json_t *v, const char *pointer, struct node **ret, struct err *e);

static enum status out_of_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

static enum status refuse(struct err *e, const char *pointer, const char *text)
{
	return err_at(e, ST_INVALID, "mapping_invalid", pointer, "%s", text);
}

static enum status only_known(const json_t *object, const char *const *known, const char *pointer, struct err *e)
{
	const char *key = json_unknown_key(object, known);
	if (!key)
		return ST_OK;
	char at[ERR_POINTER_MAX];
	json_pointer_join(at, pointer, key);
	const char *near = nearest_word(key, known);
	return err_at(e, ST_INVALID, "mapping_invalid", at, "there is no member \"%.60s\" here%s%s%s", key,
	    near ? "; is it \"" : "", near ? near : "", near ? "\"?" : "");
}

/* The column of that name, made when it is named for the first time. */
static enum status column_named(
    struct mapping *m, const char *name, const char *pointer, struct column **ret, struct err *e)
{
	for (size_t i = 0; i < m->n_used; i++)
		if (!strcmp(m->used[i]->name, name)) {
			*ret = m->used[i];
			return ST_OK;
		}
	if (m->n_used == COLUMNS_MAX)
		return refuse(e, pointer, "too many columns");
	struct column *c = arena_zalloc(m->arena, sizeof *c);
	if (!c || !(c->name = arena_strdup(m->arena, name)) || !(c->pointer = arena_strdup(m->arena, pointer)))
		return out_of_memory(e);
	m->used[m->n_used++] = c;
	*ret = c;
	return ST_OK;
}

static enum status mark_parse(const json_t *object, const char *key, const char *pointer, char *ret, struct err *e)
{
	const json_t *v = json_object_get(object, key);
	if (!v)
		return ST_OK;
	const char *s = json_string_value(v);
	if (!s || strlen(s) != 1 || *s < 0x09 || *s > 0x7e || strchr("\"\r\n", *s)) {
		char at[ERR_POINTER_MAX];
		json_pointer_join(at, pointer, key);
		return refuse(e, at, "must be one ASCII character, and no quote or line break");
	}
	*ret = *s;
	return ST_OK;
}

static enum status formats_parse(const json_t *v, const char *pointer, struct cell_form *f, struct err *e)
{
	size_t n = json_is_array(v) ? json_array_size(v) : 1;
	if (n > CELL_FORMATS_MAX)
		return refuse(e, pointer, "at most 8 formats");
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_is_array(v) ? json_array_get(v, i) : v);
		if (!s || !cell_format_valid(s))
			return refuse(e, pointer,
			    "a format has %Y %m %d %H %M %S %f %z %s %Q %% and text, as \"%d/%m/%Y %H:%M\"");
		f->formats[f->n_formats++] = s;
	}
	return ST_OK;
}

static enum status cell_parse(struct mapping *m, json_t *v, const char *pointer, struct node *node, struct err *e)
{
	static const char *const known[] = {"$column", "as", "format", "values", "otherwise", "default", "trim",
	    "separator", "decimal_mark", "group_mark", NULL};
	char at[ERR_POINTER_MAX];
	node->kind = NODE_CELL;
	node->form =
	    (struct cell_form){.type = CELL_TEXT, .decimal_mark = '.', .separator = ',', .time_zone = m->time_zone};
	enum status s = only_known(v, known, pointer, e);
	const char *name = json_string_value(json_object_get(v, "$column"));
	if (s != ST_OK)
		return s;
	json_pointer_join(at, pointer, "$column");
	if (!name)
		return refuse(e, at, "must be the name of a column");
	s = column_named(m, name, at, &node->column, e);
	const json_t *as = json_object_get(v, "as"), *format = json_object_get(v, "format"),
		     *trim = json_object_get(v, "trim");
	json_pointer_join(at, pointer, "as");
	if (s == ST_OK && as && (!json_is_string(as) || !cell_type_parse(json_string_value(as), &node->form.type)))
		return refuse(e, at, "is text, number, boolean, time, list or json");
	json_pointer_join(at, pointer, "format");
	if (s == ST_OK && format && node->form.type != CELL_TIME)
		return refuse(e, at, "is for times: add \"as\": \"time\"");
	if (s == ST_OK && format)
		s = formats_parse(format, at, &node->form, e);
	json_pointer_join(at, pointer, "trim");
	if (s == ST_OK && trim && !json_is_boolean(trim))
		return refuse(e, at, "is true or false");
	node->keep_space = trim && !json_is_true(trim);
	if (s == ST_OK)
		s = mark_parse(v, "separator", pointer, &node->form.separator, e);
	if (s == ST_OK)
		s = mark_parse(v, "decimal_mark", pointer, &node->form.decimal_mark, e);
	if (s == ST_OK)
		s = mark_parse(v, "group_mark", pointer, &node->form.group_mark, e);
	node->values = json_object_get(v, "values");
	node->otherwise = json_object_get(v, "otherwise");
	node->fallback = json_object_get(v, "default");
	json_pointer_join(at, pointer, "values");
	if (s == ST_OK && node->values && !json_is_object(node->values))
		return refuse(e, at, "is an object: what stands in the cell, and what it becomes");
	json_pointer_join(at, pointer, "otherwise");
	if (s == ST_OK && node->otherwise && !node->values)
		return refuse(e, at, "is for cells that are not in \"values\", and there are no \"values\"");
	return s;
}

/* "a-{b}-c{{": literals and cells. */
static enum status text_parse(struct mapping *m, json_t *v, const char *pointer, struct node *node, struct err *e)
{
	static const char *const known[] = {"$text", NULL};
	const char *text = json_string_value(json_object_get(v, "$text"));
	enum status s = only_known(v, known, pointer, e);
	if (s != ST_OK)
		return s;
	if (!text)
		return refuse(e, pointer, "\"$text\" is text with columns in braces, as \"deal-{id}\"");
	node->kind = NODE_TEXT;
	node->pieces = arena_array(m->arena, strlen(text) + 1, sizeof *node->pieces);
	struct buf literal = BUF_INIT;
	while (s == ST_OK) {
		struct column *column = NULL;
		if ((text[0] == '{' && text[1] == '{') || (text[0] == '}' && text[1] == '}')) {
			buf_putc(&literal, text[0]);
			text += 2;
			continue;
		}
		if (*text == '{') {
			const char *end = strchr(text, '}');
			char *name = end ? arena_strndup(m->arena, text + 1, (size_t)(end - text - 1)) : NULL;
			s = name ? column_named(m, name, pointer, &column, e)
				 : refuse(e, pointer, "a brace is opened and not closed");
			text = end ? end + 1 : text;
		} else if (*text) {
			buf_putc(&literal, *text++);
			continue;
		}
		if (s == ST_OK && node->pieces) {
			struct piece *p = &node->pieces[node->n++];
			p->column = column;
			p->literal = arena_strndup(m->arena, literal.len ? literal.data : "", literal.len);
			if (!p->literal || !buf_ok(&literal))
				s = out_of_memory(e);
		}
		buf_clear(&literal);
		if (!column)
			break;
	}
	buf_free(&literal);
	return s == ST_OK && !node->pieces ? out_of_memory(e) : s;
}

static enum status children_parse(struct mapping *m, json_t *v, const char *pointer, struct node *node, struct err *e)
{
	size_t n = json_is_object(v) ? json_object_size(v) : json_array_size(v);
	char at[ERR_POINTER_MAX];
	enum status s = ST_OK;
	node->kind = json_is_object(v) ? NODE_OBJECT : NODE_ARRAY;
	node->keys = arena_array(m->arena, n + 1, sizeof *node->keys);
	node->children = arena_array(m->arena, n + 1, sizeof *node->children);
	if (!node->keys || !node->children)
		return out_of_memory(e);
	if (node->kind == NODE_ARRAY) {
		for (size_t i = 0; s == ST_OK && i < n; i++) {
			json_pointer_index(at, pointer, i);
			s = node_parse(m, json_array_get(v, i), at, &node->children[node->n++], e);
		}
		return s;
	}
	for (void *it = json_object_iter(v); s == ST_OK && it; it = json_object_iter_next(v, it)) {
		const char *key = json_object_iter_key(it);
		json_pointer_join(at, pointer, key);
		if (key[0] == '$')
			return refuse(e, at, "only \"$column\" and \"$text\" begin with a dollar");
		node->keys[node->n] = key;
		s = node_parse(m, json_object_iter_value(it), at, &node->children[node->n++], e);
	}
	return s;
}

static enum status node_parse(struct mapping *m, json_t *v, const char *pointer, struct node **ret, struct err *e)
{
	struct node *node = arena_zalloc(m->arena, sizeof *node);
	if (!node || !(node->pointer = arena_strdup(m->arena, pointer)))
		return out_of_memory(e);
	*ret = node;
	if (json_object_get(v, "$column"))
		return cell_parse(m, v, pointer, node, e);
	if (json_object_get(v, "$text"))
		return text_parse(m, v, pointer, node, e);
	if (json_is_object(v) || json_is_array(v))
		return children_parse(m, v, pointer, node, e);
	node->kind = NODE_CONSTANT;
	node->constant = v;
	return ST_OK;
}

static enum status time_zone_parse(struct mapping *m, struct err *e)
{
	const json_t *v = json_object_get(m->document, "time_zone");
	m->time_zone = "Z";
	if (!v || (json_is_string(v) && !strcmp(json_string_value(v), "UTC")))
		return ST_OK;
	const char *s = json_string_value(v);
	if (!s || strlen(s) != 6 || !strchr("+-", s[0]) || s[3] != ':' || strspn(s + 1, "0123456789") != 2 ||
	    strspn(s + 4, "0123456789") != 2 || s[1] > '1' || s[4] > '5')
		return refuse(e, "/time_zone", "is \"UTC\" or an offset as \"+08:00\"");
	m->time_zone = s;
	return ST_OK;
}

static enum status columns_parse(struct mapping *m, struct err *e)
{
	m->columns = json_object_get(m->document, "columns");
	if (!m->columns)
		return ST_OK;
	size_t i;
	json_t *v;
	if (!json_is_array(m->columns) || json_array_size(m->columns) == 0 || json_array_size(m->columns) > COLUMNS_MAX)
		return refuse(e, "/columns", "is the list of the columns' names, for a file without a header");
	json_array_foreach(m->columns, i, v) if (!json_is_string(v)) return refuse(e, "/columns", "are names");
	return ST_OK;
}

static enum status head_parse(struct mapping *m, struct err *e)
{
	static const char *const known[] = {"name", "kind", "delimiter", "columns", "country", "time_zone", "type",
	    "event_id", "occurred_at", "lead", "properties", "source", "row", "comment", NULL};
	const json_t *country = json_object_get(m->document, "country");
	if (!json_is_object(m->document))
		return refuse(e, "", "a mapping is a JSON object");
	enum status s = only_known(m->document, known, "", e);
	if (s != ST_OK)
		return s;
	m->name = json_string_value(json_object_get(m->document, "name"));
	if (!m->name || !*m->name || strlen(m->name) > 64)
		return refuse(e, "/name",
		    "a mapping has a name of 1 to 64 bytes; the ids of rows without \"event_id\" are made with it");
	m->country = json_string_value(country);
	if (country &&
	    (!m->country || strlen(m->country) != 2 || strspn(m->country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2))
		return refuse(e, "/country", "is two capital letters (ISO 3166), as CN");
	m->delimiter = ',';
	s = mark_parse(m->document, "delimiter", "", &m->delimiter, e);
	if (s == ST_OK)
		s = time_zone_parse(m, e);
	return s == ST_OK ? columns_parse(m, e) : s;
}

/* The members of an export's row, each a cell. */
static enum status stored_parse(struct mapping *m, struct err *e)
{
	json_t *row = json_object_get(m->document, "row");
	if (!json_is_object(row))
		return refuse(e, "/row", "lays out a row of an export of events");
	m->stored = true;
	return node_parse(m, row, "", &m->event, e);
}

/* The event that a row makes; a lead's row is a profile_updated. */
static enum status event_parse(struct mapping *m, struct err *e)
{
	static const char *const parts[] = {"event_id", "occurred_at", "lead", "properties", "source", "type"};
	const char *kind = json_string_value(json_object_get(m->document, "kind"));
	bool events = kind && !strcmp(kind, "events");
	if (kind && !strcmp(kind, "stored"))
		return stored_parse(m, e);
	if (json_object_get(m->document, "row"))
		return refuse(e, "/row", "is for rows of an export of events");
	m->leads = !events;
	if (!events && (!kind || strcmp(kind, "leads") != 0))
		return refuse(e, "/kind", "is \"leads\", \"events\" or \"stored\"");
	if (!json_object_get(m->document, "lead"))
		return refuse(e, "/lead", "says whose row it is, as {\"email\": {\"$column\": \"email\"}}");
	if (events && !json_object_get(m->document, "type"))
		return refuse(e, "/type", "says what happened, as \"won\"");
	if (!events && json_object_get(m->document, "type"))
		return refuse(e, "/type", "is for events");
	if (!events && json_object_get(m->document, "properties"))
		return refuse(e, "/properties", "is for events; a lead's fields go under \"lead\"");
	if (!events && json_object_set_new(m->document, "type", json_string("profile_updated")) != 0)
		return out_of_memory(e);
	struct node *event = arena_zalloc(m->arena, sizeof *event);
	size_t most = sizeof parts / sizeof parts[0];
	if (!event || !(event->keys = arena_array(m->arena, most, sizeof *event->keys)) ||
	    !(event->children = arena_array(m->arena, most, sizeof *event->children)))
		return out_of_memory(e);
	event->kind = NODE_OBJECT;
	event->pointer = "";
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < most; i++) {
		json_t *v = json_object_get(m->document, parts[i]);
		char at[ERR_POINTER_MAX];
		if (!v)
			continue;
		json_pointer_join(at, "", parts[i]);
		event->keys[event->n] = parts[i];
		s = node_parse(m, v, at, &event->children[event->n++], e);
	}
	m->event = event;
	return s;
}

enum status mapping_parse(const char *text, size_t n, struct mapping **ret, struct err *e)
{
	static const struct json_limits limits = {.max_bytes = MAPPING_FILE_MAX};
	struct mapping *m = calloc(1, sizeof *m);
	if (!m)
		return out_of_memory(e);
	m->arena = arena_new(0);
	m->used = m->arena ? arena_array(m->arena, COLUMNS_MAX, sizeof *m->used) : NULL;
	enum status s = m->used ? json_read(text, n, &limits, &m->document, e) : out_of_memory(e);
	if (s == ST_OK)
		s = head_parse(m, e);
	if (s == ST_OK)
		s = event_parse(m, e);
	if (s != ST_OK) {
		mapping_free(&m);
		return s;
	}
	*ret = m;
	return ST_OK;
}

void mapping_free(struct mapping **mp)
{
	if (!mp || !*mp)
		return;
	json_decref((*mp)->document);
	arena_free(&(*mp)->arena);
	free(*mp);
	*mp = NULL;
}
