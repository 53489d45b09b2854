/* The change feed: every transition once, in an order that stays, nothing skipped that commits late. */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "store/feed.h"

#define MINE "11111111-1111-7111-8111-111111111111"
#define OTHERS "22222222-2222-7222-8222-222222222222"
#define LEAD "01890a5d-ac96-774b-bcce-b302099a8057"

static struct db *db;
static struct arena *arena;
static struct uuid mine, others, lead;

static void set_up(void)
{
	fresh_migrated();
	fresh_sql("INSERT INTO workspaces (id, name, created_at) VALUES ('" MINE "', 'mine', now()), ('" OTHERS
		  "', 'others', now())");
	fresh_sql("INSERT INTO feeds VALUES ('" MINE "', 0), ('" OTHERS "', 0)");
	db = fresh_db();
	arena = arena_new(0);
	ck_assert(uuid_parse(MINE, 36, &mine) && uuid_parse(OTHERS, 36, &others) && uuid_parse(LEAD, 36, &lead));
}

static void tear_down(void)
{
	db_close(&db);
	arena_free(&arena);
	fresh_drop();
}

/* n transitions of workspace w at minute `minute`, of leads 1 to n. */
static void transitions_sql(char *out, size_t cap, const char *w, int n, int minute, const char *kind)
{
	snprintf(out, cap,
	    "INSERT INTO transitions (workspace_id, id, lead_id, lead_version, ordinal, kind, from_value, to_value, "
	    "cause, at, score, fit, engagement,"
	    " model_version, created_at) SELECT '%s', gen_random_uuid(), ('01890a5d-ac96-774b-bcce-' || lpad(i::text, "
	    "12, '0'))::uuid, %d, 0, '%s', 'lead', 'mql',"
	    " 'event', timestamptz '2026-03-01 00:00Z' + %d * interval '1 min', 100, 50, 50, 1, timestamptz "
	    "'2026-03-02 00:00Z' + %d * interval '1 min'"
	    " FROM generate_series(1, %d) i",
	    w, minute, kind, minute, minute, n);
}

static void add(const char *w, int n, int minute, const char *kind)
{
	char sql[1200];
	transitions_sql(sql, sizeof sql, w, n, minute, kind);
	fresh_sql(sql);
}

/* Reads on from *after until nothing more is there. */
static size_t drain(const struct uuid *w, int64_t *after, const char *kind, size_t limit)
{
	size_t total = 0, n;
	bool more = true;
	int64_t last = *after;
	while (more) {
		struct transition_row *rows;
		struct err e = {0};
		ck_assert_msg(store_feed_read(db, w, *after, kind, limit, arena, &rows, &n, after, &more, &e) == ST_OK,
		    "%s", e.detail);
		for (size_t i = 0; i < n; i++) {
			ck_assert_int_gt(rows[i].position, last);
			last = rows[i].position;
			if (kind)
				ck_assert_str_eq(rows[i].kind, kind);
		}
		ck_assert_int_ge(*after, last);
		total += n;
	}
	return total;
}

START_TEST(test_each_once)
{
	int64_t after = 0, theirs = 0;
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 0);
	ck_assert_int_eq(after, 0);
	add(MINE, 25, 1, "stage");
	add(OTHERS, 5, 1, "stage");
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 25);
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 0);
	add(MINE, 3, 0, "stage"); /* earlier in time, later in coming */
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 3);
	ck_assert_uint_eq(drain(&others, &theirs, NULL, 10), 5);
	/* From the beginning again: the same. */
	after = 0;
	ck_assert_uint_eq(drain(&mine, &after, NULL, 200), 28);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM transitions WHERE position IS NULL"), 0);
	ck_assert_int_eq(fresh_count("SELECT last_position FROM feeds WHERE workspace_id = '" MINE "'"), 28);
}
END_TEST

START_TEST(test_kinds_are_filtered_and_passed_over)
{
	int64_t after = 0;
	add(MINE, 30, 1, "tier");
	add(MINE, 4, 2, "stage");
	add(MINE, 30, 3, "tier");
	ck_assert_uint_eq(drain(&mine, &after, "stage", 3), 4);
	ck_assert_int_eq(after, 64); /* what was not wanted need not be looked at again */
	/* Who is far behind in places, and near in what is wanted, comes to the end at once. */
	add(MINE, 2, 4, "stage");
	after = 0;
	ck_assert_uint_eq(drain(&mine, &after, "stage", 6), 6);
	ck_assert_uint_eq(drain(&mine, &after, NULL, 50), 0);
}
END_TEST

START_TEST(test_more_than_one_pass)
{
	int64_t after = 0;
	add(MINE, 12345, 1, "stage");
	ck_assert_uint_eq(drain(&mine, &after, NULL, 200), 12345);
}
END_TEST

/* A transaction that inserted first and commits last is not skipped. */
START_TEST(test_a_late_commit_is_seen)
{
	char sql[1200];
	int64_t after = 0;
	PGconn *slow = PQconnectdb(fresh_url());
	PQclear(PQexec(slow, "BEGIN"));
	transitions_sql(sql, sizeof sql, MINE, 7, 1, "stage");
	PQclear(PQexec(slow, sql));
	add(MINE, 2, 5, "stage");
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 2);
	PQclear(PQexec(slow, "COMMIT"));
	PQfinish(slow);
	ck_assert_uint_eq(drain(&mine, &after, NULL, 10), 7);
}
END_TEST

#define WRITERS 3
#define EACH 40

static void *write_many(void *arg)
{
	char sql[1200];
	for (int i = 0; i < EACH; i++) {
		transitions_sql(sql, sizeof sql, MINE, 3, (int)(intptr_t)arg * 100 + i, "stage");
		fresh_sql(sql);
	}
	return NULL;
}

/* Two readers that number at once, while others write: each sees everything once, in the same order. */
static void *read_many(void *arg)
{
	struct db *own = fresh_db();
	struct arena *a = arena_new(0);
	struct uuid *seen = arg;
	int64_t after = 0;
	size_t total = 0;
	while (total < WRITERS * EACH * 3) {
		struct transition_row *rows;
		size_t n;
		bool more;
		struct err e = {0};
		arena_reset(a);
		enum status s = store_feed_read(own, &mine, after, NULL, 11, a, &rows, &n, &after, &more, &e);
		ck_assert_msg(s == ST_OK || s == ST_BUSY, "%s", e.detail);
		for (size_t i = 0; s == ST_OK && i < n; i++)
			seen[total++] = rows[i].id;
	}
	arena_free(&a);
	db_close(&own);
	return NULL;
}

START_TEST(test_readers_and_writers_at_once)
{
	static struct uuid seen[2][WRITERS * EACH * 3 + 16];
	pthread_t writer[WRITERS], reader[2];
	for (int i = 0; i < WRITERS; i++)
		pthread_create(&writer[i], NULL, write_many, (void *)(intptr_t)i);
	for (int i = 0; i < 2; i++)
		pthread_create(&reader[i], NULL, read_many, seen[i]);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(writer[i], NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(reader[i], NULL);
	ck_assert_mem_eq(seen[0], seen[1], WRITERS * EACH * 3 * sizeof(struct uuid));
	ck_assert_int_eq(fresh_count("SELECT count(DISTINCT position) FROM transitions"), WRITERS * EACH * 3);
}
END_TEST

/* n outbox rows of workspace w that tell of handoffs, and one that does not. */
static void handoffs_sql(char *out, size_t cap, const char *w, int n)
{
	snprintf(out, cap,
	    "WITH told AS (INSERT INTO outbox (workspace_id, id, lead_id, topic, payload, created_at) SELECT '%s', "
	    "gen_random_uuid(), '" LEAD
	    "', CASE WHEN i = 0 THEN 'lead.merged' ELSE 'handoff.created' END, '{\"n\":1}', "
	    "now() FROM generate_series(0, %d) i RETURNING workspace_id, id, topic) INSERT INTO handoff_news "
	    "(workspace_id, "
	    "outbox_id) SELECT workspace_id, id FROM told WHERE topic LIKE 'handoff.%%'",
	    w, n);
}

/* What follows *after, as letters: t of a transition, h of a handoff. */
static const char *drain_items(const struct uuid *w, int64_t *after, size_t limit, char *out)
{
	size_t n, at = 0;
	bool more = true;
	int64_t last = *after;
	while (more) {
		struct feed_item *items;
		struct err e = {0};
		arena_reset(arena);
		enum status s = store_feed_items(db, w, *after, limit, arena, &items, &n, after, &more, &e);
		ck_assert_msg(s == ST_OK, "%s", e.detail);
		for (size_t i = 0; i < n; i++) {
			ck_assert_int_gt(items[i].position, last);
			last = items[i].position;
			out[at++] = items[i].topic ? 'h' : 't';
		}
	}
	out[at] = '\0';
	return out;
}

START_TEST(test_handoffs_come_after_transitions)
{
	char sql[1200], seen[200];
	int64_t after = 0, end = 0, transitions = 0;
	struct err e = {0};
	for (size_t limit = 1; limit <= 4; limit++) {
		handoffs_sql(sql, sizeof sql, MINE, 2);
		fresh_sql(sql);
		add(MINE, 3, (int)limit, "stage");
		ck_assert_str_eq(drain_items(&mine, &after, limit, seen), "ttthh");
		ck_assert_uint_eq(drain(&mine, &transitions, NULL, 2), 3);
		ck_assert_int_eq(transitions, after);
	}
	ck_assert_int_eq(store_feed_end(db, &mine, &end, &e), ST_OK);
	ck_assert_int_eq(end, 20);
	after = 0;
	ck_assert_str_eq(drain_items(&mine, &after, 7, seen), "ttthhttthhttthhttthh");
	after = 0;
	ck_assert_str_eq(drain_items(&others, &after, 7, seen), "");
	/* Whom it was about is gone. */
	fresh_sql("DELETE FROM outbox WHERE topic = 'handoff.created'");
	after = 0;
	ck_assert_str_eq(drain_items(&mine, &after, 7, seen), "tttttttttttt");
	ck_assert_int_eq(after, 20);
}
END_TEST

START_TEST(test_which_feeds_have_news)
{
	char sql[1200], seen[10];
	struct uuid ids[3] = {mine, others, lead};
	int64_t at[3] = {0, 0, 0};
	bool news[3];
	struct err e = {0};
	ck_assert_int_eq(store_feed_news(db, ids, at, 3, news, &e), ST_OK);
	ck_assert(!news[0] && !news[1] && !news[2]);
	add(MINE, 1, 1, "stage");
	handoffs_sql(sql, sizeof sql, OTHERS, 1);
	fresh_sql(sql);
	for (int turn = 0; turn < 2; turn++) {
		ck_assert_int_eq(store_feed_news(db, ids, at, 3, news, &e), ST_OK);
		ck_assert(news[0] && news[1] && !news[2]);
		int64_t own = 0,
			theirs = 0; /* they have their places then, and are news to one who is at 0 all the same */
		ck_assert_str_eq(drain_items(&mine, &own, 5, seen), "t");
		ck_assert_str_eq(drain_items(&others, &theirs, 5, seen), "h");
	}
	at[0] = at[1] = 1;
	ck_assert_int_eq(store_feed_news(db, ids, at, 3, news, &e), ST_OK);
	ck_assert(!news[0] && !news[1] && !news[2]);
	/* What is held is nobody's news. */
	add(MINE, 1, 2, "stage");
	fresh_sql("UPDATE transitions SET held = true WHERE position IS NULL");
	ck_assert_int_eq(store_feed_news(db, ids, at, 3, news, &e), ST_OK);
	ck_assert(!news[0]);
}
END_TEST

START_TEST(test_unknown_workspace)
{
	struct transition_row *rows;
	size_t n;
	int64_t last;
	bool more;
	struct err e = {0};
	ck_assert_int_eq(store_feed_read(db, &lead, 0, NULL, 10, arena, &rows, &n, &last, &more, &e), ST_NOT_FOUND);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("feed");
	TCase *t = tcase_create("feed");
	tcase_set_timeout(t, 240);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_each_once);
	tcase_add_test(t, test_kinds_are_filtered_and_passed_over);
	tcase_add_test(t, test_more_than_one_pass);
	tcase_add_test(t, test_a_late_commit_is_seen);
	tcase_add_test(t, test_readers_and_writers_at_once);
	tcase_add_test(t, test_handoffs_come_after_transitions);
	tcase_add_test(t, test_which_feeds_have_news);
	tcase_add_test(t, test_unknown_workspace);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
