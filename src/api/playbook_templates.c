/* GET /v1/playbooks/templates: playbooks that can be posted as they are, in English and in Chinese. */
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"

struct words {
	const char *name, *description, *actions, *offer; /* actions: JSON text */
};
struct playbook_template {
	const char *name, *kind;
	int priority;
	const char *whom;                                     /* members of the playbook, JSON text */
	const char *role, *cadence, *first_after, *on_change; /* NULL: none */
	struct words en, zh;
};

#define HIGH_VALUE "{\"or\":[{\"===\":[{\"var\":\"tier\"},\"A\"]},{\"in\":[{\"var\":\"stage\"},[\"mql\",\"sal\"]]}]}"

/* clang-format off */
static const struct playbook_template templates[] = {
    {"sales_ready", "follow_up", 10, "\"match\":{\"stages\":[\"sal\"]}", "representative", "P2D", "PT2H", NULL,
	{"Ready for sales", "Asked for a demo, an offer or a trial: a person calls, and goes on until there is a meeting.",
	    "[\"Call; if nobody answers, write and call again the next day\",\"Book a demo for their own case\",\"Note who decides, the budget and by when\"]", "A demo of their own case, and a quotation after it"},
	{"销售就绪线索", "要过演示、报价或试用：由销售人员联系，直到约成会议。",
	    "[\"电话联系；未接通则发消息，次日再打\",\"约一次针对其业务的演示\",\"记录决策人、预算与时间\"]", "针对其业务的演示，随后报价"}},
    {"key_accounts", "follow_up", 20, "\"match\":{\"tiers\":[\"A\"],\"stages\":[\"mql\",\"sql\"]}", "sales_manager", "weekly", "P1D", NULL,
	{"Key leads, weekly", "Fits the ideal customer in everything and is interested.",
	    "[\"Call the one who decides\",\"Send a case study of their industry\",\"Offer a visit\"]", "A visit, or a workshop on their processes"},
	{"重点线索每周跟进", "完全符合理想客户画像，且已有兴趣。",
	    "[\"联系决策人\",\"发送同行业案例\",\"提议上门拜访\"]", "上门拜访或流程梳理工作坊"}},
    {"opportunities", "follow_up", 30, "\"match\":{\"stages\":[\"opportunity\"]}", "sales_manager", "weekly", NULL, NULL,
	{"Opportunities, weekly", "An offer is on the table.",
	    "[\"Ask what stands in the way\",\"Agree on the next step and its date\",\"Talk to everybody who has a say\"]", "References, a pilot, terms of payment"},
	{"商机每周跟进", "报价已发出。",
	    "[\"了解阻碍\",\"商定下一步及日期\",\"接触每一位有发言权的人\"]", "客户推荐、试点、付款条件"}},
    {"promising", "follow_up", 40, "\"match\":{\"tiers\":[\"B\"],\"stages\":[\"mql\",\"sql\"]}", "representative", "biweekly", "P2D", NULL,
	{"Promising leads, every two weeks", "Fits well and is interested.",
	    "[\"Write about what they looked at last\",\"Invite to the next webinar\",\"Ask the questions that are still open\"]", "A webinar, a trial"},
	{"潜力线索双周跟进", "匹配度高且有兴趣。",
	    "[\"就其最近浏览的内容发送消息\",\"邀请参加下一场网络研讨会\",\"补问尚未回答的问题\"]", "网络研讨会、试用"}},
    {"interested", "follow_up", 45, "\"match\":{\"stages\":[\"mql\",\"sql\"]}", "representative", "monthly", "P2D", NULL,
	{"Interested, monthly", "Interested, and fits less well.",
	    "[\"Find out whether there is a case for us\",\"Correct the profile\"]", "A short call, the price list"},
	{"有兴趣线索每月跟进", "有兴趣，但匹配度较低。",
	    "[\"判断是否存在合作机会\",\"更正资料\"]", "简短通话、价格表"}},
    {"nurture", "follow_up", 60, "\"match\":{\"tiers\":[\"A\",\"B\",\"C\"],\"stages\":[\"lead\"]}", "assistant", "monthly", NULL, NULL,
	{"Nurture, monthly", "Fits, and is not interested yet.",
	    "[\"Send something worth reading\",\"Check that the profile is still right\"]", "A white paper, the newsletter"},
	{"培育线索每月触达", "符合画像，但尚未表现出兴趣。",
	    "[\"发送有价值的内容\",\"核对资料是否仍准确\"]", "白皮书、资讯订阅"}},
    {"recycled", "follow_up", 50, "\"match\":{\"stages\":[\"recycled\"]}", "assistant", "monthly", NULL, NULL,
	{"Given back by sales, monthly", "Sales gave it back: not now.",
	    "[\"Look at why it was given back\",\"Ask again when that may have changed\"]", "News about what was missing"},
	{"退回线索每月跟进", "销售已退回：暂不合适。",
	    "[\"查看退回原因\",\"情况可能变化时再次询问\"]", "与其缺口相关的新进展"}},
    {"lost", "follow_up", 70, "\"match\":{\"stages\":[\"lost\"]}", "representative", "quarterly", NULL, NULL,
	{"Win back, quarterly", "Decided for something else.",
	    "[\"Ask how it goes with what they chose\",\"Tell what is new since\"]", "A comparison, help with moving"},
	{"流失客户每季挽回", "选择了其他方案。",
	    "[\"了解其当前方案的使用情况\",\"介绍此后的新功能\"]", "对比资料、迁移支持"}},
    {"customers", "follow_up", 80, "\"match\":{\"stages\":[\"customer\"]}", "sales_manager", "quarterly", NULL, NULL,
	{"Customers, quarterly", "Buys already.",
	    "[\"Go through what they reached\",\"Look for further needs\",\"Ask for a recommendation\"]", "A review of results, further modules"},
	{"客户每季回访", "已成交客户。",
	    "[\"回顾使用成效\",\"发掘新需求\",\"请求转介绍\"]", "成效复盘、增购模块"}},
    {"review_high_value", "review", 10, "\"when\":" HIGH_VALUE, "sales_manager", "monthly", NULL, "PT24H",
	{"Review of high-value leads, monthly", "Tier A, MQL or SAL: the profile is gone through every month, and within a day when something about it has changed.",
	    "[\"Check company, title, needs and budget\",\"Check tags, tier and owner\",\"Correct what is wrong\"]", NULL},
	{"高价值线索每月画像复核", "A 级、MQL 或 SAL：每月复核画像；发生重大变化时 24 小时内复核。",
	    "[\"核对公司、职位、需求与预算\",\"核对标签、等级与负责人\",\"更正错误信息\"]", NULL}},
    {"review_others", "review", 100, "\"when\":true", "assistant", "quarterly", NULL, "PT24H",
	{"Review of all others, quarterly", "Whoever no other review is for.",
	    "[\"Check that the lead still exists and can be reached\",\"Complete what is missing\"]", NULL},
	{"其余线索每季画像复核", "不属于其他复核的线索。",
	    "[\"核对线索是否仍有效、可联系\",\"补全缺失信息\"]", NULL}},
};
/* clang-format on */

static void put_playbook(struct buf *b, const struct playbook_template *t, const struct words *w)
{
	buf_printf(b, "{\"kind\":\"%s\"", t->kind);
	render_member(b, "name", w->name);
	render_member(b, "description", w->description);
	buf_printf(b, ",\"priority\":%d,%s", t->priority, t->whom);
	render_member(b, "owner_role", t->role);
	buf_printf(b, ",\"actions\":%s", w->actions);
	render_member(b, "offer", w->offer);
	render_member(b, "cadence", t->cadence);
	render_member(b, "first_after", t->first_after);
	render_member(b, "on_change", t->on_change);
	buf_putc(b, '}');
}

enum status playbook_templates_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)a;
	(void)db;
	(void)e;
	struct buf *b = reply_list(c);
	for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
		buf_printf(reply_item(b), "{\"name\":\"%s\",\"playbook\":", templates[i].name);
		put_playbook(b, &templates[i], &templates[i].en);
		buf_puts(b, ",\"playbook_zh\":");
		put_playbook(b, &templates[i], &templates[i].zh);
		buf_putc(b, '}');
	}
	reply_list_end(c, "cursor", NULL);
	return ST_OK;
}
