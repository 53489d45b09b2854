/* Models: a document. Compiled twice; its faults point into it; one that compiles scores a short history. */
#include "fuzz.h"

#include <string.h>

#include "base/instant.h"

static struct model_faults faults, again;

static void score(struct model *m)
{
	json_t *profile = json_pack("{s:s, s:{s:s, s:i, s:s}}", "title", "CEO", "company", "industry", "跨境电商", "employees", 180, "region", "浙江");
	json_t *page = json_pack("{s:s, s:s}", "path", "/pricing", "message_id", "m1");
	json_t *tag = json_pack("{s:s}", "tag", "来源:展会"), *offset = json_pack("{s:i, s:s}", "points", 7, "reason", "met");
	struct scoring_event events[] = {
		{.type = "form_submit", .patch = profile}, {.type = "page_view", .properties = page}, {.type = "email_sent"}, {.type = "email_open", .properties = page},
		{.type = "a"}, {.type = "b"}, {.type = "a"}, {.type = "tag_added", .properties = tag}, {.type = "score_offset", .properties = offset}, {.type = "demo_request"}, {.type = "page_view"},
	};
	size_t n = sizeof(events) / sizeof(*events);
	for (size_t i = 0; i < n; i++) {
		events[i].key.b[0] = (uint8_t)i;
		events[i].at = 1767225600000 + (int64_t)i * i * MS_HOUR;
	}
	fuzz_history(m, events, n, events[n - 1].at + 40 * MS_DAY);
	json_decref(profile);
	json_decref(page);
	json_decref(tag);
	json_decref(offset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *document = fuzz_json(data, size);
	if (!document)
		return 0;
	struct model *m = NULL, *second = NULL;
	struct err e = {0};
	memset(&faults, 0, sizeof(faults));
	memset(&again, 0, sizeof(again));
	enum status st = model_compile(document, 1, &m, &faults, &e);
	fuzz_expect(model_compile(document, 1, &second, &again, &e) == st && again.count == faults.count, "the same outcome twice");
	if (st == ST_OK) {
		fuzz_expect(faults.count == 0, "no faults in a model that compiles");
		score(m);
	} else {
		fuzz_expect(st == ST_INVALID && faults.count > 0 && !m, "a model that does not compile has faults");
		for (size_t i = 0; i < faults.count && i < MODEL_FAULTS_MAX; i++)
			fuzz_expect_fault(document, "", &faults.fault[i]);
	}
	model_unref(&m);
	model_unref(&second);
	json_decref(document);
	return 0;
}
