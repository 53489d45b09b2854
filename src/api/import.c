/* POST /v1/import: lines of JSON of any number, taken while they arrive, on a thread of their own.
 *
 * The call that http has may end at any time before it is submitted (the client goes away); so all that the thread
 * needs belongs to the import, which has a call of its own: there the key is looked up and the response is made. The
 * request's call gets that response when it has been submitted and the thread is done, whichever comes last. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth_priv.h"
#include "base/log.h"
#include "base/metrics.h"
#include "body_priv.h"
#include "import_priv.h"
#include "ingest/ndjson.h"
#include "params_priv.h"
#include "problem_priv.h"
#include "render_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "spool_priv.h"
#include "tasks_priv.h"

#define LOOK_US (INT64_C(200) * 1000) /* how late an end of the service may be noticed */

const char *const import_parameters[] = {"results", NULL};

struct import {
	atomic_uint refs; /* the request's call, the thread */
	struct api *api;
	struct api_upload *upload;
	struct api_call own;
	const char *idempotency_key;
	bool all; /* results of lines that are stored, too */
	int64_t began_us;
	struct spool spool;
	uint64_t dropped, settled_line;
	struct buf line;

	pthread_mutex_t lock;  /* guards what follows */
	struct api_call *call; /* submitted, and waits for its response */
	bool finished;
};

static void response_drop(struct api_call *c)
{
	if (c->has_file)
		close(c->file);
	buf_free(&c->body_out);
}

static void import_unref(struct import *x)
{
	if (atomic_fetch_sub_explicit(&x->refs, 1, memory_order_acq_rel) != 1)
		return;
	struct arena *arena = x->own.arena;
	if (x->own.state)
		track_names_unref(&call_state(&x->own)->names);
	api_upload_unref(&x->upload);
	spool_free(&x->spool);
	buf_free(&x->line);
	response_drop(&x->own);
	pthread_mutex_destroy(&x->lock);
	arena_free(&arena);
	free(x);
}

/* What it points to lives as long as the request's reference to the import. */
static void response_move(struct api_call *to, struct api_call *from)
{
	to->status = from->status;
	to->response_type = from->response_type;
	for (size_t i = 0; i < from->n_headers; i++)
		reply_header(to, from->headers[i].name, from->headers[i].value);
	buf_free(&to->body_out);
	to->body_out = from->body_out;
	from->body_out = (struct buf)BUF_INIT;
	to->has_file = from->has_file;
	to->file = from->file;
	to->file_size = from->file_size;
	from->has_file = false;
}

static void hand_over(struct import *x, struct api_call *c)
{
	response_move(c, &x->own);
	c->done(c);
}

static void finish(struct import *x)
{
	/* A client that still sends need not. */
	api_upload_close(x->upload);
	pthread_mutex_lock(&x->lock);
	x->finished = true;
	struct api_call *c = x->call;
	pthread_mutex_unlock(&x->lock);
	if (c)
		hand_over(x, c);
	import_unref(x);
}

void import_submit(struct api_call *c)
{
	struct import *x = call_state(c)->import;
	pthread_mutex_lock(&x->lock);
	x->call = c;
	bool finished = x->finished;
	pthread_mutex_unlock(&x->lock);
	if (finished)
		hand_over(x, c);
}

void import_end(struct api_call *c)
{
	struct import *x = call_state(c)->import;
	call_state(c)->import = NULL;
	if (x)
		import_unref(x);
}

static void put_result(struct import *x, const struct bulk_settled *r)
{
	struct buf *b = &x->line;
	buf_clear(b);
	buf_printf(b, "{\"line\":%llu,", (unsigned long long)r->line);
	if (r->why) {
		buf_puts(b, "\"error\":");
		problem_put(&x->own, b, r->why);
	} else {
		const struct command *c = r->command;
		buf_puts(b, "\"event_id\":");
		render_event_id(b, c->event_id, &c->event_key);
		buf_puts(
		    b, c->result.duplicate ? ",\"duplicate\":true,\"lead_id\":" : ",\"duplicate\":false,\"lead_id\":");
		buf_json_uuid(b, c->result.lead_id.b);
		buf_printf(b, ",\"score\":%d,\"tier\":\"%c\",\"stage\":", (int)c->result.view.shown_total,
		    c->result.view.tier);
		buf_json_str(b, stage_name(c->result.view.stage));
	}
	buf_puts(b, "}\n");
	if (!buf_ok(b) || !spool_put(&x->spool, b->data, b->len))
		x->dropped++;
}

static void on_row(void *ctx, const struct bulk_settled *r)
{
	struct import *x = ctx;
	metric_add(r->why ? x->api->lines_refused : x->api->lines_taken, 1);
	if (!r->why && !x->all)
		return;
	/* Once one is missing, so are all that follow: the client knows up to where it was told. */
	if (x->dropped)
		x->dropped++;
	else
		put_result(x, r);
}

static void on_settled(void *ctx, uint64_t offset, uint64_t line, const struct bulk_counts *sum)
{
	(void)offset;
	(void)sum;
	((struct import *)ctx)->settled_line = line - 1;
}

static bool stopping(void *ctx)
{
	return tasks_stopping(((struct import *)ctx)->api->tasks);
}

static ssize_t read_upload(void *ctx, void *to, size_t n)
{
	struct import *x = ctx;
	ssize_t got;
	do
		got = stopping(x) ? -1 : api_upload_read(x->upload, to, n, monotonic_us() + LOOK_US);
	while (got == -2);
	return got;
}

static void reply_whole(struct import *x, const struct bulk_counts *sum)
{
	struct buf *b = &x->line;
	buf_clear(b);
	buf_printf(b,
	    "{\"summary\":{\"lines\":%llu,\"events\":%llu,\"leads\":%llu,\"created\":%llu,\"duplicates\":%llu,"
	    "\"failed\":%llu,"
	    "\"results_left_out\":%llu,\"seconds\":",
	    (unsigned long long)sum->rows, (unsigned long long)sum->events, (unsigned long long)sum->leads,
	    (unsigned long long)sum->created, (unsigned long long)sum->duplicates, (unsigned long long)sum->refused,
	    (unsigned long long)x->dropped);
	buf_json_milli(b, (monotonic_us() - x->began_us) / 1000);
	buf_puts(b, "}}\n");
	/* There is always room for the last line: it counts what there was no room for. */
	bool ok = buf_ok(b) && spool_last(&x->spool, b->data, b->len) && spool_reply(&x->spool, &x->own);
	if (!ok) {
		api_problem(&x->own, 503, "out_of_space",
		    "All lines were taken, but there is no room to write down what became of them; send them again to "
		    "see it: "
		    "what is stored stays as it is.",
		    NULL, 5);
		return;
	}
	x->own.status = 200;
	x->own.response_type = "application/x-ndjson";
}

/* It ended before the lines did. */
static void reply_cut_short(struct import *x, const struct err *e)
{
	bool stopped = stopping(x);
	if (!stopped && problem_status(e) == 500) {
		problem_reply(&x->own, e);
		return;
	}
	char *detail = arena_printf(x->own.arena,
	    "%s Lines up to %llu are settled, and of those after them some may be; send the whole again, or what comes "
	    "after "
	    "them: what is stored is not stored twice.",
	    stopped ? "The service is shutting down." : "The database did not answer for a minute.",
	    (unsigned long long)x->settled_line);
	api_problem(&x->own, 503, stopped ? "shutting_down" : "database_unavailable", detail, NULL, 5);
}

static void run(void *arg)
{
	struct import *x = arg;
	struct err e = {0};
	struct ndjson *lines = NULL;
	struct bulk *bulk = NULL;
	struct bulk_counts sum = {0};
	const struct ndjson_config reading = {.read = read_upload, .ctx = x, .stored = x->own.role == ROLE_ADMIN};
	const struct bulk_config config = {.ingest = x->api->config.ingest,
	    .workspace = x->own.workspace_id,
	    .country = call_state(&x->own)->country,
	    .without = call_state(&x->own)->without,
	    .idempotency_key = x->idempotency_key,
	    .row = on_row,
	    .settled = on_settled,
	    .stopping = stopping,
	    .ctx = x};
	enum status s = ndjson_new(&reading, &lines, &e);
	if (s == ST_OK)
		s = bulk_new(&config, &bulk, &e);
	if (s == ST_OK) {
		const struct bulk_source source = ndjson_source(lines);
		s = bulk_run(bulk, &source, &sum, &e);
	}
	bulk_free(&bulk);
	ndjson_free(&lines);
	log_line(LOG_INFO, "import_ended", log_str("request_id", x->own.request_id), log_str("code", e.code),
	    log_int("lines", sum.rows), log_int("failed", sum.refused), log_int("duplicates", sum.duplicates),
	    log_int("ms", (monotonic_us() - x->began_us) / 1000));
	if (s == ST_OK)
		reply_whole(x, &sum);
	else
		reply_cut_short(x, &e);
	finish(x);
}

/* The thread's reference goes with it. */
static bool start(struct import *x)
{
	struct err e = {0};
	atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
	if (tasks_start(x->api->tasks, TASK_IMPORT, &x->own.workspace_id, run, x, &e) == ST_OK)
		return true;
	problem_reply(&x->own, &e);
	import_unref(x);
	return false;
}

/* The key was not in the cache. */
static void run_look_up(struct reader_task *t, struct reader *r)
{
	struct call_state *s = (struct call_state *)(void *)((char *)t - offsetof(struct call_state, task));
	struct import *x = s->import;
	bool good = auth_look_up(x->api, &x->own, r) == AUTH_OK;
	if (good && start(x))
		import_unref(x);
	else
		finish(x);
}

/* What the thread needs of the request's call. */
static bool take_over(struct import *x, const struct api_call *c)
{
	struct call_state *s = arena_zalloc(x->own.arena, sizeof *s);
	struct arena *arena = x->own.arena;
	if (!s)
		return false;
	*s = *call_state(c);
	s->call = &x->own;
	s->import = x;
	s->door = NULL;
	s->names = NULL; /* the request's; a look-up gives it references of its own */
	x->own = (struct api_call){.arena = arena,
	    .method = c->method,
	    .route = c->route,
	    .received_at = c->received_at,
	    .deadline_us = c->deadline_us,
	    .authenticated = c->authenticated,
	    .workspace_id = c->workspace_id,
	    .key_id = c->key_id,
	    .role = c->role,
	    .state = s};
	memcpy(x->own.request_id, c->request_id, sizeof c->request_id);
	return true;
}

static struct import *import_new(struct api *a, struct api_call *c, const struct import_input *in)
{
	struct import *x = calloc(1, sizeof *x);
	if (!x)
		return NULL;
	atomic_init(&x->refs, 1);
	pthread_mutex_init(&x->lock, NULL);
	x->api = a;
	x->all = in->all;
	x->began_us = monotonic_us();
	x->own.arena = arena_new(0);
	x->upload = api_upload_new(0);
	bool ok = x->own.arena && x->upload && take_over(x, c);
	if (ok && in->idempotency_key)
		ok = (x->idempotency_key = arena_strdup(x->own.arena, in->idempotency_key)) != NULL;
	if (!ok) {
		import_unref(x);
		return NULL;
	}
	return x;
}

enum api_step import_begin(struct api *a, struct api_call *c, bool look_up)
{
	struct err e = {0};
	struct import *x = import_new(a, c, call_state(c)->input);
	if (!x) {
		(void)out_of_memory(&e);
		problem_reply(c, &e);
		return API_REPLY;
	}
	call_state(c)->import = x;
	if (look_up) {
		struct call_state *own = call_state(&x->own);
		own->task.run = run_look_up;
		atomic_fetch_add_explicit(&x->refs, 1, memory_order_relaxed);
		if (!readers_put(a->readers, &own->task)) {
			err_set(&e, ST_BUSY, "busy", "Too many requests wait for the database already.");
			problem_reply(c, &e);
			import_unref(x);
			return API_REPLY;
		}
	} else if (!start(x)) {
		response_move(c, &x->own);
		return API_REPLY;
	}
	c->upload = api_upload_ref(x->upload);
	return API_QUEUE;
}

static bool lines_type(const struct api_call *c)
{
	static const char *const types[] = {"application/x-ndjson", "application/ndjson", "application/jsonl",
	    "application/x-jsonlines", "application/json", "text/plain"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (body_is(c, types[i]))
			return true;
	return !c->content_type;
}

enum status import_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const words[] = {"failed", "all", NULL};
	const char *results = words[0];
	struct adapter_context x;
	struct import_input *in = call_input(c, sizeof *in, e);
	if (!in)
		return ST_NOMEM;
	if (!lines_type(c))
		return err_set(e, ST_INVALID, "content_type_unsupported",
		    "The body is application/x-ndjson: one JSON object a line, in UTF-8.");
	enum status s = param_word(c, "results", words, &results, e);
	if (s == ST_OK)
		s = body_context(c, &x, e);
	if (s != ST_OK)
		return s;
	in->all = !strcmp(results, "all");
	in->idempotency_key = x.idempotency_key;
	return ST_OK;
}
