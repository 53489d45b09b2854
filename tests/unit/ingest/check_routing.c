/* routing: turns in proportion over random pools, never to who is away, inactive, full or excepted, whoever tells them. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "ingest/routing.h"

#define CREW 6
#define NOW INT64_C(1772323200000)

static struct sales_user member(uint8_t n, const char *role)
{
	return (struct sales_user){.id = {{n}}, .name = "x", .role = role, .active = true, .capacity = -1, .weight = 1};
}

/* Whoever has had a turn is done at once, so that what is left of each stays. Shares of W turns are exact in any row of them, to less than one a head. */
START_TEST(turns_are_in_proportion)
{
	unsigned seed = (unsigned)monotonic_us();
	fprintf(stderr, "seed %u\n", seed);
	for (int round = 0; round < 200; round++) {
		struct sales_user users[CREW];
		size_t n = 2 + (size_t)rand_r(&seed) % (CREW - 1);
		int64_t sum = 0, given[CREW] = {0};
		struct routing r = {.has_default = true};
		struct roster roster = {users, n};
		struct arena *scratch = arena_new(0);
		json_t *turns = json_object();
		for (size_t i = 0; i < n; i++) {
			users[i] = member((uint8_t)(i + 1), "representative");
			users[i].capacity = 1 + rand_r(&seed) % 50;
			users[i].weight = 1 + rand_r(&seed) % 9;
			sum += users[i].capacity * users[i].weight;
		}
		for (int64_t k = 1; k <= 500; k++) {
			struct sales_user *u;
			const char *rule;
			struct err e;
			/* Another instance has only what was stored. */
			if (k % 7 == 0) {
				char *text = json_dumps(turns, 0);
				json_decref(turns);
				turns = json_loads(text, 0, NULL);
				free(text);
			}
			ck_assert_int_eq(routing_pick(&r, &roster, &(struct routing_case){0}, NOW, turns, scratch, &u, &rule, &e), ST_OK);
			ck_assert_ptr_nonnull(u);
			ck_assert_str_eq(rule, "default");
			given[u - users]++;
			u->open--;
			for (size_t i = 0; i < n; i++) {
				double due = (double)k * (double)(users[i].capacity * users[i].weight) / (double)sum, off = (double)given[i] - due;
				ck_assert_msg(off < (double)n && off > -(double)n, "round %d, turn %lld: %zu has %lld, due %f", round, (long long)k, i, (long long)given[i], due);
			}
		}
		for (size_t i = 0; i < n; i++) {
			double share = (double)(users[i].capacity * users[i].weight) / (double)sum;
			ck_assert_msg(given[i] >= (int64_t)(500 * share) - 2 && given[i] <= (int64_t)(500 * share) + 2, "round %d: %lld of share %f", round, (long long)given[i], share);
		}
		json_decref(turns);
		arena_free(&scratch);
	}
}
END_TEST

START_TEST(nobody_who_is_not_there)
{
	struct work_span away = {NOW - 1, NOW + 1};
	struct sales_user users[] = {member(1, "representative"), member(2, "representative"), member(3, "manager"), member(4, "representative"), member(5, "representative")};
	struct roster roster = {users, 5};
	struct routing r = {.has_default = true};
	struct uuid except = users[3].id;
	struct arena *scratch = arena_new(0);
	json_t *turns = json_object();
	struct sales_user *u;
	const char *rule;
	struct err e;
	users[0].active = false;
	users[1].absences = &away;
	users[1].n_absences = 1;
	users[4].capacity = 3;
	struct routing_case c = {.except = &except, .n_except = 1};
	int64_t managers = 0;
	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(routing_pick(&r, &roster, &c, NOW, turns, scratch, &u, &rule, &e), ST_OK);
		ck_assert(u == &users[2] || u == &users[4]);
		managers += u == &users[2];
	}
	ck_assert_int_eq(users[4].open, 20 - managers);
	ck_assert_int_le(users[4].open, 3);
	ck_assert_int_eq(routing_manager(&roster, &(struct routing_case){.except = &users[2].id, .n_except = 1}, NOW, turns, &u, &e), ST_OK);
	ck_assert_ptr_null(u);
	/* The absence is over. */
	struct routing_case owned = {.owner = "02000000-0000-0000-0000-000000000000"};
	r.ownership = true;
	ck_assert_int_eq(routing_pick(&r, &roster, &owned, NOW + 1, turns, scratch, &u, &rule, &e), ST_OK);
	ck_assert(u == &users[1]);
	ck_assert_str_eq(rule, "owner");
	json_decref(turns);
	arena_free(&scratch);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ingest/routing");
	TCase *t = tcase_create("routing");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, turns_are_in_proportion);
	tcase_add_test(t, nobody_who_is_not_there);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
