/* A sweep sees each lead once with all of its events in order, from one snapshot, whole or in samples. */
#include "store/sweep.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "store/key.h"

#define NOW INT64_C(1767225600000)
#define LEADS 5000

static struct db *db, *other;
static struct uuid workspace, neighbour;
static struct arena *arena;
static struct err e;
static const struct sweep_sample whole = {.share = 1};

/* Leads i of both workspaces with i % 7 events each, at instants that do not follow the keys; every 11th event is
 * voided, and an event says so. */
static void fill(const struct uuid *w)
{
	char sql[1600], id[UUID_TEXT_MAX];
	uuid_format(w, id);
	snprintf(sql, sizeof sql,
	    "INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, "
	    "engagement, tier, grade, stage, "
	    "as_of, model_version, profile, state) SELECT '%s', md5(i::text)::uuid, 1, t, t, 0, 0, 0, 0, 'D', 'D4', "
	    "'lead', t, 1, '{}', '' "
	    "FROM generate_series(1, %d) AS i, (SELECT '2026-01-01Z'::timestamptz AS t) AS x;"
	    "INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type, properties, email, "
	    "voided_at) "
	    "SELECT '%s', md5(i::text)::uuid, md5(i || ' ' || k)::uuid, t + ((i * 7919 + k * 104729) %% 1000) * "
	    "interval '1 minute', "
	    "t + interval '1 ms' * k, 'page_view', json_build_object('n', k), CASE WHEN k = 1 THEN i || '@example.com' "
	    "END, "
	    "CASE WHEN (i + k) %% 11 = 0 THEN t END "
	    "FROM generate_series(1, %d) AS i, generate_series(1, i %% 7) AS k, (SELECT '2026-01-01Z'::timestamptz AS "
	    "t) AS x;"
	    "INSERT INTO events (workspace_id, lead_id, key, occurred_at, received_at, type) SELECT workspace_id, "
	    "lead_id, "
	    "md5(key || 'v')::uuid, occurred_at, received_at, 'event_voided' FROM events WHERE workspace_id = '%s' AND "
	    "voided_at IS NOT NULL",
	    id, LEADS, id, LEADS, id);
	fresh_sql(sql);
}

static void set_up(void)
{
	fresh_migrated();
	db = fresh_db();
	other = fresh_db();
	arena = arena_new(0);
	ck_assert_int_eq(store_workspace_create(db, "ours", "CN", NULL, "m", "{}", NOW, &workspace, &e), ST_OK);
	ck_assert_int_eq(store_workspace_create(db, "theirs", "CN", NULL, "m", "{}", NOW, &neighbour, &e), ST_OK);
	fill(&workspace);
	fill(&neighbour);
}

static void tear_down(void)
{
	db_close(&db);
	db_close(&other);
	arena_free(&arena);
	fresh_drop();
}

/* What a sweep came to: a hash over the order of leads and events, which another reading must give too. */
struct seen {
	size_t leads, events, done;
	struct uuid last;
	int64_t at;
	struct uuid key;
	uint64_t sum; /* of hashes of leads: of which leads, whatever the order of ranges */
	size_t fail_after;
};

static enum status on_lead(void *ctx, const struct uuid *lead, struct err *err)
{
	struct seen *s = ctx;
	if (s->fail_after && s->leads == s->fail_after)
		return err_set(err, ST_BUSY, "enough", "enough");
	ck_assert_uint_eq(s->leads, s->done);
	ck_assert(!s->leads || uuid_cmp(&s->last, lead) < 0);
	s->last = *lead;
	s->leads++;
	s->at = INT64_MIN;
	s->sum += hash64(lead->b, 16);
	return ST_OK;
}

static enum status on_event(void *ctx, const struct sweep_event *ev, struct err *err)
{
	struct seen *s = ctx;
	char n[32];
	(void)err;
	ck_assert_int_eq(uuid_cmp(&s->last, &ev->lead_id), 0);
	ck_assert(ev->at > s->at || (ev->at == s->at && uuid_cmp(&ev->key, &s->key) > 0));
	ck_assert_str_eq(ev->type, "page_view");
	snprintf(n, sizeof n, "{\"n\" : %d}", (int)(ev->received_at - NOW));
	ck_assert_str_eq(ev->properties, n);
	ck_assert((ev->received_at == NOW + 1) == (ev->email != NULL));
	ck_assert_ptr_null(ev->patch);
	s->at = ev->at;
	s->key = ev->key;
	s->events++;
	return ST_OK;
}

static enum status on_done(void *ctx, struct err *err)
{
	(void)err;
	((struct seen *)ctx)->done++;
	return ST_OK;
}

static enum status sweep(const struct sweep_plan *p, const struct sweep_sample *sample, struct seen *s)
{
	const struct sweep_visitor v = {s, on_lead, on_event, on_done};
	enum status st = ST_OK;
	for (size_t i = 0; st == ST_OK && i < p->n_ranges; i++)
		st = store_sweep_range(i % 2 ? other : db, &workspace, &p->ranges[i], sample, 30000000, &v, &e);
	return st;
}

static struct sweep_plan begin(void)
{
	struct sweep_plan p;
	ck_assert_msg(store_sweep_begin(db, &workspace, arena, &p, &e) == ST_OK, "%s", e.detail);
	ck_assert_msg(store_sweep_join(other, p.snapshot, &e) == ST_OK, "%s", e.detail);
	return p;
}

static void end(void)
{
	db_rollback(db);
	db_rollback(other);
}

START_TEST(test_whole)
{
	char sql[600], id[UUID_TEXT_MAX];
	struct sweep_plan p = begin();
	ck_assert_int_eq(p.leads, LEADS);
	ck_assert_uint_gt(p.n_ranges, 1);
	/* What happens meanwhile is not seen, by neither connection. */
	uuid_format(&workspace, id);
	snprintf(sql, sizeof sql,
	    "UPDATE events SET voided_at = now() WHERE workspace_id = '%s' AND md5(key::text) < '8';"
	    "DELETE FROM leads WHERE workspace_id = '%s' AND md5(id::text) < '4'",
	    id, id);
	fresh_sql(sql);
	struct seen s = {0};
	ck_assert_int_eq(sweep(&p, &whole, &s), ST_OK);
	end();
	ck_assert_uint_eq(s.leads, LEADS);
	ck_assert_uint_eq(s.done, LEADS);
	uuid_format(&neighbour, id);
	snprintf(sql, sizeof sql,
	    "SELECT count(*) FROM events WHERE workspace_id = '%s' AND voided_at IS NULL AND type <> 'event_voided'",
	    id);
	ck_assert_int_eq((long)s.events, fresh_count(sql));
	/* The next one sees it. */
	p = begin();
	struct seen later = {0};
	ck_assert_int_eq(sweep(&p, &whole, &later), ST_OK);
	end();
	ck_assert_uint_lt(later.leads, LEADS);
	ck_assert_uint_lt(later.events, s.events);
}
END_TEST

/* A sample is the same leads however it is read, near its share, and another for another seed. */
START_TEST(test_samples)
{
	struct sweep_plan p = begin();
	static const double shares[] = {0.01, 0.19, 0.21, 0.7};
	for (size_t i = 0; i < 4; i++) {
		struct sweep_sample sample = {shares[i], 42}, another = {shares[i], 43};
		struct seen s = {0}, again = {0}, different = {0}, all = {0};
		ck_assert_int_eq(sweep(&p, &sample, &s), ST_OK);
		ck_assert_int_eq(sweep(&p, &sample, &again), ST_OK);
		ck_assert_int_eq(sweep(&p, &another, &different), ST_OK);
		ck_assert(
		    s.leads == again.leads && s.events == again.events && s.sum == again.sum && s.leads == s.done);
		ck_assert(s.sum != different.sum);
		double expected = shares[i] * LEADS, sd = 6 * expected / 5 + 1;
		ck_assert(((double)s.leads - expected) * ((double)s.leads - expected) < 25 * sd);
		/* Exactly those that sweep_sampled names. */
		ck_assert_int_eq(sweep(&p, &whole, &all), ST_OK);
		ck_assert_uint_eq(all.leads, LEADS);
	}
	end();
}
END_TEST

START_TEST(test_ends_early)
{
	struct sweep_plan p = begin();
	struct seen s = {.fail_after = 100};
	ck_assert_int_eq(sweep(&p, &whole, &s), ST_BUSY);
	ck_assert_str_eq(e.code, "enough");
	ck_assert_uint_eq(s.leads, 100);
	end();
	/* The connections are as good as before. */
	struct seen again = {0};
	p = begin();
	ck_assert_int_eq(sweep(&p, &whole, &again), ST_OK);
	ck_assert_uint_eq(again.leads, LEADS);
	end();
	ck_assert_int_eq(store_sweep_join(other, "'; DROP TABLE leads; --", &e), ST_INTERNAL);
}
END_TEST

START_TEST(test_empty)
{
	struct uuid none;
	struct sweep_plan p;
	ck_assert_int_eq(store_workspace_create(db, "empty", "CN", NULL, "m", "{}", NOW, &none, &e), ST_OK);
	ck_assert_int_eq(store_sweep_begin(db, &none, arena, &p, &e), ST_OK);
	ck_assert_int_eq(p.leads, 0);
	ck_assert_uint_eq(p.n_ranges, 0);
	db_rollback(db);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("sweep");
	TCase *t = tcase_create("sweep");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_whole);
	tcase_add_test(t, test_samples);
	tcase_add_test(t, test_ends_early);
	tcase_add_test(t, test_empty);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
