/* Slack: an incoming webhook. docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: one message a second,
 * text of 40,000 characters; the reply's body is "ok", or a word that says what is wrong. */
#include <string.h>

#include "base/text.h"
#include "chat_text.h"

#define TEXT_MAX 38000
#define SAID_MAX 100

static const char *const formats[] = {"text", NULL};
static const struct chat_robot robot = {formats, false, "en"};

enum status webhook_slack_check(const json_t *settings, struct err *e)
{
	return chat_settings_check(&robot, settings, e);
}

enum status webhook_slack_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	static const struct chat_place place = {TEMPLATE_SLACK, TEMPLATE_SLACK, TEXT_MAX, CHAT_CHARACTERS, CHAT_SLACK};
	(void)now;
	struct chat_text t;
	enum status s = chat_text_make(&robot, p->settings, m, n, &place, &t, e);
	if (s != ST_OK)
		return s;
	struct buf called = BUF_INIT;
	json_t *ids = chat_called(m, n, "slack_user_id");
	chat_put_called(ids, "<@", ">", &called);
	json_decref(ids);
	chat_call(&t, &called);
	buf_free(&called);
	struct buf all = BUF_INIT;
	buf_printf(&all, "*%s*\n%s", t.title.data, t.text.data);
	if (t.link.len) {
		buf_putc(&all, '\n');
		chat_put_link(CHAT_SLACK, t.link.data, t.look, &all);
	}
	chat_text_free(&t);
	json_t *body = buf_ok(&all) ? json_pack("{s:s}", "text", all.data) : NULL;
	buf_free(&all);
	return chat_put_body(body, &ret->body, e);
}

enum webhook_verdict webhook_slack_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	bool ok = r->body_n >= 2 && !strncmp(r->body, "ok", 2) && strspn(r->body + 2, " \r\n") == r->body_n - 2;
	if (r->status >= 200 && r->status < 300 && ok)
		return WEBHOOK_ARRIVED;
	size_t n = utf8_valid(r->body, r->body_n) ? utf8_cut(r->body, r->body_n, SAID_MAX) : 0;
	snprintf(why, why_cap, "Answered %ld: %.*s", r->status, (int)n, r->body);
	switch (r->status) {
	case 429:
		return WEBHOOK_BUSY;
	case 400: /* invalid_payload, no_text, ... */
		return WEBHOOK_NEVER;
	case 404: /* no_service, no_team, channel_not_found */
	case 410: /* channel_is_archived */
		return WEBHOOK_GONE;
	default:
		return WEBHOOK_AGAIN;
	}
}
