/* The queue and its lanes without a database: bounds, deadlines, closing. And with one (LEADSCORE_TEST_DATABASE_URL): a row that PostgreSQL refuses fails
 * alone. */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ingest/ingest.h"
#include "store/key.h"
#include "store/migrations.h"

#define NOWHERE "host=/nonexistent-leadscore-test"

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	int done;
};
static struct waiter waiter = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void count_done(struct ingest_job *job)
{
	(void)job;
	pthread_mutex_lock(&waiter.lock);
	waiter.done++;
	pthread_cond_signal(&waiter.cond);
	pthread_mutex_unlock(&waiter.lock);
}

static void wait_for(int n)
{
	pthread_mutex_lock(&waiter.lock);
	while (waiter.done < n)
		pthread_cond_wait(&waiter.cond, &waiter.lock);
	waiter.done = 0;
	pthread_mutex_unlock(&waiter.lock);
}

static void fill_event(struct command *c, const char *email, const char *type, int n)
{
	memset(c, 0, sizeof *c);
	c->kind = COMMAND_EVENT;
	c->identities[0].kind = "email";
	c->identities[0].value = email;
	identity_seal(&c->identities[0]);
	c->n_identities = 1;
	c->event_key = hash128(type, strlen(type), &n, sizeof n);
	c->at = c->received_at = clock_now(&clock_system);
	c->type = type;
	c->if_version = -1;
}

static struct ingest_job *make_job(struct command *commands, size_t n)
{
	struct ingest_job *job = calloc(1, sizeof *job);
	ck_assert_ptr_nonnull(job);
	job->commands = commands;
	job->n = n;
	job->arena = arena_new(0);
	job->done = count_done;
	job->deadline_us = monotonic_us() + 20 * 1000 * 1000;
	return job;
}

static void free_job(struct ingest_job *job)
{
	arena_free(&job->arena);
	free(job);
}

START_TEST(without_a_database_every_command_says_so)
{
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = NOWHERE, .lanes = 1}, &g, &e), ST_OK);
	struct command c[3];
	struct ingest_job *jobs[3];
	for (int i = 0; i < 3; i++) {
		fill_event(&c[i], "a@example.com", "page_view", i);
		jobs[i] = make_job(&c[i], 1);
		ck_assert_int_eq(ingest_submit(g, jobs[i], &e), ST_OK);
	}
	wait_for(3);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(c[i].result.err.status, ST_UNAVAILABLE);
		free_job(jobs[i]);
	}
	ck_assert(!ingest_healthy(g));
	ck_assert_uint_eq(ingest_depth(g), 0);
	ingest_stop(&g);
	ck_assert_ptr_null(g);
}
END_TEST

START_TEST(a_job_that_waited_too_long_is_not_begun)
{
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = NOWHERE, .lanes = 1}, &g, &e), ST_OK);
	struct command c;
	fill_event(&c, "a@example.com", "page_view", 1);
	struct ingest_job *job = make_job(&c, 1);
	job->deadline_us = monotonic_us() - 1;
	ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
	wait_for(1);
	ck_assert_int_eq(c.result.err.status, ST_DEADLINE);
	free_job(job);
	ingest_stop(&g);
}
END_TEST

static void slow_done(struct ingest_job *job)
{
	usleep(200 * 1000);
	count_done(job);
}

START_TEST(a_full_queue_refuses_and_keeps_nothing)
{
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = NOWHERE, .lanes = 1, .queue_max = 4}, &g, &e), ST_OK);
	struct command c[40];
	struct ingest_job *jobs[40];
	int taken = 0, refused = 0;
	for (int i = 0; i < 40; i++) {
		fill_event(&c[i], "a@example.com", "page_view", i);
		jobs[i] = make_job(&c[i], 1);
		jobs[i]->done = slow_done; /* the lane is held up meanwhile */
		enum status s = ingest_submit(g, jobs[i], &e);
		if (s == ST_OK) {
			taken++;
		} else {
			ck_assert_int_eq(s, ST_BUSY);
			ck_assert_str_eq(e.code, "queue_full");
			refused++;
		}
	}
	ck_assert_int_gt(refused, 0);
	ck_assert_int_gt(taken, 3);
	wait_for(taken);
	ck_assert_uint_eq(ingest_depth(g), 0);
	ingest_stop(&g);
	for (int i = 0; i < 40; i++)
		free_job(jobs[i]);
}
END_TEST

START_TEST(stopping_finishes_what_waits)
{
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = NOWHERE, .lanes = 2}, &g, &e), ST_OK);
	struct command c[20];
	struct ingest_job *jobs[20];
	for (int i = 0; i < 20; i++) {
		fill_event(&c[i], i % 2 ? "a@example.com" : "b@example.com", "page_view", i);
		jobs[i] = make_job(&c[i], 1);
		ck_assert_int_eq(ingest_submit(g, jobs[i], &e), ST_OK);
	}
	ingest_stop(&g);
	ck_assert_int_eq(waiter.done, 20);
	waiter.done = 0;
	for (int i = 0; i < 20; i++)
		free_job(jobs[i]);
}
END_TEST

/* A workspace of its own in the test run's database. */
static struct uuid make_workspace(const char *url)
{
	struct db *db;
	struct err e = {0};
	struct uuid id;
	char name[64];
	ck_assert_msg(db_open(url, DB_GENERAL, 10000, &db, &e) == ST_OK, "%s", e.detail);
	ck_assert_msg(store_migrate(db, NULL, NULL, &e) == ST_OK, "%s", e.detail);
	snprintf(name, sizeof name, "check_lane %d %lld", (int)getpid(), (long long)monotonic_us());
	ck_assert_msg(store_workspace_create(db, name, "CN", NULL, "default", model_default_document(), clock_now(&clock_system), &id, &e) == ST_OK, "%s", e.detail);
	db_close(&db);
	return id;
}

START_TEST(a_row_that_the_database_refuses_fails_alone)
{
	const char *url = getenv("LEADSCORE_TEST_DATABASE_URL");
	ck_assert_msg(url != NULL, "LEADSCORE_TEST_DATABASE_URL is not set: run this by tests/run.sh");
	struct uuid workspace = make_workspace(url);
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = url, .lanes = 1}, &g, &e), ST_OK);
	enum { N = 50, POISON = 17, AGAIN = 33 };
	struct command c[N];
	char email[N][40];
	for (int i = 0; i < N; i++) {
		snprintf(email[i], sizeof email[i], "lead%d@example.com", i % 10);
		/* No adapter lets such bytes through; the database is the second wall. */
		fill_event(&c[i], email[i], i == POISON ? "bad\xff" : "page_view", i);
	}
	c[AGAIN].event_key = c[AGAIN - 10].event_key; /* the same lead's event twice in one batch */
	struct ingest_job *job = make_job(c, N);
	job->workspace_id = workspace;
	ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
	wait_for(1);
	for (int i = 0; i < N; i++) {
		if (i == POISON) {
			ck_assert_int_eq(c[i].result.err.status, ST_INVALID);
			ck_assert_str_eq(c[i].result.err.sqlstate, "22021");
		} else {
			ck_assert_msg(c[i].result.err.status == ST_OK, "%d: %s", i, c[i].result.err.detail);
			ck_assert_int_eq(c[i].result.duplicate, i == AGAIN);
		}
	}
	free_job(job);
	/* Everything again: all is known, nothing is stored twice. */
	job = make_job(c, N);
	job->workspace_id = workspace;
	ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
	wait_for(1);
	for (int i = 0; i < N; i++)
		if (i != POISON)
			ck_assert_msg(c[i].result.err.status == ST_OK && c[i].result.duplicate, "%d: %s", i, c[i].result.err.detail);
	free_job(job);
	/* A workspace that does not exist is nobody's. */
	struct command stray;
	fill_event(&stray, "x@example.com", "page_view", 1);
	job = make_job(&stray, 1);
	job->workspace_id = uuid_v7(clock_now(&clock_system));
	ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
	wait_for(1);
	ck_assert_int_eq(stray.result.err.status, ST_NOT_FOUND);
	free_job(job);
	ingest_stop(&g);
}
END_TEST

START_TEST(an_event_without_an_instant_is_never_overtaken)
{
	const char *url = getenv("LEADSCORE_TEST_DATABASE_URL");
	ck_assert_msg(url != NULL, "LEADSCORE_TEST_DATABASE_URL is not set: run this by tests/run.sh");
	struct uuid workspace = make_workspace(url);
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = url, .lanes = 1}, &g, &e), ST_OK);
	/* Another request's clock is a little ahead; then a minute ahead, which is no overtaking. */
	int64_t now = clock_now(&clock_system), ahead[] = {now + 900, now + 60000};
	for (int i = 0; i < 2; i++) {
		struct command c[2];
		fill_event(&c[0], i ? "b@example.com" : "a@example.com", "page_view", 1);
		fill_event(&c[1], i ? "b@example.com" : "a@example.com", "page_view", 2);
		c[0].at = ahead[i];
		c[1].at_now = true;
		for (int k = 0; k < 2; k++) {
			struct ingest_job *job = make_job(&c[k], 1);
			job->workspace_id = workspace;
			ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
			wait_for(1);
			ck_assert_msg(c[k].result.err.status == ST_OK, "%s", c[k].result.err.detail);
			free_job(job);
		}
		if (!i)
			ck_assert_int_ge(c[1].at, ahead[i] + 1);
		else
			ck_assert_int_lt(c[1].at, ahead[i]);
		ck_assert_int_eq(c[1].result.view.last_event_at, i ? ahead[i] : c[1].at);
	}
	ingest_stop(&g);
}
END_TEST

struct heard {
	struct uuid last;
	int n;
};

static void hear(void *ctx, const struct uuid *workspace)
{
	struct heard *h = ctx;
	h->last = *workspace;
	h->n++;
}

/* Jobs end after the listeners were told, so what was heard may be read without a lock. */
static void run_one(struct ingest *g, const struct uuid *workspace, struct command *c, enum status wanted)
{
	struct ingest_job *job = make_job(c, 1);
	struct err e;
	job->workspace_id = *workspace;
	ck_assert_int_eq(ingest_submit(g, job, &e), ST_OK);
	wait_for(1);
	ck_assert_msg(c->result.err.status == wanted, "%s", c->result.err.detail);
	free_job(job);
}

START_TEST(who_listens_hears_of_what_was_committed)
{
	const char *url = getenv("LEADSCORE_TEST_DATABASE_URL");
	ck_assert_msg(url != NULL, "LEADSCORE_TEST_DATABASE_URL is not set: run this by tests/run.sh");
	struct uuid workspace = make_workspace(url), nobody = uuid_v7(clock_now(&clock_system));
	struct ingest *g;
	struct err e;
	ck_assert_int_eq(ingest_start(&(struct ingest_config){.database_url = url, .lanes = 1}, &g, &e), ST_OK);
	struct heard heard[2] = {{.n = 0}, {.n = 0}};
	struct hint_listener listeners[2] = {{.told = hear, .ctx = &heard[0]}, {.told = hear, .ctx = &heard[1]}};
	hints_listen(ingest_hints(g), &listeners[0]);
	hints_listen(ingest_hints(g), &listeners[1]);
	for (int turn = 0; turn < 2; turn++) {
		struct command event, erase = {.kind = COMMAND_ERASE, .by_id = true, .if_version = -1};
		fill_event(&event, "a@example.com", "page_view", turn);
		run_one(g, &nobody, &event, ST_NOT_FOUND);
		run_one(g, &workspace, &event, ST_OK);
		ck_assert_int_eq(heard[0].n, turn); /* a page view alone is nothing to tell */
		erase.lead_id = event.result.lead_id;
		run_one(g, &workspace, &erase, ST_OK);
		ck_assert_int_eq(heard[0].n, turn + 1);
		ck_assert_int_eq(uuid_cmp(&heard[0].last, &workspace), 0);
		ck_assert_int_eq(heard[1].n, 1);
		hints_forget(ingest_hints(g), &listeners[1]);
	}
	hints_forget(ingest_hints(g), &listeners[0]);
	ingest_stop(&g);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lane");
	TCase *t = tcase_create("lane");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, without_a_database_every_command_says_so);
	tcase_add_test(t, a_job_that_waited_too_long_is_not_begun);
	tcase_add_test(t, a_full_queue_refuses_and_keeps_nothing);
	tcase_add_test(t, stopping_finishes_what_waits);
	tcase_add_test(t, a_row_that_the_database_refuses_fails_alone);
	tcase_add_test(t, an_event_without_an_instant_is_never_overtaken);
	tcase_add_test(t, who_listens_hears_of_what_was_committed);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
