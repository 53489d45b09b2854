/* model: rules of engagement that are refused, and where. */
#include "scoring_check.h"

#define RULE(x) "{'engagement': {'rules': [{'id': 'r', 'on': 'x', 'points': 1, " x "}]}}"
#define BARE(x) "{'engagement': {'rules': [{'id': 'r', 'points': 1, " x "}]}}"
#define SEQUENCE(steps, x) "'sequence': {'steps': [" steps "], 'within': 'P1D'" x "}"

/* Each model has exactly this one fault. */
static const struct {
	const char *model, *pointer, *code;
} broken[] = {
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
    {RULE("'streak': {'length': 3, 'distinct': 'taxonomy.t'}"), "/engagement/rules/0/streak/distinct",
	"name_unavailable"},
    {RULE("'where': {'>': [{'days_since': ['x']}, 5]}"), "/engagement/rules/0/where/>/0/days_since",
	"name_unavailable"},
    {"{'engagement': {'rules': ['r']}}", "/engagement/rules/0", "type_wrong"},
    {RULE("'limit': 5"), "/engagement/rules/0/limit", "type_wrong"},
    {RULE("'streak': 3"), "/engagement/rules/0/streak", "type_wrong"},
    {RULE("'streak': {'length': 3, 'broken_by': 'x'}"), "/engagement/rules/0/streak/broken_by", "type_wrong"},
    {RULE("'streak': {'length': 3, 'broken_by': [5]}"), "/engagement/rules/0/streak/broken_by/0", "type_wrong"},
    {RULE("'streak': {'length': 3, 'distinct': 5}"), "/engagement/rules/0/streak/distinct", "type_wrong"},
    {RULE("'inactive_for': 'P1D'"), "/engagement/rules/0/inactive_for", "type_wrong"},
    {BARE("'sequence': []"), "/engagement/rules/0/sequence", "type_wrong"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", ", 'without': [5]")), "/engagement/rules/0/sequence/without/0",
	"type_wrong"},
    {BARE(SEQUENCE("{'on': 'a'}, {'on': 'b'}", ", 'without': ['']")), "/engagement/rules/0/sequence/without/0",
	"value_invalid"},
    {RULE("'limit': {'times': '2'}"), "/engagement/rules/0/limit/times", "type_wrong"},
    {RULE("'limit': {'per': 1}"), "/engagement/rules/0/limit/per", "type_wrong"},
    {RULE("'decay': {'half_life': 30}"), "/engagement/rules/0/decay/half_life", "duration_invalid"},
};

START_TEST(a_fault_is_found_where_it_is)
{
	assert_only_fault(broken[_i].model, broken[_i].pointer, broken[_i].code);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/rule_faults");
	TCase *c = tcase_create("faults");
	tcase_add_loop_test(c, a_fault_is_found_where_it_is, 0, sizeof(broken) / sizeof(*broken));
	suite_add_tcase(s, c);
	return run_suite(s);
}
