/* DingTalk: a group's custom robot, by Markdown or text, signed or not.
 * open.dingtalk.com/document/robots/custom-robot-access: at most 20 messages a minute, or nothing is taken for ten;
 * 20,000 bytes each. */
#include <string.h>

#include "chat_text.h"

#define TEXT_MAX 17000

static const char *const formats[] = {"markdown", "text", NULL};
static const struct chat_robot robot = {formats, true, "zh-CN"};

enum status webhook_dingtalk_check(const json_t *settings, struct err *e)
{
	return chat_settings_check(&robot, settings, e);
}

/* A line ends by two spaces before its end. */
static void put_lines(const char *text, struct buf *out)
{
	for (const char *c = text; *c; c++)
		if (*c == '\n')
			buf_puts(out, "  \n");
		else
			buf_putc(out, *c);
}

static json_t *markdown_of(const struct chat_text *t, const struct buf *called)
{
	struct buf all = BUF_INIT;
	buf_printf(&all, "### %s\n\n", t->title.data);
	put_lines(t->text.data, &all);
	chat_cut(&all, TEXT_MAX, CHAT_JSON);
	if (called->len)
		buf_printf(&all, "\n\n%s", called->data);
	if (t->link.len) {
		buf_puts(&all, "\n\n");
		chat_put_link(CHAT_MARKDOWN, t->link.data, t->look, &all);
	}
	json_t *v = buf_ok(&all) ? json_pack("{s:s, s:{s:s, s:s}}", "msgtype", "markdown", "markdown", "title",
				       t->title.data, "text", all.data)
				 : NULL;
	buf_free(&all);
	return v;
}

static json_t *text_of(const struct chat_text *t)
{
	struct buf all = BUF_INIT;
	buf_printf(&all, "%s\n%s", t->title.data, t->text.data);
	if (t->link.len) {
		buf_putc(&all, '\n');
		chat_put_link(CHAT_PLAIN, t->link.data, t->look, &all);
	}
	json_t *v = buf_ok(&all) ? json_pack("{s:s, s:{s:s}}", "msgtype", "text", "text", "content", all.data) : NULL;
	buf_free(&all);
	return v;
}

/* The signature stands in the URL. */
static void sign(const char *url, const char *secret, int64_t now, struct buf *out)
{
	buf_printf(out, "%s%ctimestamp=%lld&sign=", url, strchr(url, '?') ? '&' : '?', (long long)now);
	if (!chat_sign_dingtalk(secret, now, out))
		out->failed = true;
}

enum status webhook_dingtalk_write(const struct webhook_endpoint *p, const struct webhook_message *m, size_t n,
    int64_t now, struct webhook_request *ret, struct err *e)
{
	static const struct chat_place in_markdown = {
	    TEMPLATE_MARKDOWN, TEMPLATE_MARKDOWN, TEXT_MAX, CHAT_JSON, CHAT_MARKDOWN};
	static const struct chat_place in_text = {TEMPLATE_LINE, TEMPLATE_LINE, TEXT_MAX, CHAT_JSON, CHAT_PLAIN};
	const char *secret = json_string_value(json_object_get(p->settings, "secret"));
	bool markdown = !strcmp(chat_format(&robot, p->settings), "markdown");
	struct chat_text t;
	struct buf called = BUF_INIT;
	enum status s = chat_text_make(&robot, p->settings, m, n, markdown ? &in_markdown : &in_text, &t, e);
	if (s != ST_OK)
		return s;
	json_t *ids = chat_called(m, n, "dingtalk_user_id"), *mobiles = chat_called(m, n, "dingtalk_mobile");
	chat_put_called(ids, "@", "", &called);
	chat_put_called(mobiles, "@", "", &called);
	if (!markdown)
		chat_call(&t, &called);
	json_t *body = markdown ? markdown_of(&t, &called) : text_of(&t);
	buf_free(&called);
	chat_text_free(&t);
	/* Both are needed: a name in the text, and the list beside it. */
	if (body && json_array_size(ids) + json_array_size(mobiles))
		json_object_set_new(body, "at", json_pack("{s:O, s:O, s:b}", "atUserIds", ids, "atMobiles", mobiles, "isAtAll", 0));
	json_decref(ids);
	json_decref(mobiles);
	if (secret)
		sign(p->url, secret, now, &ret->url);
	s = chat_put_body(body, &ret->body, e);
	return s == ST_OK && !buf_ok(&ret->url) ? err_set(e, ST_NOMEM, NULL, "Out of memory.") : s;
}

enum webhook_verdict webhook_dingtalk_judge(const struct webhook_reply *r, char *why, size_t why_cap)
{
	static const char *const names[] = {"errcode", NULL};
	static const struct chat_code codes[] = {
	    {130101, WEBHOOK_BUSY, NULL}, /* more than 20 a minute */
	    {302033, WEBHOOK_BUSY, NULL},
	    {410100, WEBHOOK_BUSY, NULL},
	    {300001, WEBHOOK_GONE, "token"}, /* there is no such token */
	    {400101, WEBHOOK_GONE, NULL},
	    {400102, WEBHOOK_GONE, NULL}, /* the robot was stopped */
	    {400106, WEBHOOK_GONE, NULL}, /* there is no such robot */
	    {310000, WEBHOOK_NEVER, "keyword"},
	    {40035, WEBHOOK_NEVER, NULL},  /* an argument */
	    {400105, WEBHOOK_NEVER, NULL}, /* type of message */
	    {430101, WEBHOOK_NEVER, NULL}, /* content that is not let through */
	    {430102, WEBHOOK_NEVER, NULL},
	    {430103, WEBHOOK_NEVER, NULL},
	    {430104, WEBHOOK_NEVER, NULL},
	};
	static const struct chat_codes table = {names, "errmsg", codes, sizeof codes / sizeof codes[0]};
	return chat_judge(&table, r, why, why_cap);
}
