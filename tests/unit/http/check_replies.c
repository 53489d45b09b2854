/* What replies look like: bodies, expectations, cross-origin headers, rate limits, probes and figures, limits of
 * connections. */
#include "stand.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define H "Host: x\r\n"

START_TEST(replies)
{
	struct stand s = stand_up(NULL, 1);
	struct reply r = stand_once(s.port, "HEAD /echo HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	ck_assert_int_gt(atoi(reply_header(&r, "Content-Length")), 20);
	reply_free(&r);
	r = stand_once(s.port, "GET /empty HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 204);
	ck_assert_ptr_null(reply_header(&r, "Content-Type"));
	reply_free(&r);
	r = stand_once(s.port, "GET /big?bytes=3000000 HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(r.body_len, 3000000);
	ck_assert_int_eq(r.body[2999999], 'a' + 2999999 % 26);
	reply_free(&r);
	r = stand_once(s.port, "GET /broken HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 503);
	ck_assert_ptr_nonnull(strstr(r.body, "out_of_memory"));
	reply_free(&r);
	r = stand_once(s.port, "DELETE /echo HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 405);
	ck_assert_str_eq(reply_header(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
	reply_free(&r);
	stand_down(&s);
}
END_TEST

START_TEST(large_bodies)
{
	struct stand s = stand_up(NULL, 1);
	size_t n = 4 << 20;
	char *body = malloc(n);
	memset(body, 'b', n);
	int fd = wire_connect(s.port);
	char head[128];
	snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\n" H "Content-Length: %zu\r\n\r\n", n);
	ck_assert(wire_puts(fd, head) && wire_send(fd, body, n));
	struct reply r = wire_reply(fd, 20000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(r.body_len, n);
	ck_assert_int_eq(memcmp(r.body, body, n), 0);
	reply_free(&r);
	close(fd);
	free(body);
	stand_down(&s);
}
END_TEST

START_TEST(expectations)
{
	struct stand s = stand_up(NULL, 1);
	int interim = 0;
	int fd = stand_ask(s.port, "POST /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	sleep_ms(50);
	ck_assert(wire_puts(fd, "hello"));
	struct reply r = wire_reply(fd, 5000, false, &interim);
	ck_assert_int_eq(interim, 1);
	ck_assert_str_eq(r.body, "hello");
	reply_free(&r);
	close(fd);
	/* What is already wrong gets its final status before the body is sent. */
	static const struct {
		const char *raw;
		int status;
	} wrong[] = {
	    {"POST /tiny HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413},
	    {"POST /nothing HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", 404},
	    {"DELETE /echo HTTP/1.1\r\n" H "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", 405},
	    {"POST /echo HTTP/1.1\r\n" H "Content-Encoding: br\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n",
		415},
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		interim = 0;
		fd = stand_ask(s.port, wrong[i].raw);
		r = wire_reply(fd, 5000, false, &interim);
		ck_assert_int_eq(interim, 0);
		ck_assert_int_eq(r.status, wrong[i].status);
		reply_free(&r);
		ck_assert(wire_closed(fd, 3000));
		close(fd);
	}
	stand_down(&s);
}
END_TEST

START_TEST(cross_origin)
{
	struct stand s = stand_up(NULL, 1);
	struct reply r = stand_once(s.port, "OPTIONS /items/7 HTTP/1.1\r\n" H
					    "Origin: https://a.example:8443\r\nAccess-Control-Request-Method: POST\r\n"
					    "Access-Control-Request-Headers: authorization, content-type\r\n\r\n");
	ck_assert_int_eq(r.status, 204);
	ck_assert_str_eq(reply_header(&r, "Access-Control-Allow-Origin"), "https://a.example:8443");
	ck_assert_str_eq(reply_header(&r, "Access-Control-Allow-Headers"), "authorization, content-type");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Access-Control-Allow-Methods"), "POST"));
	ck_assert_str_eq(reply_header(&r, "Access-Control-Max-Age"), "86400");
	ck_assert_str_eq(reply_header(&r, "Vary"), "Origin");
	reply_free(&r);
	r = stand_once(
	    s.port, "POST /items/7 HTTP/1.1\r\n" H "Origin: https://a.example\r\nContent-Length: 1\r\n\r\nx");
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Access-Control-Allow-Origin"), "https://a.example");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Access-Control-Expose-Headers"), "X-Request-Id"));
	reply_free(&r);
	static const char *const plain[] = {
	    /* not for browsers; a method that is not; no such method; an origin, and a list of headers, that are
	       neither */
	    "OPTIONS /echo HTTP/1.1\r\n" H "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n\r\n",
	    "OPTIONS /items/7 HTTP/1.1\r\n" H
	    "Origin: https://a.example\r\nAccess-Control-Request-Method: DELETE\r\n\r\n",
	    "OPTIONS /items/7 HTTP/1.1\r\n" H
	    "Origin: https://a.example\r\nAccess-Control-Request-Method: BREW\r\n\r\n",
	    "OPTIONS /items/7 HTTP/1.1\r\n" H
	    "Origin: https://a.example/x, *\r\nAccess-Control-Request-Method: POST\r\n\r\n",
	    "OPTIONS /items/7 HTTP/1.1\r\n" H "Origin: https://a.example\r\nAccess-Control-Request-Method: "
	    "POST\r\nAccess-Control-Request-Headers: a\tb\r\n\r\n",
	    "OPTIONS /items/7 HTTP/1.1\r\n" H "\r\n",
	};
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		r = stand_once(s.port, plain[i]);
		ck_assert_int_eq(r.status, 204);
		ck_assert_ptr_null(reply_header(&r, "Access-Control-Allow-Origin"));
		ck_assert_ptr_nonnull(reply_header(&r, "Allow"));
		reply_free(&r);
	}
	stand_down(&s);
}
END_TEST

START_TEST(rate_limited)
{
	struct http_config c = {.rate_per_second = 5};
	struct stand s = stand_up(&c, 1);
	int limited = 0;
	for (int i = 0; i < 12; i++) {
		struct reply r = stand_once(s.port, "GET /echo HTTP/1.1\r\n" H "Authorization: Bearer one\r\n\r\n");
		ck_assert_str_eq(reply_header(&r, "RateLimit-Policy"), "\"default\";q=5;w=1");
		ck_assert_ptr_nonnull(strstr(reply_header(&r, "RateLimit"), "\"default\";r="));
		if (r.status == 429) {
			limited++;
			ck_assert_str_eq(reply_header(&r, "Retry-After"), "1");
			ck_assert_ptr_nonnull(strstr(r.body, "rate_limited"));
		} else {
			ck_assert_int_eq(r.status, 200);
		}
		reply_free(&r);
	}
	ck_assert_int_gt(limited, 0);
	struct reply r = stand_once(s.port, "GET /echo HTTP/1.1\r\n" H "Authorization: Bearer two\r\n\r\n");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	stand_down(&s);
}
END_TEST

/* Without a key the path is what counts, whatever a caller puts into Authorization. */
START_TEST(rate_limited_by_path)
{
	struct http_config c = {.rate_per_second = 5};
	struct stand s = stand_up(&c, 1);
	int limited = 0;
	for (int i = 0; i < 12; i++) {
		char text[128];
		snprintf(text, sizeof text, "POST /door HTTP/1.1\r\n" H "Authorization: Bearer %d\r\n\r\n", i);
		struct reply r = stand_once(s.port, text);
		limited += r.status == 429;
		reply_free(&r);
	}
	ck_assert_int_gt(limited, 0);
	stand_down(&s);
}
END_TEST

START_TEST(probes_and_figures)
{
	struct stand s = stand_up(NULL, 1);
	uint16_t ports[] = {s.port, s.metrics_port};
	for (size_t i = 0; i < 2; i++) {
		struct reply r = stand_once(ports[i], "GET /livez HTTP/1.1\r\n" H "\r\n");
		ck_assert_int_eq(r.status, 200);
		ck_assert_str_eq(r.body, "{\"status\":\"ok\"}");
		reply_free(&r);
		r = stand_once(ports[i], "POST /livez HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n");
		ck_assert_int_eq(r.status, 405);
		reply_free(&r);
		atomic_store(&fake_api_counts(s.api)->ready, false);
		r = stand_once(ports[i], "GET /readyz HTTP/1.1\r\n" H "\r\n");
		ck_assert_int_eq(r.status, 503);
		ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/problem+json");
		reply_free(&r);
		atomic_store(&fake_api_counts(s.api)->ready, true);
		r = stand_once(ports[i], "GET /readyz HTTP/1.1\r\n" H "\r\n");
		ck_assert_int_eq(r.status, 200);
		reply_free(&r);
	}
	struct reply r = stand_once(s.metrics_port, "GET /echo HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 404);
	reply_free(&r);
	r = stand_once(s.port, "GET /items/secret-id?q=secret HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	r = stand_once(s.port, "GET /%00 HTTP/1.1\r\n" H "\r\n");
	reply_free(&r);
	r = stand_once(s.metrics_port, "GET /metrics HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Type"), "version=0.0.4"));
	ck_assert_ptr_nonnull(
	    strstr(r.body, "leadscore_http_requests_total{route=\"/items/{id}\",method=\"GET\",code=\"2xx\"} 1"));
	ck_assert_ptr_nonnull(strstr(r.body, "leadscore_http_refused_total{reason=\"control_character\"} 1"));
	ck_assert_ptr_nonnull(
	    strstr(r.body, "leadscore_http_request_duration_seconds_count{route=\"/livez\",method=\"GET\"}"));
	ck_assert_ptr_null(strstr(r.body, "secret"));
	FILE *tool = system("command -v promtool >/dev/null 2>&1") == 0 ? popen("promtool check metrics", "w") : NULL;
	if (tool) {
		fwrite(r.body, 1, r.body_len, tool);
		ck_assert_int_eq(pclose(tool), 0);
	}
	reply_free(&r);
	stand_down(&s);
}
END_TEST

START_TEST(address_limit)
{
	struct http_config c = {.max_per_address = 4};
	struct stand s = stand_up(&c, 1);
	int fd[4];
	for (size_t i = 0; i < 4; i++) {
		fd[i] = stand_ask(s.port, "GET /echo HTTP/1.1\r\n" H "\r\n");
		struct reply r = wire_reply(fd[i], 5000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		reply_free(&r);
	}
	struct reply r = stand_once(s.port, "GET /echo HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 0);
	reply_free(&r);
	int other = wire_connect_from(s.port, "127.0.0.2");
	if (other >= 0) {
		ck_assert(wire_puts(other, "GET /echo HTTP/1.1\r\n" H "\r\n"));
		r = wire_reply(other, 5000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		ck_assert_ptr_nonnull(strstr(r.body, "\"peer\":\"127.0.0.2\""));
		reply_free(&r);
		close(other);
	}
	for (size_t i = 0; i < 4; i++)
		close(fd[i]);
	stand_down(&s);
}
END_TEST

START_TEST(addresses)
{
	static const char *const bad[] = {"", ":1", "8080", "localhost:1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x",
	    "127.0.0.1:99999", "127.0.0.1:123456", "::1:80", "[::1]80", "300.1.1.1:1", "192.0.2.1:1"};
	struct api *api = fake_api_new(1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct http_config c = {.listen = bad[i]};
		struct http_server *s = NULL;
		struct err e = {0};
		ck_assert_msg(http_server_start(&c, api, &s, &e) != ST_OK, "\"%s\" was accepted", bad[i]);
		ck_assert_ptr_null(s);
		ck_assert_str_ne(e.detail, "");
	}
	struct http_config c = {.listen = "[::1]:0", .threads = 1};
	struct http_server *s = NULL;
	struct err e = {0};
	if (http_server_start(&c, api, &s, &e) == ST_OK) { /* where there is IPv6 */
		ck_assert_uint_ne(http_server_port(s), 0);
		ck_assert_uint_eq(http_server_metrics_port(s), 0);
		http_server_stop(&s);
	}
	http_server_stop(&s);
	fake_api_free(&api);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http replies");
	TCase *t = tcase_create("replies");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, replies);
	tcase_add_test(t, large_bodies);
	tcase_add_test(t, expectations);
	tcase_add_test(t, cross_origin);
	tcase_add_test(t, rate_limited);
	tcase_add_test(t, rate_limited_by_path);
	tcase_add_test(t, probes_and_figures);
	tcase_add_test(t, address_limit);
	tcase_add_test(t, addresses);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
