/* The default model of DESIGN 5, embedded at build time from default_model.json. */
#include "scoring/model.h"

extern const char scoring_default_model[];

const char *model_default_document(void)
{
	return scoring_default_model;
}
