/* Lists of leads against a list made the slow way: every filter and sort in random company, page by page, both ways of
 * answering. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../src/store/lead_priv.h"
#include "fresh.h"

#define MINE "11111111-1111-7111-8111-111111111111"
#define OTHERS "22222222-2222-7222-8222-222222222222"
#define LEADS 700
#define HOUR_0 INT64_C(1772323200000)

/* Everything about a lead follows from its number by a hash, in SQL; the other workspace has leads of the same ids. */
static const char make_leads[] =
    "INSERT INTO leads (workspace_id, id, version, created_at, updated_at, updated_hour, score, fit, engagement, tier, "
    "grade, stage, owner, tags, as_of,"
    " model_version, profile, state)"
    " SELECT w, ('01890a5d-' || lpad(to_hex(i / 3), 4, '0') || '-7' || lpad(to_hex(i), 3, '0') || '-8000-' || "
    "substr(md5(i::text), 1, 12))::uuid, i, t, t,"
    "  floor(extract(epoch FROM t) / 3600)::int, h % 40 - 10, 1, 2, substr('AABCDDDX', 1 + h % 8, 1)::\"char\", 'A1',"
    "  (ARRAY['lead','lead','lead','mql','sal','customer','lost'])[1 + h / 8 % 7], (ARRAY['li','wang',NULL,NULL])[1 + "
    "h / 64 % 4],"
    "  CASE h / 256 % 4 WHEN 0 THEN ARRAY['a:1'] WHEN 1 THEN ARRAY['a:1','行业:汽车'] WHEN 2 THEN ARRAY['b:2'] ELSE "
    "'{}' END, t, 1, '{}', ''"
    " FROM (SELECT w, i, h, timestamptz '2026-03-01 00:00:00.000+00' + (h / 1024 % 90) * interval '7 min 0.123 s' AS t"
    "  FROM (SELECT w, i, ('x' || substr(md5(i::text || 'salt'), 1, 7))::bit(28)::int AS h FROM generate_series(1, "
    "700) i,"
    "  unnest(ARRAY['" MINE "','" OTHERS "']::uuid[]) w) hashed) timed";
static const char make_tags[] = "INSERT INTO lead_tags (workspace_id, lead_id, tag, source) SELECT workspace_id, id, "
				"t, 'hand' FROM leads, unnest(tags) t";
static const char make_terms[] = "INSERT INTO lead_terms (workspace_id, lead_id, term) SELECT workspace_id, id, t FROM "
				 "leads, unnest(ARRAY['mei' || version % 5, 'lin' || version % 3, '林美'"
				 " || version % 7]) t";

static struct db *db;
static struct arena *arena;
static struct uuid mine;
static struct lead_row truth[LEADS];
static char words[LEADS][3][32];

static void set_up(void)
{
	fresh_migrated();
	for (int i = 0; i < 2; i++)
		fresh_sql(i ? "INSERT INTO workspaces (id, name, created_at) VALUES ('" MINE "', 'mine', now())"
			    : "INSERT INTO workspaces (id, name, created_at) VALUES ('" OTHERS "', 'others', now())");
	fresh_sql(make_leads);
	fresh_sql(make_tags);
	fresh_sql(make_terms);
	fresh_sql("ANALYZE");
	db = fresh_db();
	arena = arena_new(0);
	ck_assert(uuid_parse(MINE, 36, &mine));
	PGconn *c = PQconnectdb(fresh_url());
	PGresult *r = PQexec(c, "SELECT id, score, tier, stage, owner, tags::text, (extract(epoch FROM updated_at) * "
				"1000)::bigint, version FROM leads WHERE workspace_id = '" MINE "'");
	ck_assert_int_eq(PQntuples(r), LEADS);
	for (int i = 0; i < LEADS; i++) {
		truth[i] = (struct lead_row){.score = atoi(PQgetvalue(r, i, 1)),
		    .tier = *PQgetvalue(r, i, 2),
		    .stage = arena_strdup(arena, PQgetvalue(r, i, 3)),
		    .owner = PQgetisnull(r, i, 4) ? NULL : arena_strdup(arena, PQgetvalue(r, i, 4)),
		    .grade = arena_strdup(arena, PQgetvalue(r, i, 5)),
		    .updated_at = atoll(PQgetvalue(r, i, 6)),
		    .version = atoll(PQgetvalue(r, i, 7))};
		ck_assert(uuid_parse(PQgetvalue(r, i, 0), 36, &truth[i].id));
		snprintf(words[i][0], sizeof words[i][0], "mei%d", (int)truth[i].version % 5);
		snprintf(words[i][1], sizeof words[i][1], "lin%d", (int)truth[i].version % 3);
		snprintf(words[i][2], sizeof words[i][2], "林美%d", (int)truth[i].version % 7);
	}
	PQclear(r);
	PQfinish(c);
}

static void tear_down(void)
{
	db_close(&db);
	arena_free(&arena);
	fresh_drop();
}

/* `grade` holds the text of the tags array here. */
static bool passes(const struct lead_filter *f, size_t i)
{
	const struct lead_row *l = &truth[i];
	if ((f->tier && l->tier != f->tier) || (f->stage && strcmp(l->stage, f->stage)) ||
	    (f->owner && (!l->owner || strcmp(l->owner, f->owner))))
		return false;
	if ((f->tag && !strstr(l->grade, f->tag)) || (f->has_min_score && l->score < f->min_score) ||
	    (f->has_max_score && l->score > f->max_score))
		return false;
	if (f->updated_since != INSTANT_NEVER && l->updated_at < f->updated_since)
		return false;
	for (size_t t = 0; t < f->n_terms; t++) {
		bool found = false;
		for (size_t w = 0; w < 3; w++)
			found = found || !strncmp(words[i][w], f->terms[t], strlen(f->terms[t]));
		if (!found)
			return false;
	}
	return true;
}

static enum lead_sort sort_now;

static int in_order(const void *a, const void *b)
{
	const struct lead_row *x = &truth[*(const size_t *)a], *y = &truth[*(const size_t *)b];
	bool down = sort_now == LEAD_SORT_SCORE_DESC || sort_now == LEAD_SORT_CREATED_DESC ||
		    sort_now == LEAD_SORT_UPDATED_DESC;
	int64_t p = 0, q = 0;
	if (sort_now == LEAD_SORT_SCORE || sort_now == LEAD_SORT_SCORE_DESC)
		p = x->score, q = y->score;
	else if (sort_now == LEAD_SORT_UPDATED || sort_now == LEAD_SORT_UPDATED_DESC)
		p = x->updated_at, q = y->updated_at;
	int c = p < q ? -1 : p > q ? 1 : uuid_cmp(&x->id, &y->id);
	return down ? -c : c;
}

static size_t expected(const struct lead_filter *f, size_t out[LEADS])
{
	size_t n = 0;
	for (size_t i = 0; i < LEADS; i++)
		if (passes(f, i))
			out[n++] = i;
	sort_now = f->sort;
	qsort(out, n, sizeof out[0], in_order);
	return n;
}

/* All pages one after the other are the expected list. */
static void compare(struct lead_filter f, const char *what)
{
	size_t want[LEADS], n = expected(&f, want), at = 0, rows_n = 0;
	bool more = true;
	struct arena *page = arena_new(0);
	while (more) {
		struct lead_row *rows;
		struct err e = {0};
		arena_reset(page);
		ck_assert_msg(
		    store_lead_list(db, &mine, &f, page, &rows, &rows_n, &more, &e) == ST_OK, "%s: %s", what, e.detail);
		ck_assert_msg(rows_n <= f.limit && at + rows_n <= n, "%s: too many", what);
		for (size_t i = 0; i < rows_n; i++, at++)
			ck_assert_msg(!uuid_cmp(&rows[i].id, &truth[want[at]].id), "%s: row %zu", what, at);
		ck_assert_msg(!more || rows_n == f.limit, "%s: a short page that is not the last", what);
		if (more) {
			const struct lead_row *last = &rows[rows_n - 1];
			bool by_update = f.sort >= LEAD_SORT_UPDATED_DESC, by_score = f.sort <= LEAD_SORT_SCORE;
			f.after = (struct lead_cursor){true,
			    by_update  ? last->updated_at
			    : by_score ? last->score
				       : 0,
			    last->id};
		}
	}
	ck_assert_msg(at == n, "%s: %zu of %zu", what, at, n);
	arena_free(&page);
}

static unsigned long seed;
static size_t dice(size_t n)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (size_t)(seed >> 33) % n;
}

START_TEST(test_any_filters_in_any_order)
{
	static const char *const stages[] = {"lead", "mql", "customer", "sql"}, *const owners[] = {
										    "li", "wang", "nobody"};
	static const char *const tags[] = {"a:1", "行业:汽车", "z:9"}, *const prefixes[] = {
									   "mei", "mei1", "lin2", "林", "林美3", "zz"};
	store_lead_few = (size_t)_i;
	seed = (unsigned long)_i + 7;
	for (int round = 0; round < 120; round++) {
		const char *terms[2];
		struct lead_filter f = {.updated_since = INSTANT_NEVER,
		    .sort = (enum lead_sort)(round % 6),
		    .limit = (size_t[]){1, 7, 50, 200}[dice(4)]};
		if (!dice(3))
			f.tier = "ABCDX"[dice(5)];
		if (!dice(3))
			f.stage = stages[dice(4)];
		if (!dice(4))
			f.owner = owners[dice(3)];
		if (!dice(4))
			f.tag = tags[dice(3)];
		if (!dice(4))
			f.has_min_score = true, f.min_score = (int32_t)dice(40) - 10;
		if (!dice(4))
			f.has_max_score = true, f.max_score = (int32_t)dice(40) - 10;
		if (!dice(4))
			f.updated_since = HOUR_0 + (int64_t)dice(90) * 7 * MS_MINUTE;
		f.n_terms = !dice(4) ? 1 + dice(2) : 0;
		for (size_t i = 0; i < f.n_terms; i++)
			terms[i] = prefixes[dice(6)];
		f.terms = terms;
		if (f.limit == 1 && !f.stage && !f.tag)
			f.limit = 20; /* seven hundred pages of one take long */
		char what[200];
		snprintf(what, sizeof what,
		    "round %d sort %d limit %zu tier %d stage %s owner %s tag %s min %d max %d since %lld terms %zu",
		    round, (int)f.sort, f.limit, f.tier, f.stage ? f.stage : "-", f.owner ? f.owner : "-",
		    f.tag ? f.tag : "-", f.has_min_score ? f.min_score : 999, f.has_max_score ? f.max_score : 999,
		    (long long)f.updated_since, f.n_terms);
		compare(f, what);
	}
}
END_TEST

START_TEST(test_one_lead)
{
	struct lead_row l;
	struct err e = {0};
	struct uuid theirs;
	ck_assert_int_eq(store_lead_read(db, &mine, &truth[3].id, arena, &l, &e), ST_OK);
	ck_assert(!uuid_cmp(&l.id, &truth[3].id) && l.score == truth[3].score && l.tier == truth[3].tier &&
		  l.updated_at == truth[3].updated_at);
	ck_assert_str_eq(l.stage, truth[3].stage);
	ck_assert_str_eq(l.profile, "{}");
	ck_assert_uint_eq(l.profile_len, 2);
	/* Nobody else's, and not through another workspace's id. */
	ck_assert(uuid_parse("33333333-3333-7333-8333-333333333333", 36, &theirs));
	ck_assert_int_eq(store_lead_read(db, &theirs, &truth[3].id, arena, &l, &e), ST_NOT_FOUND);
	ck_assert_str_eq(e.code, "lead_not_found");
	ck_assert_int_eq(store_lead_read(db, &mine, &mine, arena, &l, &e), ST_NOT_FOUND);
}
END_TEST

START_TEST(test_a_page_has_bounds)
{
	struct lead_row *rows;
	size_t n;
	bool more;
	struct err e = {0};
	struct lead_filter f = {.updated_since = INSTANT_NEVER, .limit = 0};
	ck_assert_int_eq(store_lead_list(db, &mine, &f, arena, &rows, &n, &more, &e), ST_INVALID);
	f.limit = LEAD_PAGE_MAX + 1;
	ck_assert_int_eq(store_lead_list(db, &mine, &f, arena, &rows, &n, &more, &e), ST_INVALID);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("lead_list");
	TCase *t = tcase_create("lead_list");
	tcase_set_timeout(t, 240);
	tcase_add_checked_fixture(t, set_up, tear_down);
	/* 0: walks (but for filters that nothing passes); 1: a mixture; 15,000: whatever has a rare filter is sorted.
	 */
	tcase_add_loop_test(t, test_any_filters_in_any_order, 0, 1);
	tcase_add_loop_test(t, test_any_filters_in_any_order, 150, 151);
	tcase_add_loop_test(t, test_any_filters_in_any_order, 15000, 15001);
	tcase_add_test(t, test_one_lead);
	tcase_add_test(t, test_a_page_has_bounds);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
