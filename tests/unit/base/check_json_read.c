/* base/json, reading: what is refused, where, and under which code. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

struct row {
	const char *s;
	size_t n; /* 0: strlen */
	unsigned line;
	unsigned column;
	const char *says; /* a part of the detail */
};

/* Positions count from 1; a column is a character. A number too big and a key given twice are told at their end. */
static const struct row bad[] = {
    /* bytes */
    {"\"\xFF\"", 0, 1, 2, "UTF-8"},
    {"\"\xC3(\"", 0, 1, 2, "UTF-8"},
    {"\"\xC0\xAF\"", 0, 1, 2, "UTF-8"},
    {"\"\xE0\x80\x80\"", 0, 1, 2, "UTF-8"},
    {"\"\xED\xA0\x80\"", 0, 1, 2, "UTF-8"},
    {"\"\xF4\x90\x80\x80\"", 0, 1, 2, "UTF-8"},
    {"\"\xF5\x80\x80\x80\"", 0, 1, 2, "UTF-8"},
    {"\"\x80\"", 0, 1, 2, "UTF-8"},
    {"\"\xE4\xB8\"", 0, 1, 2, "UTF-8"},
    {"\"中文\xE4\xB8", 0, 1, 4, "UTF-8"},
    {"{\"\xFE\":1}", 0, 1, 3, "UTF-8"},
    {"[\xFF]", 0, 1, 2, "UTF-8"},
    {"[\"a\0b\"]", 7, 1, 4, "control character"},
    {"[1,\0]", 5, 1, 4, "NUL"},
    {"{}\0", 3, 1, 3, "NUL"},
    {"\xEF\xBB\xBF{}", 0, 1, 1, "byte order mark"},
    {"[\xEF\xBB\xBF]", 0, 1, 2, "only stand in a string"},
    {"[\xC2\xA0]", 0, 1, 2, "only stand in a string"},
    {"[\xEF\xBC\x91]", 0, 1, 2, "only stand in a string"},
    {"[1]\x0C", 0, 1, 4, "more text"},
    {"[\x0B 1]", 0, 1, 2, "a value"},
    /* escapes */
    {"\"\\u0000\"", 0, 1, 2, "\\u0000"},
    {"{\"a\\u0000b\":1}", 0, 1, 4, "\\u0000"},
    {"{\n \"k\": \"x\\u0000\"}", 0, 2, 9, "\\u0000"},
    {"\"\\ud800\"", 0, 1, 2, "surrogate"},
    {"\"\\udc00\"", 0, 1, 2, "surrogate"},
    {"\"\\uD800\\uD800\"", 0, 1, 2, "surrogate"},
    {"\"\\ud83d\\n\"", 0, 1, 2, "surrogate"},
    {"\"\\ud83d\\u00\"", 0, 1, 2, "surrogate"},
    {"\"\\ud83dx\"", 0, 1, 2, "surrogate"},
    {"\"\\ud83d", 0, 1, 2, "surrogate"},
    {"\"\\u12\"", 0, 1, 2, "four hexadecimal"},
    {"\"\\u12G4\"", 0, 1, 2, "four hexadecimal"},
    {"\"\\u+123\"", 0, 1, 2, "four hexadecimal"},
    {"\"\\u", 0, 1, 2, "four hexadecimal"},
    {"\"\\x41\"", 0, 1, 2, "no such escape"},
    {"\"\\'\"", 0, 1, 2, "no such escape"},
    {"\"\\\0\"", 4, 1, 2, "no such escape"},
    {"\"\\", 0, 1, 2, "does not end"},
    {"\"abc", 0, 1, 1, "does not end"},
    {"[\"a\\\"]", 0, 1, 2, "does not end"},
    {"\"a\nb\"", 0, 1, 3, "control character"},
    {"\"\t\"", 0, 1, 2, "control character"},
    {"\"\x1F\"", 0, 1, 2, "control character"},
    /* grammar */
    {"", 0, 0, 0, "empty"},
    {" \n\t\r", 0, 0, 0, "empty"},
    {",", 0, 1, 1, "a value"},
    {":", 0, 1, 1, "a value"},
    {"{", 0, 1, 2, "too early"},
    {"[", 0, 1, 2, "too early"},
    {"[1,", 0, 1, 4, "too early"},
    {"[1\n", 0, 2, 1, "too early"},
    {"{\"a\"", 0, 1, 5, "too early"},
    {"{\"a\":", 0, 1, 6, "too early"},
    {"{\"a\":1,", 0, 1, 8, "too early"},
    {"[1,]", 0, 1, 4, "a value"},
    {"[,1]", 0, 1, 2, "a value"},
    {"[1,,2]", 0, 1, 4, "a value"},
    {"[1 2]", 0, 1, 4, "a comma or ]"},
    {"[1:2]", 0, 1, 3, "a comma or ]"},
    {"{\"a\":1,}", 0, 1, 8, "a key"},
    {"{,}", 0, 1, 2, "a key"},
    {"{\"a\"}", 0, 1, 5, "a colon"},
    {"{\"a\":}", 0, 1, 6, "a value"},
    {"{\"a\" 1}", 0, 1, 6, "a colon"},
    {"{\"a\",\"b\"}", 0, 1, 5, "a colon"},
    {"{a:1}", 0, 1, 2, "a key"},
    {"{1:2}", 0, 1, 2, "a key"},
    {"{null:2}", 0, 1, 2, "a key"},
    {"{[]:2}", 0, 1, 2, "a key"},
    {"{\"a\":1 \"b\":2}", 0, 1, 8, "a comma or }"},
    {"{\"a\":1:2}", 0, 1, 7, "a comma or }"},
    {"]", 0, 1, 1, "a value"},
    {"[]]", 0, 1, 3, "more text"},
    {"[}", 0, 1, 2, "a value"},
    {"{]", 0, 1, 2, "a key"},
    {"{\"a\":[1}", 0, 1, 8, "a comma or ]"},
    {"[{\"a\":1]", 0, 1, 8, "a comma or }"},
    {"[1] x", 0, 1, 5, "more text"},
    {"1 2", 0, 1, 3, "more text"},
    {"{}{}", 0, 1, 3, "more text"},
    {"[],", 0, 1, 3, "more text"},
    {"\"a\"\"b\"", 0, 1, 4, "more text"},
    {"nul", 0, 1, 1, "only words"},
    {"True", 0, 1, 1, "only words"},
    {"nulll", 0, 1, 1, "only words"},
    {"[ truefalse]", 0, 1, 3, "only words"},
    {"NaN", 0, 1, 1, "only words"},
    {"Infinity", 0, 1, 1, "only words"},
    {"undefined", 0, 1, 1, "only words"},
    {"'a'", 0, 1, 1, "a value"},
    {"// c\n1", 0, 1, 1, "a value"},
    {"[1]/* c */", 0, 1, 4, "more text"},
    {"[\n\n  \"中\", x]", 0, 3, 8, "only words"},
    {"[\r\n1 1]", 0, 2, 3, "a comma or ]"},
    /* numbers */
    {"01", 0, 1, 1, "not a JSON number"},
    {"-01", 0, 1, 1, "not a JSON number"},
    {"-", 0, 1, 1, "not a JSON number"},
    {"--1", 0, 1, 1, "not a JSON number"},
    {"+1", 0, 1, 1, "not a JSON number"},
    {"1.", 0, 1, 1, "not a JSON number"},
    {"[1.e5]", 0, 1, 2, "not a JSON number"},
    {".5", 0, 1, 1, "not a JSON number"},
    {"1e", 0, 1, 1, "not a JSON number"},
    {"1e+", 0, 1, 1, "not a JSON number"},
    {"1.2.3", 0, 1, 1, "not a JSON number"},
    {"0x10", 0, 1, 1, "not a JSON number"},
    {"1_000", 0, 1, 2, "more text"},
    {"-Infinity", 0, 1, 1, "not a JSON number"},
    {"[9223372036854775808]", 0, 1, 20, "too big"},
    {"[-9223372036854775809]", 0, 1, 21, "too big"},
    {"[99999999999999999999999999]", 0, 0, 0, "too big"},
    {"[1e309]", 0, 1, 6, "too big"},
    {"[-1e999]", 0, 0, 0, "too big"},
    /* keys */
    {"{\"a\":1,\"a\":2}", 0, 1, 10, "twice"},
    {"{\"a\":1,\"\\u0061\":2}", 0, 0, 0, "twice"},
    {"[{\"k\":{\"x\":1,\n\"x\":1}}]", 0, 2, 3, "twice"},
};

START_TEST(bad_text_is_refused_where_it_is_bad)
{
	const struct row *row = &bad[_i];
	size_t n = row->n ? row->n : strlen(row->s);
	/* A block of just this size, so that AddressSanitizer sees a read beyond it. */
	char *s = malloc(n ? n : 1);
	memcpy(s, row->s, n);
	json_t *v = NULL;
	struct err e = {0};
	ck_assert_msg(json_read(s, n, NULL, &v, &e) == ST_INVALID, "row %d: %s", _i, row->s);
	ck_assert_ptr_null(v);
	ck_assert_str_eq(e.code, "json_invalid");
	ck_assert_msg(strstr(e.detail, row->says) != NULL, "row %d: %s: %s", _i, row->s, e.detail);
	unsigned line = 0;
	unsigned column = 0;
	if (row->line) {
		ck_assert_int_eq(sscanf(e.detail, "Line %u, column %u:", &line, &column), 2);
		ck_assert_msg(line == row->line && column == row->column, "row %d: %s: %s", _i, row->s, e.detail);
	}
	ck_assert_int_eq(json_read(s, n, NULL, &v, NULL), ST_INVALID);
	free(s);
}
END_TEST

START_TEST(good_text_is_read)
{
	static const struct {
		const char *s;
		const char *compact;
	} rows[] = {
	    {"{}", "{}"},
	    {" [ ] ", "[]"},
	    {"null", "null"},
	    {"true", "true"},
	    {"0", "0"},
	    {"-0", "0"},
	    {"\"\"", "\"\""},
	    {"[1,2.5,-3e2,\"x\",null,true,false,{\"a\":[]}]", "[1,2.5,-300.0,\"x\",null,true,false,{\"a\":[]}]"},
	    {"{\"b\":1,\"a\":2}", "{\"b\":1,\"a\":2}"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"-9223372036854775808", "-9223372036854775808"},
	    {"1.7976931348623157e308", "1.7976931348623157e+308"},
	    {"0.1", "0.1"},
	    {"12.10", "12.1"},
	    {"1e-400", "0.0"},
	    {"1.0", "1.0"},
	    {"123456789.123", "123456789.123"},
	    {"\"\\u00e9\\n\\/\\\\\\\"\\t\"", "\"é\\n/\\\\\\\"\\t\""},
	    {"\"\\ud83d\\uDE00\"", "\"\xF0\x9F\x98\x80\""},
	    {"\"中文 \xF0\x9F\x98\x80 \x7F\"", "\"中文 \xF0\x9F\x98\x80 \x7F\""},
	    {"\"\\uFFFF\\uE000\"", "\"\xEF\xBF\xBF\xEE\x80\x80\""},
	    {"{\"\":{\"\":0}}", "{\"\":{\"\":0}}"},
	    {"\"[[[[{{{{\"", "\"[[[[{{{{\""},
	    {"\r\n\t[1]\r\n", "[1]"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *v = NULL;
		struct err e = {0};
		ck_assert_msg(
		    json_read(rows[i].s, strlen(rows[i].s), NULL, &v, &e) == ST_OK, "%s: %s", rows[i].s, e.detail);
		struct buf b = BUF_INIT;
		ck_assert(json_write(v, false, &b));
		ck_assert_str_eq(b.data, rows[i].compact);
		json_t *again = NULL;
		ck_assert_int_eq(json_read(b.data, b.len, NULL, &again, &e), ST_OK);
		ck_assert(json_equal(v, again));
		json_decref(again);
		json_decref(v);
		buf_free(&b);
	}
}
END_TEST

START_TEST(limits_hold_to_the_unit)
{
	struct err e;
	json_t *v = NULL;
	char text[70000];
	for (unsigned depth = 31; depth <= 33; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		enum status st = json_read(text, 2 * depth, NULL, &v, &e);
		ck_assert_int_eq(st, depth <= 32 ? ST_OK : ST_TOO_LARGE);
		if (st == ST_OK)
			json_decref(v);
		else
			ck_assert_str_eq(e.code, "json_too_deep");
	}
	/* Deep and unfinished, as an attacker sends it. */
	memset(text, '[', sizeof(text));
	ck_assert_int_eq(json_read(text, sizeof(text), NULL, &v, &e), ST_TOO_LARGE);
	struct json_limits limits = {.max_depth = 2, .max_tokens = 5, .max_bytes = 30};
	static const struct {
		const char *s;
		enum status st;
		const char *code;
	} rows[] = {
	    {"[1,2,3,4]", ST_OK, ""},
	    {"[1,2,3,4,5]", ST_TOO_LARGE, "json_too_large"},
	    {"{\"a\":1,\"b\":2}", ST_OK, ""},
	    {"{\"a\":1,\"b\":2,\"c\":3}", ST_TOO_LARGE, "json_too_large"},
	    {"[[1]]", ST_OK, ""},
	    {"[[[]]]", ST_TOO_LARGE, "json_too_deep"},
	    {"[{\"a\":{}}]", ST_TOO_LARGE, "json_too_deep"},
	    {"\"1234567890123456789012345678\"", ST_OK, ""},
	    {"\"12345678901234567890123456789\"", ST_TOO_LARGE, "json_too_large"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum status st = json_read(rows[i].s, strlen(rows[i].s), &limits, &v, &e);
		ck_assert_msg(st == rows[i].st, "%s", rows[i].s);
		if (st == ST_OK)
			json_decref(v);
		else
			ck_assert_str_eq(e.code, rows[i].code);
	}
	limits = (struct json_limits){.max_bytes = 1 << 20};
	char *many = malloc(60004);
	memset(many, '[', 1);
	for (int i = 0; i < 20000; i++)
		memcpy(many + 1 + 2 * i, "1,", 2);
	many[40000] = ']';
	ck_assert_int_eq(json_read(many, 40001, &limits, &v, &e), ST_TOO_LARGE);
	many[39998] = ']';
	ck_assert_int_eq(json_read(many, 39999, &limits, &v, &e), ST_OK);
	json_decref(v);
	free(many);
	char *large = malloc(262145);
	memset(large, ' ', 262145);
	large[0] = '1';
	ck_assert_int_eq(json_read(large, 262144, NULL, &v, &e), ST_OK);
	json_decref(v);
	ck_assert_int_eq(json_read(large, 262145, NULL, &v, &e), ST_TOO_LARGE);
	free(large);
}
END_TEST

/* Any bytes: never a crash, and what is accepted can be written and read back. */
START_TEST(mutations_do_no_harm)
{
	static const char seed[] = "{\"a\":[1,-2.5e3,\"\\ud83d\\ude00 中\\n\",null,{\"b\":true}],\"c\":\"\\u00e9\"}";
	uint64_t x = 99;
	unsigned accepted = 0;
	for (int i = 0; i < 30000; i++) {
		char text[sizeof(seed)];
		size_t n = sizeof(seed) - 1;
		memcpy(text, seed, sizeof(seed));
		for (int k = 0; k < 1 + i % 3; k++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			static const char bytes[] = "\"\\[]{},:u0d8 19.e-\xC3\xA9\xED\x00\n";
			text[(x >> 33) % n] = bytes[(x >> 20) % (sizeof(bytes) - 1)];
		}
		if (x >> 60 == 0)
			n = (x >> 33) % n;
		json_t *v = NULL;
		struct err e;
		enum status st = json_read(text, n, NULL, &v, &e);
		json_t *plain = json_loadb(text, n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
		/* The scan and jansson agree on what JSON is. */
		ck_assert_msg((plain != NULL) == (st == ST_OK), "%.*s: %s", (int)n, text, e.detail);
		json_decref(plain);
		if (st != ST_OK) {
			ck_assert_int_eq(st, ST_INVALID);
			continue;
		}
		accepted++;
		struct buf b = BUF_INIT;
		json_t *again = NULL;
		ck_assert(json_write(v, i & 1, &b));
		ck_assert_int_eq(json_read(b.data, b.len, NULL, &again, &e), ST_OK);
		ck_assert(json_equal(v, again));
		json_decref(again);
		json_decref(v);
		buf_free(&b);
	}
	ck_assert_uint_gt(accepted, 1000);
}
END_TEST

static unsigned long allocations_left;

static void *failing_malloc(size_t n)
{
	if (allocations_left == 0)
		return NULL;
	allocations_left--;
	return malloc(n);
}

START_TEST(every_failed_allocation_is_told)
{
	static const char text[] =
	    "{\"a\":[1,2.5,\"x\\u00e9\",{\"b\":[]}],\"c\":{\"d\":\"long enough to grow a string buffer\"}}";
	json_set_alloc_funcs(failing_malloc, free);
	unsigned long n = 0;
	for (;; n++) {
		json_t *v = NULL;
		struct err e = {0};
		allocations_left = n;
		enum status st = json_read(text, sizeof(text) - 1, NULL, &v, &e);
		if (st == ST_OK) {
			json_decref(v);
			break;
		}
		ck_assert_msg(st == ST_NOMEM, "allocation %lu: %s", n, e.detail);
		ck_assert_ptr_null(v);
	}
	json_set_alloc_funcs(malloc, free);
	ck_assert_uint_gt(n, 10);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/json_read");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, bad_text_is_refused_where_it_is_bad, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, good_text_is_read);
	tcase_add_test(t, limits_hold_to_the_unit);
	tcase_add_test(t, mutations_do_no_harm);
	tcase_add_test(t, every_failed_allocation_is_told);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
