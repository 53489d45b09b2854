/* chains: sequences and counts, by hand-made histories. */
#include "scoring_check.h"

struct step {
	int64_t after; /* since T0 */
	const char *type, *properties;
	int64_t points; /* then, milli */
};

/* The same whether the lead stays in memory or is saved and loaded between any two events. */
static void run_script(const char *text, const struct step *steps, size_t n)
{
	struct model *m = model_of(text);
	struct scoring_lead *l = lead_of(m), *loaded = lead_of(m);
	struct buf a = BUF_INIT, b = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		struct scoring_event ev = event_at(T0 + steps[i].after, (unsigned)i + 1, steps[i].type);
		ev.properties = json_of(steps[i].properties);
		ck_assert_int_eq(scoring_lead_apply(l, &ev, NULL, NULL), ST_OK);
		ck_assert_int_eq(scoring_lead_apply(loaded, &ev, NULL, NULL), ST_OK);
		json_decref(ev.properties);
		ck_assert_msg(view_of(l).engagement == steps[i].points, "step %zu of %s: %lld, not %lld", i, text,
		    (long long)view_of(l).engagement, (long long)steps[i].points);
		save(l, &a);
		save(loaded, &b);
		ck_assert_uint_eq(a.len, b.len);
		ck_assert_mem_eq(a.data, b.data, a.len);
		scoring_lead_free(&loaded);
		ck_assert_int_eq(scoring_lead_load(m, "{}", a.data, a.len, &loaded, NULL), ST_OK);
	}
	buf_free(&a);
	buf_free(&b);
	scoring_lead_free(&loaded);
	scoring_lead_free(&l);
	model_unref(&m);
}

#define RUN(model, ...)                                                                                                \
	do {                                                                                                           \
		static const struct step steps_[] = {__VA_ARGS__};                                                     \
		run_script((model), steps_, sizeof(steps_) / sizeof(*steps_));                                         \
	} while (0)
#define RULE(x) "{'engagement': {'rules': [{'id': 'r', 'points': 10, " x "}]}}"
#define ABC(x) RULE("'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}, {'on': 'c'}], 'within': 'PT10S'}" x)

START_TEST(steps_in_order_within_their_time)
{
	RUN(ABC(""), {0, "a", NULL, 0}, {1, "b", NULL, 0}, {2, "c", NULL, 10000}, {3, "c", NULL, 10000},
	    {4, "b", NULL, 10000}, {5, "c", NULL, 10000});
	RUN(ABC(""), {0, "b", NULL, 0}, {1, "a", NULL, 0}, {2, "c", NULL, 0}, {3, "x", NULL, 0}, {4, "b", NULL, 0},
	    {5, "c", NULL, 10000});
	/* The whole within ten seconds, the tenth not included. */
	RUN(ABC(""), {0, "a", NULL, 0}, {5000, "b", NULL, 0}, {9999, "c", NULL, 10000});
	RUN(ABC(""), {0, "a", NULL, 0}, {5000, "b", NULL, 0}, {10000, "c", NULL, 0});
	RUN(ABC(""), {0, "a", NULL, 0}, {10000, "b", NULL, 0}, {10001, "c", NULL, 0});
	/* A chain begins with the newest first step that leads to it. */
	RUN(ABC(""), {0, "a", NULL, 0}, {1000, "b", NULL, 0}, {2000, "a", NULL, 0}, {10500, "c", NULL, 0});
	RUN(ABC(""), {0, "a", NULL, 0}, {2000, "a", NULL, 0}, {3000, "b", NULL, 0}, {10500, "c", NULL, 10000});
	RUN(ABC(""), {0, "a", NULL, 0}, {1000, "b", NULL, 0}, {2000, "a", NULL, 0}, {3000, "b", NULL, 0},
	    {11500, "c", NULL, 10000});
	/* All chains are forgotten when one is complete, also those that are on their way. */
	RUN(ABC(""), {0, "a", NULL, 0}, {1, "b", NULL, 0}, {2, "a", NULL, 0}, {3, "c", NULL, 10000},
	    {4, "b", NULL, 10000}, {5, "c", NULL, 10000});
	/* At one instant the order is that of the keys. */
	RUN(ABC(""), {0, "a", NULL, 0}, {0, "b", NULL, 0}, {0, "c", NULL, 10000});
}
END_TEST

START_TEST(one_event_does_one_step_of_a_chain)
{
	const char *same = RULE("'sequence': {'steps': [{'on': 'a'}, {'on': 'a'}, {'on': '*'}], 'within': 'PT10S'}");
	RUN(same, {0, "a", NULL, 0}, {1, "a", NULL, 0}, {2, "a", NULL, 10000}, {3, "a", NULL, 10000},
	    {4, "a", NULL, 10000}, {5, "x", NULL, 20000});
	/* An internal event is not meant by "*". */
	RUN(same, {0, "a", NULL, 0}, {1, "a", NULL, 0}, {2, "profile_updated", NULL, 0}, {3, "x", NULL, 10000});
	/* The event that completes a chain begins none. */
	RUN(RULE("'sequence': {'steps': [{'on': 'a'}, {'on': ['b', 'a']}], 'within': 'PT10S'}"), {0, "a", NULL, 0},
	    {1, "a", NULL, 10000}, {2, "b", NULL, 10000}, {3, "a", NULL, 10000}, {4, "b", NULL, 20000});
}
END_TEST

START_TEST(some_types_break_a_sequence)
{
	const char *broken = RULE(
	    "'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}], 'within': 'PT10S', 'without': ['x', 'b', 'stage_set']}");
	RUN(broken, {0, "a", NULL, 0}, {1, "b", NULL, 0});
	const char *own =
	    RULE("'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}], 'within': 'PT10S', 'without': ['a', 'x']}");
	RUN(own, {0, "a", NULL, 0}, {1, "y", NULL, 0}, {2, "b", NULL, 10000}, {3, "a", NULL, 10000},
	    {4, "x", NULL, 10000}, {5, "b", NULL, 10000}, {6, "a", NULL, 10000}, {7, "a", NULL, 10000},
	    {8, "b", NULL, 20000});
}
END_TEST

START_TEST(steps_look_at_the_event)
{
	const char *pages = RULE("'sequence': {'steps': [{'on': 'v', 'where': {'==': [{'var': 'properties.p'}, 1]}},"
				 "{'on': 'v', 'where': {'==': [{'var': 'properties.p'}, 2]}}], 'within': 'P1D'}");
	RUN(pages, {0, "v", "{'p': 2}", 0}, {1, "v", "{'p': 1}", 0}, {2, "v", "{'p': 3}", 0},
	    {3, "v", "{'p': 2}", 10000}, {4, "v", "{'p': 2}", 10000});
}
END_TEST

START_TEST(limits_decay_and_tags_go_with_sequences)
{
	/* The limit refuses the award; the chains are forgotten all the same. */
	const char *daily =
	    RULE("'sequence': {'steps': [{'on': 'a'}, {'on': 'b'}], 'within': 'P1D'}, 'limit': {'per': 'day'}");
	RUN(daily, {0, "a", NULL, 0}, {1, "b", NULL, 10000}, {2, "a", NULL, 10000}, {3, "b", NULL, 10000},
	    {4, "b", NULL, 10000}, {DAY, "b", NULL, 10000}, {DAY + 1, "a", NULL, 10000}, {DAY + 2, "b", NULL, 20000});
	struct model *m = model_of("{'engagement': {'groups': [{'id': 'g', 'max': 9}], 'rules': [{'id': 'r', 'points': "
				   "10, 'group': 'g', 'decay': "
				   "{'expires_after': 'P1D'}, 'tags': ['t:s'], 'tag_for': 'PT1H', 'sequence': "
				   "{'steps': [{'on': 'a'}, {'on': 'b'}],"
				   "'within': 'P1D'}}]}}");
	struct scoring_lead *l = lead_of(m);
	struct scoring_effects fx = {0};
	happen(l, T0, "a", NULL, NULL, &fx);
	ck_assert(!has_tag(l, "t:s"));
	happen(l, T0 + 1, "b", NULL, NULL, &fx);
	ck_assert_uint_eq(fx.n_awards, 1);
	ck_assert_str_eq(fx.awards[0].rule, "r");
	ck_assert_int_eq(fx.awards[0].at, T0 + 1);
	ck_assert(has_tag(l, "t:s"));
	ck_assert_int_eq(view_of(l).engagement, 9000);
	advance(l, T0 + MS_HOUR + 1, NULL);
	ck_assert(!has_tag(l, "t:s"));
	advance(l, T0 + DAY, NULL);
	ck_assert_int_eq(view_of(l).engagement, 9000);
	advance(l, T0 + DAY + 1, NULL);
	ck_assert_int_eq(view_of(l).engagement, 0);
	scoring_effects_free(&fx);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

#define COUNT3(x) RULE("'on': 'x', 'count': {'at_least': 3, 'within': 'PT10S'}" x)

START_TEST(so_many_within_a_time)
{
	RUN(COUNT3(""), {0, "x", NULL, 0}, {1, "y", NULL, 0}, {5000, "x", NULL, 0}, {9999, "x", NULL, 10000},
	    {10000, "x", NULL, 10000}, {10001, "x", NULL, 10000}, {10002, "x", NULL, 20000});
	/* Ten seconds are too long; the oldest is left behind. */
	RUN(COUNT3(""), {0, "x", NULL, 0}, {5000, "x", NULL, 0}, {10000, "x", NULL, 0}, {14999, "x", NULL, 10000});
	RUN(COUNT3(""), {0, "x", NULL, 0}, {5000, "x", NULL, 0}, {15000, "x", NULL, 0}, {24999, "x", NULL, 0},
	    {25000, "x", NULL, 0}, {25001, "x", NULL, 10000});
	RUN(COUNT3(""), {0, "x", NULL, 0}, {0, "x", NULL, 0}, {0, "x", NULL, 10000});
	RUN(COUNT3(", 'where': {'var': 'properties.k'}"), {0, "x", NULL, 0}, {1, "x", "{'k': 1}", 0},
	    {2, "x", "{'k': 0}", 0}, {3, "x", "{'k': 1}", 0}, {4, "x", "{'k': 1}", 10000});
	/* Reached and refused by the limit: forgotten all the same. */
	RUN(RULE("'on': 'x', 'count': {'at_least': 2, 'within': 'P1D'}, 'limit': {'times': 1}"), {0, "x", NULL, 0},
	    {1, "x", NULL, 10000}, {2, "x", NULL, 10000}, {3, "x", NULL, 10000});
	RUN(RULE("'on': 'x', 'count': {'at_least': 2, 'within': 'PT2H'}, 'limit': {'cooldown': 'PT1H'}"),
	    {0, "x", NULL, 0}, {1, "x", NULL, 10000}, {2, "x", NULL, 10000}, {3, "x", NULL, 10000},
	    {MS_HOUR, "x", NULL, 10000}, {MS_HOUR + 1, "x", NULL, 20000});
	RUN(RULE("'on': '*', 'count': {'at_least': 2, 'within': 'P1D'}"), {0, "p", NULL, 0}, {1, "tag_added", NULL, 0},
	    {2, "q", NULL, 10000});
}
END_TEST

/* The 64th of 64 within the time completes the count, and each that is too old costs one more. */
START_TEST(sixty_four_are_counted)
{
	struct model *m = model_of(RULE("'on': 'x', 'count': {'at_least': 64, 'within': 'PT63S'}"));
	struct scoring_lead *l = lead_of(m);
	for (int i = 0; i < 64; i++)
		happen(l, T0 + i * MS_SECOND, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).engagement, 0); /* 63 s from the first to the last */
	happen(l, T0 + 63 * MS_SECOND + 999, "x", NULL, NULL, NULL);
	ck_assert_int_eq(view_of(l).engagement, 10000);
	scoring_lead_free(&l);
	model_unref(&m);
}
END_TEST

START_TEST(they_keep_to_themselves_in_one_model)
{
	RUN("{'engagement': {'rules': [{'id': 'one', 'on': 'x', 'points': 1, 'count': {'at_least': 2, 'within': "
	    "'P1D'}},"
	    "{'id': 'two', 'points': 10, 'sequence': {'steps': [{'on': 'x'}, {'on': 'y'}], 'within': 'P1D'}},"
	    "{'id': 'three', 'on': 'x', 'points': 100, 'streak': {'length': 2, 'broken_by': ['y']}},"
	    "{'id': 'four', 'points': 1000, 'sequence': {'steps': [{'on': 'y'}, {'on': 'x'}, {'on': 'x'}], 'within': "
	    "'P1D'}}]}}",
	    {0, "x", NULL, 0}, {1, "y", NULL, 10000}, {2, "x", NULL, 11000}, {3, "x", NULL, 1111000},
	    {4, "y", NULL, 1121000});
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scoring/chains");
	TCase *c = tcase_create("chains");
	tcase_add_test(c, steps_in_order_within_their_time);
	tcase_add_test(c, one_event_does_one_step_of_a_chain);
	tcase_add_test(c, some_types_break_a_sequence);
	tcase_add_test(c, steps_look_at_the_event);
	tcase_add_test(c, limits_decay_and_tags_go_with_sequences);
	tcase_add_test(c, so_many_within_a_time);
	tcase_add_test(c, sixty_four_are_counted);
	tcase_add_test(c, they_keep_to_themselves_in_one_model);
	suite_add_tcase(s, c);
	return run_suite(s);
}
