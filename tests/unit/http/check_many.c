/* Many connections: that they all fit, and what they cost. The server runs in a child, so that its memory is its own.
 */
#include "stand.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define H "Host: x\r\n"
#define IDLE_MAX 10000
#define BUSY 512

struct child {
	pid_t pid;
	uint16_t port;
	int hold; /* closing it stops the child */
};

static struct child child_start(void)
{
	int said[2], hold[2];
	ck_assert_int_eq(pipe(said), 0);
	ck_assert_int_eq(pipe(hold), 0);
	struct child c = {.pid = fork()};
	ck_assert_int_ge(c.pid, 0);
	if (c.pid == 0) {
		close(hold[1]);
		struct stand s = stand_up(NULL, 4);
		char waste;
		if (write(said[1], &s.port, sizeof(s.port)) != sizeof(s.port))
			_exit(1);
		while (read(hold[0], &waste, 1) > 0)
			continue;
		stand_down(&s);
		_exit(0);
	}
	close(said[1]);
	close(hold[0]);
	c.hold = hold[1];
	ck_assert_int_eq(read(said[0], &c.port, sizeof(c.port)), sizeof(c.port));
	close(said[0]);
	return c;
}

static void child_stop(struct child *c)
{
	int status = 0;
	close(c->hold);
	waitpid(c->pid, &status, 0);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static long rss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

/* As many descriptors as the hard limit gives; the connections that fit, with room for the rest. */
static unsigned room_for(unsigned want)
{
	struct rlimit l;
	getrlimit(RLIMIT_NOFILE, &l);
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
	return l.rlim_cur > want + 700 ? want : 0;
}

static void ask_all(const int *fd, unsigned n, const char *raw)
{
	for (unsigned i = 0; i < n; i++)
		ck_assert(wire_puts(fd[i], raw));
	for (unsigned i = 0; i < n; i++) {
		struct reply r = wire_reply(fd[i], 30000, false, NULL);
		ck_assert_int_eq(r.status, 200);
		reply_free(&r);
	}
}

START_TEST(idle_connections)
{
	static int fd[IDLE_MAX];
	unsigned n = room_for(IDLE_MAX);
	if (n == 0) {
		fprintf(stderr, "idle_connections: left out, RLIMIT_NOFILE is too low\n");
		return;
	}
	struct child c = child_start();
	long before = rss_kib(c.pid);
	for (unsigned i = 0; i < n; i++) {
		/* Several source addresses, so that the ports of one do not run out. */
		char from[32];
		snprintf(from, sizeof(from), "127.0.0.%u", 2 + i % 8);
		fd[i] = wire_connect_from(c.port, from);
		if (fd[i] < 0)
			fd[i] = wire_connect(c.port);
		ck_assert_int_ge(fd[i], 0);
	}
	/* The last one is served only when those before it have been accepted. */
	ask_all(fd + n - 1, 1, "GET /echo HTTP/1.1\r\n" H "\r\n");
	long connected = rss_kib(c.pid);
	/* After a request each connection has touched all of its memory: this is what keep-alive costs. */
	ask_all(fd, n, "GET /echo HTTP/1.1\r\n" H "Authorization: Bearer 0123456789\r\n\r\n");
	long used = rss_kib(c.pid);
	printf("%u idle connections: RSS %ld KiB with none, %ld KiB connected, %ld KiB after a request on each\n", n,
	    before, connected, used);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	ck_assert_int_lt(used, 150 * 1024);
#endif
	for (unsigned i = 0; i < n; i++)
		close(fd[i]);
	child_stop(&c);
}
END_TEST

START_TEST(busy_connections)
{
	static int fd[BUSY];
	static char raw[70000];
	if (room_for(BUSY) == 0)
		return;
	struct child c = child_start();
	for (unsigned i = 0; i < BUSY; i++)
		fd[i] = wire_connect(c.port);
	int n = snprintf(raw, sizeof(raw), "POST /queue?ms=5 HTTP/1.1\r\n" H "Content-Length: 65536\r\n\r\n");
	memset(raw + n, 'x', 65536);
	long most = 0;
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < BUSY; i++)
			ck_assert(wire_puts(fd[i], raw));
		long now = rss_kib(c.pid);
		most = now > most ? now : most;
		for (unsigned i = 0; i < BUSY; i++) {
			struct reply r = wire_reply(fd[i], 30000, false, NULL);
			ck_assert_int_eq(r.status, 200);
			ck_assert_uint_eq(r.body_len, 65536);
			reply_free(&r);
		}
	}
	printf("%d suspended calls of 64 KiB: RSS %ld KiB\n", BUSY, most);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	ck_assert_int_lt(most, 128 * 1024);
#endif
	for (unsigned i = 0; i < BUSY; i++)
		close(fd[i]);
	child_stop(&c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("http many");
	TCase *t = tcase_create("many");
	tcase_set_timeout(t, 240);
	tcase_add_test(t, idle_connections);
	tcase_add_test(t, busy_connections);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_set_fork_status(r, CK_NOFORK);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
