/* Feishu and Lark: a group's custom robot, by text or card, signed or not.
 * open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: at most 100 requests a minute and 5 a second, 20 KB each.
 */
#include <string.h>

#include "chat_text.h"

#define TEXT_MAX 17000 /* so that title, link and the rest have room below 20 KB */

static const char *const formats[] = {"card", "text", NULL};
static const struct chat_robot robot = {formats, true, "zh-CN"};

enum status webhook_feishu_check(const json_t *settings, struct err *e)
{
	return chat_settings_check(&robot, settings, e);
}

static json_t *text_of(const struct chat_text *t)
{
	struct buf all = BUF_INIT;
	buf_printf(&all, "%s\n%s", t->title.data, t->text.data);
	if (t->link.len) {
		buf_putc(&all, '\n');
		chat_put_link(CHAT_PLAIN, t->link.data, t->look, &all);
	}
	json_t *v = buf_ok(&all) ? json_pack("{s:s, s:{s:s}}", "msg_type", "text", "content", "text", all.data) : NULL;
	buf_free(&all);
	return v;
}

static const char *colour_of(const char *type)
{
	static const struct {
		const char *type, *colour;
	} colours[] = {{"stage.mql", "orange"}, {"stage.sal", "red"}, {"handoff.breached", "red"},
	    {"handoff.escalated", "red"}, {"handoff.warning", "orange"}, {"handoff.converted", "green"},
	    {"webhook.disabled", "red"}};
	for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++)
		if (!strcmp(colours[i].type, type))
			return colours[i].colour;
	return "blue";
}

static json_t *card_of(const struct chat_text *t, const char *colour)
{
	json_t *elements = json_array();
	json_array_append_new(elements,
	    json_pack("{s:s, s:{s:s, s:s}}", "tag", "div", "text", "tag", "lark_md", "content", t->text.data));
	if (t->link.len)
		json_array_append_new(elements,
		    json_pack("{s:s, s:[{s:s, s:{s:s, s:s}, s:s, s:s}]}", "tag", "action", "actions", "tag", "button",
			"text", "tag", "plain_text", "content", t->look, "type", "primary", "url", t->link.data));
	return json_pack("{s:s, s:{s:{s:b}, s:{s:s, s:{s:s, s:s}}, s:o}}", "msg_type", "interactive", "card", "config",
	    "wide_screen_mode", 1, "header", "template", colour, "title", "tag", "plain_text", "content", t->title.data,
	    "elements", elements);
}

static bool sign(json_t *body, const char *secret, int64_t now)
{
	struct buf signature = BUF_INIT;
	char seconds[24];
	snprintf(seconds, sizeof seconds, "%lld", (long long)(now / 1000));
	bool good = chat_sign_feishu(secret, now / 1000, &signature) &&
		    json_object_set_new(body, "timestamp", json_string(seconds)) == 0 &&
		    json_object_set_new(body, "sign", json_string(signature.data)) == 0;
	buf_free(&signature);
	return good;
}

enum status webhook_feishu_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	const char *secret = json_string_value(json_object_get(p->settings, "secret"));
	bool card = !strcmp(chat_format(&robot, p->settings), "card");
	struct chat_place in_card = {TEMPLATE_LINE, TEMPLATE_LARK, TEXT_MAX, CHAT_JSON, CHAT_MARKDOWN}, in_text = {TEMPLATE_LINE, TEMPLATE_LINE, TEXT_MAX, CHAT_JSON, CHAT_PLAIN};
	struct chat_text t;
	struct buf called = BUF_INIT;
	json_t *ids = chat_called(m, n, "feishu_user_id");
	chat_put_called(ids, card ? "<at id=" : "<at user_id=\"", card ? "></at>" : "\"></at>", &called);
	json_decref(ids);
	enum status s = chat_text_make(&robot, p->settings, m, n, card ? &in_card : &in_text, &t, e);
	if (s == ST_OK)
		chat_call(&t, &called);
	buf_free(&called);
	if (s != ST_OK)
		return s;
	json_t *body = card ? card_of(&t, n == 1 ? colour_of(m->type) : "blue") : text_of(&t);
	chat_text_free(&t);
	if (body && secret && !sign(body, secret, now)) {
		json_decref(body);
		body = NULL;
	}
	return chat_put_body(body, &ret->body, e);
}

enum webhook_verdict webhook_feishu_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	static const char *const names[] = {"code", "StatusCode", NULL};
	static const struct chat_code codes[] = {
	    {11232, WEBHOOK_BUSY, NULL},                                         /* frequency limited */
	    {99991400, WEBHOOK_BUSY, NULL},                                      /* the same of the platform */
	    {19001, WEBHOOK_GONE, "access token"}, {19024, WEBHOOK_NEVER, NULL}, /* lacks the robot's keyword */
	    {9499, WEBHOOK_NEVER, NULL},                                         /* bad request */
	};
	static const struct chat_codes table = {names, "msg", codes, sizeof codes / sizeof codes[0]};
	return chat_judge(&table, r, why, why_cap);
}
