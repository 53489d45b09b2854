/* Raw requests and what becomes of them: a row each. */
#include "stand.h"

#include <microhttpd.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define H "Host: x\r\n"
#define GET_ECHO "GET /echo HTTP/1.1\r\n" H
#define POST_ECHO "POST /echo HTTP/1.1\r\n" H

enum after { LIVES, CLOSES };

struct row {
	const char *name;
	const char *raw;
	size_t n;         /* 0: strlen */
	int status;       /* 0: closed without a reply */
	const char *code; /* of the problem, or a piece of the body */
	enum after after;
	int status_1; /* with libmicrohttpd 1.x, where its parser decides otherwise; NO_REPLY: closed without a word; 0:
			 as above */
};

#define NO_REPLY (-1)

static bool library_1(void)
{
	return strncmp(MHD_get_version(), "0.", 2) != 0;
}

#define R(s) (s), sizeof(s) - 1
#define TEN(s) s s s s s s s s s s

static const struct row rows[] = {
    /* honest ones */
    {"get", R(GET_ECHO "\r\n"), 200, "\"path\":\"/echo\"", LIVES},
    {"header name in any case", R("GET /echo HTTP/1.1\r\nhOsT: x\r\naUTHORIZATION: Bearer k\r\n\r\n"), 200, "Bearer k",
	LIVES},
    {"spaces around a value", R("GET /echo HTTP/1.1\r\nHost: \t x \t\r\n\r\n"), 200, "\"host\":\"x\"", LIVES},
    {"empty header value", R(GET_ECHO "X-Empty:\r\n\r\n"), 200, NULL, LIVES},
    {"cookies are ignored", R(GET_ECHO "Cookie: a=b; c=\"d\"; e\r\n\r\n"), 200, NULL, LIVES},
    {"latin-1 in a header nobody reads", R(GET_ECHO "User-Agent: caf\xE9\r\n\r\n"), 200, NULL, LIVES},
    {"all headers, for a route that wants them",
	R("POST /door HTTP/1.1\r\nhOsT: x\r\nX-Sig:  a \t\r\nX-Bad: caf\xE9\r\nx-sig: 你\r\nX-Empty:\r\n\r\n"), 200,
	"\"header 0 host\":\"x\",\"header 1 x-sig\":\"a\",\"header 2 x-sig\":\"你\",\"header 3 "
	"x-empty\":\"\",\"query\"",
	LIVES},
    {"only those that every call has, for others", R(POST_ECHO "X-Sig: a\r\n\r\n"), 200,
	"\"peer\":\"127.0.0.1\",\"query\"", LIVES},
    {"empty lines before", R("\r\n\r\n" GET_ECHO "\r\n"), 200, NULL, LIVES, NO_REPLY},
    {"http/1.0 without host", R("GET /echo HTTP/1.0\r\n\r\n"), 200, "\"host\":null", CLOSES},
    {"http/1.0 keep-alive", R("GET /echo HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 200, NULL, LIVES},
    {"connection close", R(GET_ECHO "Connection: close\r\n\r\n"), 200, NULL, CLOSES},
    {"absolute form", R("GET http://x/echo?a=b HTTP/1.1\r\n" H "\r\n"), 200, "\"a\":\"b\"", LIVES},
    {"query decoded", R("GET /echo?q=%E4%BD%A0+b HTTP/1.1\r\n" H "\r\n"), 200, "你 b", LIVES},
    {"body", R(POST_ECHO "Content-Length: 5\r\n\r\nhello"), 200, "hello", LIVES},
    {"empty body", R(POST_ECHO "Content-Length: 0\r\n\r\n"), 200, "\"method\":\"POST\"", LIVES},
    {"no length, no body", R(POST_ECHO "\r\n"), 200, "\"method\":\"POST\"", LIVES},
    {"chunked", R(POST_ECHO "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), 200, "abcde",
	LIVES, 400},
    {"chunked in capitals", R(POST_ECHO "Transfer-Encoding: CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n"), 200,
	"0123456789", LIVES},
    {"chunked with a trailer", R(POST_ECHO "Transfer-Encoding: chunked\r\n\r\n1\r\nz\r\n0\r\nX-T: v\r\n\r\n"), 200, "z",
	LIVES},
    {"identity encoding", R(POST_ECHO "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\na"), 200, "a", LIVES},
    {"body with NUL", R(POST_ECHO "Content-Length: 3\r\n\r\na\0b"), 200, NULL, LIVES},
    {"options star", R("OPTIONS * HTTP/1.1\r\n" H "\r\n"), 204, NULL, LIVES},
    {"options of a path", R("OPTIONS /echo HTTP/1.1\r\n" H "\r\n"), 204, NULL, LIVES},
    {"options of nothing", R("OPTIONS /nothing HTTP/1.1\r\n" H "\r\n"), 404, "not_found", LIVES},
    /* honest, but no */
    {"not found", R("GET /nothing HTTP/1.1\r\n" H "\r\n"), 404, "not_found", LIVES},
    {"not found with a short body", R("POST /nothing HTTP/1.1\r\n" H "Content-Length: 5\r\n\r\nhello"), 404,
	"not_found", LIVES},
    {"not found with a long body", R("POST /nothing HTTP/1.1\r\n" H "Content-Length: 70000\r\n\r\nhello"), 404,
	"not_found", CLOSES},
    {"wrong method", R("DELETE /echo HTTP/1.1\r\n" H "\r\n"), 405, "method_not_allowed", LIVES},
    {"unknown method", R("BREW /echo HTTP/1.1\r\n" H "\r\n"), 501, "method_unknown", LIVES},
    {"lower-case method", R("get /echo HTTP/1.1\r\n" H "\r\n"), 501, "method_unknown", LIVES},
    {"trace", R("TRACE /echo HTTP/1.1\r\n" H "\r\n"), 405, "method_not_allowed", LIVES},
    {"connect", R("CONNECT x:443 HTTP/1.1\r\n" H "\r\n"), 405, "method_not_allowed", LIVES},
    {"metrics are not public", R("GET /metrics HTTP/1.1\r\n" H "\r\n"), 404, "not_found", LIVES},
    /* framing */
    {"length and chunked", R(POST_ECHO "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	"length_and_coding", CLOSES},
    {"chunked and length", R(POST_ECHO "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), 400,
	"length_and_coding", CLOSES},
    {"two lengths", R(POST_ECHO "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"), 400, "content_length_invalid",
	CLOSES},
    {"the same length twice", R(POST_ECHO "Content-Length: 5\r\ncontent-length: 5\r\n\r\nhello"), 400,
	"content_length_invalid", CLOSES},
    {"lengths in a list", R(POST_ECHO "Content-Length: 5, 5\r\n\r\nhello"), 400, NULL, CLOSES},
    {"length with a sign", R(POST_ECHO "Content-Length: +5\r\n\r\nhello"), 400, NULL, CLOSES},
    {"negative length", R(POST_ECHO "Content-Length: -5\r\n\r\nhello"), 400, NULL, CLOSES},
    {"hexadecimal length", R(POST_ECHO "Content-Length: 0x5\r\n\r\nhello"), 400, NULL, CLOSES},
    {"length of words", R(POST_ECHO "Content-Length: abc\r\n\r\nhello"), 400, NULL, CLOSES},
    {"empty length", R(POST_ECHO "Content-Length:\r\n\r\nhello"), 400, NULL, CLOSES},
    {"length over 64 bits", R(POST_ECHO "Content-Length: 99999999999999999999999\r\n\r\nhello"), 413, NULL, CLOSES},
    {"length over the limit", R(POST_ECHO "Content-Length: 4194305\r\n\r\nhello"), 413, "body_too_large", CLOSES},
    {"two codings", R(POST_ECHO "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	"transfer_encoding_invalid", CLOSES},
    {"codings in a list", R(POST_ECHO "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 400,
	"transfer_encoding_invalid", CLOSES},
    {"identity coding", R(POST_ECHO "Transfer-Encoding: identity\r\n\r\n"), 400, "transfer_encoding_invalid", CLOSES},
    {"chunked and a space", R(POST_ECHO "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n"), 400,
	"transfer_encoding_invalid", CLOSES, 200},
    {"chunked by another name", R(POST_ECHO "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400,
	"transfer_encoding_invalid", CLOSES},
    {"vertical tab before chunked", R(POST_ECHO "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), 400, NULL, CLOSES},
    {"chunked in 1.0", R("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	"transfer_encoding_invalid", CLOSES},
    {"space before the colon", R(POST_ECHO "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 400, NULL, CLOSES},
    {"folded name", R(POST_ECHO "Transfer-: chunked\r\n Encoding\r\n\r\n0\r\n\r\n"), 400, NULL, CLOSES},
    {"folded value", R(GET_ECHO "X-A: a\r\n\tb\r\n\r\n"), 400, NULL, CLOSES},
    {"bad chunk size", R(POST_ECHO "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400, "request_malformed", CLOSES},
    {"chunk size over 64 bits", R(POST_ECHO "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"), 413,
	"body_too_large", CLOSES},
    {"chunk without its end", R(POST_ECHO "Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\r\n"), 400, "request_malformed",
	CLOSES},
    {"chunks over the limit",
	R("POST /tiny HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" TEN(TEN(TEN("x"))) "x\r\n0\r\n\r\n"),
	413, "body_too_large", CLOSES},
    {"get with a body", R("GET /echo HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nabc"), 400, "body_unexpected", CLOSES},
    {"get with chunks", R("GET /echo HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	"body_unexpected", CLOSES},
    {"gzip", R(POST_ECHO "Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"), 415, "content_encoding_unsupported",
	LIVES},
    {"gzip chunked", R(POST_ECHO "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"),
	415, "content_encoding_unsupported", CLOSES},
    /* headers */
    {"no host", R("GET /echo HTTP/1.1\r\n\r\n"), 400, "host_invalid", CLOSES},
    {"two hosts", R(GET_ECHO "Host: y\r\n\r\n"), 400, "header_duplicate", CLOSES},
    {"empty host", R("GET /echo HTTP/1.1\r\nHost:\r\n\r\n"), 400, "host_invalid", CLOSES},
    {"host with a path", R("GET /echo HTTP/1.1\r\nHost: x/y\r\n\r\n"), 400, "host_invalid", CLOSES},
    {"host with a user", R("GET /echo HTTP/1.1\r\nHost: a@x\r\n\r\n"), 400, "host_invalid", CLOSES},
    {"absolute form for another host", R("GET http://y/echo HTTP/1.1\r\n" H "\r\n"), 400, "target_invalid", CLOSES},
    {"two keys", R(GET_ECHO "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n"), 400, "header_duplicate",
	CLOSES},
    {"two types", R(POST_ECHO "Content-Type: a/b\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n"), 400,
	"header_duplicate", CLOSES},
    {"two idempotency keys", R(POST_ECHO "Idempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n"), 400, "header_duplicate",
	CLOSES},
    {"NUL in a value", R(GET_ECHO "X-A: a\0b\r\n\r\n"), 400, NULL, CLOSES},
    {"NUL at the end of a length",
	R(POST_ECHO "Content-Length: 5\0"
		    "0\r\n\r\nhello"),
	400, NULL, CLOSES},
    {"NUL in a name", R(GET_ECHO "X\0A: a\r\n\r\n"), 400, NULL, CLOSES},
    {"control character in a value",
	R(GET_ECHO "X-A: a\x01"
		   "b\r\n\r\n"),
	400, NULL, CLOSES},
    {"bare CR in a value", R(GET_ECHO "X-A: a\rb\r\n\r\n"), 400, NULL, CLOSES},
    {"bare LF", R("GET /echo HTTP/1.1\nHost: x\n\n"), 400, NULL, CLOSES},
    {"bare LF at the end of one line", R("GET /echo HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n"), 400, NULL, CLOSES},
    {"bare LF as the empty line", R("GET /echo HTTP/1.1\r\nHost: x\r\n\n"), 400, NULL, CLOSES},
    {"no colon", R(GET_ECHO "nonsense\r\n\r\n"), 400, NULL, CLOSES},
    {"empty name", R(GET_ECHO ": v\r\n\r\n"), 400, NULL, CLOSES},
    {"name with a bracket", R(GET_ECHO "X(A): v\r\n\r\n"), 400, NULL, CLOSES},
    {"key that is no UTF-8", R(GET_ECHO "Authorization: \xFF\r\n\r\n"), 400, "encoding_invalid", CLOSES},
    {"odd expectation", R(POST_ECHO "Expect: 200-ok\r\nContent-Length: 1\r\n\r\na"), 417, "expectation_unknown",
	CLOSES},
    /* targets */
    {"NUL in the target", R("GET /e\0cho HTTP/1.1\r\n" H "\r\n"), 400, NULL, CLOSES, NO_REPLY},
    {"%00 in the path", R("GET /echo%00 HTTP/1.1\r\n" H "\r\n"), 400, "control_character", CLOSES},
    {"%0d%0a in the query", R("GET /echo?a=%0d%0aX:y HTTP/1.1\r\n" H "\r\n"), 400, "control_character", CLOSES},
    {"half an escape", R("GET /echo%4 HTTP/1.1\r\n" H "\r\n"), 400, "target_escape_invalid", CLOSES},
    {"escape that is none", R("GET /echo?a=%xy HTTP/1.1\r\n" H "\r\n"), 400, "target_escape_invalid", CLOSES},
    {"escaped slash", R("GET /items/a%2Fb HTTP/1.1\r\n" H "\r\n"), 400, "target_escape_invalid", CLOSES},
    {"overlong UTF-8", R("GET /%C0%AFecho HTTP/1.1\r\n" H "\r\n"), 400, "encoding_invalid", CLOSES},
    {"raw high bytes", R("GET /\xE4\xBD\xA0 HTTP/1.1\r\n" H "\r\n"), 400, NULL, CLOSES},
    {"double slash", R("GET //echo HTTP/1.1\r\n" H "\r\n"), 400, "path_invalid", CLOSES},
    {"dot segment", R("GET /items/../echo HTTP/1.1\r\n" H "\r\n"), 400, "path_invalid", CLOSES},
    {"escaped dot segment", R("GET /items/%2e%2e/echo HTTP/1.1\r\n" H "\r\n"), 400, "path_invalid", CLOSES},
    {"backslash", R("GET /items\\echo HTTP/1.1\r\n" H "\r\n"), 400, "path_invalid", CLOSES},
    {"fragment", R("GET /echo#a HTTP/1.1\r\n" H "\r\n"), 400, "target_invalid", CLOSES},
    {"parameter twice", R("GET /echo?a=1&a=2 HTTP/1.1\r\n" H "\r\n"), 400, "query_duplicate", CLOSES},
    {"33 parameters",
	R("GET /echo?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x&y&z&A&B&C&D&E&F&G HTTP/1.1\r\n" H "\r\n"), 400,
	"query_too_many", CLOSES},
    {"no leading slash", R("GET echo HTTP/1.1\r\n" H "\r\n"), 400, "target_invalid", CLOSES},
    {"star for get", R("GET * HTTP/1.1\r\n" H "\r\n"), 400, "target_invalid", CLOSES},
    {"two spaces", R("GET  /echo HTTP/1.1\r\n" H "\r\n"), 400, NULL, CLOSES},
    {"space in the target", R("GET /ec ho HTTP/1.1\r\n" H "\r\n"), 400, NULL, CLOSES},
    /* request lines */
    {"http/2.0", R("GET /echo HTTP/2.0\r\n" H "\r\n"), 505, "http_version_unsupported", CLOSES},
    {"http/0.9", R("GET /echo HTTP/0.9\r\n" H "\r\n"), 505, "http_version_unsupported", CLOSES},
    {"http/1.7", R("GET /echo HTTP/1.7\r\n" H "\r\n"), 505, "http_version_unsupported", CLOSES},
    {"no version", R("GET /echo\r\n" H "\r\n"), 400, "request_malformed", CLOSES},
    {"lower-case version", R("GET /echo http/1.1\r\n" H "\r\n"), 400, "request_malformed", CLOSES},
    {"tls hello", R("\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03 x\r\n\r\n"), 400, NULL, CLOSES, NO_REPLY},
};

static struct stand stand;

static void up(void)
{
	/* libmicrohttpd 0.9.75 may miss that a client went away amid its body, when the last bytes and the end come
	 * together: the deadline of bodies ends such a request. */
	stand = stand_up(&(struct http_config){.body_deadline_ms = 3000}, 1);
}

static void down(void)
{
	stand_down(&stand);
}

static int wanted(const struct row *row)
{
	int status = row->status_1 && library_1() ? row->status_1 : row->status;
	return status == NO_REPLY ? 0 : status;
}

/* 1.x refuses much in its parser already, and then under one name. */
static bool says(const struct reply *r, const char *code)
{
	return memmem(r->body, r->body_len, code, strlen(code)) ||
	       (library_1() && r->status == 400 && strstr(r->body, "request_malformed"));
}

static void judge(const struct row *row, int fd)
{
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_msg(r.status == wanted(row), "%s: status %d, expected %d\n%s%s", row->name, r.status, wanted(row),
	    r.head ? r.head : "(nothing)", r.body ? r.body : "");
	if (r.status >= 400) {
		const char *type = reply_header(&r, "Content-Type");
		ck_assert_msg(type && strcmp(type, "application/problem+json") == 0, "%s: type %s", row->name, type);
		ck_assert_msg(strstr(r.body, reply_header(&r, "X-Request-Id")) != NULL, "%s: no request id", row->name);
	}
	if (row->code && r.status == row->status)
		ck_assert_msg(says(&r, row->code), "%s: no \"%s\" in %s", row->name, row->code, r.body);
	if (r.status > 0) {
		ck_assert_str_eq(reply_header(&r, "X-Content-Type-Options"), "nosniff");
		ck_assert_str_eq(reply_header(&r, "Cache-Control"), "no-store");
		const char *connection = reply_header(&r, "Connection");
		if (row->after == CLOSES && r.status == row->status)
			ck_assert_msg(
			    connection && strcmp(connection, "close") == 0, "%s: Connection %s", row->name, connection);
	}
	reply_free(&r);
}

START_TEST(guards)
{
	const struct row *row = &rows[_i];
	int fd = wire_connect(stand.port);
	ck_assert_int_ge(fd, 0);
	ck_assert(wire_send(fd, row->raw, row->n));
	judge(row, fd);
	if (wanted(row) != row->status) {
		/* judged enough */
	} else if (row->after == CLOSES) {
		ck_assert_msg(wire_closed(fd, 3000), "%s: still open", row->name);
	} else {
		/* Nothing of the first request may be left for the second. */
		ck_assert(wire_puts(fd, "GET /echo?second=1 HTTP/1.1\r\nHost: x\r\n\r\n"));
		struct reply r = wire_reply(fd, 5000, false, NULL);
		ck_assert_msg(r.status == 200 && strstr(r.body, "\"second\":\"1\""), "%s: the next request got %d",
		    row->name, r.status);
		reply_free(&r);
	}
	close(fd);
}
END_TEST

/* The same in single bytes: the parser meets every boundary. */
START_TEST(guards_drop_by_drop)
{
	const struct row *row = &rows[_i];
	if (row->n > 400)
		return;
	int fd = wire_connect(stand.port);
	for (size_t i = 0; i < row->n; i++) {
		if (!wire_send(fd, row->raw + i, 1))
			break;
		if (i % 16 == 0)
			sleep_ms(1);
	}
	judge(row, fd);
	close(fd);
}
END_TEST

/* Rows bent at random, two glued together: whatever comes back, the server must live, and nothing may be left under
 * way. */
START_TEST(noise)
{
	static const char alphabet[] = "\r\n\0 :/%?&=,;chunked0123456789\x7f\xff\t";
	srand(20260301);
	for (int i = 0; i < 4000; i++) {
		char raw[3000];
		size_t n = 0;
		for (int part = 0; part < 2; part++) {
			const struct row *row = &rows[(size_t)rand() % (sizeof(rows) / sizeof(*rows))];
			if (n + row->n <= sizeof(raw)) {
				memcpy(raw + n, row->raw, row->n);
				n += row->n;
			}
		}
		for (int k = rand() % 4; k > 0; k--) {
			size_t at = (size_t)rand() % n;
			if (rand() % 3 == 0 && n > 2)
				memmove(raw + at, raw + at + 1, --n - at);
			else
				raw[at] = alphabet[(size_t)rand() % (sizeof(alphabet) - 1)];
		}
		int fd = wire_connect(stand.port);
		size_t cut = (size_t)rand() % n;
		wire_send(fd, raw, cut);
		wire_send(fd, raw + cut, n - cut);
		wire_closed(fd, rand() % 8);
		close(fd);
	}
	int fd = wire_connect(stand.port);
	ck_assert(wire_puts(fd, GET_ECHO "\r\n"));
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	close(fd);
	for (int64_t until = wall_ms() + 5000; wall_ms() < until; sleep_ms(10)) {
		fd = wire_connect(stand.metrics_port);
		ck_assert(wire_puts(fd, "GET /metrics HTTP/1.1\r\n" H "\r\n"));
		r = wire_reply(fd, 5000, false, NULL);
		bool rest = strstr(r.body, "leadscore_http_requests_in_flight 1\n") != NULL;
		reply_free(&r);
		close(fd);
		if (rest)
			return;
	}
	ck_abort_msg("requests are left under way");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http guards");
	TCase *t = tcase_create("table");
	/* One server for the whole table, in this process: what a row leaves behind meets the next. */
	tcase_add_unchecked_fixture(t, up, down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, guards, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_loop_test(t, guards_drop_by_drop, 0, sizeof(rows) / sizeof(*rows));
	tcase_add_test(t, noise);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
