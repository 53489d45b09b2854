/* The order of steps of a call, and its hand-over to readers or ingest. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api_priv.h"
#include "auth_priv.h"
#include "door_priv.h"
#include "import_priv.h"
#include "params_priv.h"
#include "problem_priv.h"
#include "tasks_priv.h"

enum status out_of_memory(struct err *e)
{
	return err_set(e, ST_NOMEM, "out_of_memory", "out of memory");
}

void *call_input(struct api_call *c, size_t n, struct err *e)
{
	void *p = arena_zalloc(c->arena, n);
	if (p)
		call_state(c)->input = p;
	else
		(void)out_of_memory(e);
	return p;
}

const char *call_author(const struct api_call *c)
{
	char id[UUID_TEXT_MAX];
	if (*call_state(c)->key_label)
		return call_state(c)->key_label;
	uuid_format(&c->key_id, id);
	return arena_strdup(c->arena, id);
}

static enum api_step refuse(struct api_call *c, enum status s, const char *code, const char *detail)
{
	struct err e;
	err_set(&e, s, code, "%s", detail);
	problem_reply(c, &e);
	return API_REPLY;
}

/* Asking a database that is known to be away would only keep a reader until the deadline. */
static enum api_step refuse_away(struct api_call *c)
{
	return refuse(c, ST_UNAVAILABLE, "database_unavailable", "");
}

enum api_step call_prepare(struct api *a, struct api_call *c)
{
	struct err e = {0};
	enum status s = params_check(c, &e);
	if (s == ST_OK && c->route->prepare)
		s = c->route->prepare(a, c, &e);
	if (s != ST_OK) {
		problem_reply(c, &e);
		return API_REPLY;
	}
	if (c->route->kind == ROUTE_FIXED)
		return API_REPLY;
	if (c->route->kind == ROUTE_WRITE) {
		/* Items of an array that were refused already need no machine. */
		if (!call_state(c)->job.n) {
			c->route->render(a, c);
			return API_REPLY;
		}
		if (!a->config.ingest || !monitor_primary(a->monitor))
			return refuse_away(c);
		call_state(c)->next = NEXT_WRITE;
		return API_QUEUE;
	}
	if (!monitor_primary(a->monitor) && (c->route->flags & ROUTE_PRIMARY || !monitor_replica(a->monitor)))
		return refuse_away(c);
	call_state(c)->next = NEXT_READ;
	return API_QUEUE;
}

static struct call_state *state_new(struct api *a, struct api_call *c)
{
	struct call_state *s = arena_zalloc(c->arena, sizeof *s);
	if (!s) {
		api_problem(c, 503, "out_of_memory", "The service is out of memory.", NULL, 1);
		return NULL;
	}
	s->api = a;
	s->call = c;
	c->state = s;
	return s;
}

enum api_step api_begin_upload(struct api *a, struct api_call *c)
{
	struct err e = {0};
	if (!state_new(a, c))
		return API_REPLY;
	enum auth auth = auth_from_cache(a, c);
	if (auth == AUTH_REFUSED)
		return API_REPLY;
	enum status s = params_check(c, &e);
	if (s == ST_OK)
		s = c->route->prepare(a, c, &e);
	if (s != ST_OK) {
		problem_reply(c, &e);
		return API_REPLY;
	}
	if (!a->config.ingest || !monitor_primary(a->monitor))
		return refuse_away(c);
	return import_begin(a, c, auth == AUTH_LOOK_UP);
}

enum api_step api_begin(struct api *a, struct api_call *c)
{
	struct call_state *s = state_new(a, c);
	if (!s)
		return API_REPLY;
	if (c->route->roles == ROLE_ANYONE && !c->route->door)
		return call_prepare(a, c);
	switch (c->route->door ? door_from_cache(a, c) : auth_from_cache(a, c)) {
	case AUTH_REFUSED:
		return API_REPLY;
	case AUTH_OK:
		return call_prepare(a, c);
	case AUTH_LOOK_UP:
		break;
	}
	if (!monitor_primary(a->monitor))
		return refuse_away(c);
	s->next = NEXT_KEY;
	return API_QUEUE;
}

/* A connection that was cut while it was idle (the server was restarted) is only noticed when it is used: reading is
 * then tried once more, on a new one. What writes is not, since it may have happened. */
static enum status read_with(struct api_call *c, struct reader *r, bool replica, int64_t until, struct err *e)
{
	struct api *a = call_state(c)->api;
	bool again = !strcmp(c->route->method, "GET");
	for (;;) {
		struct db *db;
		enum status s = reader_db(r, replica, until, &db, e);
		if (s != ST_OK)
			return s;
		s = c->route->read(a, c, db, e);
		db_results_clear(db);
		if (s != ST_UNAVAILABLE || db_usable(db) || !again)
			return s;
		again = false;
		c->n_headers = 0;
	}
}

static void read_now(struct api *a, struct api_call *c, struct reader *r)
{
	struct err e = {0};
	int64_t until = c->deadline_us, limit = monotonic_us() + (int64_t)a->config.read_timeout_ms * 1000;
	if (!(c->route->flags & ROUTE_LONG) && limit < until)
		until = limit;
	/* The replica serves what it may while it is there; a workspace's own writes are on the primary first. */
	bool replica = a->config.read_url && !(c->route->flags & ROUTE_PRIMARY) && monitor_replica(a->monitor);
	if (read_with(c, r, replica, until, &e) != ST_OK) {
		c->n_headers = 0;
		problem_reply(c, &e);
	}
}

static void run_call(struct reader_task *t, struct reader *r)
{
	struct call_state *s = (struct call_state *)(void *)((char *)t - offsetof(struct call_state, task));
	struct api *a = s->api;
	struct api_call *c = s->call;
	enum api_step step = API_QUEUE;
	if (monotonic_us() >= c->deadline_us)
		step = refuse(c, ST_DEADLINE, "deadline", "");
	if (step == API_QUEUE && s->next == NEXT_KEY)
		step = (c->route->door ? door_look_up(a, c, r) : auth_look_up(a, c, r)) == AUTH_OK ? call_prepare(a, c) : API_REPLY;
	if (step == API_QUEUE && s->next == NEXT_WRITE) {
		call_ingest(a, c);
		return;
	}
	if (step == API_QUEUE)
		read_now(a, c, r);
	c->done(c);
}

static void job_done(struct ingest_job *job)
{
	struct api_call *c = job->ctx;
	c->route->render(call_state(c)->api, c);
	c->done(c);
}

void call_ingest(struct api *a, struct api_call *c)
{
	struct ingest_job *job = &call_state(c)->job;
	struct err e = {0};
	job->workspace_id = c->workspace_id;
	job->arena = c->arena;
	job->deadline_us = c->deadline_us;
	job->done = job_done;
	job->ctx = c;
	if (ingest_submit(a->config.ingest, job, &e) != ST_OK) {
		problem_reply(c, &e);
		c->done(c);
	}
}

void api_submit(struct api *a, struct api_call *c)
{
	struct call_state *s = call_state(c);
	if (s->import) {
		import_submit(c);
		return;
	}
	if (s->next == NEXT_WRITE) {
		call_ingest(a, c);
		return;
	}
	s->task.run = run_call;
	if (!readers_put(a->readers, &s->task)) {
		refuse(c, ST_BUSY, "busy", "Too many requests wait for the database already.");
		c->done(c);
	}
}

void api_end(struct api *a, struct api_call *c)
{
	(void)a;
	struct call_state *s = call_state(c);
	for (size_t i = 0; s && i < s->job.n; i++)
		command_release(&s->job.commands[i]);
	if (s) {
		door_unref(&s->door);
		track_names_unref(&s->names);
	}
	if (s && s->import)
		import_end(c);
	if (c->has_file)
		close(c->file);
	buf_free(&c->body_out);
	c->state = NULL;
}

void api_drain(struct api *a)
{
	tasks_drain(a->tasks);
}

bool api_ready(const struct api *a)
{
	return monitor_primary(a->monitor);
}
