/* Kinds of webhooks, by the contracts of who answers them: what is sent for a message, byte for byte but for the order
 * of members. What their replies mean: check_verdicts.c. JSON stands here with single quotes. */
#include <check.h>
#include <stdlib.h>

#include "../../../src/work/webhook_priv.h"
#include "base/json.h"
#include "base/text.h"

#define NOW INT64_C(1661860880123) /* 2022-08-30T12:01:20.123Z */
#define LEAD                                                                                                             \
	"{'id':'01900000-0000-7000-8000-000000000001','display':'林美 <b>','name':'林美 "                            \
	"<b>','email':'lin+1@example.com','phone':null,'title':'总监',"                                                \
	"'company':'华东[跨境]','score':104,'fit':60,'engagement':44,'tier':'A','grade':'A2','stage':'mql','owner':" \
	"null,'tags':['行业:电商'],"                                                                                 \
	"'profile':{'needs':{'pains':['manual','slow']}},'external_ids':{'salesforce':'00Q5g00000ABCDE'}}"
#define MOVE                                                                                                           \
	"{'lead_id':'01900000-0000-7000-8000-000000000001','kind':'stage','from':'lead','to':'mql','reason':'score'}"

static struct err e;

static char *quoted(const char *s)
{
	char *copy = strdup(s);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

static json_t *read_json(const char *s)
{
	char *text = quoted(s);
	json_error_t why;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &why);
	ck_assert_msg(v != NULL, "%s at %d of %s", why.text, why.position, text);
	free(text);
	return v;
}

struct contract {
	const char *name, *kind, *url, *settings;
	const char *type, *data, *lead;
	size_t n; /* so many of them; 0: one */
	const char *method, *want_url, *headers, *body;
	const char *team; /* NULL: not known */
};
#define TEAM                                                                                                           \
	"{'zone':'Asia/Shanghai','assignee':{'name':'陈静','feishu_user_id':'ou_7d8a','wecom_userid':'ChenJing','wecom_mobile':'13800138000','dingtalk_user_id':'manager4220',"            \
	"'dingtalk_mobile':'13800138000','slack_user_id':'U024BE7LH'}}"
#define EVIL "{'id':'1','display':'<@U1><at id=all></at><!channel>@all','score':1,'fit':1,'engagement':0,'grade':'D4','stage':'mql'}"
#define DUE "{'due_at':'2026-01-01T00:00:00.000Z','note':'2026-01-01'}"
#define DUE_ONLY "{'templates':{'*':{'title':'{{/lead/display}}','text':'{{/data/due_at}} {{/timestamp}} {{/data/note}}'}}"

#define FEISHU "https://open.feishu.cn/open-apis/bot/v2/hook/xxx"
#define WECOM "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=xxx"
#define DINGTALK "https://oapi.dingtalk.com/robot/send?access_token=xxx"
#define SLACK "https://hooks.slack.com/services/T0/B0/xxx"

/* clang-format off */
static const struct contract contracts[] = {
	{"feishu card, signed", "feishu", FEISHU, "{'secret':'xxx','link':'https://crm.example.com/leads/{{/lead/id}}'}", "stage.mql", MOVE, LEAD, 0, "POST", "", "",
		"{'timestamp':'1661860880','sign':'QnWVTSBe6FmQDE0bG6X0mURbI+DnvVyu1h+j5dHOjrU=','msg_type':'interactive','card':{'config':{'wide_screen_mode':true},"
		"'header':{'template':'orange','title':{'tag':'plain_text','content':'🔥 新的市场合格线索（MQL）：林美 ＜b＞'}},'elements':["
		"{'tag':'div','text':{'tag':'lark_md','content':'公司：华东&#91;跨境&#93;\\n职位：总监\\n邮箱：lin+1@example.com\\n评分：104（适配 60，互动 44），等级 A2，阶段 mql\\n"
		"标签：行业:电商\\n原因：score'}},{'tag':'action','actions':[{'tag':'button','text':{'tag':'plain_text','content':'查看线索'},'type':'primary',"
		"'url':'https://crm.example.com/leads/01900000-0000-7000-8000-000000000001'}]}]}}"},
	{"feishu text, unsigned, English, own words", "feishu", FEISHU,
		"{'format':'text','language':'en','templates':{'stage.*':{'title':'{{/lead/name}} of {{/lead/company|nobody}}','text':'{{/data/from}} to {{/data/to}}'}}}",
		"stage.mql", MOVE, LEAD, 0, "POST", "", "", "{'msg_type':'text','content':{'text':'林美 ＜b＞ of 华东[跨境]\\nlead to mql'}}"},
	{"feishu digest", "feishu", FEISHU, "{'link':'https://crm.example.com/{{/lead/id}}'}", "stage.sal", MOVE, LEAD, 2, "POST", "", "",
		"{'msg_type':'interactive','card':{'config':{'wide_screen_mode':true},'header':{'template':'blue','title':{'tag':'plain_text','content':'2 条消息'}},'elements':["
		"{'tag':'div','text':{'tag':'lark_md','content':'• [🚀 销售线索（SAL）：林美 &#60;b&#62;](https://crm.example.com/01900000-0000-7000-8000-000000000001)\\n"
		"• [🚀 销售线索（SAL）：林美 &#60;b&#62;](https://crm.example.com/01900000-0000-7000-8000-000000000001)'}}]}}"},
	{"wecom markdown", "wecom", WECOM, "{'link':'https://crm.example.com/{{/lead/id}}'}", "handoff.breached", "{'due_at':'2026-01-01T00:00:00.000Z'}", LEAD, 0, "POST", "", "",
		"{'msgtype':'markdown','markdown':{'content':'**⚠️ 响应超时：林美 ＜b＞**\\n公司：华东［跨境］\\n职位：总监\\n邮箱：lin+1@example.com\\n"
		"评分：104（适配 60，互动 44），等级 A2，阶段 mql\\n标签：行业:电商\\n截止：2026-01-01T00:00:00.000Z\\n"
		"[查看线索](https://crm.example.com/01900000-0000-7000-8000-000000000001)'}}"},
	{"wecom text of no lead", "wecom", WECOM, "{'format':'text'}", "webhook.test", "{}", NULL, 0, "POST", "", "",
		"{'msgtype':'text','text':{'content':'测试消息：连接正常\\n'}}"},
	{"dingtalk markdown, signed", "dingtalk", DINGTALK, "{'secret':'this is secret','language':'en'}", "tier.changed", "{'from':null,'to':'A'}", LEAD, 0, "POST",
		DINGTALK "&timestamp=1661860880123&sign=" , "",
		"{'msgtype':'markdown','markdown':{'title':'Tier none → A: 林美 ＜b＞','text':'### Tier none → A: 林美 ＜b＞\\n\\nCompany: 华东［跨境］  \\nTitle: 总监  \\n"
		"E-mail: lin+1@example.com  \\nScore: 104 (fit 60, engagement 44), grade A2, stage mql  \\nTags: 行业:电商'}}"},
	{"dingtalk text", "dingtalk", DINGTALK, "{'format':'text','templates':{'*':{'text':'{{/type}}'}}}", "stage.sal", MOVE, LEAD, 0, "POST", "", "",
		"{'msgtype':'text','text':{'content':'🚀 销售线索（SAL）：林美 ＜b＞\\nstage.sal'}}"},
	{"slack", "slack", SLACK, "{'link':'https://crm.example.com/{{/lead/id}}'}", "stage.mql", MOVE, LEAD, 0, "POST", "", "",
		"{'text':'*🔥 New MQL: 林美 &lt;b&gt;*\\nCompany: 华东[跨境]\\nTitle: 总监\\nE-mail: lin+1@example.com\\nScore: 104 (fit 60, engagement 44), grade A2, stage mql\\n"
		"Tags: 行业:电商\\nReason: score\\n<https://crm.example.com/01900000-0000-7000-8000-000000000001|Open>'}"},
	{"slack digest", "slack", SLACK, "{}", "stage.mql", MOVE, LEAD, 3, "POST", "", "",
		"{'text':'*3 messages*\\n• 🔥 New MQL: 林美 &lt;b&gt;\\n• 🔥 New MQL: 林美 &lt;b&gt;\\n• 🔥 New MQL: 林美 &lt;b&gt;'}"},
	{"hubspot", "hubspot", "https://api.hubapi.com/", "{'token':'pat-1','properties':{'hs_lead_status':'OPEN','lead_score':'{{/lead/score}}','pains':'{{/lead/profile/needs/pains}}','none':'{{/lead/phone}}'}}",
		"stage.mql", MOVE, LEAD, 0, "PATCH", "https://api.hubapi.com/crm/v3/objects/contacts/lin%2B1%40example.com?idProperty=email", "Authorization: Bearer pat-1\n",
		"{'properties':{'hs_lead_status':'OPEN','lead_score':'104','pains':'manual;slow'}}"},
	{"hubspot, by its own id", "hubspot", "https://api.hubapi.com", "{'token':'t','object':'leads','id':'{{/lead/external_ids/salesforce}}','properties':{'a':'{{/data/to}}'}}",
		"stage.mql", MOVE, LEAD, 0, "PATCH", "https://api.hubapi.com/crm/v3/objects/leads/00Q5g00000ABCDE", "Authorization: Bearer t\n", "{'properties':{'a':'mql'}}"},
	{"salesforce by id", "salesforce", "https://x.my.salesforce.com", "{'token':'00D!a','fields':{'Status':'Qualified','Score__c':'{{/lead/score}}'}}", "stage.sal", MOVE, LEAD, 0,
		"PATCH", "https://x.my.salesforce.com/services/data/v60.0/sobjects/Lead/00Q5g00000ABCDE", "Authorization: Bearer 00D!a\n", "{'Status':'Qualified','Score__c':104}"},
	{"salesforce by external id", "salesforce", "https://x.my.salesforce.com/", "{'token':'t','version':'61.0','object':'Contact','external_field':'Email__c','fields':{'A':'{{/lead/grade}}'}}",
		"stage.sal", MOVE, LEAD, 0, "PATCH", "https://x.my.salesforce.com/services/data/v61.0/sobjects/Contact/Email__c/lin%2B1%40example.com", "Authorization: Bearer t\n", "{'A':'A2'}"},
	{"generic", "generic", "https://crm.example.com/api", "{'method':'PUT','path':'/people/{{/lead/email}}?by=email','headers':{'X-Key':'k {{/lead/id}}'},'body':{'score':'{{/lead/score}}','who':'{{/lead/name}}!'}}",
		"stage.mql", MOVE, LEAD, 0, "PUT", "https://crm.example.com/api/people/lin%2B1%40example.com?by=email",
		"webhook-id: msg_0\nX-Key: k 01900000-0000-7000-8000-000000000001\n", "{'score':104,'who':'林美 <b>!'}"},
	{"generic, all of it", "generic", "https://crm.example.com/api?k=1", "{}", "lead.erased", "{'lead_id':'x'}", NULL, 0, "POST", "", "webhook-id: msg_0\n",
		"{'id':'msg_0','type':'lead.erased','timestamp':'2022-08-30T12:01:20.123Z','data':{'lead_id':'x'},'lead':null}"},
	{"feishu card calls", "feishu", FEISHU, DUE_ONLY "}", "handoff.assigned", DUE, EVIL, 0, "POST", "", "",
		"{'msg_type':'interactive','card':{'config':{'wide_screen_mode':true},'header':{'template':'blue','title':{'tag':'plain_text','content':'＜@U1＞＜at id=all＞＜/at＞＜!channel＞@all'}},"
		"'elements':[{'tag':'div','text':{'tag':'lark_md','content':'2026-01-01 08:00 2022-08-30 20:01 2026-01-01\\n<at id=ou_7d8a></at>'}}]}}", TEAM},
	{"feishu text calls", "feishu", FEISHU, DUE_ONLY ",'format':'text'}", "handoff.warning", DUE, EVIL, 0, "POST", "", "",
		"{'msg_type':'text','content':{'text':'＜@U1＞＜at id=all＞＜/at＞＜!channel＞@all\\n2026-01-01 08:00 2022-08-30 20:01 2026-01-01\\n<at user_id=\\'ou_7d8a\\'></at>'}}", TEAM},
	{"wecom markdown calls", "wecom", WECOM, DUE_ONLY "}", "handoff.breached", DUE, EVIL, 0, "POST", "", "",
		"{'msgtype':'markdown','markdown':{'content':'**＜@U1＞＜at id=all＞＜/at＞＜！channel＞@all**\\n2026-01-01 08:00 2022-08-30 20:01 2026-01-01\\n<@ChenJing>'}}", TEAM},
	{"wecom text calls", "wecom", WECOM, DUE_ONLY ",'format':'text'}", "handoff.escalated", DUE, EVIL, 0, "POST", "", "",
		"{'msgtype':'text','text':{'content':'＜@U1＞＜at id=all＞＜/at＞＜!channel＞@all\\n2026-01-01 08:00 2022-08-30 20:01 2026-01-01','mentioned_list':['ChenJing'],"
		"'mentioned_mobile_list':['13800138000']}}", TEAM},
	{"dingtalk markdown calls", "dingtalk", DINGTALK, DUE_ONLY "}", "handoff.reassigned", DUE, EVIL, 0, "POST", "", "",
		"{'msgtype':'markdown','markdown':{'title':'＜@U1＞＜at id=all＞＜/at＞＜！channel＞@all','text':'### ＜@U1＞＜at id=all＞＜/at＞＜！channel＞@all\\n\\n2026-01-01 08:00 2022-08-30 20:01 2026-01-01"
		"\\n\\n@manager4220 @13800138000'},'at':{'atUserIds':['manager4220'],'atMobiles':['13800138000'],'isAtAll':false}}", TEAM},
	{"dingtalk text calls", "dingtalk", DINGTALK, DUE_ONLY ",'format':'text'}", "handoff.assigned", DUE, EVIL, 0, "POST", "", "",
		"{'msgtype':'text','text':{'content':'＜@U1＞＜at id=all＞＜/at＞＜!channel＞@all\\n2026-01-01 08:00 2022-08-30 20:01 2026-01-01\\n@13800138000'},"
		"'at':{'atUserIds':[],'atMobiles':['13800138000'],'isAtAll':false}}", "{'zone':'Asia/Shanghai','assignee':{'dingtalk_mobile':'13800138000'}}"},
	{"slack calls", "slack", SLACK, DUE_ONLY "}", "handoff.assigned", DUE, EVIL, 0, "POST", "", "",
		"{'text':'*&lt;@U1&gt;&lt;at id=all&gt;&lt;/at&gt;&lt;!channel&gt;@all*\\n2025-12-31 19:00 2022-08-30 08:01 2026-01-01\\n<@U024BE7LH>'}",
		"{'zone':'America/New_York','assignee':{'slack_user_id':'U024BE7LH'}}"},
	{"a digest calls each once", "slack", SLACK, "{}", "handoff.breached", "{}", EVIL, 2, "POST", "", "",
		"{'text':'*2 messages*\\n• ⚠️ Response overdue: &lt;@U1&gt;&lt;at id=all&gt;&lt;/at&gt;&lt;!channel&gt;@all\\n• ⚠️ Response overdue: &lt;@U1&gt;&lt;at id=all&gt;&lt;/at&gt;&lt;!channel&gt;@all\\n<@U024BE7LH>'}", TEAM},
	{"what is done calls nobody", "slack", SLACK, DUE_ONLY "}", "handoff.accepted", "{}", EVIL, 0, "POST", "", "",
		"{'text':'*&lt;@U1&gt;&lt;at id=all&gt;&lt;/at&gt;&lt;!channel&gt;@all*\\n 2022-08-30 20:01'}", TEAM},
	{"all, and what could end the markup, is nobody", "feishu", FEISHU, "{'format':'text','templates':{'*':{'title':'x','text':'y'}}}", "handoff.assigned", "{}", EVIL, 0, "POST", "", "",
		"{'msg_type':'text','content':{'text':'x\\ny'}}", "{'zone':'UTC','assignee':{'feishu_user_id':'all'}}"},
	{"nor what could end the markup", "wecom", WECOM, "{'templates':{'*':{'title':'x','text':'y'}}}", "handoff.assigned", "{}", EVIL, 0, "POST", "", "",
		"{'msgtype':'markdown','markdown':{'content':'**x**\\ny'}}", "{'zone':'Mars/Base','assignee':{'wecom_userid':'a><@b'}}"},
};
/* clang-format on */

static enum status write_it(const struct contract *c, struct webhook_request *r)
{
	const struct webhook_kind *k = webhook_kind_find(c->kind);
	json_t *settings = read_json(c->settings);
	ck_assert_msg(webhook_settings_check(k, settings, &e) == ST_OK, "%s: %s %s", c->name, e.pointer, e.detail);
	char *data = quoted(c->data), *lead = c->lead ? quoted(c->lead) : NULL, *team = c->team ? quoted(c->team) : NULL;
	struct webhook_message m[3];
	for (size_t i = 0; i < 3; i++)
		m[i] = (struct webhook_message){.id = "msg_0", .type = c->type, .at = NOW, .data = data, .lead = lead, .team = team};
	struct webhook_endpoint p = {.url = c->url, .settings = settings};
	*r = (struct webhook_request){.method = "POST"};
	enum status s = k->write(&p, m, c->n ? c->n : 1, NOW, r, &e);
	free(data);
	free(lead);
	free(team);
	json_decref(settings);
	return s;
}

static void request_free(struct webhook_request *r)
{
	buf_free(&r->url);
	buf_free(&r->headers);
	buf_free(&r->body);
}

static const char *text(const struct buf *b)
{
	return b->data ? b->data : "";
}

START_TEST(test_requests)
{
	const struct contract *c = &contracts[_i];
	struct webhook_request r;
	ck_assert_msg(write_it(c, &r) == ST_OK, "%s: %s", c->name, e.detail);
	json_t *body = json_loads(text(&r.body), 0, NULL), *want = read_json(c->body);
	ck_assert_msg(json_equal(body, want), "%s: %s", c->name, text(&r.body));
	ck_assert_str_eq(r.method, c->method);
	ck_assert_str_eq(text(&r.headers), c->headers);
	/* A signature's own vectors stand elsewhere. */
	size_t n = strlen(c->want_url);
	if (n && c->want_url[n - 1] == '=')
		ck_assert_msg(
		    !strncmp(text(&r.url), c->want_url, n) && strlen(text(&r.url)) > n + 40, "%s", text(&r.url));
	else
		ck_assert_str_eq(text(&r.url), c->want_url);
	json_decref(body);
	json_decref(want);
	request_free(&r);
}
END_TEST

/* A message that has nothing where the URL needs it, or something that leads elsewhere, is never sent. */
START_TEST(test_not_sent)
{
	static const char *const leads[] = {
	    NULL, "{'email':null,'external_ids':{}}", "{'email':'..','external_ids':{'salesforce':'.'}}"};
	static const struct contract cases[] = {
	    {.name = "h",
		.kind = "hubspot",
		.url = "https://a.example",
		.settings = "{'token':'t','properties':{'a':'1'}}"},
	    {.name = "s",
		.kind = "salesforce",
		.url = "https://a.example",
		.settings = "{'token':'t','fields':{'a':'1'}}"},
	    {.name = "g", .kind = "generic", .url = "https://a.example", .settings = "{'path':'/x/{{/lead/email}}'}"},
	};
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
			struct webhook_request r;
			struct contract c = cases[k];
			c.type = "stage.mql";
			c.data = "{}";
			c.lead = leads[i];
			ck_assert_msg(write_it(&c, &r) == ST_INVALID, "%s %zu %s", c.name, i, text(&r.url));
			request_free(&r);
		}
	struct contract c = {.name = "empty",
	    .kind = "hubspot",
	    .url = "https://a.example",
	    .type = "stage.mql",
	    .data = "{}",
	    .lead = LEAD,
	    .settings = "{'token':'t','properties':{'a':'{{/lead/phone}}'}}"};
	struct webhook_request r;
	ck_assert_int_eq(write_it(&c, &r), ST_INVALID);
	request_free(&r);
	c.url = "https://a.example/?x=1";
	c.settings = "{'token':'t','properties':{'a':'1'}}";
	ck_assert_int_eq(write_it(&c, &r), ST_INVALID);
	request_free(&r);
}
END_TEST

/* However long names, titles and templates are, what is sent stays below what is taken. */
START_TEST(test_sizes)
{
	static const struct {
		const char *kind, *format, *text;
		size_t max;
		bool characters;
	} limits[] = {{"feishu", "card", NULL, 20480, false}, {"feishu", "text", NULL, 20480, false},
	    {"dingtalk", "markdown", NULL, 20000, false}, {"dingtalk", "text", NULL, 20000, false},
	    {"wecom", "markdown", "content", 4096, false}, {"wecom", "text", "content", 2048, false},
	    {"slack", "text", "text", 40000, true}};
	struct buf lead = BUF_INIT;
	static const char *const fill[] = {"线", "\\\"", "<", "a*", "😀 "};
	for (size_t f = 0; f < sizeof fill / sizeof fill[0]; f++) {
		buf_clear(&lead);
		for (int part = 0; part < 2; part++) {
			buf_puts(&lead, part ? "\",\"company\":\"" : "{\"id\":\"1\",\"display\":\"");
			for (int i = 0; i < 30000; i++)
				buf_puts(&lead, fill[f]);
		}
		buf_puts(&lead, "\"}");
		for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
			for (size_t n = 1; n <= 40; n += 39) {
				const struct webhook_kind *k = webhook_kind_find(limits[i].kind);
				json_t *settings = json_pack("{s:s, s:s}", "format", limits[i].format, "link",
				    "https://crm.example.com/{{/lead/id}}");
				struct webhook_endpoint p = {.url = "https://a.example", .settings = settings};
				struct webhook_request r = {.method = "POST"};
				struct webhook_message m[40];
				char team[40][400], id[65];
				for (size_t j = 0; j < n; j++) {
					snprintf(id, sizeof id, "%064zu", j);
					snprintf(team[j], sizeof team[j],
					    "{\"zone\":\"UTC\",\"assignee\":{\"feishu_user_id\":\"%s\",\"wecom_userid\":\"%s\",\"dingtalk_user_id\":\"%s\",\"slack_user_id\":\"%s\"}}", id, id, id, id);
					m[j] = (struct webhook_message){.id = "msg_0",
					    .type = "handoff.breached",
					    .at = NOW,
					    .data = "{}",
					    .lead = lead.data,
					    .team = team[j]};
				}
				ck_assert_int_eq(k->write(&p, m, n, NOW, &r, &e), ST_OK);
				ck_assert(utf8_valid(r.body.data, r.body.len));
				json_t *body = json_loads(r.body.data, 0, NULL);
				const json_t *inner = json_object_get(body, limits[i].format),
					     *said = json_object_get(json_is_object(inner) ? inner : body,
						 limits[i].text ? limits[i].text : "");
				size_t size = !limits[i].text ? r.body.len
					      : limits[i].characters
						  ? utf8_length(json_string_value(said), json_string_length(said))
						  : json_string_length(said);
				ck_assert_msg(size && size <= limits[i].max, "%s %s of %zu: %zu", limits[i].kind,
				    limits[i].format, n, size);
				snprintf(id, sizeof id, "%064d", 0);
				ck_assert_msg(strstr(r.body.data, id) != NULL, "%s %s of %zu calls nobody", limits[i].kind, limits[i].format, n);
				ck_assert_ptr_ne(strstr(r.body.data, "…"), NULL);
				json_decref(body);
				json_decref(settings);
				request_free(&r);
			}
	}
	buf_free(&lead);
}
END_TEST

START_TEST(test_settings)
{
	static const struct {
		const char *kind, *settings, *pointer, *code;
	} bad[] = {
	    {"feishu", "{'nonsense':1}", "/settings/nonsense", "field_unknown"},
	    {"feishu", "{'language':'de'}", "/settings/language", "field_invalid"},
	    {"feishu", "{'format':'markdown'}", "/settings/format", "field_invalid"},
	    {"feishu", "{'secret':''}", "/settings/secret", "field_invalid"},
	    {"wecom", "{'secret':'x'}", "/settings/secret", "field_unknown"},
	    {"slack", "{'link':'javascript:x'}", "/settings/link", "url_invalid"},
	    {"slack", "{'link':'https://x/{{/lead/id}}|y'}", "/settings/link", "url_invalid"},
	    {"slack", "{'link':'https://x/{{/nobody}}'}", "/settings/link", "template_invalid"},
	    {"dingtalk", "{'templates':{'stage.m*':{'text':'x'}}}", "/settings/templates/stage.m*", "type_unknown"},
	    {"dingtalk", "{'templates':{'*':{}}}", "/settings/templates/*", "field_type"},
	    {"dingtalk", "{'templates':{'*':{'body':'x'}}}", "/settings/templates/*/body", "field_unknown"},
	    {"dingtalk", "{'templates':{'*':{'text':'{{/data'}}}", "/settings/templates/*/text", "template_invalid"},
	    {"hubspot", "{'properties':{'a':'1'}}", "/settings/token", "field_required"},
	    {"hubspot", "{'token':'a\\nb','properties':{'a':'1'}}", "/settings/token", "field_invalid"},
	    {"hubspot", "{'token':'t'}", "/settings/properties", "field_required"},
	    {"hubspot", "{'token':'t','object':'a/b','properties':{'a':'1'}}", "/settings/object", "field_invalid"},
	    {"hubspot", "{'token':'t','properties':{'a':'{{/x}}'}}", "/settings/properties/a", "template_invalid"},
	    {"salesforce", "{'token':'t','version':'60','fields':{'a':1}}", "/settings/version", "field_invalid"},
	    {"salesforce", "{'token':'t','fields':{}}", "/settings/fields", "field_type"},
	    {"generic", "{'method':'GET'}", "/settings/method", "field_invalid"},
	    {"generic", "{'path':'@evil.example/'}", "/settings/path", "field_invalid"},
	    {"generic", "{'headers':{'Host':'x'}}", "/settings/headers/Host", "field_invalid"},
	    {"generic", "{'headers':{'X-A':'a\\r\\nb'}}", "/settings/headers/X-A", "field_invalid"},
	    {"generic", "{'headers':{'X A':'a'}}", "/settings/headers/X A", "field_invalid"},
	    {"generic", "{'body':[{'a':'{{end}}'}]}", "/settings/body/0/a", "template_invalid"},
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		json_t *settings = read_json(bad[i].settings);
		ck_assert_msg(webhook_settings_check(webhook_kind_find(bad[i].kind), settings, &e) == ST_INVALID, "%s",
		    bad[i].settings);
		ck_assert_str_eq(e.pointer, bad[i].pointer);
		ck_assert_str_eq(e.code, bad[i].code);
		json_decref(settings);
	}
}
END_TEST

static void json_is(json_t *v, const char *want)
{
	json_t *w = read_json(want);
	ck_assert(v && json_equal(v, w));
	json_decref(w);
}

START_TEST(test_sealed)
{
	const struct webhook_kind *generic = webhook_kind_find("generic"), *feishu = webhook_kind_find("feishu");
	json_t *s = read_json("{'secret':'x','format':'text'}"),
	       *h = read_json("{'headers':{'A':'1','B':'2'},'path':'/x'}");
	json_t *a = webhook_settings_seal(feishu, s), *b = webhook_settings_seal(generic, h);
	json_is(a, "{'secret':'********','format':'text'}");
	json_is(b, "{'headers':{'A':'********','B':'********'},'path':'/x'}");
	json_is(s, "{'secret':'x','format':'text'}");
	/* What was read can be sent back; what was changed stays in the patch. */
	json_object_set_new(json_object_get(b, "headers"), "B", json_string("new"));
	webhook_settings_unseal(feishu, a);
	webhook_settings_unseal(generic, b);
	json_is(a, "{'format':'text'}");
	json_is(b, "{'headers':{'B':'new'},'path':'/x'}");
	json_decref(a);
	json_decref(b);
	json_decref(s);
	json_decref(h);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("contracts");
	TCase *c = tcase_create("pure");
	tcase_add_loop_test(c, test_requests, 0, (int)(sizeof contracts / sizeof contracts[0]));
	tcase_add_test(c, test_not_sent);
	tcase_add_test(c, test_sizes);
	tcase_add_test(c, test_settings);
	tcase_add_test(c, test_sealed);
	tcase_set_timeout(c, 60);
	suite_add_tcase(s, c);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
