/* base/rate: token buckets. */
#include <check.h>

#include "base/rate.h"

#define SECOND INT64_C(1000000)

START_TEST(rates)
{
	struct rate *r = rate_new();
	for (unsigned i = 0; i < 10; i++) {
		struct rate_verdict v = rate_take(r, 7, 10, SECOND, 1000000);
		ck_assert(v.allowed);
		ck_assert_uint_eq(v.quota, 10);
		ck_assert_uint_eq(v.remaining, 9 - i);
		ck_assert_uint_eq(v.reset_s, 1);
	}
	ck_assert(!rate_take(r, 7, 10, SECOND, 1000000).allowed);
	ck_assert(rate_take(r, 8, 10, SECOND, 1000000).allowed); /* another key */
	ck_assert(!rate_take(r, 7, 10, SECOND, 1099999).allowed);
	ck_assert(rate_take(r, 7, 10, SECOND, 1100000).allowed); /* a tenth of a second brings one */
	ck_assert(!rate_take(r, 7, 10, SECOND, 1100001).allowed);
	ck_assert_uint_eq(rate_take(r, 7, 10, SECOND, 999999999).remaining, 9); /* never more than a second's worth */
	ck_assert_uint_eq(rate_take(r, 7, 10, SECOND, 5).remaining, 8); /* a clock that went back gives nothing */
	/* Far more keys than slots: bounded, and everybody is served. */
	for (uint64_t k = 1; k < 200000; k++)
		ck_assert(rate_take(r, k * 0x9E3779B97F4A7C15u, 10, SECOND, 2000000 + (int64_t)k).allowed);
	rate_free(&r);
	ck_assert_ptr_null(r);
}
END_TEST

START_TEST(a_longer_window)
{
	struct rate *r = rate_new();
	for (unsigned i = 0; i < 3; i++)
		ck_assert(rate_take(r, 7, 3, 60 * SECOND, SECOND).allowed);
	struct rate_verdict v = rate_take(r, 7, 3, 60 * SECOND, SECOND);
	ck_assert(!v.allowed);
	ck_assert_uint_eq(v.reset_s, 60);
	ck_assert(!rate_take(r, 7, 3, 60 * SECOND, 20 * SECOND).allowed);
	ck_assert(rate_take(r, 7, 3, 60 * SECOND, 21 * SECOND + 2).allowed); /* a third of a minute brings one */
	ck_assert(!rate_take(r, 7, 3, 60 * SECOND, 22 * SECOND).allowed);
	ck_assert_uint_eq(rate_take(r, 7, 3, 60 * SECOND, 500 * SECOND).remaining, 2);
	rate_free(&r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/rate");
	TCase *t = tcase_create("rates");
	tcase_add_test(t, rates);
	tcase_add_test(t, a_longer_window);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? 1 : 0;
}
