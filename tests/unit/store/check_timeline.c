/* The timeline of one lead: events, transitions and handoffs in one order, in pages. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "fresh.h"
#include "store/timeline.h"

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

static const char lead_sql[] =
    "INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, "
    "grade, stage, as_of, model_version,"
    " profile, state) SELECT w, '" LEAD
    "', 1, now(), now(), 1, 1, 1, 0, 'D', 'D4', 'lead', now(), 1, '{}', '' FROM unnest(ARRAY['" MINE "','" OTHERS
    "']::uuid[]) w";

START_TEST(test_timeline_of_nothing)
{
	struct timeline_row *rows;
	size_t n = 9;
	bool more = true;
	struct err e = {0};
	struct timeline_cursor start = {0};
	ck_assert_int_eq(store_timeline(db, &mine, &lead, &start, 10, arena, &rows, &n, &more, &e), ST_NOT_FOUND);
	fresh_sql(lead_sql);
	ck_assert_int_eq(store_timeline(db, &mine, &lead, &start, 10, arena, &rows, &n, &more, &e), ST_OK);
	ck_assert(n == 0 && !more);
}
END_TEST

/* 60 events on 20 instants, a transition and a handoff at some: newest first, an effect before its cause, every page
 * size the same list. */
START_TEST(test_timeline_pages)
{
	fresh_sql(lead_sql);
	fresh_sql("INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, properties) SELECT "
		  "w, '" LEAD "', md5(i::text)::uuid,"
		  " timestamptz '2026-03-01 00:00Z' + i % 20 * interval '1 min', now(), 'page_view', '{\"n\":1}' FROM "
		  "generate_series(1, 60) i,"
		  " unnest(ARRAY['" MINE "','" OTHERS "']::uuid[]) w");
	fresh_sql("INSERT INTO transitions (workspace_id, id, lead_id, lead_version, ordinal, kind, from_value, "
		  "to_value, cause, at, score, fit, engagement,"
		  " model_version, created_at) SELECT '" MINE "', md5('t' || i)::uuid, '" LEAD
		  "', 1, 0, 'stage', 'lead', 'mql', 'event',"
		  " timestamptz '2026-03-01 00:00Z' + i * interval '1 min', 100, 50, 50, 1, now() FROM "
		  "generate_series(1, 19, 3) i");
	fresh_sql("INSERT INTO handoffs (workspace_id, id, lead_id, state, stage, version, transition_id, context, "
		  "created_at, updated_at) VALUES"
		  " ('" MINE "', gen_random_uuid(), '" LEAD
		  "', 'pending', 'mql', 1, gen_random_uuid(), '{}', timestamptz '2026-03-01 00:04Z', now())");
	struct timeline_row *rows;
	struct err e = {0};
	size_t n;
	bool more;
	struct uuid first[100];
	for (size_t limit = 1; limit <= 100; limit += limit < 8 ? 1 : 31) {
		struct timeline_cursor at = {0};
		struct timeline_row last = {0};
		size_t total = 0;
		more = true;
		while (more) {
			ck_assert_msg(
			    store_timeline(db, &mine, &lead, &at, limit, arena, &rows, &n, &more, &e) == ST_OK, "%s",
			    e.detail);
			for (size_t i = 0; i < n; i++) {
				if (total) {
					ck_assert_int_le(rows[i].at, last.at);
					if (rows[i].at == last.at)
						ck_assert_int_le((int)rows[i].source, (int)last.source);
				}
				last = rows[i];
				if (limit == 1)
					first[total] = rows[i].id;
				ck_assert(!uuid_cmp(&first[total], &rows[i].id));
				total++;
			}
			at = (struct timeline_cursor){true, last.at, (int32_t)last.source, last.id};
		}
		ck_assert_uint_eq(total, 60 + 7 + 1);
	}
	ck_assert_int_eq(
	    store_timeline(db, &others, &lead, &(struct timeline_cursor){0}, 100, arena, &rows, &n, &more, &e), ST_OK);
	ck_assert_uint_eq(n, 60);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("timeline");
	TCase *t = tcase_create("timeline");
	tcase_set_timeout(t, 240);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_timeline_of_nothing);
	tcase_add_test(t, test_timeline_pages);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
