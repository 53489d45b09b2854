/* Clients that take their time: each must be gone when its deadline has passed, and an honest one must not be. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define H "Host: x\r\n"

/* Sends `drop` every 20 ms until the server closes or `max_ms` have passed; returns how long that took. */
static int64_t drip(int fd, const char *drop, int64_t max_ms)
{
	int64_t start = wall_ms();
	while (wall_ms() - start < max_ms) {
		char c;
		if (!wire_puts(fd, drop) || recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
			break;
		sleep_ms(20);
	}
	return wall_ms() - start;
}

static void gone(int fd, const char *code)
{
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_msg(r.status == 408 || (r.status == 0 && r.closed), "status %d", r.status);
	if (r.status == 408)
		ck_assert_ptr_nonnull(strstr(r.body, code));
	ck_assert_int_eq(r.status, 408);
	reply_free(&r);
	ck_assert(wire_closed(fd, 3000));
	close(fd);
}

START_TEST(slow_head)
{
	struct http_config c = {.header_deadline_ms = 400};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "GET /echo HTTP/1.1\r\n" H));
	int64_t took = drip(fd, "X-A: b\r\n", 8000);
	ck_assert_int_ge(took, 300);
	ck_assert_int_lt(took, 3000);
	gone(fd, "head_timeout");
	/* The same in the middle of the request line, and with nothing but empty lines. */
	fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "GET /"));
	ck_assert_int_lt(drip(fd, "a", 8000), 3000);
	gone(fd, "head_timeout");
	fd = wire_connect(s.port);
	ck_assert_int_lt(drip(fd, "\r\n", 8000), 3000); /* libmicrohttpd 1.x stands two of them, 0.9.75 any number */
	ck_assert(wire_closed(fd, 3000));
	close(fd);
	stand_down(&s);
}
END_TEST

START_TEST(slow_second_head)
{
	struct http_config c = {.header_deadline_ms = 400};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	/* Idle for longer than the deadline of a head: nothing has begun, so nothing is late. */
	sleep_ms(900);
	for (int i = 0; i < 3; i++) {
		ck_assert(wire_puts(fd, "GET /echo HTTP/1.1\r\n" H "\r\n"));
		struct reply r = wire_reply(fd, 5000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		reply_free(&r);
		sleep_ms(600);
	}
	int64_t took = drip(fd, "X", 8000);
	ck_assert_int_lt(took, 3000);
	gone(fd, "head_timeout");
	stand_down(&s);
}
END_TEST

START_TEST(slow_body)
{
	struct http_config c = {.body_deadline_ms = 400};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n"));
	int64_t took = drip(fd, "x", 8000);
	ck_assert_int_ge(took, 300);
	ck_assert_int_lt(took, 3000);
	gone(fd, "body_timeout");
	/* In chunks, and one that stops altogether. */
	fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n"));
	ck_assert_int_lt(drip(fd, "1\r\nx\r\n", 8000), 3000);
	gone(fd, "body_timeout");
	fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /echo HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\nhalf"));
	gone(fd, "body_timeout");
	/* A body that is only going to be dropped gets no more time. */
	fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /nothing HTTP/1.1\r\n" H "Content-Length: 1000\r\n\r\nhalf"));
	gone(fd, "body_timeout");
	ck_assert_uint_eq(http_server_drain(s.server, 1000), 0);
	stand_down(&s);
}
END_TEST

START_TEST(idle)
{
	struct http_config c = {.idle_timeout_s = 1};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "GET /echo HTTP/1.1\r\n" H "\r\n"));
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	int fresh = wire_connect(s.port);
	ck_assert(wire_closed(fd, 5000));
	ck_assert(wire_closed(fresh, 5000));
	close(fd);
	close(fresh);
	stand_down(&s);
}
END_TEST

/* A call that takes longer than the idle timeout is not idle. */
START_TEST(slow_reply)
{
	struct http_config c = {.idle_timeout_s = 1, .header_deadline_ms = 300, .body_deadline_ms = 300};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "GET /slow?ms=2500 HTTP/1.1\r\n" H "\r\n"));
	struct reply r = wire_reply(fd, 8000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	close(fd);
	stand_down(&s);
}
END_TEST

/* A client that reads its large reply by the byte. */
START_TEST(slow_reader)
{
	struct http_config c = {.idle_timeout_s = 1};
	struct stand s = stand_up(&c, 1);
	int fd = wire_connect(s.port);
	int small = 4096;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert(wire_puts(fd, "GET /big?bytes=30000000 HTTP/1.1\r\n" H "\r\n"));
	char buf[2048];
	for (int64_t start = wall_ms(); wall_ms() - start < 5000; sleep_ms(50))
		if (recv(fd, buf, sizeof(buf), 0) <= 0)
			break;
	/* The request is over for the server, whatever the client has yet to read. */
	ck_assert_uint_eq(http_server_drain(s.server, 0), 0);
	close(fd);
	stand_down(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http slow");
	TCase *t = tcase_create("slow");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, slow_head);
	tcase_add_test(t, slow_second_head);
	tcase_add_test(t, slow_body);
	tcase_add_test(t, idle);
	tcase_add_test(t, slow_reply);
	tcase_add_test(t, slow_reader);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
