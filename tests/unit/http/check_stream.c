/* Replies that go on: each byte arrives once and in order, dead and slow clients are let go, draining says farewell. */
#include "stand.h"

#include <check.h>
#include <dirent.h>
#include <pthread.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define H "Host: x\r\n"
#define ASK "GET /stream HTTP/1.1\r\n" H "\r\n"
#define MANY 2000

/* Everything received so far on a connection, until `wanted` is in it or the time is over. False: it did not come. */
struct ear {
	int fd;
	size_t n;
	bool closed;
	char text[1 << 16];
};

static bool hear(struct ear *e, const char *wanted, int timeout_ms)
{
	int64_t until = wall_ms() + timeout_ms;
	while (!wanted || !strstr(e->text, wanted)) {
		struct pollfd p = {e->fd, POLLIN, 0};
		int64_t left = until - wall_ms();
		if (left <= 0 || poll(&p, 1, (int)left) <= 0 || e->n + 1 >= sizeof(e->text))
			return false;
		ssize_t k = recv(e->fd, e->text + e->n, sizeof(e->text) - 1 - e->n, MSG_DONTWAIT);
		if (k <= 0) {
			e->closed = true;
			return !wanted;
		}
		e->n += (size_t)k;
		e->text[e->n] = '\0';
	}
	return true;
}

static struct ear *ear_open(uint16_t port, const char *raw)
{
	struct ear *e = calloc(1, sizeof(*e));
	e->fd = stand_ask(port, raw);
	return e;
}

static void ear_close(struct ear **e)
{
	close((*e)->fd);
	free(*e);
	*e = NULL;
}

static void wait_streams(struct api *a, unsigned n, int timeout_ms)
{
	for (int64_t until = wall_ms() + timeout_ms; fake_streams_write(a, NULL, 0) != n && wall_ms() < until;)
		sleep_ms(5);
	ck_assert_uint_eq(fake_streams_write(a, NULL, 0), n);
}

static void say(struct api *a, const char *text, unsigned left)
{
	ck_assert_uint_eq(fake_streams_write(a, text, strlen(text)), left);
}

START_TEST(in_order_and_whole)
{
	struct stand s = stand_up(NULL, 1);
	struct ear *e = ear_open(s.port, ASK);
	wait_streams(s.api, 1, 5000);
	ck_assert(hear(e, "\r\n\r\n", 5000));
	ck_assert_ptr_nonnull(strstr(e->text, "HTTP/1.1 200"));
	ck_assert_ptr_nonnull(strstr(e->text, "Content-Type: text/event-stream"));
	ck_assert_ptr_nonnull(strstr(e->text, "Transfer-Encoding: chunked"));
	say(s.api, "one\n", 1);
	ck_assert(hear(e, "one\n", 5000));
	sleep_ms(50);
	say(s.api, "two\n", 1);
	say(s.api, "three\n", 1);
	fake_streams_end(s.api);
	ck_assert(hear(e, "\r\n0\r\n\r\n", 5000));
	char *body = strstr(e->text, "\r\n\r\n") + 4;
	ck_assert_int_eq(strncmp(body, "4\r\none\n\r\n", 9), 0);
	ck_assert_ptr_nonnull(strstr(body, "two\n"));
	ck_assert_ptr_nonnull(strstr(strstr(body, "two\n"), "three\n"));
	/* The connection lives on. */
	ck_assert(wire_puts(e->fd, "GET /echo HTTP/1.1\r\n" H "\r\n"));
	ck_assert(hear(e, "\"path\":\"/echo\"", 5000));
	ear_close(&e);
	stand_down(&s);
}
END_TEST

START_TEST(without_chunks)
{
	struct stand s = stand_up(NULL, 1);
	struct ear *e = ear_open(s.port, "GET /stream HTTP/1.0\r\n\r\n");
	wait_streams(s.api, 1, 5000);
	say(s.api, "old\n", 1);
	ck_assert(hear(e, "\r\n\r\nold\n", 5000));
	fake_streams_end(s.api);
	ck_assert(hear(e, NULL, 5000));
	ck_assert(e->closed);
	ear_close(&e);
	/* HEAD asks for the head: nobody listens, so the stream is over. */
	e = ear_open(s.port, "HEAD /stream HTTP/1.1\r\n" H "\r\n");
	ck_assert(hear(e, "\r\n\r\n", 5000));
	wait_streams(s.api, 0, 5000);
	ear_close(&e);
	stand_down(&s);
}
END_TEST

START_TEST(heartbeats)
{
	struct http_config c = {.heartbeat_ms = 100, .idle_timeout_s = 1};
	struct stand s = stand_up(&c, 1);
	struct ear *e = ear_open(s.port, ASK);
	wait_streams(s.api, 1, 5000);
	/* Longer than a connection may be idle: a stream is not. */
	ck_assert(hear(e, FAKE_HEARTBEAT, 5000));
	sleep_ms(2500);
	say(s.api, "still here\n", 1);
	ck_assert(hear(e, "still here\n", 5000));
	int beats = 0;
	for (char *at = e->text; (at = strstr(at, FAKE_HEARTBEAT)); at++)
		beats++;
	ck_assert_int_ge(beats, 8);
	ck_assert_int_le(beats, 30);
	ear_close(&e);
	stand_down(&s);
}
END_TEST

/* A client that leaves while there is nothing to tell it: the source learns of it without a heartbeat. */
START_TEST(client_leaves)
{
	struct stand s = stand_up(NULL, 2);
	struct linger hard = {1, 0};
	for (int i = 0; i < 40; i++) {
		int fd = stand_ask(s.port, ASK);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		if (i % 3)
			sleep_ms(10);
		close(fd);
	}
	struct ear *stays = ear_open(s.port, ASK);
	ck_assert(hear(stays, "\r\n\r\n", 5000));
	wait_streams(s.api, 1, 8000);
	say(s.api, "you alone\n", 1);
	ck_assert(hear(stays, "you alone\n", 5000));
	ear_close(&stays);
	wait_streams(s.api, 0, 8000);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	stand_down(&s);
}
END_TEST

static int deaf(uint16_t port, const char *raw)
{
	int fd = wire_connect(port), small = 4096;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert(wire_puts(fd, raw));
	return fd;
}

/* More than its limit waits for a client that does not read: it loses the stream, at once for the source. */
START_TEST(too_slow)
{
	static char block[8192];
	struct stand s = stand_up(NULL, 1);
	memset(block, 'x', sizeof(block));
	int fd = deaf(s.port, "GET /stream?limit=65536 HTTP/1.1\r\n" H "\r\n");
	wait_streams(s.api, 1, 5000);
	unsigned written = 0;
	while (fake_streams_write(s.api, block, sizeof(block)) && written < 100000)
		written++;
	ck_assert_uint_ge(written, 8);
	ck_assert_uint_lt(written, 100000);
	/* Cut off, not ended: what it does get is no whole reply. */
	char waste[4096], last[8] = "";
	for (ssize_t n; (n = recv(fd, waste, sizeof(waste), 0)) > 0;)
		if (n >= 5)
			memcpy(last, waste + n - 5, 5);
	ck_assert_str_ne(last, "0\r\n\r\n");
	close(fd);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	stand_down(&s);
}
END_TEST

/* Less than the limit waits, but the client takes nothing at all. */
START_TEST(stalled)
{
	static char block[65536];
	struct http_config c = {.stall_ms = 500, .heartbeat_ms = 200};
	struct stand s = stand_up(&c, 1);
	int fd = deaf(s.port, "GET /stream?limit=100000000 HTTP/1.1\r\n" H "\r\n");
	wait_streams(s.api, 1, 5000);
	for (int i = 0; i < 200; i++)
		fake_streams_write(s.api, block, sizeof(block));
	wait_streams(s.api, 0, 8000);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	close(fd);
	stand_down(&s);
}
END_TEST

START_TEST(drained)
{
	struct stand s = stand_up(NULL, 2);
	struct ear *e[8];
	for (int i = 0; i < 8; i++)
		e[i] = ear_open(s.port, ASK);
	wait_streams(s.api, 8, 5000);
	for (int i = 0; i < 8; i++)
		ck_assert(hear(e[i], "\r\n\r\n", 5000));
	say(s.api, "last words?\n", 8);
	ck_assert_uint_eq(http_server_drain(s.server, 5000), 0);
	ck_assert_uint_eq(fake_streams_write(s.api, "too late\n", 9), 0);
	for (int i = 0; i < 8; i++) {
		ck_assert(hear(e[i], FAKE_FAREWELL "\r\n0\r\n\r\n", 5000));
		ck_assert_ptr_nonnull(strstr(e[i]->text, "last words?\n"));
		ck_assert_ptr_null(strstr(e[i]->text, "too late"));
		ear_close(&e[i]);
	}
	stand_down(&s);
}
END_TEST

/* Stopped without a drain, with streams asleep and one that nobody reads. */
START_TEST(stopped)
{
	static char block[65536];
	struct stand s = stand_up(NULL, 2);
	int fd[4];
	for (int i = 0; i < 4; i++)
		fd[i] = deaf(s.port, "GET /stream?limit=100000000 HTTP/1.1\r\n" H "\r\n");
	wait_streams(s.api, 4, 5000);
	for (int i = 0; i < 100; i++)
		fake_streams_write(s.api, block, sizeof(block));
	struct ear *asleep = ear_open(s.port, ASK);
	wait_streams(s.api, 5, 5000);
	stand_down(&s);
	for (int i = 0; i < 4; i++)
		close(fd[i]);
	ear_close(&asleep);
}
END_TEST

static unsigned threads_now(void)
{
	unsigned n = 0;
	DIR *d = opendir("/proc/self/task");
	for (struct dirent *x; d && (x = readdir(d));)
		n += x->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

START_TEST(many)
{
	static int fd[MANY];
	struct stand s = stand_up(NULL, 4);
	unsigned threads = threads_now();
	for (int i = 0; i < MANY; i++)
		fd[i] = stand_ask(s.port, ASK);
	wait_streams(s.api, MANY, 30000);
	ck_assert_uint_eq(threads_now(), threads);
	/* Other requests do not wait for them. */
	struct reply r = stand_once(s.port, "GET /queue HTTP/1.1\r\n" H "\r\n");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	say(s.api, "to all\n", MANY);
	for (int i = 0; i < MANY; i++) {
		struct ear *e = calloc(1, sizeof(*e));
		e->fd = fd[i];
		ck_assert(hear(e, "7\r\nto all\n\r\n", 20000));
		ear_close(&e);
	}
	wait_streams(s.api, 0, 20000);
	stand_down(&s);
}
END_TEST

#define READERS 32
#define LINES 3000

/* Reads numbered lines, without chunks between them; some clients leave in the middle. */
static void *reader_main(void *arg)
{
	struct stand *s = arg;
	int fd = stand_ask(s->port, "GET /stream HTTP/1.0\r\n\r\n");
	FILE *f = fdopen(fd, "r");
	char line[256];
	long next = -1, seen = 0, leave = random() % 3 ? LINES * 2 : random() % 500;
	while (fgets(line, sizeof(line), f) && seen < leave) {
		long n;
		if (sscanf(line, "line %ld", &n) != 1)
			continue;
		if (next >= 0 && n != next)
			seen = -1000000;
		next = n + 1;
		seen++;
		if (n == LINES - 1)
			break;
	}
	fclose(f);
	/* A leaver is as good as one who heard all from its first line to the last. */
	return (void *)(intptr_t)(seen >= leave || (seen > 0 && next == LINES));
}

START_TEST(nothing_lost)
{
	struct http_config c = {.heartbeat_ms = 20};
	struct stand s = stand_up(&c, 4);
	pthread_t t[READERS];
	for (int i = 0; i < READERS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, reader_main, &s), 0);
	wait_streams(s.api, READERS, 10000);
	for (int i = 0; i < LINES; i++) {
		char line[32];
		int n = snprintf(line, sizeof(line), "line %d\n", i);
		fake_streams_write(s.api, line, (size_t)n);
		if (i % 7 == 0) /* so that the readers fall asleep now and then */
			usleep(500);
	}
	int good = 0;
	for (int i = 0; i < READERS; i++) {
		void *ok;
		pthread_join(t[i], &ok);
		good += ok != NULL;
	}
	ck_assert_int_eq(good, READERS);
	stand_down(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http stream");
	TCase *t = tcase_create("stream");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, in_order_and_whole);
	tcase_add_test(t, without_chunks);
	tcase_add_test(t, heartbeats);
	tcase_add_test(t, client_leaves);
	tcase_add_test(t, too_slow);
	tcase_add_test(t, stalled);
	tcase_add_test(t, drained);
	tcase_add_test(t, stopped);
	tcase_add_test(t, many);
	tcase_add_test(t, nothing_lost);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
