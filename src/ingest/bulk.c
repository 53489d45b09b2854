/* The ring: slots[first .. first + n) are under way, oldest first. The lock guards each slot's `done`; a slot is the
 * lane's from submit to done.
 *
 * A merge names leads that rows before it may have made, and rows behind it may be about what it makes. So it is
 * submitted when all before it are settled, together with the merges next to it only, and nothing behind it before it
 * is settled: a slot that has any is alone in the ring, and is submitted in runs of one kind. */
#include "ingest/bulk.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Together less than a tenth of what may wait for a workspace, so that what others send meanwhile is never refused for
 * an import and waits behind a batch or two of it. */
#define SLOTS 6
#define SLOT_ROWS 250
#define SLOT_BYTES (1024 * 1024) /* of raw rows */
#define SLOT_MEMORY ((size_t)32 << 20)
#define MERGES_MAX 50 /* at once: the whole history of all their leads is read */
#define PATIENCE_MS 60000

struct row {
	uint64_t line;
	const char *raw; /* in the slot's arena */
	size_t raw_n;
	bool lead;
	bool refused; /* before it became a command, or by its result */
	bool made;    /* commands[command] is its */
	size_t command;
	struct err why;
};

struct slot {
	struct bulk *bulk;
	struct ingest_job job;
	struct arena *arena; /* strings of rows and commands, results */
	struct row rows[SLOT_ROWS];
	struct command commands[SLOT_ROWS];
	size_t n_rows, n_commands, bytes;
	size_t from, to;       /* the commands under way */
	bool merges;           /* there are any */
	struct command *retry; /* what is to be tried again, and whose place it has among the commands */
	size_t *retry_of;
	size_t n_retry;
	uint64_t next_offset, next_line;
	bool done;
};

struct bulk {
	struct bulk_config config;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct slot *slots;
	size_t first, n;
	bool ended; /* the source is */
};

enum status bulk_new(const struct bulk_config *c, struct bulk **ret, struct err *e)
{
	struct bulk *b = calloc(1, sizeof *b);
	if (!b)
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	b->config = *c;
	if (!b->config.patience_ms)
		b->config.patience_ms = PATIENCE_MS;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	b->slots = calloc(SLOTS, sizeof *b->slots);
	bool ok = b->slots != NULL;
	for (size_t i = 0; ok && i < SLOTS; i++) {
		struct slot *s = &b->slots[i];
		s->bulk = b;
		s->arena = arena_new(SLOT_MEMORY);
		s->retry = calloc(SLOT_ROWS, sizeof *s->retry);
		s->retry_of = calloc(SLOT_ROWS, sizeof *s->retry_of);
		ok = s->arena && s->retry && s->retry_of;
	}
	if (!ok) {
		bulk_free(&b);
		return err_set(e, ST_NOMEM, NULL, "out of memory");
	}
	*ret = b;
	return ST_OK;
}

static void slot_done(struct ingest_job *job)
{
	struct slot *s = job->ctx;
	struct bulk *b = s->bulk;
	pthread_mutex_lock(&b->lock);
	s->done = true;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static void wait_done(struct bulk *b, struct slot *s)
{
	pthread_mutex_lock(&b->lock);
	while (!s->done)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void slot_empty(struct slot *s)
{
	for (size_t i = 0; i < s->n_commands; i++)
		command_release(&s->commands[i]);
	arena_reset(s->arena);
	s->n_rows = s->n_commands = s->n_retry = s->bytes = s->from = s->to = 0;
	s->merges = false;
}

void bulk_free(struct bulk **bp)
{
	if (!bp || !*bp)
		return;
	struct bulk *b = *bp;
	for (size_t i = 0; b->slots && i < SLOTS; i++) {
		struct slot *s = &b->slots[i];
		if ((i + SLOTS - b->first) % SLOTS < b->n)
			wait_done(b, s);
		slot_empty(s);
		arena_free(&s->arena);
		free(s->retry);
		free(s->retry_of);
	}
	free(b->slots);
	pthread_cond_destroy(&b->changed);
	pthread_mutex_destroy(&b->lock);
	free(b);
	*bp = NULL;
}

/* Reads rows into the slot. False: the source cannot be read on. */
static bool slot_fill(struct bulk *b, struct slot *s, const struct bulk_source *source, struct err *e)
{
	while (s->n_rows < SLOT_ROWS && s->bytes < SLOT_BYTES) {
		struct bulk_row row = {0};
		struct row *r = &s->rows[s->n_rows];
		memset(r, 0, sizeof *r);
		struct adapter_context x = {.arena = s->arena,
		    .country = b->config.country,
		    .without = b->config.without,
		    .now = clock_now(&clock_system),
		    .idempotency_key = b->config.idempotency_key};
		enum bulk_outcome o = source->next(source->ctx, &x, &row, &s->commands[s->n_commands], &r->why);
		if (o == BULK_END) {
			b->ended = true;
			return true;
		}
		if (o == BULK_BROKEN) {
			*e = r->why;
			return false;
		}
		r->line = row.line;
		r->lead = row.lead;
		r->raw = arena_strndup(s->arena, row.raw, row.raw_n);
		r->raw_n = r->raw ? row.raw_n : 0;
		r->refused = o == BULK_FAULT;
		r->made = !r->refused;
		if (r->made) {
			r->command = s->n_commands++;
			s->merges |= s->commands[r->command].kind == COMMAND_MERGE;
		}
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

static int64_t patience_end(const struct bulk *b)
{
	return monotonic_us() + (int64_t)b->config.patience_ms * 1000;
}

/* The next run of commands of one kind. */
static void next_run(struct slot *s)
{
	s->from = s->to;
	while (s->to < s->n_commands && s->commands[s->to].kind == s->commands[s->from].kind &&
	       (s->commands[s->from].kind != COMMAND_MERGE || s->to - s->from < MERGES_MAX))
		s->to++;
}

/* Once it is submitted the slot is the lane's, so `done` is set before. */
static enum status slot_submit(struct bulk *b, struct slot *s, struct command *commands, size_t n, struct err *e)
{
	s->done = n == 0 || !b->config.ingest;
	if (s->done)
		return ST_OK;
	int64_t until = patience_end(b);
	for (;;) {
		s->job = (struct ingest_job){.workspace_id = b->config.workspace,
		    .commands = commands,
		    .n = n,
		    .arena = s->arena,
		    .done = slot_done,
		    .ctx = s};
		enum status st = ingest_submit(b->config.ingest, &s->job, e);
		if (st == ST_OK)
			return st;
		if (!transient(st) || monotonic_us() > until || b->config.stopping(b->config.ctx)) {
			s->done = true;
			return st;
		}
		pause_ms(50);
	}
}

/* Gathers what is to be tried again. A command stands in one place at a time: what it refers to moves with it. */
static void take_back(struct slot *s)
{
	for (size_t i = 0; i < s->n_retry; i++)
		s->commands[s->retry_of[i]] = s->retry[i];
	s->n_retry = 0;
}

static void lay_out(struct bulk *b, struct slot *s, struct err *last)
{
	take_back(s);
	for (size_t i = s->from; b->config.ingest && i < s->to; i++) {
		struct command *c = &s->commands[i];
		if (!transient(c->result.err.status))
			continue;
		*last = c->result.err;
		s->retry[s->n_retry] = *c;
		memset(&s->retry[s->n_retry].result, 0, sizeof c->result);
		s->retry_of[s->n_retry++] = i;
	}
}

/* Nothing was good and it is not the rows' fault (the role may lack a right, say): then they are not to be refused. */
static bool hopeless(const struct slot *s, struct err *last)
{
	bool defects = false;
	for (size_t i = s->from; i < s->to; i++) {
		const struct err *e = &s->commands[i].result.err;
		if (e->status == ST_OK)
			return false;
		if (e->status == ST_INTERNAL || e->status == ST_NOMEM) {
			defects = true;
			*last = *e;
		}
	}
	return defects;
}

/* Waits until all that is under way is decided, trying again what is not. */
static enum status decide(struct bulk *b, struct slot *s, struct err *e)
{
	int64_t until = patience_end(b);
	for (long pause = 100;; pause = pause < 5000 ? pause * 2 : pause) {
		wait_done(b, s);
		lay_out(b, s, e);
		if (s->n_retry == 0)
			return hopeless(s, e) ? e->status : ST_OK;
		if (monotonic_us() > until || b->config.stopping(b->config.ctx))
			return e->status;
		pause_ms(pause);
		enum status st = slot_submit(b, s, s->retry, s->n_retry, e);
		if (st != ST_OK)
			return st;
	}
}

static void count(const struct row *r, const struct command *c, struct bulk_counts *sum)
{
	sum->rows++;
	if (r->refused) {
		sum->refused++;
		return;
	}
	*(r->lead ? &sum->leads : &sum->events) += 1;
	if (c->result.duplicate)
		sum->duplicates++;
	else if (c->result.created)
		sum->created++;
	else
		sum->updated++;
}

static void tell(struct bulk *b, struct slot *s, struct bulk_counts *sum)
{
	for (size_t i = 0; i < s->n_rows; i++) {
		struct row *r = &s->rows[i];
		const struct command *c = r->made ? &s->commands[r->command] : NULL;
		const struct err *why = c ? &c->result.err : &r->why;
		r->refused = why->status != ST_OK || !c;
		count(r, c, sum);
		const struct bulk_settled told = {.line = r->line,
		    .command = c,
		    .why = r->refused ? why : NULL,
		    .raw = r->raw ? r->raw : "",
		    .raw_n = r->raw_n};
		b->config.row(b->config.ctx, &told);
	}
	b->config.settled(b->config.ctx, s->next_offset, s->next_line, sum);
}

/* Waits for the oldest slot and settles it. */
static enum status settle(struct bulk *b, struct bulk_counts *sum, struct err *e)
{
	struct slot *s = &b->slots[b->first];
	enum status st = decide(b, s, e);
	while (st == ST_OK && s->to < s->n_commands) {
		next_run(s);
		st = slot_submit(b, s, s->commands + s->from, s->to - s->from, e);
		if (st == ST_OK)
			st = decide(b, s, e);
	}
	if (st != ST_OK)
		return st;
	tell(b, s, sum);
	slot_empty(s);
	b->first = (b->first + 1) % SLOTS;
	b->n--;
	return ST_OK;
}

/* Into the ring with what has just been read. */
static enum status begin(struct bulk *b, struct slot *s, struct bulk_counts *sum, struct err *e)
{
	enum status st = ST_OK;
	while (st == ST_OK && s->merges && b->n)
		st = settle(b, sum, e);
	if (st != ST_OK)
		return st;
	next_run(s);
	st = slot_submit(b, s, s->commands, s->to, e);
	b->n++;
	return st == ST_OK && s->merges ? settle(b, sum, e) : st;
}

enum status bulk_run(struct bulk *b, const struct bulk_source *source, struct bulk_counts *sum, struct err *e)
{
	enum status st = ST_OK;
	bool readable = true, stopped = false;
	struct err unreadable = {0};
	for (;;) {
		stopped = stopped || b->config.stopping(b->config.ctx);
		bool reading = !b->ended && !stopped && readable;
		if (st != ST_OK || (!reading && !b->n))
			break;
		if (!reading || b->n == SLOTS) {
			st = settle(b, sum, e);
			continue;
		}
		struct slot *s = &b->slots[(b->first + b->n) % SLOTS];
		readable = slot_fill(b, s, source, &unreadable);
		if (s->n_rows == 0)
			continue;
		st = begin(b, s, sum, e);
	}
	if (st != ST_OK)
		return st;
	if (!readable) {
		*e = unreadable;
		return unreadable.status;
	}
	return stopped && !b->ended ? err_set(e, ST_BUSY, "interrupted", "interrupted") : ST_OK;
}
