#include "upload_priv.h"

#include "base/instant.h"
#include "inflate_priv.h"
#include "raw_priv.h"
#include "respond_priv.h"

#define RATE_BYTES ((size_t)16 << 10) /* must come within each body deadline */
#define KEEP_MAX ((size_t)256 << 10)  /* room that is kept between inflated pieces */
#define THINK_US                                                                                                       \
	(INT64_C(120) * 1000 * 1000) /* the taker bounds itself: this is only so that the call has a deadline */

static void pause_now(void *ctx)
{
	struct request *r = ctx;
	atomic_store(&r->paused, true);
	atomic_fetch_add(&r->server->suspended, 1);
	MHD_suspend_connection(r->mhd);
}

static void resume_now(void *ctx)
{
	struct request *r = ctx;
	struct http_server *s = r->server;
	atomic_store(&r->paused, false);
	MHD_resume_connection(r->mhd);
	atomic_fetch_sub(&s->suspended, 1);
}

bool upload_begin(struct request *r)
{
	struct api_call *c = &r->call;
	c->deadline_us = monotonic_us() + THINK_US;
	if (api_begin_upload(r->server->api, c) == API_REPLY)
		return false;
	api_upload_attach(c->upload, &(struct api_giver){.pause = pause_now, .resume = resume_now, .ctx = r});
	r->stage = STAGE_UPLOAD;
	return conn_enter(r->conn, PHASE_UPLOAD);
}

/* Each time enough has come the clock starts anew, and so it does after we were the slow ones. */
static bool note_rate(struct request *r, size_t n)
{
	r->bytes_in += n;
	r->window_bytes += n;
	if (r->window_bytes < RATE_BYTES && phase_of(atomic_load(&r->conn->phase)) == PHASE_UPLOAD)
		return true;
	r->window_bytes = 0;
	return conn_enter(r->conn, PHASE_UPLOAD);
}

/* From here a worker has the call, as after any body. */
static enum MHD_Result submit(struct request *r, enum stage stage)
{
	if (!conn_enter(r->conn, PHASE_WAIT))
		return MHD_NO;
	r->stage = stage;
	atomic_fetch_add(&r->server->suspended, 1);
	MHD_suspend_connection(r->mhd);
	api_submit(r->server->api, &r->call);
	return MHD_YES;
}

static enum MHD_Result refuse(struct request *r, enum refusal f)
{
	if (conn_enter(r->conn, PHASE_SEND))
		request_refused_raw(r, f);
	return MHD_NO;
}

static enum MHD_Result piece(struct request *r, const char *data, size_t *n)
{
	enum refusal f = REFUSE_NONE;
	size_t give_n = *n;
	if (!note_rate(r, *n))
		return MHD_NO;
	if (r->inflation) {
		buf_clear(&r->body);
		f = inflation_feed(r->inflation, data, *n, &r->body, r->max_body);
		data = r->body.data ? r->body.data : "";
		give_n = r->body.len;
	}
	if (f)
		return refuse(r, f);
	enum api_upload_step step = api_upload_give(r->call.upload, data, give_n);
	if (r->body.cap > KEEP_MAX)
		buf_free(&r->body);
	if (step == UPLOAD_CLOSED)
		return submit(r, STAGE_CUT_SHORT);
	*n = 0;
	/* While it was suspended the time was not the client's; a pause that is over already counts as none. */
	if (step == UPLOAD_WAIT && !conn_enter(r->conn, PHASE_WAIT))
		return MHD_NO;
	return MHD_YES;
}

enum MHD_Result upload_go_on(struct request *r, const char *data, size_t *n)
{
	if (r->stage == STAGE_CUT_SHORT) {
		/* Until the answer is there, what else comes stays where it is. */
		if (!atomic_load(&r->ready))
			return MHD_YES;
		if (conn_enter(r->conn, PHASE_SEND))
			request_answered_raw(r);
		return MHD_NO;
	}
	if (atomic_load(&r->paused))
		return MHD_YES;
	if (*n)
		return piece(r, data, n);
	if (r->inflation && r->bytes_in && !inflation_whole(r->inflation))
		return refuse(r, REFUSE_CODED_BODY);
	api_upload_finish(r->call.upload);
	return submit(r, STAGE_SUSPENDED);
}

void upload_close(struct request *r)
{
	if (r->call.upload)
		api_upload_break(r->call.upload);
	api_upload_unref(&r->call.upload);
}
