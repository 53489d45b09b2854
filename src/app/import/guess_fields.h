/* What columns are called, in Chinese and English, folded and without spaces and punctuation: the names of each field
 * between bars. Those that stand behind a slash are looked for inside longer names too. */
#ifndef APP_IMPORT_GUESS_FIELDS_H
#define APP_IMPORT_GUESS_FIELDS_H

#include "cell.h"

enum looks { LOOKS_ANY, LOOKS_EMAIL, LOOKS_PHONE, LOOKS_NUMBER, LOOKS_TIME };

struct guess_field {
	const char *path;
	enum looks looks; /* what most of its values must be */
	enum cell_type as;
	const char *names;
};

/* clang-format off */
static const struct guess_field guess_fields[] = {
    {"lead.email", LOOKS_EMAIL, CELL_TEXT, "|mail|emailid|/email|/emailaddress|/邮箱|/邮件|/电子邮件|/电邮|"},
    {"lead.phone", LOOKS_PHONE, CELL_TEXT, "|tel|cell|手机|电话|/mobile|/phone|/telephone|/cellphone|/手机号|/电话号码|/联系电话|/联系方式|"},
    {"lead.external_id", LOOKS_ANY, CELL_TEXT, "|id|编号|leadid|crmid|recordid|contactid|customerid|userid|externalid|线索id|客户id|用户id|/线索编号|/客户编号|/联系人编号|"},
    {"lead.anonymous_id", LOOKS_ANY, CELL_TEXT, "|anonymousid|visitorid|deviceid|cookie|cookieid|访客id|设备id|"},
    {"lead.company.name", LOOKS_ANY, CELL_TEXT, "|org|单位|/company|/companyname|/organization|/organisation|/employer|/账户名称|/公司|/企业|/单位名称|/客户名称|/accountname|"},
    {"lead.company.domain", LOOKS_ANY, CELL_TEXT, "|domain|website|url|companydomain|companywebsite|域名|网址|/官网|/网站|/公司网址|"},
    {"lead.company.industry", LOOKS_ANY, CELL_TEXT, "|sector|/industry|/行业|"},
    {"lead.company.employees", LOOKS_NUMBER, CELL_NUMBER, "|staff|headcount|规模|人数|/employees|/employeecount|/numberofemployees|/companysize|/员工|/员工数|/公司规模|/企业规模|/人员规模|"},
    {"lead.company.annual_revenue", LOOKS_NUMBER, CELL_NUMBER, "|turnover|gmv|/revenue|/annualrevenue|/annualturnover|/年营收|/营收|/年收入|/营业额|/年销售额|"},
    {"lead.company.currency", LOOKS_ANY, CELL_TEXT, "|currency|币种|货币|"},
    {"lead.company.founded_year", LOOKS_NUMBER, CELL_NUMBER, "|founded|foundedyear|yearfounded|成立年份|"},
    {"lead.title", LOOKS_ANY, CELL_TEXT, "|role|position|title|职位|岗位|头衔|/jobtitle|/职务|/职称|"},
    {"first", LOOKS_ANY, CELL_TEXT, "|firstname|givenname|forename|名|"},
    {"last", LOOKS_ANY, CELL_TEXT, "|lastname|familyname|surname|姓|姓氏|"},
    {"lead.name", LOOKS_ANY, CELL_TEXT, "|name|姓名|名字|称呼|fullname|联系人|客户姓名|/contactname|/leadname|/联系人姓名|/customername|"},
    {"lead.language", LOOKS_ANY, CELL_TEXT, "|language|lang|语言|"},
    {"lead.country", LOOKS_ANY, CELL_TEXT, "|country|countrycode|国家|国别|国家地区|"},
    {"lead.region", LOOKS_ANY, CELL_TEXT, "|region|state|province|省|省份|地区|区域|所在省份|"},
    {"lead.city", LOOKS_ANY, CELL_TEXT, "|city|town|市|城市|所在城市|"},
    {"lead.owner", LOOKS_ANY, CELL_TEXT, "|owner|salesrep|assignee|负责人|所有人|销售|跟进人|业务员|销售负责人|leadowner|contactowner|"},
    {"lead.needs.budget", LOOKS_NUMBER, CELL_NUMBER, "|budget|预算|项目预算|"},
    {"source.name", LOOKS_ANY, CELL_TEXT, "|source|origin|channel|渠道|来源|/leadsource|/线索来源|/客户来源|/来源渠道|utmsource|"},
    {"event_id", LOOKS_ANY, CELL_TEXT, "|eventid|事件id|事件编号|messageid|"},
    {"type", LOOKS_ANY, CELL_TEXT, "|event|eventtype|eventname|activity|activitytype|action|事件|事件类型|事件名称|行为|动作|行为类型|"},
    {"occurred_at", LOOKS_TIME, CELL_TIME, "|date|time|datetime|timestamp|createdat|created|createdate|createddate|createtime|occurredat|firstcontactdate|日期|时间|录入时间|登记时间|提交时间|注册时间|发生时间|/创建时间|/创建日期|/eventtime|"},
};
/* clang-format on */
#define N_GUESS_FIELDS (sizeof guess_fields / sizeof guess_fields[0])

#endif
