/* AUC, DeLong's intervals and lift against their definitions, worked out pair by pair. */
#include "learn/ranking.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "learn/rate.h"

#define CASES_MAX 60

static uint64_t seed;

static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Few different scores, so that ties are many; the second score knows something of the class. */
static size_t random_cases(struct ranking_case *c)
{
	size_t n = 2 + draw() % (CASES_MAX - 2);
	int64_t kinds = 1 + (int64_t)(draw() % 30);
	for (size_t i = 0; i < n; i++) {
		c[i].positive = draw() % 3 == 0;
		c[i].score[0] = (int64_t)(draw() % (uint64_t)kinds) - 5;
		c[i].score[1] = (int64_t)(draw() % (uint64_t)kinds) + (c[i].positive ? 3 : 0);
	}
	return n;
}

static double kernel(const struct ranking_case *pos, const struct ranking_case *neg, int k)
{
	return pos->score[k] > neg->score[k] ? 1 : pos->score[k] == neg->score[k] ? .5 : 0;
}

/* DeLong's estimator as it is written: structural components by all pairs. */
static void by_definition(const struct ranking_case *c, size_t n, double auc[2], double var[3])
{
	double v[CASES_MAX][2] = {{0}}, m[2] = {0};
	auc[0] = auc[1] = 0;
	for (size_t i = 0; i < n; i++)
		m[c[i].positive] += 1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++)
			for (int k = 0; k < 2 && c[i].positive && !c[j].positive; k++) {
				double x = kernel(&c[i], &c[j], k);
				v[i][k] += x / m[0];
				v[j][k] += x / m[1];
				auc[k] += x / m[0] / m[1];
			}
	var[0] = var[1] = var[2] = 0;
	for (size_t i = 0; i < n; i++) {
		double a = v[i][0] - auc[0], b = v[i][1] - auc[1], of = m[c[i].positive];
		var[0] += a * a / (of - 1) / of;
		var[1] += b * b / (of - 1) / of;
		var[2] += a * b / (of - 1) / of;
	}
}

START_TEST(auc_is_its_definition)
{
	int compared = 0;
	for (int round = 0; round < 3000; round++) {
		struct ranking_case c[CASES_MAX];
		struct ranking r;
		double auc[2], var[3];
		size_t n = random_cases(c);
		ck_assert_int_eq(ranking_of(c, n, &r, NULL), ST_OK);
		if (r.positives < 2 || r.negatives < 2) {
			ck_assert(!r.interval);
			continue;
		}
		by_definition(c, n, auc, var);
		for (int k = 0; k < 2; k++) {
			ck_assert_double_eq_tol(r.auc[k].value, auc[k], 1e-12);
			ck_assert_double_eq_tol(r.auc[k].se, sqrt(var[k]), 1e-9);
			ck_assert_double_eq_tol(r.auc[k].low, fmax(0, auc[k] - RATE_Z95 * sqrt(var[k])), 1e-9);
			ck_assert(r.auc[k].low <= r.auc[k].value && r.auc[k].value <= r.auc[k].high);
		}
		double d = var[0] + var[1] - 2 * var[2];
		ck_assert_double_eq_tol(r.difference.value, auc[0] - auc[1], 1e-12);
		ck_assert_double_eq_tol(r.difference.se, sqrt(d > 0 ? d : 0), 1e-7);
		ck_assert(r.p >= 0 && r.p <= 1);
		compared++;
	}
	ck_assert_int_gt(compared, 2000);
}
END_TEST

START_TEST(known_figures)
{
	/* Two positives at 3 and 2, three negatives at 2, 1 and 0: 5.5 of 6 pairs. The places of the positives are 1
	 * and 5/6, of the negatives 3/4, 1 and 1: variances 1/72 and 1/48, so se² = 1/144 + 1/144. */
	struct ranking_case c[] = {{{3, 0}, true}, {{2, 0}, true}, {{2, 0}, false}, {{1, 0}, false}, {{0, 0}, false}};
	struct ranking r;
	ck_assert_int_eq(ranking_of(c, 5, &r, NULL), ST_OK);
	ck_assert_double_eq_tol(r.auc[0].value, 5.5 / 6, 1e-12);
	ck_assert_double_eq_tol(r.auc[0].se, sqrt(1.0 / 72), 1e-12);
	ck_assert_double_eq_tol(r.auc[1].value, .5, 1e-12);
	ck_assert_double_eq_tol(r.auc[1].se, 0, 1e-12);
	ck_assert_double_eq_tol(r.p, erfc((5.5 / 6 - .5) / sqrt(1.0 / 72) / sqrt(2)), 1e-12);
	/* The same scores: no difference, and no doubt about it. */
	for (int i = 0; i < 5; i++)
		c[i].score[1] = c[i].score[0] * 7 - 100;
	ck_assert_int_eq(ranking_of(c, 5, &r, NULL), ST_OK);
	ck_assert(r.difference.value == 0 && r.p == 1);
}
END_TEST

START_TEST(one_class_says_nothing)
{
	struct ranking_case c[] = {{{3, 1}, true}, {{2, 5}, true}};
	struct ranking r;
	struct lift_tenth t[RANKING_TENTHS];
	ck_assert_int_eq(ranking_of(c, 2, &r, NULL), ST_OK);
	ck_assert(!r.interval && r.auc[0].value == .5 && r.auc[0].low == 0 && r.auc[0].high == 1 && r.p == 1);
	ck_assert_int_eq(ranking_of(c, 0, &r, NULL), ST_OK);
	ck_assert(r.positives == 0 && r.negatives == 0);
	ck_assert_int_eq(ranking_lift(c, 0, 0, t, NULL), ST_OK);
	ck_assert(t[0].cases == 0 && t[9].lift == 0);
}
END_TEST

/* Each case cut in ten parts, so that the borders of tenths lie between parts; a part has the share of positives of its
 * score. */
static void lift_by_parts(const struct ranking_case *c, size_t n, double cases[10], double positives[10])
{
	for (int i = 0; i < 10; i++)
		cases[i] = positives[i] = 0;
	for (size_t i = 0; i < n; i++) {
		size_t higher = 0, same = 0, same_before = 0, same_positive = 0;
		for (size_t j = 0; j < n; j++) {
			higher += c[j].score[0] > c[i].score[0];
			same += c[j].score[0] == c[i].score[0];
			same_before += c[j].score[0] == c[i].score[0] && j < i;
			same_positive += c[j].score[0] == c[i].score[0] && c[j].positive;
		}
		for (size_t part = 0; part < 10; part++) {
			size_t tenth = ((higher + same_before) * 10 + part) / n;
			cases[tenth] += .1;
			positives[tenth] += .1 * (double)same_positive / (double)same;
		}
	}
}

START_TEST(lift_is_its_definition)
{
	for (int round = 0; round < 500; round++) {
		struct ranking_case c[CASES_MAX];
		struct lift_tenth t[RANKING_TENTHS], again[RANKING_TENTHS];
		double cases[10], positives[10], all = 0, above = 0;
		size_t n = random_cases(c);
		ck_assert_int_eq(ranking_lift(c, n, 0, t, NULL), ST_OK);
		lift_by_parts(c, n, cases, positives);
		for (int i = 0; i < 10; i++)
			all += positives[i];
		for (int i = 0; i < 10; i++) {
			above += positives[i];
			ck_assert_double_eq_tol(t[i].cases, cases[i], 1e-9);
			ck_assert_double_eq_tol(t[i].positives, positives[i], 1e-9);
			ck_assert_double_eq_tol(
			    t[i].lift, all > 0 ? positives[i] / cases[i] / (all / (double)n) : 0, 1e-9);
			ck_assert_double_eq_tol(t[i].recall, all > 0 ? above / all : 0, 1e-9);
			ck_assert(t[i].low <= t[i].high && (i == 0 || t[i].high <= t[i - 1].low));
		}
		/* The order of cases does not matter. */
		for (size_t i = n; i > 1; i--) {
			size_t j = draw() % i;
			struct ranking_case x = c[i - 1];
			c[i - 1] = c[j];
			c[j] = x;
		}
		ck_assert_int_eq(ranking_lift(c, n, 0, again, NULL), ST_OK);
		for (int i = 0; i < 10; i++)
			ck_assert_double_eq_tol(t[i].positives, again[i].positives, 1e-9);
	}
}
END_TEST

int main(void)
{
	const char *given = getenv("SEED");
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + 1;
	printf("SEED=%llu\n", (unsigned long long)seed);
	Suite *suite = suite_create("ranking");
	TCase *t = tcase_create("ranking");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, auc_is_its_definition);
	tcase_add_test(t, known_figures);
	tcase_add_test(t, one_class_says_nothing);
	tcase_add_test(t, lift_is_its_definition);
	suite_add_tcase(suite, t);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
