/* GET /v1/export/leads, /events and /transitions: a stream, written by a thread of its own over a connection of its
 * own, no faster than the client takes it. */
#include "api/export.h"

#include <stdlib.h>

#include "api_priv.h"
#include "base/log.h"
#include "params_priv.h"
#include "reply_priv.h"
#include "resources_priv.h"
#include "tasks_priv.h"

#define STREAM_MAX ((size_t)512 << 10)
#define CLIENT_US (INT64_C(60) * 1000 * 1000)  /* one who takes nothing for this long is gone */
#define WHOLE_US (INT64_C(3600) * 1000 * 1000) /* and nobody may hold a snapshot for longer than this */
#define CONNECT_MS 5000

const char *const export_parameters[] = {"format", "bom", NULL};

struct exporting {
	struct api *api;
	struct api_stream *stream; /* a reference of its own */
	struct export_config config;
	int64_t until_us;
	char request_id[37];
};

static bool put(void *ctx, const char *s, size_t n)
{
	struct exporting *x = ctx;
	int64_t until = monotonic_us() + CLIENT_US;
	if (monotonic_us() > x->until_us)
		return false;
	while (n) {
		/* In pieces, so that one that waits does not need all of the room. */
		size_t piece = n < STREAM_MAX / 4 ? n : STREAM_MAX / 4;
		int64_t look = monotonic_us() + 500000;
		bool room = api_stream_room(x->stream, piece, look < until ? look : until);
		if (tasks_stopping(x->api->tasks) || api_stream_over(x->stream) || (!room && monotonic_us() >= until))
			return false;
		if (!room)
			continue;
		if (!api_stream_write(x->stream, s, piece))
			return false;
		s += piece;
		n -= piece;
	}
	return true;
}

static void run(void *arg)
{
	struct exporting *x = arg;
	struct err e = {0};
	struct db *db = NULL;
	uint64_t rows = 0;
	bool replica = x->api->config.read_url && monitor_replica(x->api->monitor);
	enum status s =
	    db_open(replica ? x->api->config.read_url : x->api->config.database_url, DB_GENERAL, CONNECT_MS, &db, &e);
	if (s == ST_OK)
		s = export_run(db, &x->config, &rows, &e);
	/* Cut off, so that nobody takes half of it for the whole. */
	if (s == ST_OK)
		api_stream_end(x->stream);
	else
		api_stream_break(x->stream);
	log_line(s == ST_OK || s == ST_BUSY ? LOG_INFO : LOG_WARN, "export_ended", log_str("request_id", x->request_id),
	    log_str("code", e.code), log_str("sqlstate", e.sqlstate), log_int("rows", rows));
	db_close(&db);
	api_stream_unref(&x->stream);
	free(x);
}

static enum status start(struct api *a, struct api_call *c, enum export_what what, struct err *e)
{
	const struct export_config *wanted = call_state(c)->input;
	const struct api_stream_config config = {.limit = STREAM_MAX};
	struct exporting *x = calloc(1, sizeof *x);
	struct api_stream *stream = x ? api_stream_new(&config) : NULL;
	if (!stream) {
		free(x);
		return out_of_memory(e);
	}
	*x = (struct exporting){
	    .api = a, .stream = api_stream_ref(stream), .config = *wanted, .until_us = monotonic_us() + WHOLE_US};
	x->config.what = what;
	x->config.workspace = c->workspace_id;
	x->config.write = put;
	x->config.ctx = x;
	memcpy(x->request_id, c->request_id, sizeof x->request_id);
	enum status s = tasks_start(a->tasks, TASK_EXPORT, &c->workspace_id, run, x, e);
	if (s != ST_OK) {
		api_stream_unref(&x->stream);
		api_stream_unref(&stream);
		free(x);
		return s;
	}
	static const char *const names[] = {"leads", "events", "transitions"};
	c->stream = stream;
	c->status = 200;
	c->response_type = wanted->csv ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
	reply_header(c, "Content-Disposition",
	    arena_printf(c->arena, "attachment; filename=\"%s.%s\"", names[what], wanted->csv ? "csv" : "ndjson"));
	reply_header(c, "X-Accel-Buffering", "no");
	return ST_OK;
}

enum status export_prepare(struct api *a, struct api_call *c, struct err *e)
{
	(void)a;
	static const char *const formats[] = {"ndjson", "csv", NULL}, *const answers[] = {"false", "true", NULL};
	const char *format = formats[0], *bom = answers[0];
	struct export_config *x = call_input(c, sizeof *x, e);
	if (!x)
		return ST_NOMEM;
	enum status s = param_word(c, "format", formats, &format, e);
	if (s == ST_OK)
		s = param_word(c, "bom", answers, &bom, e);
	if (s != ST_OK)
		return s;
	x->csv = format == formats[1];
	x->bom = bom == answers[1];
	if (x->bom && !x->csv)
		return param_fault("bom", "parameter_invalid", "A byte order mark is for CSV.", e);
	return ST_OK;
}

enum status export_leads_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)db;
	return start(a, c, EXPORT_LEADS, e);
}

enum status export_events_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)db;
	return start(a, c, EXPORT_EVENTS, e);
}

enum status export_transitions_read(struct api *a, struct api_call *c, struct db *db, struct err *e)
{
	(void)db;
	return start(a, c, EXPORT_TRANSITIONS, e);
}
