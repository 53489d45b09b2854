/* What a webhook was told since an instant, or what of it failed for good, told again. */
#include <string.h>

#include "body_priv.h"
#include "models_priv.h"
#include "params_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/outbox.h"
#include "webhooks_priv.h"

#define PAGE 1000
#define LEFT_US (INT64_C(2) * 1000 * 1000) /* of the call's time, for the last page and the reply */

struct replay_input {
	struct uuid webhook, after;
	int64_t since;
	bool failed;
};

enum status webhook_replay_prepare(struct api *a, struct api_call *c, struct err *e)
{
	static const char *const known[] = {"since", "state", "after", NULL};
	struct replay_input *in = call_input(c, sizeof *in, e);
	const char *since = NULL, *state = NULL, *after = NULL;
	json_t *body;
	(void)a;
	enum status s = in ? path_uuid(c, "id", "webhook", &in->webhook, e) : ST_NOMEM;
	if (s == ST_OK)
		s = body_read(c, false, &body, e);
	if (s != ST_OK)
		return s;
	s = body_object(body, known, e);
	if (s == ST_OK)
		s = body_text(c, body, "since", &since, e);
	if (s == ST_OK)
		s = body_text(c, body, "state", &state, e);
	if (s == ST_OK)
		s = body_text(c, body, "after", &after, e);
	json_decref(body);
	if (s != ST_OK)
		return s;
	if (!since)
		return err_at(e, ST_INVALID, "field_required", "/since", "Say from which instant on.");
	if (!instant_parse(since, strlen(since), &in->since) || in->since < 0)
		return err_at(e, ST_INVALID, "field_invalid", "/since",
		    "It must be an RFC 3339 time such as \"2026-03-01T09:30:00Z\".");
	if (state && strcmp(state, "failed") != 0)
		return err_at(e, ST_INVALID, "field_invalid", "/state", "It must be failed, or be left out.");
	in->failed = state != NULL;
	if (after && !uuid_parse(after, strlen(after), &in->after))
		return err_at(e, ST_INVALID, "id_invalid", "/after", "It must be what next_after was.");
	return ST_OK;
}

static bool wanted(const struct webhook_row *w, const char *type)
{
	/* Tests are not replayed. */
	bool fits = false;
	for (size_t i = 0; i < w->n_types && !fits; i++)
		fits = webhook_type_fits(w->types[i], type);
	return fits && strcmp(type, "webhook.test") != 0;
}

struct replay {
	struct uuid after, last;
	int64_t queued;
	bool failed, over;
};

static enum status replay_page(
    struct api *a, struct api_call *c, struct db *db, const struct webhook_row *w, struct replay *x, struct err *e)
{
	struct outbox_news *rows;
	struct arena *arena = arena_new(0);
	size_t n = 0, k = 0;
	enum status s = arena ? store_outbox_page(db, &c->workspace_id, x->failed ? &w->id : NULL, &x->after, &x->last,
				    PAGE, arena, &rows, &n, e)
			      : out_of_memory(e);
	struct delivery_new *list = s == ST_OK ? arena_array(arena, n + 1, sizeof *list) : NULL;
	if (s == ST_OK && !list)
		s = out_of_memory(e);
	for (size_t i = 0; s == ST_OK && i < n; i++) {
		if (!wanted(w, rows[i].topic))
			continue;
		list[k] =
		    (struct delivery_new){.outbox_id = rows[i].id, .lead_id = rows[i].lead_id, .type = rows[i].topic};
		for (size_t j = 0; j < k && !list[k].follows; j++)
			list[k].follows = !uuid_cmp(&list[j].lead_id, &rows[i].lead_id);
		k++;
	}
	if (s == ST_OK && k)
		s = store_outbox_append(db, &c->workspace_id, &w->id, NULL, list, k, clock_now(a->config.clock), e);
	if (s == ST_OK) {
		x->queued += (int64_t)k;
		x->over = n < PAGE;
		if (n)
			x->after = rows[n - 1].id;
	}
	arena_free(&arena);
	return s;
}

/* As much as the call's time allows; the reply says where to go on. */
enum status webhook_replay_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct replay_input *in = call_state(c)->input;
	struct replay x = {.after = in->after, .failed = in->failed};
	struct webhook_row w;
	enum status s = store_webhook_read(db, &c->workspace_id, &in->webhook, c->arena, &w, e);
	if (s == ST_OK)
		s = webhook_in_use(&w, e);
	if (s != ST_OK)
		return s;
	/* Ids begin with their milliseconds. The first page begins behind the last id of the millisecond before. */
	if (uuid_is_nil(&x.after) && in->since > 0) {
		memset(&x.after, 0xff, sizeof x.after);
		for (int i = 0; i < 6; i++)
			x.after.b[i] = (uint8_t)((in->since - 1) >> (40 - 8 * i));
	}
	memset(&x.last, 0xff, sizeof x.last);
	while (s == ST_OK && !x.over && c->deadline_us - monotonic_us() > LEFT_US)
		s = replay_page(a, c, db, &w, &x, e);
	if (s != ST_OK && !x.queued)
		return s;
	struct buf *b = reply_json(c, 202);
	buf_printf(b, "{\"queued\":%lld,\"next_after\":", (long long)x.queued);
	if (x.over)
		buf_puts(b, "null");
	else
		buf_json_uuid(b, x.after.b);
	buf_putc(b, '}');
	if (a->config.ingest)
		hints_give(ingest_hints(a->config.ingest), &c->workspace_id);
	return ST_OK;
}
