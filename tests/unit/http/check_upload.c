/* Bodies that are taken while they arrive: all of their bytes come through, whatever their pieces and however slow the
 * taker; he may have enough; clients that stop or drip are gone; nothing is left of those that go away. */
#include "stand.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct body {
	char *data;
	size_t n;
	unsigned long sum;
};

static struct body make(size_t n, unsigned seed)
{
	struct body b = {malloc(n), n, 0};
	for (size_t i = 0; i < n; i++) {
		b.data[i] = (char)(rand_r(&seed) >> 5);
		b.sum += (unsigned char)b.data[i];
	}
	return b;
}

/* Sends it whole with its length (piece 0), or in chunks. False: the server did not want all of it. */
static bool send_body(int fd, const char *query, const struct body *b, size_t piece)
{
	char head[200];
	int len = snprintf(head, sizeof head, "POST /upload%s HTTP/1.1\r\nHost: x\r\n", query);
	if (piece)
		snprintf(head + len, sizeof head - (size_t)len, "Transfer-Encoding: chunked\r\n\r\n");
	else
		snprintf(head + len, sizeof head - (size_t)len, "Content-Length: %zu\r\n\r\n", b->n);
	bool open = wire_puts(fd, head);
	if (!piece)
		return open && wire_send(fd, b->data, b->n);
	for (size_t at = 0; open && at < b->n; at += piece) {
		size_t k = b->n - at < piece ? b->n - at : piece;
		snprintf(head, sizeof head, "%zx\r\n", k);
		open = wire_puts(fd, head) && wire_send(fd, b->data + at, k) && wire_puts(fd, "\r\n");
	}
	return open && wire_puts(fd, "0\r\n\r\n");
}

static void arrives(uint16_t port, const char *query, const struct body *b, size_t piece)
{
	char want[80];
	int fd = wire_connect(port);
	ck_assert(send_body(fd, query, b, piece));
	struct reply r = wire_reply(fd, 20000, false, NULL);
	snprintf(want, sizeof want, "{\"bytes\":%zu,\"sum\":%lu}", b->n, b->sum);
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(r.body, want);
	reply_free(&r);
	/* The connection lives on. */
	ck_assert(wire_puts(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
	r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	close(fd);
}

START_TEST(all_of_it)
{
	struct stand s = stand_up(NULL, 1);
	static const size_t sizes[] = {0, 1, 5000, 300000, 3000000}, pieces[] = {0, 1, 700, 4096, 65536, 1000000};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
			if (pieces[k] == 1 && sizes[i] > 5000)
				continue;
			struct body b = make(sizes[i], (unsigned)(i * 10 + k));
			arrives(s.port, "", &b, pieces[k]);
			free(b.data);
		}
	stand_down(&s);
}
END_TEST

START_TEST(a_slow_taker)
{
	struct stand s = stand_up(NULL, 1);
	struct body b = make(4000000, 7);
	/* 400 pieces of 10,000 bytes, each after a millisecond: many pauses. */
	arrives(s.port, "?us=1000", &b, 0);
	arrives(s.port, "?us=1000", &b, 30000);
	free(b.data);
	stand_down(&s);
}
END_TEST

struct client {
	uint16_t port;
	unsigned seed;
	bool good;
};

static void *client_main(void *arg)
{
	struct client *c = arg;
	char want[80];
	struct body b = make(500000 + c->seed * 1000, c->seed);
	int fd = wire_connect(c->port);
	bool sent = send_body(fd, c->seed % 2 ? "?us=300" : "", &b, c->seed % 3 ? 3000 : 0);
	struct reply r = wire_reply(fd, 30000, false, NULL);
	snprintf(want, sizeof want, "{\"bytes\":%zu,\"sum\":%lu}", b.n, b.sum);
	c->good = sent && r.status == 200 && !strcmp(r.body, want);
	reply_free(&r);
	close(fd);
	free(b.data);
	return NULL;
}

START_TEST(many_at_once)
{
	struct stand s = stand_up(NULL, 1);
	enum { N = 24 };
	struct client clients[N];
	pthread_t threads[N];
	for (unsigned i = 0; i < N; i++) {
		clients[i] = (struct client){s.port, i, false};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, client_main, &clients[i]), 0);
	}
	for (unsigned i = 0; i < N; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_msg(clients[i].good, "client %u", i);
	}
	stand_down(&s);
}
END_TEST

START_TEST(refused_at_the_head)
{
	struct stand s = stand_up(NULL, 1);
	int fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /upload?refuse=1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 403);
	reply_free(&r);
	close(fd);
	stand_down(&s);
}
END_TEST

/* It is answered in the middle of the body, and the connection ends. */
START_TEST(cut_short)
{
	struct stand s = stand_up(NULL, 1);
	for (size_t piece = 0; piece < 10000; piece += 4999) {
		int fd = wire_connect(s.port);
		char head[200];
		snprintf(head, sizeof head, "POST /upload?stop=100000 HTTP/1.1\r\nHost: x\r\n%s\r\n\r\n",
		    piece ? "Transfer-Encoding: chunked" : "Content-Length: 100000000");
		ck_assert(wire_puts(fd, head));
		struct body b = make(5000, 1);
		char size[32];
		snprintf(size, sizeof size, "%zx\r\n", b.n);
		/* Reads as it writes: what is in flight when the server closes may be lost with the answer otherwise.
		 */
		bool open = true;
		for (int i = 0; open && i < 2000; i++) {
			char c;
			if (recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
				break;
			open = (!piece || wire_puts(fd, size)) && wire_send(fd, b.data, b.n) &&
			       (!piece || wire_puts(fd, "\r\n"));
			if (i > 20)
				sleep_ms(5);
		}
		struct reply r = wire_reply(fd, 5000, false, NULL);
		ck_assert_int_eq(r.status, 409);
		reply_free(&r);
		free(b.data);
		close(fd);
	}
	stand_down(&s);
}
END_TEST

/* libmicrohttpd 0.9.75 may miss the end of a connection that comes together with its last bytes: then the rate tells.
 */
START_TEST(gone_in_the_middle)
{
	struct http_config c = {.body_deadline_ms = 1000, .idle_timeout_s = 2};
	struct stand s = stand_up(&c, 1);
	struct fake_counts *counts = fake_api_counts(s.api);
	struct body b = make(600000, 3);
	for (int i = 0; i < 20; i++) {
		int fd = wire_connect(s.port);
		ck_assert(
		    wire_puts(fd, i % 2 ? "POST /upload?us=500 HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
					: "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"));
		ck_assert(wire_send(fd, b.data, (size_t)(i * 30000)));
		if (i % 3 == 0)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
		close(fd);
	}
	/* Until nothing is under way and nothing begins any more: a busy machine may take a while to come to them. One that
	 * is reset at once may never have been a request. */
	unsigned long begun = 0;
	for (int i = 0, still = 0; i < 1000 && still < 25; i++) {
		unsigned long now = (unsigned long)atomic_load(&counts->begun);
		still = now >= 10 && now == begun && !atomic_load(&counts->uploads) ? still + 1 : 0;
		begun = now;
		sleep_ms(20);
	}
	ck_assert_uint_eq(atomic_load(&counts->uploads), 0);
	ck_assert_uint_ge(atomic_load(&counts->begun), 10);
	ck_assert_uint_eq(atomic_load(&counts->uploads_broken), atomic_load(&counts->begun));
	free(b.data);
	stand_down(&s);
}
END_TEST

START_TEST(a_least_rate)
{
	struct http_config c = {.body_deadline_ms = 500};
	struct stand s = stand_up(&c, 1);
	/* One that comes at a good rate may take many times the deadline. */
	int fd = wire_connect(s.port);
	struct body b = make(20000, 5);
	ck_assert(wire_puts(fd, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"));
	for (int i = 0; i < 10; i++) {
		ck_assert(wire_send(fd, b.data, b.n));
		sleep_ms(200);
	}
	struct reply r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	close(fd);
	/* One that drips may not. */
	fd = wire_connect(s.port);
	ck_assert(wire_puts(fd, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"));
	int64_t start = wall_ms();
	char peek;
	while (wall_ms() - start < 8000 && wire_puts(fd, "x") && recv(fd, &peek, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
		sleep_ms(20);
	ck_assert_int_lt(wall_ms() - start, 4000);
	r = wire_reply(fd, 5000, false, NULL);
	ck_assert_int_eq(r.status, 408);
	reply_free(&r);
	close(fd);
	free(b.data);
	/* While the taker is the slow one, no client is late. */
	b = make(1500000, 6);
	arrives(s.port, "?us=20000", &b, 0);
	free(b.data);
	stand_down(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("upload");
	TCase *t = tcase_create("all");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, all_of_it);
	tcase_add_test(t, a_slow_taker);
	tcase_add_test(t, many_at_once);
	tcase_add_test(t, refused_at_the_head);
	tcase_add_test(t, cut_short);
	tcase_add_test(t, gone_in_the_middle);
	tcase_add_test(t, a_least_rate);
	suite_add_tcase(suite, t);
	SRunner *r = srunner_create(suite);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
