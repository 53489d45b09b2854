/* Raw replies. */
#include "raw_priv.h"

#include <sys/socket.h>
#include <time.h>

#include "base/instant.h"
#include "observe_priv.h"
#include "respond_priv.h"

void raw_send_call(int fd, const struct api_call *call)
{
	char date[40] = "";
	time_t now = time(NULL);
	struct tm tm;
	if (gmtime_r(&now, &tm))
		strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	struct buf out = BUF_INIT;
	buf_printf(&out,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: "
	    "%zu\r\nX-Request-Id: %s\r\n"
	    "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n",
	    call->status, MHD_get_reason_phrase_for((unsigned)call->status), date,
	    call->response_type ? call->response_type : "application/json", call->body_out.len, call->request_id);
	for (size_t i = 0; i < call->n_headers; i++)
		buf_printf(&out, "%s: %s\r\n", call->headers[i].name, call->headers[i].value);
	buf_puts(&out, "\r\n");
	buf_put(&out, call->body_out.data, call->body_out.len);
	/* One try, no waiting: the socket's send buffer is empty or nearly so, and this is a courtesy. */
	if (buf_ok(&out))
		(void)!send(fd, out.data, out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	buf_free(&out);
}

int raw_refuse_call(struct http_server *s, int fd, struct api_call *call, enum refusal f)
{
	observe_refusal(s->observe, f);
	problem_fill(call, f);
	raw_send_call(fd, call);
	return call->status;
}

int raw_refuse(struct http_server *s, int fd, enum refusal f)
{
	struct api_call call = {0};
	call.arena = arena_new(64 << 10);
	if (!call.arena)
		return refusal_words(f)->status;
	call.received_at = clock_now(&clock_system);
	struct uuid id = uuid_v7(call.received_at);
	uuid_format(&id, call.request_id);
	int status = raw_refuse_call(s, fd, &call, f);
	api_end(s->api, &call);
	arena_free(&call.arena);
	return status;
}
