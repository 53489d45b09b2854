/* A stream's way to the client.
 *
 * libmicrohttpd asks for bytes (on_wanted) when the socket has room. While there are none the connection is suspended,
 * under the stream's lock, and the next write to the stream resumes it, under the same lock: neither can miss the
 * other. (The other order, a resume before its suspension, would be lost: 0.9.75 takes the two for undone.) A suspended
 * connection notices nothing, so the reaper looks after streams on its walk: a heartbeat when nothing was sent for
 * long, an end when the client has closed, or takes nothing. So a stream costs a connection and a small buffer, no
 * thread and no timer.
 *
 * While the server drains, each stream says farewell and ends; one that begins then does so at once. After that no
 * connection is suspended any more, which libmicrohttpd wants before it is stopped. */
#include "stream_priv.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/instant.h"
#include "observe_priv.h"

#define BLOCK ((size_t)4 << 10)
#define STATE_ESTABLISHED 1 /* of tcpi_state */

static ssize_t on_wanted(void *cls, uint64_t at, char *to, size_t max)
{
	struct request *r = cls;
	size_t n = 0;
	(void)at;
	switch (api_stream_take(r->call.stream, to, max, &n)) {
	case STREAM_BYTES:
		r->bytes_out += n;
		return (ssize_t)n;
	case STREAM_WAIT:
		return 0;
	case STREAM_END:
		return MHD_CONTENT_READER_END_OF_STREAM;
	case STREAM_BROKEN:
		break;
	}
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void sleep_now(void *ctx)
{
	MHD_suspend_connection(((struct request *)ctx)->mhd);
}

static void wake_up(void *ctx)
{
	MHD_resume_connection(((struct request *)ctx)->mhd);
}

struct MHD_Response *stream_response(struct request *r)
{
	struct MHD_Response *m = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_wanted, r, NULL);
	if (!m || !conn_enter(r->conn, PHASE_STREAM)) {
		if (m)
			MHD_destroy_response(m);
		return NULL;
	}
	api_stream_attach(r->call.stream, &(struct api_sink){.sleep = sleep_now, .wake = wake_up, .ctx = r});
	r->streaming = true;
	conn_set_stream(r->conn, r->call.stream);
	observe_streams(r->server->observe, 1);
	/* Seen by stream_shut on the list, or draining seen here. */
	if (atomic_load(&r->server->draining))
		api_stream_shut(r->call.stream);
	return m;
}

void stream_close(struct request *r)
{
	if (r->streaming) {
		conn_set_stream(r->conn, NULL);
		observe_streams(r->server->observe, -1);
	}
	r->streaming = false;
	if (r->call.stream)
		api_stream_detach(r->call.stream);
	api_stream_unref(&r->call.stream);
}

/* Whether the client has ended or reset its side. */
static bool client_left(int fd)
{
	struct tcp_info info = {0};
	socklen_t n = sizeof(info);
	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 || info.tcpi_state != STATE_ESTABLISHED;
}

void stream_watch(struct conn *c, struct http_server *s, int64_t now_us)
{
	struct api_stream_health h = api_stream_health(c->stream);
	struct linger reset = {1, 0};
	int64_t silent = now_us - h.last_us;
	if (h.sleeping && client_left(c->fd)) {
		api_stream_break(c->stream);
	} else if (h.sleeping && silent >= (int64_t)s->config.heartbeat_ms * 1000) {
		api_stream_beat(c->stream);
	} else if (!h.sleeping && silent >= (int64_t)s->config.stall_ms * 1000) {
		/* Nobody reads: what the kernel still holds goes too, and libmicrohttpd sees the end of the socket. */
		api_stream_break(c->stream);
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		shutdown(c->fd, SHUT_RDWR);
	}
}

void stream_shut(struct conn *c, struct http_server *s)
{
	(void)s;
	if (c->stream)
		api_stream_shut(c->stream);
}
