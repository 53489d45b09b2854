/* Gzipped bodies: whatever their pieces, they arrive as what was zipped; and none makes more of itself than it may. */
#include "stand.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define LIMIT ((size_t)1 << 20) /* of /zipped */

struct zipped {
	unsigned char *data;
	size_t n;
};

static struct zipped zip(const void *p, size_t n)
{
	z_stream z = {0};
	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
	size_t cap = deflateBound(&z, n);
	struct zipped r = {malloc(cap + 64), 0};
	z.next_in = (unsigned char *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = r.data;
	z.avail_out = (uInt)cap;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	r.n = cap - z.avail_out;
	deflateEnd(&z);
	return r;
}

/* Sends it in chunks of at most `piece` bytes, or whole with its length when 0. */
static struct reply post(uint16_t port, const char *path, const char *coding, const void *p, size_t n, size_t piece)
{
	char head[200];
	int fd = wire_connect(port);
	int len = snprintf(head, sizeof head, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Encoding: %s\r\n", path, coding);
	if (piece)
		snprintf(head + len, sizeof head - (size_t)len, "Transfer-Encoding: chunked\r\n\r\n");
	else
		snprintf(head + len, sizeof head - (size_t)len, "Content-Length: %zu\r\n\r\n", n);
	bool open = wire_puts(fd, head);
	const char *at = p;
	for (size_t left = n; piece && open && left;) {
		size_t k = left < piece ? left : piece;
		snprintf(head, sizeof head, "%zx\r\n", k);
		open = wire_puts(fd, head) && wire_send(fd, at, k) && wire_puts(fd, "\r\n");
		at += k;
		left -= k;
	}
	if (piece && open)
		(void)wire_puts(fd, "0\r\n\r\n");
	else if (open)
		(void)wire_send(fd, p, n);
	struct reply r = wire_reply(fd, 10000, false, NULL);
	close(fd);
	return r;
}

static void expect(struct reply r, int status, const char *code)
{
	ck_assert_int_eq(r.status, status);
	ck_assert_msg(strstr(r.body, code) != NULL, "%s: %s", code, r.body);
	reply_free(&r);
}

static char *noise(size_t n, unsigned seed, unsigned letters)
{
	char *s = malloc(n + 1);
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		s[i] = (char)('!' + (seed >> 20) % letters);
	}
	s[n] = '\0';
	return s;
}

START_TEST(whole)
{
	static const size_t sizes[] = {1, 2, 100, 16383, 16384, 16385, 70000, 262144, LIMIT - 1, LIMIT};
	static const size_t pieces[] = {0, 1000, 16384, 33333};
	struct stand s = stand_up(NULL, 1);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		char *text = noise(sizes[i], (unsigned)i, 16);
		struct zipped z = zip(text, sizes[i]);
		for (size_t k = 0; k < sizeof pieces / sizeof *pieces; k++) {
			struct reply r = post(s.port, "/zipped", k % 2 ? "gzip" : "X-GZIP", z.data, z.n, pieces[k]);
			ck_assert_int_eq(r.status, 200);
			ck_assert_uint_eq(r.body_len, sizes[i]);
			ck_assert_int_eq(memcmp(r.body, text, sizes[i]), 0);
			reply_free(&r);
		}
		free(z.data);
		free(text);
	}
	/* Byte by byte. */
	char *text = noise(3000, 7, 90);
	struct zipped z = zip(text, 3000);
	struct reply r = post(s.port, "/zipped", "gzip", z.data, z.n, 1);
	ck_assert_uint_eq(r.body_len, 3000);
	reply_free(&r);
	free(z.data);
	free(text);
	stand_down(&s);
}
END_TEST

START_TEST(broken)
{
	struct stand s = stand_up(NULL, 1);
	char *text = noise(50000, 3, 60);
	struct zipped z = zip(text, 50000);
	for (size_t cut = 1; cut < z.n; cut += z.n / 17 + 1)
		expect(post(s.port, "/zipped", "gzip", z.data, cut, 0), 400, "body_coding_invalid");
	expect(post(s.port, "/zipped", "gzip", z.data, z.n - 1, 4096), 400, "body_coding_invalid");
	z.data[z.n] = 'x';
	expect(post(s.port, "/zipped", "gzip", z.data, z.n + 1, 0), 400, "body_coding_invalid");
	z.data[z.n - 5] ^= 1; /* the checksum */
	expect(post(s.port, "/zipped", "gzip", z.data, z.n, 0), 400, "body_coding_invalid");
	expect(post(s.port, "/zipped", "gzip", text, 100, 0), 400, "body_coding_invalid");
	expect(post(s.port, "/zipped", "deflate", text, 100, 0), 415, "content_encoding_unsupported");
	expect(post(s.port, "/echo", "gzip", z.data, z.n, 0), 415, "content_encoding_unsupported");
	free(z.data);
	free(text);
	stand_down(&s);
}
END_TEST

START_TEST(bombs)
{
	struct stand s = stand_up(NULL, 1);
	/* One byte more than the route takes, in any pieces. */
	char *text = noise(LIMIT + 1, 9, 16);
	struct zipped z = zip(text, LIMIT + 1);
	ck_assert_uint_lt(z.n, LIMIT);
	expect(post(s.port, "/zipped", "gzip", z.data, z.n, 0), 413, "body_too_large");
	expect(post(s.port, "/zipped", "gzip", z.data, z.n, 5000), 413, "body_too_large");
	free(z.data);
	/* More than the limit as it comes, though it be zipped. */
	expect(post(s.port, "/zipped", "gzip", text, LIMIT + 1, 0), 413, "body_too_large");
	/* A thousand times as large, and still within the limit. */
	memset(text, ' ', LIMIT);
	z = zip(text, LIMIT);
	ck_assert_uint_lt(z.n, LIMIT / 500);
	expect(post(s.port, "/zipped", "gzip", z.data, z.n, 0), 413, "body_inflates_too_much");
	free(z.data);
	/* But a small one may be as dull as it likes. */
	z = zip(text, 200000);
	struct reply r = post(s.port, "/zipped", "gzip", z.data, z.n, 0);
	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(r.body_len, 200000);
	reply_free(&r);
	free(z.data);
	free(text);
	stand_down(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("http gzip");
	TCase *t = tcase_create("gzip");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, whole);
	tcase_add_test(t, broken);
	tcase_add_test(t, bombs);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
