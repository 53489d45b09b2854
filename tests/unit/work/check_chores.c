/* The thread of the chores, pauses, and the chores that live in no other test. */
#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../../src/work/chores_priv.h"
#include "../store/fresh.h"
#include "store/job.h"
#include "store/key.h"

#define T0 INT64_C(1767225600000) /* 2026-01-01 */

static struct err e;
static _Atomic int64_t now_ms = T0;
static int64_t read_clock(void *ctx)
{
	(void)ctx;
	return now_ms;
}
static const struct clock standing = {.now_ms = read_clock};

static _Atomic int steps[3];

static enum status good(struct chore_run *r, bool *ret_more, struct err *err)
{
	(void)err;
	ck_assert_ptr_nonnull(r->db);
	ck_assert_ptr_nonnull(arena_alloc(r->arena, 1000));
	*ret_more = ++steps[0] < 5;
	return ST_OK;
}

static enum status bad(struct chore_run *r, bool *ret_more, struct err *err)
{
	(void)r;
	(void)ret_more;
	return ++steps[1] < 3 ? err_set(err, ST_INTERNAL, "broken", "On purpose.") : ST_OK;
}

static enum status seldom(struct chore_run *r, bool *ret_more, struct err *err)
{
	(void)r;
	(void)ret_more;
	(void)err;
	steps[2]++;
	return ST_OK;
}

static void wait_for(_Atomic int *steps_of, int least)
{
	for (int i = 0; i < 1000 && *steps_of < least; i++)
		usleep(10000);
	ck_assert_int_ge(*steps_of, least);
}

/* One that has more to do comes again at once, one that fails comes again, and neither holds up the others. */
START_TEST(test_turns)
{
	fresh_migrated();
	static const struct chore table[] = {{"good", 50, good}, {"bad", 50, bad}, {"seldom", 3600 * 1000, seldom}};
	const struct work_config c = {.database_url = fresh_url(), .clock = &standing};
	struct chores *chores;
	ck_assert_int_eq(chores_start(&c, table, 3, &chores, &e), ST_OK);
	wait_for(&steps[0], 20);
	wait_for(&steps[1], 4);
	chores_stop(&chores);
	ck_assert_ptr_null(chores);
	ck_assert_int_le(steps[2], 1);
	int last = steps[0];
	usleep(150000);
	ck_assert_int_eq(steps[0], last);
	chores_stop(&chores);
	chores_stop(NULL);
}
END_TEST

/* Only jobs that ended long ago go; those that wait never do, however old. */
START_TEST(test_jobs)
{
	fresh_migrated();
	struct db *db = fresh_db();
	struct uuid workspace, id[3];
	struct job_row job;
	ck_assert_int_eq(store_workspace_create(db, "one", "CN", NULL, "m", "{}", T0, &workspace, &e), ST_OK);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(store_job_add(db, &workspace, "simulate", 1, "{}", T0, &id[i], &e), ST_OK);
	ck_assert_int_eq(store_job_cancel(db, &workspace, &id[0], T0, &e), ST_OK);
	ck_assert_int_eq(store_job_cancel(db, &workspace, &id[1], T0 + MS_DAY, &e), ST_OK);
	now_ms = T0 + 90 * MS_DAY + 1;
	const struct work_config c = {.database_url = fresh_url(), .clock = &standing};
	struct chore_run r = {.config = &c, .db = db};
	bool more = true;
	ck_assert_int_eq(jobs_chore(&r, &more, &e), ST_OK);
	ck_assert(!more);
	ck_assert_int_eq(store_job_read(db, &workspace, &id[0], &job, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_job_read(db, &workspace, &id[1], &job, &e), ST_OK);
	now_ms = T0 + 1000 * MS_DAY;
	ck_assert_int_eq(jobs_chore(&r, &more, &e), ST_OK);
	ck_assert_int_eq(store_job_read(db, &workspace, &id[1], &job, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_job_read(db, &workspace, &id[2], &job, &e), ST_OK);
	db_close(&db);
}
END_TEST

START_TEST(test_backoff)
{
	static const int64_t most[] = {250, 250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	for (unsigned failures = 0; failures < 10; failures++)
		for (uint64_t random = 0; random < 40000; random += 997) {
			int64_t ms = backoff_ms(failures, random);
			ck_assert_int_ge(ms, most[failures] / 2);
			ck_assert_int_le(ms, most[failures]);
		}
	ck_assert_int_le(backoff_ms(1000, UINT64_MAX), 30000);
}
END_TEST

START_TEST(test_halt)
{
	struct halt h;
	halt_init(&h);
	int64_t began = monotonic_us();
	halt_pause(&h, 30);
	ck_assert_int_ge(monotonic_us() - began, 29000);
	ck_assert(!halt_asked(&h));
	halt_ask(&h);
	ck_assert(halt_asked(&h));
	began = monotonic_us();
	halt_pause(&h, 60000);
	halt_pause_about(&h, 60000);
	halt_pause_failed(&h, 20);
	ck_assert_int_lt(monotonic_us() - began, 10000000);
	halt_destroy(&h);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("chores");
	TCase *tc = tcase_create("chores");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_turns);
	tcase_add_test(tc, test_jobs);
	tcase_add_test(tc, test_backoff);
	tcase_add_test(tc, test_halt);
	suite_add_tcase(suite, tc);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
