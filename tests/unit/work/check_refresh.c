/* The decay refresh against a real database and the real ingest machine, with a clock that jumps. */
#include <check.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../src/work/refresh_priv.h"
#include "../store/fresh.h"
#include "ingest/adapter.h"
#include "store/key.h"
#include "work/work.h"

#define T0 INT64_C(1767225600000) /* 2026-01-01 */
#define LEADS 60

/* 40 points that halve every day; MQL from 30 on and no longer below. */
static const char model[] = "{\"engagement\":{\"rules\":[{\"id\":\"view\",\"on\":\"page_view\",\"points\":40,\"decay\":"
			    "{\"half_life\":\"P1D\"}}]},"
			    "\"stages\":[{\"stage\":\"mql\",\"when\":{\">=\":[{\"var\":\"score\"},30]},\"rearm_below\":"
			    "30,\"fall_back\":true}]}";

static _Atomic int64_t now_ms;
static int64_t read_clock(void *ctx)
{
	(void)ctx;
	return now_ms;
}
static const struct clock jumping = {.now_ms = read_clock};

static struct ingest *ingest;
static struct work *work[2];
static struct uuid workspaces[2];
static struct err e;

static void start_work(size_t n)
{
	const struct work_config c = {.database_url = fresh_url(),
	    .ingest = ingest,
	    .clock = &jumping,
	    .refresh_interval_ms = 20,
	    .refresh_chunk = 7};
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(work_start(&c, &work[i], &e), ST_OK);
}

static void set_up(void)
{
	fresh_migrated();
	now_ms = T0;
	struct db *db = fresh_db();
	ck_assert_int_eq(store_workspace_create(db, "one", "CN", NULL, "m", model, T0, &workspaces[0], &e), ST_OK);
	ck_assert_int_eq(store_workspace_create(db, "two", "CN", NULL, "m", model, T0, &workspaces[1], &e), ST_OK);
	db_close(&db);
	const struct ingest_config c = {.database_url = fresh_url(), .clock = &jumping};
	ck_assert_int_eq(ingest_start(&c, &ingest, &e), ST_OK);
}

static void tear_down(void)
{
	work_stop(&work[0]);
	work_stop(&work[1]);
	ingest_stop(&ingest);
	fresh_drop();
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void note_done(struct ingest_job *job)
{
	pthread_mutex_lock(&lock);
	*(bool *)job->ctx = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

/* One page view of each of n leads, now. */
static void views(const struct uuid *workspace, size_t n)
{
	struct arena *arena = arena_new(0);
	struct command *commands = calloc(n, sizeof *commands);
	bool done = false;
	for (size_t i = 0; i < n; i++) {
		const struct adapter_context x = {.arena = arena, .country = "CN", .now = now_ms};
		json_t *event = json_pack("{s:s, s:{s:s}}", "type", "page_view", "lead", "anonymous_id",
		    arena_printf(arena, "visitor-%zu", i));
		ck_assert_msg(adapter_event(&x, event, &commands[i], &e) == ST_OK, "%s", e.detail);
		json_decref(event);
	}
	struct ingest_job job = {
	    .workspace_id = *workspace, .commands = commands, .n = n, .arena = arena, .done = note_done, .ctx = &done};
	ck_assert_int_eq(ingest_submit(ingest, &job, &e), ST_OK);
	pthread_mutex_lock(&lock);
	while (!done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < n; i++) {
		ck_assert_msg(commands[i].result.err.status == ST_OK, "%s", commands[i].result.err.detail);
		command_release(&commands[i]);
	}
	free(commands);
	arena_free(&arena);
}

/* Waits until the query gives the number. */
static void comes_to(const char *sql, long want)
{
	long got = -1;
	for (int i = 0; i < 600; i++) {
		got = fresh_count(sql);
		if (got == want)
			return;
		usleep(50 * 1000);
	}
	ck_assert_msg(got == want, "%s: %ld, not %ld", sql, got, want);
}

START_TEST(test_decay)
{
	views(&workspaces[0], LEADS);
	views(&workspaces[1], 3);
	ck_assert_int_eq(
	    fresh_count("SELECT count(*) FROM leads WHERE score = 40 AND stage = 'mql' AND next_change_at IS NOT NULL"),
	    LEADS + 3);
	start_work(2);
	usleep(200 * 1000);
	/* Nothing is due yet, so nothing was written. */
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE version > 1"), 0);
	now_ms = T0 + MS_DAY;
	comes_to("SELECT count(*) FROM leads WHERE score = 20 AND stage = 'lead' AND as_of = '2026-01-02Z' AND "
		 "next_change_at > as_of",
	    LEADS + 3);
	/* Though the clock jumped, and two refreshed at once: each fall is told once, at the millisecond when it was
	 * due. */
	ck_assert_int_eq(
	    fresh_count(
		"SELECT count(*) FROM transitions WHERE kind = 'stage' AND to_value = 'lead' AND cause = 'decay'"),
	    LEADS + 3);
	ck_assert_int_eq(fresh_count("SELECT count(DISTINCT at) FROM transitions WHERE to_value = 'lead'"), 1);
	ck_assert_int_eq(
	    fresh_count(
		"SELECT (abs(extract(epoch FROM min(at) - '2026-01-01Z') * 1000 -"
		" ceil(86400000 * log(2, 40.0 / 29.9995))) <= 1)::int FROM transitions WHERE to_value = 'lead'"),
	    1);
	/* Until nothing is left, and nothing is ever due again. */
	now_ms = T0 + 40 * MS_DAY;
	comes_to("SELECT count(*) FROM leads WHERE score = 0 AND next_change_at IS NULL", LEADS + 3);
}
END_TEST

START_TEST(test_survives_the_database)
{
	views(&workspaces[0], LEADS);
	start_work(1);
	for (int day = 1; day <= 3; day++) {
		fresh_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'leadscore' "
			  "AND datname = current_database()");
		now_ms = T0 + day * MS_DAY;
		comes_to(day == 1   ? "SELECT count(*) FROM leads WHERE score = 20"
			 : day == 2 ? "SELECT count(*) FROM leads WHERE score = 10"
				    : "SELECT count(*) FROM leads WHERE score = 5",
		    LEADS);
	}
}
END_TEST

START_TEST(test_stops_at_once)
{
	views(&workspaces[0], LEADS);
	start_work(1);
	now_ms = T0 + MS_DAY;
	int64_t began = monotonic_us();
	work_stop(&work[0]);
	ck_assert_int_lt(monotonic_us() - began, INT64_C(20) * 1000 * 1000);
	ck_assert_ptr_null(work[0]);
	work_stop(&work[0]);
	work_stop(NULL);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("refresh");
	TCase *t = tcase_create("database");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_decay);
	tcase_add_test(t, test_survives_the_database);
	tcase_add_test(t, test_stops_at_once);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
