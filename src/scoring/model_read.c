/* Fields of a model's document: types, ranges, and what the author probably meant. */
#include "model_read_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"

void read_fault(struct reader *r, const char *code, const char *pointer, const char *fmt, ...)
{
	struct model_faults *f = r->faults;
	if (f->count < MODEL_FAULTS_MAX) {
		char sentence[ERR_DETAIL_MAX];
		va_list args;
		va_start(args, fmt);
		vsnprintf(sentence, sizeof(sentence), fmt, args);
		va_end(args);
		err_at(&f->fault[f->count], ST_INVALID, code, pointer, "%s", sentence);
	}
	f->count++;
}

struct place place_at(const struct place *object, const char *key)
{
	struct place p = {.v = json_object_get(object->v, key)};
	json_pointer_join(p.pointer, object->pointer, key);
	return p;
}

struct place place_item(const struct place *list, size_t i)
{
	struct place p = {.v = json_array_get(list->v, i)};
	json_pointer_index(p.pointer, list->pointer, i);
	return p;
}

/* Edit distance, as far as it matters; names of 31 bytes at most. */
unsigned name_distance(const char *a, const char *b)
{
	unsigned row[32];
	size_t an = strlen(a), bn = strlen(b);
	if (an > 31 || bn > 31)
		return 99;
	for (unsigned j = 0; j <= bn; j++)
		row[j] = j;
	for (unsigned i = 1; i <= an; i++) {
		unsigned corner = row[0];
		row[0] = i;
		for (unsigned j = 1; j <= bn; j++) {
			unsigned best = corner + (a[i - 1] != b[j - 1]);
			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[bn];
}

static const char *meant(const char *key, const char *const *known)
{
	const char *best = NULL;
	unsigned least = strlen(key) < 5 ? 2 : 3;
	for (; *known; known++) {
		unsigned d = name_distance(key, *known);
		if (d < least) {
			least = d;
			best = *known;
		}
	}
	return best;
}

bool read_object(struct reader *r, const struct place *p, const char *const *known)
{
	if (!p->v)
		return false;
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return false;
	}
	json_t *object = (json_t *)(uintptr_t)p->v;
	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it)) {
		const char *key = json_object_iter_key(it);
		const char *const *k = known;
		while (*k && strcmp(*k, key) != 0)
			k++;
		if (*k)
			continue;
		struct place at = place_at(p, key);
		const char *likely = meant(key, known);
		if (likely)
			read_fault(r, "unknown_key", at.pointer, "There is no key \"%.80s\" here; did you mean \"%s\"?",
			    key, likely);
		else
			read_fault(r, "unknown_key", at.pointer, "There is no key \"%.80s\" here.", key);
	}
	return true;
}

size_t read_list(struct reader *r, const struct place *p, size_t max)
{
	if (!p->v)
		return 0;
	if (!json_is_array(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be a list.");
		return 0;
	}
	if (json_array_size(p->v) > max) {
		read_fault(r, "limit_exceeded", p->pointer, "At most %zu entries are allowed here.", max);
		return 0;
	}
	return json_array_size(p->v);
}

bool read_required(struct reader *r, const struct place *p)
{
	if (!p->v)
		read_fault(r, "required", p->pointer, "This key is required.");
	return p->v != NULL;
}

bool read_text(struct reader *r, const struct place *p, size_t max, const char **ret)
{
	if (!p->v)
		return false;
	size_t n = json_string_length(p->v);
	if (!json_is_string(p->v) || memchr(json_string_value(p->v), 0, n)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be a text.");
		return false;
	}
	if (n == 0 || n > max) {
		read_fault(r, "value_invalid", p->pointer, "The text is to be 1 to %zu bytes long.", max);
		return false;
	}
	const char *copy = arena_strndup(r->m->memory, json_string_value(p->v), n);
	if (!copy) {
		r->out_of_memory = true;
		return false;
	}
	*ret = copy;
	return true;
}

bool read_bool(struct reader *r, const struct place *p, bool *ret)
{
	if (!p->v)
		return false;
	if (!json_is_boolean(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be true or false.");
		return false;
	}
	*ret = json_is_true(p->v);
	return true;
}

bool read_milli(struct reader *r, const struct place *p, int64_t max, int64_t *ret)
{
	if (!p->v)
		return false;
	if (!json_is_number(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be a number.");
		return false;
	}
	int64_t milli;
	if (!json_milli(p->v, max, &milli)) {
		read_fault(r, "points_invalid", p->pointer,
		    "This is to be a number of at most three decimals between -%lld and %lld.", (long long)(max / 1000),
		    (long long)(max / 1000));
		return false;
	}
	*ret = milli;
	return true;
}

bool read_count(struct reader *r, const struct place *p, int64_t min, int64_t max, uint32_t *ret)
{
	if (!p->v)
		return false;
	if (!json_is_integer(p->v) || json_integer_value(p->v) < min || json_integer_value(p->v) > max) {
		read_fault(r, json_is_integer(p->v) ? "value_invalid" : "type_wrong", p->pointer,
		    "This is to be a whole number from %lld to %lld.", (long long)min, (long long)max);
		return false;
	}
	*ret = (uint32_t)json_integer_value(p->v);
	return true;
}

bool read_duration(struct reader *r, const struct place *p, int64_t min, int64_t max, int64_t *ret)
{
	if (!p->v)
		return false;
	int64_t ms;
	if (!json_is_string(p->v) || !duration_parse(json_string_value(p->v), json_string_length(p->v), &ms)) {
		read_fault(r, "duration_invalid", p->pointer,
		    "This is to be an ISO 8601 duration in weeks, or in days, hours, minutes and seconds, like "
		    "\"P30D\" or \"PT12H\".");
		return false;
	}
	if (ms < min || ms > max) {
		char low[48], high[48];
		duration_format(min, low, sizeof(low));
		duration_format(max, high, sizeof(high));
		read_fault(r, "duration_invalid", p->pointer, "The duration is to be %s to %s.", low, high);
		return false;
	}
	*ret = ms;
	return true;
}

void read_bounds(struct reader *r, const struct place *object, struct bounds *ret)
{
	*ret = (struct bounds){INT64_MIN, INT64_MAX};
	struct place min = place_at(object, "min"), max = place_at(object, "max");
	read_milli(r, &min, MODEL_BOUND_MAX, &ret->min);
	read_milli(r, &max, MODEL_BOUND_MAX, &ret->max);
	if (ret->min > ret->max)
		read_fault(r, "value_invalid", min.pointer, "`min` is above `max`.");
}

void read_tags(struct reader *r, const struct place *p, struct tag_list *ret)
{
	size_t n = read_list(r, p, MODEL_RULE_TAGS_MAX);
	ret->tags = read_array(r, n, sizeof(*ret->tags));
	for (size_t i = 0; ret->tags && i < n; i++) {
		struct place item = place_item(p, i);
		if (read_text(r, &item, MODEL_TEXT_MAX, &ret->tags[ret->n]))
			ret->n++;
	}
	r->m->n_rule_tags += ret->n;
}

const char *read_source(struct reader *r, const char *id)
{
	const char *source = arena_printf(r->m->memory, "rule:%s", id ? id : "");
	if (!source)
		r->out_of_memory = true;
	return source;
}

static void report_rule(void *owner, const char *code, const char *pointer, const char *sentence)
{
	read_fault(owner, code, pointer, "%s", sentence);
}

/* A condition is known by its text. One that is faulty keeps its slot, in a model that is refused. */
static uint16_t slot_for(void *owner, const struct look_at *at, enum look look, int64_t within)
{
	struct reader *r = owner;
	struct seen_type *seen;
	char *text = at->where ? json_dumps(at->where, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) : NULL;
	if (at->where && !text) {
		r->out_of_memory = true;
		return SLOT_NONE;
	}
	uint16_t slot = model_seen_slot(r->m, at->type, text, look, within, &seen);
	free(text);
	if (slot != SLOT_NONE && at->where && !seen->where) {
		struct place p = {.v = at->where};
		snprintf(p.pointer, sizeof(p.pointer), "%s", at->pointer);
		read_rule(r, &p, LOGIC_LOOK, &seen->where);
	}
	return slot;
}

bool read_knows_taxonomy(const struct reader *r, const char *path)
{
	const char *name = path + strcspn(path, ".");
	name += *name == '.';
	return model_taxonomy(r->m, name, strcspn(name, ".")) != NULL;
}

static bool has_taxonomy(void *owner, const char *name, size_t n)
{
	return model_taxonomy(((struct reader *)owner)->m, name, n) != NULL;
}

void read_rule(struct reader *r, const struct place *p, enum logic_context context, struct logic **ret)
{
	struct logic_options options = {.context = context,
	    .memory = r->m->memory,
	    .seen_slot = slot_for,
	    .has_taxonomy = has_taxonomy,
	    .report = report_rule,
	    .owner = r};
	if (p->v && logic_build(p->v, p->pointer, &options, ret) == ST_NOMEM)
		r->out_of_memory = true;
}

void read_id(struct reader *r, const struct place *object, const char **ret_id, const char **ret_label)
{
	struct place id = place_at(object, "id"), label = place_at(object, "label");
	if (read_required(r, &id))
		read_text(r, &id, MODEL_TEXT_MAX, ret_id);
	if (!read_text(r, &label, MODEL_TEXT_MAX, ret_label))
		*ret_label = *ret_id;
}

void read_unique(struct reader *r, const struct place *object, const char *key, const char *id, bool repeated)
{
	struct place at = place_at(object, key);
	if (repeated)
		read_fault(r, "duplicate_id", at.pointer, "\"%.80s\" is here twice.", id);
}

void *read_array(struct reader *r, size_t n, size_t size)
{
	void *p = arena_array(r->m->memory, n ? n : 1, size);
	if (!p)
		r->out_of_memory = true;
	return p;
}
