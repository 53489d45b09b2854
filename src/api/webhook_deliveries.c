/* What webhooks were sent: listed, shown, sent again; and the test message. */
#include <string.h>

#include "base/json.h"
#include "body_priv.h"
#include "cursor_priv.h"
#include "models_priv.h"
#include "params_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "store/outbox.h"
#include "webhooks_priv.h"

const char *const delivery_parameters[] = {"state", "type", "lead_id", "limit", "cursor", NULL};
static const char *const states[] = {"pending", "delivered", "failed", NULL};

struct deliveries_input {
	struct uuid webhook;
	int64_t seq;
	struct delivery_filter filter;
};

static void put_delivery(struct buf *b, const struct delivery_row *d, bool whole)
{
	char message[33];
	hex_encode(d->outbox_id.b, sizeof d->outbox_id.b, message);
	buf_puts(b, "{\"id\":");
	buf_put_i64(b, d->seq);
	buf_printf(b, ",\"message_id\":\"msg_%s\",\"type\":", message);
	buf_json_str(b, d->type);
	buf_puts(b, ",\"lead_id\":");
	if (uuid_cmp(&d->outbox_id, &d->lead_id))
		buf_json_uuid(b, d->lead_id.b);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"state\":");
	buf_json_str(b, d->state);
	buf_printf(b, ",\"attempts\":%d", (int)d->attempts);
	render_member_time(b, "created_at", d->created_at);
	render_member_time(b, "first_attempt_at", d->first_at);
	render_member_time(b, "last_attempt_at", d->last_at);
	render_member_time(b, "next_attempt_at", d->next_at);
	buf_puts(b, ",\"last_status\":");
	if (d->last_status)
		buf_put_i64(b, d->last_status);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"latency_ms\":");
	if (d->has_latency)
		buf_put_i64(b, d->latency_ms);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\"last_error\":");
	buf_json_str(b, d->last_error);
	if (whole) {
		buf_puts(b, ",\"reply\":");
		render_text(b, d->reply, "null");
	}
	buf_putc(b, '}');
}

static enum status begin(struct api_call *c, struct deliveries_input **ret, struct err *e)
{
	struct deliveries_input *in = call_input(c, sizeof *in, e);
	*ret = in;
	return in ? path_uuid(c, "id", "webhook", &in->webhook, e) : ST_NOMEM;
}

static enum status webhook_of(struct api_call *c, struct db *db, struct webhook_row *ret, struct err *e)
{
	const struct deliveries_input *in = call_state(c)->input;
	return store_webhook_read(db, &c->workspace_id, &in->webhook, c->arena, ret, e);
}

enum status webhook_deliveries_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct deliveries_input *in;
	struct cursor v;
	bool given = false;
	enum status s = begin(c, &in, e);
	if (s == ST_OK)
		s = param_word(c, "state", states, &in->filter.state, e);
	if (s == ST_OK)
		s = param_uuid(c, "lead_id", &in->filter.has_lead, &in->filter.lead_id, e);
	if (s == ST_OK)
		s = param_limit(c, &in->filter.limit, e);
	if (s == ST_OK)
		s = cursor_read(c, "cursor", true, &given, &v, e);
	if (s != ST_OK)
		return s;
	in->filter.type = param_text(c, "type");
	in->filter.before = given ? v.value : INT64_MAX;
	return ST_OK;
}

enum status webhook_deliveries_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	const struct deliveries_input *in = call_state(c)->input;
	struct delivery_row *rows;
	struct webhook_row w;
	size_t n;
	bool more;
	enum status s = webhook_of(c, db, &w, e);
	if (s == ST_OK)
		s = store_delivery_list(db, &c->workspace_id, &in->webhook, &in->filter, c->arena, &rows, &n, &more, e);
	if (s != ST_OK)
		return s;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < n; i++)
		put_delivery(reply_item(b), &rows[i], false);
	page_end(c, more ? &(struct cursor){.value = rows[n - 1].seq} : NULL);
	return ST_OK;
}

enum status webhook_delivery_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct deliveries_input *in;
	enum status s = begin(c, &in, e);
	if (s != ST_OK)
		return s;
	const char *text = path_param(c, "delivery");
	size_t n = strlen(text);
	if (!n || n > 18 || strspn(text, "0123456789") != n)
		return err_set(e, ST_NOT_FOUND, "delivery_not_found", "A delivery's id is a whole number.");
	in->seq = strtoll(text, NULL, 10);
	return ST_OK;
}

static enum status delivery_of(struct api_call *c, struct db *db, struct delivery_row *ret, struct err *e)
{
	const struct deliveries_input *in = call_state(c)->input;
	struct webhook_row w;
	enum status s = webhook_of(c, db, &w, e);
	return s == ST_OK ? store_delivery_read(db, &c->workspace_id, &in->webhook, in->seq, c->arena, ret, e) : s;
}

enum status webhook_delivery_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	struct delivery_row d;
	enum status s = delivery_of(c, db, &d, e);
	if (s == ST_OK)
		put_delivery(reply_json(c, 200), &d, true);
	return s;
}

/* Puts one at the end of the queue; row: what is told, when it is new. */
static enum status append(struct api *a, struct api_call *c, struct db *db, const struct batch_outbox *row,
    const struct uuid *outbox, const struct uuid *lead, const char *type, struct err *e)
{
	const struct deliveries_input *in = call_state(c)->input;
	struct delivery_new new = {.outbox_id = *outbox, .lead_id = *lead, .type = type};
	char id[UUID_TEXT_MAX];
	int64_t now = clock_now(a->config.clock);
	enum status s = store_outbox_append(db, &c->workspace_id, &in->webhook, row, &new, 1, now, e);
	if (s != ST_OK)
		return s;
	/* As it was stored; it may be on its way by now. */
	const struct delivery_row d = {.seq = new.seq,
	    .outbox_id = *outbox,
	    .lead_id = *lead,
	    .type = type,
	    .state = "pending",
	    .created_at = now,
	    .next_at = now,
	    .first_at = INSTANT_NEVER,
	    .last_at = INSTANT_NEVER};
	put_delivery(reply_json(c, 202), &d, true);
	uuid_format(&in->webhook, id);
	reply_header(c, "Location", arena_printf(c->arena, "/v1/webhooks/%s/deliveries/%lld", id, (long long)new.seq));
	if (a->config.ingest)
		hints_give(ingest_hints(a->config.ingest), &c->workspace_id);
	return ST_OK;
}

enum status webhook_in_use(const struct webhook_row *w, struct err *e)
{
	if (!strcmp(w->state, "enabled"))
		return ST_OK;
	return err_set(e, ST_CONFLICT, "webhook_disabled", "The webhook is disabled; enable it first.");
}

enum status webhook_redeliver_prepare(struct api *a, struct api_call *c, struct err *e)
{
	return webhook_delivery_prepare(a, c, e);
}

/* The same message once more, with its id: as another delivery, behind what waits already. */
enum status webhook_redeliver_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	struct delivery_row d;
	struct webhook_row w;
	enum status s = webhook_of(c, db, &w, e);
	if (s == ST_OK)
		s = webhook_in_use(&w, e);
	if (s == ST_OK)
		s = delivery_of(c, db, &d, e);
	return s == ST_OK ? append(a, c, db, NULL, &d.outbox_id, &d.lead_id, d.type, e) : s;
}

enum status webhook_test_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	struct deliveries_input *in;
	return begin(c, &in, e);
}

enum status webhook_test_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	const struct deliveries_input *in = call_state(c)->input;
	struct webhook_row w;
	char id[UUID_TEXT_MAX];
	struct uuid row = uuid_v7(clock_now(a->config.clock));
	enum status s = webhook_of(c, db, &w, e);
	if (s == ST_OK)
		s = webhook_in_use(&w, e);
	if (s != ST_OK)
		return s;
	uuid_format(&in->webhook, id);
	const char *payload = arena_printf(c->arena, "{\"webhook_id\":\"%s\"}", id);
	if (!payload)
		return out_of_memory(e);
	return append(a, c, db,
	    &(struct batch_outbox){.id = row, .lead_id = row, .topic = "webhook.test", .payload = payload}, &row, &row,
	    "webhook.test", e);
}
