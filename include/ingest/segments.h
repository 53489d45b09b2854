/* What a workspace's leads are looked at with beside its model: the list that a revision stands for (segment_sets).
 *
 * Immutable and reference counted (atomically): any number of threads may share one. */
#ifndef INGEST_SEGMENTS_H
#define INGEST_SEGMENTS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/ident.h"
#include "base/status.h"

struct segment_entry {
	struct uuid id;
	char kind[16];   /* whose condition it is: segment, journey, playbook */
	int64_t since;   /* the revision from which on it has this condition */
	bool announce;   /* moves by a change of the condition count too: are told, start the journey */
	const char *form;  /* of a journey: it starts when this form is submitted; borrowed from the set; NULL: by its condition */
	bool on_change;    /* of a playbook: what changes significantly is to be reviewed */
	const char *name; /* borrowed from the set; NULL: none */
};

struct segment_set;

/* list: as stored; a reference is kept. Errors: ST_INTERNAL "segments_broken", ST_NOMEM. */
enum status segment_set_new(json_t *list, struct segment_set **ret, struct err *e);
struct segment_set *segment_set_ref(struct segment_set *s); /* accepts NULL */
void segment_set_unref(struct segment_set **s);             /* accepts NULL and *NULL */
bool segment_set_has_forms(const struct segment_set *s);
bool segment_set_has_playbooks(const struct segment_set *s);
bool segment_set_has_reviews(const struct segment_set *s); /* playbooks with on_change */
size_t segment_set_count(const struct segment_set *s);
const struct segment_entry *segment_set_at(const struct segment_set *s, size_t i); /* borrowed */

#endif
