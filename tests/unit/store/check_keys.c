/* Workspaces, their keys and their models. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fresh.h"
#include "store/key.h"
#include "store/model.h"

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
	ck_assert_int_eq(
	    store_workspace_create(db, "acme", "CN", NULL, "default", "{\"name\":\"default\"}", NOW, &acme, &e), ST_OK);
	ck_assert_int_eq(store_workspace_create(db, "其他", "DE", NULL, "m", "{}", NOW + 1, &other, &e), ST_OK);
}

static void tear_down(void)
{
	db_close(&db);
	arena_free(&arena);
	fresh_drop();
}

START_TEST(test_workspaces)
{
	struct workspace_row w, *rows;
	size_t n;
	char id[UUID_TEXT_MAX];
	ck_assert_int_eq(store_workspace_find(db, "acme", &w, &e), ST_OK);
	ck_assert_int_eq(uuid_cmp(&w.id, &acme), 0);
	ck_assert_str_eq(w.country, "CN");
	ck_assert_int_eq(w.active_model, 1);
	ck_assert_int_eq(w.created_at, NOW);
	uuid_format(&other, id);
	ck_assert_int_eq(store_workspace_find(db, id, &w, &e), ST_OK);
	ck_assert_str_eq(w.name, "其他");
	ck_assert_int_eq(store_workspace_find(db, "Acme", &w, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_workspace_find(db, "\xff", &w, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_workspace_list(db, arena, &rows, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_str_eq(rows[0].name, "acme");
}
END_TEST

START_TEST(test_workspace_refusals)
{
	static const struct {
		const char *name, *country, *code;
	} cases[] = {
	    {"acme", "CN", "workspace_exists"},
	    {"", "CN", "name_invalid"},
	    {" a", "CN", "name_invalid"},
	    {"a ", "CN", "name_invalid"},
	    {"a\tb", "CN", "name_invalid"},
	    {"a\nb", "CN", "name_invalid"},
	    {"\xc3", "CN", "name_invalid"},
	    {"0192a3b4-0000-7000-8000-000000000000", "CN", "name_invalid"},
	    {"b", "cn", "country_invalid"},
	    {"b", "CHN", "country_invalid"},
	    {"b", "", "country_invalid"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct uuid id;
		enum status s = store_workspace_create(db, cases[i].name, cases[i].country, NULL, "m", "{}", NOW, &id, &e);
		ck_assert_int_eq(s, i ? ST_INVALID : ST_CONFLICT);
		ck_assert_str_eq(e.code, cases[i].code);
		ck_assert(db_usable(db));
	}
	char long_name[257];
	memset(long_name, 'x', 256);
	long_name[256] = '\0';
	struct uuid id;
	ck_assert_int_eq(store_workspace_create(db, long_name, "CN", NULL, "m", "{}", NOW, &id, &e), ST_INVALID);
	ck_assert_int_eq(store_workspace_create(db, long_name + 1, "CN", NULL, "m", "{}", NOW, &id, &e), ST_OK);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM workspaces"), 3);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM feeds"), 3);
	/* All or nothing: a document that PostgreSQL refuses leaves no workspace behind. */
	ck_assert_int_eq(store_workspace_create(db, "half", "CN", NULL, "m", "{no json", NOW, &id, &e), ST_INVALID);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM workspaces"), 3);
}
END_TEST

START_TEST(test_models)
{
	const char *text;
	ck_assert_int_eq(store_model_read(db, &acme, 1, arena, &text, NULL, &e), ST_OK);
	ck_assert_str_eq(text, "{\"name\":\"default\"}");
	ck_assert_int_eq(store_model_read(db, &acme, 2, arena, &text, NULL, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_model_read(db, &other, 1, arena, &text, NULL, &e), ST_OK);
	ck_assert_str_eq(text, "{}");
}
END_TEST

START_TEST(test_life_of_a_key)
{
	static const char *const origins[] = {"https://shop.example", "http://localhost:5173"};
	char text[KEY_TEXT_MAX], sql[400], hex[65];
	struct uuid id, workspace;
	uint8_t hash[32];
	struct key_row k, *rows;
	size_t n;
	ck_assert_int_eq(
	    store_key_create(db, &acme, "publish", "表单", origins, 2, NOW + MS_DAY, NOW, text, &id, &e), ST_OK);
	ck_assert_uint_eq(strlen(text), 68);
	ck_assert_int_eq(strncmp(text, "lsk_", 4), 0);
	ck_assert_int_eq(store_key_parse(text, &workspace, hash, &e), ST_OK);
	ck_assert_int_eq(uuid_cmp(&workspace, &acme), 0);
	ck_assert_int_eq(store_key_find(db, &acme, hash, arena, &k, &e), ST_OK);
	ck_assert_int_eq(uuid_cmp(&k.id, &id), 0);
	ck_assert_str_eq(k.role, "publish");
	ck_assert_str_eq(k.label, "表单");
	ck_assert_str_eq(k.hint, text + 64);
	ck_assert_str_eq(k.country, "CN");
	ck_assert_uint_eq(k.n_origins, 2);
	ck_assert_str_eq(k.origins[1], origins[1]);
	ck_assert_int_eq(k.created_at, NOW);
	ck_assert_int_eq(k.expires_at, NOW + MS_DAY);
	ck_assert_int_eq(k.revoked_at, INSTANT_NEVER);
	/* Another workspace neither finds, lists nor revokes it. */
	ck_assert_int_eq(store_key_find(db, &other, hash, arena, &k, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_key_list(db, &other, arena, &rows, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 0);
	ck_assert_int_eq(store_key_revoke(db, &other, &id, NOW, &e), ST_NOT_FOUND);
	/* The text is nowhere in the row, its hash is. */
	hex_encode(hash, sizeof hash, hex);
	snprintf(sql, sizeof sql,
	    "SELECT count(*) FROM api_keys k WHERE k.hash = '\\x%s' AND position('%s' in k::text) = 0", hex, text + 30);
	ck_assert_int_eq(fresh_count(sql), 1);
	ck_assert_int_eq(store_key_revoke(db, &acme, &id, NOW + 5, &e), ST_OK);
	ck_assert_int_eq(store_key_revoke(db, &acme, &id, NOW + 6, &e), ST_NOT_FOUND);
	ck_assert_int_eq(store_key_find(db, &acme, hash, arena, &k, &e), ST_OK);
	ck_assert_int_eq(k.revoked_at, NOW + 5);
	/* A second live one, for rotation, without end or label. */
	ck_assert_int_eq(
	    store_key_create(db, &acme, "publish", NULL, NULL, 0, INSTANT_NEVER, NOW, text, NULL, &e), ST_OK);
	ck_assert_int_eq(store_key_list(db, &acme, arena, &rows, &n, &e), ST_OK);
	ck_assert_uint_eq(n, 2);
	ck_assert_int_eq(rows[1].expires_at, INSTANT_NEVER);
	ck_assert_str_eq(rows[1].label, "");
	ck_assert_uint_eq(rows[1].n_origins, 0);
}
END_TEST

START_TEST(test_key_refusals)
{
	static const struct {
		const char *role, *label, *origin, *code;
		int64_t expires_at;
	} cases[] = {
	    {"owner", "", NULL, "role_invalid", INSTANT_NEVER},
	    {"", "", NULL, "role_invalid", INSTANT_NEVER},
	    {"Admin", "", NULL, "role_invalid", INSTANT_NEVER},
	    {"read", "a\nb", NULL, "label_invalid", INSTANT_NEVER},
	    {"read", "\xff", NULL, "label_invalid", INSTANT_NEVER},
	    {"read", "", NULL, "expires_at_past", NOW},
	    {"publish", "", "shop.example", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "https://", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "https://shop.example/", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "https://Shop.example", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "https://a b", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "ftp://a", "origin_invalid", INSTANT_NEVER},
	    {"publish", "", "*", "origin_invalid", INSTANT_NEVER},
	};
	char text[KEY_TEXT_MAX];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		ck_assert_int_eq(store_key_create(db, &acme, cases[i].role, cases[i].label, &cases[i].origin,
				     cases[i].origin ? 1 : 0, cases[i].expires_at, NOW, text, NULL, &e),
		    ST_INVALID);
		ck_assert_str_eq(e.code, cases[i].code);
	}
	struct uuid nobody = uuid_v7(NOW);
	ck_assert_int_eq(
	    store_key_create(db, &nobody, "read", "", NULL, 0, INSTANT_NEVER, NOW, text, NULL, &e), ST_NOT_FOUND);
	ck_assert_int_eq(fresh_count("SELECT count(*) FROM api_keys"), 0);
}
END_TEST

START_TEST(test_malformed_keys)
{
	char good[KEY_TEXT_MAX], bad[KEY_TEXT_MAX + 8];
	struct uuid workspace;
	uint8_t hash[32];
	ck_assert_int_eq(store_key_create(db, &acme, "read", "", NULL, 0, INSTANT_NEVER, NOW, good, NULL, &e), ST_OK);
	static const char *const texts[] = {"", "lsk_", "lsk_AAAA", "Bearer", "sk_live_1234",
	    "lsk_AaIAXJhTcAC1hEgIpzRB_ufynD--Ab1g_KHHVRDAS71Bg5x7NNfydHlwe0W2fPV=",
	    "lsk_AaIAXJhTcAC1hEgIpzRB+ufynD//Ab1g/KHHVRDAS71Bg5x7NNfydHlwe0W2fPVF"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		ck_assert_int_eq(store_key_parse(texts[i], &workspace, hash, &e), ST_INVALID);
		ck_assert_str_eq(e.code, "key_malformed");
	}
	ck_assert_int_eq(store_key_parse(NULL, &workspace, hash, &e), ST_INVALID);
	snprintf(bad, sizeof bad, "%sA", good);
	ck_assert_int_eq(store_key_parse(bad, &workspace, hash, &e), ST_INVALID);
	snprintf(bad, sizeof bad, "%.67s", good);
	ck_assert_int_eq(store_key_parse(bad, &workspace, hash, &e), ST_INVALID);
	snprintf(bad, sizeof bad, "LSK_%s", good + 4);
	ck_assert_int_eq(store_key_parse(bad, &workspace, hash, &e), ST_INVALID);
	/* One letter off parses and is not found. */
	struct key_row k;
	snprintf(bad, sizeof bad, "%s", good);
	bad[50] = bad[50] == 'A' ? 'B' : 'A';
	ck_assert_int_eq(store_key_parse(bad, &workspace, hash, &e), ST_OK);
	ck_assert_int_eq(store_key_find(db, &workspace, hash, arena, &k, &e), ST_NOT_FOUND);
}
END_TEST

int main(void)
{
	fresh_need_server();
	Suite *suite = suite_create("keys");
	TCase *t = tcase_create("keys");
	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_workspaces);
	tcase_add_test(t, test_workspace_refusals);
	tcase_add_test(t, test_models);
	tcase_add_test(t, test_life_of_a_key);
	tcase_add_test(t, test_key_refusals);
	tcase_add_test(t, test_malformed_keys);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
