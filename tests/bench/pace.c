/* An open-loop load generator: a fixed number of POSTs a second over N keep-alive connections, for latency at a load that is not saturation. A request's
 * latency counts from the instant it was due, so that a stalled server cannot hide its stalls (no coordinated omission).
 *
 * pace PORT KEY CONNECTIONS RATE SECONDS LEADS -> "sent N errors N p50_us N p99_us N p999_us N max_us N"; loopback only. With RATE 0 it only holds the
 * connections open for SECONDS. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct conn {
	int fd;
	int busy;
	int64_t due_us;
	char in[4096];
	size_t len;
};

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int dial(uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		perror("connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	return fd;
}

static void fire(struct conn *c, const char *key, uint64_t n, unsigned leads, int64_t due_us)
{
	char body[512], head[1024];
	int b = snprintf(body, sizeof body,
		"{\"event_id\":\"pace-%d-%llu\",\"type\":\"email_click\",\"properties\":{\"email_id\":\"spring-2026\",\"link\":\"/products/orders\"},\"lead\":{\"email\":\"lead%07u@bench.example\"}}",
		(int)getpid(), (unsigned long long)n, 1 + (unsigned)random() % leads);
	int h = snprintf(head, sizeof head, "POST /v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", key, b, body);
	c->busy = 1;
	c->due_us = due_us;
	c->len = 0;
	if (write(c->fd, head, (size_t)h) != h) {
		perror("write");
		exit(1);
	}
}

/* 1 when a whole reply has been read; *ok tells whether it was a 200. */
static int take(struct conn *c, int *ok)
{
	ssize_t r = read(c->fd, c->in + c->len, sizeof c->in - 1 - c->len);
	if (r <= 0)
		return -1;
	c->len += (size_t)r;
	c->in[c->len] = 0;
	char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "content-length:");
	if (!end || !length)
		return 0;
	size_t want = (size_t)(end + 4 - c->in) + strtoul(length + 15, NULL, 10);
	*ok = !strncmp(c->in, "HTTP/1.1 200", 12);
	return c->len >= want;
}

static int order(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	if (argc != 7) {
		fprintf(stderr, "usage: pace PORT KEY CONNECTIONS RATE SECONDS LEADS\n");
		return 2;
	}
	uint16_t port = (uint16_t)atoi(argv[1]);
	int n = atoi(argv[3]), rate = atoi(argv[4]), seconds = atoi(argv[5]);
	unsigned leads = (unsigned)atoi(argv[6]);
	struct rlimit files = {(rlim_t)n + 100, (rlim_t)n + 100};
	(void)setrlimit(RLIMIT_NOFILE, &files);
	struct conn *conns = calloc((size_t)n, sizeof *conns);
	uint64_t total = (uint64_t)rate * (uint64_t)seconds, sent = 0, done = 0, errors = 0;
	uint32_t *lat = calloc(total + 1, sizeof *lat);
	int ep = epoll_create1(0), next = 0;
	for (int i = 0; i < n; i++) {
		conns[i].fd = dial(port);
		struct epoll_event ev = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
		epoll_ctl(ep, EPOLL_CTL_ADD, conns[i].fd, &ev);
	}
	if (!rate) {
		printf("holding %d\n", n);
		fflush(stdout);
		sleep((unsigned)seconds);
		return 0;
	}
	int64_t start = now_us(), give_up = start + (int64_t)(seconds + 10) * 1000000;
	while (done + errors < total && now_us() < give_up) {
		int64_t now = now_us();
		while (sent < total) {
			int64_t due = start + (int64_t)(sent * 1000000 / (uint64_t)rate);
			if (due > now)
				break;
			int tried = 0;
			while (tried < n && conns[next].busy) {
				next = (next + 1) % n;
				tried++;
			}
			if (tried == n)
				break; /* all busy: it stays due, and its wait counts */
			fire(&conns[next], argv[2], sent++, leads, due);
		}
		struct epoll_event evs[256];
		int k = epoll_wait(ep, evs, 256, 1);
		for (int i = 0; i < k; i++) {
			struct conn *c = &conns[evs[i].data.u32];
			int ok = 0, r = take(c, &ok);
			if (r == 0)
				continue;
			if (r < 0) {
				fprintf(stderr, "a connection was closed\n");
				return 1;
			}
			int64_t us = now_us() - c->due_us;
			if (ok)
				lat[done++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
			else
				errors++;
			c->busy = 0;
		}
	}
	qsort(lat, done, sizeof *lat, order);
#define AT(q) (done ? lat[(uint64_t)((double)(done - 1) * (q))] : 0)
	printf("sent %llu errors %llu p50_us %u p99_us %u p999_us %u max_us %u\n", (unsigned long long)sent, (unsigned long long)errors, AT(.5), AT(.99), AT(.999), AT(1.0));
	return errors != 0 || done != total;
}
