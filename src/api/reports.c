/* GET /v1/reports/sources: where leads come from, and how many of them are won. */
#include "api_priv.h"
#include "learn/rate.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/catalog.h"

static void put_source(struct buf *b, const struct source_row *r)
{
	struct rate won = rate_wilson(r->won, r->leads, RATE_Z95);
	buf_puts(b, "{\"source\":");
	buf_json_str(b, r->name);
	buf_printf(b, ",\"leads\":%lld,\"mql\":%lld,\"won\":%lld,\"win_rate\":%.6f,\"win_rate_95\":[%.6f,%.6f]}",
	    (long long)r->leads, (long long)r->mql, (long long)r->won, won.value, won.low, won.high);
}

enum status report_sources_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct source_row *rows;
	size_t n;
	enum status s = store_source_report(db, &c->workspace_id, c->arena, &rows, &n, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_source(reply_item(b), &rows[i]);
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}
