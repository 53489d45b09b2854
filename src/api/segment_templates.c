/* GET /v1/segments/templates: ready-made conditions, the three stages of nurturing among them. */
#include <string.h>

#include "reply_priv.h"
#include "resources_priv.h"
#include "segments_priv.h"

#define CLOSED "{\"in\":[{\"var\":\"stage\"},[\"sql\",\"opportunity\",\"customer\",\"disqualified\",\"lost\"]]}"
#define DECIDES                                                                                                        \
	"{\"or\":[{\"seen\":[[\"demo_request\",\"quote_request\",\"trial_start\",\"meeting\"],\"P60D\"]},"             \
	"{\"in\":[{\"var\":\"stage\"},[\"mql\",\"sal\"]]}]}"
#define CONSIDERS                                                                                                      \
	"{\"or\":[{\"seen\":[[\"content_download\",\"webinar_attend\",\"event_attend\"],\"P60D\"]},"                   \
	"{\">=\":[{\"count_events\":[[\"page_view\"],\"P30D\"]},5]},{\">=\":[{\"var\":\"engagement\"},30]}]}"

static const struct segment_template templates[] = {
    {"nurture_awareness", "Nurture: awareness", "培育：认知阶段",
	"Knows of us, and has shown neither interest in depth nor an intention yet.",
	"{\"and\":[{\"!\":[" CLOSED "]},{\"!\":[" DECIDES "]},{\"!\":[" CONSIDERS "]}]}"},
    {"nurture_consideration", "Nurture: consideration", "培育：考虑阶段",
	"Has read, watched or come back often in the last weeks, or is engaged; has not asked for an offer.",
	"{\"and\":[{\"!\":[" CLOSED "]},{\"!\":[" DECIDES "]}," CONSIDERS "]}"},
    {"nurture_decision", "Nurture: decision", "培育：决策阶段",
	"Asked for a demo, an offer, a trial or a meeting in the last 60 days, or is MQL or SAL.",
	"{\"and\":[{\"!\":[" CLOSED "]}," DECIDES "]}"},
    {"silent_30_days", "Silent for 30 days", "30 天未互动",
	"Did something once, and nothing for 30 days; not a customer, and not with sales.",
	"{\"and\":[{\"!\":[" CLOSED
	"]},{\">=\":[{\"days_since\":[[\"page_view\",\"form_submit\",\"content_download\",\"webinar_attend\","
	"\"event_attend\",\"email_open\",\"email_click\",\"demo_request\",\"quote_request\",\"trial_start\","
	"\"meeting\",\"call\",\"message\"]]},"
	"30]}]}"},
    {"high_value", "High value", "高价值客户", "Tier A or B, and engaged.",
	"{\"in\":[{\"var\":\"grade\"},[\"A1\",\"A2\",\"B1\"]]}"},
    {"reachable", "May be written to", "可触达",
	"Has an e-mail address, agreed to marketing or was never asked, and has not unsubscribed.",
	"{\"and\":[{\"!!\":[{\"var\":\"email\"}]},{\"!==\":[{\"var\":\"consent.marketing\"},false]},{\"!\":[{\"seen\":["
	"[\"email_unsubscribe\"]]}]}]}"},
};
#define N_TEMPLATES (sizeof templates / sizeof templates[0])

const struct segment_template *segment_template_find(const char *name)
{
	for (size_t i = 0; i < N_TEMPLATES; i++)
		if (!strcmp(templates[i].name, name))
			return &templates[i];
	return NULL;
}

enum status segment_templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	(void)db;
	(void)e;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < N_TEMPLATES; i++) {
		const struct segment_template *t = &templates[i];
		buf_printf(reply_item(b), "{\"name\":\"%s\",\"title\":", t->name);
		buf_json_str(b, t->title);
		buf_puts(b, ",\"title_zh\":");
		buf_json_str(b, t->title_zh);
		buf_puts(b, ",\"description\":");
		buf_json_str(b, t->description);
		buf_printf(b, ",\"when\":%s}", t->condition);
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}
