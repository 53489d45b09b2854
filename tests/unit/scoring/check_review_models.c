/* review of whole models: what is warned of, what depends on a thing, and how two models differ, in both languages. */
#include "scoring_check.h"

#include "base/buf.h"
#include "scoring/review.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(0);
}

static void tear_down(void)
{
	arena_free(&arena);
}

#define MODEL                                                                                                          \
	"{'name': 'm', 'time_zone': 'UTC', 'applies_when': {'==': [{'var': 'country'}, 'CN']}, 'score': {'max': 200}," \
	" 'fit': {'max': 60, 'rules': ["                                                                               \
	"  {'id': 'boss', 'label': '老板 / Boss', 'points': 10, 'tags': ['a:b'], 'when': {'in': [{'var': "           \
	"'title_level'}, ['c_level', 'vp']]}},"                                                                        \
	"  {'id': 'mail', 'points': 5, 'when': {'==': [{'var': 'email_kind'}, 'business']}},"                          \
	"  {'id': 'phone', 'points': 5, 'when': {'==': [{'var': 'phone_country'}, 'CN']}},"                            \
	"  {'id': 'gap', 'points': 2, 'when': {'!': [{'missing': ['company.name', 'needs.budget']}]}},"                \
	"  {'id': 'some', 'points': 2, 'when': {'missing_some': [1, ['company.size', 'plan']]}},"                      \
	"  {'id': 'branch', 'points': 3, 'when': {'==': [{'var': 'taxonomy.industry'}, 'trade']}},"                    \
	"  {'id': 'group', 'points': 3, 'when': {'some': [{'var': 'segments'}, {'==': [{'var': ''}, 'vip']}]}},"       \
	"  {'id': 'like', 'points': 3, 'when': {'matches': [{'var': 'segment'}, '^v']}}]},"                            \
	" 'engagement': {'groups': [{'id': 'web', 'max': 50}], 'rules': ["                                             \
	"  {'id': 'view', 'on': ['page_view', 'search'], 'points': 5, 'group': 'web', 'limit': {'times': 2, 'per': "   \
	"'day'},"                                                                                                      \
	"   'decay': {'half_life': 'P30D'}, 'where': {'starts_with': [{'var': 'properties.path'}, '/p']}},"            \
	"  {'id': 'any', 'on': '*', 'points': 1, 'where': {'in': [{'var': 'type'}, ['chat', 'call']]}, 'tags': "       \
	"['c:d'], 'tag_for': 'P7D'},"                                                                                  \
	"  {'id': 'row', 'on': 'email_open', 'points': 3, 'streak': {'length': 3, 'broken_by': ['email_sent', "        \
	"{'type': 'lost', 'times': 2}],"                                                                               \
	"   'distinct': 'properties.message_id'}},"                                                                    \
	"  {'id': 'path', 'points': 9, 'sequence': {'steps': [{'on': 'page_view'}, {'on': 'demo_request'}], "          \
	"'within': 'P7D', 'without': ['lost']}},"                                                                      \
	"  {'id': 'quiet', 'points': -5, 'inactive_for': {'after': 'P30D'}}]},"                                        \
	" 'icp': {'criteria': [{'id': 'size', 'ask': 'How many?', 'when': {'>=': [{'var': 'company.employees'}, "      \
	"20]}}],"                                                                                                      \
	"  'exclusions': [{'id': 'school', 'when': {'==': [{'var': 'company.industry'}, 'school']}}]},"                \
	" 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 80]}, 'rearm_below': 60},"                     \
	"  {'stage': 'sal', 'when': {'and': [{'>=': [{'var': 'score'}, 90]}, {'seen': [['demo_request'], 'P7D']}, "    \
	"{'in': ['a:b', {'var': 'tags'}]}]}}],"                                                                        \
	" 'tags': [{'tag': 'hot:yes', 'when': {'>': [{'count_events': ['page_view', 'P7D']}, 3]}},"                    \
	"  {'tag': 'warm:yes', 'when': {'<': [{'days_since': 'page_view'}, 9]}},"                                      \
	"  {'tag': 'both:yes', 'when': {'some': [{'var': 'tags'}, {'starts_with': [{'var': ''}, 'hot']}]}}],"          \
	" 'taxonomies': {'industry': {'attribute': 'company.industry', 'entries': [{'value': 'trade', 'synonyms': "    \
	"['x']}]}},"                                                                                                   \
	" 'email_domains': {'a.cn': 'business', 'b.cn': 'personal'}}"

/* A thing, and the places that have to do with it: kind, id, how (?: perhaps), where. */
static const struct {
	enum model_use_of of;
	const char *name, *places;
} uses[] = {
    {USE_ATTRIBUTE, "title", "fit_rule boss reads /fit/rules/0/when/in/0/var\n"},
    {USE_ATTRIBUTE, "email", "fit_rule mail reads /fit/rules/1/when/==/0/var\n"},
    {USE_ATTRIBUTE, "phone", "fit_rule phone reads /fit/rules/2/when/==/0/var\n"},
    {USE_ATTRIBUTE, "company",
	"fit_rule gap reads /fit/rules/3/when/!/0/missing\n"
	"fit_rule some reads /fit/rules/4/when/missing_some\n"
	"fit_rule branch reads /fit/rules/5/when/==/0/var\n"
	"criterion size reads /icp/criteria/0/when/>=/0/var\n"
	"exclusion school reads /icp/exclusions/0/when/==/0/var\n"
	"taxonomy industry reads /taxonomies/industry/attribute\n"},
    {USE_ATTRIBUTE, "company.industry",
	"fit_rule branch reads /fit/rules/5/when/==/0/var\n"
	"exclusion school reads /icp/exclusions/0/when/==/0/var\n"
	"taxonomy industry reads /taxonomies/industry/attribute\n"},
    {USE_ATTRIBUTE, "company.name", "fit_rule gap reads /fit/rules/3/when/!/0/missing\n"},
    {USE_ATTRIBUTE, "plan", "fit_rule some reads /fit/rules/4/when/missing_some\n"},
    {USE_ATTRIBUTE, "properties.message_id", "engagement_rule row reads /engagement/rules/2/streak/distinct\n"},
    {USE_ATTRIBUTE, "country", "applies_when  reads /applies_when/==/0/var\n"},
    {USE_ATTRIBUTE, "nothing", ""},
    {USE_TAG, "a:b",
	"fit_rule boss gives /fit/rules/0/tags/0\n"
	"stage sal reads /stages/1/when\n"},
    {USE_TAG, "hot:yes",
	"tag hot:yes gives /tags/0/tag\n"
	"tag both:yes reads /tags/2/when\n"},
    {USE_TAG, "c:d", "engagement_rule any gives /engagement/rules/1/tags/0\n"},
    {USE_TAG, "x:y", ""},
    {USE_EVENT_TYPE, "page_view",
	"engagement_rule view counts /engagement/rules/0/on\n"
	"engagement_rule path counts /engagement/rules/3/sequence/steps/0/on\n"
	"tag hot:yes reads /tags/0/when/>/0/count_events\n"
	"tag warm:yes reads /tags/1/when/</0/days_since\n"},
    {USE_EVENT_TYPE, "demo_request",
	"engagement_rule path counts /engagement/rules/3/sequence/steps/1/on\n"
	"stage sal reads /stages/1/when/and/1/seen\n"},
    {USE_EVENT_TYPE, "lost",
	"engagement_rule row counts /engagement/rules/2/streak/broken_by/1\n"
	"engagement_rule path counts /engagement/rules/3/sequence/without\n"},
    {USE_EVENT_TYPE, "email_sent", "engagement_rule row counts /engagement/rules/2/streak/broken_by/0\n"},
    {USE_EVENT_TYPE, "chat", "engagement_rule any reads /engagement/rules/1/where/in\n"},
    {USE_EVENT_TYPE, "none", ""},
    {USE_SEGMENT, "vip",
	"fit_rule group reads /fit/rules/6/when\n"
	"fit_rule like reads? /fit/rules/7/when\n"},
    {USE_SEGMENT, "other", "fit_rule like reads? /fit/rules/7/when\n"},
};

START_TEST(test_uses)
{
	json_t *doc = json_of(MODEL);
	struct model_use *u;
	size_t n;
	struct buf b = BUF_INIT;
	buf_puts(&b, "");
	ck_assert(model_uses(doc, uses[_i].of, uses[_i].name, arena, &u, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s %s %s%s %s\n", u[i].kind, u[i].id, u[i].how, u[i].certain ? "" : "?", u[i].pointer);
	ck_assert_str_eq(b.data ? b.data : "", uses[_i].places);
	buf_free(&b);
	json_decref(doc);
}
END_TEST

/* What is laid over the model, what differs then, and what differs when it is taken away again. */
static const struct {
	const char *change, *en, *zh;
} changes[] = {
    {"{'name':'n','description':'d','time_zone':'Asia/Shanghai','applies_when':null,'grades':[70,30,10],"
     "'score':{'max':250},'fit':{'max':70},'engagement':{'max':90,'min':-5},"
     "'email_domains':{'a.cn':'personal','c.cn':'disposable'},'icp':{'tiers':{'A':90}},"
     "'taxonomies':{'industry':{'attribute':'industry'},'size':{'attribute':'company.size','entries':[]}}}",
	"changed /name Model: name from \"m\" to \"n\"\n"
	"added /description Model: description from none to \"d\"\n"
	"changed /time_zone Model: time zone from \"UTC\" to \"Asia/Shanghai\"\n"
	"changed /applies_when Model: applies when from country is \"CN\" to none\n"
	"changed /score/max Score: maximum from 200 to 250\n"
	"changed /fit/max Fit: maximum from 60 to 70\n"
	"added /engagement/min Engagement: minimum from none to -5\n"
	"added /engagement/max Engagement: maximum from none to 90\n"
	"added /icp/tiers/A share of tier A from none to 90\n"
	"added /grades Engagement: grades from none to [70,30,10]\n"
	"changed /taxonomies/industry/attribute Taxonomy: attribute from \"company.industry\" to \"industry\"\n"
	"added /taxonomies/size Taxonomy \"size\" added\n"
	"changed /email_domains/a.cn E-mail domain a.cn: business → personal\n"
	"added /email_domains/c.cn E-mail domain c.cn: - → disposable\n",
	"changed /name 模型名称 “n” → “m”\n"
	"removed /description 模型说明 “d” → 无\n"
	"changed /time_zone 模型时区 “Asia/Shanghai” → “UTC”\n"
	"changed /applies_when 模型适用条件 无 → country为“CN”\n"
	"changed /score/max 总分上限 250 → 200\n"
	"changed /fit/max 显性分上限 70 → 60\n"
	"removed /engagement/min 隐性分下限 -5 → 无\n"
	"removed /engagement/max 隐性分上限 90 → 无\n"
	"removed /icp/tiers/A A 档比例 90 → 无\n"
	"removed /grades 活跃等级线 [70,30,10] → 无\n"
	"removed /taxonomies/size 词表「size」删除\n"
	"changed /taxonomies/industry/attribute 词表属性 “industry” → “company.industry”\n"
	"changed /email_domains/a.cn 邮箱域名 a.cn：personal → business\n"
	"removed /email_domains/c.cn 邮箱域名 c.cn：disposable → -\n"},
    {"{'fit':{'rules':[{'id':'boss','label':'老板 / Boss','points':12,'when':{'in':[{'var':'title_level'},"
     "['c_level']]}},{'id':'new','points':1,'when':{'and':[{'var':'x'},true]}}]}}",
	"removed /fit/rules/1 Rule \"mail\" removed\n"
	"removed /fit/rules/2 Rule \"phone\" removed\n"
	"removed /fit/rules/3 Rule \"gap\" removed\n"
	"removed /fit/rules/4 Rule \"some\" removed\n"
	"removed /fit/rules/5 Rule \"branch\" removed\n"
	"removed /fit/rules/6 Rule \"group\" removed\n"
	"removed /fit/rules/7 Rule \"like\" removed\n"
	"changed /fit/rules/0/points Rule \"Boss\": points from 10 to 12\n"
	"changed /fit/rules/0/tags Rule \"Boss\": tags from \"a:b\" to none\n"
	"changed /fit/rules/0/when Rule \"Boss\": condition from title_level is \"c_level\" or \"vp\" to title_level "
	"is \"c_level\"\n"
	"added /fit/rules/1 Rule \"new\" added: 1 point, x and true\n",
	"removed /fit/rules/1 规则「new」删除\n"
	"changed /fit/rules/0/points 规则「老板」分值 12 → 10\n"
	"changed /fit/rules/0/when 规则「老板」条件 title_level为“c_level” → title_level为“c_level”或“vp”\n"
	"changed /fit/rules/0/tags 规则「老板」标签 无 → “a:b”\n"
	"added /fit/rules/1 规则「mail」新增：5 分，email_kind为“business”\n"
	"added /fit/rules/2 规则「phone」新增：5 分，phone_country为“CN”\n"
	"added /fit/rules/3 规则「gap」新增：2 分，非（{\"missing\":[\"company.name\",\"needs.budget\"]}）\n"
	"added /fit/rules/4 规则「some」新增：2 分，{\"missing_some\":[1,[\"company.size\",\"plan\"]]}\n"
	"added /fit/rules/5 规则「branch」新增：3 分，taxonomy.industry为“trade”\n"
	"added /fit/rules/6 规则「group」新增：3 "
	"分，{\"some\":[{\"var\":\"segments\"},{\"==\":[{\"var\":\"\"},\"vip\"]}]}\n"
	"added /fit/rules/7 规则「like」新增：3 分，segment匹配“^v”\n"},
    {"{'stages':[{'stage':'mql','when':{'>=':[{'var':'score'},90]},'rearm_below':60,'fall_back':true},"
     "{'stage':'sal','when':{'>=':[{'var':'score'},90]},'cooldown':'P7D'}]}",
	"changed /stages/0/when MQL threshold from 80 to 90\n"
	"changed /stages/0/fall_back MQL falls back from no to yes\n"
	"changed /stages/1/when SAL condition from score ≥ 90 and there was \"demo_request\" within P7D and tags has "
	"\"a:b\" to score ≥ 90\n"
	"changed /stages/1/cooldown SAL cooldown from none to \"P7D\"\n",
	"changed /stages/0/when MQL 门槛 90 → 80\n"
	"changed /stages/0/fall_back MQL 回落 是 → 否\n"
	"changed /stages/1/when SAL 条件 score ≥ 90 → score ≥ 90且P7D 内有过“demo_request”且tags含“a:b”\n"
	"changed /stages/1/cooldown SAL 冷却期 “P7D” → 无\n"},
    {"{'engagement':{'groups':[],'rules':[{'id':'any','on':['chat'],'points':1,'limit':{'per':'week',"
     "'cooldown':'PT1H'},'decay':{'linear':'P30D'}},{'id':'view','on':['page_view','search'],'points':5,"
     "'group':'web','limit':{'times':3},'decay':{'expires_after':'P9D'}},{'id':'buy','on':'purchase',"
     "'points':30}]}}",
	"removed /engagement/groups/0 Group \"web\" removed\n"
	"removed /engagement/rules/2 Rule \"row\" removed\n"
	"removed /engagement/rules/3 Rule \"path\" removed\n"
	"removed /engagement/rules/4 Rule \"quiet\" removed\n"
	"changed /engagement/rules/0/on Rule \"any\": events from \"*\" to \"chat\"\n"
	"changed /engagement/rules/0/where Rule \"any\": condition from type is \"chat\" or \"call\" to none\n"
	"changed /engagement/rules/0/tags Rule \"any\": tags from \"c:d\" to none\n"
	"changed /engagement/rules/0/tag_for Rule \"any\": tags last from \"P7D\" to none\n"
	"changed /engagement/rules/0/limit Rule \"any\": limit from none to 1 per week, PT1H apart\n"
	"changed /engagement/rules/0/decay Rule \"any\": decay from none to linear over P30D\n"
	"changed /engagement/rules/1/limit Rule \"view\": limit from 2 per day to 3 in all\n"
	"changed /engagement/rules/1/decay Rule \"view\": decay from half-life P30D to expires after P9D\n"
	"changed /engagement/rules/1/where Rule \"view\": condition from properties.path starts with \"/p\" to none\n"
	"added /engagement/rules/2 Rule \"buy\" added: 30 points, \"purchase\"\n"
	"changed /engagement/rules The order of Rules changed\n",
	"added /engagement/groups/0 分组「web」新增\n"
	"removed /engagement/rules/2 规则「buy」删除\n"
	"changed /engagement/rules/0/limit 规则「view」频次 总共 3 次 → 每天 2 次\n"
	"changed /engagement/rules/0/decay 规则「view」衰减 P9D 后失效 → 半衰期 P30D\n"
	"changed /engagement/rules/0/where 规则「view」条件 无 → properties.path开头是“/p”\n"
	"changed /engagement/rules/1/on 规则「any」事件 “chat” → “*”\n"
	"changed /engagement/rules/1/limit 规则「any」频次 每周 1 次，间隔 PT1H → 无\n"
	"changed /engagement/rules/1/decay 规则「any」衰减 P30D 内线性归零 → 无\n"
	"changed /engagement/rules/1/where 规则「any」条件 无 → type为“chat”或“call”\n"
	"changed /engagement/rules/1/tags 规则「any」标签 无 → “c:d”\n"
	"changed /engagement/rules/1/tag_for 规则「any」标签时长 无 → “P7D”\n"
	"added /engagement/rules/2 规则「row」新增：3 分，“email_open”\n"
	"added /engagement/rules/3 规则「path」新增：9 分\n"
	"added /engagement/rules/4 规则「quiet」新增：-5 分\n"
	"changed /engagement/rules 规则的顺序变了\n"},
    {"{'icp':{'criteria':[{'id':'size','ask':'How many?','core':false,'weight':2,"
     "'when':{'between':[{'var':'company.employees'},20,90]}}],'exclusions':[]},'tags':[{'tag':'hot:yes',"
     "'when':{'>':[{'count_events':['page_view','P7D']},4]}},{'tag':'warm:yes',"
     "'when':{'<':[{'days_since':'page_view'},9]}},{'tag':'late:yes','when':{'seen':'lost'}}],"
     "'taxonomies':{'industry':{'entries':[{'value':'trade','synonyms':['x','y']},{'value':'craft'}]}}}",
	"changed /icp/criteria/0/when Criterion \"size\": condition from company.employees ≥ 20 to company.employees "
	"from 20 to 90\n"
	"changed /icp/criteria/0/core Criterion \"size\": core from yes to no\n"
	"changed /icp/criteria/0/weight Criterion \"size\": weight from none to 2\n"
	"removed /icp/exclusions/0 Exclusion \"school\" removed\n"
	"removed /tags/2 Tag \"both:yes\" removed\n"
	"changed /tags/0/when Tag \"hot:yes\": condition from how many \"page_view\" within P7D > 3 to how many "
	"\"page_view\" within P7D > 4\n"
	"added /tags/2 Tag \"late:yes\" added: there was \"lost\"\n"
	"changed /taxonomies/industry/entries/0/synonyms Entry \"trade\": synonyms from \"x\" to \"x\", \"y\"\n"
	"added /taxonomies/industry/entries/1 Entry \"craft\" added\n",
	"changed /icp/criteria/0/core 画像条件「size」核心 否 → 是\n"
	"changed /icp/criteria/0/weight 画像条件「size」权重 2 → 无\n"
	"changed /icp/criteria/0/when 画像条件「size」条件 company.employees在 20 到 90 之间 → company.employees ≥ 20\n"
	"added /icp/exclusions/0 排除条件「school」新增：company.industry为“school”\n"
	"removed /tags/2 标签「late:yes」删除\n"
	"changed /tags/0/when 标签「hot:yes」条件 P7D 内发生“page_view”的次数 > 4 → P7D 内发生“page_view”的次数 > 3\n"
	"added /tags/2 "
	"标签「both:yes」新增：{\"some\":[{\"var\":\"tags\"},{\"starts_with\":[{\"var\":\"\"},\"hot\"]}]}\n"
	"removed /taxonomies/industry/entries/1 词条「craft」删除\n"
	"changed /taxonomies/industry/entries/0/synonyms 词条「trade」synonyms “x”、“y” → “x”\n"},
};

static void assert_differences(json_t *before, json_t *after, enum model_language language, const char *expected)
{
	struct model_difference *d;
	size_t n;
	struct buf b = BUF_INIT;
	ck_assert(model_differences(before, after, language, arena, &d, &n));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s %s %s\n", d[i].kind, d[i].pointer, d[i].sentence);
	ck_assert_str_eq(b.data ? b.data : "", expected);
	buf_free(&b);
}

START_TEST(test_differences)
{
	json_t *doc = json_of(MODEL), *change = json_of(changes[_i].change), *changed = json_deep_copy(doc);
	ck_assert_int_eq(json_object_update_recursive(changed, change), 0);
	assert_differences(doc, changed, LANGUAGE_EN, changes[_i].en);
	assert_differences(changed, doc, LANGUAGE_ZH, changes[_i].zh);
	assert_differences(changed, changed, LANGUAGE_EN, "");
	json_decref(doc);
	json_decref(change);
	json_decref(changed);
}
END_TEST

/* What is hardly meant, and where it is said. */
static const struct {
	const char *doc, *warnings;
} warned[] = {
    {"{'fit': {'rules': [{'id': 'zero', 'points': 0, 'when': {'var': 'x'}}]},"
     " 'engagement': {'groups': [{'id': 'idle'}, {'id': 'low', 'max': 5}], 'rules': [{'id': 'typo',"
     " 'on': 'page_veiw', 'points': 9, 'group': 'low'}, {'id': 'path', 'points': 1,"
     " 'sequence': {'steps': [{'on': ['demo_requst']}, {'on': 'chat'}], 'within': 'P1D'}}]},"
     " 'icp': {'criteria': [{'id': 'c', 'core': false, 'when': {'var': 'x'}}]},"
     " 'taxonomies': {'t': {'attribute': 'x', 'entries': []}}}",
	"rule_without_points /fit/rules/0/points\n"
	"event_type_unusual /engagement/rules/0/on\n"
	"event_type_unusual /engagement/rules/1/sequence/steps/0\n"
	"criterion_without_ask /icp/criteria/0\n"
	"group_unused /engagement/groups/0\n"
	"group_below_rule /engagement/groups/1\n"
	"taxonomy_unused /taxonomies/t\n"
	"no_core_criteria /icp/criteria\n"
	"no_stages /stages\n"},
    {"{'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'where': {'==': [{'var': 'type'},"
     " 'y']}}]}, 'icp': {'criteria': [{'id': 'c', 'ask': '?', 'when': true}], 'exclusions': [{'id': 'd',"
     " 'when': false}]}, 'stages': [{'stage': 'mql', 'when': {'and': [{'>=': [{'var': 'score'}, 10]},"
     " {'in': ['no:one', {'var': 'tags'}]}]}, 'rearm_below': 20}, {'stage': 'sal',"
     " 'when': {'some': [{'var': 'tags'}, {'==': [{'var': ''}, 'late:yes']}]}}],"
     " 'tags': [{'tag': 'early:yes', 'when': {'in': ['late:yes', {'var': 'tags'}]}}, {'tag': 'late:yes',"
     " 'when': {'>': [{'var': 'score'}, 5]}}]}",
	"rule_never_fires /engagement/rules/0/where\n"
	"condition_always_holds /icp/criteria/0/when\n"
	"condition_never_holds /icp/exclusions/0/when\n"
	"rearm_above_threshold /stages/0/rearm_below\n"
	"tag_never_given /stages/0/when/and/1/in\n"
	"tag_given_later /tags/0/when/in\n"},
    {"{'fit': {'max': 30, 'rules': [{'id': 'a', 'points': 90, 'when': {'var': 'x'}}]},"
     " 'engagement': {'max': 20, 'rules': [{'id': 'e', 'on': 'x', 'points': 1}]},"
     " 'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 60]}}, {'stage': 'sal',"
     " 'when': {'or': [{'>': [{'var': 'engagement'}, 20]}, {'==': [{'var': 'tier'}, 'E']}]}}]}",
	"stage_unreachable /stages/0/when\n"
	"stage_unreachable /stages/1/when\n"
	"no_core_criteria /icp/criteria\n"},
    {"{'fit': {'rules': [{'id': 'a', 'points': -5, 'when': {'var': 'x'}}]}, 'score': {'min': -9},"
     " 'stages': [{'stage': 'mql', 'when': {'<': [{'var': 'score'}, -20]}}], 'tags': [{'tag': 'x:y',"
     " 'when': {'and': [{'>': [{'count_events': 'a'}, 5]}, {'<': [{'count_events': 'a'}, 3]}]}}]}",
	"stage_unreachable /stages/0/when\n"
	"no_core_criteria /icp/criteria\n"},
};

START_TEST(test_warnings)
{
	json_t *doc = json_of(warned[_i].doc);
	struct model_faults faults;
	struct buf b = BUF_INIT;
	model_review(doc, &faults);
	for (size_t i = 0; i < faults.count; i++)
		buf_printf(&b, "%s %s\n", faults.fault[i].code, faults.fault[i].pointer);
	ck_assert_str_eq(b.data ? b.data : "", warned[_i].warnings);
	buf_free(&b);
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("review_models");
	TCase *c = tcase_create("review_models");
	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_loop_test(c, test_uses, 0, sizeof uses / sizeof uses[0]);
	tcase_add_loop_test(c, test_differences, 0, sizeof changes / sizeof changes[0]);
	tcase_add_loop_test(c, test_warnings, 0, sizeof warned / sizeof warned[0]);
	suite_add_tcase(suite, c);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
