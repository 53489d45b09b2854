/* From the document to a model: all parts are read, all faults are kept. */
#include "model_read_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void read_zone(struct reader *r, const struct place *p)
{
	enum status st = zone_make(r->m->time_zone, r->m->memory, &r->m->zone);
	if (st == ST_NOMEM)
		r->out_of_memory = true;
	else if (st != ST_OK)
		read_fault(r, "value_invalid", p->pointer,
		    "There is no time zone \"%.80s\"; one is \"UTC\", an offset like \"+08:00\", or a name like \"Asia/Shanghai\".",
		    r->m->time_zone);
}

static void read_document(struct reader *r, const json_t *doc)
{
	static const char *const known[] = {"name", "description", "language", "applies_when", "time_zone", "score",
	    "fit", "engagement", "icp", "grades", "stages", "tags", "taxonomies",
	    "email_domains", NULL};
	static const char *const score_keys[] = {"min", "max", NULL};
	struct place root = {.v = doc};
	struct model *m = r->m;
	if (!read_object(r, &root, known))
		return;
	struct place name = place_at(&root, "name"), description = place_at(&root, "description"),
		     language = place_at(&root, "language"), applies_when = place_at(&root, "applies_when");
	struct place zone = place_at(&root, "time_zone"), score = place_at(&root, "score");
	const char *unused = NULL;
	read_text(r, &name, MODEL_TEXT_MAX, &m->name);
	struct place taxonomies = place_at(&root, "taxonomies");
	read_taxonomies(r, &taxonomies);
	struct place email_domains = place_at(&root, "email_domains");
	read_email_domains(r, &email_domains);
	read_text(r, &description, TEXT_LONG_MAX, &unused);
	read_text(r, &language, MODEL_TEXT_MAX, &m->language);
	read_rule(r, &applies_when, LOGIC_PROFILE, &m->applies_when);
	read_text(r, &zone, MODEL_TEXT_MAX, &m->time_zone);
	read_zone(r, &zone);
	m->score_bounds = (struct bounds){INT64_MIN, INT64_MAX};
	if (read_object(r, &score, score_keys))
		read_bounds(r, &score, &m->score_bounds);
	struct place fit = place_at(&root, "fit"), engagement = place_at(&root, "engagement"),
		     icp = place_at(&root, "icp");
	struct place grades = place_at(&root, "grades"), stages = place_at(&root, "stages"),
		     tags = place_at(&root, "tags");
	read_fit(r, &fit);
	read_engagement(r, &engagement);
	read_icp(r, &icp);
	read_grades(r, &grades);
	read_stages(r, &stages);
	read_model_tags(r, &tags);
	if (m->n_rule_tags > MODEL_TAG_MENTIONS_MAX)
		read_fault(r, "limit_exceeded", "", "The rules name tags more than %d times.", MODEL_TAG_MENTIONS_MAX);
}

enum status model_compile(
    const json_t *doc, int64_t version, struct model **ret_model, struct model_faults *ret_faults, struct err *e)
{
	return model_compile_with(doc, version, NULL, ret_model, ret_faults, e);
}

enum status model_compile_with(const json_t *doc, int64_t version, const struct model_segments *segments,
    struct model **ret_model, struct model_faults *ret_faults, struct err *e)
{
	enum status st = ST_NOMEM;
	struct model *m = calloc(1, sizeof(*m));
	struct model_faults *faults = ret_faults ? ret_faults : calloc(1, sizeof(*faults));
	if (m)
		atomic_init(&m->references, 1);
	if (!m || !faults)
		goto out;
	faults->count = 0;
	m->version = version;
	m->name = "";
	m->time_zone = "UTC";
	m->language = "";
	m->memory = arena_new(0);
	if (!m->memory)
		goto out;
	m->seen_cap = MODEL_SEEN_TYPES_MAX;
	m->seen_types =
	    arena_array(m->memory, MODEL_SEEN_TYPES_MAX + MODEL_SEGMENT_TYPES_MAX, sizeof(*m->seen_types));
	if (!m->seen_types)
		goto out;
	struct reader r = {.m = m, .faults = faults};
	if (json_is_object(doc))
		read_document(&r, doc);
	else
		read_fault(&r, "type_wrong", "", "A model is an object.");
	if (segments && json_array_size(segments->list))
		read_segments(&r, segments);
	if (r.out_of_memory)
		goto out;
	if (faults->count) {
		st = err_at(e, ST_INVALID, "model_invalid", faults->fault[0].pointer,
		    "The model has %zu fault%s. The first: %s", faults->count, faults->count == 1 ? "" : "s",
		    faults->fault[0].detail);
		goto out;
	}
	if (!model_index_types(m))
		goto out;
	*ret_model = m;
	m = NULL;
	st = ST_OK;
out:
	if (st == ST_NOMEM)
		err_set(e, st, NULL, "Out of memory.");
	model_unref(&m);
	if (faults != ret_faults)
		free(faults);
	return st;
}
