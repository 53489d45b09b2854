/* base/text: e-mail addresses to one canonical spelling. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10

static const struct {
	const char *typed;
	const char *email; /* NULL: refused */
	const char *says;  /* a part of the sentence */
} rows[] = {
    {"a@b.co", "a@b.co", NULL},
    {"  Zhang.San@Example.COM \r\n", "zhang.san@example.com", NULL},
    {"first+tag@example.com", "first+tag@example.com", NULL},
    {"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com", NULL},
    {"o'brien@example.ie", "o'brien@example.ie", NULL},
    {"1@2.cn", "1@2.cn", NULL},
    {"a@xn--fsqu00a.xn--55qx5d", "a@xn--fsqu00a.xn--55qx5d", NULL},
    {"A@XN--BCHER-KVA.Example", "a@xn--bcher-kva.example", NULL},
    {"用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d", NULL},
    {"用户@例子。公司", "用户@xn--fsqu00a.xn--55qx5d", NULL},
    {"ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang@example.com", NULL},
    {"user@BÜCHER.example", "user@xn--bcher-kva.example", NULL},
    {"user@bu\xCC\x88"
     "cher.example",
	"user@xn--bcher-kva.example", NULL},
    {"BÜCHER@BÜCHER.example", "bücher@xn--bcher-kva.example", NULL},
    {"info@faß.de", "info@xn--fa-hia.de", NULL},
    {"ПОЧТА@пример.рф", "почта@xn--e1afmkfd.xn--p1ai", NULL},
    {"a@r3---sn.example.com", "a@r3---sn.example.com", NULL},
    {"a@1.2.3.com", "a@1.2.3.com", NULL},
    {"a@example.c0m", "a@example.c0m", NULL},
    {"\xEF\xBB\xBFzhang@example.com\xE2\x80\x8B", "zhang@example.com", NULL},
    {"zhang\xC2\xAD@example.com", "zhang@example.com", NULL},
    {A60 "aaaa@example.com", A60 "aaaa@example.com", NULL},
    {"a@" A60 "aaa.com", "a@" A60 "aaa.com", NULL},
    {"", NULL, "empty"},
    {" \t", NULL, "empty"},
    {"example.com", NULL, "no @"},
    {"@example.com", NULL, "before the @ is missing"},
    {"a@", NULL, "domain is missing"},
    {"@", NULL, "missing"},
    {"a@b@c.com", NULL, "before the @ has a character"},
    {".a@example.com", NULL, "dot before"},
    {"a.@example.com", NULL, "dot before"},
    {"a..b@example.com", NULL, "dot before"},
    {"a b@example.com", NULL, "character"},
    {"a\tb@example.com", NULL, "character"},
    {"a,b@example.com", NULL, "character"},
    {"a@b.com,c@d.com", NULL, "character"},
    {"a@b.com; c@d.com", NULL, "character"},
    {"\"a b\"@example.com", NULL, "quoted"},
    {"\"a\"@example.com", NULL, "quoted"},
    {"Zhang <zhang@example.com>", NULL, "character"},
    {"<zhang@example.com>", NULL, "character"},
    {"mailto:zhang@example.com", NULL, "character"},
    {"a(comment)@example.com", NULL, "character"},
    {"a\\b@example.com", NULL, "character"},
    {"a\x01@example.com", NULL, "control character"},
    {"a\x7F@example.com", NULL, "control character"},
    {"a@exam\nple.com", NULL, "character"},
    {"a@[127.0.0.1]", NULL, "brackets"},
    {"a@[IPv6:::1]", NULL, "brackets"},
    {"a@127.0.0.1", NULL, "number"},
    {"a@localhost", NULL, "no dot"},
    {"a@example.com.", NULL, "dot at an end"},
    {"a@.example.com", NULL, "dot at an end"},
    {"a@example..com", NULL, "two together"},
    {"a@-example.com", NULL, "hyphen"},
    {"a@example-.com", NULL, "hyphen"},
    {"a@exa_mple.com", NULL, "character"},
    {"a@exa mple.com", NULL, "character"},
    {"a@example.com/x", NULL, "character"},
    {"a@xn--a.com", NULL, "international"},
    {"a@xn--zzzzzzzzzzz99.com", NULL, "international"},
    {"a@☃.com", NULL, "international"},
    {"a@例\xE2\x80\x8D子.com", NULL, "international"},
    {"a@例子", NULL, "no dot"},
    {"\xF0\x9F\x98\x80@example.com", NULL, "character"},
    {"a\xFF@example.com", NULL, "UTF-8"},
    {A60 "aaaaa@example.com", NULL, "64 bytes"},
    {"a@" A60 "aaaa.com", NULL, "63 bytes"},
    {"a@" A60 "." A60 "." A60 "." A60 "." A10 ".com", NULL, "253 bytes"},
};

START_TEST(rows_hold)
{
	struct arena *a = arena_new(0);
	char *email = NULL;
	struct err e = {0};
	enum status st = email_normalise(a, rows[_i].typed, strlen(rows[_i].typed), &email, &e);
	if (rows[_i].email) {
		ck_assert_msg(st == ST_OK, "%s: %s", rows[_i].typed, e.detail);
		ck_assert_str_eq(email, rows[_i].email);
		char *again = NULL;
		ck_assert_int_eq(email_normalise(a, email, strlen(email), &again, &e), ST_OK);
		ck_assert_str_eq(again, email);
	} else {
		ck_assert_msg(st == ST_INVALID, "%s: %s", rows[_i].typed, email);
		ck_assert_str_eq(e.code, "email_invalid");
		ck_assert_msg(strstr(e.detail, rows[_i].says) != NULL, "%s: %s", rows[_i].typed, e.detail);
		ck_assert_ptr_null(email);
	}
	arena_free(&a);
}
END_TEST

START_TEST(length_and_nul)
{
	struct arena *a = arena_new(0);
	char *email = NULL;
	struct err e;
	char text[2000];
	/* 254 bytes are the most. */
	int n = snprintf(text, sizeof(text), "%s@%s.%s.%s.com", A60, A60, A60, A60);
	for (; n < 255; n++)
		text[n] = 'm';
	ck_assert_int_eq(email_normalise(a, text, 254, &email, &e), ST_OK);
	ck_assert_int_eq(email_normalise(a, text, 255, &email, &e), ST_INVALID);
	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(email_normalise(a, text, sizeof(text), &email, &e), ST_INVALID);
	ck_assert_int_eq(email_normalise(a, "a@b.com\0.evil.com", 17, &email, &e), ST_INVALID);
	ck_assert_int_eq(email_normalise(a, "a@b.com\0", 8, &email, &e), ST_INVALID);
	ck_assert_int_eq(email_normalise(a, "a@b.com", 7, &email, NULL), ST_OK);
	struct arena *tiny = arena_new(8);
	ck_assert_int_eq(email_normalise(tiny, "a@b.com", 7, &email, &e), ST_NOMEM);
	ck_assert_int_eq(email_normalise(tiny, "a@例子.com", strlen("a@例子.com"), &email, &e), ST_NOMEM);
	arena_free(&tiny);
	arena_free(&a);
}
END_TEST

/* Every character in the local part: refused, or once and for all settled. */
START_TEST(any_character_is_settled_at_once)
{
	struct arena *a = arena_new(0);
	for (unsigned cp = 1; cp < 0x30000; cp++) {
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		char text[40];
		int n = cp < 0x80    ? snprintf(text, sizeof(text), "x%cy@example.com", (int)cp)
			: cp < 0x800 ? snprintf(text, sizeof(text), "x%c%cy@example.com", (int)(0xC0 | cp >> 6),
					   (int)(0x80 | (cp & 63)))
			: cp < 0x10000
			    ? snprintf(text, sizeof(text), "x%c%c%cy@example.com", (int)(0xE0 | cp >> 12),
				  (int)(0x80 | (cp >> 6 & 63)), (int)(0x80 | (cp & 63)))
			    : snprintf(text, sizeof(text), "x%c%c%c%cy@example.com", (int)(0xF0 | cp >> 18),
				  (int)(0x80 | (cp >> 12 & 63)), (int)(0x80 | (cp >> 6 & 63)), (int)(0x80 | (cp & 63)));
		char *once = NULL;
		char *twice = NULL;
		struct err e;
		arena_reset(a);
		if (email_normalise(a, text, (size_t)n, &once, &e) != ST_OK)
			continue;
		ck_assert_msg(email_normalise(a, once, strlen(once), &twice, &e) == ST_OK, "U+%04X: %s", cp, e.detail);
		ck_assert_msg(strcmp(once, twice) == 0, "U+%04X: %s, %s", cp, once, twice);
	}
	arena_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/email");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, rows_hold, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(t, length_and_nul);
	tcase_add_test(t, any_character_is_settled_at_once);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
