/* What a visitor's browser gets to see of a form, when its owner has no page for it. */
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "forms_priv.h"
#include "problem_priv.h"
#include "reply_priv.h"

#define LOCATION_MAX 4000

/* Whether one of the types of an Accept header is `type`. */
static bool accepts(const char *accept, const char *type)
{
	size_t n = strlen(type);
	for (const char *at = accept; at && *at;) {
		at += strspn(at, " \t,");
		size_t len = strcspn(at, ",; \t");
		if (len == n && !strncasecmp(at, type, n))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

bool form_wants_page(const struct api_call *c)
{
	return accepts(c->accept, "text/html") &&
	       !(c->content_type && !strncasecmp(c->content_type, "application/json", 16));
}

static void put_html(struct buf *b, const char *s)
{
	for (; *s; s++) {
		const char *name = *s == '<'   ? "&lt;"
				   : *s == '>' ? "&gt;"
				   : *s == '&' ? "&amp;"
				   : *s == '"' ? "&quot;"
					       : NULL;
		if (name)
			buf_puts(b, name);
		else
			buf_putc(b, *s);
	}
}

static struct buf *begin(struct api_call *c, int status, const char *title)
{
	struct buf *b = reply_json(c, status);
	c->response_type = "text/html; charset=utf-8";
	reply_header(c, "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *");
	buf_printf(b,
	    "<!doctype html>\n<html lang=\"zh\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
	    "content=\"width=device-width\">"
	    "<meta name=\"robots\" content=\"noindex\"><title>%s</title><style>body{font:18px/1.6 "
	    "system-ui,sans-serif;max-width:32em;"
	    "margin:15vh auto;padding:0 1em;color:#222}p+p{color:#555}</style></head><body>\n",
	    title);
	return b;
}

void form_page_thanks(struct api_call *c)
{
	struct buf *b = begin(c, 200, "已收到 · Received");
	buf_puts(b,
	    "<h1>谢谢</h1><p>我们已收到您的信息，会尽快与您联系。</p>\n<p lang=\"en\">Thank you. We have received your "
	    "message and will be in touch.</p></body></html>\n");
}

/* For people: by code, or else by status. */
static const char *const words[][3] = {
    {"email_invalid", "邮箱地址有误，请返回修改。", "This e-mail address is not right. Please go back and correct it."},
    {"phone_invalid", "电话号码有误，请返回修改。", "This phone number is not right. Please go back and correct it."},
    {"identity_required", "请填写邮箱或电话，以便我们联系您。",
	"Please give an e-mail address or a phone number, so that we can reach you."},
    {"form_file_refused", "此表单不能上传文件，请去掉附件后再提交。",
	"This form takes no files. Please send it without the attachment."},
    {"form_encoding", "表单的文字编码不是 UTF-8，无法读取。",
	"The text of the form is not in UTF-8 and cannot be read."},
    {"form_not_found", "此表单已停用或不存在。", "This form is closed or does not exist."},
    {"origin_forbidden", "此页面不能提交该表单。", "The form may not be sent from this page."},
    {"rate_limited", "提交太频繁，请稍后再试。", "That was too often. Please wait a little and try again."},
};
#define BUSY_ZH "服务暂时繁忙，请稍后再试。"
#define BUSY_EN "The service is busy at the moment. Please try again in a little while."
#define FAULT_ZH "提交的内容有误，请返回修改。"
#define FAULT_EN "Something in the form is not right. Please go back and correct it."

static void put_words(struct buf *b, int status, const char *code, const char *field)
{
	const char *zh = status >= 500 ? BUSY_ZH : FAULT_ZH, *en = status >= 500 ? BUSY_EN : FAULT_EN;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(words[i][0], code)) {
			zh = words[i][1];
			en = words[i][2];
		}
	buf_printf(b, "<h1>未能提交</h1><p>%s", zh);
	if (*field) {
		buf_puts(b, "（");
		put_html(b, field);
		buf_puts(b, "）");
	}
	buf_printf(b, "</p>\n<p lang=\"en\">%s", en);
	if (*field) {
		buf_puts(b, " (");
		put_html(b, field);
		buf_puts(b, ")");
	}
	buf_puts(b, "</p></body></html>\n");
}

static void put_query(struct buf *b, const char *s)
{
	for (; *s; s++)
		if ((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
		    strchr("-._~", *s))
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
}

/* The form's page for errors, with the code and the field in its query. NULL: out of memory. */
static const char *location(struct api_call *c, const char *url, const char *code, const char *field)
{
	struct buf b = BUF_INIT;
	size_t n = strcspn(url, "#");
	buf_put(&b, url, n);
	buf_puts(&b, memchr(url, '?', n) ? "&error=" : "?error=");
	put_query(&b, code);
	if (*field) {
		buf_puts(&b, "&field=");
		put_query(&b, field);
	}
	buf_puts(&b, url + n);
	const char *text = buf_ok(&b) && b.len < LOCATION_MAX ? arena_strndup(c->arena, b.data, b.len) : NULL;
	buf_free(&b);
	return text;
}

/* "/your-email" is the field your-email. */
static const char *field_of(struct api_call *c, const struct err *e)
{
	char *out = e && *e->pointer == '/' ? arena_strdup(c->arena, e->pointer + 1) : NULL;
	size_t to = 0;
	for (const char *s = out; s && *s; s++) {
		char ch = *s;
		if (ch == '~' && (s[1] == '0' || s[1] == '1'))
			ch = *++s == '0' ? '~' : '/';
		out[to++] = ch;
	}
	if (out)
		out[to] = '\0';
	return out ? out : "";
}

void form_page_problem(struct api_call *c, int status, const char *code, const char *detail, const struct err *e)
{
	(void)detail;
	if (!form_wants_page(c))
		return;
	const struct call_state *s = call_state(c);
	const struct form_settings *f = s && s->door ? s->door->settings : NULL;
	const char *field = field_of(c, e), *to = f && f->error_url ? location(c, f->error_url, code, field) : NULL;
	if (to) {
		reply_json(c, 303);
		reply_header(c, "Location", to);
		return;
	}
	put_words(begin(c, status, "未能提交 · Not sent"), status, code, field);
}
