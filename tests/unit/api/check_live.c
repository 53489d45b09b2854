/* Who is told what on GET /v1/stream: types that can be asked for, and filters against items. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/api/live_priv.h"
#include "scoring/lead.h"

START_TEST(types)
{
	static const struct {
		const char *list;
		bool good;
	} rows[] = {
	    {"stage.mql", true},
	    {"stage.*", true},
	    {"tier.changed,handoff.*", true},
	    {"handoff.sla_warning", true},
	    {"stage.mql,stage.mql", true},
	    {"", false},
	    {"*", false},
	    {"stage", false},
	    {"stage.", false},
	    {"stage.*x", false},
	    {"stage.m*", false},
	    {"stage.**", false},
	    {"stage.mql.", false},
	    {"stage.mql,", false},
	    {",stage.mql", false},
	    {"stage.mql, tier.*", false},
	    {"lead.created", false},
	    {"Stage.mql", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(live_types_valid(rows[i].list) == rows[i].good, "%s", rows[i].list);
}
END_TEST

/* A transition of a lead that is there; from and to NULL: what was told of a handoff. */
struct scene {
	const char *type, *tier, *stage, *owner, *from, *to, *handoff_owner, *handoff_stage;
};

static bool wants(const struct live_filter *f, const struct scene *s)
{
	struct feed_item item = {.topic = s->from ? NULL : s->type};
	if (s->tier)
		item.lead = (struct feed_lead){.exists = true, .tier = s->tier, .stage = s->stage, .owner = s->owner};
	if (s->from)
		item.transition = (struct transition_row){
		    .kind = strncmp(s->type, "tier", 4) ? "stage" : "tier", .from = s->from, .to = s->to};
	return live_wants(f,
	    &(struct live_item){.from = &item, .type = s->type, .owner = s->handoff_owner, .stage = s->handoff_stage});
}

START_TEST(filters)
{
	char mql[] = "stage.mql", two[] = "stage.mql,tier.changed", family[] = "handoff.*", li[] = "li";
	const struct live_filter all = {0}, by_type = {.types = mql}, by_types = {.types = two},
				 by_family = {.types = family}, by_owner = {.owner = li},
				 by_tier = {.tiers = live_tier('A') | live_tier('X')},
				 by_stage = {.stages = 1u << STAGE_MQL}, by_both = {.types = mql, .owner = li};
	const struct scene stage = {"stage.mql", "B", "mql", "li", "lead", "mql", NULL, NULL},
			   later = {"stage.mql", "B", "sal", "wang", "lead", "mql", NULL, NULL},
			   left = {"stage.changed", "B", "customer", NULL, "mql", "sql", NULL, NULL},
			   tier = {"tier.changed", "C", "lead", NULL, "A", "B", NULL, NULL},
			   gone = {"tier.changed", NULL, NULL, NULL, "B", "X", NULL, NULL},
			   handoff = {"handoff.created", "D", "lead", NULL, NULL, NULL, "li", "mql"},
			   bare = {"handoff.closed", NULL, NULL, NULL, NULL, NULL, NULL, NULL};
	const struct {
		const struct live_filter *filter;
		const struct scene *scene;
		bool want;
	} rows[] = {
	    {&all, &stage, true},
	    {&all, &bare, true},
	    {&by_type, &stage, true},
	    {&by_type, &left, false},
	    {&by_type, &handoff, false},
	    {&by_types, &tier, true},
	    {&by_types, &left, false},
	    {&by_family, &handoff, true},
	    {&by_family, &bare, true},
	    {&by_family, &stage, false},
	    {&by_owner, &stage, true},
	    {&by_owner, &later, false},
	    {&by_owner, &left, false},
	    {&by_owner, &handoff, true},
	    {&by_owner, &bare, false},
	    {&by_tier, &tier, true}, /* it was A */
	    {&by_tier, &gone, true}, /* it became X */
	    {&by_tier, &stage, false},
	    {&by_tier, &bare, false},
	    {&by_stage, &stage, true},
	    {&by_stage, &later, true}, /* it became mql */
	    {&by_stage, &left, true},  /* it was mql */
	    {&by_stage, &tier, false},
	    {&by_stage, &handoff, true}, /* for which it was raised */
	    {&by_both, &stage, true},
	    {&by_both, &later, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		ck_assert_msg(wants(rows[i].filter, rows[i].scene) == rows[i].want, "row %zu", i);
}
END_TEST

START_TEST(tiers)
{
	unsigned seen = 0;
	for (const char *t = "ABCDX"; *t; t++) {
		ck_assert_uint_ne(live_tier(*t), 0);
		ck_assert_uint_eq(seen & live_tier(*t), 0);
		seen |= live_tier(*t);
	}
	for (int c = 0; c < 256; c++)
		ck_assert(!strchr("ABCDX", c) == !live_tier((char)c) || c == 0);
	ck_assert_uint_eq(live_tier('\0'), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("live");
	TCase *t = tcase_create("live");
	tcase_add_test(t, types);
	tcase_add_test(t, filters);
	tcase_add_test(t, tiers);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
