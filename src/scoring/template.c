/* The templates, embedded at build time from templates/. */
#include "scoring/template.h"

#include <string.h>

extern const char scoring_default_model[];
extern const char scoring_template_b2b_software[];
extern const char scoring_template_b2b_manufacturing[];
extern const char scoring_template_b2c_education[];
extern const char scoring_template_b2c_home[];

static const struct model_template templates[] = {
    {"default", scoring_default_model},
    {"b2b_software", scoring_template_b2b_software},
    {"b2b_manufacturing", scoring_template_b2b_manufacturing},
    {"b2c_education", scoring_template_b2c_education},
    {"b2c_home", scoring_template_b2c_home},
};

const struct model_template *model_templates(size_t *ret_n)
{
	*ret_n = sizeof(templates) / sizeof(*templates);
	return templates;
}

const struct model_template *model_template_find(const char *name)
{
	for (size_t i = 0; i < sizeof(templates) / sizeof(*templates); i++)
		if (strcmp(templates[i].name, name) == 0)
			return &templates[i];
	return NULL;
}
