/* AUC with DeLong's variance, and lift by tenths. */
#include "learn/ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/rate.h"

struct item {
	int64_t score;
	uint32_t at; /* index of the case */
	bool positive;
};

static int by_score(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	return (x->score > y->score) - (x->score < y->score);
}

static struct item *sorted(const struct ranking_case *cases, size_t n, int which)
{
	struct item *s = calloc(n ? n : 1, sizeof *s);
	for (size_t i = 0; s && i < n; i++)
		s[i] = (struct item){cases[i].score[which], (uint32_t)i, cases[i].positive};
	if (s)
		qsort(s, n, sizeof *s, by_score);
	return s;
}

/* place[i] of each case: for a positive the share of negatives below it, for a negative the share of positives above
 * it, ties half. These are DeLong's structural components: their mean over either class is the AUC. */
static bool places(const struct ranking_case *cases, size_t n, int which, int64_t m_pos, int64_t m_neg, double *place)
{
	struct item *s = sorted(cases, n, which);
	int64_t pos_below = 0, neg_below = 0;
	if (!s)
		return false;
	for (size_t i = 0, end; i < n; i = end) {
		int64_t pos = 0, neg = 0;
		for (end = i; end < n && s[end].score == s[i].score; end++)
			*(s[end].positive ? &pos : &neg) += 1;
		for (size_t k = i; k < end; k++)
			place[s[k].at] = s[k].positive
					     ? ((double)neg_below + (double)neg / 2) / (double)m_neg
					     : ((double)(m_pos - pos_below - pos) + (double)pos / 2) / (double)m_pos;
		pos_below += pos;
		neg_below += neg;
	}
	free(s);
	return true;
}

/* Means and covariances of the places over one class; the sums are of deviations, so that no digits cancel. */
static void moments(const struct ranking_case *cases, size_t n, double *const place[2], bool positive, int64_t m,
    double mean[2], double cov[3])
{
	double sum[2] = {0, 0};
	for (size_t i = 0; i < n; i++)
		for (int k = 0; k < 2; k++)
			if (cases[i].positive == positive)
				sum[k] += place[k][i];
	for (int k = 0; k < 2; k++)
		mean[k] = sum[k] / (double)m;
	cov[0] = cov[1] = cov[2] = 0;
	for (size_t i = 0; i < n; i++) {
		if (cases[i].positive != positive)
			continue;
		double a = place[0][i] - mean[0], b = place[1][i] - mean[1];
		cov[0] += a * a;
		cov[1] += b * b;
		cov[2] += a * b;
	}
	for (int k = 0; k < 3 && m > 1; k++)
		cov[k] /= (double)(m - 1);
}

static void interval(struct ranking_auc *a, double variance, double floor, double ceiling)
{
	a->se = sqrt(variance > 0 ? variance : 0);
	a->low = fmax(floor, a->value - RATE_Z95 * a->se);
	a->high = fmin(ceiling, a->value + RATE_Z95 * a->se);
}

static void compare(const struct ranking_case *cases, size_t n, double *const place[2], struct ranking *r)
{
	double mean[2], pos[3], neg[3], unused[2];
	double np = (double)r->positives, nn = (double)r->negatives;
	moments(cases, n, place, true, r->positives, mean, pos);
	moments(cases, n, place, false, r->negatives, unused, neg);
	for (int k = 0; k < 2; k++)
		r->auc[k].value = mean[k];
	r->difference.value = mean[0] - mean[1];
	r->interval = r->positives > 1 && r->negatives > 1;
	if (!r->interval)
		return;
	double variance[3];
	for (int k = 0; k < 3; k++)
		variance[k] = pos[k] / np + neg[k] / nn;
	for (int k = 0; k < 2; k++)
		interval(&r->auc[k], variance[k], 0, 1);
	interval(&r->difference, variance[0] + variance[1] - 2 * variance[2], -1, 1);
	/* Below what rounding leaves of equal places the two are one. */
	double d = fabs(r->difference.value);
	if (r->difference.se > 1e-9)
		r->p = erfc(d / r->difference.se / sqrt(2.0));
	else
		r->p = d > 1e-12 ? 0 : 1;
}

enum status ranking_of(const struct ranking_case *cases, size_t n, struct ranking *ret, struct err *e)
{
	struct ranking r = {.auc = {{.5, 0, 0, 1}, {.5, 0, 0, 1}}, .difference = {0, 0, -1, 1}, .p = 1};
	for (size_t i = 0; i < n; i++)
		*(cases[i].positive ? &r.positives : &r.negatives) += 1;
	if (n > UINT32_MAX)
		return err_set(e, ST_TOO_LARGE, NULL, "More cases than can be ranked.");
	if (r.positives && r.negatives) {
		double *place[2] = {calloc(n, sizeof(double)), calloc(n, sizeof(double))};
		bool ok = place[0] && place[1];
		for (int k = 0; ok && k < 2; k++)
			ok = places(cases, n, k, r.positives, r.negatives, place[k]);
		if (ok)
			compare(cases, n, place, &r);
		free(place[0]);
		free(place[1]);
		if (!ok)
			return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	}
	*ret = r;
	return ST_OK;
}

/* `cases` of one score with `positives` among them begin at place `from` in the order of falling scores: each tenth
 * that they touch gets its part of both. */
static void spread(struct lift_tenth *t, double size, double from, double cases, double positives, int64_t score)
{
	double to = from + cases;
	for (int i = 0; i < RANKING_TENTHS; i++) {
		double low = size * i, high = i + 1 < RANKING_TENTHS ? size * (i + 1) : INFINITY;
		double part = fmin(to, high) - fmax(from, low);
		if (part <= 1e-9)
			continue;
		if (t[i].cases == 0)
			t[i].high = score;
		t[i].low = score;
		t[i].cases += part;
		t[i].positives += positives * part / cases;
	}
}

enum status ranking_lift(
    const struct ranking_case *cases, size_t n, int which, struct lift_tenth ret[RANKING_TENTHS], struct err *e)
{
	struct lift_tenth t[RANKING_TENTHS] = {{0}};
	struct item *s = sorted(cases, n, which);
	double all = 0, above = 0;
	if (!s)
		return err_set(e, ST_NOMEM, NULL, "Out of memory.");
	for (size_t end = n, i; end > 0; end = i) {
		double positives = 0;
		for (i = end; i > 0 && s[i - 1].score == s[end - 1].score; i--)
			positives += s[i - 1].positive;
		spread(t, (double)n / RANKING_TENTHS, (double)(n - end), (double)(end - i), positives, s[i].score);
		all += positives;
	}
	free(s);
	for (int i = 0; i < RANKING_TENTHS; i++) {
		above += t[i].positives;
		t[i].rate = t[i].cases > 0 ? t[i].positives / t[i].cases : 0;
		t[i].lift = all > 0 ? t[i].rate / (all / (double)n) : 0;
		t[i].recall = all > 0 ? fmin(1, above / all) : 0;
	}
	memcpy(ret, t, sizeof t);
	return ST_OK;
}
