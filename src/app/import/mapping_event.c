/* The mapping at work: columns found in a header, rows made into events. */
#include <stdlib.h>
#include <string.h>

#include "../subcommand.h"
#include "base/buf.h"
#include "base/ident.h"
#include "mapping_priv.h"

const char *mapping_name(const struct mapping *m)
{
	return m->name;
}

char mapping_delimiter(const struct mapping *m)
{
	return m->delimiter;
}

const char *mapping_country(const struct mapping *m)
{
	return m->country;
}

bool mapping_of_leads(const struct mapping *m)
{
	return m->leads;
}

bool mapping_of_stored(const struct mapping *m)
{
	return m->stored;
}

bool mapping_has_header(const struct mapping *m)
{
	return !m->columns;
}

static const char *trim(const char *s, size_t *n)
{
	while (*n && (*s == ' ' || *s == '\t')) {
		s++;
		(*n)--;
	}
	while (*n && (s[*n - 1] == ' ' || s[*n - 1] == '\t'))
		(*n)--;
	return s;
}

/* What export.c puts before a cell that a spreadsheet would take for a formula is taken away again. */
static const char *unguard(const char *s, size_t *n)
{
	size_t quotes = strspn(s, "'");
	if (!quotes || quotes >= *n)
		return s;
	static const char *const signs[] = {
	    "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (!strncmp(s + quotes, signs[i], strlen(signs[i]))) {
			--*n;
			return s + 1;
		}
	return s;
}

static enum status bind_column(struct column *c, const char **names, size_t n, struct err *e)
{
	size_t found = 0;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], c->name)) {
			c->index = i;
			found++;
		}
	if (found == 1)
		return ST_OK;
	if (found > 1)
		return err_at(
		    e, ST_INVALID, "mapping_invalid", c->pointer, "the file has several columns \"%.100s\"", c->name);
	const char *near = nearest_word(c->name, names);
	return err_at(e, ST_INVALID, "mapping_invalid", c->pointer, "the file has no column \"%.100s\"%s%.100s%s",
	    c->name, near ? "; is it \"" : "", near ? near : "", near ? "\"?" : "");
}

enum status mapping_bind(struct mapping *m, const struct csv_row *header, struct err *e)
{
	m->width = m->columns ? json_array_size(m->columns) : header->n;
	const char **names = arena_array(m->arena, m->width + 1, sizeof *names);
	if (!names)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	for (size_t i = 0; i < m->width; i++) {
		size_t n = m->columns ? json_string_length(json_array_get(m->columns, i)) : header->fields[i].n;
		const char *s =
		    trim(m->columns ? json_string_value(json_array_get(m->columns, i)) : header->fields[i].s, &n);
		names[i] = arena_strndup(m->arena, s, n);
		if (!names[i])
			return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	enum status s = ST_OK;
	for (size_t i = 0; s == ST_OK && i < m->n_used; i++)
		s = bind_column(m->used[i], names, m->width, e);
	return s;
}

static enum status out_of_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "out of memory");
}

/* A constant of the document as a value of the row: null leaves the member out. */
static json_t *given(const json_t *v)
{
	return json_is_null(v) ? NULL : json_deep_copy(v);
}

static enum status cell_evaluate(const struct node *node, const struct csv_row *row, json_t **ret, struct err *e)
{
	const struct csv_field *field = &row->fields[node->column->index];
	size_t n = field->n;
	const char *s = unguard(field->s, &n);
	if (!node->keep_space)
		s = trim(s, &n);
	const json_t *v = node->values ? json_object_getn(node->values, s, n) : NULL;
	if (!v && node->values && node->otherwise)
		v = node->otherwise;
	if (!v && n == 0) {
		*ret = node->fallback ? given(node->fallback) : NULL;
		return ST_OK;
	}
	if (v) {
		*ret = given(v);
		return ST_OK;
	}
	/* cell_value wants a NUL behind it. */
	char *text = strndup(s, n);
	if (!text)
		return out_of_memory(e);
	*ret = cell_value(&node->form, text, n);
	free(text);
	if (*ret)
		return ST_OK;
	return err_at(e, ST_INVALID, "cell_invalid", node->pointer, "\"%.60s\" in column \"%.60s\" is not %s", s,
	    node->column->name, cell_type_noun(node->form.type));
}

/* Left out when any of its cells is blank: half an id is none. */
static enum status text_evaluate(const struct node *node, const struct csv_row *row, json_t **ret, struct err *e)
{
	struct buf out = BUF_INIT;
	for (size_t i = 0; i < node->n; i++) {
		const struct piece *p = &node->pieces[i];
		buf_puts(&out, p->literal);
		if (!p->column)
			continue;
		size_t n = row->fields[p->column->index].n;
		const char *s = unguard(row->fields[p->column->index].s, &n);
		s = trim(s, &n);
		if (n == 0) {
			buf_free(&out);
			*ret = NULL;
			return ST_OK;
		}
		buf_put(&out, s, n);
	}
	*ret = buf_ok(&out) ? json_stringn(out.len ? out.data : "", out.len) : NULL;
	buf_free(&out);
	return *ret ? ST_OK : out_of_memory(e);
}

/* *ret NULL with ST_OK: nothing to say, left out. */
static enum status evaluate(const struct node *node, const struct csv_row *row, json_t **ret, struct err *e)
{
	if (node->kind == NODE_CONSTANT) {
		/* A copy: the event goes to another thread, and jansson's values know no threads. */
		*ret = json_deep_copy(node->constant);
		return *ret ? ST_OK : out_of_memory(e);
	}
	if (node->kind == NODE_CELL)
		return cell_evaluate(node, row, ret, e);
	if (node->kind == NODE_TEXT)
		return text_evaluate(node, row, ret, e);
	json_t *out = node->kind == NODE_OBJECT ? json_object() : json_array();
	enum status s = out ? ST_OK : out_of_memory(e);
	size_t said = 0;
	for (size_t i = 0; s == ST_OK && i < node->n; i++) {
		json_t *v = NULL;
		s = evaluate(node->children[i], row, &v, e);
		if (s != ST_OK || !v)
			continue;
		said++;
		if ((node->kind == NODE_OBJECT ? json_object_set_new(out, node->keys[i], v)
					       : json_array_append_new(out, v)) != 0)
			s = out_of_memory(e);
	}
	if (s != ST_OK || (node->n && !said)) {
		json_decref(out);
		out = NULL;
	}
	*ret = out;
	return s;
}

/* An id that depends on the row's fields and the mapping's name and on nothing else: not on the file, not on the place
 * in it. */
static json_t *row_id(const struct mapping *m, const struct csv_row *row)
{
	struct buf all = BUF_INIT;
	for (size_t i = 0; i < row->n; i++) {
		buf_put_i64(&all, (int64_t)row->fields[i].n);
		buf_putc(&all, ':');
		buf_put(&all, row->fields[i].s, row->fields[i].n);
	}
	json_t *id = NULL;
	if (buf_ok(&all)) {
		struct uuid hash = hash128(m->name, strlen(m->name), all.data, all.len);
		char hex[33];
		hex_encode(hash.b, sizeof hash.b, hex);
		id = json_sprintf("import:%s:%s", m->name, hex);
	}
	buf_free(&all);
	return id;
}

enum status mapping_event(const struct mapping *m, const struct csv_row *row, json_t **ret, struct err *e)
{
	json_t *event = NULL;
	if (row->n != m->width)
		return err_set(e, ST_INVALID, "csv_field_count", "the row has %zu fields where there are %zu columns",
		    row->n, m->width);
	enum status s = evaluate(m->event, row, &event, e);
	if (s != ST_OK)
		return s;
	if (!event && !(event = json_object()))
		return out_of_memory(e);
	if (!m->stored && !json_object_get(event, "event_id") &&
	    json_object_set_new(event, "event_id", row_id(m, row)) != 0) {
		json_decref(event);
		return out_of_memory(e);
	}
	*ret = event;
	return ST_OK;
}
