/* The presets, embedded at build time from source_presets/. To add one: its file, a row here, a row in meson.build. */
#include "ingest/source.h"

#include <string.h>

extern const char source_preset_contact_form_7[];
extern const char source_preset_feishu[];
extern const char source_preset_fxiaoke[];
extern const char source_preset_generic[];
extern const char source_preset_gravity_forms[];
extern const char source_preset_hubspot[];
extern const char source_preset_jotform[];
extern const char source_preset_mautic[];
extern const char source_preset_pipedrive[];
extern const char source_preset_salesforce[];
extern const char source_preset_tally[];
extern const char source_preset_typeform[];
extern const char source_preset_wecom[];
extern const char source_preset_zoho[];
extern const char source_preset_zoho_notification[];

static const struct source_preset presets[] = {
    {"generic", source_preset_generic},
    {"typeform", source_preset_typeform},
    {"tally", source_preset_tally},
    {"jotform", source_preset_jotform},
    {"gravity_forms", source_preset_gravity_forms},
    {"contact_form_7", source_preset_contact_form_7},
    {"mautic", source_preset_mautic},
    {"hubspot", source_preset_hubspot},
    {"pipedrive", source_preset_pipedrive},
    {"salesforce", source_preset_salesforce},
    {"zoho", source_preset_zoho},
    {"zoho_notification", source_preset_zoho_notification},
    {"feishu", source_preset_feishu},
    {"wecom", source_preset_wecom},
    {"fxiaoke", source_preset_fxiaoke},
};

const struct source_preset *source_presets(size_t *ret_n)
{
	*ret_n = sizeof presets / sizeof presets[0];
	return presets;
}

const struct source_preset *source_preset_find(const char *name)
{
	for (size_t i = 0; i < sizeof presets / sizeof presets[0]; i++)
		if (!strcmp(presets[i].name, name))
			return &presets[i];
	return NULL;
}
