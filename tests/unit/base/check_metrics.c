/* base/metrics: sums are right under threads, and the text is what Prometheus reads. */
#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/metrics.h"

static bool has(const struct buf *b, const char *line)
{
	const char *at = strstr(b->data, line);
	return at && (at == b->data || at[-1] == '\n') && at[strlen(line)] == '\n';
}

static unsigned count(const char *s, const char *piece)
{
	unsigned n = 0;
	for (; (s = strstr(s, piece)); s += strlen(piece))
		n++;
	return n;
}

START_TEST(values)
{
	struct metric *c = metric_counter("leadscore_test_events_total", "Events.", NULL);
	struct metric *g = metric_gauge("leadscore_test_queue_jobs", "Jobs waiting.", NULL);
	metric_add(c, 2);
	metric_add(c, 3);
	metric_add(c, -4);
	ck_assert_int_eq(metric_value(c), 5);
	metric_set(c, 0);
	ck_assert_int_eq(metric_value(c), 5);
	metric_set(g, -7);
	metric_add(g, 3);
	metric_add(g, -1);
	ck_assert_int_eq(metric_value(g), -5);
	metric_set_f(g, 0.25);
	ck_assert_int_eq(metric_value(g), 0);
	metric_set_f(g, NAN);
	ck_assert_int_eq(metric_value(g), 0);
	metric_set_f(g, 1e300);
	ck_assert_int_eq(metric_value(g), 0);
	metric_set_f(g, 2.5);
	ck_assert_ptr_eq(metric_counter("leadscore_test_events_total", "Events.", NULL), c);
	ck_assert_ptr_null(metric_gauge("leadscore_test_events_total", "Events.", NULL));
	ck_assert_ptr_null(metric_counter("leadscore bad", "x", NULL));
	ck_assert_ptr_null(metric_counter("1x", "x", NULL));
	ck_assert_ptr_null(metric_counter("", "x", NULL));
	ck_assert_ptr_null(metric_histogram("leadscore_down_seconds", "x", NULL, (double[]){2, 1}, 2));
	ck_assert_ptr_null(metric_histogram("leadscore_down_seconds", "x", NULL, (double[]){1, 1}, 2));
	metric_add(NULL, 1);
	metric_set(NULL, 1);
	metric_set_f(NULL, 1);
	metric_observe(NULL, 1);
	ck_assert_int_eq(metric_value(NULL), 0);
	struct buf b = BUF_INIT;
	metrics_render(&b);
	ck_assert(has(&b, "leadscore_test_events_total 5"));
	ck_assert(has(&b, "leadscore_test_queue_jobs 2.5"));
	buf_free(&b);
}
END_TEST

START_TEST(families_stand_together)
{
	static const char name[] = "leadscore_test_http_requests_total";
	metric_add(metric_counter(name, "Requests \\ by\nroute.", "route=\"/v1/a\",method=\"GET\""), 1);
	metric_gauge("leadscore_test_between_bytes", "Between.", NULL);
	metric_add(metric_counter(name, "ignored", "route=\"a\\\\b\\\"c\\n\",method=\"GET\""), 2);
	metric_add(metric_counter(name, "ignored", "route=\"raw\nline\""), 3);
	struct buf b = BUF_INIT;
	metrics_render(&b);
	ck_assert_uint_eq(count(b.data, "# TYPE leadscore_test_http_requests_total counter\n"), 1);
	ck_assert(strstr(b.data, "# HELP leadscore_test_http_requests_total Requests \\\\ by\\nroute.\n"
				 "# TYPE leadscore_test_http_requests_total counter\n"
				 "leadscore_test_http_requests_total{route=\"/v1/a\",method=\"GET\"} 1\n"
				 "leadscore_test_http_requests_total{route=\"a\\\\b\\\"c\\n\",method=\"GET\"} 2\n"
				 "leadscore_test_http_requests_total{route=\"raw\\nline\"} 3\n"));
	buf_free(&b);
}
END_TEST

START_TEST(histograms_are_cumulative)
{
	static const double bounds[] = {0.005, 0.1, 1, INFINITY};
	struct metric *h = metric_histogram("leadscore_test_latency_seconds", "Latency.", "route=\"/x\"", bounds, 4);
	struct metric *plain = metric_histogram("leadscore_test_batch_items", "Items.", NULL, (double[]){10}, 1);
	static const double seen[] = {0.005, 0.0051, 0.1, 0.5, 1, 2, -3, INFINITY};
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]) - 1; i++)
		metric_observe(h, seen[i]);
	metric_observe(h, NAN);
	metric_observe(plain, 10);
	metric_observe(plain, 11);
	metric_add(h, 5);
	metric_set(h, 5);
	ck_assert_int_eq(metric_value(h), 0);
	struct buf b = BUF_INIT;
	metrics_render(&b);
	ck_assert(has(&b, "leadscore_test_latency_seconds_bucket{route=\"/x\",le=\"0.005\"} 2"));
	ck_assert(has(&b, "leadscore_test_latency_seconds_bucket{route=\"/x\",le=\"0.1\"} 4"));
	ck_assert(has(&b, "leadscore_test_latency_seconds_bucket{route=\"/x\",le=\"1\"} 6"));
	ck_assert(has(&b, "leadscore_test_latency_seconds_bucket{route=\"/x\",le=\"+Inf\"} 7"));
	ck_assert(has(&b, "leadscore_test_latency_seconds_count{route=\"/x\"} 7"));
	ck_assert(has(&b, "leadscore_test_batch_items_bucket{le=\"10\"} 1"));
	ck_assert(has(&b, "leadscore_test_batch_items_bucket{le=\"+Inf\"} 2"));
	ck_assert(has(&b, "leadscore_test_batch_items_sum 21"));
	ck_assert(has(&b, "leadscore_test_batch_items_count 2"));
	const char *sum = strstr(b.data, "leadscore_test_latency_seconds_sum{route=\"/x\"} ");
	ck_assert_ptr_nonnull(sum);
	ck_assert_double_eq_tol(strtod(strchr(sum, ' '), NULL), 0.005 + 0.0051 + 0.1 + 0.5 + 1 + 2 - 3, 1e-12);
	buf_free(&b);
}
END_TEST

static void *update(void *arg)
{
	struct metric **m = arg;
	for (int i = 0; i < 10000; i++) {
		metric_add(m[0], 1);
		metric_add(m[1], i % 2 ? 1 : -1);
		metric_observe(m[2], 0.5);
	}
	return NULL;
}

START_TEST(no_update_is_lost)
{
	struct metric *m[3] = {metric_counter("leadscore_test_threads_total", "T.", NULL),
	    metric_gauge("leadscore_test_threads_jobs", "T.", NULL),
	    metric_histogram("leadscore_test_threads_seconds", "T.", NULL, (double[]){1}, 1)};
	pthread_t threads[6];
	for (int i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, update, m);
	for (int i = 0; i < 20; i++) {
		struct buf b = BUF_INIT;
		metrics_render(&b);
		unsigned long long all = 0;
		unsigned long long total = 1;
		sscanf(strstr(b.data, "threads_seconds_bucket{le=\"+Inf\"}"), "%*s %llu", &all);
		sscanf(strstr(b.data, "threads_seconds_count"), "%*s %llu", &total);
		ck_assert_uint_eq(all, total);
		buf_free(&b);
	}
	for (int i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(metric_value(m[0]), 60000);
	ck_assert_int_eq(metric_value(m[1]), 0);
	struct buf b = BUF_INIT;
	metrics_render(&b);
	ck_assert(has(&b, "leadscore_test_threads_seconds_sum 30000"));
	ck_assert(has(&b, "leadscore_test_threads_seconds_count 60000"));
	buf_free(&b);
}
END_TEST

START_TEST(a_full_buffer_fails)
{
	metric_counter("leadscore_test_full_total", "F.", NULL);
	struct buf b = {.limit = 20};
	metrics_render(&b);
	ck_assert(!buf_ok(&b));
	buf_free(&b);
}
END_TEST

START_TEST(promtool_is_content)
{
	if (system("command -v promtool >/dev/null 2>&1") != 0)
		return;
	metric_add(metric_counter("leadscore_test_lint_total", "Lines with \\ and\nbreaks.", "a=\"x\\\"y\""), 1);
	metric_set_f(metric_gauge("leadscore_test_lint_ratio", "A ratio.", NULL), -INFINITY);
	metric_observe(
	    metric_histogram("leadscore_test_lint_seconds", "A duration.", "a=\"b\"", (double[]){0.001, 2.5, 1e9}, 3),
	    0.3);
	struct buf b = BUF_INIT;
	metrics_render(&b);
	char path[] = "/tmp/check_metricsXXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	fwrite(b.data, 1, b.len, f);
	fclose(f);
	char command[100];
	snprintf(command, sizeof(command), "promtool check metrics <%s", path);
	int rc = system(command);
	remove(path);
	buf_free(&b);
	ck_assert_int_eq(rc, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base/metrics");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, values);
	tcase_add_test(t, families_stand_together);
	tcase_add_test(t, histograms_are_cumulative);
	tcase_add_test(t, no_update_is_lost);
	tcase_add_test(t, a_full_buffer_fails);
	tcase_add_test(t, promtool_is_content);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
