/* COMMAND_RESCORE against a real database: a lead comes under the model in use, once, and what the model moves is told as its activation asked. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../store/fresh.h"
#include "ingest/adapter.h"
#include "ingest/ingest.h"
#include "store/key.h"

#define T0 INT64_C(1767225600000) /* 2026-01-01 */

static const char cool[] = "{\"engagement\":{\"rules\":[{\"id\":\"view\",\"on\":\"page_view\",\"points\":10}]}}";
static const char warm[] = "{\"engagement\":{\"rules\":[{\"id\":\"view\",\"on\":\"page_view\",\"points\":40}]},"
			   "\"stages\":[{\"stage\":\"mql\",\"when\":{\">=\":[{\"var\":\"score\"},30]}}]}";

static int64_t now_ms = T0;
static int64_t read_clock(void *ctx)
{
	(void)ctx;
	return now_ms;
}
static const struct clock still = {.now_ms = read_clock};
static struct ingest *ingest;
static struct uuid workspace;
static struct arena *arena;
static struct err e;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void set_up(void)
{
	fresh_migrated();
	struct db *db = fresh_db();
	ck_assert_int_eq(store_workspace_create(db, "one", "CN", NULL, "m", cool, T0, &workspace, &e), ST_OK);
	char id[UUID_TEXT_MAX], sql[1024];
	uuid_format(&workspace, id);
	snprintf(sql, sizeof sql,
	    "INSERT INTO models (workspace_id, version, name, state, line, document, created_at) VALUES ('%s', 2, 'm', 'draft', 'b', '%s', "
	    "now())",
	    id, warm);
	ck_assert_int_eq(db_exec(db, sql, &e), ST_OK);
	db_close(&db);
	const struct ingest_config c = {.database_url = fresh_url(), .clock = &still};
	ck_assert_int_eq(ingest_start(&c, &ingest, &e), ST_OK);
	arena = arena_new(0);
}

static void tear_down(void)
{
	ingest_stop(&ingest);
	arena_free(&arena);
	fresh_drop();
}

static void note_done(struct ingest_job *job)
{
	pthread_mutex_lock(&lock);
	*(bool *)job->ctx = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
}

static void run(struct command *c)
{
	bool done = false;
	struct ingest_job job = {.workspace_id = workspace, .commands = c, .n = 1, .arena = arena, .done = note_done, .ctx = &done};
	ck_assert_int_eq(ingest_submit(ingest, &job, &e), ST_OK);
	pthread_mutex_lock(&lock);
	while (!done)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
	ck_assert_msg(c->result.err.status == ST_OK, "%s", c->result.err.detail);
	command_release(c);
}

static struct uuid one_view(void)
{
	const struct adapter_context x = {.arena = arena, .country = "CN", .now = now_ms};
	struct command c;
	json_t *event = json_pack("{s:s, s:{s:s}}", "type", "page_view", "lead", "anonymous_id", "a");
	ck_assert_int_eq(adapter_event(&x, event, &c, &e), ST_OK);
	json_decref(event);
	run(&c);
	return c.result.lead_id;
}

static struct command rescore(const struct uuid *lead, bool force)
{
	struct command c = {.kind = COMMAND_RESCORE, .by_id = true, .lead_id = *lead, .at = now_ms, .received_at = now_ms, .if_version = -1, .force = force};
	run(&c);
	return c;
}

static void sql(const char *text)
{
	struct db *db = fresh_db();
	ck_assert_msg(db_exec(db, text, &e) == ST_OK, "%s", e.detail);
	db_close(&db);
}

START_TEST(a_lead_comes_under_the_new_model_once)
{
	static const char *const wishes[] = {"raise", "hold", "quiet"};
	struct uuid lead = one_view();
	char text[200];
	ck_assert(!rescore(&lead, false).result.rescored);
	snprintf(text, sizeof text, "UPDATE models SET transitions = '%s' WHERE version = 2", wishes[_i]);
	sql(text);
	sql("UPDATE workspaces SET active_model = 2");
	now_ms = T0 + MS_HOUR;
	struct command c = rescore(&lead, false);
	ck_assert(c.result.rescored);
	ck_assert_int_eq(c.result.view.shown_total, 40);
	ck_assert_int_eq(c.result.view.stage, STAGE_MQL);
	ck_assert(!rescore(&lead, false).result.rescored);
	ck_assert(rescore(&lead, true).result.rescored);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions"), 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions WHERE cause = 'model' AND to_value = 'mql' AND event_key IS NULL"), 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions WHERE held"), _i == 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM handoffs"), _i == 0);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM outbox"), _i == 0 ? 2 : 0);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM leads WHERE model_version = 2 AND score = 40 AND stage = 'mql'"), 1);
}
END_TEST

START_TEST(a_model_beside_is_filled_in_without_touching_the_lead)
{
	struct uuid lead = one_view();
	long version = fresh_count("SELECT version FROM leads");
	sql("UPDATE models SET state = 'active' WHERE version = 2");
	sql("UPDATE workspaces SET other_models = '{2}'");
	ck_assert(rescore(&lead, false).result.rescored);
	ck_assert(!rescore(&lead, false).result.rescored);
	ck_assert_int_eq(fresh_count("SELECT version FROM leads"), version);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM lead_scores WHERE score = 40 AND told AND applies"), 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions WHERE line = 'b' AND cause = 'model'"), 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM handoffs"), 0);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions WHERE line IS NULL"), 0);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("rescore");
	TCase *t = tcase_create("rescore");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, a_lead_comes_under_the_new_model_once, 0, 3);
	tcase_add_test(t, a_model_beside_is_filled_in_without_touching_the_lead);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
