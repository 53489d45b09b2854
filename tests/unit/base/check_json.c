/* base/json, helpers: writing, merge patch (RFC 7396), pointers (RFC 6901), exact thousandths. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static json_t *parse(const char *s)
{
	json_t *v = NULL;
	struct err e = {0};
	ck_assert_msg(json_read(s, strlen(s), NULL, &v, &e) == ST_OK, "%s: %s", s, e.detail);
	return v;
}

START_TEST(written_in_order)
{
	json_t *v = parse("{\"b\":{\"z\":1,\"a\":[{\"y\":1,\"x\":2}]},\"ab\":\"中\",\"a\":0.1,\"\":null}");
	struct buf b = BUF_INIT;
	ck_assert(json_write(v, false, &b));
	ck_assert_str_eq(b.data, "{\"b\":{\"z\":1,\"a\":[{\"y\":1,\"x\":2}]},\"ab\":\"中\",\"a\":0.1,\"\":null}");
	buf_clear(&b);
	ck_assert(json_write(v, true, &b));
	ck_assert_str_eq(b.data, "{\"\":null,\"a\":0.1,\"ab\":\"中\",\"b\":{\"a\":[{\"x\":2,\"y\":1}],\"z\":1}}");
	buf_free(&b);
	b.limit = 20;
	ck_assert(!json_write(v, true, &b));
	ck_assert(!json_write(NULL, false, &b));
	buf_free(&b);
	json_decref(v);
}
END_TEST

START_TEST(endless_depth_is_refused)
{
	json_t *v = json_array();
	for (int i = 0; i < 3000; i++) {
		json_t *outer = json_array();
		json_array_append_new(outer, v);
		v = outer;
	}
	struct buf b = BUF_INIT;
	ck_assert(!json_write(v, false, &b));
	buf_free(&b);
	json_decref(v);
}
END_TEST

START_TEST(reals_come_back_the_same)
{
	static const double rows[] = {0.1, 0.2 + 0.1, 1.0 / 3, 1e22, 1e21, 5e-324, 1.7976931348623157e308, -0.0,
	    123456.789, 1e15, 1e16, 2.2250738585072014e-308, 99999999999999.99};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *v = json_real(rows[i]);
		struct buf b = BUF_INIT;
		ck_assert(json_write(v, false, &b));
		json_t *back = parse(b.data);
		ck_assert(json_is_real(back));
		double got = json_real_value(back);
		ck_assert_int_eq(memcmp(&got, &rows[i], sizeof(got)), 0);
		json_decref(back);
		json_decref(v);
		buf_free(&b);
	}
}
END_TEST

START_TEST(merge_patch)
{
	/* RFC 7396, appendix A, those whose target and patch are objects; then more. */
	static const char *const rows[][3] = {
	    {"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
	    {"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
	    {"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
	    {"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
	    {"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
	    {"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
	    {"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
	    {"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
	    {"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
	    {"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
	    {"{\"title\":\"Goodbye!\",\"author\":{\"givenName\":\"John\",\"familyName\":\"Doe\"},\"tags\":[\"example\","
	     "\"sample\"],"
	     "\"content\":\"This will be unchanged\"}",
		"{\"title\":\"Hello!\",\"phoneNumber\":\"+01-123-456-7890\",\"author\":{\"familyName\":null},\"tags\":["
		"\"example\"]}",
		"{\"title\":\"Hello!\",\"author\":{\"givenName\":\"John\"},\"tags\":[\"example\"],\"content\":\"This "
		"will be unchanged\","
		"\"phoneNumber\":\"+01-123-456-7890\"}"},
	    {"{\"a\":1}", "{}", "{\"a\":1}"},
	    {"{\"a\":1}", "{\"a\":{\"b\":null,\"c\":2}}", "{\"a\":{\"c\":2}}"},
	    {"{\"a\":{\"b\":1}}", "{\"a\":{}}", "{\"a\":{\"b\":1}}"},
	    {"{\"a\":null}", "{\"a\":null}", "{}"},
	    {"{}", "{\"a\":[null,{\"b\":null}]}", "{\"a\":[null,{\"b\":null}]}"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *target = parse(rows[i][0]);
		json_t *patch = parse(rows[i][1]);
		json_t *before = json_deep_copy(patch);
		json_t *expected = parse(rows[i][2]);
		for (int round = 0; round < 2; round++) {
			ck_assert(json_merge_patch(target, patch));
			ck_assert_msg(json_equal(target, expected), "%s + %s", rows[i][0], rows[i][1]);
			ck_assert(json_equal(patch, before));
		}
		json_decref(expected);
		json_decref(before);
		json_decref(patch);
		json_decref(target);
	}
	json_t *array = parse("[1]");
	json_t *object = parse("{}");
	ck_assert(!json_merge_patch(array, object));
	ck_assert(!json_merge_patch(object, array));
	json_decref(array);
	json_decref(object);
}
END_TEST

START_TEST(target_shares_nothing_with_the_patch)
{
	json_t *target = parse("{}");
	json_t *patch = parse("{\"a\":[{\"b\":1}],\"c\":{\"d\":[]}}");
	ck_assert(json_merge_patch(target, patch));
	json_object_set_new(json_pointer_get(target, "/a/0"), "b", json_integer(2));
	json_array_append_new(json_pointer_get(target, "/c/d"), json_integer(3));
	ck_assert_int_eq(json_integer_value(json_pointer_get(patch, "/a/0/b")), 1);
	ck_assert_uint_eq(json_array_size(json_pointer_get(patch, "/c/d")), 0);
	json_decref(patch);
	ck_assert_int_eq(json_integer_value(json_pointer_get(target, "/a/0/b")), 2);
	json_decref(target);
}
END_TEST

START_TEST(pointers_look_up)
{
	/* RFC 6901, section 5. */
	json_t *v = parse("{\"foo\":[\"bar\",\"baz\"],\"\":0,\"a/"
			  "b\":1,\"c%d\":2,\"e^f\":3,\"g|h\":4,\"i\\\\j\":5,\"k\\\"l\":6,\" \":7,\"m~n\":8,"
			  "\"~1\":9,\"deep\":{\"~/\":{\"中\":[[10]]}},\"9\":11}");
	static const struct {
		const char *pointer;
		int value;
	} found[] = {{"/", 0}, {"/a~1b", 1}, {"/c%d", 2}, {"/e^f", 3}, {"/g|h", 4}, {"/i\\j", 5}, {"/k\"l", 6},
	    {"/ ", 7}, {"/m~0n", 8}, {"/~01", 9}, {"/deep/~0~1/中/0/0", 10}, {"/9", 11}};
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++) {
		json_t *got = json_pointer_get(v, found[i].pointer);
		ck_assert_msg(
		    json_is_integer(got) && json_integer_value(got) == found[i].value, "%s", found[i].pointer);
	}
	ck_assert_ptr_eq(json_pointer_get(v, ""), v);
	ck_assert_str_eq(json_string_value(json_pointer_get(v, "/foo/0")), "bar");
	ck_assert_uint_eq(json_array_size(json_pointer_get(v, "/foo")), 2);
	static const char *const absent[] = {"foo", "/foo/2", "/foo/-", "/foo/01", "/foo/00", "/foo/", "/foo/1x",
	    "/foo/-1", "/foo/+1", "/foo/4294967296", "/foo/99999999999999999999", "/foo/0/x", "/nope", "/foo/0/",
	    "/m~n", "/m~", "/m~2n", "/a/b", "/~1", "//", "/foo/ 0", "/9/0", "#/foo"};
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		ck_assert_msg(json_pointer_get(v, absent[i]) == NULL, "%s", absent[i]);
	ck_assert_ptr_null(json_pointer_get(NULL, "/a"));
	json_decref(v);
}
END_TEST

START_TEST(pointers_are_built)
{
	char out[ERR_POINTER_MAX];
	json_pointer_join(out, "", "lead");
	ck_assert_str_eq(out, "/lead");
	json_pointer_join(out, out, "a/b~c");
	ck_assert_str_eq(out, "/lead/a~1b~0c");
	json_pointer_index(out, out, 12);
	ck_assert_str_eq(out, "/lead/a~1b~0c/12");
	json_pointer_join(out, out, "");
	ck_assert_str_eq(out, "/lead/a~1b~0c/12/");
	json_pointer_join(out, "", "中");
	ck_assert_str_eq(out, "/中");
	json_t *v = parse("{\"x~/y\":{\"\":[1]}}");
	json_pointer_join(out, "", "x~/y");
	json_pointer_join(out, out, "");
	json_pointer_index(out, out, 0);
	ck_assert_int_eq(json_integer_value(json_pointer_get(v, out)), 1);
	json_decref(v);
}
END_TEST

START_TEST(long_pointers_are_cut_whole)
{
	char out[ERR_POINTER_MAX + 8];
	char key[600];
	static const char *const pieces[] = {"中", "~", "/", "\xF0\x9F\x98\x80", "x"};
	for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
		for (size_t shift = 0; shift < 4; shift++) {
			key[0] = '\0';
			for (size_t i = 0; i < shift; i++)
				strcat(key, "y");
			while (strlen(key) + 4 < sizeof(key))
				strcat(key, pieces[p]);
			memset(out, '#', sizeof(out));
			json_pointer_join(out, "/a", key);
			size_t n = strlen(out);
			ck_assert_uint_lt(n, ERR_POINTER_MAX);
			ck_assert_uint_ge(n, ERR_POINTER_MAX - 4);
			ck_assert_int_eq(out[ERR_POINTER_MAX], '#');
			ck_assert_int_ne(out[n - 1], '~');
			json_t *text = json_stringn(out, n);
			ck_assert_ptr_nonnull(text);
			json_decref(text);
			json_pointer_index(out, out, 123456);
			json_pointer_join(out, out, "more");
			ck_assert_uint_lt(strlen(out), ERR_POINTER_MAX);
		}
}
END_TEST

START_TEST(milli_is_exact)
{
	const int64_t most = INT64_C(1000000000000000);
	static const struct {
		const char *s;
		bool ok;
		int64_t milli;
	} rows[] = {
	    {"0", true, 0},
	    {"-0.0", true, 0},
	    {"12.5", true, 12500},
	    {"-0.04", true, -40},
	    {"3", true, 3000},
	    {"3.0", true, 3000},
	    {"0.001", true, 1},
	    {"-0.001", true, -1},
	    {"0.1", true, 100},
	    {"0.3", true, 300},
	    {"1.005", true, 1005},
	    {"1.115", true, 1115},
	    {"4.35", true, 4350},
	    {"1e3", true, 1000000},
	    {"1.5e-1", true, 150},
	    {"2.675", true, 2675},
	    {"999999999999.999", true, INT64_C(999999999999999)},
	    {"1000000000000", true, INT64_C(1000000000000000)},
	    {"-1000000000000", true, INT64_C(-1000000000000000)},
	    {"1e12", true, INT64_C(1000000000000000)},
	    {"1000000000000.001", false, 0},
	    {"1000000000001", false, 0},
	    {"-1000000000000.001", false, 0},
	    {"0.0001", false, 0},
	    {"0.0005", false, 0},
	    {"12.3456", false, 0},
	    {"0.30000000000000004", false, 0},
	    {"1e-300", false, 0},
	    {"1e300", false, 0},
	    {"9223372036854775807", false, 0},
	    {"-9223372036854775808", false, 0},
	    {"\"1\"", false, 0},
	    {"true", false, 0},
	    {"null", false, 0},
	    {"[]", false, 0},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *v = parse(rows[i].s);
		int64_t milli = -7;
		ck_assert_msg(json_milli(v, most, &milli) == rows[i].ok, "%s", rows[i].s);
		ck_assert_msg(milli == (rows[i].ok ? rows[i].milli : -7), "%s: %lld", rows[i].s, (long long)milli);
		json_decref(v);
	}
	int64_t milli;
	ck_assert(!json_milli(NULL, most, &milli));
	/* Every thousandth in a range, and far from zero, comes out of its decimal text. */
	static const int64_t bases[] = {
	    0, 123456000, INT64_C(999999999000000), INT64_C(-4503599627370000), INT64_C(8796093022204999)};
	for (size_t b = 0; b < sizeof(bases) / sizeof(bases[0]); b++)
		for (int64_t k = 0; k < 3000; k++) {
			int64_t want = bases[b] + k;
			struct buf text = BUF_INIT;
			buf_json_milli(&text, want);
			json_t *v = parse(text.data);
			ck_assert_msg(json_milli(v, INT64_MAX, &milli) && milli == want, "%s", text.data);
			json_decref(v);
			buf_free(&text);
		}
	json_t *big = json_real(9007199254740992.0);
	ck_assert(json_milli(big, INT64_MAX, &milli));
	ck_assert_int_eq(milli, INT64_C(9007199254740992000));
	json_decref(big);
}
END_TEST

START_TEST(unknown_keys)
{
	static const char *const known[] = {"a", "b", NULL};
	json_t *v = parse("{\"b\":1,\"a\":2}");
	ck_assert_ptr_null(json_unknown_key(v, known));
	json_decref(v);
	v = parse("{\"b\":1,\"A\":2,\"c\":3}");
	ck_assert_str_eq(json_unknown_key(v, known), "A");
	json_decref(v);
	v = parse("{}");
	ck_assert_ptr_null(json_unknown_key(v, (const char *const[]){NULL}));
	json_decref(v);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/json");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, written_in_order);
	tcase_add_test(t, endless_depth_is_refused);
	tcase_add_test(t, reals_come_back_the_same);
	tcase_add_test(t, merge_patch);
	tcase_add_test(t, target_shares_nothing_with_the_patch);
	tcase_add_test(t, pointers_look_up);
	tcase_add_test(t, pointers_are_built);
	tcase_add_test(t, long_pointers_are_cut_whole);
	tcase_add_test(t, milli_is_exact);
	tcase_add_test(t, unknown_keys);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
