/* Requests larger than is taken: lines, headers, cookies, bodies. */
#include "stand.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GET_ECHO "GET /echo HTTP/1.1\r\nHost: x\r\n"

static struct stand stand;

static void up(void)
{
	stand = stand_up(&(struct http_config){.body_deadline_ms = 3000}, 1);
}

static void down(void)
{
	stand_down(&stand);
}

/* Sends `prefix`, then `unit` n times, then `suffix`, as far as the server reads. */
static struct reply repeated(const char *prefix, const char *unit, size_t n, const char *suffix)
{
	int fd = wire_connect(stand.port);
	bool ok = wire_puts(fd, prefix);
	for (size_t i = 0; ok && i < n; i++)
		ok = wire_puts(fd, unit);
	if (ok)
		wire_puts(fd, suffix);
	struct reply r = wire_reply(fd, 5000, false, NULL);
	close(fd);
	return r;
}

static void expect(struct reply r, int status, const char *code)
{
	ck_assert_msg(r.status == status && strstr(r.body, code), "%d %s, expected %d %s", r.status,
	    r.body ? r.body : "", status, code);
	reply_free(&r);
}

START_TEST(oversized)
{
	expect(repeated("GET /", "aaaaaaaa", 255, " HTTP/1.1\r\nHost: x\r\n\r\n"), 404, "not_found");
	expect(repeated("GET /", "aaaaaaaa", 256, " HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "target_too_long");
	expect(repeated("GET /", "aaaaaaaa", 4000, " HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "target_too_long");
	expect(repeated("GET /echo?a=", "aaaaaaaa", 500, " HTTP/1.1\r\nHost: x\r\n\r\n"), 200, "aaaa");
	expect(repeated("GET /echo?a=", "aaaaaaaa", 520, " HTTP/1.1\r\nHost: x\r\n\r\n"), 414, "target_too_long");
	expect(repeated("GET /echo?", "a&", 2000, " HTTP/1.1\r\nHost: x\r\n\r\n"), 431, "headers_too_large");
	expect(repeated(GET_ECHO, "X-A: b\r\n", 50, "\r\n"), 200, "echo");
	expect(repeated(GET_ECHO, "X-A: b\r\n", 64, "\r\n"), 431, "headers_too_large");
	expect(repeated(GET_ECHO, "X-A: b\r\n", 5000, "\r\n"), 431, "headers_too_large");
	expect(repeated(GET_ECHO "X-A: ", "bbbbbbbb", 500, "\r\n\r\n"), 200, "echo");
	expect(repeated(GET_ECHO "X-A: ", "bbbbbbbb", 5000, "\r\n\r\n"), 431, "headers_too_large");
	expect(repeated(GET_ECHO "Cookie: ", "a=b;", 2000, "\r\n\r\n"), 431, "headers_too_large");
	/* A declared length over the limit is refused without reading on, and the client still gets to read the reply.
	 */
	expect(repeated("POST /tiny HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n", "aaaaaaaa", 100000, ""),
	    413, "body_too_large");
	expect(repeated("POST /tiny HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\naaaaaaaa\r\n",
		   20000, ""),
	    413, "body_too_large");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http oversized");
	TCase *t = tcase_create("oversized");
	tcase_add_unchecked_fixture(t, up, down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, oversized);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
