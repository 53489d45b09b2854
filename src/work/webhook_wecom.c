/* WeCom: a group's robot, by Markdown or text. developer.work.weixin.qq.com/document/path/91770: at most 20 messages a
 * minute; Markdown of 4096 bytes, text of 2048. */
#include <string.h>

#include "chat_text.h"

#define MARKDOWN_MAX 4096
#define TEXT_MAX 2048
#define TITLE_ROOM 320 /* of a title and what stands around it */
#define LINK_ROOM 1040

static const char *const formats[] = {"markdown", "text", NULL};
static const struct chat_robot robot = {formats, false, "zh-CN"};

enum status webhook_wecom_check(const json_t *settings, struct err *e)
{
	return chat_settings_check(&robot, settings, e);
}

enum status webhook_wecom_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	(void)now;
	bool markdown = !strcmp(chat_format(&robot, p->settings), "markdown");
	enum template_escape escape = markdown ? TEMPLATE_MARKDOWN : TEMPLATE_LINE;
	struct chat_place place = {escape, escape, (markdown ? MARKDOWN_MAX : TEXT_MAX) - TITLE_ROOM, CHAT_BYTES,
	    markdown ? CHAT_MARKDOWN : CHAT_PLAIN};
	if (json_object_get(p->settings, "link") && n == 1)
		place.max -= LINK_ROOM;
	struct chat_text t;
	struct buf called = BUF_INIT;
	json_t *ids = chat_called(m, n, "wecom_userid"), *mobiles = markdown ? NULL : chat_called(m, n, "wecom_mobile");
	if (markdown)
		chat_put_called(ids, "<@", ">", &called);
	place.max -= called.len ? called.len + 1 : 0;
	enum status s = chat_text_make(&robot, p->settings, m, n, &place, &t, e);
	if (s == ST_OK)
		chat_call(&t, &called);
	buf_free(&called);
	if (s != ST_OK) {
		json_decref(ids);
		json_decref(mobiles);
		return s;
	}
	struct buf all = BUF_INIT;
	buf_printf(&all, markdown ? "**%s**\n%s" : "%s\n%s", t.title.data, t.text.data);
	if (t.link.len) {
		buf_putc(&all, '\n');
		chat_put_link(place.markup, t.link.data, t.look, &all);
	}
	chat_text_free(&t);
	const char *type = formats[markdown ? 0 : 1];
	json_t *body = buf_ok(&all) ? json_pack("{s:s, s:{s:s}}", "msgtype", type, type, "content", all.data) : NULL;
	buf_free(&all);
	/* A text calls by lists beside it. */
	if (body && !markdown && json_array_size(ids))
		json_object_set(json_object_get(body, type), "mentioned_list", ids);
	if (body && json_array_size(mobiles))
		json_object_set(json_object_get(body, type), "mentioned_mobile_list", mobiles);
	json_decref(ids);
	json_decref(mobiles);
	return chat_put_body(body, &ret->body, e);
}

enum webhook_verdict webhook_wecom_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	static const char *const names[] = {"errcode", NULL};
	static const struct chat_code codes[] = {
	    {45009, WEBHOOK_BUSY, NULL},  /* too many calls */
	    {45033, WEBHOOK_BUSY, NULL},  /* too many at once */
	    {93000, WEBHOOK_GONE, NULL},  /* the robot's URL is none */
	    {40008, WEBHOOK_NEVER, NULL}, /* type of message */
	    {40058, WEBHOOK_NEVER, NULL}, /* an argument: too long, most often */
	    {44004, WEBHOOK_NEVER, NULL}, /* no content */
	    {45002, WEBHOOK_NEVER, NULL}, /* too long */
	};
	static const struct chat_codes table = {names, "errmsg", codes, sizeof codes / sizeof codes[0]};
	return chat_judge(&table, r, why, why_cap);
}
