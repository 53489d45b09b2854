/* Reading a model's document field by field: what is wrong is noted with its pointer, and reading goes on. */
#ifndef SCORING_MODEL_READ_PRIV_H
#define SCORING_MODEL_READ_PRIV_H

#include "model_priv.h"

struct reader {
	struct model *m;
	struct model_faults *faults;
	bool out_of_memory;
};

/* A place in the document: a value and its pointer. `v` is NULL when absent. */
struct place {
	const json_t *v;
	char pointer[ERR_POINTER_MAX];
};

void read_fault(struct reader *r, const char *code, const char *pointer, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
struct place place_at(const struct place *object, const char *key);
struct place place_item(const struct place *list, size_t i);

/* An object with no keys but these; false (and noted) when it is no object. Absent is false without a fault. */
bool read_object(struct reader *r, const struct place *p, const char *const *known);
/* A list of at most max items; its length, 0 when absent or wrong. */
size_t read_list(struct reader *r, const struct place *p, size_t max);
bool read_required(struct reader *r, const struct place *p); /* notes when absent */

/* These return false when absent or wrong and leave *ret as it was. */
bool read_text(struct reader *r, const struct place *p, size_t max, const char **ret);
bool read_bool(struct reader *r, const struct place *p, bool *ret);
bool read_milli(struct reader *r, const struct place *p, int64_t max, int64_t *ret);
bool read_count(struct reader *r, const struct place *p, int64_t min, int64_t max, uint32_t *ret);
bool read_duration(struct reader *r, const struct place *p, int64_t min, int64_t max, int64_t *ret);
void read_bounds(struct reader *r, const struct place *object, struct bounds *ret);
void read_tags(struct reader *r, const struct place *p, struct tag_list *ret);
const char *read_source(struct reader *r, const char *id); /* "rule:<id>" */
void read_rule(struct reader *r, const struct place *p, enum logic_context context, struct logic **ret);
/* Whether the taxonomy of a path "taxonomy.NAME" is declared. */
bool read_knows_taxonomy(const struct reader *r, const char *path);
/* The object's id (required) and label (the id when absent). Repeated ids: read_unique. */
void read_id(struct reader *r, const struct place *object, const char **ret_id, const char **ret_label);
void read_unique(struct reader *r, const struct place *object, const char *key, const char *id, bool repeated);
void *read_array(struct reader *r, size_t n, size_t size); /* zeroed, from the model's arena */

/* Edit distance of short names, as far as it matters; 99 when one is longer than 31 bytes. */
unsigned name_distance(const char *a, const char *b);

/* model_taxonomies.c, model_contacts.c, model_engagement.c, model_standing.c: the parts of the document. Taxonomies come first: rules
 * name them. */
void read_taxonomies(struct reader *r, const struct place *p);
void read_email_domains(struct reader *r, const struct place *p);
void read_fit(struct reader *r, const struct place *p);
void read_engagement(struct reader *r, const struct place *p);
void read_limit(struct reader *r, const struct place *p, struct engagement_rule *rule);
void read_rule_kind(struct reader *r, const struct place *p, struct engagement_rule *rule);
void read_icp(struct reader *r, const struct place *p);
void read_grades(struct reader *r, const struct place *p);
void read_stages(struct reader *r, const struct place *p);
void read_model_tags(struct reader *r, const struct place *p);
/* model_segments.c: after the document. */
void read_segments(struct reader *r, const struct model_segments *segments);

#define TEXT_LONG_MAX 2000

#endif
