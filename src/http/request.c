/* The life of a request.
 *
 * libmicrohttpd calls, all in the thread of the connection: request_on_target with the raw target; request_on_call
 * first when the head is complete, then for each piece of the body, then once more when it is over;
 * request_on_completed when the reply is out or the connection is gone. A response queued at the first of these calls,
 * while nothing of the body has been read, ends the connection; one queued at the last keeps it. Between them 0.9.75
 * takes none: a body that turns out too long or too slow is answered raw (raw.c) and the connection dropped.
 *
 * A call that api wants to think about (API_QUEUE) goes on like this:
 *   1. at the last call: stage = SUSPENDED, server->suspended + 1, MHD_suspend_connection. From here libmicrohttpd
 * neither reads, nor writes, nor times out, nor notices a disconnect; the request cannot be freed, whatever the client
 * does.
 *   2. api_submit. A worker owns the call. The HTTP thread does not touch the request again before step 5: it may
 * already be there.
 *   3. the worker fills the response and calls done: ready = true, MHD_resume_connection, server->suspended - 1. The
 * library takes its lock to mark the connection and wakes the connection's thread through its eventfd; that thread
 * itself takes it off the list of the suspended, so a resume that overtakes the return from step 1 is only seen after
 * that return. The subtraction is the last touch: http_server_stop waits for zero, so that no worker is inside the
 * library when the daemons go.
 *   4. the thread resumes the connection. If the client has closed meanwhile, the library sees it here and may call
 * request_on_completed right away. (It reads before it asks for the reply, so a client that closed only its sending
 * side gets no reply to a suspended request.)
 *   5. request_on_call again with no data: ready is true, the response is queued.
 *   6. request_on_completed: figures, log line, api_end, arena. */
#include "request_priv.h"

#include <string.h>

#include "base/instant.h"
#include "base/log.h"
#include "intake_priv.h"
#include "observe_priv.h"
#include "raw_priv.h"
#include "respond_priv.h"
#include "stream_priv.h"
#include "upload_priv.h"

#define ABSORB_MAX 65536 /* a declared body up to this size is read and dropped to keep the connection */

static void on_done(struct api_call *call)
{
	struct request *r = call->http;
	struct http_server *s = r->server;
	struct MHD_Connection *mhd = r->mhd;
	atomic_store(&r->ready, true);
	MHD_resume_connection(mhd);
	atomic_fetch_sub(&s->suspended, 1);
}

void *request_on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
	struct listener *l = cls;
	struct conn *conn = conn_of(mhd);
	struct arena *arena = conn ? arena_new(0) : NULL;
	struct request *r = arena ? arena_zalloc(arena, sizeof(*r)) : NULL;
	size_t n = target ? strlen(target) : 0;
	char *copy = r ? arena_strndup(arena, target ? target : "", n) : NULL;
	if (!copy) {
		arena_free(&arena);
		return NULL;
	}
	r->server = l->server;
	r->listener = l;
	r->conn = conn;
	r->mhd = mhd;
	r->target = copy;
	r->target_len = n;
	r->started_us = monotonic_us();
	r->call.arena = arena;
	r->call.http = r;
	r->call.done = on_done;
	r->call.peer = conn->peer;
	r->call.method = "other";
	r->call.received_at = clock_now(&clock_system);
	struct uuid id = uuid_v7(r->call.received_at);
	uuid_format(&id, r->call.request_id);
	conn->request = r;
	return r;
}

void request_refused_raw(struct request *r, enum refusal f)
{
	r->status = raw_refuse_call(r->server, r->conn->fd, &r->call, f);
	r->bytes_out = r->call.body_out.len;
	r->stage = STAGE_SENT;
	r->raw_sent = true;
	r->conn->linger = true;
}

void request_answered_raw(struct request *r)
{
	raw_send_call(r->conn->fd, &r->call);
	r->status = r->call.status;
	r->bytes_out = r->call.body_out.len;
	r->stage = STAGE_SENT;
	r->raw_sent = true;
	r->conn->linger = true;
}

static enum MHD_Result on_head(struct request *r, const char *method, const char *version)
{
	if (!conn_enter(r->conn, PHASE_BODY))
		return MHD_NO;
	atomic_fetch_add(&r->server->under_way, 1);
	observe_under_way(r->server->observe, 1);
	r->counted = true;
	r->body_until_us = monotonic_us() + (int64_t)r->server->config.body_deadline_ms * 1000;
	enum intake i = intake_head(r, method, version);
	if (i == INTAKE_GO && r->upload) {
		if (upload_begin(r))
			return MHD_YES;
		i = r->stage == STAGE_UPLOAD ? INTAKE_END : INTAKE_ANSWER;
	}
	if (i == INTAKE_GO) {
		r->stage = STAGE_BODY;
		return MHD_YES;
	}
	bool body = r->head.chunked || r->head.length > 0;
	bool absorb = !r->head.chunked && r->head.length <= ABSORB_MAX && !r->head.expect_continue;
	if (i == INTAKE_ANSWER && (!body || absorb)) {
		r->stage = STAGE_ABSORB;
		return MHD_YES;
	}
	r->close = true;
	r->conn->linger = true;
	return respond(r);
}

static enum MHD_Result on_body(struct request *r, const char *data, size_t *n)
{
	enum refusal f = body_take(r, data, *n);
	*n = 0;
	if (!f)
		return MHD_YES;
	if (conn_enter(r->conn, PHASE_SEND))
		request_refused_raw(r, f);
	return MHD_NO;
}

static enum MHD_Result on_complete(struct request *r)
{
	struct api_call *c = &r->call;
	struct http_server *s = r->server;
	if (!conn_enter(r->conn, PHASE_WAIT))
		return MHD_NO;
	enum refusal f = body_end(r);
	if (f) {
		observe_refusal(s->observe, f);
		problem_fill(c, f);
		return respond(r);
	}
	c->body = r->body.data ? r->body.data : "";
	c->body_len = r->body.len;
	c->deadline_us = monotonic_us() + (int64_t)s->config.reply_deadline_ms * 1000;
	if (api_begin(s->api, c) == API_REPLY)
		return respond(r);
	r->stage = STAGE_SUSPENDED;
	atomic_fetch_add(&s->suspended, 1);
	MHD_suspend_connection(r->mhd);
	api_submit(s->api, c);
	return MHD_YES;
}

enum MHD_Result request_on_call(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *data, size_t *n, void **context)
{
	struct request *r = *context;
	(void)cls;
	(void)mhd;
	(void)url;
	if (!r)
		return MHD_NO; /* no memory when its target came */
	switch (r->stage) {
	case STAGE_HEAD:
		return on_head(r, method, version);
	case STAGE_BODY:
		return *n ? on_body(r, data, n) : on_complete(r);
	case STAGE_ABSORB:
		if (*n == 0)
			return respond(r);
		*n = 0;
		return MHD_YES;
	case STAGE_UPLOAD:
	case STAGE_CUT_SHORT:
		return upload_go_on(r, data, n);
	case STAGE_SUSPENDED:
		return atomic_load(&r->ready) ? respond(r) : MHD_YES;
	case STAGE_SENT:
		break;
	}
	*n = 0;
	return r->raw_sent ? MHD_NO : MHD_YES;
}

static void figures(struct request *r, bool aborted)
{
	/* 408 is what the reaper said; 499 is nginx's word for a client that did not wait. */
	int unsent = phase_of(atomic_load(&r->conn->phase)) == PHASE_REAPED ? 408 : 499;
	struct observed seen = {
	    .route = r->route,
	    .method = r->is_head ? "HEAD" : r->call.method,
	    .status = r->status ? r->status : unsent,
	    .latency_us = monotonic_us() - r->started_us,
	    .bytes_in = r->bytes_in,
	    .bytes_out = r->bytes_out,
	    .request_id = r->call.request_id,
	    .trace_id = r->trace_id,
	    .aborted = aborted,
	    .log = r->server->config.log_requests,
	};
	observe_request(r->server->observe, &seen);
}

static void finish(struct request *r, bool aborted)
{
	struct http_server *s = r->server;
	struct arena *arena = r->call.arena;
	bool counted = r->counted;
	stream_close(r);
	upload_close(r);
	r->conn->request = NULL;
	conn_enter(r->conn, PHASE_HEAD);
	figures(r, aborted && !r->raw_sent);
	body_release(r);
	api_end(s->api, &r->call);
	arena_free(&arena);
	if (counted) {
		observe_under_way(s->observe, -1);
		atomic_fetch_sub(&s->under_way, 1);
	}
}

void request_on_completed(void *cls, struct MHD_Connection *mhd, void **context, enum MHD_RequestTerminationCode why)
{
	struct request *r = *context;
	(void)cls;
	(void)mhd;
	*context = NULL;
	if (r)
		finish(r, why != MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

void request_forgotten(struct request *r)
{
	finish(r, true);
}
