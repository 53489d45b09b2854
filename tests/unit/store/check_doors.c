/* Doors: made, found by their token, changed only as they were read, and never another workspace's. */
#include <check.h>
#include <string.h>

#include "fresh.h"
#include "store/door.h"
#include "store/key.h"

#define NOW INT64_C(1767225600000) /* 2026-01-01 */

static struct db *db;
static struct arena *arena;
static struct uuid acme, other;
static struct err e;

static void set_up(void)
{
	fresh_migrated();
	db = fresh_db();
	arena = arena_new(0);
	ck_assert_int_eq(store_workspace_create(db, "acme", "CN", NULL, "m", "{}", NOW, &acme, &e), ST_OK);
	ck_assert_int_eq(store_workspace_create(db, "other", "DE", NULL, "m", "{}", NOW, &other, &e), ST_OK);
}

static void tear_down(void)
{
	db_close(&db);
	arena_free(&arena);
	fresh_drop();
}

static struct door_row made(const struct uuid *workspace, enum door_kind kind, const char *name)
{
	struct door_row d = {.kind = kind, .name = name, .settings = "{\"a\":1}"};
	ck_assert_int_eq(store_door_create(db, workspace, NOW, arena, &d, &e), ST_OK);
	return d;
}

START_TEST(test_tokens)
{
	struct uuid w;
	char one[DOOR_TOKEN_MAX], two[DOOR_TOKEN_MAX];
	ck_assert_int_eq(store_door_token(DOOR_FORM, &acme, one, &e), ST_OK);
	ck_assert_int_eq(store_door_token(DOOR_FORM, &acme, two, &e), ST_OK);
	ck_assert_str_ne(one, two);
	ck_assert_uint_eq(strlen(one), 47);
	ck_assert(!strncmp(one, "lsf_", 4) && store_door_parse(one, DOOR_FORM, &w));
	ck_assert_int_eq(uuid_cmp(&w, &acme), 0);
	ck_assert(!store_door_parse(one, DOOR_SOURCE, &w));
	one[46] = '\0';
	ck_assert(!store_door_parse(one, DOOR_FORM, &w));
	strcat(two, "AA");
	ck_assert(!store_door_parse(two, DOOR_FORM, &w));
	ck_assert(!store_door_parse("", DOOR_FORM, &w));
	ck_assert(!store_door_parse("lsf_", DOOR_FORM, &w));
}
END_TEST

START_TEST(test_found_by_token_and_by_id)
{
	struct door_row a = made(&acme, DOOR_FORM, "联系我们"), b = made(&other, DOOR_FORM, "b"), got, *rows;
	struct door_row s = made(&acme, DOOR_SOURCE, "crm");
	size_t n;
	ck_assert_int_eq(store_door_find(db, &acme, DOOR_FORM, a.token, arena, &got, &e), ST_OK);
	ck_assert_str_eq(got.name, "联系我们");
	ck_assert_str_eq(got.settings, "{\"a\":1}");
	ck_assert_str_eq(got.country, "CN");
	ck_assert_int_eq(got.revision, 1);
	ck_assert_int_eq(got.created_at, NOW);
	ck_assert_int_eq(got.disabled_at, INSTANT_NEVER);
	ck_assert_int_eq(store_door_find(db, &acme, DOOR_FORM, b.token, arena, &got, &e), ST_NOT_FOUND);
	ck_assert_str_eq(e.code, "form_not_found");
	ck_assert_int_eq(store_door_find(db, &acme, DOOR_FORM, s.token, arena, &got, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_door_read(db, &acme, DOOR_FORM, &a.id, arena, &got, &e), ST_OK);
	ck_assert_str_eq(got.token, a.token);
	ck_assert_int_eq(store_door_read(db, &other, DOOR_FORM, &a.id, arena, &got, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_door_read(db, &acme, DOOR_FORM, &s.id, arena, &got, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_door_list(db, &acme, DOOR_FORM, arena, &rows, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_int_eq(uuid_cmp(&rows[0].id, &a.id), 0);
	ck_assert_int_eq(store_door_list(db, &acme, DOOR_SOURCE, arena, &rows, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 1);
	ck_assert_str_eq(rows[0].name, "crm");
}
END_TEST

START_TEST(test_changed_as_it_was_read)
{
	struct door_row a = made(&acme, DOOR_FORM, "a"), before = a, got;
	a.name = "b";
	a.settings = "{}";
	a.disabled_at = NOW + 5;
	ck_assert_int_eq(store_door_change(db, NOW + 5, &a, &e), ST_OK);
	ck_assert_int_eq(a.revision, 2);
	ck_assert_int_eq(store_door_read(db, &acme, DOOR_FORM, &a.id, arena, &got, &e), ST_OK);
	ck_assert_str_eq(got.name, "b");
	ck_assert_str_eq(got.settings, "{}");
	ck_assert_int_eq(got.disabled_at, NOW + 5);
	ck_assert_int_eq(got.updated_at, NOW + 5);
	ck_assert_int_eq(got.revision, 2);
	ck_assert_int_eq(store_door_change(db, NOW + 6, &before, &e), ST_CONFLICT);
	ck_assert_str_eq(e.code, "version_mismatch");
	before.workspace_id = other;
	ck_assert_int_eq(store_door_change(db, NOW + 6, &before, &e), ST_NOT_FOUND);
	a.name = "two\nlines";
	ck_assert_int_eq(store_door_change(db, NOW + 6, &a, &e), ST_INVALID);
	ck_assert_str_eq(e.pointer, "/name");
}
END_TEST

START_TEST(test_deleted)
{
	struct door_row a = made(&acme, DOOR_FORM, "a");
	ck_assert_int_eq(store_door_delete(db, &other, DOOR_FORM, &a.id, -1, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_door_delete(db, &acme, DOOR_SOURCE, &a.id, -1, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_door_delete(db, &acme, DOOR_FORM, &a.id, 2, &e), ST_CONFLICT);
	ck_assert_int_eq(store_door_delete(db, &acme, DOOR_FORM, &a.id, 1, &e), ST_OK);
	ck_assert_int_eq(store_door_delete(db, &acme, DOOR_FORM, &a.id, -1, &e), ST_NOT_FOUND);
	ck_assert_str_eq(e.code, "form_not_found");
}
END_TEST

START_TEST(test_no_more_than_the_limit)
{
	struct door_row d = made(&acme, DOOR_FORM, "a");
	fresh_sql("INSERT INTO doors SELECT workspace_id, md5(n::text)::uuid, kind, 'lsf_' || n, name, settings, 1, "
		  "created_at, updated_at FROM doors, generate_series(2, 1000) n");
	ck_assert_int_eq(store_door_create(db, &acme, NOW, arena, &d, &e), ST_CONFLICT);
	ck_assert_str_eq(e.code, "forms_too_many");
	(void)made(&acme, DOOR_SOURCE, "another kind");
	(void)made(&other, DOOR_FORM, "another workspace");
	d.name = "";
	ck_assert_int_eq(store_door_create(db, &other, NOW, arena, &d, &e), ST_INVALID);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *s = suite_create("store/doors");
	TCase *t = tcase_create("doors");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_tokens);
	tcase_add_test(t, test_found_by_token_and_by_id);
	tcase_add_test(t, test_changed_as_it_was_read);
	tcase_add_test(t, test_deleted);
	tcase_add_test(t, test_no_more_than_the_limit);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
