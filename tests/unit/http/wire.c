/* Raw HTTP. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int wire_connect_from(uint16_t port, const char *local)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in from = {.sin_family = AF_INET};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (local &&
	    (inet_pton(AF_INET, local, &from.sin_addr) != 1 || bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0)) {
		close(fd);
		return -1;
	}
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int wire_connect(uint16_t port)
{
	return wire_connect_from(port, NULL);
}

bool wire_send(int fd, const void *p, size_t n)
{
	const char *s = p;
	while (n > 0) {
		ssize_t k = send(fd, s, n, MSG_NOSIGNAL);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		s += k;
		n -= (size_t)k;
	}
	return true;
}

bool wire_puts(int fd, const char *s)
{
	return wire_send(fd, s, strlen(s));
}

/* One read of at most `max` bytes before `until`. 0: end or time out. */
static size_t read_some(int fd, char *to, size_t max, int flags, int64_t until)
{
	for (;;) {
		int64_t left = until - now_ms();
		struct pollfd p = {fd, POLLIN, 0};
		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			return 0;
		ssize_t n = recv(fd, to, max, flags | MSG_DONTWAIT);
		if (n > 0)
			return (size_t)n;
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return 0;
	}
}

/* Reads up to and including the empty line, and not one byte more: peeks, looks, takes. */
static char *read_head(int fd, int64_t until)
{
	size_t cap = 65536, len = 0;
	char *head = calloc(1, cap + 1);
	while (head && len < cap) {
		size_t n = read_some(fd, head + len, cap - len, MSG_PEEK, until);
		if (n == 0)
			break;
		head[len + n] = '\0';
		char *end = strstr(head + (len > 3 ? len - 3 : 0), "\r\n\r\n");
		size_t take = end ? (size_t)(end + 4 - head) - len : n;
		n = read_some(fd, head + len, take, 0, until);
		len += n;
		head[len] = '\0';
		if (end)
			return head;
	}
	free(head);
	return NULL;
}

static const char *header_in(const char *head, const char *name)
{
	static _Thread_local char value[1024];
	size_t n = strlen(name);
	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line, "\r\n")) {
		line += 2;
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		line += n + 1;
		line += strspn(line, " ");
		size_t len = strcspn(line, "\r");
		if (len >= sizeof(value))
			len = sizeof(value) - 1;
		memcpy(value, line, len);
		value[len] = '\0';
		return value;
	}
	return NULL;
}

struct reply wire_reply(int fd, int timeout_ms, bool bodyless, int *interim)
{
	struct reply r = {0};
	int64_t until = now_ms() + timeout_ms;
	for (;;) {
		r.head = read_head(fd, until);
		if (!r.head) {
			r.closed = wire_closed(fd, 0);
			return r;
		}
		r.status = strncmp(r.head, "HTTP/1.1 ", 9) == 0 ? atoi(r.head + 9) : -1;
		if (r.status != 100)
			break;
		free(r.head);
		if (interim)
			(*interim)++;
	}
	const char *length = header_in(r.head, "Content-Length");
	size_t n = length && !bodyless && r.status != 304 ? strtoul(length, NULL, 10) : 0;
	r.body = calloc(1, n + 1);
	while (r.body && r.body_len < n) {
		size_t k = read_some(fd, r.body + r.body_len, n - r.body_len, 0, until);
		if (k == 0) {
			r.status = -2; /* cut off */
			break;
		}
		r.body_len += k;
	}
	return r;
}

void reply_free(struct reply *r)
{
	free(r->head);
	free(r->body);
	*r = (struct reply){0};
}

const char *reply_header(const struct reply *r, const char *name)
{
	return r->head ? header_in(r->head, name) : NULL;
}

bool wire_closed(int fd, int timeout_ms)
{
	int64_t until = now_ms() + timeout_ms;
	char waste[4096];
	for (;;) {
		int64_t left = until - now_ms();
		struct pollfd p = {fd, POLLIN, 0};
		if (poll(&p, 1, left > 0 ? (int)left : 0) <= 0)
			return false;
		ssize_t n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return true;
	}
}
