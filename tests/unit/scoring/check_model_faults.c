/* model: what is refused, and where; of rules of engagement: check_rule_faults.c. */
#include "scoring_check.h"

#include "scoring/model.h"

#define FIT(x) "{'fit': {'rules': [" x "]}}"
#define STAGE(x) "{'stages': [" x "]}"
#define TAXONOMY(x) "{'taxonomies': {'t': " x "}}"
#define CRITERION(x) "{'icp': {'criteria': [" x "]}}"

/* Each model has exactly this one fault. */
static const struct {
	const char *model, *pointer, *code;
} broken[] = {
    {"[]", "", "type_wrong"},
    {"{'nme': 'x'}", "/nme", "unknown_key"},
    {"{'name': 5}", "/name", "type_wrong"},
    {"{'name': ''}", "/name", "value_invalid"},
    {"{'time_zone': 'Asia/Beijing'}", "/time_zone", "value_invalid"},
    {"{'time_zone': 'asia/shanghai'}", "/time_zone", "value_invalid"},
    {"{'time_zone': 'CST-8'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+25:00'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+8'}", "/time_zone", "value_invalid"},
    {"{'applies_when': {'var': 'score'}}", "/applies_when/var", "name_unavailable"},
    {"{'applies_when': {'==': [{'var': 'properties.x'}, 1]}}", "/applies_when/==/0/var", "name_unavailable"},
    {"{'score': 5}", "/score", "type_wrong"},
    {"{'score': {'min': 10, 'max': 5}}", "/score/min", "value_invalid"},
    {"{'score': {'min': '0'}}", "/score/min", "type_wrong"},
    {"{'score': {'maximum': 5}}", "/score/maximum", "unknown_key"},
    {"{'fit': []}", "/fit", "type_wrong"},
    {"{'fit': {'rules': {}}}", "/fit/rules", "type_wrong"},
    {"{'fit': {'max': 1.2345}}", "/fit/max", "points_invalid"},
    {FIT("5"), "/fit/rules/0", "type_wrong"},
    {FIT("{'points': 1, 'when': true}"), "/fit/rules/0/id", "required"},
    {FIT("{'id': 'a', 'points': 1}"), "/fit/rules/0/when", "required"},
    {FIT("{'id': 'a', 'when': true}"), "/fit/rules/0/points", "required"},
    {FIT("{'id': 'a', 'points': 10000.001, 'when': true}"), "/fit/rules/0/points", "points_invalid"},
    {FIT("{'id': 'a', 'points': -10001, 'when': true}"), "/fit/rules/0/points", "points_invalid"},
    {FIT("{'id': 'a', 'points': 0.0005, 'when': true}"), "/fit/rules/0/points", "points_invalid"},
    {FIT("{'id': 'a', 'points': '1', 'when': true}"), "/fit/rules/0/points", "type_wrong"},
    {FIT("{'id': 'a', 'points': 1, 'when': true}, {'id': 'a', 'points': 1, 'when': true}"), "/fit/rules/1/id",
	"duplicate_id"},
    {FIT("{'id': 'a', 'points': 1, 'when': true, 'wehn': 1}"), "/fit/rules/0/wehn", "unknown_key"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'equals': [1, 2]}}"), "/fit/rules/0/when/equals", "operator_unknown"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'and': [1, {'var': 'properties.x'}]}}"), "/fit/rules/0/when/and/1/var",
	"name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'>': [{'var': 'score'}, 1]}}"), "/fit/rules/0/when/>/0/var",
	"name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'seen': ['x']}}"), "/fit/rules/0/when/seen", "name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'missing': ['name', 'type']}}"), "/fit/rules/0/when/missing/1",
	"name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': true, 'tags': 'x'}"), "/fit/rules/0/tags", "type_wrong"},
    {FIT("{'id': 'a', 'points': 1, 'when': true, 'tags': ['']}"), "/fit/rules/0/tags/0", "value_invalid"},
    {"{'engagement': {'groups': [{'id': 'g'}, {'id': 'g'}]}}", "/engagement/groups/1/id", "duplicate_id"},
    {"{'engagement': {'groups': [{'label': 'g'}]}}", "/engagement/groups/0/id", "required"},
    {"{'engagement': {'groups': [{'id': 'g', 'min': 2, 'max': 1}]}}", "/engagement/groups/0/min", "value_invalid"},
    {CRITERION("{'id': 'c'}"), "/icp/criteria/0/when", "required"},
    {CRITERION("{'id': 'c', 'when': true}, {'id': 'c', 'when': true}"), "/icp/criteria/1/id", "duplicate_id"},
    {CRITERION("{'id': 'c', 'when': true, 'core': 'yes'}"), "/icp/criteria/0/core", "type_wrong"},
    {CRITERION("{'id': 'c', 'when': true, 'weight': 0}"), "/icp/criteria/0/weight", "value_invalid"},
    {CRITERION("{'id': 'c', 'when': true, 'weight': -1}"), "/icp/criteria/0/weight", "value_invalid"},
    {CRITERION("{'id': 'c', 'when': true, 'weight': 1000.001}"), "/icp/criteria/0/weight", "points_invalid"},
    {CRITERION("{'id': 'c', 'when': true, 'weight': 0.0001}"), "/icp/criteria/0/weight", "points_invalid"},
    {CRITERION("{'id': 'c', 'when': true, 'weight': '1'}"), "/icp/criteria/0/weight", "type_wrong"},
    {CRITERION("{'id': 'c', 'when': true, 'part': 5}"), "/icp/criteria/0/part", "type_wrong"},
    {CRITERION("{'id': 'c', 'when': true, 'dimension': 'pian'}"), "/icp/criteria/0/dimension", "value_invalid"},
    {"{'icp': {'exclusions': [{'id': 'x'}]}}", "/icp/exclusions/0/when", "required"},
    {"{'taxonomies': []}", "/taxonomies", "type_wrong"},
    {TAXONOMY("5"), "/taxonomies/t", "type_wrong"},
    {TAXONOMY("{'entries': []}"), "/taxonomies/t/attribute", "required"},
    {TAXONOMY("{'attribute': 'x'}"), "/taxonomies/t/entries", "required"},
    {TAXONOMY("{'attribute': 'x', 'entries': {}}"), "/taxonomies/t/entries", "type_wrong"},
    {TAXONOMY("{'attribute': 'x', 'entries': [], 'entires': []}"), "/taxonomies/t/entires", "unknown_key"},
    {TAXONOMY("{'attribute': 5, 'entries': []}"), "/taxonomies/t/attribute", "type_wrong"},
    {TAXONOMY("{'attribute': 'score.x', 'entries': []}"), "/taxonomies/t/attribute", "name_unavailable"},
    {TAXONOMY("{'attribute': 'taxonomy.t', 'entries': []}"), "/taxonomies/t/attribute", "name_unavailable"},
    {TAXONOMY("{'attribute': 'x', 'entries': ['a']}"), "/taxonomies/t/entries/0", "type_wrong"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{}]}"), "/taxonomies/t/entries/0/value", "required"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': 5}]}"), "/taxonomies/t/entries/0/value", "type_wrong"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': ' -> '}]}"), "/taxonomies/t/entries/0/value", "value_invalid"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': 'a', 'synonyms': 'b'}]}"), "/taxonomies/t/entries/0/synonyms",
	"type_wrong"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': 'a', 'synonyms': ['']}]}"),
	"/taxonomies/t/entries/0/synonyms/0", "value_invalid"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': 'a b', 'synonyms': ['A-B']}, {'value': 'c', 'synonyms': ['d', "
	      "'A_b']}]}"),
	"/taxonomies/t/entries/1/synonyms/1", "duplicate_spelling"},
    {TAXONOMY("{'attribute': 'x', 'entries': [{'value': 'a'}, {'value': 'A'}]}"), "/taxonomies/t/entries/1/value",
	"duplicate_spelling"},
    {"{'taxonomies': {'a.b': {'attribute': 'x', 'entries': []}}}", "/taxonomies/a.b", "value_invalid"},
    {"{'taxonomies': {'': {'attribute': 'x', 'entries': []}}}", "/taxonomies/", "value_invalid"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'var': 'taxonomy.t'}}"), "/fit/rules/0/when/var", "name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'var': 'taxonomy'}}"), "/fit/rules/0/when/var", "name_unavailable"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'missing': ['taxonomy.t']}}"), "/fit/rules/0/when/missing/0",
	"name_unavailable"},
    {"{'icp': {'tiers': {'A': 101}}}", "/icp/tiers/A", "points_invalid"},
    {"{'icp': {'tiers': {'A': 50}}}", "/icp/tiers/B", "value_invalid"},
    {"{'icp': {'tiers': {'C': -1}}}", "/icp/tiers/C", "value_invalid"},
    {"{'grades': [60, 30]}", "/grades", "type_wrong"},
    {"{'grades': [60, 30, 40]}", "/grades/2", "value_invalid"},
    {STAGE("{'stage': 'sql', 'when': true}"), "/stages/0/stage", "value_invalid"},
    {STAGE("{'stage': 'mql'}"), "/stages/0/when", "required"},
    {STAGE("{'stage': 'mql', 'when': true}, {'stage': 'mql', 'when': true}"), "/stages/1/stage", "duplicate_id"},
    {STAGE("{'stage': 'mql', 'when': {'var': 'properties.x'}}"), "/stages/0/when/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'+': [{'var': 'score'}, 1]}}"), "/stages/0/when/+/0/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'var': 'score'}, {'var': 'engagement'}]}}"), "/stages/0/when/>/0/var",
	"name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'<': [{'var': 'grade'}, 'A2']}}"), "/stages/0/when/</0/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'var': ''}}"), "/stages/0/when/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [['a'], 'soon']}}"), "/stages/0/when/seen", "duration_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [5]}}"), "/stages/0/when/seen", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [[]]}}"), "/stages/0/when/seen", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [{'type': 'a'}]}}"), "/stages/0/when/seen", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [{'where': true, 'x': 1}]}}"), "/stages/0/when/seen", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [['a', {'type': 'a', 'where': true}]]}}"), "/stages/0/when/seen/0/1",
        "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [{'type': 'a', 'where': {'var': 'title'}}]}}"),
        "/stages/0/when/seen/0/where/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'seen': [['b', {'type': 'a', 'where': {'seen': 'c'}}]]}}"),
        "/stages/0/when/seen/0/1/where/seen", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'count_events': [['a'], 5]}}"), "/stages/0/when/count_events",
	"duration_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'count_events': ['a', 'P1D', 'P2D']}}"), "/stages/0/when/count_events",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'==': [{'count_events': [5]}, 5]}}"), "/stages/0/when/==/0/count_events",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'days_since': 'a'}}"), "/stages/0/when/days_since", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'days_since': 'a'}]}}"), "/stages/0/when/>/0/days_since", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'days_since': 'a'}, {'var': 'x'}]}}"), "/stages/0/when/>/0/days_since",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'days_since': 'a'}, '5']}}"), "/stages/0/when/>/0/days_since",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'<': [{'var': 'score'}, {'days_since': 'a'}]}}"), "/stages/0/when/</1/days_since",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'<': [1, {'var': 'score'}, {'days_since': 'a'}]}}"),
	"/stages/0/when/</2/days_since", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'in': [{'days_since': 'a'}, [1, 2]]}}"), "/stages/0/when/in/0/days_since",
	"rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'days_since': ['a', 'P1D']}, 5]}}"), "/stages/0/when/>/0/days_since",
	"rule_invalid"},
    {FIT("{'id': 'a', 'points': 1, 'when': {'count_events': ['x']}}"), "/fit/rules/0/when/count_events",
	"name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': true, 'cooldown': 7}"), "/stages/0/cooldown", "duration_invalid"},
    {STAGE("{'stage': 'mql', 'when': true, 'fall_back': 'no'}"), "/stages/0/fall_back", "type_wrong"},
    {"{'tags': [{'when': true}]}", "/tags/0/tag", "required"},
    {"{'tags': [{'tag': 'a:b', 'when': {'==': [{'var': 'stage'}, 'mql']}}]}", "/tags/0/when/==/0/var",
	"name_unavailable"},
    {"{'tags': [{'tag': 'a:b', 'when': {'or': [{'matches': ['a', '[']}]}}]}", "/tags/0/when/or/0/matches/1",
	"rule_invalid"},
    /* Items of every list, and members that are objects. */
    {"{'engagement': 5}", "/engagement", "type_wrong"},
    {"{'engagement': {'groups': [5]}}", "/engagement/groups/0", "type_wrong"},
    {"{'icp': true}", "/icp", "type_wrong"},
    {"{'icp': {'tiers': [100]}}", "/icp/tiers", "type_wrong"},
    {CRITERION("null"), "/icp/criteria/0", "type_wrong"},
    {"{'icp': {'exclusions': ['x']}}", "/icp/exclusions/0", "type_wrong"},
    {"{'icp': {'exclusions': [{'id': 'x', 'when': true}, {'id': 'x', 'when': true}]}}", "/icp/exclusions/1/id",
	"duplicate_id"},
    {STAGE("'mql'"), "/stages/0", "type_wrong"},
    {"{'tags': ['a:b']}", "/tags/0", "type_wrong"},
    {"{'tags': [{'tag': 'a:b'}]}", "/tags/0/when", "required"},
    /* Texts, numbers and times of the wrong kind. */
    {"{'language': ['zh']}", "/language", "type_wrong"},
    {"{'time_zone': 8}", "/time_zone", "type_wrong"},
    {"{'time_zone': '+14:01'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '-08:60'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+0x:00'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+x8:00'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+08-00'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+08:x0'}", "/time_zone", "value_invalid"},
    {"{'time_zone': '+08:0x'}", "/time_zone", "value_invalid"},
    {"{'score': {'max': 1000000.001}}", "/score/max", "points_invalid"},
    {"{'grades': [60, '30', 10]}", "/grades/1", "type_wrong"},
    {"{'grades': [60, 60.5, 10]}", "/grades/1", "value_invalid"},
    {"{'icp': {'tiers': {'B': 99.9, 'A': 99.5}}}", "/icp/tiers/B", "value_invalid"},
    {STAGE("{'stage': 5, 'when': true}"), "/stages/0/stage", "type_wrong"},
    {STAGE("{'stage': 'mql', 'when': true, 'rearm_below': '5'}"), "/stages/0/rearm_below", "type_wrong"},
    {"{'email_domains': ['a.cn']}", "/email_domains", "type_wrong"},
    {"{'email_domains': {'a.cn': 'private'}}", "/email_domains/a.cn", "value_invalid"},
    {"{'email_domains': {'a.cn': 5}}", "/email_domains/a.cn", "type_wrong"},
    {"{'email_domains': {'A.cn': 'business'}}", "/email_domains/A.cn", "value_invalid"},
    {"{'email_domains': {'a{.cn': 'business'}}", "/email_domains/a{.cn", "value_invalid"},
    {"{'email_domains': {'cn': 'business'}}", "/email_domains/cn", "value_invalid"},
    {"{'email_domains': {'a..cn': 'business'}}", "/email_domains/a..cn", "value_invalid"},
    {"{'email_domains': {'a.cn.': 'business'}}", "/email_domains/a.cn.", "value_invalid"},
    {"{'email_domains': {'-a.cn': 'business'}}", "/email_domains/-a.cn", "value_invalid"},
    {"{'email_domains': {'a.cn-': 'business'}}", "/email_domains/a.cn-", "value_invalid"},
    {"{'email_domains': {'a/b': 'business'}}", "/email_domains/a~1b", "value_invalid"},
    /* Scores and what moves, where it could not be followed. */
    {STAGE("{'stage': 'mql', 'when': {'between': [{'var': 'score'}, {'var': 'engagement'}, 5]}}"),
	"/stages/0/when/between/0/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'<': [{'var': 'score'}, {'if': [{'==': [{'var': 'grade'}, 'A1']}, 1, 2]}]}}"),
	"/stages/0/when/</1/if/0/==/0/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'>': [{'var': 'score'}]}}"), "/stages/0/when/>/0/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'>': [1, 2, {'var': 'score'}]}}"), "/stages/0/when/>/2/var", "name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'between': [{'var': 'score'}, 5]}}"), "/stages/0/when/between", "rule_invalid"},
    {STAGE("{'stage': 'mql', 'when': {'in': [{'var': 'score'}, [1, 2]]}}"), "/stages/0/when/in/0/var",
	"name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': {'and': [{'var': 'engagement'}]}}"), "/stages/0/when/and/0/var",
	"name_unavailable"},
};

START_TEST(a_fault_is_found_where_it_is)
{
	assert_only_fault(broken[_i].model, broken[_i].pointer, broken[_i].code);
}
END_TEST

START_TEST(all_faults_are_found_at_once)
{
	json_t *doc = json_of("{'grades': 1, 'fit': {'rules': [{'id': 'a', 'when': {'no': 1}, 'points': 'x'}]}, "
			      "'stages': [{'stage': 'mql', 'when': {'and': [{'nope': 1}, {'never': 2}]}}]}");
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	ck_assert_int_eq(model_compile(doc, 1, &m, faults, NULL), ST_INVALID);
	ck_assert_uint_eq(faults->count, 5);
	free(faults);
	json_decref(doc);
}
END_TEST

START_TEST(more_faults_than_are_kept_are_counted)
{
	json_t *doc = json_object(), *rules = json_array();
	for (int i = 0; i < 80; i++)
		json_array_append_new(rules, json_integer(i));
	json_object_set_new(doc, "fit", json_pack("{s:o}", "rules", rules));
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	ck_assert_int_eq(model_compile(doc, 1, &m, faults, NULL), ST_INVALID);
	ck_assert_uint_eq(faults->count, 80);
	free(faults);
	json_decref(doc);
}
END_TEST

START_TEST(a_near_miss_is_named)
{
	json_t *doc = json_of("{'engagment': {}}");
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	ck_assert_int_eq(model_compile(doc, 1, &m, faults, NULL), ST_INVALID);
	ck_assert_ptr_nonnull(strstr(faults->fault[0].detail, "\"engagement\""));
	free(faults);
	json_decref(doc);
}
END_TEST

/* The first fault of a document made here; it is taken. */
static void assert_fault(json_t *doc, const char *pointer, const char *code)
{
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	ck_assert_int_eq(model_compile(doc, 1, &m, faults, NULL), ST_INVALID);
	ck_assert_str_eq(faults->fault[0].pointer, pointer);
	ck_assert_str_eq(faults->fault[0].code, code);
	free(faults);
	json_decref(doc);
}

START_TEST(texts_are_bounded_and_whole)
{
	char text[258];
	memset(text, 'a', sizeof(text));
	text[256] = '\0';
	assert_fault(json_pack("{s:s}", "name", text), "/name", "value_invalid");
	assert_fault(json_pack("{s:o}", "name", json_stringn("a\0b", 3)), "/name", "type_wrong");
	text[255] = '\0';
	json_t *doc = json_pack("{s:s}", "name", text);
	struct model *m = NULL;
	ck_assert_int_eq(model_compile(doc, 1, &m, NULL, NULL), ST_OK);
	ck_assert_str_eq(model_name(m), text);
	model_unref(&m);
	json_decref(doc);
}
END_TEST

/* {"engagement": {"rules": n rules that each name `each` things under `key`}} */
static json_t *naming(size_t n, const char *key, size_t each)
{
	json_t *rules = json_array();
	for (size_t i = 0, k = 0; i < n; i++) {
		json_t *list = json_array(),
		       *rule = json_pack("{s:o,s:s,s:i}", "id", json_sprintf("r%zu", i), "on", "x", "points", 1);
		for (size_t j = 0; j < each; j++, k++)
			json_array_append_new(list, json_sprintf("name%zu", k % 900));
		json_object_set_new(rule, key, list);
		json_array_append_new(rules, rule);
	}
	return json_pack("{s:{s:o}}", "engagement", "rules", rules);
}

START_TEST(mentions_are_bounded_in_all)
{
	struct model *m = NULL;
	json_t *types = naming(62, "on", 32), *tags = naming(62, "tags", 16); /* 1,984 of 2,000; 992 of 1,000 */
	ck_assert_int_eq(model_compile(types, 1, &m, NULL, NULL), ST_OK);
	model_unref(&m);
	ck_assert_int_eq(model_compile(tags, 1, &m, NULL, NULL), ST_OK);
	model_unref(&m);
	json_decref(types);
	json_decref(tags);
	assert_fault(naming(63, "on", 32), "/engagement/rules", "limit_exceeded");
	assert_fault(naming(63, "tags", 16), "", "limit_exceeded");
	assert_fault(naming(1, "on", 33), "/engagement/rules/0/on", "limit_exceeded");
	assert_fault(naming(1, "tags", 17), "/engagement/rules/0/tags", "limit_exceeded");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/model_faults");
	TCase *c = tcase_create("faults");
	tcase_add_loop_test(c, a_fault_is_found_where_it_is, 0, sizeof(broken) / sizeof(*broken));
	tcase_add_test(c, all_faults_are_found_at_once);
	tcase_add_test(c, more_faults_than_are_kept_are_counted);
	tcase_add_test(c, a_near_miss_is_named);
	tcase_add_test(c, texts_are_bounded_and_whole);
	tcase_add_test(c, mentions_are_bounded_in_all);
	suite_add_tcase(s, c);
	return run_suite(s);
}
