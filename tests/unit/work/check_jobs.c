/* Jobs: leases, successors, cancelling, and a rescore that several share. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../store/fresh.h"
#include "ingest/adapter.h"
#include "store/job_chunk.h"
#include "store/key.h"
#include "work/work.h"

#define LEADS 4500
#define LEADS_SQL "4500"

/* Version 1 gives 40 points a view, version 2 gives 120, and 100 make an MQL. */
static const char document[] = "{\"engagement\":{\"rules\":[{\"id\":\"view\",\"on\":\"page_view\",\"points\":%d}]},"
			       "\"stages\":[{\"stage\":\"mql\",\"when\":{\">=\":[{\"var\":\"score\"},100]}}]}";

static struct ingest *ingest;
static struct work *work[2];
static struct uuid workspace;
static struct db *db;
static struct err e;

static void start_work(size_t i)
{
	const struct work_config c = {.database_url = fresh_url(), .ingest = ingest, .job_settle_ms = 100};
	ck_assert_int_eq(work_start(&c, &work[i], &e), ST_OK);
}

static void set_up(void)
{
	char text[400];
	fresh_migrated();
	db = fresh_db();
	snprintf(text, sizeof text, document, 40);
	ck_assert_int_eq(
	    store_workspace_create(db, "one", "CN", NULL, "m", text, clock_now(&clock_system), &workspace, &e), ST_OK);
	const struct ingest_config c = {.database_url = fresh_url(), .queue_max = 20000};
	ck_assert_int_eq(ingest_start(&c, &ingest, &e), ST_OK);
}

static void tear_down(void)
{
	work_stop(&work[0]);
	work_stop(&work[1]);
	ingest_stop(&ingest);
	db_close(&db);
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

/* One page view of each of the visitors from..to. */
static void views(size_t from, size_t to)
{
	struct arena *arena = arena_new(0);
	size_t n = to - from;
	struct command *commands = calloc(n, sizeof *commands);
	bool done = false;
	for (size_t i = 0; i < n; i++) {
		const struct adapter_context x = {.arena = arena, .country = "CN", .now = clock_now(&clock_system)};
		json_t *event = json_pack("{s:s, s:{s:s}}", "type", "page_view", "lead", "anonymous_id",
		    arena_printf(arena, "visitor-%zu", from + i));
		ck_assert_msg(adapter_event(&x, event, &commands[i], &e) == ST_OK, "%s", e.detail);
		json_decref(event);
	}
	struct ingest_job job = {
	    .workspace_id = workspace, .commands = commands, .n = n, .arena = arena, .done = note_done, .ctx = &done};
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

/* Version 2 becomes active, as activation does it. */
static struct uuid activate(void)
{
	char text[400], sql[1200];
	struct uuid job;
	snprintf(text, sizeof text, document, 120);
	snprintf(sql, sizeof sql,
	    "INSERT INTO models (workspace_id, version, name, state, document, created_at) SELECT id, 2, 'm', 'draft', "
	    "'%s', "
	    "now() FROM workspaces;"
	    "UPDATE models SET state = 'retired' WHERE version = 1; UPDATE models SET state = 'active' WHERE version = "
	    "2;"
	    "UPDATE workspaces SET active_model = 2",
	    text);
	fresh_sql(sql);
	ck_assert_int_eq(store_job_add(db, &workspace, "rescore", 2, "{\"transitions\":\"raise\",\"role\":\"primary\"}",
			     clock_now(&clock_system), &job, &e),
	    ST_OK);
	return job;
}

/* Waits until the query gives the number. */
static void comes_to(const char *sql, long want)
{
	long got = -1;
	for (int i = 0; i < 1200; i++) {
		got = fresh_count(sql);
		if (got == want)
			return;
		usleep(50 * 1000);
	}
	ck_assert_msg(got == want, "%s: %ld, not %ld", sql, got, want);
}

static void check_rescored(long leads)
{
	ck_assert_int_eq(
	    fresh_count("SELECT count(*) FROM leads WHERE model_version = 2 AND score = 120 AND stage = 'mql'"), leads);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads"), leads);
	ck_assert_int_eq(
	    fresh_count("SELECT count(*) FROM transitions WHERE to_value = 'mql' AND cause = 'model'"), leads);
	ck_assert_int_eq(fresh_count("SELECT count(DISTINCT lead_id) FROM transitions WHERE to_value = 'mql'"), leads);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM handoffs"), leads);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM outbox WHERE topic = 'stage.mql'"), leads);
}

START_TEST(test_rescore)
{
	views(0, LEADS);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE score = 40"), LEADS);
	start_work(0);
	start_work(1);
	activate();
	comes_to("SELECT count(*) FROM jobs WHERE state = 'done'", 1);
	check_rescored(LEADS);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM jobs WHERE total = " LEADS_SQL
				     " AND done = total AND (result->>'rescored')::int = " LEADS_SQL),
	    1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM job_chunks WHERE done_at IS NOT NULL"), 3);
	ck_assert_int_eq(fresh_count("SELECT sum(leads) FROM job_chunks"), LEADS);
}
END_TEST

/* A base of no leads, and one whose size is a whole number of pieces. */
START_TEST(test_edges)
{
	start_work(0);
	struct uuid job = activate();
	comes_to("SELECT count(*) FROM jobs WHERE state = 'done' AND total = 0", 1);
	struct job_row row;
	ck_assert_int_eq(store_job_read(db, &workspace, &job, &row, &e), ST_OK);
	ck_assert_int_eq(row.done, 0);
	views(0, 2000);
	fresh_sql("UPDATE leads SET model_version = 1, state = ''");
	ck_assert_int_eq(store_job_add(db, &workspace, "rescore", 2, "{}", clock_now(&clock_system), &job, &e), ST_OK);
	comes_to("SELECT count(*) FROM jobs WHERE state = 'done' AND total = 2000", 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE model_version = 2"), 2000);
}
END_TEST

/* Who died in the middle is succeeded: leads that were done are not told of again. */
START_TEST(test_successor)
{
	views(0, LEADS);
	struct uuid job = activate();
	struct job_row row;
	struct arena *arena = arena_new(0);
	bool mine = false;
	ck_assert_int_eq(store_job_claim(db, &workspace, &job, 1, 1500, arena, &mine, &row, &e), ST_OK);
	ck_assert(mine);
	/* While the lease runs nobody else gets it. */
	bool again = true;
	ck_assert_int_eq(store_job_claim(db, &workspace, &job, 1, 1500, arena, &again, &row, &e), ST_OK);
	ck_assert(!again);
	start_work(0);
	comes_to("SELECT generation FROM jobs", 2);
	bool still = true;
	ck_assert_int_eq(store_job_renew(db, &workspace, &row, 1500, 1, 2, &still, &e), ST_OK);
	ck_assert(!still);
	ck_assert_int_eq(store_job_end(db, &workspace, &row, "done", 1, 1, "{}", NULL, 1, &still, &e), ST_OK);
	ck_assert(!still);
	/* Ours is interrupted again and again, and goes on where it was. */
	for (int i = 0; i < 6; i++) {
		work_stop(&work[0]);
		start_work(0);
		usleep(50 * 1000);
	}
	comes_to("SELECT count(*) FROM jobs WHERE state = 'done'", 1);
	check_rescored(LEADS);
	arena_free(&arena);
}
END_TEST

START_TEST(test_cancel)
{
	views(0, 50);
	struct uuid job = activate();
	struct job_row row;
	ck_assert_int_eq(store_job_cancel(db, &workspace, &job, 5, &e), ST_OK);
	ck_assert_int_eq(store_job_cancel(db, &workspace, &job, 5, &e), ST_CONFLICT);
	ck_assert_str_eq(e.code, "job_ended");
	struct uuid other = workspace;
	ck_assert_int_eq(store_job_cancel(db, &workspace, &other, 5, &e), ST_NOT_FOUND);
	start_work(0);
	usleep(700 * 1000);
	ck_assert_int_eq(store_job_read(db, &workspace, &job, &row, &e), ST_OK);
	ck_assert_str_eq(row.state, "cancelled");
	ck_assert_int_eq(row.finished_at, 5);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE model_version = 2"), 0);
	/* A version that is not in use any more has nothing to do. */
	ck_assert_int_eq(store_job_add(db, &workspace, "rescore", 1, "{}", clock_now(&clock_system), &job, &e), ST_OK);
	comes_to("SELECT count(*) FROM jobs WHERE state = 'cancelled' AND error LIKE 'model_superseded: %'", 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE model_version = 2"), 0);
}
END_TEST

/* Two claimants never have one piece, and all pieces come to somebody. */
START_TEST(test_pieces)
{
	struct uuid job = activate();
	struct job_chunk chunks[40], got;
	memset(chunks, 0, sizeof chunks);
	for (int i = 0; i < 40; i++)
		chunks[i] = (struct job_chunk){.ordinal = i, .leads = 1};
	ck_assert_int_eq(store_job_chunk_add(db, &workspace, &job, chunks, 40, &e), ST_OK);
	ck_assert_int_eq(store_job_chunk_add(db, &workspace, &job, chunks, 40, &e), ST_CONFLICT);
	bool mine = true, seen[40] = {false};
	/* Of a job that does not run there is nothing to take. */
	ck_assert_int_eq(store_job_chunk_claim(db, &workspace, &job, 1000, 7, &mine, &got, &e), ST_OK);
	ck_assert(!mine);
	fresh_sql("UPDATE jobs SET state = 'running'");
	for (int i = 0; i < 40; i++) {
		ck_assert_int_eq(
		    store_job_chunk_claim(db, &workspace, &job, 60000, (uint64_t)i * 7919, &mine, &got, &e), ST_OK);
		ck_assert(mine && !seen[got.ordinal]);
		seen[got.ordinal] = true;
	}
	ck_assert_int_eq(store_job_chunk_claim(db, &workspace, &job, 60000, 3, &mine, &got, &e), ST_OK);
	ck_assert(!mine);
	fresh_sql("UPDATE job_chunks SET lease_until = now() - interval '1 s' WHERE ordinal = 3");
	struct job_chunk before = {.ordinal = 3, .generation = 1};
	ck_assert_int_eq(store_job_chunk_claim(db, &workspace, &job, 60000, 3, &mine, &got, &e), ST_OK);
	ck_assert(mine);
	ck_assert_int_eq(got.ordinal, 3);
	ck_assert_int_eq(got.generation, 2);
	ck_assert_int_eq(store_job_chunk_done(db, &workspace, &job, &before, 1, 1, 1, &mine, &e), ST_OK);
	ck_assert(!mine);
	ck_assert_int_eq(store_job_chunk_renew(db, &workspace, &job, &got, 60000, &mine, &e), ST_OK);
	ck_assert(mine);
	fresh_sql("UPDATE jobs SET state = 'cancelled'");
	ck_assert_int_eq(store_job_chunk_renew(db, &workspace, &job, &got, 60000, &mine, &e), ST_OK);
	ck_assert(!mine);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("jobs");
	TCase *t = tcase_create("jobs");
	tcase_set_timeout(t, 240);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_rescore);
	tcase_add_test(t, test_edges);
	tcase_add_test(t, test_successor);
	tcase_add_test(t, test_cancel);
	tcase_add_test(t, test_pieces);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
