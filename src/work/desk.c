/* The desk's thread. */
#include "desk_priv.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/metrics.h"
#include "halt_priv.h"
#include "ingest/hint.h"
#include "ingest/roster.h"

#define WORKSPACES_MAX 64
#define AT_ONCE 200
#define ROUNDS_MAX 8 /* of one workspace; then the next has its turn */
#define DATABASE_US (INT64_C(5) * 1000 * 1000)
#define JOB_US (INT64_C(20) * 1000 * 1000)
#define LEASE_MS (30 * MS_SECOND)
#define LOOK_MS 500
#define REST_MS 10 /* between two looks, however much is committed */
/* A handoff that nobody is there for is looked at again after a quarter of its age, within these. */
#define AGAIN_MIN_MS (15 * MS_SECOND)
#define AGAIN_MAX_MS (10 * MS_MINUTE)

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

/* One workspace's round: what is due, and the commands made of it. */
struct round {
	struct desk *d;
	struct db *db;
	const struct uuid *workspace;
	int64_t now;
	struct roster_read team;
	json_t *turns;
	struct desk_handoff *due;
	struct command *commands; /* of due[of[i]] */
	size_t *of;
	size_t n_commands;
	struct desk_later *later;
	size_t n_later;
	size_t breaches;
};

static enum status nomem(struct err *e)
{
	return err_set(e, ST_NOMEM, NULL, "Out of memory.");
}

static void put_off(struct round *r, const struct handoff_row *h, int64_t at)
{
	r->later[r->n_later++] = (struct desk_later){.id = h->id, .version = h->version, .desk_at = at};
}

static enum status add(struct round *r, size_t i, const struct handoff_wish *wish, struct err *e)
{
	struct handoff_wish w = *wish;
	w.holder = roster_find(&r->team.roster, &r->due[i].handoff.assignee);
	enum status s = handoff_command(r->d->arena, &r->team.routing, &r->due[i].handoff, &w, &r->commands[r->n_commands], e);
	if (s == ST_OK)
		r->of[r->n_commands++] = i;
	return s;
}

/* Those whom a clock took it from do not get it again: the one who has it is all that is known of them. */
static enum status pick(struct round *r, const struct desk_handoff *h, struct sales_user **ret, const char **ret_rule, struct err *e)
{
	json_t *lead = roster_lead(h);
	if (!lead)
		return nomem(e);
	struct routing_case c = {.lead = lead, .owner = h->owner, .account_owner = h->account_owner, .except = &h->handoff.assignee, .n_except = 1};
	enum status s = routing_pick(&r->team.routing, &r->team.roster, &c, r->now, r->turns, r->d->arena, ret, ret_rule, e);
	json_decref(lead);
	return s;
}

static enum status assign(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	struct sales_user *user = NULL;
	const char *rule = NULL;
	enum status s = pick(r, &r->due[i], &user, &rule, e);
	if (s != ST_OK)
		return s;
	if (user)
		return add(r, i, &(struct handoff_wish){.act = HANDOFF_ASSIGN, .now = r->now, .author = "routing", .user = user, .rule = rule}, e);
	int64_t wait = (r->now - h->created_at) / 4;
	wait = wait < AGAIN_MIN_MS ? AGAIN_MIN_MS : wait > AGAIN_MAX_MS ? AGAIN_MAX_MS : wait;
	put_off(r, h, r->now + wait);
	metric_add(r->d->unassigned, 1);
	return ST_OK;
}

static enum status escalate(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	struct routing_case c = {.except = &h->assignee, .n_except = 1};
	struct sales_user *manager = NULL;
	enum status s = routing_manager(&r->team.roster, &c, r->now, r->turns, &manager, e);
	return s == ST_OK ? add(r, i, &(struct handoff_wish){.act = HANDOFF_ESCALATE, .now = r->now, .author = "clock", .user = manager, .rule = "escalation"}, e) : s;
}

/* What follows a clock that ran out. */
static enum status follow(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	const struct routing *routing = &r->team.routing;
	struct sales_user *user = NULL;
	const char *rule = NULL;
	enum status s = ST_OK;
	if (routing->on_breach == BREACH_NONE) {
		put_off(r, h, INSTANT_NEVER);
		return ST_OK;
	}
	if (strcmp(h->state, "assigned") != 0)
		return escalate(r, i, e); /* whoever has accepted it keeps it */
	if (routing->on_breach == BREACH_EXPIRE)
		return add(r, i, &(struct handoff_wish){.act = HANDOFF_EXPIRE, .now = r->now, .author = "clock"}, e);
	if (routing->on_breach == BREACH_REASSIGN && h->reassigned < routing->max_reassigns)
		s = pick(r, &r->due[i], &user, &rule, e);
	if (s != ST_OK || !user)
		return s == ST_OK ? escalate(r, i, e) : s;
	return add(r, i, &(struct handoff_wish){.act = HANDOFF_REASSIGN, .now = r->now, .author = "clock", .user = user, .rule = rule}, e);
}

static enum status mind(struct round *r, size_t i, struct err *e)
{
	const struct handoff_row *h = &r->due[i].handoff;
	struct handoff_wish w = {.now = r->now, .author = "clock"};
	if (!strcmp(h->state, "pending"))
		return assign(r, i, e);
	if (!h->clock || !handoff_open_state(h->state)) {
		put_off(r, h, INSTANT_NEVER);
		return ST_OK;
	}
	if (h->breached_at != INSTANT_NEVER)
		return follow(r, i, e);
	w.act = r->now >= h->due_at ? HANDOFF_BREACH : HANDOFF_WARN;
	r->breaches += w.act == HANDOFF_BREACH;
	return add(r, i, &w, e);
}

static bool is_away(enum status s)
{
	return s == ST_UNAVAILABLE || s == ST_UNCERTAIN || s == ST_DEADLINE || s == ST_BUSY;
}

static enum status run_commands(struct round *r, struct err *e)
{
	struct desk *d = r->d;
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
			put_off(r, h, r->now + AGAIN_MIN_MS);
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

static enum status plan(struct round *r, size_t n, struct err *e)
{
	enum status s = ST_OK;
	r->commands = arena_array(r->d->arena, n + 1, sizeof *r->commands);
	r->of = arena_array(r->d->arena, n + 1, sizeof *r->of);
	r->later = arena_array(r->d->arena, 2 * n + 1, sizeof *r->later);
	if (!r->commands || !r->of || !r->later)
		return nomem(e);
	for (size_t i = 0; s == ST_OK && i < n; i++)
		s = mind(r, i, e);
	return s;
}

static const char *turns_text(struct round *r)
{
	char *text = json_dumps(r->turns, JSON_COMPACT);
	const char *copy = text ? arena_strdup(r->d->arena, text) : NULL;
	free(text);
	return copy;
}

/* Under the lease. *ret_n: how many were due. */
static enum status round_leased(struct round *r, size_t *ret_n, struct err *e)
{
	size_t n = 0;
	enum status s = store_desk_due(r->db, r->workspace, r->now, AT_ONCE, r->d->arena, &r->due, &n, e);
	if (s == ST_OK && n)
		s = roster_read(r->db, r->workspace, true, r->d->arena, &r->team, e);
	if (s != ST_OK || !n)
		return s;
	s = plan(r, n, e);
	if (s == ST_OK)
		s = run_commands(r, e);
	db_deadline(r->db, monotonic_us() + DATABASE_US);
	struct err ignored;
	enum status put = store_desk_later(r->db, r->workspace, r->later, r->n_later, s == ST_OK ? e : &ignored);
	metric_add(r->d->breached, (int64_t)r->breaches);
	roster_free(&r->team);
	*ret_n = n;
	return s == ST_OK ? put : s;
}

/* One round; *ret_more: there may be more due. */
static enum status round_of(struct desk *d, struct db *db, const struct uuid *workspace, bool *ret_more, struct err *e)
{
	struct round r = {.d = d, .db = db, .workspace = workspace, .now = clock_now(d->clock)};
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
	s = json_is_object(r.turns) ? round_leased(&r, &n, e) : nomem(e);
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
	enum status s = d->arena ? db_pool_new(c->database_url, DB_GENERAL, 1, &d->pool, e) : nomem(e);
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
