/* The ring: slots[first .. first + n) are under way, oldest first. The lock guards each slot's `done`; a slot is the
 * lane's from submit to done. */
#include "pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/adapter.h"

#define SLOTS 8
#define SLOT_ROWS 200
#define SLOT_BYTES (1024 * 1024) /* of raw rows */
#define PATIENCE_US (INT64_C(60) * 1000 * 1000)

struct row {
	uint64_t line;
	const char *raw; /* in the slot's arena */
	size_t raw_n;
	bool refused; /* before it became a command */
	struct err why;
};

struct slot {
	struct pipeline *pipeline;
	struct ingest_job job;
	struct arena *arena; /* strings of rows and commands, results */
	struct row rows[SLOT_ROWS];
	struct command commands[SLOT_ROWS];
	size_t row_of[SLOT_ROWS]; /* of a command */
	size_t n_rows, n_commands, bytes;
	uint64_t next_offset, next_line;
	bool done;
};

struct pipeline {
	struct pipeline_config config;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct slot *slots;
	size_t first, n;
	bool ended; /* the file is read */
};

enum status pipeline_new(const struct pipeline_config *c, struct pipeline **ret, struct err *e)
{
	struct pipeline *p = calloc(1, sizeof *p);
	if (!p)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	p->config = *c;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	p->slots = calloc(SLOTS, sizeof *p->slots);
	bool ok = p->slots != NULL;
	for (size_t i = 0; ok && i < SLOTS; i++) {
		p->slots[i].pipeline = p;
		p->slots[i].arena = arena_new(0);
		ok = p->slots[i].arena != NULL;
	}
	if (!ok) {
		pipeline_free(&p);
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	*ret = p;
	return ST_OK;
}

static void slot_done(struct ingest_job *job)
{
	struct slot *s = job->ctx;
	struct pipeline *p = s->pipeline;
	pthread_mutex_lock(&p->lock);
	s->done = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static void wait_done(struct pipeline *p, struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	while (!s->done)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

static void slot_empty(struct slot *s)
{
	for (size_t i = 0; i < s->n_commands; i++)
		command_release(&s->commands[i]);
	arena_reset(s->arena);
	s->n_rows = s->n_commands = s->bytes = 0;
}

void pipeline_free(struct pipeline **pp)
{
	if (!pp || !*pp)
		return;
	struct pipeline *p = *pp;
	for (size_t i = 0; p->slots && i < SLOTS; i++) {
		struct slot *s = &p->slots[i];
		if ((i + SLOTS - p->first) % SLOTS < p->n)
			wait_done(p, s);
		slot_empty(s);
		arena_free(&s->arena);
	}
	free(p->slots);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*pp = NULL;
}

/* Makes a row into a command of the slot. */
static enum status take_row(struct pipeline *p, struct slot *s, const struct csv_row *row, struct err *e)
{
	json_t *event = NULL;
	enum status st = mapping_event(p->config.mapping, row, &event, e);
	if (st != ST_OK)
		return st;
	const struct adapter_context x = {
	    .arena = s->arena, .country = p->config.country, .now = clock_now(&clock_system)};
	st = adapter_event(&x, event, &s->commands[s->n_commands], e);
	json_decref(event);
	if (st == ST_OK)
		s->row_of[s->n_commands++] = s->n_rows;
	return st;
}

/* Reads rows into the slot. False: the file cannot be read on. */
static bool slot_fill(struct pipeline *p, struct slot *s, struct csv *csv, struct err *e)
{
	while (s->n_rows < SLOT_ROWS && s->bytes < SLOT_BYTES) {
		struct csv_row row;
		struct row *r = &s->rows[s->n_rows];
		memset(r, 0, sizeof *r);
		enum csv_outcome o = csv_next(csv, &row, &r->why);
		if (o == CSV_END) {
			p->ended = true;
			return true;
		}
		if (o == CSV_BROKEN) {
			*e = r->why;
			return false;
		}
		r->line = row.line;
		r->raw_n = row.raw_n;
		char *raw = arena_alloc(s->arena, row.raw_n + 1);
		if (raw)
			memcpy(raw, row.raw, row.raw_n);
		else
			r->raw_n = 0;
		r->raw = raw;
		r->refused = o == CSV_FAULT || take_row(p, s, &row, &r->why) != ST_OK;
		s->n_rows++;
		s->bytes += row.raw_n;
		s->next_offset = row.next_offset;
		s->next_line = row.next_line;
	}
	return true;
}

static bool transient(enum status s)
{
	return s == ST_BUSY || s == ST_UNAVAILABLE || s == ST_UNCERTAIN || s == ST_DEADLINE;
}

static void pause_ms(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}

/* Once it is submitted the slot is the lane's, so `done` is set before. */
static enum status slot_submit(struct pipeline *p, struct slot *s, struct err *e)
{
	s->done = s->n_commands == 0 || !p->config.ingest;
	if (s->done)
		return ST_OK;
	int64_t until = monotonic_us() + PATIENCE_US;
	for (;;) {
		s->job = (struct ingest_job){.workspace_id = p->config.workspace,
		    .commands = s->commands,
		    .n = s->n_commands,
		    .arena = s->arena,
		    .done = slot_done,
		    .ctx = s};
		enum status st = ingest_submit(p->config.ingest, &s->job, e);
		if (st == ST_OK)
			return st;
		if (!transient(st) || monotonic_us() > until || p->config.stopping(p->config.ctx)) {
			s->done = true;
			return st;
		}
		pause_ms(50);
	}
}

/* Counts what is decided, keeps what is to be tried again at the front of the slot. False: nothing was good and it is
 * not the rows' fault (the role may lack a right, say): then they are not to be refused. */
static bool sort_out(struct pipeline *p, struct slot *s, struct counts *sum, struct err *last)
{
	size_t again = 0, good = 0, defects = 0;
	for (size_t i = 0; i < s->n_commands; i++) {
		struct command *c = &s->commands[i];
		struct row *r = &s->rows[s->row_of[i]];
		if (p->config.ingest && transient(c->result.err.status)) {
			*last = c->result.err;
			struct command kept = *c;
			memset(&kept.result, 0, sizeof kept.result);
			memset(c, 0, sizeof *c);
			s->commands[again] = kept;
			s->row_of[again++] = s->row_of[i];
			continue;
		}
		good += c->result.err.status == ST_OK;
		if (c->result.err.status != ST_OK) {
			r->refused = true;
			r->why = c->result.err;
			if (r->why.status == ST_INTERNAL || r->why.status == ST_NOMEM) {
				defects++;
				*last = r->why;
			}
		} else if (c->result.duplicate) {
			sum->duplicates++;
		} else if (c->result.created) {
			sum->created++;
		} else {
			sum->updated++;
		}
		command_release(c);
		memset(c, 0, sizeof *c);
	}
	s->n_commands = again;
	return !defects || good || again;
}

/* Waits for the oldest slot and settles it. */
static enum status settle(struct pipeline *p, struct counts *sum, struct err *e)
{
	struct slot *s = &p->slots[p->first];
	int64_t until = monotonic_us() + PATIENCE_US;
	long pause = 100;
	for (;;) {
		wait_done(p, s);
		if (!sort_out(p, s, sum, e))
			return e->status;
		if (s->n_commands == 0)
			break;
		if (monotonic_us() > until || p->config.stopping(p->config.ctx))
			return e->status;
		pause_ms(pause);
		pause = pause < 5000 ? pause * 2 : pause;
		enum status st = slot_submit(p, s, e);
		if (st != ST_OK)
			return st;
	}
	for (size_t i = 0; i < s->n_rows; i++)
		if (s->rows[i].refused) {
			sum->refused++;
			p->config.refused(p->config.ctx, s->rows[i].line, &s->rows[i].why,
			    s->rows[i].raw ? s->rows[i].raw : "", s->rows[i].raw_n);
		}
	sum->rows += s->n_rows;
	p->config.settled(p->config.ctx, s->next_offset, s->next_line, sum);
	slot_empty(s);
	p->first = (p->first + 1) % SLOTS;
	p->n--;
	return ST_OK;
}

enum status pipeline_run(struct pipeline *p, struct csv *csv, struct counts *sum, struct err *e)
{
	enum status st = ST_OK;
	bool readable = true, stopped = false;
	struct err unreadable = {0};
	for (;;) {
		stopped = stopped || p->config.stopping(p->config.ctx);
		bool reading = !p->ended && !stopped && readable;
		if (st != ST_OK || (!reading && !p->n))
			break;
		if (!reading || p->n == SLOTS) {
			st = settle(p, sum, e);
			continue;
		}
		struct slot *s = &p->slots[(p->first + p->n) % SLOTS];
		readable = slot_fill(p, s, csv, &unreadable);
		if (s->n_rows == 0)
			continue;
		st = slot_submit(p, s, e);
		p->n++;
	}
	if (st != ST_OK)
		return st;
	if (!readable) {
		*e = unreadable;
		return unreadable.status;
	}
	return stopped && !p->ended ? err_set(e, ST_BUSY, "interrupted", "interrupted") : ST_OK;
}
