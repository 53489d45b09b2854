#include "ingest/segments.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct segment_set {
	atomic_uint references;
	json_t *list; /* names are borrowed from it */
	bool has_forms, has_playbooks, has_reviews;
	size_t n;
	struct segment_entry entries[];
};

static bool read_entry(const json_t *v, struct segment_entry *ret)
{
	const json_t *id = json_object_get(v, "id");
	const char *kind = json_string_value(json_object_get(v, "kind"));
	if (!json_is_string(id) || !uuid_parse(json_string_value(id), json_string_length(id), &ret->id))
		return false;
	if (!kind || strlen(kind) >= sizeof ret->kind)
		return false;
	memcpy(ret->kind, kind, strlen(kind) + 1);
	ret->name = json_string_value(json_object_get(v, "name"));
	ret->form = json_string_value(json_object_get(v, "form"));
	ret->since = json_integer_value(json_object_get(v, "since"));
	ret->on_change = json_is_true(json_object_get(v, "on_change"));
	ret->announce = json_is_true(json_object_get(v, "announce"));
	return true;
}

enum status segment_set_new(json_t *list, struct segment_set **ret, struct err *e)
{
	size_t n = json_array_size(list);
	struct segment_set *s = calloc(1, sizeof *s + n * sizeof s->entries[0]);
	if (!s)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	atomic_init(&s->references, 1);
	s->n = n;
	for (size_t i = 0; i < n; i++)
		if (!read_entry(json_array_get(list, i), &s->entries[i])) {
			free(s);
			return err_set(
			    e, ST_INTERNAL, "segments_broken", "The stored list of segments is broken at %zu.", i);
		}
	for (size_t i = 0; i < n; i++) {
		s->has_forms |= s->entries[i].form != NULL;
		s->has_playbooks |= !strcmp(s->entries[i].kind, "playbook");
		s->has_reviews |= s->entries[i].on_change;
	}
	s->list = json_incref(list);
	*ret = s;
	return ST_OK;
}

struct segment_set *segment_set_ref(struct segment_set *s)
{
	if (s)
		atomic_fetch_add_explicit(&s->references, 1, memory_order_relaxed);
	return s;
}

void segment_set_unref(struct segment_set **s)
{
	if (!s || !*s)
		return;
	struct segment_set *gone = *s;
	*s = NULL;
	if (atomic_fetch_sub_explicit(&gone->references, 1, memory_order_acq_rel) != 1)
		return;
	json_decref(gone->list);
	free(gone);
}

bool segment_set_has_forms(const struct segment_set *s)
{
	return s->has_forms;
}

bool segment_set_has_playbooks(const struct segment_set *s)
{
	return s->has_playbooks;
}

bool segment_set_has_reviews(const struct segment_set *s)
{
	return s->has_reviews;
}

size_t segment_set_count(const struct segment_set *s)
{
	return s->n;
}

const struct segment_entry *segment_set_at(const struct segment_set *s, size_t i)
{
	return &s->entries[i];
}
