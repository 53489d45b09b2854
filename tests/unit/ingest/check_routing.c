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

/* Months of one pool: handoffs come at random and are open for a while, people are away and back, leave and are hired, and are warned off single ones. What each is due of a turn is their
 * share of it, by their weight and what was left of their capacity then, of those who were there; what each has had differs from what they were due by less than one turn and half of one a head, at
 * every instant, and so by less than twice that over any part of the time: nobody is passed over when others are away, nor flooded when they come back. */
START_TEST(months_are_fair)
{
	const char *quick = getenv("LEADSCORE_TEST_QUICK"), *given_seed = getenv("LEADSCORE_TEST_SEED");
	unsigned seed = given_seed ? (unsigned)strtoul(given_seed, NULL, 10) : (unsigned)monotonic_us();
	int rounds = quick && *quick == '1' ? 20 : 60, turns_told = 0, nobody = 0;
	double worst = 0;
	fprintf(stderr, "seed %u\n", seed);
	for (int round = 0; round < rounds; round++) {
		static struct {
			int64_t ends;
			int who;
		} open[4000];
		struct sales_user users[CREW];
		struct work_span away[CREW][4];
		size_t n = 2 + (size_t)rand_r(&seed) % (CREW - 1), n_open = 0;
		double due[CREW] = {0};
		int64_t given[CREW] = {0}, days = 90, at = NOW;
		struct routing r = {.has_default = true};
		struct roster roster = {users, n};
		struct arena *scratch = arena_new(0);
		json_t *turns = json_object();
		for (size_t i = 0; i < n; i++) {
			users[i] = member((uint8_t)(i + 1), "representative");
			users[i].capacity = rand_r(&seed) % 4 ? 20 + rand_r(&seed) % 80 : -1;
			users[i].weight = 1 + rand_r(&seed) % 5;
			users[i].absences = away[i];
			for (size_t k = 0; k < (size_t)rand_r(&seed) % 5; k++) {
				int64_t from = NOW + rand_r(&seed) % (90 * 24) * MS_HOUR;
				away[i][users[i].n_absences++] = (struct work_span){from, from + (1 + rand_r(&seed) % (14 * 24)) * MS_HOUR};
			}
		}
		while ((at += 1 + rand_r(&seed) % (2 * MS_HOUR)) < NOW + days * MS_DAY) {
			for (size_t k = 0; k < n_open;) {
				if (open[k].ends > at) {
					k++;
					continue;
				}
				users[open[k].who].open--;
				open[k] = open[--n_open];
			}
			if (rand_r(&seed) % 200 == 0)
				users[(size_t)rand_r(&seed) % n].active ^= true;
			struct uuid except = users[(size_t)rand_r(&seed) % n].id;
			struct routing_case c = {.except = &except, .n_except = rand_r(&seed) % 10 == 0};
			double share[CREW] = {0}, sum = 0;
			for (size_t i = 0; i < n; i++) {
				bool there = users[i].active && !user_absent(&users[i], at) && !(c.n_except && !uuid_cmp(&except, &users[i].id));
				double left = (double)(users[i].capacity < 0 ? 1000 : users[i].capacity - users[i].open);
				share[i] = there && left > 0 ? left * (double)users[i].weight : 0;
				sum += share[i];
			}
			struct sales_user *u;
			const char *rule;
			struct err e;
			ck_assert_int_eq(routing_pick(&r, &roster, &c, at, turns, scratch, &u, &rule, &e), ST_OK);
			ck_assert_int_eq(u != NULL, sum > 0);
			nobody += !u;
			if (!u)
				continue;
			ck_assert(share[u - users] > 0);
			given[u - users]++;
			turns_told++;
			ck_assert_uint_lt(n_open, sizeof open / sizeof open[0]);
			open[n_open].ends = at + (1 + rand_r(&seed) % (10 * 24)) * MS_HOUR;
			open[n_open++].who = (int)(u - users);
			for (size_t i = 0; i < n; i++) {
				due[i] += share[i] / sum;
				double off = (double)given[i] - due[i];
				off = off < 0 ? -off : off;
				worst = off / (double)n > worst ? off / (double)n : worst;
				ck_assert_msg(off < 1 + (double)n / 2, "round %d: %zu of %zu has %lld, due %f", round, i, n, (long long)given[i], due[i]);
			}
		}
		json_decref(turns);
		arena_free(&scratch);
	}
	fprintf(stderr, "%d months, %d turns, %d times nobody was there; at most %.2f turns a head from what is due\n", 3 * rounds, turns_told, nobody, worst);
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
	tcase_add_test(t, months_are_fair);
	tcase_add_test(t, nobody_who_is_not_there);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
