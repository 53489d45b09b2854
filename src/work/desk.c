/* The desk's thread. */
#include "desk_round_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "halt_priv.h"
#include "ingest/hint.h"

#define WORKSPACES_MAX 64
#define AT_ONCE 200
#define ROUNDS_MAX 8 /* of one workspace; then the next has its turn */
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define JOB_US (INT64_C(20) * 1000 * 1000)
#define LEASE_MS (30 * MS_SECOND)
#define LOOK_MS 500
#define AGAIN_MS (15 * MS_SECOND) /* after a failure */
#define REST_MS 10 /* between two looks, however much is committed */

struct desk {
	pthread_t thread;
	bool running;
	struct halt halt;
	struct hint_listener listener;
	pthread_mutex_t lock; /* guards `told` */
	pthread_cond_t changed;
	bool told;

	struct ingest *ingest;
	const struct clock *clock;
	struct db_pool *pool;
	struct arena *arena;
	bool away; /* the last look failed: said once */
	struct metric *assigned, *unassigned, *breached, *failed;
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static bool is_away(enum status s)
{
	return s == ST_UNAVAILABLE || s == ST_UNCERTAIN || s == ST_DEADLINE || s == ST_BUSY;
}

static enum status run_commands(struct desk *d, struct round *r, struct err *e)
{
	if (!r->n_commands)
		return ST_OK;
	enum status s = ingest_run(d->ingest, r->workspace, r->commands, r->n_commands, d->arena, monotonic_us() + JOB_US, e);
	if (s != ST_OK)
		return s;
	const struct err *first = NULL;
	for (size_t i = 0; i < r->n_commands; i++) {
		const struct err *why = &r->commands[i].result.err;
		const struct handoff_row *h = &r->due[r->of[i]].handoff;
		if (why->status == ST_OK) {
			metric_add(d->assigned, !strcmp(r->commands[i].move->move, "assigned"));
		} else if (why->status == ST_NOT_FOUND || why->status == ST_CONFLICT) {
			continue; /* somebody else was quicker, or the lead is gone */
		} else {
			/* Not at once again: others would wait behind it. */
			desk_put_off(r, h, r->now + AGAIN_MS);
			first = first ? first : why;
			metric_add(d->failed, 1);
		}
	}
	if (first && is_away(first->status)) {
		*e = *first;
		return first->status;
	}
	if (first)
		log_line(LOG_ERROR, "handoffs not moved", log_str("code", first->code), log_str("detail", first->detail));
	return ST_OK;
}

static const char *turns_text(struct round *r)
{
	char *text = json_dumps(r->turns, JSON_COMPACT);
	const char *copy = text ? arena_strdup(r->arena, text) : NULL;
	free(text);
	return copy;
}

/* Under the lease. *ret_n: how many were due. */
static enum status round_leased(struct desk *d, struct round *r, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	enum status s = store_desk_due(r->db, r->workspace, r->now, AT_ONCE, r->arena, &r->due, &n, e);
	if (s == ST_OK && n)
		s = roster_read(r->db, r->workspace, true, r->arena, &r->team, e);
	if (s != ST_OK || !n)
		return s;
	s = desk_plan(r, n, e);
	if (s == ST_OK)
		s = run_commands(d, r, e);
	db_deadline(r->db, monotonic_us() + DATABASE_US);
	struct err ignored;
	enum status put = store_desk_later(r->db, r->workspace, r->later, r->n_later, s == ST_OK ? e : &ignored);
	metric_add(d->breached, (int64_t)r->breaches);
	roster_free(&r->team);
	*ret_n = n;
	return s == ST_OK ? put : s;
}

/* One round; *ret_more: there may be more due. */
static enum status round_of(struct desk *d, struct db *db, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	struct round r = {.arena = d->arena, .unassigned = d->unassigned, .db = db, .workspace = workspace, .now = clock_now(d->clock)};
	bool mine = false;
	int64_t generation = 0;
	const char *turns = NULL;
	size_t n = 0;
	arena_reset(d->arena);
	db_deadline(db, monotonic_us() + DATABASE_US);
	*ret_more = false;
	enum status s = store_desk_claim(db, workspace, r.now, r.now + LEASE_MS, d->arena, &mine, &generation, &turns, e);
	if (s != ST_OK || !mine)
		return s;
	r.turns = json_loads(turns ? turns : "{}", 0, NULL);
	s = json_is_object(r.turns) ? round_leased(d, &r, &n, e) : nomem(e);
	const char *after = turns_text(&r);
	json_decref(r.turns);
	if (!db_usable(db))
		return s;
	struct err ignored;
	db_deadline(db, monotonic_us() + DATABASE_US);
	enum status released = store_desk_release(db, workspace, generation, after ? after : turns, s == ST_OK ? e : &ignored);
	*ret_more = n == AT_ONCE || r.breaches; /* what follows a breach is due at once */
	return s == ST_OK ? released : s;
}

static enum status look(struct desk *d, bool *ret_more, struct err *e)
{
	struct db *db;
	struct due_workspace due[WORKSPACES_MAX];
	size_t n = 0;
	enum status s = db_pool_get(d->pool, 0, monotonic_us() + DATABASE_US, &db, e);
	if (s == ST_OK)
		s = store_desk_workspaces(db, clock_now(d->clock), due, WORKSPACES_MAX, &n, e);
	*ret_more = n == WORKSPACES_MAX;
	for (size_t i = 0; s == ST_OK && i < n && !halt_asked(&d->halt); i++) {
		bool more = true;
		for (int k = 0; s == ST_OK && more && k < ROUNDS_MAX && !halt_asked(&d->halt); k++)
			s = round_of(d, db, &due[i].id, &more, e);
		*ret_more |= more;
		if (s == ST_OK || is_away(s) || !db_usable(db))
			continue;
		/* A fault of one workspace: the others go on. */
		log_line(LOG_ERROR, "handoffs of a workspace wait", log_str("code", e->code), log_str("detail", e->detail));
		err_clear(e);
		s = ST_OK;
	}
	return s;
}

static void told(void *ctx, const struct uuid *workspace)
{
	struct desk *d = ctx;
	(void)workspace;
	pthread_mutex_lock(&d->lock);
	d->told = true;
	pthread_cond_signal(&d->changed);
	pthread_mutex_unlock(&d->lock);
}

/* Until something is committed here, or it is time to look what others did. */
static void wait_for_word(struct desk *d)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&d->lock);
	while (!d->told && !halt_asked(&d->halt))
		if (pthread_cond_timedwait(&d->changed, &d->lock, &until) != 0)
			break;
	d->told = false;
	pthread_mutex_unlock(&d->lock);
}

static void rest(struct desk *d)
{
	wait_for_word(d);
	halt_pause(&d->halt, REST_MS);
}

static void *desk_main(void *arg)
{
	struct desk *d = arg;
	unsigned failures = 0;
	while (!halt_asked(&d->halt)) {
		struct err e = {0};
		bool more = false;
		enum status s = look(d, &more, &e);
		failures = s == ST_OK ? 0 : failures + (failures < 1000);
		if (s != ST_OK && !d->away)
			log_line(LOG_WARN, "desk waits", log_str("code", e.code), log_str("detail", e.detail));
		else if (s == ST_OK && d->away)
			log_line(LOG_INFO, "desk goes on");
		d->away = s != ST_OK;
		if (s != ST_OK)
			halt_pause_failed(&d->halt, failures);
		else if (!more)
			rest(d);
	}
	return NULL;
}

enum status desk_start(const struct work_config *c, struct desk **ret, struct err *e)
{
	struct desk *d = calloc(1, sizeof *d);
	if (!d)
		return nomem(e);
	pthread_condattr_t monotonic;
	halt_init(&d->halt);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&d->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	pthread_mutex_init(&d->lock, NULL);
	d->ingest = c->ingest;
	d->clock = c->clock ? c->clock : &clock_system;
	d->listener = (struct hint_listener){.told = told, .ctx = d};
	d->assigned = metric_counter("leadscore_handoffs_assigned_total", "Handoffs that the service gave to somebody.", NULL);
	d->unassigned = metric_counter("leadscore_handoffs_unassigned_total", "Times that nobody was there for a handoff.", NULL);
	d->breached = metric_counter("leadscore_handoffs_breached_total", "Clocks of handoffs that ran out.", NULL);
	d->failed = metric_counter("leadscore_handoffs_failed_total", "Moves of handoffs that failed and will be tried again.", NULL);
	d->arena = arena_new(0);
	enum status s = d->arena ? db_pool_new(c->database_url, DB_PLANNED, 1, &d->pool, e) : nomem(e);
	if (s == ST_OK && pthread_create(&d->thread, NULL, desk_main, d) != 0)
		s = err_set(e, ST_NOMEM, NULL, "Cannot start a thread.");
	d->running = s == ST_OK;
	if (s != ST_OK) {
		desk_stop(&d);
		return s;
	}
	hints_listen(ingest_hints(d->ingest), &d->listener);
	*ret = d;
	return ST_OK;
}

void desk_stop(struct desk **dp)
{
	if (!dp || !*dp)
		return;
	struct desk *d = *dp;
	if (d->running) {
		hints_forget(ingest_hints(d->ingest), &d->listener);
		halt_ask(&d->halt);
		told(d, NULL);
		pthread_join(d->thread, NULL);
	}
	db_pool_free(&d->pool);
	arena_free(&d->arena);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->changed);
	halt_destroy(&d->halt);
	free(d);
	*dp = NULL;
}
