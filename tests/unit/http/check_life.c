/* Requests through their whole life: suspended ones, many at once, clients that leave, draining. */
#include "stand.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define H "Host: x\r\n"
#define CLIENTS 64

static unsigned requests_each = 500;

struct client {
	pthread_t thread;
	uint16_t port;
	unsigned number;
	const char *path;
	unsigned good;
};

/* Each reply must be the one to this client's request: nothing may be swapped between connections. */
static void *client_main(void *arg)
{
	struct client *c = arg;
	int fd = wire_connect(c->port);
	for (unsigned i = 0; i < requests_each; i++) {
		char body[64], raw[256];
		int n = snprintf(body, sizeof(body), "client %u request %u", c->number, i);
		snprintf(
		    raw, sizeof(raw), "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", c->path, n, body);
		if (!wire_puts(fd, raw))
			break;
		struct reply r = wire_reply(fd, 20000, false, NULL);
		bool same = r.status == 200 && strcmp(r.body, body) == 0;
		reply_free(&r);
		if (!same)
			break;
		c->good++;
	}
	close(fd);
	return NULL;
}

START_TEST(suspended_concurrently)
{
	struct stand s = stand_up(NULL, 4);
	static struct client clients[CLIENTS];
	for (unsigned i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client){.port = s.port, .number = i, .path = "/queue"};
		ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]), 0);
	}
	for (unsigned i = 0; i < CLIENTS; i++)
		pthread_join(clients[i].thread, NULL);
	for (unsigned i = 0; i < CLIENTS; i++)
		ck_assert_uint_eq(clients[i].good, requests_each);
	ck_assert_uint_eq(atomic_load(&fake_api_counts(s.api)->submitted), CLIENTS * requests_each);
	stand_down(&s);
}
END_TEST

/* done before api_submit returns, and therefore before libmicrohttpd knows that the connection is suspended. */
START_TEST(done_inside_submit)
{
	struct stand s = stand_up(NULL, 1);
	int fd = wire_connect(s.port);
	for (int i = 0; i < 2000; i++) {
		ck_assert(wire_puts(fd, "GET /instant HTTP/1.1\r\n" H "\r\n"));
		struct reply r = wire_reply(fd, 5000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		reply_free(&r);
	}
	close(fd);
	stand_down(&s);
}
END_TEST

START_TEST(pipelined)
{
	struct stand s = stand_up(NULL, 1);
	int fd = stand_ask(s.port, "GET /queue?n=1 HTTP/1.1\r\n" H "\r\n"
				   "POST /queue HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\ntwo"
				   "GET /echo?n=3 HTTP/1.1\r\n" H "\r\n"
				   "GET /nothing HTTP/1.1\r\n" H "\r\n"
				   "GET /slow?ms=20&n=5 HTTP/1.1\r\n" H "\r\n");
	static const char *const want[] = {"\"n\":\"1\"", "two", "\"n\":\"3\"", "not_found", "\"n\":\"5\""};
	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct reply r = wire_reply(fd, 5000, false, NULL);
		ck_assert_msg(r.status > 0 && strstr(r.body, want[i]), "reply %zu: %d %s", i, r.status, r.body);
		reply_free(&r);
	}
	close(fd);
	stand_down(&s);
}
END_TEST

/* A pipelined request behind a refused one must not be answered, nor run. */
START_TEST(nothing_after_a_refusal)
{
	struct stand s = stand_up(NULL, 1);
	int fd = stand_ask(s.port,
	    "POST /echo HTTP/1.1\r\n" H "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	    "POST /queue HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\ntwo");
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 400);
	reply_free(&r);
	r = wire_reply(fd, 1000, false, NULL);
	ck_assert_int_eq(r.status, 0);
	ck_assert(r.closed);
	ck_assert_uint_eq(atomic_load(&fake_api_counts(s.api)->begun), 0);
	close(fd);
	stand_down(&s);
}
END_TEST

START_TEST(client_leaves_while_suspended)
{
	struct stand s = stand_up(NULL, 8);
	struct linger hard = {1, 0}; /* a reset instead of a polite end */
	for (int i = 0; i < 200; i++) {
		int fd = stand_ask(s.port, "GET /slow?ms=20 HTTP/1.1\r\n" H "\r\n");
		if (i % 3 == 0)
			sleep_ms(2);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
	}
	/* The server is whole: every call comes to its end, and it still answers. */
	for (int64_t until = wall_ms() + 20000;
	     atomic_load(&fake_api_counts(s.api)->done) < atomic_load(&fake_api_counts(s.api)->submitted) &&
	     wall_ms() < until;)
		sleep_ms(5);
	struct reply r = stand_once(s.port, "GET /queue HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	stand_down(&s);
}
END_TEST

/* A client that closes its sending side right after the request. An immediate reply reaches it; libmicrohttpd may miss
 * the end that came with the request, and then the connection goes with the idle timeout. A suspended reply does not
 * reach it: the library reads the end of the stream before it asks for the response. Either way nothing leaks and
 * nothing hangs. */
START_TEST(half_closed)
{
	struct http_config c = {.idle_timeout_s = 1};
	struct stand s = stand_up(&c, 1);
	int fd = stand_ask(s.port, "GET /echo HTTP/1.1\r\n" H "\r\n");
	shutdown(fd, SHUT_WR);
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	ck_assert(wire_closed(fd, 3000));
	close(fd);
	fd = stand_ask(s.port, "GET /slow?ms=50 HTTP/1.1\r\n" H "\r\n");
	shutdown(fd, SHUT_WR);
	r = wire_reply(fd, 5000, false, NULL);
	ck_assert(r.status == 200 || r.closed);
	reply_free(&r);
	close(fd);
	fd = stand_ask(s.port, "POST /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nhalf");
	shutdown(fd, SHUT_WR);
	ck_assert(wire_closed(fd, 3000));
	close(fd);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	stand_down(&s);
}
END_TEST

START_TEST(drained)
{
	struct stand s = stand_up(NULL, 8);
	int busy[8];
	for (size_t i = 0; i < 8; i++)
		busy[i] = stand_ask(s.port, "GET /slow?ms=400 HTTP/1.1\r\n" H "\r\n");
	int kept = stand_ask(s.port, "GET /echo HTTP/1.1\r\n" H "\r\n");
	struct reply r = wire_reply(kept, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_null(reply_header(&r, "Connection"));
	reply_free(&r);
	while (atomic_load(&fake_api_counts(s.api)->submitted) < 8)
		sleep_ms(5);
	/* Not in time: says how many are left. */
	ck_assert_uint_eq(http_server_drain(s.server, 20), 8);
	/* A connection kept alive is told to go; new ones are not taken. */
	ck_assert(wire_puts(kept, "GET /echo HTTP/1.1\r\n" H "\r\n"));
	r = wire_reply(kept, 5000, false, NULL);
	ck_assert_int_eq(r.status, 503);
	ck_assert_str_eq(reply_header(&r, "Retry-After"), "1");
	ck_assert_str_eq(reply_header(&r, "Connection"), "close");
	ck_assert_ptr_nonnull(strstr(r.body, "shutting_down"));
	reply_free(&r);
	ck_assert(wire_closed(kept, 3000));
	close(kept);
	ck_assert_int_lt(wire_connect(s.port), 0);
	/* The private listener goes on to tell what is the matter. */
	r = stand_once(s.metrics_port, "GET /readyz HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 503);
	reply_free(&r);
	r = stand_once(s.metrics_port, "GET /livez HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	/* Those under way get their replies. */
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	for (size_t i = 0; i < 8; i++) {
		r = wire_reply(busy[i], 5000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		ck_assert_str_eq(reply_header(&r, "Connection"), "close");
		reply_free(&r);
		close(busy[i]);
	}
	stand_down(&s);
}
END_TEST

/* Stop without a drain that succeeded: waits for the calls under way rather than aborting inside the library. */
START_TEST(stopped_with_calls_under_way)
{
	struct stand s = stand_up(NULL, 4);
	int fd[4];
	for (size_t i = 0; i < 4; i++)
		fd[i] = stand_ask(s.port, "GET /slow?ms=300 HTTP/1.1\r\n" H "\r\n");
	int idle = wire_connect(s.port);
	int half = stand_ask(s.port, "POST /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nhalf");
	while (atomic_load(&fake_api_counts(s.api)->submitted) < 4)
		sleep_ms(5);
	stand_down(&s);
	for (size_t i = 0; i < 4; i++)
		close(fd[i]);
	close(idle);
	close(half);
}
END_TEST

int main(void)
{
	const char *each = getenv("REQUESTS_EACH");
	if (each)
		requests_each = (unsigned)atoi(each);
	Suite *s = suite_create("http life");
	TCase *t = tcase_create("life");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, suspended_concurrently);
	tcase_add_test(t, done_inside_submit);
	tcase_add_test(t, pipelined);
	tcase_add_test(t, nothing_after_a_refusal);
	tcase_add_test(t, client_leaves_while_suspended);
	tcase_add_test(t, half_closed);
	tcase_add_test(t, drained);
	tcase_add_test(t, stopped_with_calls_under_way);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
