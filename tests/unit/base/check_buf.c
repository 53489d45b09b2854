/* base/buf: what was appended is there, failure sticks, and JSON pieces are JSON. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/instant.h"

START_TEST(appends_grow)
{
	struct buf b = BUF_INIT;
	for (int i = 0; i < 10000; i++) {
		buf_putc(&b, (char)('a' + i % 26));
		ck_assert_int_eq(b.data[b.len], 0);
	}
	ck_assert_uint_eq(b.len, 10000);
	ck_assert_int_eq(b.data[9999], 'a' + 9999 % 26);
	buf_clear(&b);
	ck_assert_uint_eq(b.len, 0);
	ck_assert_str_eq(b.data, "");
	buf_printf(&b, "%s=%d;", "x", 5);
	buf_put(&b, "a\0b", 3);
	ck_assert_uint_eq(b.len, 7);
	ck_assert_mem_eq(b.data, "x=5;a\0b", 8);
	buf_printf(&b, "%03000d", 1);
	ck_assert_uint_eq(b.len, 3007);
	ck_assert_uint_eq(strlen(b.data + 7), 3000);
	ck_assert(buf_ok(&b));
	buf_free(&b);
	ck_assert_ptr_null(b.data);
	buf_free(&b);
	buf_free(NULL);
}
END_TEST

START_TEST(nothing_is_still_text)
{
	struct buf b = BUF_INIT;
	buf_put(&b, NULL, 0);
	ck_assert_str_eq(b.data, "");
	buf_free(&b);
	char *s = buf_steal(&b);
	ck_assert_str_eq(s, "");
	free(s);
}
END_TEST

START_TEST(failure_sticks_at_the_limit)
{
	struct buf b = {.limit = 10};
	buf_puts(&b, "0123456789");
	ck_assert(buf_ok(&b));
	ck_assert_str_eq(b.data, "0123456789");
	buf_putc(&b, 'x');
	ck_assert(!buf_ok(&b));
	ck_assert_uint_eq(b.len, 10);
	buf_put(&b, "", 0);
	buf_puts(&b, "y");
	buf_printf(&b, "z");
	buf_put_i64(&b, 1);
	buf_json_str(&b, "q");
	ck_assert(!buf_reserve(&b, 0));
	ck_assert(!buf_ok(&b));
	ck_assert_uint_eq(b.len, 10);
	ck_assert_ptr_null(buf_steal(&b));
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.limit, 10);
	buf_printf(&b, "%s", "0123456789A");
	ck_assert(!buf_ok(&b));
	ck_assert_uint_eq(b.len, 0);
	buf_clear(&b);
	ck_assert(buf_ok(&b));
	buf_printf(&b, "%s", "0123456789");
	char *s = buf_steal(&b);
	ck_assert_str_eq(s, "0123456789");
	ck_assert_ptr_null(b.data);
	free(s);
	buf_free(&b);
}
END_TEST

START_TEST(absurd_sizes_fail)
{
	struct buf b = BUF_INIT;
	buf_puts(&b, "x");
	ck_assert(!buf_reserve(&b, SIZE_MAX));
	ck_assert(!buf_ok(&b));
	buf_free(&b);
	ck_assert(!buf_reserve(&b, SIZE_MAX));
	buf_free(&b);
}
END_TEST

START_TEST(integers)
{
	static const struct {
		int64_t v;
		const char *text;
	} rows[] = {
	    {0, "0"}, {-1, "-1"}, {10, "10"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;
		buf_put_i64(&b, rows[i].v);
		ck_assert_str_eq(b.data, rows[i].text);
		buf_free(&b);
	}
}
END_TEST

START_TEST(milli)
{
	static const struct {
		int64_t v;
		const char *text;
	} rows[] = {{0, "0"}, {12500, "12.5"}, {-40, "-0.04"}, {3000, "3"}, {1, "0.001"}, {-1, "-0.001"},
	    {999, "0.999"}, {-1000, "-1"}, {100010, "100.01"}, {INT64_MAX, "9223372036854775.807"},
	    {INT64_MIN, "-9223372036854775.808"}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;
		buf_json_milli(&b, rows[i].v);
		ck_assert_str_eq(b.data, rows[i].text);
		buf_free(&b);
	}
}
END_TEST

START_TEST(strings)
{
	static const struct {
		const char *s;
		size_t n;
		const char *json;
	} rows[] = {
	    {"", 0, "\"\""},
	    {"plain", 5, "\"plain\""},
	    {"a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
	    {"\b\f\n\r\t", 5, "\"\\b\\f\\n\\r\\t\""},
	    {"\x01\x1F\x7F", 3, "\"\\u0001\\u001f\x7F\""},
	    {"a\0b", 3, "\"a\\u0000b\""},
	    {"中文\xF0\x9F\x98\x80", 10, "\"中文\xF0\x9F\x98\x80\""},
	    {"\xFF", 1, "\"\xEF\xBF\xBD\""},
	    {"a\xC3", 2, "\"a\xEF\xBF\xBD\""},
	    {"\xED\xA0\x80", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
	    {"\xC0\xAFx", 3, "\"\xEF\xBF\xBD\xEF\xBF\xBDx\""},
	    {NULL, 0, "null"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf b = BUF_INIT;
		buf_json_strn(&b, rows[i].s, rows[i].n);
		ck_assert_str_eq(b.data, rows[i].json);
		buf_free(&b);
	}
	struct buf b = BUF_INIT;
	buf_json_str(&b, NULL);
	buf_json_str(&b, "é");
	ck_assert_str_eq(b.data, "null\"é\"");
	buf_free(&b);
}
END_TEST

START_TEST(times_and_ids)
{
	struct buf b = BUF_INIT;
	buf_json_time(&b, 1);
	buf_json_time(&b, INSTANT_NEVER);
	ck_assert_str_eq(b.data, "\"1970-01-01T00:00:00.001Z\"null");
	buf_clear(&b);
	static const uint8_t id[16] = {
	    1, 0x90, 0xb7, 0xa4, 0x11, 0x11, 0x70, 0, 0x80, 0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc};
	buf_json_uuid(&b, id);
	ck_assert_str_eq(b.data, "\"0190b7a4-1111-7000-8000-123456789abc\"");
	buf_free(&b);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/buf");
	TCase *t = tcase_create("all");
	tcase_add_test(t, appends_grow);
	tcase_add_test(t, nothing_is_still_text);
	tcase_add_test(t, failure_sticks_at_the_limit);
	tcase_add_test(t, absurd_sizes_fail);
	tcase_add_test(t, integers);
	tcase_add_test(t, milli);
	tcase_add_test(t, strings);
	tcase_add_test(t, times_and_ids);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
