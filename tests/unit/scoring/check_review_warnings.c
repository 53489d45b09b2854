/* review: what in a whole document is warned of, and what next to it is not. */
#include "scoring_check.h"

#include "scoring/review.h"

/* Around what is looked at: nothing else in it is odd. */
#define STAGES "'stages': [{'stage': 'mql', 'when': {'>=': [{'var': 'score'}, 10]}}]"
#define CORE "'icp': {'criteria': [{'id': 'c', 'ask': '?', 'when': {'var': 'x'}}]}"
#define GOOD "'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1}]}, " STAGES ", " CORE
#define SAL(when)                                                                                                      \
	"'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'tags': ['of:event']}]}, " CORE ", "             \
	"'fit': {'rules': [{'id': 'f', 'points': 1, 'tags': ['of:fit', 'more:fit'], 'when': {'var': 'y'}}]}, "         \
	"'stages': [{'stage': 'sal', 'when': " when "}]"
#define RULES(rules) "{'engagement': {'rules': [" rules "]}, " STAGES ", " CORE "}"
#define GROUPS(groups, rules) "{'engagement': {'groups': [" groups "], 'rules': [" rules "]}, " STAGES ", " CORE "}"
#define MQL(rest)                                                                                                      \
	"{'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1}]}, " CORE ", 'stages': [{'stage': 'mql', " rest \
	"}]}"
#define TAXONOMY(rest) "{" GOOD ", 'taxonomies': {'t': {'attribute': 'x', 'entries': []}}, " rest "}"
#define ONE_TAXONOMY "taxonomy_unused /taxonomies/t\n"

static const struct {
	const char *doc, *warnings;
} warned[] = {
    {"{" GOOD "}", ""},

    /* Tags that fit, events and earlier entries give; those that a person alone could have given. */
    {"{" SAL("{'in': ['of:fit', {'var': 'tags'}]}") "}", ""},
    {"{" SAL("{'in': ['more:fit', {'var': ['tags']}]}") "}", ""},
    {"{" SAL("{'in': ['of:event', {'var': 'tags'}]}") "}", ""},
    {"{" SAL("{'in': ['of:none', {'var': 'tags'}]}") "}", "tag_never_given /stages/0/when/in\n"},
    {"{" SAL("{'in': ['of:none', {'var': 'segments'}]}") "}", ""},
    {"{" SAL("{'in': ['of:none', ['of:none', {'var': 'x'}]]}") "}", ""},
    {"{" SAL("{'in': [{'var': 'z'}, {'var': 'tags'}]}") "}", ""},
    {"{" SAL("{'some': [{'var': 'tags'}, {'===': ['of:none', {'var': ''}]}]}") "}",
	"tag_never_given /stages/0/when/some/1/===\n"},
    {"{" SAL("{'some': [{'var': 'tags'}, {'===': [{'var': ''}, 'of:fit']}]}") "}", ""},
    {"{" SAL("{'some': [{'var': 'tags'}, {'==': [{'var': ''}, 5]}]}") "}", ""},
    {"{" SAL("{'some': [{'var': 'tags'}, {'==': [{'var': 'label'}, 'of:none']}]}") "}", ""},
    {"{" SAL("{'some': [{'var': 'tags'}, {'!=': [{'var': ''}, 'of:none']}]}") "}", ""},
    {"{" SAL("{'some': [{'var': 'visits'}, {'==': [{'var': ''}, 'of:none']}]}") "}", ""},
    {"{" GOOD
     ", 'tags': [{'tag': 'a:a', 'when': {'var': 'x'}}, {'tag': 'b:b', 'when': {'in': ['a:a', {'var': 'tags'}]}}]}",
	""},
    {"{" GOOD ", 'tags': [{'tag': 'a:a', 'when': {'in': ['a:a', {'var': 'tags'}]}}]}",
	"tag_given_later /tags/0/when/in\n"},

    /* What a rule gives. */
    {RULES("{'id': 'e', 'on': 'x', 'points': 1}, {'id': 'z', 'on': 'x', 'points': 0.0}"),
	"rule_without_points /engagement/rules/1/points\n"},
    {RULES("{'id': 'e', 'on': 'x', 'points': 1}, {'id': 'z', 'on': 'x', 'points': 0, 'tags': ['a:b']}"), ""},
    {RULES("{'id': 'e', 'on': 'x', 'points': 1}, {'id': 'z', 'on': 'x', 'points': 0, 'tags': []}"),
	"rule_without_points /engagement/rules/1/points\n"},

    /* Well-known types and what is near to one. */
    {RULES("{'id': 'e', 'on': ['page_view', 'x'], 'points': 1}"), ""},
    {RULES("{'id': 'e', 'on': 'calls', 'points': 1}"), ""},
    {RULES("{'id': 'e', 'on': ['x', 'page_viewed', 'page_vieww'], 'points': 1}"),
	"event_type_unusual /engagement/rules/0/on\nevent_type_unusual /engagement/rules/0/on\n"},
    {RULES("{'id': 'e', 'on': 'webinar_attended_by_somebody_of_theirs', 'points': 1}"), ""},
    {RULES("{'id': 'e', 'points': 1, 'sequence': {'steps': [{'on': 'page_view'}, {'on': ['x', 'email_clik']}], "
	   "'within': 'P1D'}}"),
	"event_type_unusual /engagement/rules/0/sequence/steps/1\n"},

    /* Groups against their rules. */
    {GROUPS("{'id': 'g', 'max': 5.5}", "{'id': 'e', 'on': 'x', 'points': 5.75, 'group': 'g'}, {'id': 'f', 'on': 'x', "
				       "'points': 5, 'group': 'g'}, {'id': 'h', 'on': 'x', 'points': 9}"),
	"group_below_rule /engagement/groups/0\n"},
    {GROUPS("{'id': 'g', 'min': -5}, {'id': 'h', 'max': 20}",
	 "{'id': 'e', 'on': 'x', 'points': 9, 'group': 'g'}, {'id': 'f', 'on': 'x', 'points': 20, 'group': 'h'}"),
	""},
    {GROUPS("{'id': 'g', 'max': 20}, {'id': 'h'}", "{'id': 'f', 'on': 'x', 'points': 20, 'group': 'g'}"),
	"group_unused /engagement/groups/1\n"},

    /* Where a stage's rule is armed again, against what it asks for. */
    {MQL("'when': {'>': [{'var': 'score'}, 80.5]}, 'rearm_below': 80.75"),
	"rearm_above_threshold /stages/0/rearm_below\n"},
    {MQL("'when': {'>=': [{'var': 'score'}, 80]}, 'rearm_below': 80"), ""},
    {MQL("'when': {'and': [{'var': 'x'}, {'>=': [{'var': 'score'}, 80]}]}, 'rearm_below': 90"),
	"rearm_above_threshold /stages/0/rearm_below\n"},
    {MQL("'when': {'and': [{'var': 'x'}, {'<': [{'var': 'fit'}, 80]}]}, 'rearm_below': 90"), ""},
    {MQL("'when': {'>=': [{'var': 'engagement'}, 5]}, 'rearm_below': 90"), ""},
    {MQL("'when': {'>=': [{'var': 'score'}, {'var': 'x'}]}, 'rearm_below': 90"), ""},
    {MQL("'when': {'>=': [90, {'var': 'score'}]}, 'rearm_below': 95"), ""},

    /* Taxonomies that something looks at, by whichever way. */
    {TAXONOMY("'description': 'd'"), ONE_TAXONOMY},
    {TAXONOMY("'applies_when': {'var': 'taxonomy.t'}"), ""},
    {TAXONOMY("'applies_when': {'var': ['taxonomy.t', 'x']}"), ""},
    {TAXONOMY("'applies_when': {'missing': 'taxonomy.t'}"), ""},
    {TAXONOMY("'applies_when': {'missing': ['x', 'taxonomy.t']}"), ""},
    {TAXONOMY("'applies_when': {'missing': [['x', 'taxonomy.t']]}"), ""},
    {TAXONOMY("'applies_when': {'missing_some': [1, ['x', 'taxonomy.t']]}"), ""},
    {TAXONOMY("'applies_when': {'missing_some': [1, 'x']}"), ONE_TAXONOMY},
    {TAXONOMY("'applies_when': {'missing': ['taxon', 'x', 5]}"), ONE_TAXONOMY},
    {"{" GOOD ", 'applies_when': {'var': 'taxonomy.tt'}, 'taxonomies': {'t': {'attribute': 'x', 'entries': []}, 'tt': "
	      "{'attribute': 'x', 'entries': []}}}",
	ONE_TAXONOMY},
    {TAXONOMY("'fit': {'rules': [{'id': 'f', 'points': 1, 'when': {'if': [{'var': 'x'}, {'var': 'taxonomy.t'}, 1]}}]}"),
	""},
    {"{'engagement': {'rules': [{'id': 'e', 'on': 'x', 'points': 1, 'streak': {'length': 2, 'distinct': "
     "'taxonomy.t'}}]}, " STAGES ", " CORE ", 'taxonomies': {'t': {'attribute': 'x', 'entries': []}}}",
	""},

    /* Numbers that no lead can have. */
    {MQL("'when': {'<': [{'var': 'score'}, 0]}"), "stage_unreachable /stages/0/when\n"},
    {MQL("'when': {'>=': [{'var': 'fit'}, 1]}"), "stage_unreachable /stages/0/when\n"},
    {MQL("'when': {'==': [{'var': 'fit'}, 1.5]}"), "stage_unreachable /stages/0/when\n"},
    {MQL("'when': {'==': [{'var': 'stage'}, 'nowhere']}"), "condition_never_holds /stages/0/when\n"},
    {MQL("'when': {'in': [{'var': 'stage'}, ['lead', 'recycled']]}"), ""},

    {"{}", "no_core_criteria /icp/criteria\nno_stages /stages\n"},
};

START_TEST(what_is_hardly_meant)
{
	json_t *doc = json_of(warned[_i].doc);
	struct model_faults faults;
	struct model *m = NULL;
	struct buf b = BUF_INIT;
	struct err e = {0};
	ck_assert_msg(
	    model_compile(doc, 1, &m, &faults, &e) == ST_OK, "%s: %s %s", warned[_i].doc, e.pointer, e.detail);
	model_review(doc, &faults);
	for (size_t i = 0; i < faults.count; i++)
		buf_printf(&b, "%s %s\n", faults.fault[i].code, faults.fault[i].pointer);
	ck_assert_msg(
	    !strcmp(b.data ? b.data : "", warned[_i].warnings), "%s: %s", warned[_i].doc, b.data ? b.data : "nothing");
	buf_free(&b);
	model_unref(&m);
	json_decref(doc);
}
END_TEST

/* Which bound is in the way is said in the sentence. */
static const struct {
	const char *when, *sentence;
} unreachable[] = {
    {"{'>=': [{'var': 'score'}, 300]}", "the score is at most 20, and the condition asks for 300"},
    {"{'<': [{'var': 'score'}, -300]}", "the score is at least -7, and the condition asks for -300"},
    {"{'>': [{'var': 'fit'}, 12]}", "the fit is at most 12, and the condition asks for 12"},
    {"{'<=': [{'var': 'engagement'}, -7.5]}", "the engagement is at least -7, and the condition asks for -7.5"},
};

START_TEST(the_bound_is_named)
{
	char text[500];
	snprintf(text, sizeof text,
	    "{'fit': {'rules': [{'id': 'f', 'points': 12, 'when': {'var': 'x'}}]}, 'engagement': {'min': -7, 'max': 8, "
	    "'rules': [{'id': 'e', 'on': 'x', 'points': 1},"
	    " {'id': 'l', 'on': 'x', 'points': -1}]}, 'stages': [{'stage': 'sal', 'when': %s}]}",
	    unreachable[_i].when);
	json_t *doc = json_of(text);
	struct model_faults faults;
	model_review(doc, &faults);
	ck_assert_str_eq(faults.fault[0].code, "stage_unreachable");
	ck_assert_ptr_nonnull(strstr(faults.fault[0].detail, "No lead becomes SAL"));
	ck_assert_msg(strstr(faults.fault[0].detail, unreachable[_i].sentence), "%s", faults.fault[0].detail);
	json_decref(doc);
}
END_TEST

START_TEST(more_than_are_kept_are_counted)
{
	json_t *doc = json_of("{" STAGES ", " CORE "}"), *rules = json_array();
	for (int i = 0; i < MODEL_FAULTS_MAX + 7; i++) {
		char id[20];
		snprintf(id, sizeof id, "r%d", i);
		json_array_append_new(
		    rules, json_pack("{s:s,s:s,s:i,s:s}", "id", id, "on", "x", "points", i ? 0 : 1, "label", "l"));
	}
	json_object_set_new(doc, "engagement", json_pack("{s:o}", "rules", rules));
	struct model_faults faults;
	model_review(doc, &faults);
	ck_assert_uint_eq(faults.count, MODEL_FAULTS_MAX + 6);
	ck_assert_str_eq(faults.fault[MODEL_FAULTS_MAX - 1].pointer, "/engagement/rules/50/points");
	json_decref(doc);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/review_warnings");
	TCase *c = tcase_create("warnings");
	tcase_add_loop_test(c, what_is_hardly_meant, 0, sizeof(warned) / sizeof(*warned));
	tcase_add_loop_test(c, the_bound_is_named, 0, sizeof(unreachable) / sizeof(*unreachable));
	tcase_add_test(c, more_than_are_kept_are_counted);
	suite_add_tcase(s, c);
	return run_suite(s);
}
