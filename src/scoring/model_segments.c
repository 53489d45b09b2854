/* Segments beside a model's document: conditions over what its stages see, whose turning is told and moves nothing
 * else. */
#include "model_read_priv.h"

#include <stdlib.h>
#include <string.h>

static void read_segment(struct reader *r, const struct place *p, struct segment *s)
{
	struct place id = place_at(p, "id"), when = place_at(p, "when");
	if (!json_is_object(p->v)) {
		read_fault(r, "type_wrong", p->pointer, "This is to be an object.");
		return;
	}
	if (read_required(r, &id))
		read_text(r, &id, MODEL_TEXT_MAX, &s->id);
	if (read_required(r, &when))
		read_rule(r, &when, LOGIC_STAGES, &s->when);
}

void read_segments(struct reader *r, const struct model_segments *segments)
{
	struct place list = {.v = segments->list, .pointer = "/segments"};
	struct model *m = r->m;
	size_t n = read_list(r, &list, MODEL_SEGMENTS_MAX);
	struct model_faults *aside = segments->lenient ? calloc(1, sizeof(*aside)) : NULL, *faults = r->faults;
	m->seen_cap = MODEL_SEEN_TYPES_MAX + MODEL_SEGMENT_TYPES_MAX;
	m->segments_revision = n ? segments->revision : 0;
	m->segments = read_array(r, n, sizeof(*m->segments));
	r->out_of_memory |= segments->lenient && !aside;
	for (size_t i = 0; !r->out_of_memory && i < n; i++) {
		struct place item = place_item(&list, i);
		m->segments[i].id = "";
		m->n_segments++;
		if (aside) {
			aside->count = 0;
			r->faults = aside;
		}
		read_segment(r, &item, &m->segments[i]);
	}
	r->faults = faults;
	free(aside);
}

size_t model_segment_count(const struct model *m)
{
	return m->n_segments;
}

const char *model_segment_id(const struct model *m, size_t i)
{
	return m->segments[i].id;
}

bool model_segment_broken(const struct model *m, size_t i)
{
	return !m->segments[i].when;
}
