/* Free text folded until two spellings of one thing are equal bytes: what a model's taxonomies look text up by.
 *
 * Not the taxonomies themselves: those are part of a model (model.h; docs/scoring.md 10). Pure; any thread. */
#ifndef SCORING_TAXONOMY_H
#define SCORING_TAXONOMY_H

#include <stddef.h>

#include "base/arena.h"

#define TAXONOMIES_MAX 32             /* of a model */
#define TAXONOMY_SPELLINGS_MAX 20000  /* values and synonyms, of all taxonomies of a model */

/* Arena-owned, "" when nothing is left; NULL: out of memory. */
char *taxonomy_fold(struct arena *a, const char *s, size_t n);

#endif
