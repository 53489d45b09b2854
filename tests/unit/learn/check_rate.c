/* The Wilson interval, against values worked out elsewhere and against its own definition. */
#include "learn/rate.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

/* The roots of (1 + z²/n) x² - (2p + z²/n) x + p² = 0, found in Python. */
static const struct {
	int64_t k, n;
	double low, high;
} known[] = {
    {1, 10, 0.01787621, 0.40415003},
    {5, 10, 0.23659309, 0.76340691},
    {842, 8000, 0.09871379, 0.11216509},
    {0, 10, 0, 0.27753280},
    {10, 10, 0.72246720, 1},
};

START_TEST(known_intervals)
{
	struct rate r = rate_wilson(known[_i].k, known[_i].n, RATE_Z95);
	ck_assert_double_eq_tol(r.value, (double)known[_i].k / (double)known[_i].n, 1e-12);
	ck_assert_double_eq_tol(r.low, known[_i].low, 1e-6);
	ck_assert_double_eq_tol(r.high, known[_i].high, 1e-6);
}
END_TEST

START_TEST(both_ends_solve_the_equation)
{
	for (int64_t n = 1; n < 60; n++)
		for (int64_t k = 1; k < n; k++) {
			struct rate r = rate_wilson(k, n, RATE_Z95);
			ck_assert(r.low > 0 && r.low < r.value && r.value < r.high && r.high < 1);
			double ends[] = {r.low, r.high};
			for (int i = 0; i < 2; i++)
				ck_assert_double_eq_tol(fabs(r.value - ends[i]),
				    RATE_Z95 * sqrt(ends[i] * (1 - ends[i]) / (double)n), 1e-12);
		}
}
END_TEST

START_TEST(nothing_is_known_of_nothing)
{
	struct rate r = rate_wilson(0, 0, RATE_Z95);
	ck_assert(r.value == 0 && r.low == 0 && r.high == 1);
	r = rate_wilson(12, 10, RATE_Z95);
	ck_assert(r.value == 1 && r.high == 1);
	r = rate_wilson(-1, 10, RATE_Z95);
	ck_assert(r.value == 0 && r.low == 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rate");
	TCase *t = tcase_create("rate");
	tcase_add_loop_test(t, known_intervals, 0, (int)(sizeof known / sizeof known[0]));
	tcase_add_test(t, both_ends_solve_the_equation);
	tcase_add_test(t, nothing_is_known_of_nothing);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
