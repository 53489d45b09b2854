/* Answers of forms: an array whose elements have a label and a value, or an object whose members are labels.
 *
 * `pick` of the mapping says how: {"in": where they are; "labels": expressions of the element, each a label of it;
 * "value": expressions, the first that is there; "type": one; "titles": {"in", "key", "of", "title"}: labels that stand
 * elsewhere; "options": {"in", "key", "text"}: what the values, being keys, mean; "after": a sign, behind which a
 * member's name is a label too ("q3_email"); "begins": what the names of the members begin with that are answers}.
 * Labels are compared folded. */
#include "source_priv.h"

#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define ANSWERS_MAX 500
#define LABELS_MAX 8

struct answer {
	const char *labels[LABELS_MAX]; /* folded; the first is also shown */
	const char *shown, *type;
	size_t n_labels;
	json_t *value; /* borrowed from `keep` */
};

struct source_answer_list {
	struct answer *answers;
	size_t n;
	json_t *keep; /* an array that owns the values; dropped with the view (source_map.c) */
};

void source_answers_drop(struct source_view *v)
{
	if (v->answers)
		json_decref(v->answers->keep);
	v->answers = NULL;
}

static void add_label(struct source_view *v, struct answer *a, const char *text)
{
	const char *folded = text && *text ? text_fold(v->arena, text, strlen(text)) : NULL;
	if (!folded || !*folded || a->n_labels == LABELS_MAX)
		return;
	a->labels[a->n_labels++] = folded;
}

static enum status labels(struct source_view *v, const json_t *pick, struct answer *a, struct err *e)
{
	const json_t *list = json_object_get(pick, "labels"), *titles = json_object_get(pick, "titles");
	enum status s = ST_OK;
	if (titles) {
		/* A title is what people see; it is shown before a key that a machine made. */
		const char *mine = NULL;
		struct source_view there = *v;
		there.item = v->payload;
		json_t *all;
		s = source_text_of(v, json_object_get(titles, "of"), &mine, e);
		if (s == ST_OK)
			s = source_value_of(&there, json_object_get(titles, "in"), &all, e);
		for (size_t i = 0; s == ST_OK && mine && i < json_array_size(all); i++) {
			json_t *one = json_array_get(all, i);
			const char *key = source_scalar(
			    v->arena, json_pointer_get(one, json_string_value(json_object_get(titles, "key"))));
			const char *title = source_scalar(
			    v->arena, json_pointer_get(one, json_string_value(json_object_get(titles, "title"))));
			if (key && title && !strcmp(key, mine)) {
				a->shown = a->shown ? a->shown : title;
				add_label(v, a, title);
			}
		}
		if (s == ST_OK)
			json_decref(all);
	}
	for (size_t i = 0; s == ST_OK && i < json_array_size(list); i++) {
		const char *text;
		s = source_text_of(v, json_array_get(list, i), &text, e);
		if (s == ST_OK && text) {
			a->shown = a->shown ? a->shown : text;
			add_label(v, a, text);
		}
	}
	return s;
}

/* Keys of options as their texts. Takes over v. */
static json_t *meant(struct source_view *v, const json_t *options, json_t *value)
{
	const char *in = json_string_value(json_object_get(options, "in")),
		   *key = json_string_value(json_object_get(options, "key")),
		   *text = json_string_value(json_object_get(options, "text"));
	json_t *all = in ? json_pointer_get(v->item, in) : NULL;
	if (!json_is_array(all) || !key || !text || !value)
		return value;
	json_t *list = json_array();
	size_t n = json_is_array(value) ? json_array_size(value) : 1;
	for (size_t i = 0; list && i < n; i++) {
		json_t *one = json_is_array(value) ? json_array_get(value, i) : value, *found = one;
		const char *mine = source_scalar(v->arena, one);
		for (size_t k = 0; mine && k < json_array_size(all); k++) {
			const char *other = source_scalar(v->arena, json_pointer_get(json_array_get(all, k), key));
			json_t *says = json_pointer_get(json_array_get(all, k), text);
			if (other && says && !strcmp(other, mine))
				found = says;
		}
		json_array_append(list, found);
	}
	json_decref(value);
	if (json_array_size(list) != 1)
		return list;
	value = json_incref(json_array_get(list, 0));
	json_decref(list);
	return value;
}

static enum status take(struct source_view *v, const json_t *pick, struct source_answer_list *l, struct err *e)
{
	struct answer *a = &l->answers[l->n];
	json_t *value = NULL;
	const json_t *type = json_object_get(pick, "type");
	enum status s = labels(v, pick, a, e);
	if (s == ST_OK && type)
		s = source_text_of(v, type, &a->type, e);
	if (s == ST_OK)
		s = source_value_of(v, json_object_get(pick, "value"), &value, e);
	if (s != ST_OK || !value)
		return s;
	value = meant(v, json_object_get(pick, "options"), value);
	if (!value || json_array_append_new(l->keep, value) != 0)
		return adapter_nomem(e);
	a->value = value;
	l->n++;
	return ST_OK;
}

static enum status take_member(struct source_view *v, const json_t *pick, const char *name, json_t *value,
    struct source_answer_list *l, struct err *e)
{
	struct answer *a = &l->answers[l->n];
	const char *after = json_string_value(json_object_get(pick, "after")),
		   *begins = json_string_value(json_object_get(pick, "begins"));
	if (begins && strncmp(name, begins, strlen(begins)) != 0)
		return ST_OK;
	const char *rest = after ? strstr(name, after) : NULL;
	rest = rest && rest[strlen(after)] ? rest + strlen(after) : NULL;
	a->shown = rest ? rest : name;
	add_label(v, a, name);
	add_label(v, a, rest);
	if (json_is_null(value) || (json_is_string(value) && !json_string_length(value)))
		return ST_OK;
	if (json_array_append(l->keep, value) != 0)
		return adapter_nomem(e);
	a->value = value;
	l->n++;
	return ST_OK;
}

static enum status answers(struct source_view *v, struct err *e)
{
	const json_t *pick = json_object_get(v->mapping, "pick");
	struct source_answer_list *l = arena_zalloc(v->arena, sizeof *l);
	json_t *all = NULL;
	enum status s = source_value_of(v, json_object_get(pick, "in"), &all, e);
	size_t n = json_is_array(all) ? json_array_size(all) : json_object_size(all);
	n = n < ANSWERS_MAX ? n : ANSWERS_MAX;
	if (s == ST_OK &&
	    (!l || !(l->keep = json_array()) || !(l->answers = arena_array(v->arena, n + 1, sizeof *l->answers))))
		s = adapter_nomem(e);
	if (s == ST_OK && json_is_object(all)) {
		void *it = json_object_iter(all);
		for (size_t i = 0; i < n && s == ST_OK; i++, it = json_object_iter_next(all, it))
			s = take_member(v, pick, json_object_iter_key(it), json_object_iter_value(it), l, e);
	} else if (s == ST_OK) {
		for (size_t i = 0; i < n && s == ST_OK; i++) {
			struct source_view one = *v;
			one.item = json_array_get(all, i);
			s = take(&one, pick, l, e);
		}
	}
	json_decref(all);
	if (s == ST_OK)
		v->answers = l;
	else if (l)
		json_decref(l->keep);
	return s;
}

static bool has_label(struct source_view *v, const struct answer *a, const json_t *name)
{
	const char *folded = text_fold(v->arena, json_string_value(name), json_string_length(name));
	for (size_t i = 0; folded && i < a->n_labels; i++)
		if (!strcmp(a->labels[i], folded))
			return true;
	return false;
}

/* All that was answered, by what is shown. */
static enum status whole(const struct source_answer_list *l, json_t **ret, struct err *e)
{
	json_t *object = json_object();
	for (size_t i = 0; object && i < l->n; i++)
		if (l->answers[i].shown && strlen(l->answers[i].shown) <= 255)
			json_object_set(object, l->answers[i].shown, l->answers[i].value);
	if (!object)
		return adapter_nomem(e);
	if (!json_object_size(object)) {
		json_decref(object);
		object = NULL;
	}
	*ret = object;
	return ST_OK;
}

enum status source_pick(struct source_view *v, const json_t *x, json_t **ret, struct err *e)
{
	const json_t *label = json_object_get(x, "pick");
	const char *type = json_string_value(json_object_get(x, "pick_type"));
	*ret = NULL;
	enum status s = v->answers ? ST_OK : answers(v, e);
	if (s != ST_OK)
		return s;
	if (json_is_string(label) && !strcmp(json_string_value(label), "*"))
		return whole(v->answers, ret, e);
	size_t n = json_is_array(label) ? json_array_size(label) : label ? 1 : 0;
	for (size_t k = 0; k < n && !*ret; k++)
		for (size_t i = 0; i < v->answers->n && !*ret; i++)
			if (has_label(
				v, &v->answers->answers[i], json_is_array(label) ? json_array_get(label, k) : label))
				*ret = json_incref(v->answers->answers[i].value);
	for (size_t i = 0; type && i < v->answers->n && !*ret; i++)
		if (v->answers->answers[i].type && !strcmp(v->answers->answers[i].type, type))
			*ret = json_incref(v->answers->answers[i].value);
	return ST_OK;
}
