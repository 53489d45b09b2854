/* Replies. */
#include "respond_priv.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cors_priv.h"
#include "parser_errors_priv.h"
#include "stream_priv.h"

#define SEND_RATE ((size_t)32 << 10) /* bytes a second that a living client takes of a file */

static void clear(struct api_call *call)
{
	if (call->has_file)
		close(call->file);
	call->has_file = false;
	if (call->stream)
		api_stream_break(call->stream);
	api_stream_unref(&call->stream);
	buf_free(&call->body_out);
	call->n_headers = 0;
	call->response_type = NULL;
}

void problem_fill(struct api_call *call, enum refusal f)
{
	const struct refusal_words *w = refusal_words(f);
	clear(call);
	api_problem(call, w->status, w->code, w->detail, NULL, w->retry_after_s);
}

void empty_fill(struct api_call *call, int status)
{
	clear(call);
	call->status = status;
}

void header_add(struct api_call *call, const char *name, const char *value)
{
	if (value && call->n_headers < API_HEADERS_MAX)
		call->headers[call->n_headers++] = (struct api_pair){name, value};
}

static bool has_header(const struct api_call *call, const char *name)
{
	for (size_t i = 0; i < call->n_headers; i++)
		if (strcasecmp(call->headers[i].name, name) == 0)
			return true;
	return false;
}

static struct MHD_Response *file_response(struct api_call *c)
{
	c->has_file = false;
	struct MHD_Response *m = MHD_create_response_from_fd(c->file_size, c->file);
	if (!m)
		close(c->file);
	return m;
}

static struct MHD_Response *body_response(struct buf *b)
{
	size_t n = b->len;
	char *data = n ? buf_steal(b) : NULL;
	return data ? MHD_create_response_from_buffer(n, data, MHD_RESPMEM_MUST_FREE)
		    : MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
}

static void add_headers(struct request *r, struct MHD_Response *m, bool has_body)
{
	struct api_call *c = &r->call;
	if (has_body)
		MHD_add_response_header(
		    m, MHD_HTTP_HEADER_CONTENT_TYPE, c->response_type ? c->response_type : "application/json");
	MHD_add_response_header(m, "X-Request-Id", c->request_id);
	MHD_add_response_header(m, "X-Content-Type-Options", "nosniff");
	if (!has_header(c, MHD_HTTP_HEADER_CACHE_CONTROL))
		MHD_add_response_header(m, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	for (size_t i = 0; i < c->n_headers; i++)
		MHD_add_response_header(m, c->headers[i].name, c->headers[i].value);
	if (r->rate_policy && r->rate_left) {
		MHD_add_response_header(m, "RateLimit-Policy", r->rate_policy);
		MHD_add_response_header(m, "RateLimit", r->rate_left);
	}
	cors_headers(r, m);
	if (r->close || atomic_load_explicit(&r->server->draining, memory_order_relaxed))
		MHD_add_response_header(m, MHD_HTTP_HEADER_CONNECTION, "close");
}

enum MHD_Result respond(struct request *r)
{
	struct api_call *c = &r->call;
	if (!buf_ok(&c->body_out) || c->status < 200 || c->status > 599)
		problem_fill(c, REFUSE_MEMORY);
	if (c->status == MHD_HTTP_NO_CONTENT || c->status == MHD_HTTP_NOT_MODIFIED)
		buf_free(&c->body_out);
	atomic_store(&r->conn->send_us, c->has_file ? (int64_t)(c->file_size / SEND_RATE) * 1000000 : 0);
	if (!conn_enter(r->conn, PHASE_SEND))
		return MHD_NO;
	bool stream = c->stream && !r->is_head, has_body = stream || c->has_file || c->body_out.len > 0;
	r->bytes_out = r->is_head || stream ? 0 : c->has_file ? c->file_size : c->body_out.len;
	struct MHD_Response *m = stream        ? stream_response(r)
				 : c->has_file ? file_response(c)
					       : body_response(&c->body_out);
	if (!m)
		return MHD_NO;
	add_headers(r, m, has_body);
	r->stage = STAGE_SENT;
	r->status = c->status;
	enum MHD_Result rc = queue_response(r->mhd, (unsigned)c->status, m);
	MHD_destroy_response(m);
	return rc;
}
