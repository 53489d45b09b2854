/* The readers' queue: each task runs once, the bound holds, and closing finishes what waits. No database is asked. */
#include "../../../src/api/readers_priv.h"

#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define TASKS 2000

struct counted {
	struct reader_task task;
	atomic_int runs;
};

static struct counted tasks[TASKS];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void count(struct reader_task *t, struct reader *r)
{
	(void)r;
	struct counted *c = (struct counted *)(void *)t;
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	atomic_fetch_add(&c->runs, 1);
}

static struct readers *start(size_t threads, size_t max)
{
	struct readers *r = NULL;
	struct err e = {0};
	struct readers_config c = {.database_url = "host=/nonexistent", .threads = threads, .queue_max = max};
	ck_assert_msg(readers_start(&c, &r, &e) == ST_OK, "%s", e.detail);
	return r;
}

START_TEST(each_task_runs_once)
{
	struct readers *r = start(4, TASKS);
	for (size_t i = 0; i < TASKS; i++) {
		tasks[i].task.run = count;
		ck_assert(readers_put(r, &tasks[i].task));
	}
	readers_stop(&r);
	ck_assert_ptr_null(r);
	for (size_t i = 0; i < TASKS; i++)
		ck_assert_int_eq(atomic_load(&tasks[i].runs), 1);
}
END_TEST

START_TEST(a_full_queue_refuses)
{
	struct readers *r = start(1, 10);
	size_t taken = 0;
	pthread_mutex_lock(&gate); /* the one reader stops at its first task */
	for (size_t i = 0; i < 100; i++) {
		tasks[i].task.run = count;
		taken += readers_put(r, &tasks[i].task);
	}
	/* Ten wait; one more if the reader had taken its first meanwhile. */
	ck_assert_uint_ge(taken, 10);
	ck_assert_uint_le(taken, 11);
	pthread_mutex_unlock(&gate);
	readers_stop(&r);
	size_t ran = 0;
	for (size_t i = 0; i < 100; i++)
		ran += (size_t)atomic_load(&tasks[i].runs);
	ck_assert_uint_eq(ran, taken);
}
END_TEST

static enum status outcome;

static void ask(struct reader_task *t, struct reader *r)
{
	(void)t;
	struct db *db;
	struct err e = {0};
	outcome = reader_db(r, true, monotonic_us() + 500000, &db, &e);
}

START_TEST(without_a_server_there_is_no_connection)
{
	struct readers *r = start(1, 10);
	struct reader_task t = {.run = ask};
	ck_assert(readers_put(r, &t));
	readers_stop(&r);
	ck_assert_int_eq(outcome, ST_UNAVAILABLE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("readers");
	TCase *t = tcase_create("readers");
	tcase_add_test(t, each_task_runs_once);
	tcase_add_test(t, a_full_queue_refuses);
	tcase_add_test(t, without_a_server_there_is_no_connection);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
