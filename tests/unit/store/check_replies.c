/* Replies kept for requests with a key: taken once, free again after a failure or a day, forgotten step by step. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "fresh.h"
#include "store/key.h"
#include "store/reply.h"

#define NOW INT64_C(1767225600000)

static struct db *db;
static struct arena *arena;
static struct uuid ours, theirs;
static struct err e;

static void set_up(void)
{
	fresh_migrated();
	db = fresh_db();
	arena = arena_new(0);
	ck_assert_int_eq(store_workspace_create(db, "ours", "CN", NULL, "m", "{}", NOW, &ours, &e), ST_OK);
	ck_assert_int_eq(store_workspace_create(db, "theirs", "CN", NULL, "m", "{}", NOW, &theirs, &e), ST_OK);
}

static void tear_down(void)
{
	arena_free(&arena);
	db_close(&db);
	fresh_drop();
}

static struct uuid request_of(int n)
{
	return hash128("", 0, &n, sizeof n);
}

static enum status begin(
    const struct uuid *w, const char *key, int request, int64_t now, bool *ret_kept, struct kept_reply *ret)
{
	struct uuid id = request_of(request);
	return store_reply_begin(db, w, key, &id, now, arena, ret_kept, ret, &e);
}

static void keep(const struct uuid *w, const char *key, int request, int64_t now, const char *body)
{
	struct kept_reply r;
	bool kept = true;
	ck_assert_int_eq(begin(w, key, request, now, &kept, &r), ST_OK);
	ck_assert(!kept);
	r = (struct kept_reply){201, "\"v1\"", NULL, body};
	ck_assert_int_eq(store_reply_commit(db, w, key, &r, &e), ST_OK);
}

START_TEST(test_kept)
{
	struct kept_reply r;
	bool kept = false;
	keep(&ours, "k", 1, NOW, "{\"n\":1}");
	ck_assert_int_eq(begin(&ours, "k", 1, NOW + REPLY_KEPT_MS, &kept, &r), ST_OK);
	ck_assert(kept);
	ck_assert_int_eq(r.status, 201);
	ck_assert_str_eq(r.etag, "\"v1\"");
	ck_assert_ptr_null(r.location);
	ck_assert_str_eq(r.body, "{\"n\":1}");
	/* Another request, and another workspace. */
	ck_assert_int_eq(begin(&ours, "k", 2, NOW, &kept, &r), ST_INVALID);
	ck_assert_str_eq(e.code, "idempotency_key_reused");
	keep(&theirs, "k", 2, NOW, "{\"n\":2}");
	/* Its day is over. */
	keep(&ours, "k", 2, NOW + REPLY_KEPT_MS + 1, "{\"n\":3}");
	ck_assert_int_eq(begin(&ours, "k", 2, NOW + REPLY_KEPT_MS + 1, &kept, &r), ST_OK);
	ck_assert_str_eq(r.body, "{\"n\":3}");
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies"), 2);
}
END_TEST

START_TEST(test_given_up)
{
	struct kept_reply r;
	bool kept;
	ck_assert_int_eq(begin(&ours, "k", 1, NOW, &kept, &r), ST_OK);
	db_rollback(db);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies"), 0);
	keep(&ours, "k", 2, NOW, "{}");
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies WHERE status = 201"), 1);
}
END_TEST

START_TEST(test_forgotten)
{
	char key[20];
	for (int i = 0; i < 7; i++) {
		snprintf(key, sizeof key, "old %d", i);
		keep(&ours, key, i, NOW + i, "{}");
	}
	keep(&theirs, "old", 1, NOW, "{}");
	keep(&ours, "new", 1, NOW + 100, "{}");
	bool more = false;
	ck_assert_int_eq(store_reply_forget(db, NOW + 100, 3, &more, &e), ST_OK);
	ck_assert(more);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies"), 5);
	ck_assert_int_eq(
	    fresh_count("SELECT count(*) FROM kept_replies WHERE key = 'old 3'"), 1); /* the oldest go first */
	for (int rounds = 0; more; rounds++) {
		ck_assert_int_lt(rounds, 4);
		ck_assert_int_eq(store_reply_forget(db, NOW + 100, 3, &more, &e), ST_OK);
	}
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies"), 1);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM kept_replies WHERE key = 'new'"), 1);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("replies");
	TCase *t = tcase_create("replies");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_kept);
	tcase_add_test(t, test_given_up);
	tcase_add_test(t, test_forgotten);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
