/* How a job is parted by lane. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/ingest/lane_priv.h"

#define LANES 3

static void name(struct command *c, const char *kind, const char *value)
{
	struct identity *i = &c->identities[c->n_identities++];
	i->kind = kind;
	i->value = value;
	identity_seal(i);
}

static int dones;

static void count_done(struct ingest_job *job)
{
	ck_assert_ptr_nonnull(job);
	dones++;
}

static size_t lane_with(struct ingest_job *const *parts, const struct command *c)
{
	size_t found = LANES;
	for (size_t i = 0; i < LANES; i++)
		for (size_t k = 0; parts[i] && k < parts[i]->n; k++)
			if (job_command(parts[i], k) == c) {
				ck_assert_uint_eq(found, LANES); /* in one part only */
				found = i;
			}
	ck_assert_uint_lt(found, LANES);
	return found;
}

START_TEST(one_command_goes_whole_to_the_lane_of_its_lead)
{
	struct command c = {.kind = COMMAND_EVENT}, again = {.kind = COMMAND_EVENT};
	name(&c, "email", "a@b.c");
	name(&again, "email", "a@b.c");
	name(&again, "anonymous_id", "x");
	struct ingest_job one = {.commands = &c, .n = 1}, other = {.commands = &again, .n = 1};
	struct ingest_job *parts[LANES], *more[LANES];
	struct err e;
	ck_assert_int_eq(job_split(&one, LANES, 1, parts, &e), ST_OK);
	ck_assert_int_eq(job_split(&other, LANES, 2, more, &e), ST_OK);
	size_t lane = lane_with(parts, &c);
	ck_assert_ptr_eq(parts[lane], &one);
	ck_assert_uint_eq(lane, lane_with(more, &again));
}
END_TEST

START_TEST(commands_without_a_name_take_turns)
{
	struct command c = {.kind = COMMAND_EVENT};
	struct ingest_job job = {.commands = &c, .n = 1};
	struct ingest_job *parts[LANES];
	struct err e;
	for (size_t turn = 0; turn < 6; turn++) {
		ck_assert_int_eq(job_split(&job, LANES, turn, parts, &e), ST_OK);
		ck_assert_uint_eq(lane_with(parts, &c), turn % LANES);
	}
}
END_TEST

START_TEST(many_are_parted_and_done_once)
{
	enum { N = 300 };
	static struct command c[N];
	static char text[N][32];
	memset(c, 0, sizeof c);
	for (size_t i = 0; i < N; i++) {
		/* Three commands a lead: by e-mail, by both, by anonymous id. The middle one comes before the last and binds them. */
		size_t lead = i / 3;
		snprintf(text[i], sizeof text[i], i % 3 == 2 ? "anonymous-%zu" : "lead-%zu@b.c", lead);
		if (i % 3 < 2)
			name(&c[i], "email", text[i]);
		if (i % 3 == 2)
			name(&c[i], "anonymous_id", text[i]);
	}
	for (size_t i = 1; i < N; i += 3)
		name(&c[i], "anonymous_id", text[i + 1]);
	struct arena *arena = arena_new(0);
	struct ingest_job job = {.commands = c, .n = N, .arena = arena, .done = count_done};
	struct ingest_job *parts[LANES];
	struct err e;
	ck_assert_int_eq(job_split(&job, LANES, 0, parts, &e), ST_OK);
	size_t total = 0;
	for (size_t i = 0; i < LANES; i++) {
		ck_assert_ptr_nonnull(parts[i]);
		ck_assert_ptr_ne(parts[i]->arena, arena);
		ck_assert_uint_gt(parts[i]->n, N / LANES / 4);
		total += parts[i]->n;
		for (size_t k = 1; k < parts[i]->n; k++)
			ck_assert(job_command(parts[i], k - 1) < job_command(parts[i], k)); /* in the order they came */
	}
	ck_assert_uint_eq(total, N);
	for (size_t i = 0; i < N; i += 3) {
		ck_assert_uint_eq(lane_with(parts, &c[i]), lane_with(parts, &c[i + 1]));
		ck_assert_uint_eq(lane_with(parts, &c[i]), lane_with(parts, &c[i + 2]));
	}
	dones = 0;
	for (size_t i = 0; i < LANES; i++) {
		ck_assert_int_eq(dones, 0);
		parts[i]->done(parts[i]);
	}
	ck_assert_int_eq(dones, 1);
	arena_free(&arena);
}
END_TEST

START_TEST(a_job_about_one_lead_is_not_parted)
{
	struct command c[2] = {{.kind = COMMAND_EVENT}, {.kind = COMMAND_EVENT}};
	name(&c[0], "phone", "+8613800138000");
	name(&c[1], "phone", "+8613800138000");
	struct arena *arena = arena_new(0);
	struct ingest_job job = {.commands = c, .n = 2, .arena = arena};
	struct ingest_job *parts[LANES];
	struct err e;
	ck_assert_int_eq(job_split(&job, LANES, 0, parts, &e), ST_OK);
	ck_assert_ptr_eq(parts[lane_with(parts, &c[0])], &job);
	arena_free(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/split");
	TCase *t = tcase_create("all");
	tcase_add_test(t, one_command_goes_whole_to_the_lane_of_its_lead);
	tcase_add_test(t, commands_without_a_name_take_turns);
	tcase_add_test(t, many_are_parted_and_done_once);
	tcase_add_test(t, a_job_about_one_lead_is_not_parted);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
