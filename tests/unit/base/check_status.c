/* base/status: an err says what it was told, whole and in time. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

START_TEST(set_fills_everything)
{
	struct err e;
	memset(&e, 0xFF, sizeof(e));
	ck_assert_int_eq(err_set(&e, ST_CONFLICT, "version_changed", "Version %d is not %d.", 3, 4), ST_CONFLICT);
	ck_assert_int_eq(e.status, ST_CONFLICT);
	ck_assert_str_eq(e.code, "version_changed");
	ck_assert_str_eq(e.detail, "Version 3 is not 4.");
	ck_assert_str_eq(e.pointer, "");
	ck_assert_str_eq(e.sqlstate, "");
	ck_assert_int_eq(err_at(&e, ST_INVALID, NULL, "/lead/email", "No."), ST_INVALID);
	ck_assert_str_eq(e.code, "");
	ck_assert_str_eq(e.pointer, "/lead/email");
	err_clear(&e);
	ck_assert_int_eq(e.status, ST_OK);
	ck_assert_str_eq(e.detail, "");
}
END_TEST

START_TEST(null_is_accepted)
{
	ck_assert_int_eq(err_set(NULL, ST_BUSY, "x", "%s", "y"), ST_BUSY);
	ck_assert_int_eq(err_at(NULL, ST_BUSY, "x", "/a", "%s", "y"), ST_BUSY);
	err_clear(NULL);
}
END_TEST

START_TEST(an_error_can_be_wrapped_in_itself)
{
	struct err e;
	err_at(&e, ST_INVALID, "inner", "/a", "the cause");
	err_at(&e, ST_INVALID, e.code, e.pointer, "outer: %s", e.detail);
	ck_assert_str_eq(e.code, "inner");
	ck_assert_str_eq(e.pointer, "/a");
	ck_assert_str_eq(e.detail, "outer: the cause");
}
END_TEST

START_TEST(long_text_is_cut_between_characters)
{
	char text[1000];
	for (size_t shift = 0; shift < 3; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 3 < sizeof(text); i += 3)
			memcpy(text + i, "\xE4\xB8\xAD", 4);
		struct err e;
		err_at(&e, ST_INVALID, text, text, "%s", text);
		ck_assert(utf8_valid(e.detail, strlen(e.detail)));
		ck_assert(utf8_valid(e.code, strlen(e.code)));
		ck_assert(utf8_valid(e.pointer, strlen(e.pointer)));
		ck_assert_uint_ge(strlen(e.detail), ERR_DETAIL_MAX - 4);
		ck_assert_uint_ge(strlen(e.pointer), ERR_POINTER_MAX - 4);
	}
}
END_TEST

START_TEST(every_status_has_its_own_name)
{
	for (int a = ST_OK; a <= ST_INTERNAL; a++) {
		ck_assert_uint_gt(strlen(status_name((enum status)a)), 0);
		for (int b = ST_OK; b < a; b++)
			ck_assert_str_ne(status_name((enum status)a), status_name((enum status)b));
	}
	ck_assert_str_eq(status_name(ST_NOT_FOUND), "not_found");
	ck_assert_str_eq(status_name(ST_INVALID), "invalid");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/status");
	TCase *t = tcase_create("all");
	tcase_add_test(t, set_fills_everything);
	tcase_add_test(t, null_is_accepted);
	tcase_add_test(t, an_error_can_be_wrapped_in_itself);
	tcase_add_test(t, long_text_is_cut_between_characters);
	tcase_add_test(t, every_status_has_its_own_name);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
