/* What is said where an endpoint's settings have no words of their own, in Chinese and English. */
#include <string.h>

#include "chat.h"

struct words {
	const char *type, *zh, *en; /* titles */
};

#define WHO_ZH "{{/lead/display|某线索}}"
#define WHO_EN "{{/lead/display|a lead}}"

/* clang-format off */
static const struct words words[] = {
    {"lead.created",       "新线索：" WHO_ZH,                                   "New lead: " WHO_EN},
    {"lead.updated",       "线索有更新：" WHO_ZH,                                "Lead updated: " WHO_EN},
    {"lead.erased",        "线索已按请求删除",                                    "A lead was erased on request"},
    {"lead.merged",        "线索已合并：" WHO_ZH,                                "Leads merged: " WHO_EN},
    {"lead.unmerged",      "线索已拆分：" WHO_ZH,                                "Leads separated again: " WHO_EN},
    {"score.changed",      "评分变化：" WHO_ZH " {{/lead/score}} 分",             "Score changed: " WHO_EN ", now {{/lead/score}}"},
    {"tier.changed",       "等级 {{/data/from|无}} → {{/data/to}}：" WHO_ZH,      "Tier {{/data/from|none}} → {{/data/to}}: " WHO_EN},
    {"stage.mql",          "🔥 新的市场合格线索（MQL）：" WHO_ZH,                   "🔥 New MQL: " WHO_EN},
    {"stage.sal",          "🚀 销售线索（SAL）：" WHO_ZH,                          "🚀 New SAL: " WHO_EN},
    {"stage.changed",      "阶段 {{/data/from|无}} → {{/data/to}}：" WHO_ZH,      "Stage {{/data/from|none}} → {{/data/to}}: " WHO_EN},
    {"handoff.created",    "新的线索移交：" WHO_ZH,                               "New handoff: " WHO_EN},
    {"handoff.raised",     "移交升级为 {{/data/stage}}：" WHO_ZH,                 "Handoff raised to {{/data/stage}}: " WHO_EN},
    {"handoff.reopened",   "移交已重新打开：" WHO_ZH,                             "Handoff reopened: " WHO_EN},
    {"handoff.assigned",   "移交已分配：" WHO_ZH,                                 "Handoff assigned: " WHO_EN},
    {"handoff.reassigned", "移交已改派：" WHO_ZH,                                 "Handoff reassigned: " WHO_EN},
    {"handoff.accepted",   "移交已接受：" WHO_ZH,                                 "Handoff accepted: " WHO_EN},
    {"handoff.responded",  "已首次响应：" WHO_ZH,                                 "First response made: " WHO_EN},
    {"handoff.rejected",   "移交被退回：" WHO_ZH,                                 "Handoff rejected: " WHO_EN},
    {"handoff.expired",    "移交已过期：" WHO_ZH,                                 "Handoff expired: " WHO_EN},
    {"handoff.returned",   "移交待重新分配：" WHO_ZH,                             "Handoff without anybody again: " WHO_EN},
    {"handoff.converted",  "🎉 线索已转化：" WHO_ZH,                              "🎉 Handoff converted: " WHO_EN},
    {"handoff.closed",     "移交已关闭：" WHO_ZH,                                 "Handoff closed: " WHO_EN},
    {"handoff.warning",    "⏰ 响应时限将至：" WHO_ZH,                             "⏰ Response due soon: " WHO_EN},
    {"handoff.breached",   "⚠️ 响应超时：" WHO_ZH,                                "⚠️ Response overdue: " WHO_EN},
    {"handoff.escalated",  "⚠️ 移交已上报：" WHO_ZH,                              "⚠️ Handoff escalated: " WHO_EN},
    {"handoff.*",          "移交动态（{{/type}}）：" WHO_ZH,                       "Handoff ({{/type}}): " WHO_EN},
    {"segment.entered",    WHO_ZH " 进入细分群体“{{/data/segment}}”",             WHO_EN " entered the segment “{{/data/segment}}”"},
    {"segment.left",       WHO_ZH " 离开细分群体“{{/data/segment}}”",             WHO_EN " left the segment “{{/data/segment}}”"},
    {"journey.step",       "培育步骤：" WHO_ZH,                                   "Nurture step: " WHO_EN},
    {"journey.ended",      "培育流程结束：" WHO_ZH,                               "Journey ended: " WHO_EN},
    {"followup.due",       "📌 跟进到期：" WHO_ZH "{{?/data/playbook}}（{{/data/playbook}}）{{end}}", "📌 Follow-up due: " WHO_EN "{{?/data/playbook}} ({{/data/playbook}}){{end}}"},
    {"followup.done",      "✅ 已跟进：" WHO_ZH "{{?/data/outcome}}（{{/data/outcome}}）{{end}}",   "✅ Followed up: " WHO_EN "{{?/data/outcome}} ({{/data/outcome}}){{end}}"},
    {"webhook.test",       "测试消息：连接正常",                                   "Test message: the connection works"},
    {"webhook.disabled",   "⚠️ 一个 Webhook 已停用（{{/data/reason}}）",          "⚠️ A webhook was disabled ({{/data/reason}})"},
    {"*",                  "{{/type}}{{?/lead/display}}：{{/lead/display}}{{end}}", "{{/type}}{{?/lead/display}}: {{/lead/display}}{{end}}"},
};
/* clang-format on */

/* The rest is the same of every type: what there is. */
static const char text_zh[] = "{{?/lead/company}}公司：{{/lead/company}}\n{{end}}"
			      "{{?/lead/title}}职位：{{/lead/title}}\n{{end}}"
			      "{{?/lead/email}}邮箱：{{/lead/email}}\n{{end}}"
			      "{{?/lead/phone}}电话：{{/lead/phone}}\n{{end}}"
			      "{{?/lead/id}}评分：{{/lead/score}}（适配 {{/lead/fit}}，互动 {{/lead/engagement}}），等级 "
			      "{{/lead/grade}}，阶段 {{/lead/stage}}\n{{end}}"
			      "{{?/lead/tags}}标签：{{/lead/tags}}\n{{end}}"
			      "{{?/lead/owner}}负责人：{{/lead/owner}}\n{{end}}"
			      "{{?/data/due_at}}截止：{{/data/due_at}}\n{{end}}"
			      "{{?/data/reason}}原因：{{/data/reason}}\n{{end}}";
static const char text_en[] =
    "{{?/lead/company}}Company: {{/lead/company}}\n{{end}}"
    "{{?/lead/title}}Title: {{/lead/title}}\n{{end}}"
    "{{?/lead/email}}E-mail: {{/lead/email}}\n{{end}}"
    "{{?/lead/phone}}Phone: {{/lead/phone}}\n{{end}}"
    "{{?/lead/id}}Score: {{/lead/score}} (fit {{/lead/fit}}, engagement {{/lead/engagement}}), grade {{/lead/grade}}, "
    "stage {{/lead/stage}}\n{{end}}"
    "{{?/lead/tags}}Tags: {{/lead/tags}}\n{{end}}"
    "{{?/lead/owner}}Owner: {{/lead/owner}}\n{{end}}"
    "{{?/data/due_at}}Due: {{/data/due_at}}\n{{end}}"
    "{{?/data/reason}}Reason: {{/data/reason}}\n{{end}}";

static bool chinese(const char *language)
{
	return !strncmp(language, "zh", 2);
}

static bool fits(const char *pattern, const char *type)
{
	size_t n = strlen(pattern);
	return pattern[n - 1] == '*' ? !strncmp(pattern, type, n - 1) : !strcmp(pattern, type);
}

struct chat_words chat_words(const char *language, const char *type)
{
	bool zh = chinese(language);
	size_t i = 0;
	while (!fits(words[i].type, type)) /* the last fits all */
		i++;
	return (struct chat_words){zh ? words[i].zh : words[i].en, zh ? text_zh : text_en};
}

void chat_words_digest(const char *language, size_t n, struct buf *out)
{
	buf_printf(out, chinese(language) ? "%zu 条消息" : "%zu messages", n);
}
