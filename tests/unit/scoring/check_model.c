/* model: what is refused, and where; what the defaults are. */
#include "scoring_check.h"

#include "scoring/model.h"

#define RULE(x) "{'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 1, " x "}]}}"
#define BARE(x) "{'engagement': {'rules': [{'id': 'r', 'points': 1, " x "}]}}"
#define SEQUENCE(steps, x) "'sequence': {'steps': [" steps "], 'within': 'P1D'" x "}"
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
    {"{'engagement': {'rules': [{'id': 'r', 'points': 1}]}}", "/engagement/rules/0/on", "required"},
    {"{'engagement': {'rules': [{'id': 'r', 'on': [], 'points': 1}]}}", "/engagement/rules/0/on", "value_invalid"},
    {"{'engagement': {'rules': [{'id': 'r', 'on': ['a', '*'], 'points': 1}]}}", "/engagement/rules/0/on/1",
	"value_invalid"},
    {"{'engagement': {'rules': [{'id': 'r', 'on': 5, 'points': 1}]}}", "/engagement/rules/0/on", "type_wrong"},
    {"{'engagement': {'rules': [{'id': 'r', 'on': ['a', 5], 'points': 1}]}}", "/engagement/rules/0/on/1", "type_wrong"},
    {RULE("'group': 'web'"), "/engagement/rules/0/group", "group_unknown"},
    {RULE("'where': {'var': 'score'}"), "/engagement/rules/0/where/var", "name_unavailable"},
    {RULE("'where': {'seen': ['x']}"), "/engagement/rules/0/where/seen", "name_unavailable"},
    {RULE("'limit': {}"), "/engagement/rules/0/limit", "value_invalid"},
    {RULE("'limit': {'per': 'hour'}"), "/engagement/rules/0/limit/per", "value_invalid"},
    {RULE("'limit': {'times': 0}"), "/engagement/rules/0/limit/times", "value_invalid"},
    {RULE("'limit': {'times': 1.5}"), "/engagement/rules/0/limit/times", "type_wrong"},
    {RULE("'limit': {'cooldown': '1 day'}"), "/engagement/rules/0/limit/cooldown", "duration_invalid"},
    {RULE("'limit': {'time': 1}"), "/engagement/rules/0/limit/time", "unknown_key"},
    {RULE("'decay': 'P30D'"), "/engagement/rules/0/decay", "type_wrong"},
    {RULE("'decay': {}"), "/engagement/rules/0/decay", "value_invalid"},
    {RULE("'decay': {'none': false}"), "/engagement/rules/0/decay/none", "value_invalid"},
    {RULE("'decay': {'half_life': 'P1M'}"), "/engagement/rules/0/decay/half_life", "duration_invalid"},
    {RULE("'decay': {'half_life': 'PT59S'}"), "/engagement/rules/0/decay/half_life", "duration_invalid"},
    {RULE("'decay': {'half_life': 'P3651D'}"), "/engagement/rules/0/decay/half_life", "duration_invalid"},
    {RULE("'decay': {'none': true, 'half_life': 'P1D'}"), "/engagement/rules/0/decay", "value_invalid"},
    {RULE("'min': 5, 'max': 1"), "/engagement/rules/0/min", "value_invalid"},
    {RULE("'streak': {}"), "/engagement/rules/0/streak/length", "required"},
    {RULE("'streak': {'length': 17}"), "/engagement/rules/0/streak/length", "value_invalid"},
    {RULE("'streak': {'length': 3, 'broken_by': ['*']}"), "/engagement/rules/0/streak/broken_by/0", "value_invalid"},
    {RULE("'streak': {'length': 3, 'broken_by': [{'times': 2}]}"), "/engagement/rules/0/streak/broken_by/0/type",
	"required"},
    {RULE("'streak': {'length': 3, 'broken_by': [{'type': 'a', 'times': 0}]}"),
	"/engagement/rules/0/streak/broken_by/0/times", "value_invalid"},
    {RULE("'streak': {'length': 3, 'distinct': 'score'}"), "/engagement/rules/0/streak/distinct", "name_unavailable"},
    {RULE("'streak': {'length': 3}, 'inactive_for': {'after': 'P1D'}"), "/engagement/rules/0/inactive_for",
	"value_invalid"},
    {RULE("'decay': {'linear': 'PT59S'}"), "/engagement/rules/0/decay/linear", "duration_invalid"},
    {RULE("'decay': {'expires_after': 'P3651D'}"), "/engagement/rules/0/decay/expires_after", "duration_invalid"},
    {RULE("'decay': {'expires_after': 'P1D', 'linear': 'P1D'}"), "/engagement/rules/0/decay", "value_invalid"},
    {RULE("'streak': {'length': 3}, 'count': {'at_least': 2, 'within': 'P1D'}"), "/engagement/rules/0/count",
	"value_invalid"},
    {RULE("'count': {'at_least': 2, 'within': 'P1D'}, 'inactive_for': {'after': 'P1D'}"),
	"/engagement/rules/0/inactive_for", "value_invalid"},
    {RULE("'count': 3"), "/engagement/rules/0/count", "type_wrong"},
    {RULE("'count': {'within': 'P1D'}"), "/engagement/rules/0/count/at_least", "required"},
    {RULE("'count': {'at_least': 2}"), "/engagement/rules/0/count/within", "required"},
    {RULE("'count': {'at_least': 1, 'within': 'P1D'}"), "/engagement/rules/0/count/at_least", "value_invalid"},
    {RULE("'count': {'at_least': 65, 'within': 'P1D'}"), "/engagement/rules/0/count/at_least", "value_invalid"},
    {RULE("'count': {'at_least': 2, 'within': 'a day'}"), "/engagement/rules/0/count/within", "duration_invalid"},
    {"{'engagement': {'rules': [{'id': 'r', 'points': 1, 'count': {'at_least': 2, 'within': 'P1D'}}]}}",
	"/engagement/rules/0/on", "required"},
    {RULE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", "")), "/engagement/rules/0/on", "value_invalid"},
    {BARE("'where': true, " SEQUENCE("{'on': 'a'}, {'on': 'b'}", "")), "/engagement/rules/0/where", "value_invalid"},
    {RULE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", "") ", 'streak': {'length': 2}"), "/engagement/rules/0/sequence",
	"value_invalid"},
    {BARE(SEQUENCE("{'on': 'a'}", "")), "/engagement/rules/0/sequence/steps", "value_invalid"},
    {BARE(SEQUENCE("1, 2, 3, 4, 5, 6, 7, 8, 9", "")), "/engagement/rules/0/sequence/steps", "limit_exceeded"},
    {BARE(SEQUENCE("{'on': 'a'}, 5", "")), "/engagement/rules/0/sequence/steps/1", "type_wrong"},
    {BARE(SEQUENCE("{'on': 'a'}, {'where': true}", "")), "/engagement/rules/0/sequence/steps/1/on", "required"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': ['b', '*']}", "")), "/engagement/rules/0/sequence/steps/1/on/1",
	"value_invalid"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b', 'points': 2}", "")), "/engagement/rules/0/sequence/steps/1/points",
	"unknown_key"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b', 'where': {'var': 'score'}}", "")),
	"/engagement/rules/0/sequence/steps/1/where/var", "name_unavailable"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", ", 'without': 'x'")), "/engagement/rules/0/sequence/without",
	"type_wrong"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", ", 'without': ['*']")), "/engagement/rules/0/sequence/without/0",
	"value_invalid"},
    {BARE("'sequence': {'within': 'P1D'}"), "/engagement/rules/0/sequence/steps", "required"},
    {BARE("'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}]}"), "/engagement/rules/0/sequence/within", "required"},
    {BARE("'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}], 'within': 'P36501D'}"),
	"/engagement/rules/0/sequence/within", "duration_invalid"},
    {RULE("'inactive_for': {}"), "/engagement/rules/0/inactive_for/after", "required"},
    {RULE("'inactive_for': {'after': 'P1D', 'max_times': 121}"), "/engagement/rules/0/inactive_for/max_times",
	"value_invalid"},
    {RULE("'inactive_for': {'after': 'P1D', 'repeat': 1}"), "/engagement/rules/0/inactive_for/repeat", "type_wrong"},
    {RULE("'inactive_for': {'after': 'P1D'}, 'where': true"), "/engagement/rules/0/where", "value_invalid"},
    {RULE("'inactive_for': {'after': 'P1D'}, 'limit': {'times': 1}"), "/engagement/rules/0/limit", "value_invalid"},
    {RULE("'tag_for': 'P1D'"), "/engagement/rules/0/tag_for", "value_invalid"},
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
    {RULE("'streak': {'length': 3, 'distinct': 'taxonomy.t'}"), "/engagement/rules/0/streak/distinct",
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
    {RULE("'where': {'>': [{'days_since': ['x']}, 5]}"), "/engagement/rules/0/where/>/0/days_since",
	"name_unavailable"},
    {STAGE("{'stage': 'mql', 'when': true, 'cooldown': 7}"), "/stages/0/cooldown", "duration_invalid"},
    {STAGE("{'stage': 'mql', 'when': true, 'fall_back': 'no'}"), "/stages/0/fall_back", "type_wrong"},
    {"{'tags': [{'when': true}]}", "/tags/0/tag", "required"},
    {"{'tags': [{'tag': 'a:b', 'when': {'==': [{'var': 'stage'}, 'mql']}}]}", "/tags/0/when/==/0/var",
	"name_unavailable"},
    {"{'tags': [{'tag': 'a:b', 'when': {'or': [{'matches': ['a', '[']}]}}]}", "/tags/0/when/or/0/matches/1",
	"rule_invalid"},
};

START_TEST(a_fault_is_found_where_it_is)
{
	json_t *doc = json_of(broken[_i].model);
	struct model_faults *faults = calloc(1, sizeof(*faults));
	struct model *m = NULL;
	struct err e = {0};
	enum status st = model_compile(doc, 1, &m, faults, &e);
	ck_assert_msg(st == ST_INVALID, "accepted: %s", broken[_i].model);
	ck_assert_ptr_null(m);
	ck_assert_str_eq(e.code, "model_invalid");
	ck_assert_msg(strcmp(e.pointer, broken[_i].pointer) == 0, "%s: at %s", broken[_i].model, e.pointer);
	ck_assert_str_eq(faults->fault[0].pointer, broken[_i].pointer);
	ck_assert_msg(
	    strcmp(faults->fault[0].code, broken[_i].code) == 0, "%s: %s", broken[_i].model, faults->fault[0].code);
	ck_assert_msg(strstr(broken[_i].model, "score'}, {'var': 'eng") || faults->count == 1,
	    "%s: %zu faults, the second: %s %s", broken[_i].model, faults->count, faults->fault[1].pointer,
	    faults->fault[1].detail);
	ck_assert_uint_gt(strlen(faults->fault[0].detail), 10);
	free(faults);
	json_decref(doc);
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

static json_t *many(const char *path, size_t n)
{
	json_t *list = json_array();
	for (size_t i = 0; i < n; i++) {
		char id[24];
		snprintf(id, sizeof(id), "r%zu", i);
		if (strcmp(path, "fit") == 0)
			json_array_append_new(list, json_pack("{s:s,s:i,s:b}", "id", id, "points", 1, "when", 1));
		else if (strcmp(path, "groups") == 0)
			json_array_append_new(list, json_pack("{s:s}", "id", id));
		else
			json_array_append_new(list, json_pack("{s:s,s:b}", "tag", id, "when", 1));
	}
	if (strcmp(path, "fit") == 0)
		return json_pack("{s:{s:o}}", "fit", "rules", list);
	if (strcmp(path, "groups") == 0)
		return json_pack("{s:{s:o}}", "engagement", "groups", list);
	return json_pack("{s:o}", "tags", list);
}

START_TEST(sizes_are_bounded)
{
	static const struct {
		const char *path;
		size_t max;
	} limits[] = {{"fit", MODEL_RULES_MAX}, {"groups", MODEL_GROUPS_MAX}, {"tags", MODEL_TAGS_MAX}};
	for (size_t i = 0; i < 3; i++) {
		struct model *m = NULL;
		struct model_faults *faults = calloc(1, sizeof(*faults));
		json_t *fits = many(limits[i].path, limits[i].max), *more = many(limits[i].path, limits[i].max + 1);
		ck_assert_int_eq(model_compile(fits, 1, &m, faults, NULL), ST_OK);
		model_unref(&m);
		ck_assert_int_eq(model_compile(more, 1, &m, faults, NULL), ST_INVALID);
		ck_assert_str_eq(faults->fault[0].code, "limit_exceeded");
		free(faults);
		json_decref(fits);
		json_decref(more);
	}
}
END_TEST

START_TEST(an_empty_model_scores_nothing)
{
	struct model *m = model_of("{}");
	struct scoring_lead *l = lead_of(m);
	ck_assert_str_eq(model_name(m), "");
	happen(l, T0, "page_view", NULL, "{'title': 'CEO'}", NULL);
	struct scoring_view v = view_of(l);
	ck_assert_int_eq(v.total, 0);
	ck_assert_int_eq(v.tier, 'D');
	ck_assert_str_eq(v.grade, "D4");
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(references_are_counted)
{
	struct model *m = model_of("{'name': 'n'}"), *again = model_ref(m), *none = NULL;
	model_unref(&m);
	ck_assert_ptr_null(m);
	ck_assert_str_eq(model_name(again), "n");
	ck_assert_int_eq(model_version(again), 1);
	model_unref(&again);
	model_unref(&none);
	model_unref(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/model");
	TCase *c = tcase_create("model");
	tcase_add_loop_test(c, a_fault_is_found_where_it_is, 0, sizeof(broken) / sizeof(*broken));
	tcase_add_test(c, all_faults_are_found_at_once);
	tcase_add_test(c, more_faults_than_are_kept_are_counted);
	tcase_add_test(c, a_near_miss_is_named);
	tcase_add_test(c, sizes_are_bounded);
	tcase_add_test(c, an_empty_model_scores_nothing);
	tcase_add_test(c, references_are_counted);
	suite_add_tcase(s, c);
	return run_suite(s);
}
