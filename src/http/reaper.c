/* The reaper. */
#include "reaper_priv.h"

#include <errno.h>
#include <linux/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "conn_priv.h"
#include "raw_priv.h"
#include "stream_priv.h"

#define LINGER_MAX 128
#define LINGER_US INT64_C(1000000)
#define LINGER_TICK_US INT64_C(50000)

struct lingering {
	int fd;
	int64_t until_us;
};

struct reaper {
	struct http_server *server;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	bool stop;
	size_t n_lingering;
	struct lingering lingering[LINGER_MAX];
};

static uint64_t bytes_received(int fd)
{
	struct tcp_info info = {0};
	socklen_t n = sizeof(info);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
		return 0;
	return info.tcpi_bytes_received;
}

/* Whether the head under way began at least `limit` ago. The kernel's count of bytes tells an idle connection, which
 * libmicrohttpd's idle timeout looks after, from one that sends its head drop by drop. The head begins, for us, at the
 * first look that finds more bytes than the look before. */
static bool head_late(struct conn *c, int64_t word, int64_t now, int64_t limit)
{
	uint64_t bytes = bytes_received(c->fd);
	if (c->head_phase != word) {
		c->head_phase = word;
		c->head_bytes = bytes;
		c->head_since = 0;
	}
	if (bytes == c->head_bytes)
		return false;
	if (c->head_since == 0)
		c->head_since = now;
	return now - c->head_since >= limit;
}

static void visit(struct conn *c, struct http_server *s)
{
	int64_t now = monotonic_us();
	int64_t word = atomic_load(&c->phase);
	int64_t age = now - phase_since(word);
	bool late = false;
	enum refusal why = REFUSE_NONE;
	if (c->stream) {
		stream_watch(c, s, now);
		return;
	}
	switch (phase_of(word)) {
	case PHASE_HEAD:
		late = head_late(c, word, now, (int64_t)s->config.header_deadline_ms * 1000);
		why = REFUSE_HEAD_TIME;
		break;
	case PHASE_BODY:
	case PHASE_UPLOAD: /* begun anew whenever enough has come */
		late = age > (int64_t)s->config.body_deadline_ms * 1000;
		why = REFUSE_BODY_TIME;
		break;
	case PHASE_SEND: /* no reply is so long that a living client needs more */
		late = age > (int64_t)s->config.idle_timeout_s * 2000000 + atomic_load(&c->send_us);
		break;
	case PHASE_WAIT:
	case PHASE_STREAM:
	case PHASE_REAPED:
		break;
	}
	if (!late || !atomic_compare_exchange_strong(&c->phase, &word, now * 8 + PHASE_REAPED))
		return;
	struct linger reset = {1, 0};
	if (why)
		raw_refuse(s, c->fd, why);
	else /* nobody reads: what the kernel still holds of the reply goes too */
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	shutdown(c->fd, SHUT_RDWR);
}

static void linger_all(struct reaper *r)
{
	static char waste[1 << 16];
	int64_t now = monotonic_us();
	for (size_t i = 0; i < r->n_lingering;) {
		struct lingering *l = &r->lingering[i];
		ssize_t n = 1;
		/* MSG_TRUNC on TCP: the kernel drops the bytes without copying them. */
		for (int turns = 0; n > 0 && turns < 64; turns++)
			n = recv(l->fd, waste, sizeof(waste), MSG_DONTWAIT | MSG_TRUNC);
		bool over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || now > l->until_us || r->stop;
		if (over) {
			close(l->fd);
			*l = r->lingering[--r->n_lingering];
		} else {
			i++;
		}
	}
}

static void *reaper_main(void *arg)
{
	struct reaper *r = arg;
	const struct http_config *c = &r->server->config;
	unsigned shortest = c->header_deadline_ms < c->body_deadline_ms ? c->header_deadline_ms : c->body_deadline_ms;
	if (c->heartbeat_ms < shortest)
		shortest = c->heartbeat_ms;
	int64_t tick_us = shortest / 8 > 1000 ? 1000000 : shortest < 160 ? 20000 : (int64_t)shortest / 8 * 1000;
	int64_t next_walk = monotonic_us() + tick_us;
	pthread_mutex_lock(&r->lock);
	while (!r->stop) {
		int64_t wait_us = next_walk - monotonic_us();
		if (r->n_lingering && wait_us > LINGER_TICK_US)
			wait_us = LINGER_TICK_US;
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		int64_t ns = until.tv_nsec + (wait_us > 0 ? wait_us : 0) * 1000;
		until.tv_sec += (time_t)(ns / 1000000000);
		until.tv_nsec = (long)(ns % 1000000000);
		pthread_cond_timedwait(&r->wake, &r->lock, &until);
		linger_all(r);
		if (monotonic_us() < next_walk || r->stop)
			continue;
		pthread_mutex_unlock(&r->lock);
		conn_each(r->server, visit);
		pthread_mutex_lock(&r->lock);
		next_walk = monotonic_us() + tick_us;
	}
	linger_all(r);
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

enum status reaper_start(struct http_server *s, struct reaper **ret, struct err *e)
{
	struct reaper *r = calloc(1, sizeof(*r));
	if (!r)
		return err_set(e, ST_NOMEM, NULL, "no memory for the reaper");
	r->server = s;
	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_t attr;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->wake, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&r->thread, NULL, reaper_main, r) != 0) {
		pthread_cond_destroy(&r->wake);
		pthread_mutex_destroy(&r->lock);
		free(r);
		return err_set(e, ST_NOMEM, NULL, "cannot start the reaper's thread");
	}
	*ret = r;
	return ST_OK;
}

void reaper_stop(struct reaper **r)
{
	if (!r || !*r)
		return;
	pthread_mutex_lock(&(*r)->lock);
	(*r)->stop = true;
	pthread_cond_signal(&(*r)->wake);
	pthread_mutex_unlock(&(*r)->lock);
	pthread_join((*r)->thread, NULL);
	pthread_cond_destroy(&(*r)->wake);
	pthread_mutex_destroy(&(*r)->lock);
	free(*r);
	*r = NULL;
}

void reaper_linger(struct reaper *r, int fd)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	int copy = r->n_lingering < LINGER_MAX && !r->stop ? dup(fd) : -1;
	if (copy >= 0) {
		shutdown(copy, SHUT_WR);
		r->lingering[r->n_lingering++] = (struct lingering){copy, monotonic_us() + LINGER_US};
		pthread_cond_signal(&r->wake);
	}
	pthread_mutex_unlock(&r->lock);
}
