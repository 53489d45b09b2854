/* Ready-made models to start from: ideal customer profiles for usual kinds of business, built in.
 *
 * Not models of anybody: their documents are compiled like any other (model.h) once somebody has made them their own. Immutable; any thread. */
#ifndef SCORING_TEMPLATE_H
#define SCORING_TEMPLATE_H

#include <stddef.h>

struct model_template {
	const char *name;     /* "b2b_software" */
	const char *document; /* JSON text */
};

/* All of them, in the order to be shown; the first is the default model. */
const struct model_template *model_templates(size_t *ret_n);
/* NULL: there is none of that name. */
const struct model_template *model_template_find(const char *name);

#endif
