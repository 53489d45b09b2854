/* Means and deviations against the plain formulas, in parts and whole; totals of samples. */
#include "learn/spread.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "learn/rate.h"

START_TEST(parts_are_the_whole)
{
	static const double x[] = {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16, 1e9, 1e9 - 1, 1e9 + 2};
	enum { N = sizeof x / sizeof x[0] };
	double sum = 0, squares = 0;
	for (int i = 0; i < N; i++)
		sum += x[i] - 1e9;
	for (int i = 0; i < N; i++)
		squares += (x[i] - 1e9 - sum / N) * (x[i] - 1e9 - sum / N);
	for (int cut = 0; cut <= N; cut++) {
		struct spread a = {0}, b = {0};
		for (int i = 0; i < N; i++)
			spread_add(i < cut ? &a : &b, x[i]);
		spread_join(&a, &b);
		ck_assert_int_eq(a.n, N);
		ck_assert_double_eq_tol(a.mean, 1e9 + sum / N, 1e-6);
		ck_assert_double_eq_tol(spread_sd(&a), sqrt(squares / (N - 1)), 1e-6);
	}
}
END_TEST

START_TEST(totals)
{
	struct spread s = {0};
	for (int i = 0; i < 100; i++)
		spread_add(&s, i % 10 == 0);
	struct total t = spread_total(&s, 1000);
	double sd = sqrt(100 * .1 * .9 / 99), half = RATE_Z95 * 1000 * sd / 10 * sqrt(.9);
	ck_assert_double_eq_tol(t.value, 100, 1e-9);
	ck_assert_double_eq_tol(t.low, 100 - half, 1e-9);
	ck_assert_double_eq_tol(t.high, 100 + half, 1e-9);
	/* Everybody was asked. */
	t = spread_total(&s, 100);
	ck_assert(t.low == t.value && t.high == t.value);
	ck_assert_double_eq_tol(t.value, 10, 1e-12);
	t = spread_total(&(struct spread){0}, 0);
	ck_assert(t.value == 0 && t.low == 0 && t.high == 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spread");
	TCase *t = tcase_create("spread");
	tcase_add_test(t, parts_are_the_whole);
	tcase_add_test(t, totals);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
